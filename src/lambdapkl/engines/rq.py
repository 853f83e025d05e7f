"""The serializer for RQ: ``Queue(serializer=Serializer)`` and ``rq worker --serializer lambdapkl.engines.rq.Serializer``."""

from __future__ import annotations

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["Serializer"]


class Serializer:
    """What RQ calls to write and read jobs, their metadata and their results.

    Both sides have to name it.  RQ sends functions by name: send a lambda or a local function as ``functools.partial(f)``.
    """

    dumps = staticmethod(dumps)
    loads = staticmethod(loads)
