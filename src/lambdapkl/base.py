"""The pickler of the standard library that ours extend."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

__all__ = ["BasePickler"]

if TYPE_CHECKING or sys.implementation.name != "pypy":
    BasePickler = pickle.Pickler
else:
    # The one written in RPython asks `reducer_override` before its memo: objects that refer to themselves never end, and
    # shared ones are written twice (measured on 8.0.1).
    BasePickler = pickle._Pickler
