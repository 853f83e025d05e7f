"""Inheritance of by-value classes: bases, `super()`, overrides."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "local class with zero-arg super()",
    """
    def make():
        class A:
            def m(self): return ['A']
        class B(A):
            def m(self): return super().m() + [__class__.__name__]
        return B()
    o = make()
    """,
    "assert o.m() == ['A', 'B']",
    protocols=(2, 3, 4),
)

case(
    "super() in classmethod, staticmethod-made and property",
    """
    class A:
        @classmethod
        def make(cls): return cls()
        @property
        def p(self): return 1
    class B(A):
        @classmethod
        def make(cls):
            b = super().make()
            b.made = True
            return b
        @property
        def p(self): return super().p + 1
        def __init_subclass__(cls): super().__init_subclass__()
    o = B
    """,
    """
    b = o.make()
    assert b.made and b.p == 2 and type(b) is o
    """,
)

case(
    "multiple inheritance and mixins, cooperative super()",
    """
    class Base:
        def m(self): return ["Base"]
    class L(Base):
        def m(self): return ["L"] + super().m()
    class R(Base):
        def m(self): return ["R"] + super().m()
    class D(L, R):
        def m(self): return ["D"] + super().m()
    o = D()
    """,
    """
    assert o.m() == ['D', 'L', 'R', 'Base']
    assert [c.__name__ for c in type(o).__mro__] == ['D', 'L', 'R', 'Base', 'object']
    """,
)

case(
    "class of builtin bases",
    """
    class D(dict):
        def double(self): return {k: v * 2 for k, v in self.items()}
    class L(list): pass
    class I(int): pass
    class S(str): pass
    class T(tuple): pass
    class F(frozenset): pass
    l = L([1])
    l.extra = 'e'
    o = D(a=1), l, I(5), S('s'), T((1, 2)), F({1})
    """,
    """
    d, l, i, s, t, f = o
    assert d.double() == {'a': 2} and l == [1] and l.extra == 'e' and i == 5
    assert type(i).__name__ == 'I' and s == 's' and t == (1, 2) and f == {1}
    """,
    protocols=(2,),
)

case(
    "class whose base is by value in the same payload",
    """
    class A:
        def m(self): return 1
    class B(A): pass
    class C(B): pass
    o = [C, B, A]
    """,
    """
    C, B, A = o
    assert C.__mro__ == (C, B, A, object) and C().m() == 1
    """,
)

case(
    "class with an importable base",
    """
    import collections, threading
    class C(collections.Counter): pass
    class T(threading.Thread):
        def run(self): self.result = 5
    o = C('aab'), T
    """,
    """
    c, T = o
    assert c.most_common(1) == [('a', 2)]
    t = T()
    t.start()
    t.join()
    assert t.result == 5
    """,
)

case(
    "class attributes that are lambdas, lists, classes",
    """
    class C:
        f = lambda self: 1
        items = [1, 2]
        table = {'f': f}
        kind = int
    o = C
    """,
    """
    assert o().f() == 1 and o.items == [1, 2] and o.table['f'] is o.__dict__['f']
    assert o.kind is int
    """,
)

case(
    "an override equal to the inherited value",
    """
    class A:
        x = 1
        s = 'text'
        n = None
    class B(A):
        x = 1
        s = 'text'
        n = None
    o = A, B
    """,
    """
    A, B = o
    assert vars(B)['x'] == 1 and vars(B)['s'] == 'text' and 'n' in vars(B)
    A.x = 2
    assert B.x == 1
    """,
)

case(
    "an override of an importable base's method with the same function",
    """
    import base
    class B(base.A):
        m = base.A.m
    o = B
    """,
    "assert 'm' in vars(o) and o().m() == 1",
    modules={
        "base.py": """
            class A:
                def m(self): return 1
            """,
    },
)
