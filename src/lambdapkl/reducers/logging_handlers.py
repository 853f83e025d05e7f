"""Reducer for handlers of the `logging` module."""

from __future__ import annotations

import logging
import sys
from typing import Any

from ..errors import NotPicklableError


def reduce_stream_handler(handler: Any) -> Any:
    """Refuse a handler of any stream other than a standard stream or a file."""
    standard = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    if isinstance(handler, logging.FileHandler) or any(handler.stream is stream for stream in standard):
        return NotImplemented
    raise NotPicklableError(
        f"cannot pickle a {type(handler).__name__} of the stream {handler.stream!r}: its output after loading would be lost; "
        "set up logging in the reader process"
    )


INHERITED: dict[type, Any] = {logging.StreamHandler: reduce_stream_handler}
