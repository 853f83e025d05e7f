"""`install()` and copies of cloudpickle that differ from cloudpickle."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy",
    reason="PyPy's pickler takes no further parameters, and cloudpickle cannot be imported there",
)

COPY = """
import io, pickle
from types import ModuleType
class CloudPickler(pickle.Pickler):
    def __init__(self, file, protocol=None, buffer_callback=None{more}):
        super().__init__(file, protocol, buffer_callback=buffer_callback)
        self.more = {value}
    def dump(self, obj): return super().dump(obj)
def dump(obj, file, protocol=None, buffer_callback=None{more}):
    CloudPickler(file, protocol, buffer_callback, {value}).dump(obj)
def dumps(obj, protocol=None, buffer_callback=None{more}):
    with io.BytesIO() as file:
        CloudPickler(file, protocol=protocol, buffer_callback=buffer_callback, {keyword}).dump(obj)
        return file.getvalue()
load, loads = pickle.load, pickle.loads
"""


def run(program: str, folder: Path, *options: str, seconds: int = 120) -> str:
    command = [sys.executable, *options, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def write_copy(folder: Path, more: str = ", config='default'", value: str = "config", keyword: str = "config=config") -> None:
    package = folder / "pipelines" / "cloudpickle"
    package.mkdir(parents=True)
    (folder / "pipelines" / "__init__.py").touch()
    (package / "__init__.py").write_text("from .cloudpickle import *\n")
    (package / "cloudpickle.py").write_text(COPY.format(more=more, value=value, keyword=keyword))


@pytest.mark.parametrize("first", ["import pipelines.cloudpickle", "pass"])
def test_copy_with_other_parameters_is_left_alone(tmp_path: Path, first: str) -> None:
    write_copy(tmp_path)
    text = run(
        f"""
        {first}
        import io, warnings, lambdapkl
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            lambdapkl.install()
            from pipelines.cloudpickle import cloudpickle
            lambdapkl.install()
        (warning,) = [each for each in caught if each.category is RuntimeWarning]
        text = str(warning.message)
        assert "pipelines.cloudpickle.cloudpickle" in text and "dumps(config)" in text and "CloudPickler(config)" in text, text
        assert cloudpickle.loads(cloudpickle.dumps([1, {{2}}], config="strict")) == [1, {{2}}]
        file = io.BytesIO()
        pickler = cloudpickle.CloudPickler(file, config="loose")
        pickler.dump(("a", 3))
        assert pickler.more == "loose" and cloudpickle.loads(file.getvalue()) == ("a", 3)
        from lambdapkl.engines.install import installed
        assert installed() == []
        lambdapkl.uninstall()
        """,
        tmp_path,
    )
    assert "Error" not in text


def test_keyword_that_lambdapkl_has_is_honoured(tmp_path: Path) -> None:
    write_copy(tmp_path, ", *, fix_imports=True", "fix_imports", "fix_imports=fix_imports")
    run(
        """
        import collections, pickle, lambdapkl
        lambdapkl.install()
        from pipelines.cloudpickle import cloudpickle
        from lambdapkl.engines.install import installed
        assert installed() == ["pipelines.cloudpickle.cloudpickle"]
        assert cloudpickle.loads(cloudpickle.dumps(lambda x: x + 1, fix_imports=False))(1) == 2
        for fix in (True, False):
            assert cloudpickle.dumps(range, 2, fix_imports=fix) == lambdapkl.dumps(range, 2, fix_imports=fix)
        assert cloudpickle.dumps(range, 2) != cloudpickle.dumps(range, 2, fix_imports=False)
        class Sub(cloudpickle.CloudPickler): pass
        import io
        file = io.BytesIO()
        Sub(file, 2, fix_imports=False).dump(range)
        assert b"__builtin__" not in file.getvalue()
        """,
        tmp_path,
        "-W",
        "error::RuntimeWarning",
    )


def test_numbas_copy_is_left_alone_without_a_warning(tmp_path: Path) -> None:
    write_copy(tmp_path, "", "None", "")
    (tmp_path / "pipelines").rename(tmp_path / "numba")
    source = tmp_path / "numba" / "cloudpickle" / "cloudpickle.py"
    source.write_text(source.read_text().replace("buffer_callback, None)", "buffer_callback)"))
    run(
        """
        import lambdapkl
        lambdapkl.install()
        from numba.cloudpickle import cloudpickle
        from lambdapkl.engines.install import installed
        assert installed() == [] and cloudpickle.CloudPickler.__init__.__module__ == "numba.cloudpickle.cloudpickle"
        """,
        tmp_path,
        "-W",
        "error::RuntimeWarning",
    )


def test_dump_of_a_pickler_made_before(tmp_path: Path) -> None:
    write_copy(tmp_path, "", "None", "")
    source = tmp_path / "pipelines" / "cloudpickle" / "cloudpickle.py"
    source.write_text(source.read_text().replace("buffer_callback, None)", "buffer_callback)"))
    run(
        """
        import io, pickle, weakref, lambdapkl
        from pipelines.cloudpickle import cloudpickle
        file = io.BytesIO()
        before = cloudpickle.CloudPickler(file)
        lambdapkl.install()
        before.dump([lambda: 1, 2])
        assert pickle.loads(file.getvalue())[0]() == 1
        class C: pass
        c = C()
        for bad in (weakref.ref(c), [weakref.ref(c)]):
            try: cloudpickle.dumps(bad)
            except lambdapkl.NotPicklableError: pass
            else: assert False
        reference, held = pickle.loads(cloudpickle.dumps([weakref.ref(c), c]))
        assert reference() is held
        """,
        tmp_path,
    )


@pytest.mark.skipif(importlib.util.find_spec("apache_beam") is None, reason="Apache Beam is not installed")
def test_pipeline_of_apache_beam(tmp_path: Path) -> None:
    text = run(
        """
        import lambdapkl
        lambdapkl.install()
        import apache_beam as beam
        from apache_beam.testing.util import assert_that, equal_to
        base = 5
        with beam.Pipeline() as pipeline:
            found = pipeline | beam.Create([4, 6]) | beam.Filter(lambda n: n > base) | beam.Map(lambda n: (n, n + base))
            assert_that(found, equal_to([(6, 11)]))
        """,
        tmp_path,
        seconds=300,
    )
    assert "leaves apache_beam.internal.cloudpickle.cloudpickle as it is" in text


def test_odd_entries_of_sys_modules_do_not_matter(tmp_path: Path) -> None:
    run(
        """
        import sys, types, cloudpickle, lambdapkl

        class Lazy(types.ModuleType):
            def __getattribute__(self, name):
                raise RuntimeError(name)

        class Other:
            @property
            def __class__(self):
                raise RuntimeError("class")

        nameless, numbered = types.ModuleType("a"), types.ModuleType("b")
        del nameless.__name__
        numbered.__name__ = None
        sys.modules.update({"a.cloudpickle": nameless, "b.cloudpickle": numbered, "c": Lazy("c"), "d": Other(), "e": None})
        sys.modules[5] = types.ModuleType("f")
        lambdapkl.install()
        assert lambdapkl.engines.install.installed() == ["cloudpickle.cloudpickle"]
        assert b"lambdapkl" in cloudpickle.dumps(lambda: 1)
        """,
        tmp_path,
    )
