"""Functions: what they carry."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "lambda",
    "o = lambda x: x + 1",
    """
    assert o(2) == 3
    assert o.__name__ == '<lambda>'
    """,
    protocols=(2, 3, 4, 5),
)

case(
    "`__main__` function (defaults, kwdefaults, doc, attr)",
    '''
    def o(a, b=2, /, *rest, c, d=4, **more):
        """Add."""
        return a + b + sum(rest) + c + d + sum(more.values())
    o.attr = ["x"]
    ''',
    """
    assert o(1, c=3) == 10 and o(1, 1, 1, c=1, d=1, e=1) == 6
    assert o.__doc__ == "Add." and o.attr == ["x"]
    assert o.__defaults__ == (2,) and o.__kwdefaults__ == {"d": 4}
    assert (o.__name__, o.__qualname__, o.__module__) == ("o", "o", "__main__")
    import inspect
    assert str(inspect.signature(o)) == "(a, b=2, /, *rest, c, d=4, **more)"
    """,
    protocols=(2, 3, 4),
)

case(
    "function using a `__main__` global",
    """
    K = [10]
    def o(x): return x + K[0]
    """,
    """
    assert o(1) == 11
    assert o.__globals__['K'] == [10]
    """,
    protocols=(2,),
)

case(
    "function using an imported module (global)",
    """
    import math
    def o(x): return math.sqrt(x)
    """,
    """
    assert o(9) == 3
    import math
    assert o.__globals__['math'] is math
    """,
)

case(
    "recursive `__main__` function (via global name)",
    """
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    o = fact
    """,
    """
    assert o(10) == 3628800
    assert o.__globals__['fact'] is o
    """,
    protocols=(2, 3, 4),
)

case(
    "mutually recursive functions",
    """
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    o = even
    """,
    """
    assert o(10) and not o(7)
    g = o.__globals__
    assert g['odd'].__globals__ is g and g['even'] is o
    """,
)

case(
    "mutually recursive functions, both in the payload",
    """
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    o = (odd, even)
    """,
    """
    odd, even = o
    assert odd(3) and even(4)
    assert odd.__globals__['even'] is even
    assert even.__globals__['odd'] is odd
    """,
)

case(
    "generator function",
    """
    def o(n):
        got = yield n
        yield from range(got)
    """,
    """
    g = o(5)
    assert next(g) == 5 and g.send(2) == 0 and list(g) == [1]
    import inspect
    assert inspect.isgeneratorfunction(o)
    """,
)

case(
    "async function",
    """
    import asyncio
    async def inner(x):
        await asyncio.sleep(0)
        return x
    async def o(x): return await inner(x) + 1
    """,
    """
    import asyncio, inspect
    assert asyncio.run(o(1)) == 2
    assert inspect.iscoroutinefunction(o)
    """,
)

case(
    "async generator function",
    """
    async def o(n):
        for i in range(n):
            yield i
    """,
    """
    import asyncio, inspect
    async def collect(): return [i async for i in o(3)]
    assert asyncio.run(collect()) == [0, 1, 2] and inspect.isasyncgenfunction(o)
    """,
)

case(
    "types.coroutine function",
    """
    import types
    @types.coroutine
    def step(x): return (yield x)
    async def o(x): return await step(x)
    """,
    """
    c = o(3)
    assert c.send(None) == 3
    try: c.send(4)
    except StopIteration as e: assert e.value == 4
    """,
)

case(
    "markcoroutinefunction",
    """
    import inspect
    @inspect.markcoroutinefunction
    def o(): return 1
    """,
    """
    import inspect
    assert inspect.iscoroutinefunction(o)
    """,
    min_version=(3, 12),
)

case(
    "function attributes, one of them the function",
    """
    def o(): return o.self
    o.self = o
    o.items = [1, 'two', {'three': 3}]
    o.helper = lambda: o
    """,
    """
    assert o() is o and o.self is o and o.items == [1, 'two', {'three': 3}]
    assert o.helper() is o
    """,
    protocols=(2,),
)

case(
    "metadata set by hand",
    """
    def f(): pass
    f.__name__ = 'renamed'
    f.__qualname__ = 'Outer.renamed'
    f.__doc__ = 'Doc.'
    f.__module__ = 'elsewhere'
    o = f
    """,
    """
    assert (o.__name__, o.__qualname__, o.__doc__, o.__module__) == ('renamed', 'Outer.renamed', 'Doc.', 'elsewhere')
    """,
)

case(
    "function with __module__ None",
    """
    def f(x): return x + 1
    f.__module__ = None
    o = f
    """,
    "assert o(1) == 2 and o.__module__ is None",
)

case(
    "docstring removed or replaced",
    """
    def f():
        'first'
    def g():
        'first'
    f.__doc__ = None
    g.__doc__ = 'second'
    o = f, g
    """,
    "assert o[0].__doc__ is None and o[1].__doc__ == 'second'",
)

case(
    "method and nested function qualified names",
    """
    def outer():
        def inner(): pass
        return inner
    o = outer()
    """,
    "assert o.__qualname__ == 'outer.<locals>.inner' and o.__name__ == 'inner'",
)

case(
    "mutable default shared with another object",
    """
    shared = []
    def f(x, acc=shared):
        acc.append(x)
        return acc
    o = f, shared
    """,
    """
    f, shared = o
    f(1)
    assert shared == [1]
    assert f.__defaults__[0] is shared
    """,
)

case(
    "default that is the function's own container",
    """
    box = {}
    def f(box=box): return box['f']
    box['f'] = f
    o = f
    """,
    "assert o() is o",
)

case(
    "defaults and keyword defaults set by hand",
    """
    def f(a, b, *, c): return a, b, c
    f.__defaults__ = (1, 2)
    f.__kwdefaults__ = {'c': 3}
    o = f
    """,
    "assert o() == (1, 2, 3)",
)

case(
    "empty keyword defaults and attributes",
    """
    def f(): return 1
    f.__kwdefaults__ = {}
    f.x = 1
    del f.x
    o = f
    """,
    "assert o() == 1 and o.__dict__ == {}",
)

case(
    "the same function twice",
    """
    f = lambda: 0
    o = [f, f, {'k': f}]
    """,
    "assert o[0] is o[1] is o[2]['k']",
)

case(
    "two functions of one code object",
    """
    def make(k): return lambda: k
    o = [make(1), make(2)]
    """,
    """
    a, b = o
    assert (a(), b()) == (1, 2)
    assert a.__code__ == b.__code__
    """,
)

case(
    "function with replaced code",
    """
    def f(): return 1
    def g(): return 2
    f.__code__ = g.__code__
    o = f
    """,
    "assert o() == 2 and o.__name__ == 'f' and o.__code__.co_name == 'g'",
)

case(
    "non-ASCII names",
    """
    größe = 3
    def функция(名): return 名 + größe
    o = функция
    """,
    "assert o(1) == 4 and o.__name__ == 'функция'",
)

case(
    "many arguments and locals",
    r"""
    head = 'def o(' + ', '.join(f'a{i}={i}' for i in range(300)) + '):\n'
    src = head + ''.join(f'  b{i} = a{i}\n' for i in range(300)) + '  return b299'
    exec(src)
    """,
    "assert o() == 299 and o.__code__.co_argcount == 300",
)

case(
    "large function: extended arguments and jumps",
    r"""
    n0 = 7
    src = 'def o(x):\n' + ''.join(f'  if x == {i}: return g{i}\n' for i in range(400)) + '  return n0'
    for i in range(400): globals()[f'g{i}'] = i * 2
    exec(src)
    """,
    "assert o(399) == 798 and o(300) == 600 and o(1000) == 7",
)

case(
    "docstring, file name and first line",
    """


    def o():
        'Doc.'
        return 1
    """,
    """
    c = o.__code__
    assert c.co_firstlineno == 3 and c.co_filename.endswith('dumping.py') and o.__doc__ == 'Doc.', c.co_firstlineno
    """,
)

case(
    "traceback of a loaded function",
    """
    def o(x):
        y = x
        return y / 0
    """,
    """
    import traceback, os
    try: o(1)
    except ZeroDivisionError as e: text = traceback.format_exc()
    assert "dumping.py" in text and "line 3" in text and "in o" in text
    assert "return y / 0" in text, text
    """,
)

case(
    "inspect.getsource of a loaded function, the file being there",
    """
    def o(x):
        return x  # the line
    """,
    r"""
    import inspect
    assert inspect.getsource(o) == 'def o(x):\n    return x  # the line\n'
    """,
)
