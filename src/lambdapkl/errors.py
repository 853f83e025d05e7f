"""Exceptions of lambdapkl that `pickle` has no name for."""

from __future__ import annotations

import pickle

__all__ = ["BytecodeMismatchError", "DamagedPayloadError", "NotPicklableError"]


class BytecodeMismatchError(pickle.UnpicklingError):
    """A payload carries bytecode of another interpreter than the one that loads it.

    Bytecode is private to a minor version of an interpreter; running another version's would crash.  The
    error is raised before anything of the payload's code is unmarshalled or run.
    """

    __module__ = "lambdapkl"


class NotPicklableError(pickle.PicklingError, TypeError):
    """An object cannot be pickled; the message says why and what to do instead.

    `pickle` raises TypeError for most of these objects, so code may catch either class.
    """

    # Payloads that hold one name the public module.
    __module__ = "lambdapkl"


class DamagedPayloadError(pickle.UnpicklingError):
    """The bytes of a payload are damaged, in a way that `pickle` has no UnpicklingError for.

    What is raised is a subclass that is also what `pickle` would have raised: ``DamagedPayloadError.KeyError`` is a KeyError.
    """

    __module__ = "lambdapkl"
    __str__ = Exception.__str__  # a KeyError would show its text in quotes


def _add_subclass(kind: type[Exception]) -> None:
    names = {"__module__": "lambdapkl", "__qualname__": f"DamagedPayloadError.{kind.__name__}"}
    if issubclass(kind, UnicodeError):
        names["__str__"] = kind.__str__  # type: ignore[assignment]
    setattr(DamagedPayloadError, kind.__name__, type(kind.__name__, (DamagedPayloadError, kind), names))


for _kind in (AttributeError, IndexError, KeyError, OverflowError, TypeError, UnicodeDecodeError, ValueError):
    _add_subclass(_kind)
