"""`compact` shortens marshalled code, equally in both backends, and restores it."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path
from types import CodeType

import fresh
import pytest
from conftest import BACKENDS, Processes
from hypothesis import given
from hypothesis import strategies as st

from lambdapkl.code import compact

PROGRAMS = Path(__file__).with_name("programs")

ON_CPYTHON = sys.implementation.name == "cpython"


def restored(data: bytes) -> bytes:
    """Shorten `data`, restore it, and marshal the result again."""
    short, file_name = compact.shorten(data)
    value = marshal.loads(compact.lengthen(short))
    if file_name is not None:
        import _imp

        _imp._fix_co_filename(value, file_name)
    return marshal.dumps(value, 2)


def codes_of(code: CodeType) -> list[CodeType]:
    return [code, *(each for constant in code.co_consts if isinstance(constant, CodeType) for each in codes_of(constant))]


@pytest.mark.parametrize(
    "name", ["argparse", "decimal", "dataclasses", "asyncio.base_events", "pickle", "typing", "test_compact"]
)
def test_code_round_trips(name: str) -> None:
    import importlib.util

    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    with open(spec.origin, "rb") as file:
        whole = compile(file.read(), spec.origin, "exec")
    for code in codes_of(whole):
        try:
            data = marshal.dumps(code, 2)
        except ValueError:  # slices are constants since 3.14
            continue
        assert restored(data) == data
        short, file_name = compact.shorten(data)
        if ON_CPYTHON:
            assert file_name == spec.origin and len(short) < len(data)


ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
    | st.just(...)
)
VALUES = st.recursive(ATOMS, lambda inner: st.tuples(inner, inner) | st.lists(inner).map(tuple), max_leaves=30)


@given(VALUES)
def test_constants_round_trip(value: object) -> None:
    data = marshal.dumps(value, 2)
    assert restored(data) == data


@given(st.binary())
def test_other_data_round_trips(data: bytes) -> None:
    # No code begins like this, so `shorten` leaves it unchanged.
    short, file_name = compact.shorten(b"?" + data)
    assert file_name is None and compact.lengthen(short) == b"?" + data


@pytest.mark.skipif(not ON_CPYTHON, reason="PyPy's code objects are not shortened")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut short"),
        (b"u\x06ab", "cut short"),
        (b"u\x01", "reference to a later string"),
        (b"(\x02u\x02au\x03", "reference to a later string"),
        (b"i\x80\x80\x80\x80\x80\x01", "too large"),
        (b"i\xff\xff\xff\xff\x1f", "too large"),
        (b"s\xff\xff\xff\xff\x0f", "too large"),
        (b"(\x05N", "cut short"),
        (b"?", "unknown type"),
        (b"NN", "more than one"),
        (b"(\x01" * 600 + b"N", "nested too deeply"),
        (b"c\0\0\0\0\0\x03d", "half of an instruction"),
    ],
)
def test_damaged_data_is_an_error(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        compact.lengthen(data)


@pytest.mark.skipif(not ON_CPYTHON, reason="PyPy's code objects are not shortened")
def test_backends_accept_and_refuse_the_same(processes: Processes) -> None:
    """Damaged code with a correct checksum gives an error, never a crash."""
    source = PROGRAMS / "damaged_code.py"
    compiled, pure = (processes(backend).execute(source) for backend in ("compiled", "pure"))
    assert compiled == pure
    assert {"list", "tuple"} == {type(each).__name__ for each in compiled}


def test_nested_code_with_different_file_names(backend: fresh.Process) -> None:
    """Nested code keeps its file name if the names differ, and an empty name stays."""
    backend.run(
        """
        def outer():
            def inner(): pass
            return inner
        def named(outer_name, inner_name):
            consts = tuple(c.replace(co_filename=inner_name) if hasattr(c, "co_code") else c for c in outer.__code__.co_consts)
            f = lambda: None
            f.__code__ = outer.__code__.replace(co_filename=outer_name, co_consts=consts)
            return f
        o = [named(*names) for names in [("a", "a"), ("a", "b"), ("", "a"), ("a", ""), ("", ""), ("\\xff\\udc80", "\\xff\\udc80")]]
        """,
        """
        found = [(f.__code__.co_filename, f().__code__.co_filename) for f in o]
        assert found == [("a", "a"), ("a", "b"), ("", "a"), ("a", ""), ("", ""), ("\\xff\\udc80", "\\xff\\udc80")], found
        """,
    )


@pytest.mark.skipif(not ON_CPYTHON, reason="PyPy's code objects have other fields")
def test_loaded_code_equals_the_compiled_code() -> None:
    """A loaded code object equals the compiled one, lines and positions included."""
    source = """
import lambdapkl, pickle, traceback
def f(a, *b, c=1, **d):
    try:
        return [x / a for x in b if x != c]
    except ZeroDivisionError as error:
        return {"é": error}
g = pickle.loads(lambdapkl.dumps(f))
one, two = f.__code__, g.__code__
assert one is not two and one == two
assert list(one.co_lines()) == list(two.co_lines()) and list(one.co_positions()) == list(two.co_positions())
assert one.co_filename == two.co_filename and one.co_exceptiontable == two.co_exceptiontable
assert all(a is b for a, b in zip(one.co_names, two.co_names, strict=True))
"""
    subprocess.run([sys.executable, "-c", source], check=True)


@pytest.mark.skipif(not ON_CPYTHON, reason="PyPy's code objects have other fields")
def test_deeply_nested_constants_are_refused(processes: Processes) -> None:
    """Both backends refuse them beyond the same depth, also in a thread with a small stack."""
    source = PROGRAMS / "deeply_nested_constants.py"
    for backend in BACKENDS:
        written, last, *refused = processes(backend).execute(source)
        assert (written, last) == tuple(processes("pure").execute(source)[:2])
        assert [type(written), type(last)] == [bytes, bytes]
        assert refused == ["cannot pickle a code object whose constants are nested more than 400 deep"] * 3
