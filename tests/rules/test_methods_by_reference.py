"""Methods of classes by reference come from the class that the reader has."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")


def _library(version: int) -> dict[str, str | Path]:
    return {"library.py": PROGRAMS / "library.py", "library_version.py": f"VERSION = {version}"}


def run(backend: fresh.Process, make: str, check: str) -> None:
    directory = fresh.new_directory()
    define = f"from library import *\nimport library\nb, s = Base(), Sub()\n{make}"
    payload = backend.dumps(define, modules=_library(1), directory=directory, home=directory)
    # The reader has another version of the library.
    home = fresh.new_directory()
    backend.loads(payload, check, modules=_library(2), home=home)


@pytest.mark.parametrize(
    ("make", "check"),
    [
        ("o = Base.made", "assert o(5) == (2, 'Base', 5)"),
        ("o = Sub.made", "assert o(5) == (2, 'Sub', 5)"),
        ("o = b.made", "assert o() == (2, 'Base', 0)"),
        ("o = vars(Base)['made'].__func__", "import library\nassert o is vars(library.Base)['made'].__func__"),
        ("o = vars(Base)['made']", "assert o.__func__(int) == (2, 'int', 0)"),
        ("o = Base._Base__hidden", "import library\nassert o is library.Base._Base__hidden and o(3) == (2, 3)"),
        ("o = b.plain", "assert o() == 2"),
        ("o = Base.plain", "import library\nassert o is library.Base.plain"),
        ("o = b._Base__private", "assert o() == 2"),
        ("o = Base._Base__private", "import library\nassert o is library.Base._Base__private"),
        ("o = Base._Base__private_class", "assert o() == (2, 'Base')"),
        ("o = b.wrapped", "assert o() == 2"),
        ("o = s.wrapped", "assert o() == 2 and type(o.__self__).__name__ == 'Sub'"),
        ("o = Sub.wrapped_class", "assert o() == (2, 'Sub')"),
        ("o = s.over, s.parents()", "assert [each() for each in o] == [(2, 'Sub'), (2, 'Base')]"),
        ("o = WithMeta.of_class, WithMeta.wrapped_of_class", "assert [each() for each in o] == [(2, 'WithMeta')] * 2"),
        # A subclass by value, and an instance that refers to its own method.
        ("class Mine(Base): pass\no = Mine().wrapped, Mine.made", "assert o[0]() == 2 and o[1]() == (2, 'Mine', 0)"),
        ("b.callback = b.wrapped\no = b", "assert o.callback() == 2 and o.callback.__self__ is o"),
        ("o = lambda: Base.made(4)", "assert o() == (2, 'Base', 4)"),
    ],
)
def test_method_comes_from_the_class_of_the_reader(backend: fresh.Process, make: str, check: str) -> None:
    run(backend, make, check)


@pytest.mark.parametrize(
    ("make", "check"),
    [
        # A function that the class lacks is pickled by value.
        ("import types\no = types.MethodType(lambda self: 'mine', b)", "assert o() == 'mine'"),
        ("def f(self): return 'mine'\nb.wrapped = f.__get__(b)\no = b.wrapped", "assert o() == 'mine'"),
        ("def f(self): return 'mine'\nf.__qualname__ = 'Base.plain'\nf.__module__ = 'library'\no = f", "assert o(1) == 'mine'"),
        ("o = Base.wrapped.__get__(s)", "assert o() in (1, 2) and type(o.__self__).__name__ == 'Sub'"),
    ],
)
def test_functions_that_the_class_lacks(backend: fresh.Process, make: str, check: str) -> None:
    run(backend, make, check)


CYTHON = """
# cython: language_level=3, binding=True
cdef class Fixed:
    @classmethod
    def made(cls, n=0): return cls, n
    def plain(self): return 7
class Plain:
    @classmethod
    def made(cls, n=0): return cls, n
    def plain(self): return 7
"""


def test_methods_of_cython_classes(backend: fresh.Process, tmp_path: Path) -> None:
    if importlib.util.find_spec("Cython") is None or importlib.util.find_spec("setuptools") is None:
        pytest.skip("Cython is not installed")
    (tmp_path / "written_in_cython.pyx").write_text(CYTHON)
    (tmp_path / "setup.py").write_text(
        "from Cython.Build import cythonize\nfrom setuptools import setup\n"
        "setup(name='written_in_cython', ext_modules=cythonize('written_in_cython.pyx'))"
    )
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=tmp_path, check=True, capture_output=True)
    backend.run(
        f"""
        import sys
        sys.path.insert(0, {str(tmp_path)!r})
        from written_in_cython import Fixed, Plain
        o = [Fixed.made, Plain.made, Fixed().plain, Plain().plain, Fixed.plain, Plain.plain, sys.path[0]]
        """,
        """
        import written_in_cython as library
        made, also, *rest, _ = o
        assert made(3) == (library.Fixed, 3) and also(3) == (library.Plain, 3)
        assert rest[0]() == rest[1]() == 7 and rest[2:] == [library.Fixed.plain, library.Plain.plain]
        """,
        modules={"written_in_cython.py": _loader(tmp_path)},
    )


def _loader(folder: Path) -> str:
    """Return the source of a module that loads the extension with its name from `folder`."""
    (file,) = folder.glob("written_in_cython*.so")
    return f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location(__name__, {str(file)!r})
module = importlib.util.module_from_spec(spec)
sys.modules[__name__] = module
spec.loader.exec_module(module)
"""
