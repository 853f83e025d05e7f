"""`lambdapkl.inspect`: the contents of a payload, without loading it."""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fresh
import pytest

import lambdapkl
from lambdapkl.code import blob_reader as blobs
from lambdapkl.code import blobs as codes

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"
PYTHON = f"{'PyPy' if PYPY else 'CPython'} {sys.version_info.major}.{sys.version_info.minor}"


def test_names_everything(backend: fresh.Process) -> None:
    backend.execute(
        PROGRAMS / "names_everything.py",
        python=PYTHON,
    )


def test_a_class_is_called_a_class_and_an_instance_by_its_class(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "labels_of_types.py")


class Bomb:
    def __reduce__(self) -> Any:
        return importlib.import_module, ("this_module_must_not_be_imported",)


def test_runs_and_imports_nothing(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "this_module_must_not_be_imported.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    monkeypatch.syspath_prepend(str(tmp_path))
    payloads = [pickle.dumps(Bomb()), lambdapkl.dumps([Bomb()]), b"cthis_module_must_not_be_imported\nrun\n)R."]
    before = set(sys.modules)
    for payload in payloads:
        answer = lambdapkl.inspect(payload)
        assert any("import" in name for name in answer.imports)
        lambdapkl.weigh(payload)
    assert set(sys.modules) - before <= {name for name in sys.modules if not name.startswith("this_module")}
    assert not (tmp_path / "ran").exists()
    pickle.loads(payloads[0])
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("peer", ["cloudpickle", "dill"])
def test_payloads_of_peers(peer: str) -> None:
    if peer == "dill" and sys.version_info >= (3, 15):
        pytest.skip("dill 0.4.1 reads co_lnotab, which 3.15 has no more")
    try:
        module = importlib.import_module(peer)
    except Exception:
        pytest.skip(f"needs {peer}")
    scale = 3

    class Local:
        def method(self) -> int:
            return scale

    def outer(x: int, table: list[int] = [1, 2]) -> Any:
        return [Local, json.dumps(x)]

    payload = module.dumps(outer)
    answer = lambdapkl.inspect(payload)
    assert answer.writer == peer
    names = {each.name: each for each in answer.functions}
    found = next(each for name, each in names.items() if name.endswith("outer"))
    # cloudpickle 3.1.3 no longer writes file names.
    file = __file__ if peer == "dill" else module.loads(payload).__code__.co_filename
    assert found.file == file and found.line == outer.__code__.co_firstlineno
    assert "Local" in found.closure
    if peer == "cloudpickle":
        assert any(name.endswith("Local") for name in (each.name for each in answer.classes)), answer.classes
        assert "json" in found.globals
        assert any(name.endswith("method") for name in names)
    with pytest.raises(ValueError, match=r"pickletools\.dis"):
        found.disassemble()
    json.dumps(answer.to_dict())


def test_plain_pickles() -> None:
    for protocol in range(6):
        answer = lambdapkl.inspect(pickle.dumps({"a": [1, pickle.UnpicklingError("x")]}, protocol) + b"tail")
        assert answer.writer == "pickle" and answer.trailing == 4 and answer.functions == ()
        assert "pickle.UnpicklingError" in answer.imports or "_pickle.UnpicklingError" in answer.imports
        assert answer.protocol == (protocol if protocol >= 2 else 0)
    assert lambdapkl.inspect(pickle.dumps(pickle.PickleBuffer(b"x"), 5, buffer_callback=lambda buffer: None)).buffers == 1
    with pytest.raises(TypeError, match="a payload must be bytes"):
        lambdapkl.inspect([1])  # type: ignore[arg-type]
    assert "persistent" in str(lambdapkl.inspect(b"Pid\n."))


def sample(a: int, /, b: int = 2, *rest: int, c: int = 3, **named: int) -> Callable[[], int]:
    free = a
    text = ("constant", 1 << 70, -3, 2.5, 1j, b"bytes", None, ..., frozenset((1, "é" * 300)), "x" * 300)
    return lambda: free + len(text) + b


def spelled() -> Any:
    return sample


def test_code_is_read_as_marshal_does() -> None:
    """The reader of blobs agrees with `blobs.unpack` on the code of the standard library."""
    import argparse
    import collections
    import inspect as inspector
    import typing

    seen = 0
    for module in (argparse, collections, typing, inspector, json, sys.modules[__name__]):
        for value in list(vars(module).values()):
            for func in [value, *(vars(value).values() if isinstance(value, type) else ())]:
                code = getattr(func, "__code__", None)
                if type(code) is not type(sample.__code__):
                    continue
                blob, file, _ = codes.pack(code)
                found = blobs.read(blob)
                assert found is not None
                names = (found.name, found.qualname, found.line, found.names, found.arguments)
                assert names == (code.co_name, code.co_qualname, code.co_firstlineno, code.co_names, code.co_argcount)
                assert found.free == code.co_freevars and found.python == PYTHON
                assert found.file in (None, code.co_filename) and (found.file or file) == code.co_filename
                inner = [each for each in code.co_consts if type(each) is type(code)]
                assert [each.qualname for each in found.nested] == [each.co_qualname for each in inner]
                assert set(found.variables) >= set(code.co_varnames)
                seen += 1
    assert seen > 300
    # The reader represents these constants differently.
    odd = sample.__code__.replace(co_consts=(*sample.__code__.co_consts, [1]))
    found = blobs.read(codes.pack(odd)[0])
    assert found is not None and found.qualname == "sample"


def test_other_interpreters() -> None:
    """A payload of another version is recognized and described, but not disassembled."""
    payload = bytearray(lambdapkl.dumps(lambda: spelled))
    other = (3500 if PYTHON == "CPython 3.11" else 3450).to_bytes(2, "little")
    payload = payload.replace(codes.MAGIC, other, 1)
    answer = lambdapkl.inspect(payload)
    assert answer.functions and answer.functions[0].python != PYTHON
    with pytest.raises(ValueError, match="disassemble it with that interpreter"):
        answer.functions[0].disassemble()


def test_any_payload_is_described_or_refused() -> None:
    hypothesis = pytest.importorskip("hypothesis")
    strategies = pytest.importorskip("hypothesis.strategies")
    seeds = [
        lambdapkl.dumps(sample),
        lambdapkl.dumps(lambda: (sample, json)),
        lambdapkl.dumps(type("T", (), {"f": lambda self: 1})()),
        pickle.dumps({"a": [1, (2,), {3}], "b": bytearray(5)}, 4),
    ]

    @hypothesis.settings(max_examples=600, deadline=None, database=None)
    @hypothesis.given(
        strategies.sampled_from(seeds),
        strategies.lists(strategies.tuples(strategies.integers(0, 10**6), strategies.binary(max_size=4)), max_size=4),
    )
    def check(seed: bytes, edits: list[tuple[int, bytes]]) -> None:
        data = bytearray(seed)
        for at, insert in edits:
            at %= len(data)
            data[at : at + len(insert) // 2] = insert
        try:
            answer = lambdapkl.inspect(data)
        except pickle.UnpicklingError:
            return
        str(answer)
        json.dumps(answer.to_dict())

    check()

    @hypothesis.settings(max_examples=300, deadline=None, database=None)
    @hypothesis.given(
        strategies.lists(
            strategies.sampled_from(b"(0).12NeabtuRc}]sdloi\x81\x85\x86\x93\x94h\x00K\x8cq\x92\x90\x91\x8fQ"), max_size=40
        )
    )
    def soup(data: list[int]) -> None:
        try:
            answer = lambdapkl.inspect(bytes(data) + b".")
        except pickle.UnpicklingError:
            return
        str(answer)
        lambdapkl.weigh(bytes(data) + b".").to_dict()

    soup()
