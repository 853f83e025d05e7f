"""Classes with `__slots__`."""

from __future__ import annotations

from .. import EQUAL_STRINGS, family

case = family(__name__)

case(
    "local class with __slots__ + instance",
    """
    def make():
        class S:
            __slots__ = ('a', 'b')
            def __init__(self): self.a = 1
        return S
    S = make()
    o = S()
    """,
    """
    assert o.a == 1 and not hasattr(o, 'b') and not hasattr(o, '__dict__')
    assert type(o).__slots__ == ('a', 'b')
    o.b = 2
    try: o.c = 1
    except AttributeError: pass
    else: assert False
    """,
    protocols=(2, 3, 4),
)

case(
    "__slots__: one string",
    """
    class S: __slots__ = 'alone'
    o = S()
    o.alone = 1
    """,
    "assert o.alone == 1 and type(o).__slots__ == 'alone' and not hasattr(o, '__dict__')",
)

case(
    "__slots__: dict with docs",
    """
    class S: __slots__ = {'a': 'The a.', 'b': 'The b.'}
    o = S()
    o.a = 1
    """,
    """
    import inspect
    assert o.a == 1 and type(o).__slots__ == {'a': 'The a.', 'b': 'The b.'}
    assert inspect.getdoc(type(o).a) == 'The a.'
    """,
)

case(
    "__slots__: list",
    """
    class S: __slots__ = ['a', 'b']
    o = S()
    o.b = 1
    """,
    "assert o.b == 1 and type(o).__slots__ == ['a', 'b']",
)

case(
    "__slots__: an iterator, used up",
    """
    class S: __slots__ = iter(('a', 'b'))
    o = S
    """,
    """
    s = o()
    s.a = 2
    s.b = 3
    assert (s.a, s.b) == (2, 3) and not hasattr(s, '__dict__')
    """,
    unstable="a list iterator loses its index when it is used up",
)

case(
    "__slots__: private, mangled names",
    """
    class S:
        __slots__ = ('__hidden', '_one', '__dunder__')
        def __init__(self): self.__hidden = 5
        def get(self): return self.__hidden
    o = S()
    """,
    """
    assert o.get() == 5 and o._S__hidden == 5
    o.__dunder__ = 1
    o._one = 2
    assert type(o).__slots__ == ('__hidden', '_one', '__dunder__')
    """,
    not_on_pypy="one name is two strings there before a round trip",
)

case(
    "__slots__: mangled, with a class name that starts with underscores",
    """
    class __S:
        __slots__ = ('__x',)
        def __init__(self): self.__x = 5
        def get(self): return self.__x
    o = __S()
    """,
    "assert o.get() == 5 and o._S__x == 5",
)

case(
    "__slots__: with __dict__ and __weakref__",
    """
    class S: __slots__ = ('a', '__dict__', '__weakref__')
    o = S()
    o.a = 1
    o.other = 2
    """,
    """
    import weakref
    assert o.a == 1 and o.__dict__ == {'other': 2} and weakref.ref(o)() is o
    """,
)

case(
    "__slots__: with __weakref__ only",
    """
    class S: __slots__ = ('__weakref__',)
    o = S()
    """,
    """
    import weakref
    assert weakref.ref(o)() is o and not hasattr(o, '__dict__')
    """,
)

case(
    "__slots__: empty, and no __weakref__",
    """
    class S: __slots__ = ()
    o = S()
    """,
    """
    import weakref, sys
    assert not hasattr(o, '__dict__')
    if sys.implementation.name != 'pypy':
        try: weakref.ref(o)
        except TypeError: pass
        else: assert False
    """,
)

case(
    "__slots__: inherited, and a subclass without",
    """
    class A: __slots__ = ('a',)
    class B(A): __slots__ = ('b',)
    class C(B): pass
    b = B()
    b.a, b.b = 1, 2
    c = C()
    c.a, c.b, c.c = 1, 2, 3
    o = b, c
    """,
    """
    b, c = o
    assert (b.a, b.b) == (1, 2) and not hasattr(b, '__dict__')
    assert c.__dict__ == {'c': 3} and c.b == 2
    """,
)

case(
    "__slots__: base without, subclass with",
    """
    class A: pass
    class B(A): __slots__ = ('b',)
    b = B()
    b.b, b.x = 1, 2
    o = b
    """,
    "assert o.b == 1 and o.__dict__ == {'x': 2}",
)

case(
    "__slots__: one slot hidden by a subclass's slot",
    """
    class A: __slots__ = ('x',)
    class B(A): __slots__ = ('x',)
    o = B()
    o.x = 2
    A.x.__set__(o, 1)
    """,
    """
    A = type(o).__mro__[1]
    assert o.x == 2
    """,
)

case(
    "__slots__: descriptor replaced after the class was made",
    """
    class S: __slots__ = ('a',)
    S.a = property(lambda self: 'prop')
    o = S
    """,
    "assert o().a == 'prop'",
)

case(
    "__slots__: descriptor deleted",
    """
    class S: __slots__ = ('a', 'b')
    del S.a
    o = S()
    o.b = 1
    """,
    "assert o.b == 1 and not hasattr(type(o), 'a')",
)

case(
    "__slots__: slot of another class as attribute",
    """
    class S: __slots__ = ('a',)
    class T: alias = S.a
    s = S()
    s.a = 3
    o = T, s
    """,
    """
    T, s = o
    assert T.__dict__['alias'].__get__(s) == 3
    """,
)

case(
    "__slots__ with __getstate__",
    """
    class S:
        __slots__ = ('a', 'b')
        def __getstate__(self): return None, {'a': self.a}
    o = S()
    o.a = 1
    o.b = 2
    """,
    "assert o.a == 1 and not hasattr(o, 'b')",
    unstable=EQUAL_STRINGS,
)

case(
    "__slots__ changed after the class was made",
    """
    class S: __slots__ = ('a',)
    S.__slots__ = ('a', 'fake')
    o = S()
    o.a = 1
    """,
    """
    assert o.a == 1 and type(o).__slots__ == ('a', 'fake')
    try: o.fake = 1
    except AttributeError: pass
    else: assert False
    """,
)
