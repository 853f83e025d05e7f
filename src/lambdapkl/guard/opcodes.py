"""The effect of each opcode on the guard's machine."""

from __future__ import annotations

from collections.abc import Callable

from .machine import Machine
from .values import FALSE, FLOAT, MARK, NONE, PLACE, TRUE

__all__ = ["STEPS"]


def _fill(kind: str) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        items = machine.since_mark()
        if kind == "frozenset":
            machine.hashed(items)
        machine.push(machine.container(kind, items))

    return step


def _tuple(count: int) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        machine.push(machine.container("tuple", [machine.pop() for _ in range(count)][::-1]))

    return step


def _dict(machine: Machine) -> None:
    items = machine.since_mark()
    machine.push(machine.container("dict", []))
    machine.pairs(items)


def _additems(machine: Machine) -> None:
    items = machine.since_mark()
    machine.hashed(items)
    machine.add(items, "set")


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.name(module.data if module.kind == "str" else None, name.data if name.kind == "str" else None)


def _global(machine: Machine) -> None:
    module = machine.line()
    machine.name(module, machine.line())


def _float(machine: Machine) -> None:
    machine.take(8)
    machine.memory += 2 * PLACE
    machine.push(FLOAT)


def _read_only(machine: Machine) -> None:
    if machine.pop().kind != "buffer":
        raise machine.refuse("READONLY_BUFFER is used on a value that is not a buffer")
    machine.atom("buffer", None, 0)


STEPS: dict[int, Callable[[Machine], object]] = {
    0x95: lambda machine: machine.frame(),
    ord("("): lambda machine: machine.stack.append(MARK),
    ord("0"): lambda machine: machine.pop(),
    ord("1"): lambda machine: machine.since_mark(),
    ord("N"): lambda machine: machine.push(NONE),
    0x88: lambda machine: machine.push(TRUE),
    0x89: lambda machine: machine.push(FALSE),
    ord("J"): lambda machine: machine.atom("int", machine.number(4, signed=True), 0),
    ord("K"): lambda machine: machine.atom("int", machine.number(1), 0),
    ord("M"): lambda machine: machine.atom("int", machine.number(2), 0),
    0x8A: lambda machine: machine.long(machine.number(1)),
    0x8B: lambda machine: machine.long(machine.number(4)),
    ord("G"): _float,
    0x8C: lambda machine: machine.text(machine.number(1)),
    ord("X"): lambda machine: machine.text(machine.number(4)),
    0x8D: lambda machine: machine.text(machine.number(8)),
    ord("C"): lambda machine: machine.octets(machine.number(1)),
    ord("B"): lambda machine: machine.octets(machine.number(4)),
    0x8E: lambda machine: machine.octets(machine.number(8)),
    0x96: lambda machine: machine.octets(machine.number(8), "bytearray"),
    0x97: lambda machine: machine.atom("buffer", None, 0),
    0x98: _read_only,
    ord(")"): _tuple(0),
    0x85: _tuple(1),
    0x86: _tuple(2),
    0x87: _tuple(3),
    ord("t"): _fill("tuple"),
    ord("]"): lambda machine: machine.push(machine.container("list", [])),
    ord("a"): lambda machine: machine.add([machine.pop()], "list"),
    ord("e"): lambda machine: machine.add(machine.since_mark(), "list"),
    ord("l"): _fill("list"),
    ord("}"): lambda machine: machine.push(machine.container("dict", [])),
    ord("d"): _dict,
    ord("s"): lambda machine: machine.pairs([machine.pop(), machine.pop()][::-1]),
    ord("u"): lambda machine: machine.pairs(machine.since_mark()),
    0x8F: lambda machine: machine.push(machine.container("set", [])),
    0x90: _additems,
    0x91: _fill("frozenset"),
    ord("h"): lambda machine: machine.get(machine.number(1)),
    ord("j"): lambda machine: machine.get(machine.number(4)),
    ord("q"): lambda machine: machine.put(machine.number(1)),
    ord("r"): lambda machine: machine.put(machine.number(4)),
    0x94: lambda machine: machine.put(len(machine.memo)),
    ord("c"): _global,
    0x93: _stack_global,
    ord("R"): lambda machine: machine.call(),
    0x81: lambda machine: machine.call(),
    0x92: lambda machine: machine.call(machine.pop()),
    ord("b"): lambda machine: machine.build(),
}
