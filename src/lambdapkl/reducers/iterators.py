"""Iterators that `pickle` refuses, at their position."""

from __future__ import annotations

import gc
import sys
from itertools import chain, pairwise
from typing import Any

_HAS_RESULT = sys.version_info >= (3, 13)


def reduce_pairwise(pairs: Any) -> Any:
    """`itertools.pairwise`: what it iterates over, and the element it has seen and not yet returned as a pair's first."""
    parts = [each for each in gc.get_referents(pairs) if each is not pairwise]
    if _HAS_RESULT:
        parts.pop()  # the pair that it returns again when nobody else holds it
    if not parts:
        return pairwise, ((),)
    source, *seen = parts
    return pairwise, (chain(seen, source) if seen else source,)


REDUCERS: dict[type, Any] = {pairwise: reduce_pairwise}
