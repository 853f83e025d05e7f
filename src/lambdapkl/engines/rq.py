"""The serializer for RQ: ``Queue(serializer=Serializer)`` and ``rq worker --serializer lambdapkl.engines.rq.Serializer``."""

from __future__ import annotations

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["Serializer"]


class Serializer:
    """RQ's interface to serialize jobs, their metadata and their results.

    Set it in the queue and in the worker. RQ sends functions by name: wrap a lambda or local function as
    ``functools.partial(f)``.
    """

    dumps = staticmethod(dumps)
    loads = staticmethod(loads)
