"""Abstract interpretation of bytecode: what a frame holds at each point where it can be suspended.

The interpreter does not check the contents of a frame: an instruction that expects a list uses any
object as a list. So a restored frame must hold only what its code could have put there. The verifier
runs the bytecode over *kinds* of values (see `slot_kinds`) instead of values. At each suspension point
it records the kind of each local variable and each slot of the stack.

It checks every instruction that expects a particular type. It refuses code that it cannot prove safe,
and code with unknown instructions. The tests hold that it accepts all code from CPython's compiler.
"""

from __future__ import annotations

import sys
from types import CodeType
from typing import NamedTuple

from ..code import blobs, bytecode
from .slot_kinds import OBJECTS, TAGGED, Unproven, join, kind_of, with_kind
from .stack_effects import apply, at_depth, effect_of

_VERSION = sys.version_info[1]

# Instructions that raise nothing.
_QUIET = frozenset(("COPY", "LOAD_CONST", "LOAD_FAST_BORROW", "LOAD_SMALL_INT", "NOP", "PUSH_NULL", "STORE_FAST", "SWAP"))
_ENDS = frozenset(("INTERPRETER_EXIT", "RETURN_CONST", "RETURN_VALUE", "RERAISE", "RAISE_VARARGS"))

State = tuple[str, str]


class Point(NamedTuple):
    """A point where a frame can be suspended.

    Attributes
    ----------
    slot_kinds
        The kind of each local variable, then of each slot of the stack.
    from_another
        Whether it is a ``yield from`` or an ``await``.
    """

    slot_kinds: str
    from_another: bool


def points(code: CodeType) -> tuple[dict[int, Point], int]:
    """Return the suspension points of `code` and its number of local variables.

    The key of a point is the index of its RESUME instruction, in code units.

    Raises
    ------
    Unproven
        The verifier cannot prove that the code is safe.
    """
    run = _Run(code)
    run.go()
    return run.points, len(run.start)


