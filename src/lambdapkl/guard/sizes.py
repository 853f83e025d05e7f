"""The memory that results of calls take beyond what the guard's machine counts for any value.

The machine counts every value as a small object. This adds what a constructor needs beyond that, for
a large result or for copies of its arguments.
"""

from __future__ import annotations

from .lists import ADDRESSES, PATHS
from .values import Value

__all__ = ["COPIED", "HASHED", "result_size"]

_WIRE = "lambdapkl.wire."
_EXCEPTION = f"{_WIRE}exception"
# Callables that hash the items of their arguments.
HASHED = frozenset(
    (
        *(f"builtins.{name}" for name in ("dict", "frozenset", "set")),
        *(f"collections.{name}" for name in ("Counter", "OrderedDict", "defaultdict")),
        f"{_WIRE}weak_container",
    )
)
# Callable that copies its arguments -> bytes of the copy for each byte of the arguments.
COPIED: dict[str, int] = {
    **dict.fromkeys(HASHED, 4),
    **{f"builtins.{name}": 1 for name in ("bytearray", "bytes", "list")},
    **{f"numpy.{core}.multiarray.scalar": 1 for core in ("_core", "core")},
    "_codecs.encode": 1,
    "collections.deque": 1,
    f"{_WIRE}simple_queue": 1,
    # A text file has four bytes for a character.
    f"{_WIRE}file_in_memory": 4,
    # A path keeps its text, a text for comparisons, and each part as a string: 52 bytes for "abc".
    **dict.fromkeys(PATHS, 16),
    **dict.fromkeys(ADDRESSES, 3),
    # These create new numbers from their arguments.
    "builtins.range": 1,
    "decimal.Decimal": 1,
    "fractions.Fraction": 2,
    # A name with commas makes a structure with a field for every two characters.
    "numpy.dtype": 96,
    # These copy the attributes in their states.
    **{f"{_WIRE}{name}": 4 for name in ("exception", "thread_local")},
}

_LARGE: dict[str, int] = {
    "collections.deque": 640,
    f"{_WIRE}thread_local": 640,
    f"{_WIRE}weak_container": 768,
    **dict.fromkeys(PATHS, 256),
}


def result_size(full: str, args: list[Value]) -> int:
    """Return how many bytes the result of a call takes beyond those of a small object."""
    size = _LARGE.get(full, 0)
    if full in COPIED:
        size += COPIED[full] * sum([each.size for each in args])
    if full == _EXCEPTION and len(args) == 2 and args[1].kind == "tuple":
        # The attributes are the first part of its state.
        size += COPIED[full] * sum([each.size for each in args[1].data[:1]])
    return size
