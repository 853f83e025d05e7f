"""What bytecode does, in a form that does not go by how its source was laid out.

The compiler's output depends a little on lines.  Two loads are made into one instruction where they are on one line (since
3.13), a NOP is kept for a line without any other instruction, a jump to a jump is shortened unless they are on two lines.
Names and constants are numbered in the order in which they come.  So instructions are followed here from the first one,
with names and values in place of numbers, combined instructions taken apart, and what only leads on left out.
"""

from __future__ import annotations

import dis
import hashlib
from collections.abc import Iterator
from types import CodeType
from typing import Any, NamedTuple

from . import bytecode, codes
from .spelling import spell_constant

__all__ = ["code_digest"]

# These lead on to the next instruction, or to the one they name.
_PASSED = frozenset(("NOP", "EXTENDED_ARG", "CACHE", "NOT_TAKEN"))
_JUMPS = frozenset(("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE"))
_ENDS = frozenset(("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"))
_KEEPING = {"JUMP_IF_TRUE_OR_POP": "POP_JUMP_IF_TRUE", "JUMP_IF_FALSE_OR_POP": "POP_JUMP_IF_FALSE"}
_JUMPING = frozenset((*dis.hasjrel, *dis.hasjabs))


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
    """

    does: str
    following: int
    target: int | None
    ends: bool


def code_digest(code: CodeType) -> bytes:
    """Return the SHA-256 of what `code` does, the same for each layout of its source, in one version of an interpreter."""
    head = (
        code.co_name,
        code.co_qualname,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_varnames[: codes.parameter_count(code)],
        sorted(code.co_freevars),
        sorted(code.co_cellvars),
        codes.docstring(code),
    )
    made = hashlib.sha256(repr(head).encode("utf-8", "backslashreplace"))
    for line in _lines(code):
        made.update(line.encode("utf-8", "backslashreplace") + b"\n")
    return made.digest()


def _lines(code: CodeType) -> Iterator[str]:
    """Yield the instructions that can be reached, each with the numbers of those it leads to."""
    steps = _steps(code)
    handlers = _handlers(code)
    numbers: dict[int, int] = {}
    waiting: list[int] = []

    def number(offset: int) -> int:
        place = _arrive(offset, steps)
        if place not in numbers:
            numbers[place] = len(numbers)
            waiting.append(place)
        return numbers[place]

    number(min(steps, default=0))
    while waiting:
        place = waiting.pop()
        step = steps.get(place)
        if step is None:  # a loop of jumps alone, or past the end
            yield f"{numbers[place]} nowhere"
            continue
        found = [str(numbers[place]), step.does]
        handler = handlers.get(place & ~1)
        if handler is not None:
            target, depth, last_instruction = handler
            found.append(f"except {number(target)} {depth} {last_instruction}")
        if step.target is not None:
            found.append(f"jump {number(step.target)}")
        if not step.ends:
            found.append(f"next {number(step.following)}")
        yield " ".join(found)


def _arrive(offset: int, steps: dict[int, _Step]) -> int:
    """Return the first instruction from `offset` on that does more than lead on."""
    seen = set()
    while (step := steps.get(offset)) is not None and not step.does:
        if offset in seen:
            return -1
        seen.add(offset)
        offset = step.following if step.target is None else step.target
    return offset


def _spell(value: Any) -> str:
    return spell_constant(value, code_digest)


def _steps(code: CodeType) -> dict[int, _Step]:
    """Return the instructions by offset; of one that is two, the second has the odd offset between."""
    found: dict[int, _Step] = {}
    instructions = codes.instructions(code)
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
                found[offset] = _Step(does[0], offset + 1, None, False)
                offset += 1
            found[offset] = _Step(does[-1], after, None, name in _ENDS)
    for index in first_lines(instructions):
        found[instructions[index].offset] = _Step("LOAD_CONST line", instructions[index + 1].offset, None, False)
    return {offset: _shortened(step, found) for offset, step in found.items()}


def _shortened(step: _Step, steps: dict[int, _Step]) -> _Step:
    """Return what the compiler makes of an instruction if the one that it leads to is on its line."""
    if step.does.startswith("STORE_FAST "):
        after = steps.get(_arrive(step.following, steps))
        return step._replace(does="POP_TOP NoneType None") if after is not None and after.does == step.does else step
    # `a and b or c`, up to 3.11.
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
    value = code.co_consts[instruction.arg or 0] if instruction.opcode in dis.hasconst else instruction.argval
    if name == "RETURN_CONST":
        return f"LOAD_CONST {_spell(value)}", "RETURN_VALUE NoneType None"
    name = name.replace("_BORROW", "")  # of a reference: changes no result (3.14)
    if name.count("_FAST") == 2:
        first, second = name.split("_FAST_")
        names = value if type(value) is tuple else (value, value)
        return f"{first}_FAST {_spell(names[0])}", f"{second} {_spell(names[1])}"
    flag = f" {instruction.argrepr}" if instruction.opcode in dis.hasname else ""
    return (f"{name} {_spell(value)}{flag}",)


def _handlers(code: CodeType) -> dict[int, tuple[int, int, bool]]:
    """Return for each offset where an exception goes, how many values stay on the stack, and whether the offset is pushed."""
    found = {}
    for start, end, target, depth, pushes in bytecode.exception_table(code.co_exceptiontable):
        for unit in range(start, end):
            found[2 * unit] = 2 * target, depth, pushes
    return found
