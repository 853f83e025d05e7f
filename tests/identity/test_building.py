"""Threads that load the same new classes at once get complete classes, and none waits forever."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import fresh
import pytest
from conftest import GIL

PYPY = sys.implementation.name == "pypy"

PROGRAMS = Path(__file__).with_name("programs")

# Loading an instance `Gate("a")` calls the function that a test has set in `actions["a"]`. `start`
# runs calls in threads.
GATES = {"gates.py": PROGRAMS / "gates.py"}
CLASSES = PROGRAMS / "classes_behind_gates.py"


CHECK = """
    def check(loaded):
        plain, low, own = loaded
        assert plain.half() == 1.5 and low is type(low).LOW and low.label() == "low" and own.get() is own
        return type(plain), type(low), type(own), low
"""


def run(backend: fresh.Process, define: str, source: str, **variables: object) -> None:
    directory = fresh.new_directory()
    data = backend.dumps(define, modules=GATES, directory=directory)
    start = "import gates, pickle, threading, time, lambdapkl\nfrom gates import Stop, actions, patient, start"
    backend.execute(
        f"{start}\n{fresh.dedent(CHECK)}\n{fresh.dedent(source)}",
        modules=GATES,
        directory=directory,
        seconds=60,
        data=data,
        **variables,
    )


@pytest.mark.parametrize("where", ["plain", "level", "abstract"])
def test_second_thread_waits_for_the_load_that_builds_a_class(backend: fresh.Process, where: str) -> None:
    run(
        backend,
        CLASSES,
        """
        patient()
        stop = actions[where] = Stop()
        load = lambda: check(pickle.loads(data))
        first = start(load)
        assert stop.reached.wait(30)
        others = start(load, load, load)
        time.sleep(0.05)
        stop.free.set()
        (one, errors), (rest, more) = first(), others()
        assert not errors and not more, (errors, more)
        assert {one[0]} == set(rest.values())
        """,
        where=where,
    )


@pytest.mark.skipif(PYPY, reason="it counts no references, so threads there do not wait for each other's loads")
def test_class_is_not_used_before_all_globals_of_its_methods_are_loaded(backend: fresh.Process) -> None:
    """The class has its attributes earlier; a global of its method comes later in the payload."""
    run(
        backend,
        """
        from gates import Gate
        class Task:
            def run(self): return helper()
        def helper(): return "helped"
        gate = Gate("last")
        def work(): return Task, gate, helper
        o = work, Task
        """,
        """
        patient()
        stop = actions["last"] = Stop()
        first = start(lambda: pickle.loads(data))
        assert stop.reached.wait(30)
        others = start(*[lambda: pickle.loads(data)[1]().run()] * 2)
        time.sleep(0.05)
        stop.free.set()
        (results, errors), (_, no_errors) = others(), first()
        assert not errors and not no_errors and list(results.values()) == ["helped"] * 2, (errors, no_errors)
        """,
    )


def test_two_threads_need_each_others_class(backend: fresh.Process) -> None:
    directory = fresh.new_directory()
    define = """
        from gates import Gate
        class A:
            at = Gate("a")
            def get(self): return late_a
        class B:
            at = Gate("b")
            def get(self): return late_b
        late_a, late_b = "late a", "late b"
        def use_a_first(): return A, B, late_a, late_b
        def use_b_first(): return B, A, late_a, late_b
        o = {root}
    """
    payloads = [
        backend.dumps(define.format(root=f"use_{name}_first, A, B"), modules=GATES, directory=directory) for name in "ab"
    ]
    backend.execute(
        PROGRAMS / "two_threads_need_each_others_class.py",
        modules=GATES,
        directory=directory,
        payloads=payloads,
    )


@pytest.mark.parametrize("end", ["ValueError('a failed load')", "SystemExit()"])
@pytest.mark.parametrize("where", ["plain", "level", "abstract"])
def test_next_load_completes_the_class_of_a_failed_load(backend: fresh.Process, where: str, end: str) -> None:
    run(
        backend,
        CLASSES,
        """
        patient()
        stop = Stop()
        def fail():
            if threading.current_thread() is failing:
                stop()
                raise eval(end)
        actions[where] = fail
        def fails():
            global failing
            failing = threading.current_thread()
            try: pickle.loads(data)
            except ValueError: pass
        first = start(fails)
        assert stop.reached.wait(30)
        load = lambda: check(pickle.loads(data))
        others = start(load, load)
        time.sleep(0.05)
        stop.free.set()
        first()
        results, errors = others()
        assert not errors, errors
        assert len({*results.values(), load()}) == 1
        """,
        where=where,
        end=end,
    )


@pytest.mark.parametrize("where", ["plain", "level", "abstract"])
def test_nested_load_of_the_same_class(backend: fresh.Process, where: str) -> None:
    run(
        backend,
        CLASSES,
        """
        patient()
        inner = []
        def load_again():
            if not inner:
                inner.append(None)
                inner[0] = check(pickle.loads(data))
        actions[where] = load_again
        assert check(pickle.loads(data)) == inner[0]
        """,
        where=where,
    )


@pytest.mark.parametrize("where", ["plain", "level", "abstract"])
def test_load_that_waits_for_another_load_of_the_same_classes(backend: fresh.Process, where: str) -> None:
    """A thread cannot know what the other one waits for, so it continues after a while."""
    run(
        backend,
        CLASSES,
        """
        inner = []
        def load_in_a_thread():
            if not inner:
                inner.append(None)
                results, errors = start(lambda: check(pickle.loads(data)))(30)
                assert not errors, errors
                inner[0] = results[0]
        actions[where] = load_in_a_thread
        begun = time.monotonic()
        assert check(pickle.loads(data)) == inner[0]
        assert time.monotonic() - begun < 20
        """,
        where=where,
    )


@pytest.mark.skipif(not hasattr(os, "fork") or not GIL, reason="no fork while other threads run")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("where", ["plain", "level", "abstract"])
def test_forked_child_completes_the_class_of_another_thread(backend: fresh.Process, where: str) -> None:
    run(
        backend,
        CLASSES,
        """
        import os, warnings
        warnings.simplefilter("ignore")
        patient()
        stop = actions[where] = Stop()
        load = lambda: check(pickle.loads(data))
        first = start(load)
        assert stop.reached.wait(30)
        child = os.fork()
        if child == 0:
            try: load()
            except BaseException: os._exit(1)
            os._exit(0)
        deadline = time.monotonic() + 30
        while not (done := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > deadline:
                os.kill(child, 9)
                raise AssertionError("the child hangs")
            time.sleep(0.01)
        stop.free.set()
        assert os.waitstatus_to_exitcode(done[1]) == 0
        _, errors = first()
        assert not errors, errors
        """,
        where=where,
    )


def test_kept_unpickler_blocks_no_other_load(backend: fresh.Process) -> None:
    """Its memo looks as if the load were running. Later changes of the class are kept."""
    run(
        backend,
        CLASSES,
        """
        import io
        kept = pickle.Unpickler(io.BytesIO(data))
        plain = check(kept.load())[0]
        plain.size = 30
        begun = time.monotonic()
        load = lambda: type(pickle.loads(data)[0])
        results, errors = start(load, load)()
        assert not errors, errors
        assert set(results.values()) == {plain} and plain().half() == 15 and load() is plain
        assert time.monotonic() - begun < 20
        """,
    )


def test_first_load_of_many_classes_in_many_threads(backend: fresh.Process) -> None:
    lines = ["import enum, dataclasses"]
    for number in range(60):
        lines += [
            f"class Level{number}(enum.Enum):",
            f"    LOW, HIGH = {number}, -1",
            f"    def label(self): return LABELS[self], Part{number}",
            f"class Part{number}:",
            f"    def half(self): return {number} / 2, Level{number}.LOW",
            f"@dataclasses.dataclass\nclass Row{number}:",
            f"    key: int = {number}",
        ]
    lines += [
        "LABELS = {globals()[f'Level{number}'].LOW: number for number in range(60)}",
        "o = [(globals()[f'Level{n}'].LOW, globals()[f'Part{n}'](), globals()[f'Row{n}']()) for n in range(60)]",
    ]
    data = backend.dumps("\n".join(lines))
    for _ in range(4):
        backend.execute(
            PROGRAMS / "first_load_of_many_classes_in_many_threads.py",
            data=data,
        )
