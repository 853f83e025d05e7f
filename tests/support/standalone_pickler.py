"""lambdapkl with ``standalone=True``, for the processes of `fresh` that dump."""

from __future__ import annotations

from typing import Any

import lambdapkl
from lambdapkl import wire
from lambdapkl.forms import shaking

# What there is to send, worked out once: each case is dumped in a fork of this process.
for constructor in wire.__all__:
    shaking.chunk(constructor)


def dumps(*args: Any, **named: Any) -> bytes:
    return lambdapkl.dumps(*args, standalone=True, **named)


def __getattr__(name: str) -> Any:
    return getattr(lambdapkl, name)
