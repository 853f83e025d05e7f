"""Exceptions of lambdapkl that `pickle` has no name for."""

from __future__ import annotations

import pickle

__all__ = ["BytecodeMismatchError", "NotPicklableError"]


class BytecodeMismatchError(pickle.UnpicklingError):
    """A payload carries bytecode of another interpreter than the one that loads it.

    Bytecode is private to a minor version of an interpreter; running another version's would crash.  The
    error is raised before anything of the payload's code is unmarshalled or run.
    """


class NotPicklableError(pickle.PicklingError, TypeError):
    """An object cannot be pickled; the message says why and what to do instead.

    `pickle` raises TypeError for most of these objects, so code may catch either class.
    """

    # Payloads that hold one name the public module.
    __module__ = "lambdapkl"
