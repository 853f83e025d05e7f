"""The compiled scanner of a `json.JSONDecoder`."""

from __future__ import annotations

from typing import Any


def json_scanner(options: dict[str, Any]) -> Any:
    """Return a scanner for a decoder that has the attributes `options`."""
    # Its errors come from here; CPython 3.11 looks the module up and does not import it.
    import json.decoder  # noqa: F401
    from _json import make_scanner
    from types import SimpleNamespace

    return make_scanner(SimpleNamespace(**options))  # type: ignore[arg-type]
