"""Restored tracebacks and frames: their contents, their lifetime, and damaged payloads."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"


def test_frames_are_snapshots(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "frames_are_snapshots_dumped.py",
        PROGRAMS / "frames_are_snapshots_loaded.py",
    )


def test_locals_on_request(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "locals_on_request.py")


def test_never_raised_has_the_bytes_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, pickle
        for error in ValueError(1), KeyError("k"), OSError(2, "text", "file"), SystemExit(3), ExceptionGroup("g", [ValueError(2)]):
            assert lambdapkl.dumps(error) == pickle.dumps(error, 5)
        """
    )


def test_deep_recursion_is_small_and_quick(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "deep_recursion_is_small_and_quick.py")


def test_while_it_is_handled(backend: fresh.Process) -> None:
    """Pickling an exception while its frame is running changes nothing."""
    backend.execute(
        """
        import lambdapkl
        try: 1 / 0
        except ZeroDivisionError as error:
            first = lambdapkl.dumps(error)

            second = lambdapkl.dumps(error)
        assert first == second
        """
    )


def test_reader_is_not_kept_alive(backend: fresh.Process) -> None:
    if PYPY:
        pytest.skip("its frames know who called them")
    backend.execute(PROGRAMS / "reader_is_not_kept_alive.py")


def test_own_reducers_are_kept(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "own_reducers_are_kept_dumped.py",
        PROGRAMS / "own_reducers_are_kept_loaded.py",
    )


@pytest.mark.slow
def test_damaged_payloads(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "damaged_payloads.py")


def test_unseen_by_tracers(backend: fresh.Process) -> None:
    """Snapshots run no code that a tracer or profiler could mistake for the original code."""
    if PYPY or sys.version_info < (3, 12):
        pytest.skip("dropping a generator is seen there")
    backend.execute(PROGRAMS / "unseen_by_tracers.py")


@pytest.mark.slow
@pytest.mark.skipif(PYPY, reason="no reference counts")
def test_nothing_is_left_behind(backend: fresh.Process) -> None:
    backend.execute(
        PROGRAMS / "nothing_is_left_behind.py",
        seconds=300,
    )


@pytest.mark.skipif(hasattr(sys, "gettotalrefcount"), reason="the compiler of debug builds accepts no such numbers")
def test_negative_line_numbers(backend: fresh.Process) -> None:
    """Generated code may have them."""
    backend.run(
        """
        import ast
        tree = ast.parse("def f():\\n  raise ValueError('x')")
        for node in ast.walk(tree):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = -1
                node.col_offset = node.end_col_offset = -1
        space = {}
        exec(compile(tree, "template", "exec"), space)
        try:
            space["f"]()
        except ValueError as error:
            o = error
        """,
        "assert repr(o) == \"ValueError('x')\" and o.__traceback__.tb_next.tb_frame.f_code.co_name == 'f'",
    )


@pytest.mark.skipif(PYPY, reason="frames are made by failing code there")
def test_code_of_a_frame_can_be_evaluated(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        def fail(a=1, b=2, c=3): raise ValueError(a, b, c)
        try: fail()
        except ValueError as error: data = lambdapkl.dumps(error)
        for _ in range(50):
            code = pickle.loads(data).__traceback__.tb_next.tb_frame.f_code
            assert code.co_stacksize > 0
            assert list(eval(code)) == []
        """
    )


def test_variables_that_a_debugger_added(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        def fail(): raise ValueError("x")
        try: fail()
        except ValueError as error: data = lambdapkl.dumps(error)
        loaded = pickle.loads(data)
        loaded.__traceback__.tb_next.tb_frame.f_locals["y"] = 5
        again = pickle.loads(lambdapkl.dumps(loaded))
        assert repr(again) == "ValueError('x')" and again.__traceback__.tb_next.tb_frame.f_code.co_name == "fail"
        """
    )
