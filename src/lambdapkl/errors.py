"""The exceptions of lambdapkl; all are subclasses of those of `pickle`."""

from __future__ import annotations

import pickle

__all__ = ["BytecodeMismatchError", "DamagedPayloadError", "NotPicklableError"]


class BytecodeMismatchError(pickle.UnpicklingError):
    """The payload contains bytecode of another interpreter or version.

    Each minor version of an interpreter has its own bytecode, and bytecode of another one can crash
    the process. The error is raised before the code is unmarshalled. To write a payload for other
    versions, use ``dumps(portable=True)``.
    """

    __module__ = "lambdapkl"


class NotPicklableError(pickle.PicklingError, TypeError):
    """An object cannot be pickled; the message says why, and what to do instead.

    It is a TypeError as well, because `pickle` raises that for most of these objects.
    """

    # Payloads that contain such an error refer to the public module.
    __module__ = "lambdapkl"


class DamagedPayloadError(pickle.UnpicklingError):
    """The payload is damaged, and `pickle` would raise another error than UnpicklingError for it.

    The error raised is an instance of a subclass that also inherits from the error that `pickle`
    would raise. For example, ``DamagedPayloadError.KeyError`` is a KeyError.
    """

    __module__ = "lambdapkl"
    __str__ = Exception.__str__  # that of a KeyError would put quotes around the message


def _add_subclass(kind: type[Exception]) -> None:
    names = {"__module__": "lambdapkl", "__qualname__": f"DamagedPayloadError.{kind.__name__}"}
    if issubclass(kind, UnicodeError):
        names["__str__"] = kind.__str__  # type: ignore[assignment]
    setattr(DamagedPayloadError, kind.__name__, type(kind.__name__, (DamagedPayloadError, kind), names))


for _kind in (AttributeError, IndexError, KeyError, OverflowError, TypeError, UnicodeDecodeError, ValueError):
    _add_subclass(_kind)
