"""Threads, signals, forks and interpreters at the worst moment; `test_api` has the plain case of many threads."""

from __future__ import annotations

import os
import sys

import fresh
import pytest
from conftest import GIL

# Without the GIL, the child of CPython 3.13 waits for ever for a dictionary that another thread was changing; lambdapkl or not.
needs_fork = pytest.mark.skipif(not hasattr(os, "fork") or not GIL, reason="no fork while other threads run")


def test_classes_first_seen_at_the_same_moment(backend: fresh.Process) -> None:
    """One class for all threads that load it, and the same bytes from all that dump it."""
    backend.execute(
        """
        import lambdapkl, pickle, subprocess, sys, threading
        sys.setswitchinterval(1e-6)
        program = '''
        import lambdapkl, sys
        class Base:
            def who(self): return type(self).__name__
        class Own(Base):
            kept = []
        sys.stdout.buffer.write(lambdapkl.dumps([Own(), Own, lambda: Own]))
        '''
        import textwrap
        def payload(number):
            source = textwrap.dedent(program).replace('Own', f'Own{number}')
            return subprocess.run([sys.executable, '-c', source], stdout=subprocess.PIPE, check=True).stdout
        def together(call, count=8):
            barrier, results, errors = threading.Barrier(count), [], []
            def work():
                barrier.wait()
                try: results.append(call())
                except BaseException as error: errors.append(error)
            threads = [threading.Thread(target=work) for _ in range(count)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            assert not errors, errors
            return results
        for number in range(4):
            data = payload(number)
            loaded = together(lambda: pickle.loads(data))
            classes = {id(cls) for obj, cls, get in loaded for cls in (type(obj), cls, get())}
            assert len(classes) == 1, classes
            assert loaded[0][0].who() == f'Own{number}'
        for number in range(20):
            def make():
                class Local:
                    def f(self): return number
                return Local
            local = make()
            assert len({lambdapkl.dumps([local, local()]) for _ in range(2)} | set(together(lambda: lambdapkl.dumps([local, local()])))) == 1
        """,
        seconds=120,
    )


def test_eight_threads_dump_and_load_shared_and_own_objects(backend: fresh.Process) -> None:
    backend.execute(
        """
        import functools, pickle, sys, threading, lambdapkl
        sys.setswitchinterval(1e-6)
        class Shared:
            limit = 3
            def method(self, x): return x + self.limit
        def make(n):
            def f(x): return x * n + Shared.limit
            return f
        shared = [Shared, Shared(), make(2), functools.partial(make(3), 1), {"cycle": None}]
        shared[4]["cycle"] = shared
        expected = lambdapkl.dumps(shared)
        failures = []
        def work(number):
            try:
                own = make(number)
                for turn in range(60):
                    payload = lambdapkl.dumps(shared)
                    assert payload == expected, "other bytes"
                    loaded = pickle.loads(payload)
                    assert loaded[0] is Shared and loaded[1].method(turn) == turn + 3 and loaded[2](2) == 7
                    assert loaded[4]["cycle"] is loaded and loaded[3]() == 6
                    class Local:
                        def m(self): return number, turn
                    again, f = pickle.loads(lambdapkl.dumps([Local(), own]))
                    assert type(again) is Local and again.m() == (number, turn) and f(5) == 5 * number + 3
            except BaseException as error:
                failures.append(repr(error))
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join(120)
        assert not failures and not any(thread.is_alive() for thread in threads), failures
        """
    )


