"""After a load that ends half-way, the next load of the payload gives complete classes."""

from __future__ import annotations

import os
import pickletools
from pathlib import Path

import fresh
import pytest
from conftest import GIL
from sample import EVERY

PROGRAMS = Path(__file__).with_name("programs")
DEFINE = PROGRAMS / "classes_with_late_globals.py"
STEP = 13 if EVERY == 1 else 61
START = """
import gc, pickle, lambdapkl
def check(work):
    assert work()[0] == [7, 7, 7]
    return work
"""


def run(backend: fresh.Process, source: str, data: bytes | None = None, **options: object) -> None:
    data = backend.dumps(DEFINE) if data is None else data
    backend.execute(START + fresh.dedent(source), data=data, seconds=300, **options)


@pytest.mark.parametrize("reader", ["pickle.loads", "lambdapkl.loads"])
def test_payloads_cut_at_any_place(backend: fresh.Process, reader: str) -> None:
    run(
        backend,
        """
        loads = eval(reader)
        for end in range(0, len(data), step):
            try: loads(data[:end])
            except Exception: pass
            else: raise AssertionError(end)
            check(loads(data))
            gc.collect()  # no later load finds these classes
        """,
        reader=reader,
        step=STEP,
    )


def test_several_cut_loads_in_a_row(backend: fresh.Process) -> None:
    run(
        backend,
        """
        for end in range(len(data) // 2, len(data), step):
            for _ in range(2):
                try: pickle.loads(data[:end])
                except Exception: pass
        check(pickle.loads(data))
        """,
        step=STEP,
    )


def test_changes_of_a_complete_class_are_kept(backend: fresh.Process) -> None:
    """A method that looks up a name which does not exist is not distinguished from an incomplete one."""
    backend.run(
        """
        class Counter:
            calls = 0
            def missing(self): return no_such_name
            def count(self): return self.calls
        o = Counter
        """,
        """
        import pickle
        o.calls, o.added, count = 5, 1, o.count
        for _ in range(3):
            assert pickle.loads(payload) is o
            assert (o().count(), o.calls, o.added) == (5, 5, 1) and o.count is count
        """,
    )


def test_members_of_an_enumeration_stay_the_same(backend: fresh.Process) -> None:
    run(
        backend,
        """
        classes = {}
        for end in range(len(data) - 200, len(data), step):
            try: pickle.loads(data[:end])
            except Exception: pass
            level = check(pickle.loads(data)).__defaults__[0][1].__globals__["Level"]
            classes[level] = level.LOW
        assert len(classes) == 1 and len(set(map(id, classes.values()))) == 1
        """,
        step=STEP,
    )


def test_loads_through_optimized_payloads(backend: fresh.Process) -> None:
    """`pickletools.optimize` removes what shows that a load still runs."""
    data = pickletools.optimize(backend.dumps(DEFINE))
    run(backend, "assert check(pickle.loads(data)) and check(pickle.loads(data))", data)
    run(
        backend,
        """
        for end in range(0, len(data), step):
            try: pickle.loads(data[:end])
            except Exception: pass
            check(pickle.loads(data))
            gc.collect()
        """,
        data,
        step=STEP,
    )


GATED = """
    import gates
    class Task:
        def run(self): return helper()
    def helper(): return "helped"
    gate = gates.Gate("last")
    def work(): return Task, gate, helper
    o = work, Task
"""


@pytest.mark.parametrize("optimized", [False, True])
def test_class_of_a_stalled_load(backend: fresh.Process, optimized: bool) -> None:
    modules = {"gates.py": PROGRAMS / "gates.py"}
    directory = fresh.new_directory()
    data = backend.dumps(GATED, modules=modules, directory=directory)
    run(
        backend,
        """
        from gates import Stop, actions, start
        stop = actions["last"] = Stop()
        first = start(lambda: pickle.loads(data)[1]().run())
        assert stop.reached.wait(30)
        others = start(*[lambda: pickle.loads(data)[1]().run()] * 2)
        results, errors = others()
        stop.free.set()
        first_results, first_errors = first()
        assert not errors and not first_errors, (errors, first_errors)
        assert {*results.values(), *first_results.values()} == {"helped"}
        assert pickle.loads(data)[1]().run() == "helped"
        """,
        pickletools.optimize(data) if optimized else data,
        modules=modules,
        directory=directory,
    )


@pytest.mark.skipif(not hasattr(os, "fork") or not GIL, reason="no fork while other threads run")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_class_of_a_load_that_a_fork_cuts(backend: fresh.Process) -> None:
    modules = {"gates.py": PROGRAMS / "gates.py"}
    directory = fresh.new_directory()
    data = backend.dumps(GATED, modules=modules, directory=directory)
    run(
        backend,
        """
        import os, warnings
        from gates import Stop, actions, start
        warnings.simplefilter("ignore")
        stop = actions["last"] = Stop()
        first = start(lambda: pickle.loads(data)[1]().run())
        assert stop.reached.wait(30)
        child = os.fork()
        if child == 0:
            try: done = pickle.loads(data)[1]().run() == "helped"
            except BaseException: done = False
            os._exit(0 if done else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        stop.free.set()
        results, errors = first()
        assert status == 0 and results == {0: "helped"}, (status, errors)
        """,
        data,
        modules=modules,
        directory=directory,
    )
