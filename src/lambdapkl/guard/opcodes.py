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


def _append(machine: Machine) -> None:
    item = machine.pop()
    machine.add(machine.top(), [item], "list")


def _appends(machine: Machine) -> None:
    items = machine.since_mark()
    machine.add(machine.top(), items, "list")


def _setitem(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.pairs(machine.top(), [key, value])


def _setitems(machine: Machine) -> None:
    items = machine.since_mark()
    machine.pairs(machine.top(), items)


def _dict(machine: Machine) -> None:
    items = machine.since_mark()
    made = machine.container("dict", [])
    machine.pairs(made, items)
    machine.push(made)


def _additems(machine: Machine) -> None:
    items = machine.since_mark()
    machine.hashed(items)
    machine.add(machine.top(), items, "set")


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.name(module.data if module.kind == "str" else None, name.data if name.kind == "str" else None)


def _global(machine: Machine) -> None:
    module = machine.line()
    machine.name(module, machine.line())


def _reduce(machine: Machine) -> None:
    args, callee = machine.pop(), machine.pop()
    machine.call(callee, args)


def _newobj_ex(machine: Machine) -> None:
    named, args, callee = machine.pop(), machine.pop(), machine.pop()
    machine.call(callee, args, named)


def _float(machine: Machine) -> None:
    machine.take(8)
    machine.memory += 2 * PLACE
    machine.push(FLOAT)


def _buffer(machine: Machine) -> None:
    machine.atom("buffer", None, 0)


def _read_only(machine: Machine) -> None:
    if machine.pop().kind != "buffer":
        raise machine.refuse("READONLY_BUFFER is used on a value that is not a buffer")
    machine.atom("buffer", None, 0)


STEPS: dict[int, Callable[[Machine], object]] = {
    0x80: lambda machine: machine.second_protocol(),
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
    0x97: _buffer,
    0x98: _read_only,
    ord(")"): _tuple(0),
    0x85: _tuple(1),
    0x86: _tuple(2),
    0x87: _tuple(3),
    ord("t"): _fill("tuple"),
    ord("]"): lambda machine: machine.push(machine.container("list", [])),
    ord("a"): _append,
    ord("e"): _appends,
    ord("l"): _fill("list"),
    ord("}"): lambda machine: machine.push(machine.container("dict", [])),
    ord("d"): _dict,
    ord("s"): _setitem,
    ord("u"): _setitems,
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
    ord("R"): _reduce,
    0x81: _reduce,
    0x92: _newobj_ex,
    ord("b"): lambda machine: machine.build(),
}