def test_what_other_threads_change_meanwhile(backend: fresh.Process) -> None:
    """Each dump has the object as it was at some moment, or says like `pickle` that it changed; nothing is read that is gone.

    With the GIL, threads change places at each opportunity; without it, they run at once.
    """
    backend.execute(
        """
        import itertools, pickle, sys, threading, time, lambdapkl
        sys.setswitchinterval(1e-6)
        enough, started, done = 40, time.monotonic(), [0]
        def going_on():
            # A slow interpreter on a busy machine gets as long as it needs for what the test is about.
            elapsed = time.monotonic() - started
            return elapsed < 4 or (done[0] < enough and elapsed < 100)

        class Point:
            __slots__ = ("x", "y")
            def __init__(self): self.x = self.y = ["start"]
        class Plain:
            def __init__(self): self.a = ["start"]
        def make():
            n = ["start"]
            def get(): return n, value
            def put(new):
                nonlocal n
                n = new
            return get, put
        value = ["start"]
        get, put = make()
        def named(a=["start"]): return a
        point, plain = Point(), Plain()
        objects = [get, named, Point, Plain, point, plain, [plain, point, get]]
        counter = itertools.count()

        def change():
            global value
            while going_on():
                number = next(counter)
                value = [number, str(number)]
                put([number])
                point.x = [str(number)]
                plain.a = [str(number)]
                setattr(plain, f"b{number % 20}", [number])
                vars(plain).pop(f"b{(number + 7) % 20}", None)
                setattr(Plain, f"c{number % 20}", [number])
                if hasattr(Plain, name := f"c{(number + 7) % 20}"):
                    try: delattr(Plain, name)
                    except AttributeError: pass
                setattr(named, f"d{number % 20}", [number])
                vars(named).pop(f"d{(number + 7) % 20}", None)
                globals()[f"e{number % 20}"] = [number]
                globals().pop(f"e{(number + 7) % 20}", None)

        failures = []
        def dump():
            try:
                while going_on():
                    for obj in objects:
                        try: payload = lambdapkl.dumps(obj)
                        except RuntimeError as error:
                            assert "changed" in str(error), error
                            continue
                        loaded = pickle.loads(payload)
                        if obj is get:
                            got = loaded()
                            assert got[0][0] == "start" or type(got[0][0]) is int
                        done[0] += 1
            except BaseException as error:
                import traceback
                failures.append(traceback.format_exc())

        threads = [threading.Thread(target=each) for each in (change, change, dump, dump, dump, dump)]
        for thread in threads: thread.start()
        for thread in threads: thread.join(120)
        assert not failures and not any(thread.is_alive() for thread in threads), failures[0] if failures else "stuck"
        assert done[0] >= enough, done
        """,
        seconds=180,
    )


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="no timer that interrupts")
def test_interrupted_in_the_middle(backend: fresh.Process) -> None:
    """KeyboardInterrupt comes out as it is, at whatever point, and later calls are not touched by what was left."""
    backend.execute(
        """
        import lambdapkl, pickle, random, signal
        class Point:
            def __init__(self, x): self.x = x
        def make(n): return lambda: n
        obj = [Point(number) for number in range(200)] + [make(number) for number in range(200)]
        expected = lambdapkl.dumps(obj)
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        random.seed(1)
        interrupted = 0
        for turn in range(300):
            call, argument = (lambdapkl.dumps, obj) if turn % 2 else (pickle.loads, expected)
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 3e-3))
                try:
                    call(argument)
                    call(argument)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
        assert interrupted > 20, interrupted
        assert lambdapkl.dumps(obj) == expected
        assert [f() for f in pickle.loads(expected)[200:]] == list(range(200))
        """,
        seconds=120,
    )


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_fork_while_others_dump(backend: fresh.Process) -> None:
    """No lock of ours is held for ever in the child."""
    backend.execute(
        """
        import faulthandler, lambdapkl, os, pickle, sys, threading, time, warnings
        warnings.simplefilter('ignore')
        sys.setswitchinterval(1e-6)
        stop = threading.Event()
        def make(n):
            class Local:
                def get(self): return n
            return Local
        def work():
            while not stop.is_set():
                cls = make(len(names))
                pickle.loads(lambdapkl.dumps([cls(), lambda: cls]))
                names.append(None)
        # Not while another thread imports what we import at the first class: the lock of a module is held in the child for ever.
        pickle.loads(lambdapkl.dumps(make(-1)))
        names = []
        threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
        for thread in threads: thread.start()
        try:
            for turn in range(15):
                child = os.fork()
                if child == 0:
                    status = 1
                    faulthandler.dump_traceback_later(30, exit=True)
                    try:
                        cls = make(turn)
                        obj, get = pickle.loads(lambdapkl.dumps([cls(), lambda: cls]))
                        status = 0 if obj.get() == turn and get() is cls else 2
                    finally:
                        os._exit(status)
                deadline = time.monotonic() + 60
                while True:
                    done, status = os.waitpid(child, os.WNOHANG)
                    if done:
                        break
                    if time.monotonic() > deadline:
                        os.kill(child, 9)
                        raise AssertionError('the child hangs')
                    time.sleep(0.002)
                assert os.waitstatus_to_exitcode(status) == 0, status
        finally:
            stop.set()
            for thread in threads: thread.join()
        """,
        seconds=120,
    )


def test_code_of_the_user_runs_in_the_middle(backend: fresh.Process) -> None:
    """A reducer that dumps, loads, fails, makes threads and collects garbage while the pickler is at work."""
    backend.execute(
        """
        import gc, lambdapkl, pickle, threading
        depth = 0
        class Busy:
            def __init__(self, level): self.level = level
            def __reduce__(self):
                gc.collect()
                level = self.level  # a lambda with `self` would be dumped with it
                if level:
                    inner = Busy(level - 1)
                    try: lambdapkl.dumps([inner, threading.Lock(), (n for n in [1])])
                    except Exception: pass
                    found = []
                    thread = threading.Thread(target=lambda: found.append(lambdapkl.dumps([inner, lambda: level])))
                    thread.start()
                    thread.join()
                    assert pickle.loads(found[0])[1]() == level
                    assert lambdapkl.dumps([inner]) == lambdapkl.dumps([inner])
                return int, (self.level,)
        level = 2
        f, *levels, g = pickle.loads(lambdapkl.dumps([lambda: level, Busy(0), Busy(1), Busy(2), lambda: level + 1]))
        assert (f(), levels, g()) == (2, [0, 1, 2], 3)
        """,
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
