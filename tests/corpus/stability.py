"""The same input gives the same bytes, whatever happened to it or around it before."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "looking at a function changes nothing",
    """
    import inspect
    K = 1
    def f(x: int, y: 'str' = 's') -> float:
        'Doc.'
        return [x + K, {'a', 'b', 'c'} & {y}]
    first = pickler.dumps(f)
    f.__annotations__, f.__doc__, f.__dict__, f.__code__.co_code, f.__closure__, hash(f), repr(f)
    inspect.signature(f); inspect.getsource(f)
    assert pickler.dumps(f) == first
    o = f
    """,
    "assert o(1) == [2, set()]",
)

case(
    "a function that has run hot",
    """
    K = 1
    class P:
        __slots__ = ('v',)
        def __init__(self, v): self.v = v
    def f(n):
        total = 0
        for i in range(n):
            p = P(i)
            total += p.v * K + len('abc')
        return total, [str(i) for i in range(2)], f'{total:>5}'
    first = pickler.dumps(f)
    for _ in range(300): f(20)
    assert pickler.dumps(f) == first
    o = f
    """,
    "assert o(2)[0] == 7",
)

case(
    "looking at a class changes nothing",
    """
    class A:
        x: int = 1
        def m(self, y: int) -> 'A': return self
        @property
        def p(self): return 2
    first = pickler.dumps(A)
    a = A(); a.m(1); a.p; a.extra = 1; A.__annotations__; A.__subclasses__(); A.__mro__; dir(A); repr(a)
    class B(A): pass
    B().m(2)
    pickler.dumps(a)
    assert pickler.dumps(A) == first
    o = A
    """,
    "assert o().p == 2 and o.__annotations__ == {'x': int}",
)

case(
    "loading something else first changes nothing",
    """
    import pickle
    def make(n):
        class C:
            def m(self): return n
        return C, lambda: n
    pair = make(1)
    first = pickler.dumps(pair)
    kept = [pickle.loads(pickler.dumps(make(i))) for i in range(3)] + [pickle.loads(first)]
    import json, decimal, asyncio
    assert pickler.dumps(pair) == first
    o = make(5)
    """,
    "assert o[0]().m() == 5 and o[1]() == 5",
)

case(
    "dumping after a failed dump",
    """
    import threading
    lock = threading.Lock(); lock.acquire()
    good = lambda: [1]
    def bad(): return lock
    first = pickler.dumps(good)
    for _ in range(5):
        try: pickler.dumps([good, bad])
        except Exception: pass
        else: assert False
        assert pickler.dumps(good) == first
    o = good
    """,
    "assert o() == [1]",
)

case(
    "dumping in several threads at once",
    """
    import threading
    def make(n):
        class C:
            def m(self): return n
        def f(x): return C().m() + x
        return f
    funcs = [make(i) for i in range(8)]
    want = [pickler.dumps(f) for f in funcs]
    wrong = []
    def work(k):
        for _ in range(20):
            for f, w in zip(funcs, want):
                if pickler.dumps(f) != w: wrong.append(k)
    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert not wrong
    o = funcs
    """,
    "assert [f(1) for f in o] == list(range(1, 9))",
)

case(
    "loading in several threads at once gives one class",
    """
    class C:
        x = 1
        def m(self): return C
    o = [pickler.dumps(C), pickler.dumps(C())]
    """,
    """
    import pickle, threading
    got = []
    start = threading.Barrier(4)
    def work():
        start.wait(5)
        for _ in range(20): got.append(pickle.loads(o[0])); got.append(type(pickle.loads(o[1])))
    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert len(got) == 160 and set(got) == {got[0]} and got[0]().m() is got[0]
    """,
)

case(
    "nothing of the user's stays alive after a dump or a load",
    """
    import gc, pickle, weakref
    class Big: pass
    def check():
        big = Big(); ref = weakref.ref(big)
        f = lambda: big
        blob = pickler.dumps([f, big])
        back = pickle.loads(blob)
        ref2 = weakref.ref(back[1])
        del f, big, back
        gc.collect()
        assert ref() is None and ref2() is None
        try: pickler.dumps([Big(), __import__('threading').Thread()] )
        except Exception: pass
    check()
    o = 1
    """,
    "assert o == 1",
)

case(
    "a class is not kept alive by having been dumped or loaded",
    """
    import gc, pickle, weakref
    def make():
        class C:
            def m(self): return super().__repr__()
        return C
    C = make()
    ref = weakref.ref(C)
    blob = pickler.dumps(C)
    assert pickle.loads(blob) is C
    del C
    gc.collect(); gc.collect()
    assert ref() is None
    o = blob
    """,
    """
    import gc, pickle, weakref
    ref = weakref.ref(pickle.loads(o))
    gc.collect(); gc.collect()
    assert ref() is None
    assert pickle.loads(o)().m().startswith('<')
    """,
)
