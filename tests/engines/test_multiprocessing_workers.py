"""What travels by name to the workers of `lambdapkl.engines.multiprocessing`, and what by value; every way to send it."""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path

import programs
import pytest

pytestmark = pytest.mark.timeout(120)

METHODS = multiprocessing.get_all_start_methods()

START = """
import functools, json, os, pickle, sys, threading, time
from collections import namedtuple
from lambdapkl.engines.multiprocessing import ProcessPoolExecutor, get_context

state = None
Point = namedtuple("Point", "x y")

class Local(Exception):
    pass

def initialize(make):
    global state
    state = make()

def count(n):
    # The initializer's global variables, and a class that is the same on both sides.
    return state, Local(n), isinstance(n, int), Point(n, n)

def is_local(obj):
    return type(obj) is Local

class Machine:
    def __init__(self, rule):
        self.rule = rule
    def run(self, x):
        return self.rule(x)

def raise_local(kind):
    raise kind(lambda: 3)
"""

POOL = """
def parts(context):
    rate = 3
    class Inner(Exception):
        pass
    with context.Pool(2, initialize, (lambda: 5,)) as pool:
        counted = pool.map(count, range(4))
        yield [made for made, *_ in counted] == [5] * 4 and all(type(error) is Local for _, error, *_ in counted)
        yield counted[2][3] == Point(2, 2)
        yield pool.apply(is_local, (Local(1),))
        yield pool.map(lambda n: n * rate, range(10), chunksize=3) == [n * 3 for n in range(10)]
        yield pool.starmap(lambda a, b: a + b, [(1, 2), (3, 4)]) == [3, 7]
        yield sorted(f() for f in pool.imap_unordered(lambda n: lambda: n, range(3))) == [0, 1, 2]
        yield pool.apply(Machine(lambda x: x + rate).run, (1,)) == 4
        yield pool.apply_async(lambda **more: more["f"](1), kwds={"f": lambda x: x + 1}).get(30) == 2
        for kind in (Inner, Local):
            try:
                pool.apply(raise_local, (kind,))
            except kind as error:
                yield error.args[0]() == 3 and type(error.__cause__).__name__ == "RemoteTraceback"
        try:
            pool.apply(lambda lock: (lock.acquire(), lock), (threading.Lock(),))
        except Exception as error:
            yield type(error).__name__ == "MaybeEncodingError"
        try:
            held = threading.Lock()
            held.acquire()
            pool.apply(lambda: held)
        except pickle.PicklingError as error:
            yield "threading.Lock" in str(error)

if __name__ == "__main__":
    print(json.dumps(list(parts(get_context(sys.argv[1])))))
"""

MESSAGES = """
def parts(context):
    class Job:
        def __init__(self, rule):
            self.rule = rule
    queue, simple, tasks = context.Queue(), context.SimpleQueue(), context.JoinableQueue()
    near, far = context.Pipe()
    lock, value = context.Lock(), context.Value("i", 0)
    def child(n):
        queue.put(Job(lambda: n))
        simple.put(lambda: n + 1)
        far.send(lambda: n + 2)
        far.send(far.recv()(10))
        # A connection travels through another.
        other = far.recv()
        other.send(lambda: n + 3)
        with lock:
            value.value += 1
        tasks.get()()
        tasks.task_done()
        queue.close()
        queue.join_thread()
    process = context.Process(target=lambda n: child(n), args=(7,), name="a child")
    process.start()
    job = queue.get(timeout=30)
    # A forked child has a `Job` that no payload has told of: then it is another class.
    yield type(job).__name__ == "Job" and job.rule() == 7 and (isinstance(job, Job) or context.get_start_method() == "fork")
    yield simple.get()() == 8
    yield near.recv()() == 9
    near.send(lambda x: x * 3)
    yield near.recv() == 30
    reader, writer = context.Pipe(duplex=False)
    near.send(writer)
    yield reader.recv()() == 10
    tasks.put(lambda: 1)
    tasks.join()
    process.join(30)
    yield process.exitcode == 0 and value.value == 1
    with context.Manager() as manager:
        rate = 3
        shared = manager.dict(rule=lambda n: n * rate)
        other = context.Process(target=lambda: shared.update(back=lambda n: shared["rule"](n) + 1))
        other.start()
        other.join(30)
        yield other.exitcode == 0 and shared["back"](5) == 16
    # What cannot be pickled is told, and the queue goes on.
    held = threading.Lock()
    held.acquire()
    try:
        simple.put(held)
    except pickle.PicklingError:
        yield True
    simple.put(1)
    yield simple.get() == 1

if __name__ == "__main__":
    print(json.dumps(list(parts(get_context(sys.argv[1])))))
"""