class _Run:
    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.points: dict[int, Point] = {}
        self.instructions = dict(bytecode.instructions(code.co_code))
        try:
            self.handlers = list(bytecode.exception_table(code.co_exceptiontable))
        except ValueError as error:
            raise Unproven(str(error)) from None
        new_cells = [name for name in code.co_cellvars if name not in code.co_varnames]
        count = blobs.parameter_count(code)
        size = len(code.co_varnames) + len(new_cells) + len(code.co_freevars)
        self.start = "o" * count + "n" * (size - count)
        if takes_iterator(code):
            self.start = "I" + self.start[1:]
        self.states: dict[int, State] = {}
        self.waiting: list[int] = []

    def go(self) -> None:
        self.reach(0, self.start, "")
        while self.waiting:
            at = self.waiting.pop()
            self.step(at, *self.states[at])

    def reach(self, at: int, slots: str, stack: str) -> None:
        if at not in self.instructions:
            raise Unproven(f"a jump to {at}, where no instruction starts")
        if len(stack) > self.code.co_stacksize:
            raise Unproven(f"more values on the stack at {at} than co_stacksize")
        known = self.states.get(at)
        if known is not None:
            if len(known[1]) != len(stack):
                raise Unproven(f"different stack depths at {at}")
            slots, stack = join(known[0], slots), join(known[1], stack)
            if (slots, stack) == known:
                return
        self.states[at] = slots, stack
        self.waiting.append(at)

    def step(self, at: int, slots: str, stack: str) -> None:
        name, arg, after = self.instructions[at]
        for start, end, target, depth, lasti in self.handlers if name not in _QUIET else ():
            if start <= at < end:
                # Entries of 3.15 extend past the end of a loop. Nothing can be raised there, and the
                # stack may be too short.
                if depth <= len(stack):
                    self.reach(target, slots, stack[:depth] + ("X" if lasti else "") + "E")
        jump = bytecode.target(name, arg, after)
        if name == "YIELD_VALUE":
            below = apply(("O", ""), stack).replace("K", "o")
            if self.instructions.get(after, ("",))[0] != "RESUME":
                raise Unproven(f"no RESUME at {after}")
            if "R" in stack:
                raise Unproven(f"a yield at {at} inside an exception-group handler")
            self.points[after] = Point(slots + below, _VERSION >= 13 and arg & 1 == 1)
            self.reach(after, slots, below + "o")
        elif name == "FOR_ITER":
            self.for_iter(slots, stack, jump, after)
        elif name == "SEND":
            self.reach(after, slots, apply(("OiO", "==o") if _VERSION >= 15 else ("OO", "=o"), stack))
            self.reach(jump, slots, stack[: -2 if _VERSION == 11 else -1] + "o")
        elif name.startswith(("JUMP_IF", "POP_JUMP")):
            popped = apply(("O", ""), stack)
            self.reach(jump, slots, stack if name.startswith("JUMP_IF") else popped)
            self.reach(after, slots, popped)
        elif name.startswith("JUMP_"):
            self.reach(jump, slots, stack)
        else:
            slots, stack = self.transfer(name, arg, at, slots, stack)
            if name not in _ENDS:
                self.reach(after, slots, stack)

    def for_iter(self, slots: str, stack: str, jump: int, after: int) -> None:
        iterators = ("Qx", "Kx", "Kn") if _VERSION >= 15 else ("I", "K")
        if not stack.endswith(iterators):
            raise Unproven("a loop over an object that is not an iterator")
        stack = stack[: -len(iterators[0])] + iterators[0]
        self.reach(after, slots, stack + "o")
        self.reach(jump, slots, stack[:-1] if _VERSION == 11 else stack + "o")

    def transfer(self, name: str, arg: int, at: int, slots: str, stack: str) -> State:
        """Return the slots and the stack after an instruction that does not jump."""
        if name == "COPY_FREE_VARS":
            return slots[: len(slots) - arg] + "c" * arg, stack
        if name == "MAKE_CELL":
            return with_kind(slots, arg, "c"), stack
        if "FAST" in name:
            return _local_variables(name, arg, slots, stack)
        if ("DEREF" in name or name == "LOAD_CLOSURE") and slots[arg : arg + 1] != "c":
            raise Unproven("a cell variable that is not a cell")
        return slots, self.on_stack(name, arg, at, stack)

    def on_stack(self, name: str, arg: int, at: int, stack: str) -> str:
        if name == "LOAD_CONST":
            return stack + kind_of(self.code.co_consts[arg])
        if name == "COPY":
            return apply((at_depth("O", arg), "=" * arg), stack) + stack[-arg]
        if name == "SWAP" and arg > 1:
            return apply((at_depth(".", arg), ""), stack) + stack[-1] + stack[1 - arg : -1] + stack[-arg]
        if name == "END_SEND":
            return apply(("..O" if _VERSION >= 15 else ".O", ""), stack) + stack[-1]
        needs, leaves = effect_of(name, arg)
        if name == "BUILD_TUPLE" and set(stack[len(stack) - arg :]) <= {"s"}:
            leaves = "U"
        elif name == "BUILD_LIST" and self.collects_exceptions(at, arg):
            leaves = "G"
        elif name == "LIST_APPEND" and stack[-arg - 1 : -arg] == "G":
            needs = at_depth("G", arg) + "e"
        return apply((needs, leaves), stack)

    def collects_exceptions(self, at: int, arg: int) -> bool:
        """Whether BUILD_LIST creates the list to which ``except*`` appends exceptions."""
        before, behind = self.instructions.get(at - 1), self.instructions.get(at + 1)
        if arg or before is None or behind is None:
            return False
        return (before[0], behind[:2]) == ("PUSH_EXC_INFO", ("COPY", 2)) or (before[:2], behind[:2]) == (
            ("COPY", 1),
            ("SWAP", 2),
        )


def takes_iterator(code: CodeType) -> bool:
    """Whether the code loops over its first argument without GET_ITER, as generator expressions do."""
    if code.co_varnames[:1] != (".0",) or not code.co_argcount:
        return False
    names = [name for _, (name, _, _) in bytecode.instructions(code.co_code)]
    for index, name in enumerate(names[:-1]):
        if name.startswith("LOAD_FAST"):
            return names[index + 1] == "FOR_ITER"
    return False


def _local_variables(name: str, arg: int, slots: str, stack: str) -> State:
    if name == "LOAD_FAST_AND_CLEAR":
        return with_kind(slots, arg, "n"), stack + slots[arg]
    if name == "DELETE_FAST":
        return with_kind(slots, arg, "n"), stack
    # In 3.11 every LOAD_FAST checks for NULL.
    checks_null = name == "LOAD_FAST_CHECK" or _VERSION == 11
    parts = name.split("_FAST")
    double = name.count("FAST") == 2
    for index, action in enumerate([part.strip("_").removeprefix("BORROW_") for part in parts[: 2 if double else 1]]):
        place = arg if not double else arg >> 4 if index == 0 else arg & 15
        if place >= len(slots):
            raise Unproven("a variable that does not exist")
        if action == "STORE":
            below, kind = apply((".", ""), stack), stack[-1]
            if kind in TAGGED:
                raise Unproven("an integer stored in a variable")
            slots, stack = with_kind(slots, place, kind if kind in "cnm" else "o"), below
        elif action == "LOAD":
            kind = slots[place]
            if checks_null and kind in "nm":
                kind = "o"
                slots = with_kind(slots, place, "o")
            if kind not in OBJECTS:
                raise Unproven("a variable that may be unbound")
            stack += kind
        else:
            raise Unproven(f"the verifier does not know {name}")
    return slots, stack
