"""A pickle machine for the guard: it follows the opcodes with descriptions in place of values."""

from __future__ import annotations

import _compat_pickle
import pickle
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from . import rules
from .classes import Use
from .policy import Policy
from .sizes import COPIED, HASHED, result_size
from .stdlib_rules import DATETIME
from .values import MARK, PLACE, GuardError, Limits, Value, deepest

__all__ = ["Machine", "python3_name"]

# Hashing visits a tuple each time it is referred to. 30 pairs, each made of the one before twice,
# would take minutes. The limits are values per element or key, and values in the whole payload.
_MOST_HASHED = 100_000
_MOST_HASHED_IN_ALL = 1 << 27
# Bytes that a small object takes in CPython, or its `Value` here, whichever is more.
_OBJECT = 128
# In bytes. Converting an integer to decimal, as `repr` does, takes quadratic time.
_LONGEST_INT = 4096
# In bytes. No name is longer, nor any string argument that a rule reads.
_LONGEST_NAME = 4096
# How many keys of a dictionary are recorded. It may become a state, whose attributes are checked.
_MOST_ATTRIBUTES = 1000
# One shared `Value` for each kind of simple dictionary value.
_SIMPLE: dict[str, Value] = {}

_EXCEPTION = "lambdapkl.wire.exception"
_REFERENCE = "lambdapkl.wire.weak_reference"

_UNHASHABLE = frozenset(("list", "dict", "set"))


