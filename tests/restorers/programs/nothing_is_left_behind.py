import gc
import itertools
import pickle
import sys
import tracemalloc

import lambdapkl


def deep(n):
    if n:
        return deep(n - 1)
    raise ExceptionGroup("g", [ValueError(1)])


try:
    deep(5)
except ExceptionGroup as error:
    caught = error
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
if count:
    assert count() - references < 500, (references, count())
