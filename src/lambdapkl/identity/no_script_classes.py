"""Replaces `script_classes` in standalone payloads, which omit the code that computes keys."""

from __future__ import annotations

from typing import Any


def defined_by_script(key: Any) -> Any:
    """Return None: without keys, no class of the script can be compared with the payload's."""
    return None
