"""Programs for `test_generated.py`: source text of functions and class hierarchies, drawn by hypothesis.

Every name that an expression reads stands for an integer, and every function takes one required integer, so that a
program runs whatever is drawn; that it raises now and then is part of what is compared.

No two strings of a program are equal: `pickle` keeps the identity of strings, and which equal strings are one object is
the compiler's business, different before and after a round trip.
"""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import fresh
from hypothesis import strategies as st

PROGRAMS = Path(__file__).with_name("programs")

Draw = Callable[[st.SearchStrategy[Any]], Any]

# What both processes do with the object: everything that it can do, as plain data.
EXERCISE = fresh.dedent(PROGRAMS / "exercise.py")


class Program:
    """A program that is being drawn."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._numbers = itertools.count()
        # Names of functions of one integer that return one.
        self.functions: list[str] = []
        self.globals: list[str] = []

    def choose(self, options: Iterable[Any]) -> Any:
        return self._draw(st.sampled_from(list(options)))

    def flip(self) -> bool:
        return bool(self._draw(st.booleans()))

    def count(self, most: int, least: int = 0) -> int:
        return int(self._draw(st.integers(least, most)))

    def new(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def text(self) -> str:
        return f'"text {next(self._numbers)}"'

    def prelude(self) -> list[str]:
        """Return the globals of the program."""
        lines = ["import math", "import functools", "import os.path"]
        for _ in range(self.count(3, 1)):
            name = self.new("g")
            self.globals.append(name)
            lines.append(f"{name} = {self.count(100)}")
        lines += [f"data = [1, {self.count(9)}, {self.text()}]", f"table = {{0: 5, {self.text()}: 2, 3: {self.count(99)}}}"]
        return lines

    def expression(self, names: list[str], depth: int = 2) -> str:
        """Return an expression of integers; `names` are those it may use besides the globals."""
        inner = lambda *more: self.expression([*names, *more], depth - 1)
        kinds = ["literal", "name"]
        if depth:
            kinds += ["binary", "choice", "lambda", "comprehension", "container", "module", "text"]
            kinds += ["call"] * (2 if self.functions else 0)
        match self.choose(kinds):
            case "literal":
                return str(self.choose((0, 1, 2, -3, 1000, 10**20)))
            case "name":
                return str(self.choose([*self.globals, *names] or ["7"]))
            case "binary":
                return f"({inner()} {self.choose(('+', '-', '*', '//', '%', '^'))} {inner()})"
            case "choice":
                return f"({inner()} if {inner()} {self.choose(('<', '==', 'in'))} {self.choose(('3', 'data'))} else {inner()})"
            case "lambda":
                name = self.new("x")
                return f"(lambda {name}, *rest: {inner(name)})({inner()})"
            case "comprehension":
                name = self.new("i")
                return f"{self.choose(('sum', 'max'))}([{inner(name)} for {name} in range({self.count(3)})])"
            case "container":
                return self.choose(("data[1]", "table[3]", f"table.get({inner()}, 1)", "len(data)"))  # type: ignore[no-any-return]
            case "module":
                calls = (
                    "math.isqrt(abs({}))",
                    "int(math.fabs({}))",
                    "len(os.path.basename(str({})))",
                    "functools.reduce(max, (1, {}))",
                )
                return str(self.choose(calls)).format(inner())
            case "call":
                return f"{self.choose(self.functions)}({inner()})"
            case _:
                if sys.version_info < (3, 12):  # no quotes within the quotes of an f-string
                    return f"len({self.text()} + format({inner()}, '>4'))"
                return f"len({self.text()} f'{{{inner()}:>4}}')"

    def parameters(self, names: list[str]) -> tuple[str, list[str]]:
        """Return the parameters of a function, the first required, and the names that stand for integers."""
        found = [self.new("p") for _ in range(self.count(3, 1))]
        parts = [found[0], *(f"{name}={self.expression(names, 1)}" for name in found[1:])]
        if self.flip():
            parts.insert(self.count(len(parts), 1), "/")
        if self.choose((False, False, True)):
            parts.append(f"*{self.new('args')}")
            keyword = self.new("k")
            parts.append(f"{keyword}: int = {self.expression(names, 1)}")
            found.append(keyword)
        if self.choose((False, False, True)):
            parts.append(f"**{self.new('more')}")
        return ", ".join(parts), found

    def function(self, names: list[str], depth: int = 2, name: str = "", first: str = "") -> tuple[list[str], str, str]:
        """Return a function's lines, its name and what it returns: ``int`` or something else."""
        name = name or self.new("f")
        parameters, own = self.parameters(names if not first else [])
        body = [f'"""{self.text()[1:-1]}"""'] if self.flip() else []
        variable = self.new("v")
        visible = [*names, *own, variable]
        kind = self.choose(("int", "int", "int", "function", "yield", "tuple", "async") if depth else ("int",))
        if self.globals and self.choose((False, False, True)):
            counter = self.choose(self.globals)
            body += [f"global {counter}", f"{counter} += 1"]
        body.append(f"{variable} = {self.expression([*names, *own])}")
        if not first and self.flip():
            body += [f"if 0 < {own[0]} < 4:", f"    {variable} += len(str({name}({own[0]} - 1)))"]
        if self.flip():
            index = self.new("i")
            body += [f"for {index} in range({self.count(3)}):", f"    {variable} += {self.expression([*visible, index], 1)}"]
        if self.flip():
            body += ["try:", f"    {variable} //= {self.expression(visible, 1)}", "except ZeroDivisionError as error:"]
            body += [f"    {variable} = len(str(error))", "finally:", f"    {variable} += 1"]
        nested = None
        if depth and (kind == "function" or self.flip()):
            lines, nested, returns = self.function(visible, depth - 1)
            if self.flip():
                lines.insert(1, f"    nonlocal {variable}")
                lines.insert(2, f"    {variable} += 1")
                if lines[3].lstrip().startswith('"""'):
                    del lines[3]
            body += lines
            if returns == "int":
                body.append(f"{variable} += {nested}({self.expression(visible, 1)})")
        result = self.expression(visible)
        match kind:
            case "function":
                body.append(f"return {nested}")
            case "yield":
                body += [f"yield {result}", f"yield from ({self.expression([*visible, 'e'], 1)} for e in range(3))"]
            case "tuple":
                body.append(f"return {result}, {variable}, {self.text()}")
            case _:
                body.append(f"return {result}")
        head = f"{'async ' if kind == 'async' else ''}def {name}({first}{parameters}){self.choose(('', ' -> int'))}:"
        return [head, *(f"    {line}" for line in body)], name, kind

    def wrapped(self, lines: list[str], name: str) -> list[str]:
        """Return a function definition with what may stand around one."""
        decorated = self.choose(("", "", "wraps", "cache", "attribute", "factory"))
        match decorated:
            case "wraps":
                outer = self.new("w")
                return [
                    *lines,
                    f"def {outer}(function):",
                    "    @functools.wraps(function)",
                    "    def call(*args, **more):",
                    "        return function(*args, **more)",
                    "    return call",
                    f"{name} = {outer}({name})",
                ]
            case "attribute":
                return [*lines, f"{name}.note = [{self.text()}, {self.count(9)}]"]
            case "factory":
                factory, cell = self.new("make"), self.new("c")
                used = [*lines, f"def {name}_with(p):", f"    return {name}(p), {cell}"]
                inner = [f"    {line}" for line in used]
                return [f"def {factory}({cell}=3):", *inner, f"    return {name}", f"{name} = {factory}()"]
            case _:
                return lines


