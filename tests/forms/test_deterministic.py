"""``dumps(deterministic=True)`` and `fingerprint`: what they go by, and what they do not."""

from __future__ import annotations

import gc
import pickle
import pickletools
import socket
import textwrap
from pathlib import Path
from typing import Any

import fresh
import pytest
from conftest import BACKENDS, Processes

import lambdapkl

SOURCE = """
import dataclasses, enum, functools, typing

LIMIT = 3
WORDS = {"one", "two", "three", 4, 5.0, None, ("a", "b"), frozenset(("x", "y"))}

def plain(x, *, scale=2):
    "Multiply."
    return [each * scale for each in range(x) if each < LIMIT]

def closing(n):
    kept = {"p", "q", "r", "s"}
    class Local:
        marks = frozenset(("u", "v", "w"))
        def told(self): return kept, n
    return Local, lambda: (kept, Local)

class Base:
    def method(self): return super().__repr__(), WORDS

@dataclasses.dataclass(frozen=True)
class Point:
    "With a text of its own: the one that `dataclass` makes spells the set in the order of the hash seed."
    x: int = 1
    tags: frozenset = frozenset(("k", "l", "m"))

class Colour(enum.Flag):
    RED = 1
    BLUE = 2

T = typing.TypeVar("T", bound=Base)

def steps(n):
    yield from range(n)

made, inner = closing(7)
objects = {
    "plain": plain, "inner": inner, "made": made, "factory": closing, "Base": Base, "method": Base().method, "Point": Point,
    "point": Point(2), "Colour": Colour, "member": Colour.RED, "T": T, "steps": steps, "created": steps(3), "words": WORDS,
    "partial": functools.partial(plain, 1), "shared": [WORDS, {"of": WORDS}],
}
"""
OBJECTS = """
plain inner made factory Base method Point point Colour member T steps created words partial shared
""".split()

# Runs SOURCE as if it stood somewhere else, and says what became of its objects.
PROGRAM = """
import hashlib
import lambdapkl
namespace = {"__name__": "__main__"}
exec(compile(before + source, file, "exec"), namespace)
result = {}
for name, value in namespace["objects"].items():
    data = lambdapkl.dumps(value, deterministic=True)
    result[name] = data, hashlib.sha256(data).hexdigest(), "" if name == "created" else lambdapkl.fingerprint(value)
"""


def describe(pure: bool, seed: int, before: str, file: str, source: str = SOURCE) -> dict[str, tuple[bytes, str, str]]:
    process = fresh.Process("lambdapkl", pure=pure, hash_seed=seed)
    try:
        program = f"before, file, source = {before!r}, {file!r}, {source!r}\n{PROGRAM}"
        found: dict[str, tuple[bytes, str, str]] = process.execute(program)
    finally:
        process.close()
    return found


PLACES = ((0, "", "/home/one/a.py"), (1, "\n" * 300, "/tmp/ipykernel_12/99.py"), (2, "# moved\n", "<ipython-input-3-abc>"))


@pytest.fixture(scope="module")
def described() -> list[dict[str, tuple[bytes, str, str]]]:
    return [describe(pure, *place) for pure in (False, True) for place in PLACES]


@pytest.mark.parametrize("name", OBJECTS)
def test_bytes_do_not_depend_on_place_seed_or_backend(name: str, described: list[Any]) -> None:
    assert len({each[name][1] for each in described}) == 1


@pytest.mark.parametrize("name", [name for name in OBJECTS if name != "created"])
def test_fingerprints_do_not_depend_on_place_seed_or_backend(name: str, described: list[Any]) -> None:
    assert len({each[name][2] for each in described}) == 1


@pytest.mark.parametrize("name", OBJECTS)
def test_bytes_are_the_same_after_a_round_trip(name: str, described: list[Any]) -> None:
    process = fresh.Process("lambdapkl", hash_seed=5)
    try:
        again = process.execute(
            f"import lambdapkl\nresult = lambdapkl.dumps(lambdapkl.loads({described[0][name][0]!r}), deterministic=True)"
        )
    finally:
        process.close()
    assert again == described[0][name][0]


