"""Methods and descriptors."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "property (bare)",
    "o = property(lambda self: self.x, doc='Doc.')",
    """
    class D: p = o; x = 4
    assert D().p == 4 and o.__doc__ == 'Doc.'
    """,
)

case("staticmethod (bare)", "o = staticmethod(lambda x: x + 1)", "assert o(1) == 2 and o.__func__(1) == 2")

case(
    "classmethod (bare)",
    "o = classmethod(lambda cls: cls.__name__)",
    """
    class D: m = o
    assert D.m() == 'D'
    """,
)

case(
    "staticmethod and classmethod with attributes",
    """
    def f(): 'Doc.'
    o = staticmethod(f), classmethod(f)
    o[0].note = 1
    o[1].note = 2
    """,
    """
    s, c = o
    assert s.note == 1 and c.note == 2 and s.__doc__ == 'Doc.'
    assert s.__wrapped__ is c.__wrapped__ is s.__func__
    """,
)

case(
    "bound method of `__main__` instance",
    """
    class C:
        def __init__(self): self.n = 1
        def inc(self):
            self.n += 1
            return self.n
    o = C().inc
    """,
    """
    assert o() == 2 and o() == 3 and o.__self__.n == 3
    assert o.__func__ is type(o.__self__).inc
    """,
    protocols=(2, 3, 4),
)

case(
    "bound method and its instance",
    """
    class C:
        def m(self): return self
    c = C()
    o = c.m, c
    """,
    """
    m, c = o
    assert m() is c
    """,
)

case(
    "bound method stored on its own instance",
    """
    class C:
        def m(self): return self
    c = C()
    c.callback = c.m
    o = c
    """,
    "assert o.callback() is o and o.callback.__self__ is o",
)

case(
    "unbound method of a by-value class",
    """
    class C:
        def m(self): return 'm', type(self).__name__
    o = C.m, C
    """,
    """
    m, C = o
    assert m is C.m and m(C()) == ('m', 'C')
    """,
)

case(
    "bound classmethod of a by-value class",
    """
    class C:
        @classmethod
        def m(cls): return cls
    o = C.m
    """,
    "assert o() is o.__self__ and o().__name__ == 'C'",
)

case(
    "function of a static method of a by-value class",
    """
    class C:
        @staticmethod
        def m(x): return x + 1
    o = C.m
    """,
    "assert o(1) == 2 and o.__qualname__ == 'C.m'",
)

case(
    "bound method, inherited and overridden",
    """
    class A:
        def m(self): return 'A'
    class B(A):
        def m(self): return 'B' + super().m()
    b = B()
    o = b.m, super(B, b).m, A.m.__get__(b)
    """,
    "assert [f() for f in o] == ['BA', 'A', 'A']",
)

case(
    "types.MethodType of a lambda",
    """
    import types
    o = types.MethodType(lambda self, x: self + x, 5)
    """,
    "assert o(1) == 6 and o.__self__ == 5",
)

case(
    "types.MethodType of a builtin",
    """
    import types
    o = types.MethodType(print, 5), types.MethodType(len, 'abc')
    """,
    "assert o[1]() == 3 and o[0].__func__ is print",
)

case(
    "super() object",
    """
    class A:
        def m(self): return 'A'
    class B(A):
        def m(self): return 'B'
    b = B()
    o = super(B, b)
    """,
    """
    assert o.m() == 'A' and o.__thisclass__.__name__ == 'B'
    assert type(o.__self__).__name__ == 'B'
    """,
)

case(
    "unbound super() and super of a class",
    """
    class A:
        @classmethod
        def m(cls): return cls.__name__
    class B(A): pass
    o = super(B), super(B, B)
    """,
    """
    u, c = o
    assert u.__self__ is None and u.__thisclass__.__name__ == 'B'
    assert c.m() == 'B'
    """,
)

case("str.join (unbound method descriptor)", "o = str.join", "assert o is str.join")
case("dict.fromkeys (builtin classmethod)", "o = dict.fromkeys", "assert o('ab') == {'a': None, 'b': None}")

case(
    "classmethod descriptor (dict.__dict__['fromkeys'])",
    "o = dict.__dict__['fromkeys']",
    "assert o is dict.__dict__['fromkeys']",
    not_on_pypy="it is a classmethod of a function without a module there",
)

case("int.__add__ (slot wrapper)", "o = int.__add__", "assert o is int.__add__ or o(1, 2) == 3")
case("(5).__add__ (method-wrapper)", "o = (5).__add__", "assert o(2) == 7")

case(
    "[].append (builtin method of instance)",
    """
    x = [1]
    o = x.append, x
    """,
    """
    o[0](2)
    assert o[1] == [1, 2]
    """,
)

case(
    "getset_descriptor (FunctionType.__code__)",
    """
    import types
    o = types.FunctionType.__code__
    """,
    """
    import types
    assert o.__get__(lambda: 3).co_name == '<lambda>'
    """,
)

case(
    "getset_descriptor of a by-value class (__dict__, __weakref__)",
    """
    class C: pass
    o = C, C.__dict__['__dict__'], C.__dict__['__weakref__']
    """,
    """
    C, d, w = o
    c = C()
    c.x = 1
    assert d.__get__(c) == {'x': 1}
    assert w.__get__(c) is None and d.__name__ == '__dict__'
    """,
    not_on_pypy="__dict__ is another kind of descriptor there",
)

case(
    "member_descriptor (slot of local class)",
    """
    def make():
        class S: __slots__ = ('a',)
        return S
    S = make()
    o = S.a, S
    """,
    """
    d, S = o
    s = S()
    s.a = 3
    assert d.__get__(s) == 3 and d is S.a
    """,
)

case(
    "member_descriptor of a C type",
    """
    import functools
    o = functools.partial.func
    """,
    """
    import functools
    assert o is functools.partial.func or o.__get__(functools.partial(int)) is int
    """,
    not_on_pypy="partial is a Python class there",
)

case(
    "builtin functions",
    """
    import math
    o = [len, print, math.sin, __import__]
    """,
    """
    import math
    assert o == [len, print, math.sin, __import__]
    """,
)

case(
    "object.__new__ and friends",
    "o = [object.__new__, dict.__new__, int.from_bytes, object.__init__]",
    "assert o[0](object) and o[1](dict) == {} and o[2](b'a', 'big') == 97",
)

case(
    "property with setter and deleter",
    """
    def g(s): return s._v
    def w(s, v): s._v = v
    def d(s): del s._v
    o = property(g, w, d, 'Doc.')
    """,
    """
    class D: p = o
    x = D()
    x.p = 3
    assert x.p == 3
    del x.p
    assert not hasattr(x, '_v')
    assert o.__doc__ == 'Doc.'
    """,
)

case(
    "property documented by its getter",
    """
    class C:
        @property
        def p(self):
            'From getter.'
            return 1
    o = C
    """,
    "assert o.p.__doc__ == 'From getter.' and o().p == 1",
)

case(
    "property whose doc was removed",
    """
    class C:
        @property
        def p(self):
            'From getter.'
        p = property(p.fget, doc='')
    o = C
    """,
    "assert o.p.__doc__ == ''",
)

case(
    "property subclass",
    """
    class unit_property(property):
        def __init__(self, fget=None, fset=None, fdel=None, doc=None, unit="m"):
            super().__init__(fget, fset, fdel, doc)
            self.unit = unit
    class C:
        length = unit_property(lambda self: 3, unit="km")
    o = C, C.length
    """,
    """
    C, p = o
    assert C().length == 3 and p is C.__dict__['length'] and p.unit == 'km'
    assert type(p).__name__ == 'unit_property'
    """,
)

case(
    "property of 3.13 with __name__",
    """
    class C:
        @property
        def p(self): return 1
    o = C
    """,
    "assert o.p.__name__ == 'p'",
    min_version=(3, 13),
)

case(
    "staticmethod and classmethod subclasses",
    """
    class sm(staticmethod): pass
    class cm(classmethod): pass
    class C:
        @sm
        def s(x): return x
        @cm
        def c(cls): return cls
    o = C
    """,
    """
    assert o.s(1) == 1 and o.c() is o and type(o.__dict__['s']).__name__ == 'sm'
    assert type(o.__dict__['c']).__name__ == 'cm'
    """,
)

case(
    "descriptors with state",
    """
    class Typed:
        def __init__(self, kind): self.kind = kind
        def __set_name__(self, owner, name): self.name = "_" + name
        def __get__(self, inst, owner=None): return self if inst is None else getattr(inst, self.name)
        def __set__(self, inst, value):
            if not isinstance(value, self.kind): raise TypeError(self.name)
            setattr(inst, self.name, value)
    class P:
        x = Typed(int)
        y = Typed(str)
    o = P()
    o.x = 1
    o.y = "s"
    """,
    """
    assert (o.x, o.y) == (1, 's')
    o.x = 5
    assert o._x == 5
    try: o.x = ''
    except TypeError as e: assert str(e) == '_x'
    else: assert False
    assert type(o).x.kind is int
    """,
)

case(
    "__set_name__ runs once",
    """
    class D:
        def __set_name__(self, owner, name):
            self.calls = getattr(self, "calls", 0) + 1
            self.owner, self.name = owner, name
    class C:
        d = D()
    shared = C.d
    class E:
        other = shared
    o = C, E, D
    """,
    """
    C, E, D = o
    assert C.d is E.other and C.d.calls == 2 and C.d.name == 'other' and C.d.owner is E
    """,
)