EXECUTOR = """
def parts(context):
    class Inner(Exception):
        pass
    def fail(n):
        raise Inner(n, lambda: n)
    with ProcessPoolExecutor(2, context, initializer=initialize, initargs=(lambda: 6,)) as executor:
        yield [made for made, *_ in executor.map(count, range(4))] == [6] * 4
        yield executor.submit(is_local, Local(2)).result(30)
        yield list(executor.map(lambda n: n * 2, range(6), chunksize=4)) == [0, 2, 4, 6, 8, 10]
        yield executor.submit(lambda: lambda: 4).result(30)() == 4
        error = executor.submit(fail, 5).exception(30)
        yield type(error) is Inner and error.args[1]() == 5
        held = threading.Lock()
        held.acquire()
        yield isinstance(executor.submit(lambda: held).exception(30), pickle.PicklingError)
        yield executor.submit(lambda: "after an error").result(30) == "after an error"
    if context.get_start_method() != "fork":
        with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as executor:
            yield len(set(executor.map(lambda _: os.getpid(), range(2)))) == 2

if __name__ == "__main__":
    print(json.dumps(list(parts(get_context(sys.argv[1])))))
    # Here, and not in the workers, which import this file under another name.
    def guarded(x):
        return x + Guarded.one
    class Guarded:
        one = 1
    with ProcessPoolExecutor(1, get_context(sys.argv[1])) as executor:
        results = [executor.submit(guarded, 1).result(30), isinstance(executor.submit(Guarded).result(30), Guarded)]
    print(json.dumps(list(parts(get_context(sys.argv[1]))) + [results == [2, True]]))
"""

LATE = """
# Without a guard, as scripts that fork may be: what is defined after the fork is not in the workers.
context = get_context("fork")
pool = context.Pool(1)
first = pool.apply(is_local, (Local(1),))
def late(x):
    return x + 1
def is_local(obj):
    return "redefined"
found = [first, pool.apply(late, (1,)), pool.apply(is_local, (1,))]
pool.terminate()
print(json.dumps(found))
"""


def run(directory: Path, text: str, method: str) -> object:
    return json.loads(programs.run_source(directory, START + text, method, seconds=100).splitlines()[-1])


@pytest.mark.parametrize("method", METHODS)
def test_pool(tmp_path: Path, method: str) -> None:
    found = run(tmp_path, POOL, method)
    assert found == [True] * 12


@pytest.mark.parametrize("method", METHODS)
def test_messages(tmp_path: Path, method: str) -> None:
    assert run(tmp_path, MESSAGES, method) == [True] * 9


@pytest.mark.parametrize("method", METHODS)
def test_executor(tmp_path: Path, method: str) -> None:
    assert run(tmp_path, EXECUTOR, method) == [True] * (8 if method == "fork" else 9)


@pytest.mark.skipif("fork" not in METHODS, reason="this platform does not fork")
def test_what_is_defined_after_a_fork(tmp_path: Path) -> None:
    assert run(tmp_path, LATE, "fork") == [True, 2, "redefined"]


def test_a_program_without_a_file() -> None:
    text = """
import json
from lambdapkl.engines.multiprocessing import get_context
def f(x): return x + 1
class C: pass
with get_context("spawn").Pool(1) as pool:
    print(json.dumps([pool.apply(f, (1,)), isinstance(pool.apply(C), C), pool.apply(lambda: f(2))]))
"""
    done = programs.subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert programs.json.loads(done.stdout) == [2, True, 3]


@pytest.mark.skipif(sys.version_info < (3, 14) or sys.implementation.name != "cpython", reason="came with CPython 3.14")
def test_interpreters(tmp_path: Path) -> None:
    text = """
from lambdapkl.engines.multiprocessing import InterpreterPoolExecutor

def prepare(make):
    import builtins
    builtins.prepared = make()

def parts():
    class Inner(Exception):
        pass
    def fail():
        raise Inner(lambda: 3)
    with InterpreterPoolExecutor(2, initializer=prepare, initargs=(lambda: 5,)) as executor:
        yield list(executor.map(lambda n: (n, prepared), range(4))) == [(n, 5) for n in range(4)]
        yield executor.submit(lambda: lambda: 4).result(30)() == 4
        error = executor.submit(fail).exception(30)
        yield type(error) is Inner and error.args[0]() == 3
        held = threading.Lock()
        held.acquire()
        try:
            executor.submit(lambda: held)
        except pickle.PicklingError:
            yield True
        yield executor.submit(lambda: __import__("lambdapkl").COMPILED).result(30) is False

if __name__ == "__main__":
    print(json.dumps(list(parts())))
"""
    assert run(tmp_path, text, "") == [True] * 5


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="it is there")
def test_no_interpreters_before() -> None:
    import lambdapkl.engines.multiprocessing as engine

    with pytest.raises(ImportError, match=r"3\.14"):
        engine.InterpreterPoolExecutor


def test_large_global_variables_do_not_travel(tmp_path: Path) -> None:
    text = """
DATA = b"x" * 50_000_000

def size(n):
    return len(DATA) + n

class Holder:
    data = DATA

def is_holder(obj):
    return isinstance(obj, Holder)

if __name__ == "__main__":
    from lambdapkl.engines.multiprocessing import ForkingPickler
    found = []
    with get_context(sys.argv[1]).Pool(1) as pool:
        found = [pool.apply(size, (1,)) - len(DATA), pool.apply(is_holder, (Holder(),))]
        found.append(all(len(ForkingPickler.dumps(each)) < 500 for each in (size, Holder, Holder(), [is_holder])))
    print(json.dumps(found))
"""
    for method in METHODS:
        assert run(tmp_path, text, method) == [1, True, True]