def test_what_is_loaded_works() -> None:
    found = describe(False, 0, "", "a.py")
    process = fresh.Process("lambdapkl")
    try:
        process.execute(
            "import lambdapkl\n"
            f"objects = { ({name: data for name, (data, _, _) in found.items()})!r}\n"
            "objects = {name: lambdapkl.loads(data) for name, data in objects.items()}\n"
            "assert objects['plain'](5) == [0, 2, 4] and objects['plain'].__doc__ == 'Multiply.'\n"
            "assert objects['made']().told()[1] == 7\n"
            "assert objects['point'].x == 2 and isinstance(objects['point'], objects['Point'])\n"
            "assert objects['member'] is objects['Colour'].RED and list(objects['created']) == [0, 1, 2]\n"
            "assert objects['method']()[1] == objects['words'] and objects['shared'][0] is objects['shared'][1]['of']\n"
            "try: objects['plain']('x')\n"
            "except TypeError as error:\n"
            "    import traceback\n"
            "    assert 'in plain' in ''.join(traceback.format_exception(error))\n"
            "else: raise AssertionError('no error')\n"
            "result = None"
        )
    finally:
        process.close()


def test_a_class_stays_one_with_and_without(processes: Processes) -> None:
    processes("lambdapkl", 0).execute(
        """
        import lambdapkl
        class A:
            def m(self): return 1
        for first in (False, True):
            data = lambdapkl.dumps(A, deterministic=first)
            assert lambdapkl.loads(data) is A
            assert lambdapkl.loads(lambdapkl.dumps(A, deterministic=not first)) is A
        result = None
        """
    )


@pytest.mark.parametrize("digest", ["the text of another writer", 5, b"0123456789-", b"", None])
def test_a_class_keeps_the_digest_of_another_writer(backend: fresh.Process, digest: Any) -> None:
    source = """
    from lambdapkl import dumps, loads, wire
    from lambdapkl.identity import keys as tracking

    o = wire.class_("Written", "elsewhere", {digest!r})
    wire.class_(o, {{"x": 1}})
    data = dumps(o)
    assert tracking.key_of(o, "elsewhere", "Written")[2] == {digest!r}
    assert loads(data) is o
    """
    data = backend.dumps(source.format(digest=digest))
    if digest:
        assert digest in [argument for _, argument, _ in pickletools.genops(data)]