@st.composite
def functions(draw: Draw) -> str:
    """Draw a program whose ``o`` is a function or several that share globals."""
    program = Program(draw)
    lines = program.prelude()
    made = []
    for _ in range(program.count(3, 1)):
        body, name, kind = program.function([])
        lines += program.wrapped(body, name)
        made.append(name)
        if kind == "int":
            program.functions.append(name)
    if program.flip():
        made.append(f"lambda p, q={program.expression([])}: {program.expression(['p', 'q'])}")
    lines.append(f"o = {made[-1]}" if program.flip() else f"o = [{', '.join(made)}]")
    return "\n".join(lines) + "\n"


@st.composite
def classes(draw: Draw) -> str:
    """Draw a program whose ``o`` is a hierarchy of classes, with or without instances."""
    program = Program(draw)
    lines = program.prelude()
    lines += ["class Meta(type):", "    def describe(cls): return cls.__name__ * 2", "    made = 0"]
    made: list[str] = []
    methods: list[str] = []
    for _ in range(program.count(4, 1)):
        name = program.new("C")
        bases = [base for base in reversed(made) if program.choose((True, False, False))][:2]
        if made and not bases and program.flip():
            bases = [made[-1]]
        keywords = ["metaclass=Meta"] if not bases and program.choose((True, False, False)) else []
        lines += [f"class {name}({', '.join([*bases, *keywords])}):"]
        lines += [f"    {line}" for line in _class_body(program, methods, bool(bases))]
        made.append(name)
    instances = [f"{name}({program.count(5)})" for name in made if program.flip()]
    shown = program.choose((made[-1:], made, [*made, *instances], instances or made))
    lines.append(f"o = [{', '.join(shown)}]")
    return "\n".join(lines) + "\n"


