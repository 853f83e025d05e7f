"""One class stays one class, two stay two, and a live class is not reset."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "the same class loaded twice is one class",
    """
    class C: pass
    o = [pickler.dumps(C), pickler.dumps(C()), pickler.dumps([C, C])]
    """,
    """
    import pickle
    a, i, l = map(pickle.loads, o)
    assert a is type(i) is l[0] is l[1]
    assert pickle.loads(o[0]) is a
    """,
)

case(
    "loading never resets attributes set since",
    """
    class C:
        x = 1
        def m(self): return 'old'
    o = [pickler.dumps(C), pickler.dumps(C())]
    """,
    """
    import pickle
    C = pickle.loads(o[0])
    C.x = 99
    C.new = 'n'
    C.m = lambda self: 'new'
    del_ = C.m
    c = pickle.loads(o[1])
    assert type(c) is C and c.x == 99 and c.new == 'n' and c.m() == 'new'
    pickle.loads(o[0])
    assert C.x == 99
    """,
)

case(
    "loading in the dumping process gives the same class",
    """
    class C:
        x = 1
    class E(__import__('enum').Enum):
        A = 1
    import pickle
    blob = pickler.dumps([C, C(), E.A])
    C.x = 2
    D, d, a = pickle.loads(blob)
    assert D is C and type(d) is C and C.x == 2 and a is E.A
    o = 1
    """,
)

case(
    "a class that was redefined is a new class",
    """
    class C:
        x = 1
    one = pickler.dumps(C)
    class C:
        x = 2
    two = pickler.dumps(C)
    o = one, two
    """,
    """
    import pickle
    a, b = map(pickle.loads, o)
    assert a is not b and (a.x, b.x) == (1, 2)
    """,
)

case(
    "two classes of one factory stay two",
    """
    def make():
        class C: pass
        return C
    A, B = make(), make()
    A.peer = B
    o = [A, B, A(), B(), pickler.dumps(A), pickler.dumps(B)]
    """,
    """
    A, B, a, b, x, y = o
    assert A is not B and type(a) is A and type(b) is B and not isinstance(a, B)
    assert A.peer is B
    import pickle
    assert pickle.loads(x) is not pickle.loads(y)
    """,
)

case(
    "two classes of one factory, with different closures",
    """
    def make(n):
        class C:
            def get(self): return n
        return C
    o = [pickler.dumps(make(i)) for i in (1, 2)]
    """,
    """
    import pickle
    a, b = map(pickle.loads, o)
    assert a is not b and (a().get(), b().get()) == (1, 2)
    """,
)

case(
    "class and instance in separate payloads, base class too",
    """
    class A: pass
    class B(A): pass
    o = [pickler.dumps(B()), pickler.dumps(A)]
    """,
    """
    import pickle
    b, A = map(pickle.loads, o)
    assert isinstance(b, A)
    """,
)

case(
    "class identity survives a round trip through another process",
    """
    class C: pass
    o = C, pickler.dumps(C)
    """,
    """
    import pickle
    C, blob = o
    assert pickle.loads(blob) is C
    """,
)

case(
    "dumping a class does not change it",
    """
    class C:
        x = 1
    before = dict(vars(C))
    first = pickler.dumps(C)
    pickler.dumps(C())
    after = dict(vars(C))
    after.pop('__slotnames__', None)  # copyreg's cache
    assert after == before and pickler.dumps(C) == first
    o = C
    """,
    "assert o.x == 1 and '__slotnames__' not in vars(o)",
)
