"""What the backend in Python needs of the layers above it, which it must not import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hooks:
    """Handed down by `_pure.configure`."""

    wire: Any
    reducers: Any
    table: Any
    explain: Callable[[Exception, Any], None]
    variant: Callable[..., bytes]
    preambles: tuple[tuple[bytes, tuple[Any, ...]], ...]


hooks = Hooks()
