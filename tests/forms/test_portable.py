"""``dumps(portable=True)`` writes source with code. `.ci/run` tests it between versions with `portable_cases`."""

from __future__ import annotations

import ast
import importlib
import inspect
import linecache
import os
import pathlib
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from types import CodeType
from typing import Any

import fresh
import pytest
from conftest import BACKENDS

import lambdapkl
from lambdapkl import wire
from lambdapkl.code import texts
from lambdapkl.forms import portable
from lambdapkl.reducers import enumerations

CASES = pathlib.Path(__file__).with_name("portable_cases.py")

# Makes a reader treat all bytecode as that of another interpreter.
OTHER_VERSION = "from lambdapkl.code import blobs as codes\ncodes.MAGIC = b'??'\n"


@pytest.fixture(params=BACKENDS)
def reader(request: pytest.FixtureRequest) -> Iterator[fresh.Process]:
    process = fresh.Process("lambdapkl", pure=request.param == "pure")
    yield process
    process.close()


def written(tmp_path: pathlib.Path, source: str) -> dict[str, Any]:
    """Execute `source` from a file as a `__main__`, and return its namespace."""
    file = tmp_path / "program.py"
    file.write_text(source)
    linecache.checkcache()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, str(file), "exec", dont_inherit=True), namespace)
    return namespace


