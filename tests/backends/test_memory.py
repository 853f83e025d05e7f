"""What stays after a dump: nothing of the user's; and what one takes at most: no more than `pickle`."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest
from conftest import GIL

PROGRAMS = Path(__file__).with_name("programs")

pytestmark = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has neither tracemalloc nor reference counts")


def test_nothing_of_the_users_stays_alive(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "nothing_of_the_users_stays_alive.py")


@pytest.mark.slow
@pytest.mark.skipif(not GIL, reason="grows by 1.1 MB on CPython 3.13t, which likely keeps constants of code")
def test_caches_are_bounded(backend: fresh.Process) -> None:
    backend.execute(
        PROGRAMS / "caches_are_bounded.py",
        seconds=120,
    )


@pytest.mark.slow
def test_peak_memory_is_that_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        """
        import gc, pickle, tracemalloc, lambdapkl
        def peak(dumps, obj):
            gc.collect()
            tracemalloc.start()
            data = dumps(obj)
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert len(data) > 10_000_000
            return found
        for obj in (bytes(30_000_000), [bytes([index]) * 300_000 for index in range(100)], list(range(2_500_000)), "x" * 30_000_000):
            ours, theirs = peak(lambdapkl.dumps, obj), peak(lambda obj: pickle.dumps(obj, 5), obj)
            # The pure backend keeps what is written in a BytesIO, and copies it once.
            assert ours <= theirs * (1.02 if lambdapkl.COMPILED else 2.1), (ours, theirs)
        """,
        seconds=120,
    )


def test_no_copy_of_what_goes_out_of_band(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, tracemalloc, lambdapkl
        held = pickle.PickleBuffer(bytearray(30_000_000))
        taken = []
        tracemalloc.start()
        data = lambdapkl.dumps([held, lambda: held], buffer_callback=taken.append)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000 and len(data) < 1000 and taken == [held, held]
        """
    )


def test_classes_of_one_factory_are_numbered_without_counting_anew(backend: fresh.Process) -> None:
    """Each gets the lowest number that is free; to look for it from 0 takes quadratic time where many are alive."""
    backend.execute(PROGRAMS / "classes_of_one_factory_are_numbered_without_counting_anew.py")
