"""Recreate the compiled scanner of a `json.JSONDecoder`."""

from __future__ import annotations

from typing import Any


def json_scanner(options: dict[str, Any]) -> Any:
    """Return a scanner for a decoder with the attributes `options`."""
    # The scanner needs the module for its errors, but does not import it in CPython 3.11.
    import json.decoder  # noqa: F401
    from _json import make_scanner
    from types import SimpleNamespace

    return make_scanner(SimpleNamespace(**options))  # type: ignore[arg-type]