def python3_name(module: str, name: str) -> tuple[str, str]:
    """Return the Python 3 name for a name of protocol 2, which uses the names of Python 2."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


class Machine:
    """The stack and the memo of an unpickler, holding a `Value` in place of each object.

    Attributes
    ----------
    names, called
        Pairs of module and name that the payload imports and calls.
    uses
        Module and name -> what the payload does with the results of calling it.
    memory
        Estimated size of the loaded values, in bytes.
    deepest
        How deep containers are nested.
    holders
        Values that hold items which may still become deeper.
    deepened
        Whether a value became deeper when something already held it; then `deepest` is too small.
    protocol
        The protocol that the payload states.
    """

    def __init__(self, data: memoryview, policy: Policy, limits: Limits) -> None:
        self.data = data
        self.end = data.nbytes
        self.at = 0
        self.start = 0
        self.frame_end = 0
        self.policy = policy
        self.limits = limits
        self.stack: list[Value] = []
        self.memo: list[Value] = []
        self.names: set[tuple[str, str]] = set()
        self.called: set[tuple[str, str]] = set()
        self.uses: defaultdict[tuple[str, str], Use] = defaultdict(Use)
        self.memory = 0
        self.deepest = 0
        self.hashing = 0
        self.holders: list[Value] = []
        self.deepened = False
        self.protocol = 2

    def refuse(self, why: str) -> GuardError:
        return GuardError(f"refused at byte {self.start:,}: {why}")

    def take(self, size: int) -> memoryview:
        if size < 0 or size > self.end - self.at:
            raise self.refuse("it is cut short")
        self.at += size
        self.stay_in_frame()
        return self.data[self.at - size : self.at]

    def stay_in_frame(self) -> None:
        # The C unpickler reads such an argument from after the frame and skips the rest of the frame.
        if self.start < self.frame_end < self.at:
            raise self.refuse("an argument extends beyond the end of its frame")

    def number(self, size: int, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=signed)

    def run(self, steps: Mapping[int, Callable[[Machine], object]]) -> None:
        """Follow the whole payload.

        Raises
        ------
        GuardError
            The payload is refused.
        """
        if self.end > self.limits.size:
            raise GuardError(f"it has more than max_size={self.limits.size:,} bytes")
        first = bytes(self.take(2)) if self.end > 1 else b""
        if first[:1] != b"\x80" or not 2 <= first[1] <= pickle.HIGHEST_PROTOCOL:
            raise self.refuse(f"it is not a pickle of protocol 2 to {pickle.HIGHEST_PROTOCOL}")
        self.protocol = first[1]
        while True:
            self.start = self.at
            op = self.take(1)[0]
            if op == 0x2E:  # STOP
                break
            step = steps.get(op)
            if step is None:
                raise self.refuse(f"the opcode {bytes((op,))!r}, which pickle does not write there since protocol 2")
            step(self)
            if self.memory > self.limits.memory:
                raise self.refuse(f"it would take more than max_memory={self.limits.memory:,} bytes")
        if len(self.stack) != 1 or self.stack[0] is MARK:
            raise self.refuse("it must end with one value on the stack")
        if self.at != self.end:
            raise self.refuse(f"{self.end - self.at:,} bytes after its end")
        if self.deepened:
            self.nested(deepest(self.holders, rules.is_exception))

    # ---- the stack ----

    def push(self, value: Value) -> None:
        self.memory += PLACE
        self.stack.append(value)

    def nested(self, depth: int) -> None:
        if depth > self.deepest:
            self.deepest = depth
            if depth > self.limits.depth:
                raise self.refuse(f"containers are nested deeper than max_depth={self.limits.depth}")

    def pop(self) -> Value:
        self.top()
        return self.stack.pop()

    def top(self) -> Value:
        if not self.stack or self.stack[-1] is MARK:
            raise self.refuse("a value is missing")
        return self.stack[-1]

    def since_mark(self) -> list[Value]:
        stack = self.stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is MARK:
                found = stack[index + 1 :]
                del stack[index:]
                return found
        raise self.refuse("there is no mark")

    def atom(self, kind: str, data: Any, size: int) -> None:
        self.memory += _OBJECT + size
        self.push(Value(kind, data, size))

    def container(self, kind: str, items: list[Value]) -> Value:
        # The hash table of a set is several times larger than its elements.
        self.memory += _OBJECT + PLACE * len(items) * (4 if kind == "frozenset" else 1)
        made = Value(kind, items if kind == "tuple" else {} if kind == "dict" else None, PLACE * len(items))
        self.grow(made, items)
        return made

    def grow(self, target: Value, items: list[Value]) -> None:
        known = bool(target.unfinished)
        if target.take_in(items):
            self.deepened = True
        if target.unfinished and not known:
            self.holders.append(target)
        self.nested(target.depth)

    # ---- opcodes ----

    def text(self, size: int) -> None:
        raw = self.take(size)
        if size > _LONGEST_NAME:
            # No rule needs its text. It is counted as if it were not ASCII.
            self.atom("str", None, 4 * size)
            return
        try:
            value = str(raw, "utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise self.refuse("a string that is not UTF-8") from error
        self.atom("str", value, size if value.isascii() else 4 * size)

    def octets(self, size: int, kind: str = "bytes") -> None:
        raw = self.take(size)
        # Rules check the states of dates, so short bytes are kept.
        self.atom(kind, bytes(raw) if size <= DATETIME else None, size)

    def long(self, size: int) -> None:
        if size > _LONGEST_INT:
            raise self.refuse(f"an integer of more than {_LONGEST_INT} bytes")
        self.atom("int", self.number(size, signed=True), size)

    def put(self, index: int) -> None:
        if index != len(self.memo):
            raise self.refuse(f"memo entry {index} is written, but the next one is {len(self.memo)}")
        self.memory += PLACE
        self.memo.append(self.top())

    def get(self, index: int) -> None:
        if index >= len(self.memo):
            raise self.refuse(f"memo entry {index} is read before it is written")
        self.push(self.memo[index])

    def name(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise self.refuse("a name that is not a string")
        if self.protocol < 3:
            module, name = python3_name(module, name)
        parts = [*module.split("."), *name.split(".")]
        if not all(part.isidentifier() for part in parts):
            raise self.refuse(f"{module!r} and {name!r} are not valid names")
        why = self.policy.allows(module, name)
        if why is not None:
            raise self.refuse(f"it names {module}.{name}: {why}")
        self.names.add((module, name))
        self.push(Value("global", (module, name)))

    def line(self) -> str:
        limit = min(self.end, self.at + 512)
        raw = bytes(self.data[self.at : limit])
        size = raw.find(b"\n")
        if size < 0:
            raise self.refuse("a name without an end")
        self.at += size + 1
        self.stay_in_frame()
        try:
            return raw[:size].decode("ascii")
        except UnicodeDecodeError as error:
            raise self.refuse("a name that is not ASCII") from error

    def call(self, named: Value | None = None) -> None:
        args, callee = self.pop(), self.pop()
        if args.kind != "tuple" or (named is not None and named.kind != "dict"):
            raise self.refuse("a call without a tuple of arguments, or with keyword arguments that are not a dictionary")
        if callee.kind == "global":
            self.called.add(callee.data)
        elif not (self.policy.any_code and callee.kind == "object"):
            raise self.refuse(f"a value of the kind {callee.kind} is called")
        full = ".".join(callee.data)
        if not self.policy.any_code:
            self.judge(full, args.data, named)
            if full not in rules.READY_MADE:
                self.uses[callee.data].call_with(args.data)
            if full in rules.FILLED_BY_CALL and args.data and args.data[0].kind == "shared":
                self.grow(args.data[0], args.data[1:])
                for each in rules.linked(args.data) if full == _EXCEPTION else ():
                    self.grow(each, args.data[:1])
                self.push(args.data[0])
                return
            if full == _REFERENCE and rules.is_referent(args.data):
                self.push(args.data[1])
                return
        shared = full in rules.SHARED and not self.policy.any_code
        made = self.container("shared" if shared else "object", [args] if named is None else [args, named])
        made.data, made.args = callee.data, args.data
        made.size = sum([each.size for each in args.data]) if full in COPIED else 0
        self.push(made)

    def judge(self, full: str, args: list[Value], named: Value | None) -> None:
        rule = rules.RULES.get(full)
        if rule is not None and (named is not None or not rule(args)):
            raise self.refuse(f"{full} is called with arguments that pickle does not write for it")
        if full in rules.CALLS_FIRST_ARGUMENT and args and args[0].kind == "global":
            self.called.add(args[0].data)
            if len(args) == 2 and args[1].kind == "tuple":
                self.uses[args[0].data].call_with(args[1].data)
        if full in COPIED:
            for each in args:
                # Its size is unknown, so `max_memory` cannot limit copies of it.
                if each.kind == "buffer":
                    if each.filled:
                        raise self.refuse("a second copy of one buffer")
                    each.filled = True
        self.memory += result_size(full, args)
        if full in HASHED:
            # The call hashes the items of its arguments, or the first item of each pair in them. A
            # pair may be a list that became longer since. Keys of a dictionary were counted before.
            for each in args:
                self.count_hashed(0 if each.kind == "dict" else each.heaviest_item, each.weight)
                for pair in each.unfinished if each.kind != "dict" else ():
                    self.count_hashed(pair.heaviest_item, pair.weight)
        if full == _EXCEPTION and args[0].kind == "shared":
            if args[0].filled:
                raise self.refuse("a second state for one exception")
            args[0].filled = True
            self.uses[args[0].args[0].data].filled = True

    def build(self) -> None:
        state, target = self.pop(), self.top()
        if target.kind != "object":
            raise self.refuse(f"a value of the kind {target.kind} is given a state")
        if not self.policy.any_code:
            self.judge_state(target, state)
        self.grow(target, [state])

    def judge_state(self, target: Value, state: Value) -> None:
        if target.filled:
            raise self.refuse("a second state for one value")
        target.filled = True
        self.uses[target.data].fill_with(state)
        full = ".".join(target.data)
        for each in state.data if state.kind == "tuple" and len(state.data) == 2 else [state]:
            if each.kind in ("dict", "finished dict") and each.special:
                raise self.refuse("a state with an attribute like __class__, or a key that is not a string")
            if rules.is_state_made_by_call(each):
                raise self.refuse("a state that is the result of a call, so its attributes are unknown")
            # The object copies the attributes into its own dictionary.
            self.memory += _OBJECT + 2 * each.size
        rule = rules.STATES.get(full)
        if rule is not None and not rule(target, state):
            raise self.refuse(f"a state that pickle does not write for {full}")
        if full in rules.ARRAYS:
            self.memory += target.size

    def add(self, items: list[Value], kind: str) -> None:
        """Add items to the value on top of the stack."""
        target = self.top()
        if target.kind != kind and target.kind != "object":
            raise self.refuse(f"items are added to a value of the kind {target.kind}")
        if target.kind == "object" and not self.policy.any_code:
            # A state may have replaced the methods that adding items calls.
            if target.filled:
                raise self.refuse("items are added to an object that already has its state")
            full = ".".join(target.data)
            if full in rules.READY_MADE and full not in rules.ITEMS:
                raise self.refuse(f"items are added to a result of {full}")
            if kind == "set" and full not in rules.READY_MADE:
                raise self.refuse("elements are added to an object that is not a plain set")
            if kind == "list" and full not in rules.READY_MADE:
                self.uses[target.data].extended = True
        self.memory += PLACE * len(items) * (4 if kind == "set" else 1)
        target.size += PLACE * len(items)
        self.grow(target, items)

    def count_hashed(self, weight: int, total: int) -> None:
        self.hashing += total
        if weight > _MOST_HASHED or self.hashing > _MOST_HASHED_IN_ALL:
            raise self.refuse(f"a key or an element of a set holds more than {_MOST_HASHED:,} values, or all of them too many")

    def hashed(self, items: list[Value]) -> None:
        for each in items:
            self.count_hashed(each.weight, each.weight)
            if each.kind in _UNHASHABLE:
                raise self.refuse(f"a {each.kind} is used as a key or an element of a set")

    def pairs(self, items: list[Value]) -> None:
        target = self.top()
        if len(items) % 2:
            raise self.refuse("a key without a value")
        keys = items[::2]
        self.hashed(keys)
        known = target.data if target.kind == "dict" else None
        for key, value in zip(keys, items[1::2], strict=True):
            named = key.kind == "str" and key.data is not None
            if not named or (key.data[:2] == "__" == key.data[-2:]):
                target.special = True
            if known is not None:
                if named and len(known) < _MOST_ATTRIBUTES:
                    known[key.data] = value if value.depth else _SIMPLE.setdefault(value.kind, Value(value.kind))
                else:
                    known = target.data = None
        self.add(items, "dict")

    def frame(self) -> None:
        if self.start < self.frame_end:
            raise self.refuse("a frame inside a frame")
        size = self.number(8)
        if size > self.end - self.at:
            raise self.refuse("a frame that extends beyond the end")
        self.frame_end = self.at + size
