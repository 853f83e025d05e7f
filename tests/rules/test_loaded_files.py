"""Modules that were loaded from a file under a name that nobody can import are pickled by value."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")
FLOW = (PROGRAMS / "flow.py").read_text()


def loads_flow(path: Path, name: str = "flow_5f3a") -> str:
    return f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location({name!r}, {str(path)!r})
flow = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = flow
spec.loader.exec_module(flow)
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "nightly.py"
    path.write_text(FLOW)
    return path


CHECK = """
start, counter, step, Color, color, make, closure = o
assert start(20) == 8 and step.run(5) == 5 and counter() == 1 and counter() == 2
assert type(step).__module__ == "flow_5f3a" and Color.RED is color and closure(1) == 9
assert isinstance(make(), type(step))
"""
OBJECTS = "o = flow.start, flow.counter, flow.Step(), flow.Color, flow.Color.RED, flow.Step.make, flow.adder(8)"


def test_reader_without_the_module(backend: fresh.Process, flow: Path) -> None:
    payload = backend.dumps(loads_flow(flow) + OBJECTS)
    flow.unlink()
    backend.loads(payload, CHECK)
    again = backend.load(payload, "", dump_again=True).again
    assert again is not None and again.payload is not None
    backend.loads(again.payload, CHECK)


def test_reader_that_has_loaded_the_file_uses_its_module(backend: fresh.Process, flow: Path) -> None:
    payload = backend.dumps(loads_flow(flow) + f"flow.LIMIT = 3\n{OBJECTS}")
    check = f"""
    {loads_flow(flow).replace(chr(10), chr(10) + "    ")}
    import pickle
    flow.LIMIT = 6
    start, counter, step, Color, color, make, closure = pickle.loads(payload)
    assert start is flow.start and counter is flow.counter and type(step) is flow.Step and Color is flow.Color
    assert color is flow.Color.RED and make.__func__ is flow.Step.make.__func__ and start(20) == 6 == flow.LIMIT
    assert closure.__globals__ is vars(flow) and closure(1) == 7 and flow.COUNT == 0
    result = pickler.dumps(flow.start) == pickler.dumps(start)
    """
    assert backend.execute(check, payload=payload)


def test_reader_that_has_another_file_of_that_name_does_not(backend: fresh.Process, flow: Path, tmp_path: Path) -> None:
    payload = backend.dumps(loads_flow(flow) + OBJECTS)
    other = tmp_path / "other.py"
    other.write_text(FLOW.replace("LIMIT = 8", "LIMIT = 1"))
    check = loads_flow(other) + f"import pickle\no = pickle.loads(payload)\nassert o[0] is not flow.start{CHECK}"
    backend.execute(check, payload=payload)


def test_module_itself(backend: fresh.Process, flow: Path) -> None:
    define = loads_flow(flow) + "o = lambda n: flow.start(n)"
    payload = backend.dumps(define)
    backend.loads(payload, "assert o(20) == 8")
    backend.execute(
        f"{loads_flow(flow)}import pickle\nassert pickle.loads(payload).__globals__['flow'] is flow", payload=payload
    )


def test_function_that_uses_a_module_of_a_package(backend: fresh.Process, tmp_path: Path) -> None:
    """The package of a name with a dot may be made up, too, as in pytest's importlib mode."""
    package = tmp_path / "jobs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "nightly.py").write_text(FLOW)
    define = f"""
    import sys, types
    sys.modules["jobs_1"] = types.ModuleType("jobs_1")
    {loads_flow(package / "nightly.py", "jobs_1.nightly").replace(chr(10), chr(10) + "    ")}
    o = flow.start
    """
    backend.run(define, "assert o(20) == 8")


def test_forked_worker_uses_its_module(backend: fresh.Process, flow: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("no fork")
    check = (
        loads_flow(flow)
        + """
import os, pickle
flow.LIMIT = 5
reader, writer = os.pipe()
child = os.fork()
if not child:
    os.close(writer)
    with open(reader, "rb") as file:
        start, step = pickle.load(file)
    os._exit(0 if start is flow.start and start(20) == 5 and type(step) is flow.Step else 1)
os.close(reader)
flow.LIMIT = 2  # the child has the value of the fork
with open(writer, "wb") as file:
    file.write(pickler.dumps((flow.start, flow.Step())))
assert os.waitpid(child, 0)[1] == 0
"""
    )
    backend.execute(check)


def by_reference(backend: fresh.Process, source: str, expected: bool, **options: object) -> None:
    check = f"""
    import pickletools
    {source}
    names = [argument for _, argument, _ in pickletools.genops(pickler.dumps(o)) if isinstance(argument, bytes)]
    result = not names
    """
    assert backend.execute(check, **options) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import six.moves.urllib.parse as parse; o = parse.quote",
        "from six.moves import reduce as o",
        "import os.path; o = os.path.join",
        "import importlib._bootstrap_external as b; o = b.cache_from_source",
        *([] if sys.implementation.name == "pypy" else ["import zipimport; o = zipimport.zipimporter"]),
        "import collections.abc; o = collections.abc.Mapping",
        "import pytest; o = pytest.raises",
    ],
)
def test_importable_modules_stay_by_reference(backend: fresh.Process, source: str) -> None:
    if "six" in source:
        pytest.importorskip("six")
    by_reference(backend, source, True)


def test_namespace_packages_and_archives(backend: fresh.Process, tmp_path: Path) -> None:
    for part in ("a", "b"):
        (tmp_path / part / "space").mkdir(parents=True)
        (tmp_path / part / "space" / f"{part}.py").write_text("def f(): return __name__")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("packed/inner.py", "def f(): return __name__")
    path = f"import sys; sys.path += [{str(tmp_path / 'a')!r}, {str(tmp_path / 'b')!r}, {str(tmp_path / 'c.zip')!r}]; "
    for module in ("space.a", "space.b", "packed.inner"):
        by_reference(backend, f"{path}import {module} as m; o = m.f", True)


def test_editable_installation(backend: fresh.Process, tmp_path: Path) -> None:
    """setuptools puts a finder with a table of names into `sys.meta_path`."""
    (tmp_path / "edited.py").write_text("def f(): return 1")
    source = f"""
    import sys, importlib.util
    class EditableFinder:
        @classmethod
        def find_spec(cls, fullname, path=None, target=None):
            if fullname == "edited_name":
                return importlib.util.spec_from_file_location(fullname, {str(tmp_path / "edited.py")!r})
    sys.meta_path.append(EditableFinder)
    import edited_name
    o = edited_name.f
    """
    by_reference(backend, source, True)


def test_finder_that_fails(backend: fresh.Process, flow: Path) -> None:
    source = f"""
    {loads_flow(flow).replace(chr(10), chr(10) + "    ")}
    class Failing:
        @classmethod
        def find_spec(cls, fullname, path=None, target=None):
            if fullname == flow.__name__:
                raise RuntimeError(fullname)
    sys.meta_path.insert(0, Failing)
    o = flow.start
    """
    by_reference(backend, source, True)


def test_shadowed_file(backend: fresh.Process, flow: Path) -> None:
    """A reader that imports the name would get another file."""
    by_reference(backend, f"{loads_flow(flow, 'colorsys').replace(chr(10), chr(10) + '    ')}\n    o = flow.start", False)


def test_pytest_in_importlib_mode(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_job.py").write_text((PROGRAMS / "importlib_mode.py").read_text())
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
