"""Errors of dumps and loads: type, message and notes."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

not_on_pypy = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has its own pickle")


def test_path_to_the_object_that_cannot_be_pickled(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "path_to_the_object_that_cannot_be_pickled.py")


def test_errors_of_user_code_are_not_changed(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        class Mine(Exception): pass
        class Boom:
            def __reduce__(self): raise Mine("text", 5)
        class State:
            def __getstate__(self): return {}["missing"]
        for obj, kind in ((Boom(), Mine), (State(), KeyError)):
            try: lambdapkl.dumps(lambda: obj)
            except kind as error:
                assert error.args == (("text", 5) if kind is Mine else ("missing",))
                assert "global 'obj'" in error.__notes__[-1]
            else: assert False
        """
    )


@not_on_pypy  # PyPy's pickle accepts other objects
def test_message_begins_with_that_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, struct, lambdapkl
        for obj in (struct.iter_unpack("b", b"a"), ):
            try: pickle.dumps(obj)
            except Exception as error: expected = error
            try: lambdapkl.dumps(obj)
            except Exception as error:
                assert type(error) is type(expected) and str(error).startswith(str(expected)[:20]), (error, expected)
        """
    )


def test_deep_recursion(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        deep = []
        for _ in range(100_000): deep = [deep]
        chain = None
        for _ in range(100_000): chain = (lambda inner: lambda: inner)(chain)
        for obj in (deep, chain):
            try: lambdapkl.dumps(obj)
            except pickle.PicklingError as error:
                assert "recursion" in str(error) and isinstance(error.__cause__, RecursionError)
            else: assert False
        # Release one object at a time, because the interpreter's destructors recurse.
        while deep: deep = deep[0]
        while chain is not None: chain = chain.__closure__[0].cell_contents
        """
    )


@not_on_pypy  # PyPy's pickle raises SystemError for some lengths
def test_damaged_payloads(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "damaged_payloads.py")


def test_wrong_arguments_for_constructors(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "wrong_arguments_for_constructors.py")
