"""Generators, coroutines and async generators that are not begun or are finished; in mid-run: `tests/frames/test_suspended.py`."""

from __future__ import annotations

from . import PYPY, family

case = family(__name__)

# PyPy's frames do not tell their function: it is looked up by name, or made anew.
UNSTABLE = "the function of a loaded one is found by its name no more" if PYPY else ""

case(
    "generator, not begun",
    """
    def run(a, /, b, *args, c, **kwargs):
        yield a, b, args, c, kwargs
    o = run(1, [2], 3, 4, c=5, d=6)
    """,
    """
    import inspect
    assert inspect.getgeneratorstate(o) == 'GEN_CREATED'
    assert list(o) == [(1, [2], (3, 4), 5, {'d': 6})]
    """,
)

case(
    "generator, not begun, of a method, held by its object",
    """
    class Job:
        def __init__(self): self.steps = self.run()
        def run(self):
            yield self
    o = Job()
    """,
    "assert next(o.steps) is o",
    unstable=UNSTABLE,
)

case(
    "generator, finished",
    """
    def run():
        yield 1
    o = run()
    list(o)
    """,
    """
    import inspect
    assert list(o) == [] and o.__name__ == o.__qualname__ == 'run'
    assert inspect.getgeneratorstate(o) == 'GEN_CLOSED'
    """,
)

case(
    "generator expression, not begun",
    """
    factor = 3
    o = (x * factor for x in [1, 2])
    """,
    "assert list(o) == [3, 6]",
)

case(
    "coroutines, not begun and finished",
    """
    async def add(a, b=2):
        return a + b
    o = [add(1), add(3)]
    o[1].close()
    """,
    """
    import asyncio
    assert asyncio.run(o[0]) == 3
    try: o[1].send(None)
    except RuntimeError as error: assert 'already awaited' in str(error)
    else: assert False
    """,
    unstable=UNSTABLE,
)

case(
    "async generators, not begun and finished",
    """
    import asyncio
    async def count(n):
        for i in range(n):
            yield i
    async def end():
        made = count(2)
        assert [x async for x in made] == [0, 1]
        return made
    o = [count(3), asyncio.run(end())]
    """,
    """
    import asyncio
    async def both():
        return [[x async for x in each] for each in o]
    assert asyncio.run(both()) == [[0, 1, 2], []]
    """,
)
