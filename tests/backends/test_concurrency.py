"""Threads, signals, forks and interpreters at the worst moment; `test_api` has the plain case of many threads."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import fresh
import pytest
from conftest import GIL

PROGRAMS = Path(__file__).with_name("programs")

# Without the GIL, the child of CPython 3.13 waits for ever for a dictionary that another thread was changing; lambdapkl or not.
needs_fork = pytest.mark.skipif(not hasattr(os, "fork") or not GIL, reason="no fork while other threads run")


def test_classes_first_seen_at_the_same_moment(backend: fresh.Process) -> None:
    """One class for all threads that load it, and the same bytes from all that dump it."""
    backend.execute(
        PROGRAMS / "classes_first_seen_at_the_same_moment.py",
        seconds=120,
    )


def test_eight_threads_dump_and_load_shared_and_own_objects(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "eight_threads_dump_and_load_shared_and_own_objects.py")


@pytest.mark.slow
def test_what_other_threads_change_meanwhile(backend: fresh.Process) -> None:
    """Each dump has the object as it was at some moment, or says like `pickle` that it changed; nothing is read that is gone.

    With the GIL, threads change places at each opportunity; without it, they run at once.
    """
    backend.execute(
        PROGRAMS / "what_other_threads_change_meanwhile.py",
        seconds=180,
    )


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="no timer that interrupts")
def test_interrupted_in_the_middle(backend: fresh.Process) -> None:
    """KeyboardInterrupt comes out as it is, at whatever point, and later calls are not touched by what was left."""
    backend.execute(
        PROGRAMS / "interrupted_in_the_middle.py",
        seconds=120,
    )


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_others_dump(backend: fresh.Process) -> None:
    """No lock of ours is held for ever in the child."""
    backend.execute(
        PROGRAMS / "fork_while_others_dump.py",
        seconds=120,
    )


def test_code_of_the_user_runs_in_the_middle(backend: fresh.Process) -> None:
    """A reducer that dumps, loads, fails, makes threads and collects garbage while the pickler is at work."""
    backend.execute(
        PROGRAMS / "code_of_the_user_runs_in_the_middle.py",
        seconds=120,
    )


@pytest.mark.skipif(sys.version_info < (3, 14) or sys.implementation.name != "cpython", reason="no concurrent.interpreters")
def test_another_interpreter_uses_the_pure_backend(backend: fresh.Process) -> None:
    """The compiled module keeps its caches for the process: it is not for two interpreters."""
    backend.execute(
        """
        import concurrent.interpreters, lambdapkl
        interpreter = concurrent.interpreters.create()
        interpreter.exec('''if True:
            import lambdapkl, pickle
            k = 3
            assert not lambdapkl.COMPILED
            assert pickle.loads(lambdapkl.dumps(lambda x: x + k))(4) == 7
        ''')
        data = lambdapkl.dumps(lambda x: x + 1)
        assert interpreter.call(eval, f'__import__("pickle").loads({data!r})(4)') == 5
        interpreter.close()
        assert lambdapkl.dumps(lambda x: x + 1)
        """
    )
