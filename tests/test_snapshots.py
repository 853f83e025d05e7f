"""Restored tracebacks and frames as objects: what they hold, what keeps them alive, and what damage does."""

from __future__ import annotations

import sys

import fresh
import pytest

PYPY = sys.implementation.name == "pypy"


def test_frames_are_snapshots(backend: fresh.Process) -> None:
    backend.run(
        """
        import sys
        secret = "only in the writer"
        class C:
            def method(self, argument):
                local = argument
                raise ValueError
        try: C().method(secret)
        except ValueError as error: caught = error
        def here(): return sys._getframe()
        frame = here()
        step = caught.__traceback__.tb_next
        wanted = (step.tb_lineno, step.tb_lasti, step.tb_frame.f_code.co_qualname, step.tb_frame.f_code.co_firstlineno)
        o = caught, caught.__traceback__, frame, wanted
        """,
        """
        import sys, types
        error, traceback, frame, wanted = o
        assert traceback is error.__traceback__ and type(traceback) is types.TracebackType
        step = traceback.tb_next
        inner = step.tb_frame
        pypy = sys.implementation.name == "pypy"
        assert step.tb_next is None
        assert (step.tb_lineno, inner.f_code.co_firstlineno) == (wanted[0], wanted[3])
        if not pypy:
            assert (step.tb_lasti, inner.f_code.co_qualname) == wanted[1:3] and inner.f_lasti == wanted[1]
            assert inner.f_back is None and inner.f_locals == {}
            assert inner.f_globals.keys() <= {"__name__", "__file__"}
        assert inner.f_lineno == wanted[0] and inner.f_code.co_name == "method"
        assert inner.f_globals["__name__"] == "__main__"
        assert type(frame) is types.FrameType and frame.f_code.co_name == "here"
        assert b"only in the writer" not in payload and b"argument" not in payload
        """,
    )


def test_locals_on_request(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, pickle
        class Silent:
            def __repr__(self): raise OSError
        def fail(a, b):
            silent = Silent()
            many = list(range(10_000))
            raise ValueError
        try: fail(1, {"k": "v"})
        except ValueError as error: caught = error
        assert lambdapkl.loads(lambdapkl.dumps(caught)).__traceback__.tb_next.tb_frame.f_locals.get("a") is None
        with lambdapkl.options(tracebacks="reprs"):
            payload = lambdapkl.dumps(caught)
            found = pickle.loads(payload)
            assert lambdapkl.dumps(found) == payload
        variables = found.__traceback__.tb_next.tb_frame.f_locals
        assert variables["a"] == "1" and variables["b"] == "{'k': 'v'}", variables
        assert "Silent" in variables["silent"] and len(variables["many"]) < 1000
        # What has been said once goes on.
        assert lambdapkl.dumps(found) == payload
        with lambdapkl.options(tracebacks="omit"):
            assert lambdapkl.loads(lambdapkl.dumps(caught)).__traceback__ is None
        try:
            with lambdapkl.options(tracebacks="all"): pass
        except ValueError as error: assert "'omit'" in str(error)
        else: assert False
        """
    )


def test_never_raised_has_the_bytes_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, pickle
        for error in ValueError(1), KeyError("k"), OSError(2, "text", "file"), SystemExit(3), ExceptionGroup("g", [ValueError(2)]):
            assert lambdapkl.dumps(error) == pickle.dumps(error, 5)
        """
    )


