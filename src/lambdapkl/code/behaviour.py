"""What bytecode does, in a form that does not go by how its source was laid out.

The compiler's output depends a little on lines.  Two loads are made into one instruction where they are on one line (since
3.13), a NOP is kept for a line without any other instruction, a jump to a jump is shortened unless they are on two lines.
Values of a tuple are put in order where they are stored on one line, and a short end of a function is written once for each
way to it.  Names and constants are numbered in the order in which they come.  So instructions are followed here from the first
one, with names and values in place of numbers, combined instructions taken apart, and what only leads on left out; stores in a
row count as what they leave behind, and what is there twice counts once.
"""

from __future__ import annotations

import dis
import hashlib
import pickle
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any, NamedTuple

from . import blobs, bytecode, minimal_graph
from .spelling import spell_constant

__all__ = ["code_digest"]

# These lead on to the next instruction, or to the one they name.
_PASSED = frozenset(("NOP", "EXTENDED_ARG", "CACHE", "NOT_TAKEN"))
_JUMPS = frozenset(("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE"))
_ENDS = frozenset(("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"))
_KEEPING = {"JUMP_IF_TRUE_OR_POP": "POP_JUMP_IF_TRUE", "JUMP_IF_FALSE_OR_POP": "POP_JUMP_IF_FALSE"}
_JUMPING = frozenset((*dis.hasjrel, *dis.hasjabs))
_VARIABLES = frozenset((*dis.haslocal, *dis.hasfree))
# How many bits beside the number of a name say something else.
_FLAG_BITS = {"LOAD_GLOBAL": 1, "LOAD_SUPER_ATTR": 2}
if sys.implementation.name != "cpython":
    _FLAG_BITS = {}
elif sys.version_info >= (3, 12):
    _FLAG_BITS["LOAD_ATTR"] = 1
    if sys.version_info >= (3, 15):
        _FLAG_BITS["IMPORT_NAME"] = 2
# These change names and the order of the stack, and nothing else.
_MOVES = frozenset(("SWAP", "STORE_FAST", "POP_TOP"))


class _Step(NamedTuple):
    """An instruction: what it does, and where it goes.

    Attributes
    ----------
    does
        Its name and argument, empty where it only leads on.
    target
        The offset that it may jump to; for a branch, where it goes if what it asks for is so.
    ends
        Whether the next instruction does not follow.
    move
        The name of an instruction that only moves values.
    depth
        Of a swap, which value of the stack it takes.
    """

    does: str
    following: int
    target: int | None
    ends: bool
    move: str = ""
    depth: int = 1


def code_digest(code: CodeType) -> bytes:
    """Return the SHA-256 of what `code` does, the same for each layout of its source, in one version of an interpreter."""
    head = (
        code.co_name,
        code.co_qualname,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_varnames,  # in the order in which `locals` has them
        sorted(code.co_freevars),
        sorted(code.co_cellvars),
        blobs.docstring(code),
    )
    made = hashlib.sha256(repr(head).encode("utf-8", "backslashreplace"))
    start, nodes = _graph(code)
    for line in minimal_graph.lines(start, nodes):
        made.update(line.encode("utf-8", "backslashreplace") + b"\n")
    return made.digest()


def _graph(code: CodeType) -> tuple[int, dict[int, minimal_graph.Node]]:
    """Return the instructions that can be reached, and the first of them."""
    steps = _steps(code)
    handlers = _handlers(code)
    nodes: dict[int, minimal_graph.Node] = {}
    runs: dict[int, tuple[str, int]] = {}

    def land(offset: int) -> int:
        place = _arrive(offset, steps)
        while (step := steps.get(place)) is not None and step.move:
            if place not in runs:
                runs[place] = _run(place, steps)
            does, after = runs[place]
            if does:
                break
            place = after
        return place

    start = land(min(steps, default=0))
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place in nodes:
            continue
        node = nodes[place] = _node(place, steps, handlers, runs, land)
        waiting += [target for _, target in node.edges]
    return start, nodes


def _node(
    place: int,
    steps: dict[int, _Step],
    handlers: dict[int, tuple[int, int, bool]],
    runs: dict[int, tuple[str, int]],
    land: Callable[[int], int],
) -> minimal_graph.Node:
    if place in runs:  # nothing in it fails
        does, after = runs[place]
        return minimal_graph.Node(does, (("next", land(after)),))
    step = steps.get(place)
    edges = []
    # What is no step is a loop of jumps alone, which an interrupt ends, or past the end.
    does = "nowhere" if step is None else step.does
    handler = handlers.get((~place if place < 0 else place) & ~1)
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


def _run(place: int, steps: dict[int, _Step]) -> tuple[str, int]:
    """Return what is stored by the instructions from `place` on that only move values, and what comes after them.

    The compiler turns swaps and stores into stores in another order where they are on one line.
    """
    # Places on the stack are counted from its top as it was.  name -> place, place -> which value is there now
    stored: dict[str, int] = {}
    moved: dict[int, int] = {}
    top = 0
    seen = set()
    while (step := steps.get(place)) is not None and step.move and place not in seen:
        seen.add(place)
        if step.move == "SWAP":
            other = top + step.depth - 1
            moved[top], moved[other] = moved.get(other, other), moved.get(top, top)
        else:
            value = moved.pop(top, top)
            top += 1
            if step.move == "STORE_FAST":
                stored[step.does] = value
        place = _arrive(step.following, steps)
    kept = sorted((key, value) for key, value in moved.items() if key != value)
    if not (stored or kept or top or place in seen):
        return "", place
    return f"MOVES {sorted(stored.items())} {kept} {top}", place


