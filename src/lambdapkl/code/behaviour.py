"""Computes a digest of what a code object does; the layout of its source does not change it.

The compiler's output depends a little on lines:

- It merges two loads into one instruction if they are on one line (since 3.13).
- It keeps a NOP for a line that has no other instruction.
- It shortens a jump to a jump unless the two are on different lines.
- It reorders stores if they are on one line.
- It copies a short end of a function to each jump that leads there.
- It numbers names and constants in order of appearance.

The digest is computed from a graph of the instructions that can be reached:

- Names and values replace their numbers.
- Merged instructions are split, and instructions without an effect are left out.
- Consecutive stores are described by their joint result.
- Equivalent nodes are merged.
"""

from __future__ import annotations

import dis
import hashlib
import pickle
import sys
from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import Any, NamedTuple

from . import blobs, bytecode, minimal_graph
from .spelling import spell_constant

__all__ = ["code_digest"]

# Instructions without an effect: the next one follows.
_NO_EFFECT = frozenset(("NOP", "EXTENDED_ARG", "CACHE", "NOT_TAKEN"))
_JUMPS = frozenset(("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE"))
_ENDS = frozenset(("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"))
# Jumps that leave the tested value on the stack, and those that do not (up to 3.11).
_KEEP_VALUE = {"JUMP_IF_TRUE_OR_POP": "POP_JUMP_IF_TRUE", "JUMP_IF_FALSE_OR_POP": "POP_JUMP_IF_FALSE"}
_HAVE_TARGET = frozenset((*dis.hasjrel, *dis.hasjabs))
_VARIABLES = frozenset((*dis.haslocal, *dis.hasfree))
# How many low bits of the argument are flags; the index of the name is above them.
_FLAG_BITS = {"LOAD_GLOBAL": 1, "LOAD_SUPER_ATTR": 2}
if sys.implementation.name != "cpython":
    _FLAG_BITS = {}
elif sys.version_info >= (3, 12):
    _FLAG_BITS["LOAD_ATTR"] = 1
    if sys.version_info >= (3, 15):
        _FLAG_BITS["IMPORT_NAME"] = 2
# These change only local variables and the order of the stack.
_MOVES = frozenset(("SWAP", "STORE_FAST", "POP_TOP"))


class _Step(NamedTuple):
    """An instruction: its effect, and which instructions can follow.

    Attributes
    ----------
    does
        Its name and argument; empty if it has no effect.
    target
        The offset that it may jump to; a branch jumps there if its condition is true.
    ends
        Whether the next instruction does not follow.
    move
        The name of the instruction if it only moves values, else "".
    depth
        The argument of a SWAP: which value of the stack it swaps with the top.
    """

    does: str
    following: int
    target: int | None
    ends: bool
    move: str = ""
    depth: int = 1


def code_digest(code: CodeType) -> bytes:
    """Return the SHA-256 of what `code` does.

    One version of an interpreter gives the same digest for every layout of the source.
    """
    head = (
        code.co_name,
        code.co_qualname,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_varnames,  # unsorted: `locals` has this order
        sorted(code.co_freevars),
        sorted(code.co_cellvars),
        blobs.docstring(code),
    )
    digest = hashlib.sha256(repr(head).encode("utf-8", "backslashreplace"))
    start, nodes = _graph(code)
    for line in minimal_graph.canonical_lines(start, nodes):
        digest.update(line.encode("utf-8", "backslashreplace") + b"\n")
    return digest.digest()


_spell = partial(spell_constant, code_digest=code_digest)


def _graph(code: CodeType) -> tuple[int, dict[int, minimal_graph.Node]]:
    """Return the first instruction, and all that can be reached from it."""
    steps = _steps(code)
    handlers = _handlers(code)
    nodes: dict[int, minimal_graph.Node] = {}
    runs: dict[int, tuple[str, int]] = {}

    def land(offset: int) -> int:
        """Return the first instruction from `offset` on that has an effect, moves included."""
        position = _skip_without_effect(offset, steps)
        while (step := steps.get(position)) is not None and step.move:
            if position not in runs:
                runs[position] = _run(position, steps)
            does, after = runs[position]
            if does:
                break
            position = after
        return position

    start = land(min(steps, default=0))
    waiting = [start]
    while waiting:
        position = waiting.pop()
        if position in nodes:
            continue
        node = nodes[position] = _node(position, steps, handlers, runs, land)
        waiting += [target for _, target in node.edges]
    return start, nodes


def _node(
    position: int,
    steps: dict[int, _Step],
    handlers: dict[int, tuple[int, int, bool]],
    runs: dict[int, tuple[str, int]],
    land: Callable[[int], int],
) -> minimal_graph.Node:
    if position in runs:  # moves raise nothing, so there is no edge to a handler
        does, after = runs[position]
        return minimal_graph.Node(does, (("next", land(after)),))
    step = steps.get(position)
    edges = []
    # Positions without a step are past the end, or in a loop of jumps that only an interrupt ends.
    does = "nowhere" if step is None else step.does
    handler = handlers.get((~position if position < 0 else position) & ~1)
    if handler is not None:
        target, depth, pushes = handler
        does += f" except {depth} {pushes}"
        edges.append(("except", land(target)))
    if step is not None:
        if step.target is not None:
            edges.append(("jump", land(step.target)))
        if not step.ends:
            edges.append(("next", land(step.following)))
    return minimal_graph.Node(does, tuple(edges))


