"""Exceptions of lambdapkl that `pickle` has no name for."""

from __future__ import annotations

import pickle

__all__ = ["BytecodeMismatchError"]


class BytecodeMismatchError(pickle.UnpicklingError):
    """A payload carries bytecode of another interpreter than the one that loads it.

    Bytecode is private to a minor version of an interpreter; running another version's would crash.  The
    error is raised before anything of the payload's code is unmarshalled or run.
    """
