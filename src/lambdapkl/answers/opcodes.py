"""Read the opcodes of a payload without loading it: which values it would create, from which bytes.

Nothing is imported or called: a `Made` describes each call that `pickle` would make. Payloads of any
pickler can be read. Each byte of a payload belongs to one value.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import struct
from collections.abc import Callable
from typing import Any, Final

from .values import (
    ATOM,
    BUFFER,
    CALL,
    DICT,
    FROZENSET,
    GLOBAL,
    LIST,
    PERSISTENT,
    SET,
    TUPLE,
    Entry,
    Long,
    Made,
    Payload,
    Ref,
    Value,
    resolve,
)

__all__ = ["MARK", "Machine", "read"]

# A container lists this many entries. It keeps only the total size of further small atoms, to save memory.
MOST_LISTED: Final = 1000
SMALL: Final = 256
# Only the start of a longer string is kept.
MOST_KEPT: Final = 1 << 20

_PROGRESS_EVERY = 20_000


MARK: Any = object()

_NONES = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_CONSTANTS = frozenset(
    opcode.name for opcode in pickletools.opcodes if opcode.arg is not None and not opcode.stack_before and opcode.stack_after
) - {"GLOBAL", "INST", "PERSID", "EXT1", "EXT2", "EXT4", "GET", "BINGET", "LONG_BINGET", "PUT", "BINPUT", "LONG_BINPUT"}
# Opcode -> the container that it creates, and how many entries it pops; None stands for all since the mark.
_CONTAINERS: dict[str, tuple[str, int | None]] = {
    **{f"EMPTY_{kind.upper()}": (kind, 0) for kind in (TUPLE, LIST, DICT, SET)},
    **{f"TUPLE{count}": (TUPLE, count) for count in (1, 2, 3)},
    **{kind.upper(): (kind, None) for kind in (TUPLE, LIST, DICT, FROZENSET)},
}
# Opcode that adds entries to a container -> how many entries it pops.
_ADDITIONS = {"APPEND": 1, "SETITEM": 2, "APPENDS": None, "ADDITEMS": None, "SETITEMS": None}
_DAMAGE = (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, struct.error, MemoryError)


def read(data: bytes | bytearray | memoryview, progress: Callable[[int, int], None] | None = None) -> Payload:
    """Read a payload.

    Parameters
    ----------
    progress
        Called from time to time with the number of bytes read and the total.

    Raises
    ------
    pickle.UnpicklingError
        The data is not a pickle, damaged or truncated.
    """
    machine = Machine(data, progress)
    try:
        return machine.run()
    except _DAMAGE as error:
        # The messages of these two would not help a user; others have a text, mostly from `genops`.
        reason = "a value is missing" if isinstance(error, IndexError) else str(error) or type(error).__name__
        if isinstance(error, KeyError):
            reason = f"it reads memo entry {error} before it is written"
        raise pickle.UnpicklingError(f"this is not a pickle, or damaged after byte {machine.at:,}: {reason:.200}") from error


class Machine:
    """The stack and the memo of an unpickler; see `read`."""

    def __init__(self, data: Any, progress: Callable[[int, int], None] | None) -> None:
        self.file = io.BytesIO(data)
        self.length = len(data) if not isinstance(data, memoryview) else data.nbytes
        self.progress = progress
        self.at = 0
        self.stack: list[Any] = []
        self.memo: dict[int, Value] = {}
        self.payload = Payload()

    def run(self) -> Payload:
        payload, file, stack = self.payload, self.file, self.stack
        argument: Any
        for steps, (opcode, argument, _) in enumerate(pickletools.genops(file), 1):
            start, self.at = self.at, file.tell()
            own = self.at - start
            name = opcode.name
            if name in _CONSTANTS:
                stack.append(Value(ATOM, _kept(argument), own))
            elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
                value = self.top()
                value.own += own
                self.memo[len(self.memo) if name == "MEMOIZE" else argument] = value
            elif name in ("BINGET", "LONG_BINGET", "GET"):
                self.refer(self.memo[argument], own)
            else:
                self.step(name, argument, own)
            if self.progress is not None and steps % _PROGRESS_EVERY == 0:
                self.progress(self.at, self.length)
        payload.size = self.at
        payload.trailing = self.length - self.at
        return payload

    def top(self) -> Value:
        value: Value = resolve(self.stack[-1])
        if not isinstance(value, Value):
            raise ValueError("a mark in place of a value")
        return value

    def target(self) -> Made:
        value = self.top()
        if not isinstance(value, Made):
            raise ValueError(f"items or a state are added to a value of kind {value.kind}")
        return value

    def refer(self, value: Value, own: int) -> None:
        value.refs += 1
        self.stack.append(Ref(value, own))

    def pop(self) -> Entry:
        entry: Entry = self.stack.pop()
        if entry is MARK:
            raise ValueError("a mark in place of a value")
        return entry

    def pop_entries(self, count: int | None) -> list[Entry]:
        """Pop `count` entries, or all since the mark."""
        return self.since_mark() if count is None else [self.pop() for _ in range(count)][::-1]

    def since_mark(self) -> list[Entry]:
        stack = self.stack
        index = len(stack) - 1
        while stack[index] is not MARK:
            index -= 1
            if index < 0:
                raise ValueError("there is no mark")
        found = stack[index + 1 :]
        del stack[index:]
        return found

    def name(self, module: Any, qualname: Any, own: int) -> Value:
        if type(module) is not str or type(qualname) is not str:
            raise ValueError("the name of a global is not a string")
        key = module, qualname
        self.payload.globals[key] = self.payload.globals.get(key, 0) + 1
        return Value(GLOBAL, key, own)

    def call(self, callee: Entry, args: Entry, own: int) -> Made:
        if resolve(args).kind != TUPLE:
            raise ValueError("the arguments of a call are not a tuple")
        if resolve(callee).kind in (ATOM, LIST, TUPLE, DICT, SET, FROZENSET, BUFFER):
            raise ValueError(f"a {resolve(callee).kind} is called")
        made = Made(CALL, own, callee, args)
        self.stack.append(made)
        return made

    def step(self, name: str, argument: Any, own: int) -> None:
        stack, payload = self.stack, self.payload
        if name == "MARK":
            stack.append(MARK)
            payload.overhead += own
        elif name in _NONES:
            stack.append(Value(ATOM, _NONES[name], own))
        elif name in _CONTAINERS:
            kind, count = _CONTAINERS[name]
            made = Made(kind, own)
            entries = self.pop_entries(count)
            if kind == TUPLE:
                made.items = entries  # complete: a tuple may be the arguments of a call, or a state
            else:
                _add(made, entries, 2 if kind == DICT else 1)
            stack.append(made)
        elif name in _ADDITIONS:
            entries = self.pop_entries(_ADDITIONS[name])
            made = self.target()
            made.own += own
            _add(made, entries, 2 if name.startswith("SETITEM") else 1)
        elif name == "BUILD":
            state = self.pop()
            made = self.target()
            made.own += own
            made.states.append(state)
        elif name == "STACK_GLOBAL":
            second, first = self.pop(), self.pop()
            found_name = self.name(resolve(first).data, resolve(second).data, own)
            found_name.own += first.own + second.own
            stack.append(found_name)
        elif name == "GLOBAL":
            module, _, qualname = argument.partition(" ")
            stack.append(self.name(module, qualname, own))
        elif name in ("REDUCE", "NEWOBJ"):
            args, callee = self.pop(), self.pop()
            self.call(callee, args, own).data = name
        elif name == "NEWOBJ_EX":
            named, args, callee = self.pop(), self.pop(), self.pop()
            made = self.call(callee, args, own)
            made.named, made.data = named, name
        elif name in ("INST", "OBJ"):
            args_made = Made(TUPLE, 0)
            args_made.items = self.since_mark()
            if name == "INST":
                module, _, qualname = argument.partition(" ")
                callee = self.name(module, qualname, own)
                own = 0
            else:
                callee = args_made.items.pop(0)
            self.call(callee, args_made, own).data = name
        elif name == "POP":
            if stack[-1] is MARK:
                stack.pop()
            else:
                self.drop(self.pop())
            payload.overhead += own
        elif name == "POP_MARK":
            payload.dropped += self.since_mark()
            payload.overhead += own
        elif name == "DUP":
            self.refer(self.top(), own)
        elif name in ("PERSID", "BINPERSID"):
            made = Made(PERSISTENT, own)
            if name == "BINPERSID":
                made.items = [self.pop()]
            else:
                made.data = argument
            payload.persistent += 1
            stack.append(made)
        elif name in ("EXT1", "EXT2", "EXT4"):
            stack.append(Value(GLOBAL, ("copyreg", f"extension {argument}"), own))
        elif name == "NEXT_BUFFER":
            stack.append(Value(BUFFER, payload.buffers, own))
            payload.buffers += 1
        elif name == "READONLY_BUFFER":
            self.top().own += own
        elif name == "STOP":
            payload.overhead += own
            payload.root = self.pop()
            payload.dropped += [entry for entry in stack if entry is not MARK]
        elif name in ("PROTO", "FRAME"):
            payload.overhead += own
            if name == "PROTO":
                payload.protocol = max(payload.protocol, argument)
        else:
            raise ValueError(f"unknown opcode {name}")

    def drop(self, entry: Entry) -> None:
        """Note a value that is popped and not used.

        If it is the result of a call that restores the state of an object, its bytes belong to that object.
        """
        made = resolve(entry)
        if isinstance(entry, Made) and made.kind == CALL and isinstance(made.args, Made) and len(made.args.items) == 2:
            first, state = made.args.items
            obj = resolve(first)
            if isinstance(first, Ref) and isinstance(obj, Made):
                obj.own += made.own + made.args.own + first.own
                obj.refs -= 1
                obj.states.append(state)
                if isinstance(made.callee, Ref):
                    obj.own += made.callee.own
                elif made.callee is not None:
                    self.payload.dropped.append(made.callee)
                return
        self.payload.dropped.append(entry)


def _kept(data: Any) -> Any:
    return Long(data) if type(data) in (str, bytes, bytearray) and len(data) > MOST_KEPT else data


def _is_small(entry: Entry) -> bool:
    return entry.own < SMALL and (isinstance(entry, Ref) or entry.kind == ATOM)


def _count(made: Made, entry: Entry) -> None:
    made.own += entry.own
    data = resolve(entry).data
    made.mark = hash((made.mark, bytes(data) if type(data) is bytearray else (type(data), data)))


def _add(made: Made, entries: list[Entry], count: int = 1) -> None:
    """Add entries to a container, `count` at a time: 2 for a dictionary."""
    if len(entries) % count:
        raise ValueError("a key without a value")
    listed = made.items if count == 1 else made.pairs
    for index in range(0, len(entries), count):
        group = entries[index : index + count]
        if len(listed) >= count * MOST_LISTED and all(map(_is_small, group)):
            for entry in group:
                _count(made, entry)
        else:
            listed += group