CHANGES = {
    "code": ("each * scale", "each + scale"),
    "default": ("scale=2", "scale=3"),
    "global": ("LIMIT = 3", "LIMIT = 4"),
    "constant of another type": ("LIMIT = 3", "LIMIT = 3.0"),
    "sign of zero": ("LIMIT = 3", "LIMIT = -0.0"),
    "condition": ("each < LIMIT", "each > LIMIT"),
    "order of operations": (
        "[each * scale for each in range(x) if each < LIMIT]",
        "[scale * each for each in range(x) if each < LIMIT]",
    ),
    "docstring": ("Multiply.", "Times."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_gives_another_fingerprint(change: str) -> None:
    assert fingerprints(SOURCE)["plain"] != fingerprints(SOURCE.replace(*CHANGES[change]))["plain"]


def test_captured_values_and_class_attributes_count() -> None:
    before = fingerprints(SOURCE)
    assert before["inner"] != fingerprints(SOURCE.replace("closing(7)", "closing(8)"))["inner"]
    assert before["made"] != fingerprints(SOURCE.replace('("u", "v", "w")', '("u", "v")'))["made"]
    assert before["words"] != fingerprints(SOURCE.replace('("a", "b")', '("a", "c")'))["words"]
    assert before["Base"] == fingerprints(SOURCE.replace("closing(7)", "closing(8)"))["Base"]


LAYOUTS = {
    "comments": SOURCE.replace("return [each", "# why\n    return [  # so\n        each"),
    "call over lines": SOURCE.replace("range(x)", "range(\n\n x\n)"),
    "blank lines": SOURCE.replace("\n    return", "\n\n\n    return"),
    "one line": SOURCE.replace(
        "def told(self): return kept, n", "def told(self):\n            return (kept,\n                    n)"
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_does_not_change_a_fingerprint(layout: str) -> None:
    assert LAYOUTS[layout] != SOURCE
    assert fingerprints(LAYOUTS[layout]) == fingerprints(SOURCE)


def fingerprints(source: str) -> dict[str, str]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "a.py", "exec"), namespace)
    return {name: lambdapkl.fingerprint(value) for name, value in namespace["objects"].items() if name != "created"}


def test_two_equal_live_classes_have_one_fingerprint() -> None:
    assert fingerprints(SOURCE) == fingerprints(SOURCE)


def test_equal_strings_may_be_one_object_or_two() -> None:
    one, other = (str(number + 1000) for number in (0, 0))
    assert one is not other
    assert lambdapkl.dumps([one, one], deterministic=True) == lambdapkl.dumps([one, other], deterministic=True)
    assert lambdapkl.dumps([(one, 1), (one, 1)], deterministic=True) == lambdapkl.dumps([(one, 1)] * 2, deterministic=True)
    assert lambdapkl.dumps([(1,), (True,)], deterministic=True) != lambdapkl.dumps([(1,), (1,)], deterministic=True)
    assert lambdapkl.dumps([(0.0,), (-0.0,)], deterministic=True) != lambdapkl.dumps([(0.0,), (0.0,)], deterministic=True)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_sets_are_written_in_order(protocol: int) -> None:
    items = [str(each) for each in range(2500)]
    one, other = set(items), set(reversed(items))
    data = lambdapkl.dumps(one, protocol, deterministic=True)
    assert data == lambdapkl.dumps(other, protocol, deterministic=True)
    assert lambdapkl.loads(data) == one
    numbers = {1 << 80, -5, 3, -(1 << 70), 0, 10**400}
    assert lambdapkl.loads(lambdapkl.dumps(frozenset(numbers), protocol, deterministic=True)) == numbers


def test_long_integers_have_no_decimal_text_and_need_none() -> None:
    long = 10**5000
    assert lambdapkl.loads(lambdapkl.dumps([{long, 1, -long}, (long, 1)], deterministic=True)) == [{long, 1, -long}, (long, 1)]
    one, other = (eval(f"lambda: 0x1{last:05000x}") for last in (1, 2))
    assert lambdapkl.fingerprint(one) != lambdapkl.fingerprint(other)


def test_constants_that_no_compiler_makes_count() -> None:
    def made(constant: Any) -> Any:
        def function() -> Any:
            return 12345678

        code = function.__code__
        constants = tuple(constant if each == 12345678 else each for each in code.co_consts)
        function.__code__ = code.replace(co_consts=constants)
        return function

    assert lambdapkl.fingerprint(made([1])) == lambdapkl.fingerprint(made([1])) != lambdapkl.fingerprint(made([2]))


def test_a_set_that_holds_what_refers_to_it() -> None:
    class Node:
        pass

    node = Node()
    node.all = {node, "text"}  # type: ignore[attr-defined]
    loaded = lambdapkl.loads(lambdapkl.dumps(node, deterministic=True))
    assert loaded in loaded.all and "text" in loaded.all
    frozen = Node()
    frozen.all = frozenset([frozen, 1])  # type: ignore[attr-defined]
    again = lambdapkl.loads(lambdapkl.dumps(frozen.all, deterministic=True))  # type: ignore[attr-defined]
    assert next(each for each in again if each != 1).all is again


def test_deeply_nested_frozensets_take_no_exponential_time() -> None:
    value: Any = frozenset(["a", "b"])
    for _ in range(40):
        value = frozenset([value, "c"])
    assert lambdapkl.loads(lambdapkl.dumps(value, deterministic=True)) == value


def test_out_of_band_buffers_count() -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(1000)
    assert lambdapkl.fingerprint(array) == lambdapkl.fingerprint(array.copy())
    other = array.copy()
    other[500] = 0
    assert lambdapkl.fingerprint(array) != lambdapkl.fingerprint(other)
    assert lambdapkl.fingerprint(array) != lambdapkl.fingerprint(array.astype("int32"))


def test_a_file_takes_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "payload"
    lambdapkl.dump({"b", "a"}, path, deterministic=True)
    assert path.read_bytes() == lambdapkl.dumps({"b", "a"}, deterministic=True)


def test_an_error_tells_the_path() -> None:
    with socket.socket() as connection, pytest.raises(pickle.PicklingError) as caught:
        lambdapkl.fingerprint({"key": [connection]})
    assert "'key'" in "".join(getattr(caught.value, "__notes__", []))


def test_the_readme_example_of_a_notebook() -> None:
    cell = textwrap.dedent(
        """
        def task(x):
            class Helper:
                def run(self): return x
            return Helper().run()
        """
    )
    made = []
    for number in (1, 2):
        namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(compile("\n" * number * 200 + cell, f"/tmp/ipykernel_1/{number}.py", "exec"), namespace)
        made.append(namespace["task"])
    assert lambdapkl.dumps(made[0], deterministic=True) == lambdapkl.dumps(made[1], deterministic=True)
    assert lambdapkl.dumps(made[0]) != lambdapkl.dumps(made[1])


def test_equal_constants_may_be_one_object_or_two() -> None:
    for source in ("((1, 2), (3, 4))", "1.5j", "-0j", f"{tuple(range(100))}", "('a', (b'b', (None, ...)), ())"):
        together: dict[str, Any] = {}
        exec(f"A = {source}\nB = {source}\ndef f(): return A, B", together)
        apart: dict[str, Any] = {}
        for cell in (f"A = {source}", f"B = {source}", "def f(): return A, B"):
            exec(cell, apart)
        assert lambdapkl.dumps(together["f"], deterministic=True) == lambdapkl.dumps(apart["f"], deterministic=True)
        assert lambdapkl.fingerprint(together["f"]) == lambdapkl.fingerprint(apart["f"])
        assert lambdapkl.loads(lambdapkl.dumps(apart["A"], deterministic=True)) == apart["A"]
    assert lambdapkl.fingerprint([0j, -0j]) != lambdapkl.fingerprint([0j, 0j])
    assert lambdapkl.fingerprint([((1,),), ((True,),)]) != lambdapkl.fingerprint([((1,),), ((1,),)])
    several: Any = ([],)
    several[0].append((several, 1))
    assert lambdapkl.loads(lambdapkl.dumps(several, deterministic=True))[0][0][1] == 1


def test_equal_tuples_in_a_class_may_be_one_object_or_two() -> None:
    made = []
    for source in ("x = t; y = t", "x = t; y = tuple(list(t))"):
        namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(f"t = 1, 2\nclass A: {source}", namespace)
        made.append(lambdapkl.dumps(namespace.pop("A"), deterministic=True))
        gc.collect()
    assert made[0] == made[1]


def test_an_exception_does_not_tell_where_it_was_raised(processes: Processes) -> None:
    source = (
        "def fails(n): return [fails, None][n](n - 1 or 1) if n else 1 // n\ntry: fails(0)\nexcept Exception as e: error = e\n"
    )
    source += "def other():\n    try: fails(0)\n    except Exception as e: raise ValueError('x') from e\n"
    source += "try: other()\nexcept Exception as e: caused = e\n"
    made = []
    for lines, name in ((0, "one.py"), (7, "<ipython-input-3-abc>")):
        namespace: dict[str, Any] = {"__name__": "__main__", "__file__": name}
        exec(compile("\n" * lines + source, name, "exec"), namespace)
        kept = [namespace["error"], namespace["caused"]]
        made.append((lambdapkl.dumps(kept, deterministic=True), lambdapkl.fingerprint(kept)))
    assert made[0] == made[1]
    for backend in BACKENDS:
        processes(backend).execute(
            f"""
            import lambdapkl, traceback
            loaded = lambdapkl.loads({made[0][0]!r})
            assert lambdapkl.dumps(loaded, deterministic=True) == {made[0][0]!r}
            text = "".join(traceback.format_exception(loaded[1]))
            assert "in fails" in text and "in other" in text and "ZeroDivisionError" in text and "one.py" not in text
            result = None
            """
        )


def test_a_module_by_value_does_not_tell_where_it_is(tmp_path: Path, processes: Processes) -> None:
    program = """
        import sys, importlib
        sys.path.insert(0, {path!r})
        import lambdapkl, placeless_helpers.inner
        lambdapkl.register_pickle_by_value(placeless_helpers)
        try:
            def job(): return placeless_helpers.g()
            objects = [job, placeless_helpers, placeless_helpers.g]
            result = [(lambdapkl.dumps(o, deterministic=True), lambdapkl.fingerprint(o)) for o in objects]
        finally:
            sys.path.remove({path!r})
            lambdapkl.unregister_pickle_by_value(placeless_helpers)
            for name in [each for each in sys.modules if each.startswith("placeless_helpers")]: del sys.modules[name]
            importlib.invalidate_caches()
        """
    made = []
    for backend in BACKENDS:
        for name in ("one", "other"):
            package = tmp_path / name / "placeless_helpers"
            package.mkdir(parents=True, exist_ok=True)
            (package / "__init__.py").write_text("from . import inner\nLIMIT = 3\ndef g(): return LIMIT, inner.two()\n")
            (package / "inner.py").write_text("def two(): return 2\n")
            made.append(processes(backend).execute(program.format(path=str(tmp_path / name))))
    assert all(each == made[0] for each in made)
    for backend in BACKENDS:
        processes(backend, 1).execute(
            f"""
            import lambdapkl
            job, module, g = [lambdapkl.loads(data) for data, _ in {made[0]!r}]
            assert job() == module.g() == g() == (3, 2) and module.__path__ == []
            assert lambdapkl.dumps(module, deterministic=True) == {made[0][1][0]!r}
            result = None
            """
        )
