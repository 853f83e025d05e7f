"""``dumps(portable=True)``: source travels with code.  Between versions it is tested by `.ci/run`, with `portable_cases`."""

from __future__ import annotations

import linecache
import os
import pathlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import fresh
import pytest
from conftest import BACKENDS

import lambdapkl

CASES = pathlib.Path(__file__).with_name("portable_cases.py")

# A reader to which every bytecode is another interpreter's.
OTHER_VERSION = "from lambdapkl import codes\ncodes.MAGIC = b'??'\n"


@pytest.fixture(params=BACKENDS)
def reader(request: pytest.FixtureRequest) -> Iterator[fresh.Process]:
    process = fresh.Process("lambdapkl", pure=request.param == "pure")
    yield process
    process.close()


def written(tmp_path: pathlib.Path, source: str) -> dict[str, Any]:
    """Return the names of a module whose file exists, in a `__main__` of its own."""
    file = tmp_path / "program.py"
    file.write_text(source)
    linecache.checkcache()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, str(file), "exec"), namespace)
    return namespace


def run(*args: str, pure: bool) -> subprocess.CompletedProcess[str]:
    source = pathlib.Path(lambdapkl.__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(source), "LAMBDAPKL_PURE": str(int(pure))}
    return subprocess.run([sys.executable, *args], env=env, capture_output=True, text=True, timeout=120)


def test_both_backends_write_the_same_and_the_own_version_reads_it(tmp_path: pathlib.Path) -> None:
    for pure in (False, True):
        done = run(str(CASES), "dump", str(tmp_path / str(pure)), pure=pure)
        assert done.returncode == 0, done.stderr
    compiled = {file.relative_to(tmp_path / "False"): file.read_bytes() for file in tmp_path.glob("False/*/*")}
    assert len(compiled) > 30
    assert compiled == {file.relative_to(tmp_path / "True"): file.read_bytes() for file in tmp_path.glob("True/*/*")}
    done = run(str(CASES), "load", str(tmp_path / "True"), pure=False)
    assert done.returncode == 0 and done.stdout.count("ok") == 2, done.stdout + done.stderr


def test_every_case_is_compiled_from_its_source_where_the_bytecode_is_anothers(
    tmp_path: pathlib.Path, reader: fresh.Process
) -> None:
    done = run(str(CASES), "dump", str(tmp_path), pure=False)
    assert done.returncode == 0, done.stderr
    (folder,) = [each for each in tmp_path.iterdir() if not each.name.endswith("s")]
    reader.execute(
        f"{OTHER_VERSION}import pathlib, pickle, sys\nsys.path.insert(0, {str(CASES.parent)!r})\n"
        f"from portable_cases import check\n"
        f"check({{file.name: pickle.loads(file.read_bytes()) for file in pathlib.Path({str(folder)!r}).iterdir()}})\nresult = None"
    )


def test_without_portable_the_same_reader_refuses(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
    data = lambdapkl.dumps(written(tmp_path, "f = lambda: 1")["f"])
    text = reader.execute(
        f"import lambdapkl, pickle\ndata = {data!r}\nat = data.index(__import__('importlib.util').util.MAGIC_NUMBER[:2])\n"
        "data = data[:at] + (3900).to_bytes(2, 'little') + data[at + 2:]\n"
        "try: pickle.loads(data)\n"
        "except lambdapkl.BytecodeMismatchError as error: result = str(error)\n"
    )
    assert "CPython 3.20" in text and "{}.{}".format(*sys.version_info) in text


def test_several_lambdas_in_a_line(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
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


def test_code_without_source_is_refused(tmp_path: pathlib.Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def typed(x): return x", namespace)
    with pytest.raises(pickle.PicklingError, match=r"'typed' with portable=True, which takes its source: .*made by exec"):
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
    with pytest.raises(pickle.PicklingError, match="gives other bytecode than it has"):
        lambdapkl.dumps(namespace["f"], portable=True)


@pytest.mark.parametrize("begun", [False, True])
def test_generators_are_refused(tmp_path: pathlib.Path, begun: bool) -> None:
    generator = written(tmp_path, "def f():\n    yield 1\n    yield 2\n")["f"]()
    if begun:
        next(generator)
    with pytest.raises(pickle.PicklingError, match="'f' with portable=True: a frame belongs to one version"):
        lambdapkl.dumps(generator, portable=True)


def test_a_text_that_this_version_cannot_compile(tmp_path: pathlib.Path, reader: fresh.Process) -> None:
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
    from lambdapkl import wire

    with pytest.raises(pickle.UnpicklingError):
        wire.source_code(*args)


def test_with_deterministic_the_place_does_not_count(tmp_path: pathlib.Path) -> None:
    source = "def f(x): return x + 1\n"
    one = lambdapkl.dumps(written(tmp_path, source)["f"], portable=True, deterministic=True)
    (tmp_path / "other").mkdir()
    other = lambdapkl.dumps(written(tmp_path / "other", "\n\n" + source)["f"], portable=True, deterministic=True)
    assert one == other
