"""The values on the stack of `opcodes.Machine`, which reads a payload without loading it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["Entry", "Long", "Made", "Payload", "Ref", "Value", "resolve"]

ATOM, GLOBAL, BUFFER, PERSISTENT = "atom", "global", "buffer", "persistent"
LIST, TUPLE, DICT, SET, FROZENSET, CALL = "list", "tuple", "dict", "set", "frozenset", "call"


class Long:
    """The length and hash of a string that is too long to be kept."""

    __slots__ = ("hash", "kind", "length")

    def __init__(self, data: Any) -> None:
        self.kind = type(data)
        self.length = len(data)
        self.hash = hash((type(data), bytes(data) if type(data) is bytearray else data))

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Long) and (self.length, self.hash) == (other.length, other.hash)


class Value:
    """A value that an opcode pushes on the stack.

    Attributes
    ----------
    data
        The value of an atom; module and qualified name of a global.
    own
        Number of bytes of the payload that create it, without its parts.
    refs
        How often it is referred to after it is created.
    """

    __slots__ = ("data", "kind", "own", "refs")

    def __init__(self, kind: str, data: Any, own: int) -> None:
        self.kind = kind
        self.data = data
        self.own = own
        self.refs = 0


class Made(Value):
    """A container, or the result of a call.

    Attributes
    ----------
    items, pairs
        Its items, or keys and values in turn. Only the first ones are listed if there are many.
    mark
        A hash of the small atoms that are not listed; `own` includes their bytes.
    callee, args, named
        The callable and the arguments of a call.
    states
        The states it is given.
    """

    __slots__ = ("args", "callee", "items", "mark", "named", "pairs", "states")

    def __init__(self, kind: str, own: int, callee: Entry | None = None, args: Entry | None = None) -> None:
        super().__init__(kind, None, own)
        self.items: list[Entry] = []
        self.pairs: list[Entry] = []
        self.mark = 0
        self.callee = callee
        self.args = args
        self.named: Entry | None = None
        self.states: list[Entry] = []

    def keyed(self) -> Iterator[tuple[Entry, Entry]]:
        """Yield each key with its value."""
        return zip(self.pairs[::2], self.pairs[1::2], strict=True)


class Ref:
    """A reference to an earlier value, and the number of bytes that it takes."""

    __slots__ = ("own", "value")

    def __init__(self, value: Value, own: int) -> None:
        self.value = value
        self.own = own


Entry = Value | Ref


def resolve(entry: Entry | None) -> Any:
    """Return the value of an entry on the stack, which may be a reference."""
    return entry.value if isinstance(entry, Ref) else entry


class Payload:
    """The contents of a payload.

    Attributes
    ----------
    root
        The value that `pickle.loads` would return.
    size
        Number of bytes up to and including STOP.
    trailing
        Number of bytes after STOP.
    globals
        Module and qualified name of each global -> how often it is named.
    dropped
        Values that are popped from the stack and not used.
    overhead
        Bytes that belong to no value: protocol, frames, STOP.
    buffers
        Number of out-of-band buffers.
    """

    def __init__(self) -> None:
        self.root: Entry = Value(ATOM, None, 0)
        self.protocol = 0
        self.size = 0
        self.trailing = 0
        self.globals: dict[tuple[str, str], int] = {}
        self.persistent = 0
        self.dropped: list[Entry] = []
        self.overhead = 0
        self.buffers = 0


def items_of(entry: Entry | None) -> list[Entry]:
    made = resolve(entry)
    return made.items if isinstance(made, Made) else []


def item_of(entry: Entry | None, index: int) -> Entry | None:
    items = items_of(entry)
    return items[index] if index < len(items) else None


def data_of(value: Made, index: int) -> Any:
    """The argument of a call at `index`, or None if it is not an atom."""
    found = resolve(item_of(value.args, index))
    return found.data if found is not None and found.kind == ATOM else None


def text_at(entry: Entry | None, key: str) -> str | None:
    """Return the string under `key` in a dictionary, or None."""
    made = resolve(entry)
    pairs = made.keyed() if isinstance(made, Made) else ()
    return next((string(resolve(value).data) for each, value in pairs if resolve(each).data == key), None)


def string(data: Any) -> str | None:
    return data if type(data) is str else None


def strings(value: Any) -> tuple[str, ...]:
    return tuple(str(resolve(item).data) for item in items_of(value))
