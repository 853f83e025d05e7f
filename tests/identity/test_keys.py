"""Keys of classes that are pickled by value."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

# The class digest reduces this instance; two threads wait for each other there, once each.
MEETING = {
    "meeting.py": """
import threading
barrier = threading.Barrier(2, timeout=10)
met = threading.local()
class Meeting:
    def __reduce__(self):
        if threading.current_thread() is not threading.main_thread() and not hasattr(met, "once"):
            met.once = True
            barrier.wait()
        return Meeting, ()
"""
}

TWO_DUMP = """
    import threading, lambdapkl, meeting
    {define}
    payloads = []
    def dump():
        payloads.append(lambdapkl.dumps({dumped}, **{options}))
    threads = [threading.Thread(target=dump) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    result = [*payloads, lambdapkl.dumps({dumped}, **{options})]
"""

COUNT = """
    import pickle
    result = len({id(type(pickle.loads(payload))) for payload in payloads}), len(payloads)
"""


def count(backend: fresh.Process, define: str, dumped: str, **options: bool) -> tuple[int, int]:
    """Dump in threads at once; return how many classes a fresh reader gets, and the payload count."""
    source = TWO_DUMP.format(define=define, dumped=dumped, options=options)
    payloads = backend.execute(source, modules=MEETING)
    counted: tuple[int, int] = backend.execute(COUNT, modules=MEETING, payloads=payloads)
    return counted


def test_a_class_has_one_key_when_two_threads_dump_it_first(backend: fresh.Process) -> None:
    for _ in range(3):
        assert count(backend, "class C: at = meeting.Meeting()", "C()") == (1, 3)


def test_an_enumeration_has_one_key_when_two_threads_dump_it_first(backend: fresh.Process) -> None:
    assert count(backend, "import enum\n    class E(enum.Enum): A = meeting.Meeting()", "E.A") == (1, 3)


def test_an_abstract_class_has_one_key_when_two_threads_dump_it_first(backend: fresh.Process) -> None:
    assert count(backend, "import abc\n    class C(abc.ABC): at = meeting.Meeting()", "C()") == (1, 3)


def test_a_class_has_one_key_when_two_threads_dump_it_first_as_deterministic(backend: fresh.Process) -> None:
    assert count(backend, "class C: at = meeting.Meeting()", "C()", deterministic=True) == (1, 3)


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="failed once there, not examined")
def test_equal_classes_get_different_keys_when_two_threads_dump_them_first(backend: fresh.Process) -> None:
    """Each of two threads dumps another one of two classes with the same digest."""
    payloads = backend.execute(
        """
        import threading, lambdapkl, meeting
        def make():
            class C: at = meeting.Meeting()
            return C
        kinds, payloads = [make(), make()], []
        threads = [threading.Thread(target=lambda kind=kind: payloads.append(lambdapkl.dumps(kind()))) for kind in kinds]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        result = [*payloads, *(lambdapkl.dumps(kind()) for kind in kinds)]
        """,
        modules=MEETING,
    )
    assert backend.execute(COUNT, modules=MEETING, payloads=payloads) == (2, 4)


def test_numbers_of_deleted_classes_are_reused(backend: fresh.Process) -> None:
    """This also holds if a class is deleted while its thread, or another one, has the lock."""
    backend.execute(PROGRAMS / "numbers_of_deleted_classes_are_reused.py")
