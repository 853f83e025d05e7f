import gc
import pickle
import sys
import tracemalloc

import lambdapkl
from __main__ import rounds


def run(box):
    with box:
        for item in [object(), "a", 3]:
            try:
                raise KeyError(item)
            except KeyError as error:  # noqa: F841
                text = f"{item}{(yield lambda: box)}"  # noqa: F841


class Box:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return True


async def chain():
    return await chain_end()


async def chain_end():
    await Ask()


async def asks():
    yield 1


class Ask:
    def __await__(self):
        yield 1


async def nothing():
    return
    yield


def once():
    g = run(Box())
    next(g), next(g)
    c = chain()
    c.send(None)
    a = (x async for x in nothing())
    again = pickle.loads(lambdapkl.dumps([g, c, a]))
    next(again[0]), again[0].close(), g.close(), c.close(), again[1].close()


def measure():
    gc.collect()
    return sys.gettotalrefcount() if hasattr(sys, "gettotalrefcount") else tracemalloc.get_traced_memory()[0]


tracemalloc.start(1)
# Free lists fill up at first.
for _ in range(rounds):
    once()
before = measure()
for _ in range(rounds):
    once()
grown = measure() - before
# References, or bytes: less than one, or the smallest object, a round.
limit = rounds // 2 if hasattr(sys, "gettotalrefcount") else rounds * 32
assert grown < limit, (before, grown)
