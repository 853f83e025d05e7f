import json
import pickle
import sys
import threading
from collections import namedtuple

from lambdapkl.engines.multiprocessing import get_context

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
