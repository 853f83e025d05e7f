"""Exceptions keep their fields in C, attributes and causes, whether the class is in Python, C or Cython."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import textwrap
from pathlib import Path

import fresh
import pytest
from conftest import BACKENDS, Processes

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"

# Every exception class of the interpreter, and its members: made with each of several arguments, raised and not, of the
# class itself and of three subclasses; then with each member changed.

EVERY_CLASS = fresh.dedent(PROGRAMS / "every_class.py")
WRITE = EVERY_CLASS + "\nerrors = [error for kind in CLASSES for error in errors_of(kind)]\n"
WRITE += "o = errors, [describe(error) for error in errors], describe\n"


def test_every_member_of_every_class_of_the_interpreter(backend: fresh.Process, processes: Processes) -> None:
    directory = fresh.new_directory()
    payload = backend.dumps(WRITE, directory=directory)
    for reader in BACKENDS:
        processes(reader).loads(
            payload,
            """
            errors, described, describe = o
            assert len(errors) > 2000 and len({type(error) for error in errors}) > 200, len(errors)
            for error, wanted in zip(errors, described):
                assert describe(error) == wanted, f"{describe(error)}\\n{wanted}"
            """,
            directory=directory,
        )


def test_both_backends_write_the_same(processes: Processes) -> None:
    directory = fresh.new_directory()
    assert len({processes(each).dumps(WRITE, directory=directory) for each in BACKENDS}) == 1


@pytest.mark.skipif(
    PYPY, reason="holds for most; not for a class of OSError with three arguments or more, not examined further"
)
def test_unraised_exceptions_of_the_interpreter_have_the_bytes_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        EVERY_CLASS
        + textwrap.dedent("""
        import pickle, lambdapkl
        for kind in CLASSES:
            for arguments in ARGUMENTS:
                try: error = kind(*arguments)
                except (TypeError, ValueError): continue
                assert lambdapkl.dumps(error) == pickle.dumps(error, 5), error
        """)
    )


# What a class of the interpreter cannot tell from one in Python: a method that is no function of Python's.
IN_C = """
import functools, _struct

def rebuild(kind, code): return kind(code=code)
def reduce(extra, self): return rebuild, (type(self), self.code)

class Bound:
    def __get__(self, obj, kind=None):
        return self if obj is None else functools.partial(reduce, "x", obj)
class WireError(ValueError):
    def __init__(self, *, code): super().__init__(f"code {code}"); self.code, self.runs = code, [code]
    __reduce__ = Bound()
"""


@pytest.mark.parametrize("raised", [False, True])
def test_reducer_that_is_not_a_python_function(backend: fresh.Process, raised: bool) -> None:
    create = "try: raise WireError(code=7)\nexcept ValueError as error: o = error\n" if raised else "o = WireError(code=7)\n"
    backend.run(
        IN_C + create,
        "assert o.code == 7 and o.runs == [7] and str(o) == 'code 7', vars(o)\n"
        f"assert (o.__traceback__ is not None) is {raised}",
    )


@pytest.fixture(scope="module")
def cython_module(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return modules for a fresh process, with the extension module ``errors_in_cython`` if Cython is installed."""
    pytest.importorskip("Cython")
    setuptools = pytest.importorskip("setuptools")
    from Cython.Build import cythonize

    folder = tmp_path_factory.mktemp("cython")
    source = folder / "errors_in_cython.pyx"
    shutil.copyfile(PROGRAMS / source.name, source)
    extensions = cythonize([setuptools.Extension("errors_in_cython", [str(source)])], quiet=True, build_dir=str(folder))
    distribution = setuptools.Distribution({"ext_modules": extensions})
    command = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(folder), str(folder / "build")
    command.ensure_finalized()
    command.run()
    (binary,) = folder.glob("errors_in_cython*" + sysconfig.get_config_var("EXT_SUFFIX"))
    return {"errors_in_cython.py": LOADS_EXTENSION.format(binary=str(binary))}


