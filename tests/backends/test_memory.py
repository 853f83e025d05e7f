"""What stays after a dump: nothing of the user's; and what one takes at most: no more than `pickle`."""

from __future__ import annotations

import sys

import fresh
import pytest
from conftest import GIL

pytestmark = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has neither tracemalloc nor reference counts")


def test_nothing_of_the_users_stays_alive(backend: fresh.Process) -> None:
    backend.execute(
        """
        import gc, io, threading, weakref, lambdapkl
        def make():
            class Local:
                def method(self): return marker
                def __init__(self): self.big = [bytearray(10_000)]
            class Marker(set): pass
            marker = Marker()
            def f(x=marker): return Local, marker
            return [f, Local, Local(), Local().method, marker, f.__code__, [f, Local(), {"key": marker}]]
        lock = threading.Lock()
        def watch(dump):
            objects = make()
            watched = [weakref.ref(each) for each in (*objects[:5], objects[1].method)]
            for each in objects:
                dump(each)
                # After an error, too.
                lock.acquire()
                try: dump([each, lock])
                except Exception: pass
                else: assert False
                finally: lock.release()
            del each, objects
            gc.collect()
            assert [reference() for reference in watched] == [None] * 6
        watch(lambdapkl.dumps)
        watch(lambda obj: lambdapkl.dumps(obj, 4))
        watch(lambda obj: lambdapkl.dumps(obj, buffer_callback=lambda _: False))
        watch(lambda obj: lambdapkl.Pickler(io.BytesIO()).dump(obj))
        """
    )


@pytest.mark.skipif(not GIL, reason="grows by 1.1 MB on CPython 3.13t, which likely keeps constants of code")
def test_caches_are_bounded(backend: fresh.Process) -> None:
    backend.execute(
        """
        import gc, pickle, tracemalloc, lambdapkl
        def rounds(first, last):
            for index in range(first, last):
                space = {"__name__": "__main__"}
                exec(f"class C{index % 7}:\\n def m(self): return {index}\\ndef f(): return C{index % 7}, {index}", space)
                pickle.loads(lambdapkl.dumps(space["f"]))
        rounds(0, 100)
        gc.collect()
        tracemalloc.start()
        rounds(100, 300)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0]
        # What the reader keeps of each is its code, of which there are two.
        assert grown / 200 < 12_000, grown / 200
        for index in range(300, 9000):
            exec(f"def f(): return {index}", space := {"__name__": "__main__"})
            lambdapkl.dumps(space["f"])
        del space
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - grown < 300_000, tracemalloc.get_traced_memory()[0] - grown
        """,
        seconds=120,
    )


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
    backend.execute(
        """
        import gc, lambdapkl
        from lambdapkl.identity import keys as tracking
        def make():
            class Local:
                def f(self): return 1
            return Local
        looked = [0]
        find = tracking.find
        def counted(key):
            looked[0] += 1
            return find(key)
        tracking.find = counted
        alive = [make() for _ in range(500)]
        def numbers():
            for each in alive: lambdapkl.dumps(each)
            return [tracking.keys[id(each)][1][3] for each in alive]
        assert numbers() == list(range(500)) and looked[0] < 3000, looked
        for index in (7, 3): del alive[index]
        gc.collect()
        alive.append(make())
        alive.append(make())
        alive.append(make())
        assert numbers()[-3:] == [3, 7, 500], numbers()[-3:]
        # What was renamed and gets its name back keeps its number.
        first = alive[0]
        name, first.__qualname__ = first.__qualname__, "Other"
        lambdapkl.dumps(first)
        first.__qualname__ = name
        assert numbers()[0] == 0
        del alive[:], first
        gc.collect()
        assert not [start for start in tracking._taken if "Local" in start[1]]
        """
    )
