"""The backend's constructors of functions, code, cells and classes, and its support for frames and tracebacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import COMPILED

__all__ = ["cell", "code", "describe_steps", "frames", "function", "link_steps", "quick_class"]

if TYPE_CHECKING or COMPILED:
    from .._fast import cell, code, describe_steps, frames, function, link_steps, quick_class
else:
    from .._pure.constructors import cell, code, describe_steps, frames, function, link_steps, quick_class
