import json
import os
import pickle
import sys
import threading
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
