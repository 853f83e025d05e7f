"""What users of dill reported; each case names the issue."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "function and module of one name (dill 604)",
    """
    import pkg
    o = pkg.somefunc, pkg.modfunc
    """,
    """
    import pkg
    assert o == (pkg.somefunc, pkg.modfunc)
    """,
    modules={
        "pkg/__init__.py": """
            from pkg.somefunc import somefunc
            from pkg.somemod import modfunc
            """,
        "pkg/somefunc.py": "def somefunc(): return 1",
        "pkg/somemod.py": "def modfunc(): return 2",
    },
)

case(
    "importable function that says it is __main__'s (dill 482)",
    """
    import ext
    ext.f.__module__ = '__main__'
    o = ext.f
    """,
    "assert o() == 5",
    modules={
        "ext.py": """
            K = 5
            def f(): return K
            """,
    },
)

case(
    "class method that refers to the class by name, and super(B, self) (dill 229)",
    """
    def make():
        class B:
            y = 1
            def __init__(self): super(B, self).__init__(); self.m = B.bar
            def bar(self, x): return x + B.y
        return B
    o = make()
    """,
    """
    b = o()
    assert b.m(b, 1) == 2
    """,
)

case(
    "namedtuple in a class, and a badly named one (dill 71, 132)",
    """
    import collections
    class T:
        B = collections.namedtuple('B', 'x')
    X = collections.namedtuple('Y', ['a', 'b'])
    o = T.B(1), X(0, 1), T, X
    """,
    """
    b, x, T, X = o
    assert b.x == 1 and type(b) is T.B and x == X(0, 1) and x.b == 1
    assert type(x).__name__ == 'Y'
    """,
)

case(
    "abstract property, classmethod and staticmethod (dill 365)",
    """
    import abc
    class A(abc.ABC):
        @property
        @abc.abstractmethod
        def p(self): ...
        @classmethod
        @abc.abstractmethod
        def c(cls): ...
        @staticmethod
        @abc.abstractmethod
        def s(): ...
    o = A.__dict__['p'], A.__dict__['c'], A.__dict__['s'], A
    """,
    """
    p, c, s, A = o
    assert p.__isabstractmethod__ and c.__isabstractmethod__ and s.__isabstractmethod__
    assert A.__abstractmethods__ == {'p', 'c', 's'} and A.__dict__['p'] is p
    """,
)

case(
    "numpy imported as a global name (dill 126)",
    """
    import numpy as np
    def o(): return np
    """,
    """
    import numpy
    assert o() is numpy
    """,
    needs=("numpy",),
)

case(
    "lambda in a class body, comprehension in a class body (dill)",
    """
    class C:
        n = 3
        fs = [lambda x, i=i: x * i for i in range(3)]
        sq = {i: i * i for i in range(n)}
    o = C
    """,
    "assert [f(2) for f in o.fs] == [0, 2, 4] and o.sq == {0: 0, 1: 1, 2: 4}",
)