def _arrive(offset: int, steps: dict[int, _Step]) -> int:
    """Return the first instruction from `offset` on that does more than lead on; of a loop without any, one's complement."""
    seen: dict[int, None] = {}
    while (step := steps.get(offset)) is not None and not step.does:
        if offset in seen:
            return ~offset
        seen[offset] = None
        offset = step.following if step.target is None else step.target
    return offset


def _spell(value: Any) -> str:
    return spell_constant(value, code_digest)


def _steps(code: CodeType) -> dict[int, _Step]:
    """Return the instructions by offset; of one that is two, the second has the odd offset between."""
    found: dict[int, _Step] = {}
    instructions = blobs.instructions(code)
    following = [each.offset for each in instructions[1:]] + [len(code.co_code)]
    for each, after in zip(instructions, following, strict=True):
        name, offset = each.opname, each.offset
        if name in _PASSED:
            found[offset] = _Step("", after, None, False)
        elif name in _JUMPS:
            found[offset] = _Step("", after, each.argval, True)
        elif each.opcode in _JUMPING:
            found[offset] = _branch(name, after, each.argval)
        else:
            does = _does(name, each, code)
            if len(does) == 2:
                found[offset] = _plain(does[0], offset + 1, 0, False)
                offset += 1
            found[offset] = _plain(does[-1], after, each.arg or 0, name in _ENDS)
    for index in first_lines(instructions):
        found[instructions[index].offset] = _Step("LOAD_CONST line", instructions[index + 1].offset, None, False)
    return {offset: _shortened(step, found) for offset, step in found.items()}


def _plain(does: str, following: int, argument: int, ends: bool) -> _Step:
    name = does.partition(" ")[0]
    return _Step(does, following, None, ends, name if name in _MOVES else "", max(argument, 1))


def _shortened(step: _Step, steps: dict[int, _Step]) -> _Step:
    """Return what the compiler makes of `a and b or c` if that is on one line (up to 3.11)."""
    while step.does in _KEEPING and step.target is not None:
        after = steps.get(_arrive(step.target, steps))
        if after is None or after.does not in _KEEPING:
            break
        if after.does == step.does:
            step = step._replace(target=after.target)
        else:
            return _branch(_KEEPING[step.does], step.following, after.following)
    return step


def first_lines(instructions: list[dis.Instruction]) -> list[int]:
    """Return where, in the body of a class, the number of its first line is loaded (since 3.13)."""
    return [
        index for index, each in enumerate(instructions[1:]) if each.argval == "__firstlineno__" and each.opname == "STORE_NAME"
    ]


def _branch(name: str, following: int, target: int) -> _Step:
    """Return a jump on a condition, which may be written as one on the contrary to somewhere else."""
    if not name.startswith("POP_JUMP"):
        return _Step(name, following, target, False)
    asked = name.rpartition("_IF_")[2]
    if asked in ("FALSE", "NOT_NONE"):
        following, target = target, following
    return _Step("POP_JUMP TRUE" if asked in ("TRUE", "FALSE") else "POP_JUMP NONE", following, target, False)


def _does(name: str, instruction: dis.Instruction, code: CodeType) -> tuple[str, ...]:
    value = _argument(instruction, code)
    if name == "RETURN_CONST":
        return f"LOAD_CONST {_spell(value)}", f"RETURN_VALUE {_spell(None)}"
    name = name.replace("_BORROW", "")  # of a reference: changes no result (3.14)
    if name.count("_FAST") == 2:
        first, second = name.split("_FAST_")
        names = value if type(value) is tuple else (value, value)
        return f"{first}_FAST {_spell(names[0])}", f"{second} {_spell(names[1])}"
    bits = _FLAG_BITS.get(name, 0)
    flags = f" {(instruction.arg or 0) & ((1 << bits) - 1)}" if bits else ""
    return (f"{name} {_spell(value)}{flags}",)


def _argument(instruction: dis.Instruction, code: CodeType) -> Any:
    """Return the constant, name or number that an instruction takes; of numbers `dis` tells less than all."""
    if instruction.opcode in dis.hasconst:
        return code.co_consts[instruction.arg or 0]
    if instruction.opcode in dis.hasname or instruction.opcode in _VARIABLES:
        return instruction.argval
    return instruction.arg


def _handlers(code: CodeType) -> dict[int, tuple[int, int, bool]]:
    """Return for each offset where an exception goes, how many values stay on the stack, and whether the offset is pushed."""
    found = {}
    units = len(code.co_code) // 2
    try:
        for start, end, target, depth, pushes in bytecode.exception_table(code.co_exceptiontable):
            for unit in range(start, min(end, units)):
                found[2 * unit] = 2 * target, depth, pushes
    except ValueError as error:
        raise pickle.PicklingError(f"cannot pickle the code object {code.co_qualname}: it has {error}") from None
    return found