def run(*args: str, pure: bool) -> subprocess.CompletedProcess[str]:
    source = pathlib.Path(lambdapkl.__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(source), "LAMBDAPKL_PURE": str(int(pure))}
    return subprocess.run([sys.executable, *args], env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_both_backends_write_the_same_and_this_version_loads_it(tmp_path: pathlib.Path) -> None:
    for pure in (False, True):
        done = run(str(CASES), "dump", str(tmp_path / str(pure)), pure=pure)
        assert done.returncode == 0, done.stderr
    compiled = {file.relative_to(tmp_path / "False"): file.read_bytes() for file in tmp_path.glob("False/*/*")}
    assert len(compiled) > 30
    assert compiled == {file.relative_to(tmp_path / "True"): file.read_bytes() for file in tmp_path.glob("True/*/*")}
    done = run(str(CASES), "load", str(tmp_path / "True"), pure=False)
    assert done.returncode == 0 and done.stdout.count("ok") == 2, done.stdout + done.stderr


@pytest.mark.slow
def test_cases_are_compiled_from_source_by_another_version(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    done = run(str(CASES), "dump", str(tmp_path), pure=False)
    assert done.returncode == 0, done.stderr
    (folder,) = [each for each in tmp_path.iterdir() if not each.name.endswith("s")]
    reader.execute(
        f"{OTHER_VERSION}import pathlib, pickle, sys\nsys.path.insert(0, {str(CASES.parent)!r})\n"
        f"from portable_cases import check\n"
        f"check({{file.name: pickle.loads(file.read_bytes()) for file in pathlib.Path({str(folder)!r}).iterdir()}})\nresult = None"
    )


def test_another_version_refuses_payloads_that_are_not_portable(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    data = lambdapkl.dumps(written(tmp_path, "f = lambda: 1")["f"])
    text = reader.execute(
        f"import lambdapkl, pickle\ndata = {data!r}\nat = data.index(__import__('importlib.util').util.MAGIC_NUMBER[:2])\n"
        "data = data[:at] + (3900).to_bytes(2, 'little') + data[at + 2:]\n"
        "try: pickle.loads(data)\n"
        "except lambdapkl.BytecodeMismatchError as error: result = str(error)\n"
    )
    assert "CPython 3.20" in text and "{}.{}".format(*sys.version_info) in text


def test_several_lambdas_in_one_line(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    source = "fs = [lambda x: x + 1, lambda x: x + 2, lambda x: (lambda y: x * y)(3), lambda x: x + 1.0]"
    data = lambdapkl.dumps(written(tmp_path, source)["fs"], portable=True)
    assert reader.execute(f"{OTHER_VERSION}import pickle\nresult = [f(2) for f in pickle.loads({data!r})]") == [3, 4, 6, 3.0]


def test_future_annotations_and_private_names(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    source = """from __future__ import annotations
class A:
    class Inner:
        def m(self, __x: Missing = 4): return [__x for __y in (1, 2)], __class__
o = A.Inner
"""
    data = lambdapkl.dumps(written(tmp_path, source)["o"], portable=True)
    found = reader.execute(
        f"{OTHER_VERSION}import pickle\nI = pickle.loads({data!r})\n"
        "assert I().m()[1] is I\nresult = I().m()[0], I.m.__code__.co_varnames[:2], I.m.__annotations__, I.m.__qualname__"
    )
    assert found == ([4, 4], ("self", "_Inner__x"), {"_Inner__x": "Missing"}, "A.Inner.m")


# A definition of `o`, and an expression that must be true for it in another version.
ORDINARY = {
    "a call of an imported module's function": ("import math\ndef o(x=4): return math.sqrt(x)", "o() == 2"),
    "an import by another name": ("import json as j\no = lambda: j.dumps(4)", "o() == '4'"),
    "a class method of an imported class": ("from datetime import datetime\ndef o(): return datetime.fromtimestamp(0)", "o()"),
    "an import further down": ("if 1:\n    def o(): return os.getcwd()\nimport os.path", "o()"),
    "a module that names super": (
        "named = [super]\nclass o:\n    def m(self): return super().__eq__(self)",
        "o().m() is True",
    ),
    "recursion": ("def o(n): return 1 if n < 2 else n * o(n - 1)", "o(5) == 120"),
    "a class that names itself": ("class o:\n    def m(self): return super(o, self).__init__() or o", "o().m() is o"),
    "a global called like the class": ("A = 7\nclass X:\n    class A:\n        def f(self): return A\no = X.A", "o().f() == 7"),
    "a local class that names itself": (
        "def g():\n    class A:\n        def make(self): return A\n    return A\no = g()",
        "o().make() is o",
    ),
    "a docstring of several lines": (
        'class o:\n    def m(self):\n        """Top.\n\n        More.\n        """',
        "'More.' in o.m.__doc__",
    ),
    "text at the margin": (
        'class o:\n    def m(self):\n        return """\nselect 1\n   from x\n  \n"""',
        "o().m() == '\\nselect 1\\n   from x\\n  \\n'",
    ),
    "a comment at the margin": ("class o:\n    def m(self):\n        x = 1\n#        x = 2\n        return x", "o().m() == 1"),
    "a continued line": ("class o:\n    def m(self, x):\n        return (x +\n1)", "o().m(1) == 2"),
    "tabs": ("class o:\n\tdef m(self):\n\t        if 1:\n\t        \treturn 5", "o().m() == 5"),
    "a form feed": ("x = 1\n\x0c\n\x0cdef o():\n    return 5", "o() == 5"),
    "separators that are no ends of lines": ('s = "\u2028\x85\x0b"\ndef o():\n    return "\u2028\x0c"', "o() == '\\u2028\\x0c'"),
    "a class statement": ("def o():\n    class A: pass\n    return A", "o().__qualname__ == 'o.<locals>.A'"),
    "a lambda in a default": ("o = lambda x, g=lambda y: y + 1: g(x)", "o(3) == 4"),
    "a default that binds a name": ("y = 1\ndef o(x=(y := 2)): return lambda: y", "o()() == 2"),
    "what a method makes": (
        "class A:\n    def m(self):\n        def g(): return 5\n        return g, lambda: 6\no = A().m()",
        "[f() for f in o] == [5, 6]",
    ),
    "types.coroutine": (
        "import types\n@types.coroutine\ndef f(): yield 1\nasync def o(): await f()",
        "o().send(None) == 1",
    ),
    "private names in comprehensions": (
        "class A:\n    def m(self):\n        self.__k = 3\n        return [lambda: self.__k for _ in '1'] + list((lambda: self.__k) for _ in '1')\no = A().m()",
        "[f() for f in o] == [3, 3]",
    ),
    "a private class": ("class A:\n    class __B:\n        def f(self): self.__z = 4; return vars(self)\n    C = __B\no = A.C", "o().f() == {'_B__z': 4}"),
    "a function that makes a global one": ("def o():\n    global oo\n    def oo(): return 3\n    return oo", "o().__qualname__ == 'oo'"),
}  # fmt: skip
if sys.version_info >= (3, 12):
    ORDINARY["type parameters"] = "def o[T](x: T, y=lambda: 1) -> T:\n    return x, T.__name__", "o(3) == (3, 'T')"
    ORDINARY["type parameters of a class"] = "class o[T]:\n    def f(self, x: T) -> T: return T", "o().f(3).__name__ == 'T'"
if sys.implementation.name != "pypy":  # which says that its tabs are inconsistent
    ORDINARY["a form feed after blanks"] = "class A:\n  pass\n  \x0cdef o():\n    return 5", "o() == 5"


def test_ordinary_code(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    wrong = {}
    for name, (source, condition) in ORDINARY.items():
        try:
            data = lambdapkl.dumps(written(tmp_path, source)["o"], portable=True)
            if not reader.execute(f"{OTHER_VERSION}import pickle\no = pickle.loads({data!r})\nresult = bool({condition})"):
                wrong[name] = "not so"
        except Exception as error:
            wrong[name] = repr(error)
    assert not wrong


def test_statements_that_a_session_compiles_separately(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    """IPython does this, so the compiler does not see an import in the same cell."""
    cell = "import math\ndef o(x): return math.sqrt(x)\np = lambda x: math.sqrt(x) + 1\n"
    name = "<ipython-input-7-lambdapkl>"
    linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        for statement in ast.parse(cell).body:
            exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), namespace)
        data = lambdapkl.dumps([namespace["o"], namespace["p"]], portable=True)
    finally:
        del linecache.cache[name]
    assert reader.execute(f"{OTHER_VERSION}import pickle\nresult = [f(4) for f in pickle.loads({data!r})]") == [2, 3]


def functions_in(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            # Skip the code of comprehensions and class bodies.
            if each.co_flags & inspect.CO_OPTIMIZED and (each.co_name[0] != "<" or each.co_name == "<lambda>"):
                yield each
            yield from functions_in(each)


@pytest.mark.parametrize("module", ["contextlib", "functools", "textwrap", "xml.dom.minidom"])
def test_every_function_of_a_module(module: str) -> None:
    file = importlib.import_module(module).__file__
    assert file is not None
    whole = compile(pathlib.Path(file).read_bytes(), file, "exec", dont_inherit=True)
    found = [code for code in functions_in(whole) if code.co_name != "__annotate__"]
    for code in found:
        text, line = portable.source_of(code, code)
        assert text and line >= code.co_firstlineno
    assert found


def test_payload_of_an_earlier_release(reader: fresh.Process) -> None:
    """Earlier releases wrote definitions without indentation."""
    args = (b"??", None, "def m(self):\n    return __class__, self.__x\n", "A.m", 1, ("__class__",), 0x10)
    code = wire.source_code(*args)
    assert code.co_names == ("_A__x",) and code.co_qualname == "A.m" and code.co_name == "m"


def test_each_text_is_parsed_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "class A:\n" + "".join(f"    def m{n}(self, x): return x + {n}\n" for n in range(30))
    namespace = written(tmp_path, source)
    parsed: list[str] = []
    read = texts.Text.__init__
    monkeypatch.setattr(texts.Text, "__init__", lambda self, text: (parsed.append(text), read(self, text))[1])
    lambdapkl.dumps(namespace["A"], portable=True)
    assert len(parsed) == 1


def test_a_module_in_a_zip(tmp_path: pathlib.Path, reader: fresh.Process, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "zipped.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("in_an_archive.py", "s = '\x0c'\nclass A:\n    def f(self):\n        return '\x0c'\n")
    monkeypatch.syspath_prepend(str(archive))
    module = importlib.import_module("in_an_archive")
    lambdapkl.register_pickle_by_value(module)
    try:
        data = lambdapkl.dumps(module.A, portable=True)
    finally:
        lambdapkl.unregister_pickle_by_value(module)
        del sys.modules["in_an_archive"]
    assert reader.execute(f"{OTHER_VERSION}import pickle\nresult = pickle.loads({data!r})().f()") == "\x0c"


@pytest.mark.parametrize("level", ["-O", "-OO"])
def test_dumps_by_an_optimizing_interpreter(tmp_path: pathlib.Path, level: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import lambdapkl, sys\nlimit = 3\ndef check(x):\n    'Doc.'\n    assert x < limit\n    if __debug__: limit()\n    return x\n"
        "sys.stdout.buffer.write(lambdapkl.dumps(check, portable=True))\n"
    )
    source = pathlib.Path(lambdapkl.__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run([sys.executable, level, str(program)], env=env, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    reading = fresh.Process("lambdapkl", pure=True)
    try:
        assert reading.execute(f"{OTHER_VERSION}import pickle\nresult = pickle.loads({done.stdout!r})(7)") == 7
    finally:
        reading.close()


def test_source_that_is_no_python_is_refused(tmp_path: pathlib.Path) -> None:
    namespace = written(tmp_path, "def f(x): return x + 1\n")
    (tmp_path / "program.py").write_text("def f(x): return x +\n")
    linecache.checkcache()
    with pytest.raises(pickle.PicklingError, match="has changed since it was compiled, or is not Python"):
        lambdapkl.dumps(namespace["f"], portable=True)


def test_code_without_source_is_refused(tmp_path: pathlib.Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def typed(x): return x", namespace)
    with pytest.raises(pickle.PicklingError, match=r"'typed' with portable=True, which needs its source: .*executed by exec"):
        lambdapkl.dumps({"key": namespace["typed"]}, portable=True)
    for extra in ({}, {"standalone": True}, {"deterministic": True}):
        with pytest.raises(pickle.PicklingError) as caught:
            lambdapkl.dumps({"key": [namespace["typed"]]}, portable=True, **extra)
        assert any(note.startswith("path: dict -> item 'key' -> item 0") for note in getattr(caught.value, "__notes__", [])), (
            extra
        )


def test_source_that_has_changed_is_refused(tmp_path: pathlib.Path) -> None:
    namespace = written(tmp_path, "def f(x): return x + 1\n")
    (tmp_path / "program.py").write_text("def f(x): return x + 2\n")
    linecache.checkcache()
    with pytest.raises(pickle.PicklingError, match="compiles to other bytecode"):
        lambdapkl.dumps(namespace["f"], portable=True)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="its syntax came with 3.12")
def test_lazily_evaluated_types_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(pickle.PicklingError, match=r"the type alias 'L' with portable=True: .* write L = ... without `type`"):
        lambdapkl.dumps(written(tmp_path, "type L = list[int]\ndef f(x: L): pass")["f"], portable=True)
    with pytest.raises(
        pickle.PicklingError, match=r"the type parameter 'T' with portable=True: .* create it with typing.TypeVar"
    ):
        lambdapkl.dumps(written(tmp_path, "def f[T: int](x: T): pass")["f"], portable=True)


def test_enumerations_that_inherit_from_a_dataclass_are_refused(tmp_path: pathlib.Path) -> None:
    source = "import dataclasses, enum\n@dataclasses.dataclass\nclass M:\n    x: int\nclass E(M, enum.Enum):\n    A = 1\n"
    with pytest.raises(pickle.PicklingError, match="the enumeration 'E' with portable=True: versions of Python treat"):
        lambdapkl.dumps(written(tmp_path, source)["E"], portable=True)


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_parameters_of_dataclasses_keep_their_annotations(tmp_path: pathlib.Path, future: str, reader: fresh.Process) -> None:
    source = f"{future}import dataclasses\nfrom dataclasses import InitVar\n@dataclasses.dataclass\nclass A:\n    x: int\n    z: InitVar[int] = 3\n"
    namespace = written(tmp_path, source)
    data = lambdapkl.dumps(namespace["A"], portable=True)
    text = str(inspect.signature(namespace["A"]))
    assert reader.execute(f"import inspect, pickle\nresult = str(inspect.signature(pickle.loads({data!r})))") == text


def test_payload_contains_nothing_of_a_single_version(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    """Only some versions have a lock, caches or a docstring in these objects."""
    source = """import dataclasses, functools, typing
class A:
    cached = functools.cached_property(lambda self: 5)
    named = property(lambda self: 6)
    @functools.singledispatchmethod
    def f(self, x): return "other"
    @f.register
    def _(self, x: int): return "int"
@dataclasses.dataclass
class D:
    n: typing.ClassVar[int] = 9
o = A, D
"""
    data = lambdapkl.dumps(written(tmp_path, source)["o"], portable=True)
    for name in ("lock", "_method_cache", "_all_weakrefable_instances", "doc"):
        # A string in a pickle follows its length.
        assert bytes([len(name)]) + name.encode() not in data, name
    result = reader.execute(
        f"import pickle\nA, D = pickle.loads({data!r})\nresult = A().cached, A().named, A().f(1), A().f(''), D().n, repr(D())\n"
        "n = D.__dataclass_fields__['n']\nassert n.kw_only is n.default_factory"
    )
    assert result == (5, 6, "int", "other", 9, "D()")


def test_enumerations_get_the_tables_of_the_reader(
    tmp_path: pathlib.Path, reader: fresh.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since 3.13, unhashable values are in a table that payloads of 3.11 and 3.12 lack."""
    namespace = written(tmp_path, "import enum\nclass E(enum.Enum):\n    X = 1\n    Y = [1, 2]\n")
    tables = {"_unhashable_values_": [[1, 2]], "_unhashable_values_map_": {"Y": [[1, 2]]}, "_hashable_values_": [1]}
    before = {name: value for name, value in enumerations.enum_defaults().items() if name not in tables}
    monkeypatch.setattr(enumerations, "enum_defaults", lambda: before)
    for table in tables.keys() & vars(namespace["E"]).keys():
        type.__delattr__(namespace["E"], table)
    data = lambdapkl.dumps(namespace["E"], portable=True)
    result = reader.execute(
        f"import enum, pickle\nE = pickle.loads({data!r})\n"
        "class F(enum.Enum):\n    X = 1\n"
        "own = [name for name in vars(F) if 'hashable' in name]\n"
        "result = E([1, 2]) is E.Y, E(1) is E.X, {name: vars(E)[name] for name in own}"
    )
    assert result[:2] == (True, True)
    assert all(tables[name] == value for name, value in result[2].items())


@pytest.mark.parametrize("begun", [False, True])
def test_generators_are_refused(tmp_path: pathlib.Path, begun: bool) -> None:
    generator = written(tmp_path, "def f():\n    yield 1\n    yield 2\n")["f"]()
    if begun:
        next(generator)
    with pytest.raises(pickle.PicklingError, match="'f' with portable=True: a suspended frame belongs to"):
        lambdapkl.dumps(generator, portable=True)


def test_source_that_the_reader_cannot_compile(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    data = lambdapkl.dumps(written(tmp_path, "def f(x): return x + 1\n")["f"], portable=True)
    damaged = data.replace(b"return x + 1", b"return x +* ")
    text = reader.execute(
        f"{OTHER_VERSION}import pickle\n"
        f"try: pickle.loads({damaged!r})\nexcept pickle.UnpicklingError as error: result = str(error)\n"
    )
    assert text.startswith("this version of Python cannot compile f: ")


@pytest.mark.parametrize(
    "args",
    [
        (b"??", None, "1 + 1", "f", 1),
        (b"??", None, "lambda: 1\nlambda: 2", "f", 1),
        (b"??", None, "def f(): pass", "g", 1),
        (b"??", None, "def f(): pass", "f", 1, ("not a name",)),
        (b"??", None, "def f(): pass", "f", 1, ("unused",)),
        (b"??", None, "def f(): pass", "f", 1, (), 1 << 10),
        (b"??", 7, "def f(): pass", "f", 1),
        (b"??", None, "def f(): pass", "f", "1"),
        (b"??", None, 5, "f", 1),
        (None, None, None, None, None),
    ],
)
def test_damaged_parts_are_refused(args: tuple[Any, ...]) -> None:
    with pytest.raises(pickle.UnpicklingError):
        wire.source_code(*args)


def test_deterministic_payload_omits_the_location_of_the_source(tmp_path: pathlib.Path) -> None:
    source = "def f(x): return x + 1\n"
    one = lambdapkl.dumps(written(tmp_path, source)["f"], portable=True, deterministic=True)
    (tmp_path / "other").mkdir()
    other = lambdapkl.dumps(written(tmp_path / "other", "\n\n" + source)["f"], portable=True, deterministic=True)
    assert one == other