def test_deep_recursion_is_small_and_quick(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, pickle, sys, time
        def down(n): return down(n + 1)
        sys.setrecursionlimit(20_000)
        def leaf(n):
            if n: return leaf(n - 1)
            raise ValueError
        caught = []
        for depth in 10, 10_000 if sys.implementation.name != "pypy" else 1000:
            try: leaf(depth)
            except ValueError as error: caught.append(error)
        sys.setrecursionlimit(300)
        started = time.perf_counter()
        short, long = map(lambdapkl.dumps, caught)
        # An index each for the others.
        assert len(long) < len(short) + 6 * 10_000
        loaded = pickle.loads(long)
        steps, step = 0, loaded.__traceback__
        while step is not None:
            steps, step = steps + 1, step.tb_next
        assert steps == (10_002 if sys.implementation.name != "pypy" else 1002), steps
        assert time.perf_counter() - started < 20
        """
    )


def test_while_it_is_handled(backend: fresh.Process) -> None:
    """Its frame goes on running: that changes nothing."""
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
    backend.execute(
        """
        import gc, lambdapkl, pickle, weakref
        class Local: pass
        def fail(): raise ValueError
        try: fail()
        except ValueError as error: payload = lambdapkl.dumps(error)
        def read():
            local = Local()
            return pickle.loads(payload), weakref.ref(local)
        error, reference = read()
        assert reference() is None
        found = error.__traceback__
        while found is not None:
            assert found.tb_frame.f_back is None
            found.tb_frame.clear()
            found = found.tb_next
        """
    )


def test_own_reducers_are_kept(backend: fresh.Process) -> None:
    backend.run(
        """
        class Base(Exception):
            def __init__(self, *, code):
                super().__init__(f"code {code}")
                self.code = code
        class ByReduce(Base):
            def __reduce__(self): return make, (type(self), self.code)
        class ByState(Exception):
            def __setstate__(self, state): self.state = state
        class BySetter(Base):
            def __reduce_ex__(self, protocol): return make, (type(self), self.code), 7, None, None, setter
        class ToAnother(Base):
            def __reduce__(self): return dict, (), None, None, iter([("code", self.code)])
        def make(cls, code): return cls(code=code)
        def setter(made, state): made.set = state
        def caught(error):
            try:
                try: [][0]
                except IndexError: raise error
            except Exception as found: return found
        state = ByState(2)
        state.attribute = 1
        o = [caught(error) for error in (ByReduce(code=1), state, BySetter(code=3), ToAnother(code=4))]
        """,
        """
        by_reduce, by_state, by_setter, another = o
        assert by_reduce.code == 1 and by_setter.code == 3 and by_setter.set == 7
        assert by_state.args == (2,) and by_state.state == {"attribute": 1}
        assert another == {"code": 4}
        for error in o[:3]:
            assert type(error.__context__) is IndexError and not error.__suppress_context__
            assert error.__traceback__.tb_frame.f_code.co_name == "caught"
        """,
    )


def test_damaged_payloads(backend: fresh.Process) -> None:
    backend.execute(
        """
        import itertools, pickle, traceback
        from lambdapkl import wire
        from lambdapkl.restorers import tracebacks
        def refused(function, *args):
            # A place that is known is not checked again; True is as good as 1 there.
            tracebacks._known.clear()
            try: function(*args)
            except pickle.UnpicklingError: return
            raise AssertionError((function, args))
        where = ("file", "name", None, 1, None, None)
        good = (where, 4, 2, 2, 2, 0, 1)
        wire.frame(*good)
        wire.traceback(good, good)
        refused(wire.traceback)
        wrong = [None, "x", -2, 1 << 31, 1 << 200, 1.5, [], True, b""]
        for index, value in itertools.product(range(7), wrong):
            if value is None and index in (3, 4, 5, 6): continue
            entry = (*good[:index], value, *good[index + 1:])
            refused(wire.frame, *entry)
            refused(wire.traceback, good, entry)
        for index, value in itertools.product(range(6), wrong):
            if (value is None and index in (2, 4, 5)) or (value == "x" and index != 3): continue
            if index == 3 and value is True: continue
            refused(wire.frame, (*where[:index], value, *where[index + 1:]), *good[1:])
        refused(wire.frame, where[:5], *good[1:])
        refused(wire.frame, *good[:6])
        refused(wire.frame, *good, {"a": 1})
        refused(wire.frame, *good, {1: "a"})
        refused(wire.frame, *good, [], 3)
        refused(wire.frame, where, 4, 2, 5, 2, 0, 1)
        refused(wire.frame, where, (1 << 24) + 2, 2, 2, 2, 0, 1)
        for value in (None, 3, "x", [1], (good,)): refused(wire.traceback, value)
        refused(wire.exception, ValueError, [1])
        refused(wire.exception, int, ())
        refused(wire.exception, 3, ())
        error = ValueError()
        for state in [1], (None,) * 7, ([],), ({1: 2},), (None, 3), (None, None, 3), (None,) * 4 + (3,), (None,) * 5 + (3,):
            refused(wire.exception, error, state)
        for state in [1], (None,) * 8, (3,), (None, 3), (None, None, None, 3): refused(wire.raised, error, state)
        # At the limits nothing breaks.
        big = (1 << 31) - 1
        for offset, line, first, *position in [
            (-1, -1, 0, None, None, None, None), (0, 0, 0, 0, 0, 0, 0), (2, big, 0, big, big, big, big), (1 << 24, 1, big, 1, big, None, 3),
            (7, -1, big, 0, None, None, None), (3, 5, 1, None, 1, 2, 3), (1, 1, 1, 1, 1, 5, None),
        ]:
            entry = (("", "", "", first, "", ""), offset, line, *position)
            found = wire.traceback(entry)
            traceback.format_tb(found)
            list(found.tb_frame.f_code.co_positions()), list(found.tb_frame.f_code.co_lines())
            found.tb_frame.f_lineno, found.tb_lineno, wire.frame(*entry).f_lineno
        """
    )


def test_unseen_by_tracers(backend: fresh.Process) -> None:
    """No code of a snapshot is run where a tracer or profiler would take it for the real one."""
    if PYPY or sys.version_info < (3, 12):
        pytest.skip("dropping a generator is seen there")
    backend.execute(
        """
        import lambdapkl, pickle, sys
        def fail_in_writer(): raise ValueError
        try: fail_in_writer()
        except ValueError as error: payload = lambdapkl.dumps(error)
        seen = []
        def trace(frame, event, argument):
            seen.append(frame.f_code.co_name)
            return trace
        for install in sys.settrace, sys.setprofile:
            install(trace)
            loaded = pickle.loads(payload)
            install(None)
            assert loaded.__traceback__.tb_next.tb_frame.f_code.co_name == "fail_in_writer"
        assert seen and "fail_in_writer" not in seen
        """
    )


@pytest.mark.skipif(PYPY, reason="no reference counts")
def test_nothing_is_left_behind(backend: fresh.Process) -> None:
    backend.execute(
        """
        import gc, itertools, lambdapkl, pickle, sys, tracemalloc
        def deep(n):
            if n: return deep(n - 1)
            raise ExceptionGroup("g", [ValueError(1)])
        try: deep(5)
        except ExceptionGroup as error: caught = error
        iterators = [itertools.islice([1, 2, 3], 2), itertools.chain([1], [2]), enumerate("ab")] if lambdapkl.COMPILED else []
        def rounds(count):
            for _ in range(count):
                pickle.loads(lambdapkl.dumps(caught))
                pickle.loads(lambdapkl.dumps(iterators))
        count = getattr(sys, "gettotalrefcount", None)
        rounds(200)
        gc.collect()
        tracemalloc.start()
        rounds(1)
        gc.collect()
        before, references = tracemalloc.get_traced_memory()[0], count and count()
        tracemalloc.stop()
        rounds(10_000 if not count else 2_000)
        tracemalloc.start()
        rounds(1)
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
        assert after < before + 20_000, (before, after)
        if count: assert count() - references < 500, (references, count())
        """,
        seconds=300,
    )
