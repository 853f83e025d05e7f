"""Handlers of the `logging` module."""

from __future__ import annotations

import logging
import sys
from typing import Any

from ..errors import NotPicklableError


def reduce_stream_handler(handler: Any) -> Any:
    """A handler of a standard stream or of a file pickles as it is; another stream belongs to this process."""
    standard = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    if isinstance(handler, logging.FileHandler) or any(handler.stream is stream for stream in standard):
        return NotImplemented
    raise NotPicklableError(
        f"cannot pickle a {type(handler).__name__} of the stream {handler.stream!r}: what it writes there would be lost; set "
        "up logging where the object is loaded"
    )


REDUCERS: dict[type, Any] = {}

INHERITED: dict[type, Any] = {logging.StreamHandler: reduce_stream_handler}