def _class_body(program: Program, methods: list[str], derived: bool) -> list[str]:
    body = [f'"""{program.text()[1:-1]}"""'] if program.flip() else []
    slots = program.choose((False, False, True))
    attributes = [program.new("a") for _ in range(program.count(2, 1))]
    if slots:
        body.append(f"__slots__ = ({', '.join(map(repr, attributes))},)")
    for _ in range(program.count(2)):
        body.append(f"{program.new('K')} = {program.choose((program.text(), '[1, 2]', program.expression([], 1)))}")
    if program.choose((False, False, True)):
        body += ["def __init_subclass__(cls, **more):", "    super().__init_subclass__(**more)"]
        body += ["    cls.made_by = [getattr(cls, 'made_by', None) is None]"]
    body += [
        "def __init__(self, p=1, *rest):",
        "    super().__init__(*([p] if type(self).__mro__[-2] is not __class__ else []))",
    ]
    if not derived:
        body[-1] = "    pass"
    body += [f"    self.{each} = {program.expression(['p'], 1)}" for each in attributes]
    own = [f"self.{each}" for each in attributes]
    for _ in range(program.count(3)):
        match program.choose(("method", "override", "property", "static", "class", "call", "nested", "closure", "cached")):
            case "method":
                lines, name, kind = program.function(own, 1, first="self, ")
                methods.append(name)
                body += lines
            case "override" if methods and derived:
                name = program.choose(methods)
                body += [f"def {name}(self, p=2, *rest):", f"    above = getattr(super(), {name!r}, len)"]
                body += [f"    return above.__name__, {program.expression([*own, 'p'], 1)}, __class__.__name__"]
            case "property":
                name, attribute = program.new("prop"), program.choose(own)
                body += ["@property", f"def {name}(self):", f"    return {program.expression(own, 1)}"]
                body += [f"@{name}.setter", f"def {name}(self, value):", f"    {attribute} = value"]
            case "static":
                lines, _, _ = program.function([], 0)
                body += ["@staticmethod", *lines]
            case "class":
                body += [
                    "@classmethod",
                    f"def {program.new('cm')}(cls, p=1):",
                    f"    return cls.__name__, {program.expression(['p'])}",
                ]
            case "call":
                body += ["def __call__(self, p=0):", f"    return {program.expression([*own, 'p'])}"]
            case "nested":
                name = program.new("N")
                body += [
                    f"class {name}:",
                    f"    value = {program.count(9)}",
                    "    def get(self): return type(self).__qualname__, self.value",
                ]
            case "closure":
                body.append(
                    f"{program.new('l')} = (lambda c: lambda self, p=1: (c, p, __class__.__name__))({program.expression([], 1)})"
                )
            case "cached" if not slots and not derived:
                body += [
                    "@functools.cached_property",
                    f"def {program.new('cp')}(self):",
                    f"    return {program.expression(own, 1)}",
                ]
    return body


def indented(source: str) -> str:
    """Return `source` as it is shown in a failure."""
    return textwrap.indent(source, "    ")
