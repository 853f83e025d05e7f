import pickle
import sys
import time

import lambdapkl


def down(n):
    return down(n + 1)


sys.setrecursionlimit(20_000)


def leaf(n):
    if n:
        return leaf(n - 1)
    raise ValueError


caught = []
for depth in 10, 10_000 if sys.implementation.name != "pypy" else 1000:
    try:
        leaf(depth)
    except ValueError as error:
        caught.append(error)
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