def _run(position: int, steps: dict[int, _Step]) -> tuple[str, int]:
    """Return the joint effect of the moves from `position` on, and the offset of what follows them.

    The compiler turns swaps and stores into stores in another order if they are on one line.
    """
    # Places on the stack are counted from its top before the run.
    # name -> place of the value that it gets
    stored: dict[str, int] = {}
    # place -> former place of the value that is there now
    moved: dict[int, int] = {}
    top = 0
    seen = set()
    while (step := steps.get(position)) is not None and step.move and position not in seen:
        seen.add(position)
        if step.move == "SWAP":
            other = top + step.depth - 1
            moved[top], moved[other] = moved.get(other, other), moved.get(top, top)
        else:
            value = moved.pop(top, top)
            top += 1
            if step.move == "STORE_FAST":
                stored[step.does] = value
        position = _skip_without_effect(step.following, steps)
    displaced = sorted((key, value) for key, value in moved.items() if key != value)
    if not (stored or displaced or top or position in seen):
        return "", position
    return f"MOVES {sorted(stored.items())} {displaced} {top}", position


def _skip_without_effect(offset: int, steps: dict[int, _Step]) -> int:
    """Return the first instruction from `offset` on that has an effect.

    If a loop has none, the result is the complement (``~``) of an offset in it.
    """
    seen: dict[int, None] = {}
    while (step := steps.get(offset)) is not None and not step.does:
        if offset in seen:
            return ~offset
        seen[offset] = None
        offset = step.following if step.target is None else step.target
    return offset


def _steps(code: CodeType) -> dict[int, _Step]:
    """Return the instructions by offset.

    The second half of a merged instruction has the odd offset after the first.
    """
    steps: dict[int, _Step] = {}
    instructions = blobs.instructions(code)
    following = [each.offset for each in instructions[1:]] + [len(code.co_code)]
    for each, after in zip(instructions, following, strict=True):
        name, offset = each.opname, each.offset
        if name in _NO_EFFECT:
            steps[offset] = _Step("", after, None, False)
        elif name in _JUMPS:
            steps[offset] = _Step("", after, each.argval, True)
        elif each.opcode in _HAVE_TARGET:
            steps[offset] = _branch(name, after, each.argval)
        else:
            does = _does(name, each, code)
            if len(does) == 2:
                steps[offset] = _plain(does[0], offset + 1, 0, False)
                offset += 1
            steps[offset] = _plain(does[-1], after, each.arg or 0, name in _ENDS)
    for index in loads_of_first_line(instructions):
        steps[instructions[index].offset] = _Step("LOAD_CONST line", instructions[index + 1].offset, None, False)
    return {offset: _shortened(step, steps) for offset, step in steps.items()}


def _plain(does: str, following: int, argument: int, ends: bool) -> _Step:
    name = does.partition(" ")[0]
    return _Step(does, following, None, ends, name if name in _MOVES else "", max(argument, 1))


def _shortened(step: _Step, steps: dict[int, _Step]) -> _Step:
    """Shorten jumps in `a and b or c` as the compiler does if it is on one line (up to 3.11)."""
    while step.does in _KEEP_VALUE and step.target is not None:
        after = steps.get(_skip_without_effect(step.target, steps))
        if after is None or after.does not in _KEEP_VALUE:
            break
        if after.does == step.does:
            step = step._replace(target=after.target)
        else:
            return _branch(_KEEP_VALUE[step.does], step.following, after.following)
    return step


def loads_of_first_line(instructions: list[dis.Instruction]) -> list[int]:
    """Return the index of each load of a class's ``__firstlineno__`` (since 3.13)."""
    return [
        index for index, each in enumerate(instructions[1:]) if each.argval == "__firstlineno__" and each.opname == "STORE_NAME"
    ]


def _branch(name: str, following: int, target: int) -> _Step:
    """Return the step of a conditional jump.

    A jump on the opposite condition gives the same step, with `target` and `following` exchanged.
    """
    if not name.startswith("POP_JUMP"):
        return _Step(name, following, target, False)
    condition = name.rpartition("_IF_")[2]
    if condition in ("FALSE", "NOT_NONE"):
        following, target = target, following
    return _Step("POP_JUMP TRUE" if condition in ("TRUE", "FALSE") else "POP_JUMP NONE", following, target, False)


def _does(name: str, instruction: dis.Instruction, code: CodeType) -> tuple[str, ...]:
    value = _argument(instruction, code)
    if name == "RETURN_CONST":
        return f"LOAD_CONST {_spell(value)}", f"RETURN_VALUE {_spell(None)}"
    name = name.replace("_BORROW", "")  # borrowing a reference changes no result (3.14)
    if name.count("_FAST") == 2:
        first, second = name.split("_FAST_")
        names = value if type(value) is tuple else (value, value)
        return f"{first}_FAST {_spell(names[0])}", f"{second} {_spell(names[1])}"
    bits = _FLAG_BITS.get(name, 0)
    flags = f" {(instruction.arg or 0) & ((1 << bits) - 1)}" if bits else ""
    return (f"{name} {_spell(value)}{flags}",)


def _argument(instruction: dis.Instruction, code: CodeType) -> Any:
    """Return the constant, name or number that an instruction takes.

    Numbers are returned whole: for some, `dis.Instruction.argval` leaves bits out.
    """
    if instruction.opcode in dis.hasconst:
        return code.co_consts[instruction.arg or 0]
    if instruction.opcode in dis.hasname or instruction.opcode in _VARIABLES:
        return instruction.argval
    return instruction.arg


def _handlers(code: CodeType) -> dict[int, tuple[int, int, bool]]:
    """Return for each offset the handler, its stack depth, and whether the offset is pushed."""
    handlers = {}
    units = len(code.co_code) // 2
    try:
        for start, end, target, depth, pushes in bytecode.exception_table(code.co_exceptiontable):
            for unit in range(start, min(end, units)):
                handlers[2 * unit] = 2 * target, depth, pushes
    except ValueError as error:
        raise pickle.PicklingError(f"cannot pickle the code object {code.co_qualname}: {error}") from None
    return handlers