# The module is where the process looks for it from the start; what it finds there gives way to the extension.
LOADS_EXTENSION = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("errors_in_cython", {binary!r})
extension = sys.modules["errors_in_cython"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(extension)
"""


@pytest.mark.skipif(PYPY, reason="classes written in C")
def test_exceptions_written_in_cython(backend: fresh.Process, cython_module: dict[str, str]) -> None:
    payload = backend.dumps(
        """
        import errors_in_cython as e
        class Sub(e.Public):
            def __init__(self, code): super().__init__("sub", code); self.extra = 1
        class Other(e.NeedsArgument):
            pass
        def caught(error):
            try: raise error
            except Exception as error: return error
        made = e.Public("m", 4), Sub(5), e.NeedsArgument(6), Other(7), e.WithReduce(8), e.WithSetstate("a")
        made[0].code = 44
        made[5].set(9)
        o = made, [caught(error) for error in made], [str(error) for error in made]
        """,
        modules=cython_module,
    )
    backend.loads(
        payload,
        """
        made, raised, texts = o
        for errors in made, raised:
            assert [str(error) for error in errors] == texts, errors
            public, sub, needs, other, reduce, state = errors
            assert public.code == 44 and public.args == ("m", 4)
            assert sub.code == 5 and sub.extra == 1 and sub.args == ("sub", 5)
            assert needs.get() == 6 and other.get() == 7 and type(other).__name__ == "Other"
            assert reduce.get() == 8 and reduce.args == (8,) and reduce.errno is None and reduce.more == 1
            assert state.get() == 9 and state.args == ("a",)
        assert raised[4].__traceback__.tb_next is None
        """,
        modules=cython_module,
    )


@pytest.mark.skipif(PYPY, reason="classes written in C")
def test_cython_exception_that_cannot_be_created_is_refused(backend: fresh.Process, cython_module: dict[str, str]) -> None:
    for arguments in '"m", 4', '"m"':
        backend.refuses(
            f"""
            import errors_in_cython as e
            class Sub(e.NeedsArgument):
                def __init__(self, *args): ValueError.__init__(self, {arguments})
            o = Sub(5)
            """,
            r"cannot pickle 'Sub' object.*TypeError.*__reduce__",
            modules=cython_module,
        )


def test_class_that_rejects_its_own_args_is_refused(backend: fresh.Process) -> None:
    for method in "__init__", "__new__":
        made = "super().__init__(a)" if method == "__init__" else "return super().__new__(self, a)"
        backend.refuses(
            f"""
            class E(Exception):
                def {method}(self, a, b): {made}
                def __reduce__(self): return (E, self.args[:1], {{}})
            o = [E(1, 2)]
            """,
            rf"cannot pickle 'E' object.*E\.{method}: missing a required argument: 'b'",
        )


def test_group_in_the_cause_of_its_exceptions(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "a_group_that_its_exceptions_lead_back_to_dumped.py",
        PROGRAMS / "a_group_that_its_exceptions_lead_back_to_loaded.py",
    )


def test_group_in_the_cause_of_its_exceptions_pickled_first(backend: fresh.Process) -> None:
    backend.run(
        """
        try:
            try: raise ExceptionGroup("outer", [ValueError(1), KeyError(2)])
            except ExceptionGroup as group: raise group.exceptions[0]
        except ValueError as member: o = member.__context__
        """,
        "assert o.exceptions[0].__context__ is o and o.exceptions[1].__context__ is None",
    )


# Keys that no attribute can have, put into `__dict__`; instances of subclasses of str are names.
ODD_KEYS = """
class Name(str): pass
class Plain(ValueError): pass
class Picky(ValueError):
    def __init__(self, a, b): super().__init__(a)
class Own(ValueError):
    def __reduce__(self): return type(self), self.args, self.__dict__
class State(ValueError):
    def __getstate__(self): return self.__dict__
class Both(ValueError):
    def __init__(self, *, code): super().__init__(code)
    def __getstate__(self): return self.__dict__
class Group(ExceptionGroup): pass
"""
WITH_ODD_KEYS = """
def errors():
    yield from (ValueError("m"), KeyError("k"), OSError(2, "text", "file"), Plain("m"), Picky("m", 2), Own("m"), State("m"))
    yield from (Both(code="m"), Group("g", [ValueError(1)]), ExceptionGroup("g", [Plain("m")]))

o = []
for raised in False, True:
    for error in errors():
        if raised:
            try: raise error
            except Exception: pass
        error.__dict__.update({None: 1, 3: "x", (1, 2): [], b"b": None, Name("sub"): 5, "name": 6})
        o.append(error)
"""
ODD_KEYS_CHECKED = """
import sys
pypy = sys.implementation.name == "pypy"
assert len(o) == 20
for index, error in enumerate(o):
    assert list(error.__dict__.items()) == [
        (None, 1), (3, "x"), ((1, 2), []), (b"b", None), ("sub", 5), ("name", 6)
    ], (error, error.__dict__)
    # On PyPy, the name of an attribute that is set becomes a plain str.
    assert pypy or [type(key).__name__ for key in error.__dict__][-2:] == ["Name", "str"]
    assert error.sub == 5 and str(error) and (error.__traceback__ is not None) is (index >= 10)
"""


@pytest.mark.parametrize("importable", [False, True])
def test_keys_of_the_dictionary_that_are_no_names(backend: fresh.Process, importable: bool) -> None:
    define = "from shop import *\n" if importable else ODD_KEYS
    backend.run(define + WITH_ODD_KEYS, ODD_KEYS_CHECKED, modules={"shop.py": ODD_KEYS} if importable else None)


def test_other_objects_with_keys_that_are_no_names(backend: fresh.Process) -> None:
    """As with `pickle`, for the same classes importable."""
    backend.run(
        """
        import dataclasses, enum, functools, types
        class P: pass
        class S:
            __slots__ = ("a", "__dict__")
        @dataclasses.dataclass
        class D: x: int = 1
        class N(types.SimpleNamespace): pass
        class F(functools.partial): pass
        class L(list): pass
        class E(enum.Enum): A = 1
        def f(): pass
        o = [P(), S(), D(), N(), types.SimpleNamespace(), F(print), functools.partial(print), L(), E.A, f]
        for each in o: each.__dict__.update({None: 1, 3: "x"})
        """,
        "for each in o: assert each.__dict__[None] == 1 and each.__dict__[3] == 'x', each",
    )


def test_fields_whose_names_the_class_uses_for_something_else(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "shadowed_fields.py",
        """
        errors, views, view = o
        for error, wanted in zip(errors, views):
            assert view(error) == wanted, (type(error), view(error), wanted)
            assert repr(error)
        """,
    )
