"""`fingerprint`: changes of a function that change it, and layouts that do not."""

from __future__ import annotations

import dis
import pickle
import sys
import textwrap
import time
from types import FunctionType
from typing import Any

import fresh
import pytest

import lambdapkl
from lambdapkl.code.behaviour import code_digest


def made(source: str, name: str = "f", **namespace: Any) -> Any:
    namespace.setdefault("__name__", "__main__")
    exec(compile(textwrap.dedent(source), "a.py", "exec", dont_inherit=True), namespace)
    return namespace[name]


def expression(text: str) -> str:
    return lambdapkl.fingerprint(made(f"f = lambda x, y, z: {text}"))


# Each pair differs in the argument of one instruction.
DIFFERENT = [
    ("f'{x!r}'", "f'{x!a}'"),
    ("f'{x!r}'", "f'{x!s}'"),
    ("f'{x!a}'", "f'{x}'"),
    ("f'{x!r:{y}}'", "f'{x!a:{y}}'"),
    ("x + y", "x - y"),
    ("x @ y", "x * y"),
    ("x < y", "x <= y"),
    ("x == y", "x != y"),
    ("x is y", "x is not y"),
    ("x in y", "x not in y"),
    ("any(i for i in x)", "all(i for i in x)"),
    ("tuple(i for i in x)", "list(i for i in x)"),
    ("x.a", "x.a()"),
    ("x(y, z=z)", "x(z, y=y)"),
    ("x(y, z=z)", "x(y, y=z)"),
    ("x(*y)", "x(**y)"),
    ("(x, *y)", "[x, *y]"),
    ("x[1:2]", "x[1:3]"),
    ("x[y:z]", "x[z:y]"),
    ("+x", "-x"),
    ("3", "4"),
    ("3", "300"),
    ("300", "301"),
    ("1", "True"),
    ("0.0", "-0.0"),
    ("lambda a: 1", "lambda a: 2"),
    ("lambda a=1: a", "lambda *, a=1: a"),
    ("(yield x)", "(yield from x)"),
    ("x and y", "x or y"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_expressions_have_different_fingerprints(one: str, other: str) -> None:
    assert expression(one) != expression(other)


DIFFERENT_BODIES = {
    "assert and raise": ("assert x", "if not x: raise AssertionError()"),
    "targets": ("a, b = x, y\nreturn a, b", "b, a = x, y\nreturn a, b"),
    "three targets": ("a, b, c = x()\nreturn a, b, c", "a, c, b = x()\nreturn a, b, c"),
    "targets in a row": ("a = b = x()\nreturn a, b", "b = a = x()\nreturn a, b"),
    "which is dropped": ("a, _ = x, y\nreturn a", "_, a = x, y\nreturn a"),
    "except and except group": ("try: x()\nexcept y: pass", "try: x()\nexcept* y: pass"),
    "patterns": ("match x:\n case [a, b]: return a, b", "match x:\n case [b, a]: return a, b"),
    "a pattern's rest": ("match x:\n case [a, *b]: return b", "match x:\n case [*b, a]: return b"),
    "which end": ("if x: return y\nreturn z", "if x: return z\nreturn y"),
    "a loop's end": ("for a in x:\n if a: break\nelse: return 1", "for a in x:\n if a: continue\nelse: return 1"),
    "order of `locals`": ("if 0: a = 1\nb = a = 2\nreturn [*locals()]", "b = a = 2\nreturn [*locals()]"),
    "super": ("return super(y, x).a", "return super().a"),
    "a handler": ("try: x()\nexcept: y()", "try: x()\nexcept: z()"),
    "a handler of an endless loop": (
        "try:\n while True: pass\nexcept: y()",
        "try:\n while True: pass\nexcept: z()",
    ),
    "an endless loop in a try": ("try:\n while True: pass\nexcept: y()", "while True: pass"),
}


@pytest.mark.parametrize("case", DIFFERENT_BODIES)
def test_different_bodies_have_different_fingerprints(case: str) -> None:
    one, other = (lambdapkl.fingerprint(body(each)) for each in DIFFERENT_BODIES[case])
    assert one != other


def body(text: str) -> Any:
    return made("class C:\n def f(x, y=1, z=2):\n" + textwrap.indent(text, "  ") + "\nf = C.f")


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="PyPy's bytecode does not distinguish them")
def test_super_with_and_without_arguments_differ() -> None:
    """Both may load the same values, but a `super` that the program defines gets other arguments."""
    source = "class C:\n def f(self):\n  return super({}).a\nf = C.f"
    assert lambdapkl.fingerprint(made(source.format(""))) != lambdapkl.fingerprint(made(source.format("__class__, self")))


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports came with 3.15")
def test_lazy_imports_differ_from_imports() -> None:
    assert module_digest("lazy import colorsys") != module_digest("import colorsys")


def module_digest(source: str) -> bytes:
    return code_digest(compile(textwrap.dedent(source), "a.py", "exec", dont_inherit=True))


LAYOUTS = {
    "targets": ("a, b = x, y\nreturn a", "(a,\n b) = x, y\nreturn a"),
    "three targets": ("a, b, c = x, y, z\nreturn b", "a, \\\nb, \\\nc = x, y, \\\nz\nreturn b"),
    "starred targets": ("a, *b = x()\nreturn b", "(a,\n *b\n) = x()\nreturn b"),
    "a comprehension": ("a = [i for i in x]\nreturn a", "a = [\n  i\n  for i in x\n]\nreturn a"),
    "a comprehension that is returned": ("return {i: y for i in x}", "return {\n  i:\n  y\n  for i\n  in x\n}"),
    "comprehensions in each other": (
        "return [[i, j] for i in x for j in [i for i in y]]",
        "return [\n [i,\n  j]\n for i in x\n for j in [\n  i\n  for i\n  in y]\n]",
    ),
    "patterns": (
        "match x:\n case [a, {'k': b}, *r]: return a, b, r",
        "match x:\n case [\n  a,\n  {\n   'k':\n   b},\n  *r\n ]: return a, b, r",
    ),
    "patterns of classes": (
        "match x:\n case y(a, b=(b, c)) | z(b, a=(a, c)): return a, b, c",
        "match x:\n case (\n  y(a,\n   b=(b,\n    c))\n  | z(b,\n   a=(a, c))): return a, b, c",
    ),
    "what is returned after a branch": (
        "if x:\n y()\nelse:\n z()\nreturn x.a + 1",
        "if x:\n y()\nelse:\n z()\nreturn (\n x.a + 1\n)",
    ),
    "what is returned after a loop": (
        "for a in x:\n if y:\n  break\nreturn a",
        "for a in x:\n if (\n   y\n ):\n  break\nreturn (\n\n a\n)",
    ),
    "a condition": ("return x if y and z else x.a", "return (\n x\n if y\n and z\n else x.a\n)"),
    "conditions": ("if x and (y or z): return 1\nreturn 2", "if (\n x\n and\n (y\n or z)\n): return 1\nreturn (\n2)"),
    "a chain": ("if x < y < z: return y", "if (\n x\n < y\n < z\n): return y"),
    "with": ("with x as a, y as b: return a, b", "with (\n x\n as a,\n y as b\n): return (\n a,\n b)"),
    "finally": ("try: return x()\nfinally: y()", "try: return (\n x()\n)\nfinally: y(\n)"),
    "an endless loop": ("while True: pass", "while (\n True\n): \\\n pass"),
    "the same name twice": ("_, _, a = x\nreturn _, a", "(_,\n _,\n a) = x\nreturn _, a"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_does_not_change_the_fingerprint(layout: str) -> None:
    one, other = (lambdapkl.fingerprint(body(each)) for each in LAYOUTS[layout])
    assert one == other


@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="how long PyPy takes goes by what it has compiled")
@pytest.mark.parametrize("repeated", [" x.append(1)", " if x: y()", " a, b = b, a", " for a in x: y(a)"])
def test_time_for_a_long_function_is_not_quadratic(repeated: str) -> None:
    def seconds(count: int) -> float:
        code = made("def f(x, y, a, b):\n" + f"{repeated}\n" * count).__code__
        start = time.process_time()
        code_digest(code)
        return time.process_time() - start

    # In linear time, 16 times the code takes 16 times as long, in quadratic time 256 times. A busy machine
    # disturbs each figure, so the limit is far from both.
    assert seconds(3200) < 80 * max(min(seconds(200) for _ in range(3)), 0.01)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="bytecode of CPython")
def test_endless_loop_of_swaps() -> None:
    """No compiler writes it, but other creators of code objects may."""
    code = made("def f():\n while True: pass").__code__
    jump = code.co_code.index(dis.opmap["JUMP_BACKWARD"])
    for swaps in (1, 2, 3):
        swapping = bytes((dis.opmap["SWAP"], 2)) * swaps
        back = bytes((dis.opmap["JUMP_BACKWARD"], code.co_code[jump + 1] + swaps))
        code_digest(code.replace(co_code=code.co_code[:jump] + swapping + back + code.co_code[jump + 2 :], co_stacksize=3))


PRICES = """
RATE = 2
TABLE = [1, {"a": (2, 3)}]

class Rates:
    def __init__(self): self.kept = [1]

RATES = Rates()

def rounded(x, *, to=[2]): return round(x, to[0]), TABLE, even(3)
def even(n: "Price" = 0) -> bool: return n == 0 or odd(n - 1)
def odd(n): return n and even(n - 1)
def kept(a):
    held = [a]
    return lambda: (held, rounded)
told = kept(3)

class Price:
    def total(self): return rounded(RATE), told(), TABLE, RATES

def one(): return Price().total(), rounded(1), told(), RATES
def two(): return rounded(2), Price().total(), one()
def three(): return Price().total() + 1
"""


def test_earlier_loads_do_not_change_the_fingerprint() -> None:
    """A class that exists already keeps its globals; functions that are loaded later have others."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(PRICES, namespace)
    functions = [namespace[name] for name in ("one", "two", "three")]
    before = [lambdapkl.fingerprint(each) for each in functions]
    payloads = [lambdapkl.dumps(each) for each in functions]
    for order in ((0, 1, 2), (2, 1, 0)):
        for index in order:
            loaded = lambdapkl.loads(payloads[index])
            assert loaded.__globals__ is not namespace
            assert lambdapkl.fingerprint(loaded) == before[index]


@pytest.mark.parametrize("name", ["one", "two"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RATE = 2", "RATE = 2.0"),
        ("(2, 3)", "(2, 4)"),
        ("to=[2]", "to=[3]"),
        ("odd(n - 1)", "odd(n - 2)"),
        ("kept(3)", "kept(4)"),
        ("kept = [1]", "kept = [2]"),
        ("return round(", "return abs("),
    ],
)
def test_different_globals_change_the_fingerprint(name: str, old: str, new: str) -> None:
    """The globals of a function and of a class that it uses have the same names and other values."""
    assert old in PRICES
    one, other = ({"__name__": "__main__"} for _ in range(2))
    exec(PRICES, one)
    exec(PRICES.replace(old, new), other)
    assert len({mixed(functions, classes, name) for functions in (one, other) for classes in (one, other)}) == 4


def mixed(one: dict[str, Any], other: dict[str, Any], name: str) -> str:
    """Return the fingerprint of a function in `one` that uses a class in `other`."""
    namespace = {**one, "Price": other["Price"]}
    return lambdapkl.fingerprint([FunctionType(one[name].__code__, namespace), other["one"]])


def test_functions_with_separate_states_are_distinct() -> None:
    source = """
    def make():
        count = [0]
        return lambda: count.append(1) or len(count)
    a = make()
    b = {}
    def f(): return a(), b()
    """
    assert lambdapkl.fingerprint(made(source.format("make()"))) != lambdapkl.fingerprint(made(source.format("a")))


def test_running_a_script_as_a_module_does_not_change_the_fingerprint(backend: fresh.Process) -> None:
    """`__package__` is None in a script, and "" in a module that ``python -m`` runs."""
    source = "def f():\n  import json\n  return json"
    taken = "[lambdapkl.dumps(made(package)) for package in (None, '')]"
    code = f"""
    import lambdapkl
    def made(package):
        namespace = {{"__name__": "__main__", "__package__": package}}
        exec(compile({source!r}, "a.py", "exec"), namespace)
        return namespace["f"]
    plain, again = {taken}
    assert plain == again
    assert lambdapkl.dumps(made("p")) != plain
    assert lambdapkl.fingerprint(made(None)) == lambdapkl.fingerprint(made("")) != lambdapkl.fingerprint(made("p"))
    """
    backend.execute(textwrap.dedent(code))


def test_imported_submodules_do_not_change_the_fingerprint(backend: fresh.Process) -> None:
    source = """
    import lambdapkl, xml
    def f():
        from xml import dom
        return xml, dom.minidom
    before = lambdapkl.fingerprint(f)
    import xml.dom.minidom
    assert lambdapkl.fingerprint(f) == before
    """
    backend.execute(textwrap.dedent(source))


@pytest.mark.parametrize("text", ["yield 1", "await 1"])
def test_suspended_generators_have_no_fingerprint(text: str) -> None:
    generator = made(f"{'async ' if text.startswith('await') else ''}def f():\n {text}")()
    try:
        with pytest.raises(pickle.PicklingError, match="cannot take the fingerprint of"):
            lambdapkl.fingerprint([generator])
    finally:
        generator.close()
    assert lambdapkl.fingerprint([generator])
