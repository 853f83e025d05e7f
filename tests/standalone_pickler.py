"""lambdapkl with ``standalone=True``, for the processes of `fresh` that dump."""

from __future__ import annotations

from typing import Any

import lambdapkl


def dumps(*args: Any, **named: Any) -> bytes:
    return lambdapkl.dumps(*args, standalone=True, **named)


def __getattr__(name: str) -> Any:
    return getattr(lambdapkl, name)
