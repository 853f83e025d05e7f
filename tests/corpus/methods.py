"""Methods, descriptors and what the types in `types` are."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "bound method of `__main__` instance",
    "class C:\n    def __init__(self): self.n = 1\n    def inc(self):\n        self.n += 1\n        return self.n\no = C().inc",
    "assert o() == 2 and o() == 3 and o.__self__.n == 3; assert o.__func__ is type(o.__self__).inc",
    protocols=(2, 3, 4),
)
case(
    "bound method and its instance",
    "class C:\n    def m(self): return self\nc = C()\no = c.m, c",
    "m, c = o; assert m() is c",
)
case(
    "bound method stored on its own instance",
    "class C:\n    def m(self): return self\nc = C()\nc.callback = c.m\no = c",
    "assert o.callback() is o and o.callback.__self__ is o",
)
case(
    "unbound method of a by-value class",
    "class C:\n    def m(self): return 'm', type(self).__name__\no = C.m, C",
    "m, C = o; assert m is C.m and m(C()) == ('m', 'C')",
)
case("bound classmethod of a by-value class", "class C:\n    @classmethod\n    def m(cls): return cls\no = C.m", "assert o() is o.__self__ and o().__name__ == 'C'")
case("function of a static method of a by-value class", "class C:\n    @staticmethod\n    def m(x): return x + 1\no = C.m", "assert o(1) == 2 and o.__qualname__ == 'C.m'")
case(
    "bound method, inherited and overridden",
    "class A:\n    def m(self): return 'A'\nclass B(A):\n    def m(self): return 'B' + super().m()\nb = B()\no = b.m, super(B, b).m, A.m.__get__(b)",
    "assert [f() for f in o] == ['BA', 'A', 'A']",
)
case("types.MethodType of a lambda", "import types\no = types.MethodType(lambda self, x: self + x, 5)", "assert o(1) == 6 and o.__self__ == 5")
case("types.MethodType of a builtin", "import types\no = types.MethodType(print, 5), types.MethodType(len, 'abc')", "assert o[1]() == 3 and o[0].__func__ is print")
case(
    "super() object",
    "class A:\n    def m(self): return 'A'\nclass B(A):\n    def m(self): return 'B'\nb = B()\no = super(B, b)",
    "assert o.m() == 'A' and o.__thisclass__.__name__ == 'B' and type(o.__self__).__name__ == 'B'",
)
case(
    "unbound super() and super of a class",
    "class A:\n    @classmethod\n    def m(cls): return cls.__name__\nclass B(A): pass\no = super(B), super(B, B)",
    "u, c = o; assert u.__self__ is None and u.__thisclass__.__name__ == 'B'; assert c.m() == 'B'",
)
case("str.join (unbound method descriptor)", "o = str.join", "assert o is str.join")
case("dict.fromkeys (builtin classmethod)", "o = dict.fromkeys", "assert o('ab') == {'a': None, 'b': None}")
case("classmethod descriptor (dict.__dict__['fromkeys'])", "o = dict.__dict__['fromkeys']", "assert o is dict.__dict__['fromkeys']")
case("int.__add__ (slot wrapper)", "o = int.__add__", "assert o is int.__add__ or o(1, 2) == 3")
case("(5).__add__ (method-wrapper)", "o = (5).__add__", "assert o(2) == 7")
case("[].append (builtin method of instance)", "x = [1]\no = x.append, x", "o[0](2); assert o[1] == [1, 2]")
case("getset_descriptor (FunctionType.__code__)", "import types\no = types.FunctionType.__code__", "import types; assert o.__get__(lambda: 3).co_name == '<lambda>'")
case(
    "getset_descriptor of a by-value class (__dict__, __weakref__)",
    "class C: pass\no = C, C.__dict__['__dict__'], C.__dict__['__weakref__']",
    "C, d, w = o; c = C(); c.x = 1; assert d.__get__(c) == {'x': 1}; assert w.__get__(c) is None and d.__name__ == '__dict__'",
    not_on_pypy="__dict__ is another kind of descriptor there",
)
case(
    "member_descriptor (slot of local class)",
    "def make():\n    class S: __slots__ = ('a',)\n    return S\nS = make()\no = S.a, S",
    "d, S = o; s = S(); s.a = 3; assert d.__get__(s) == 3 and d is S.a",
)
case("member_descriptor of a C type", "import functools\no = functools.partial.func", "import functools; assert o is functools.partial.func or o.__get__(functools.partial(int)) is int", not_on_pypy="partial is a Python class there")
case("builtin functions", "import math\no = [len, print, math.sin, __import__]", "import math; assert o == [len, print, math.sin, __import__]")
case("object.__new__ and friends", "o = [object.__new__, dict.__new__, int.from_bytes, object.__init__]", "assert o[0](object) and o[1](dict) == {} and o[2](b'a', 'big') == 97")
case("property with setter and deleter", "def g(s): return s._v\ndef w(s, v): s._v = v\ndef d(s): del s._v\no = property(g, w, d, 'Doc.')",
     "class D: p = o\nx = D(); x.p = 3; assert x.p == 3; del x.p; assert not hasattr(x, '_v'); assert o.__doc__ == 'Doc.'")
case("property documented by its getter", "class C:\n    @property\n    def p(self):\n        'From getter.'\n        return 1\no = C", "assert o.p.__doc__ == 'From getter.' and o().p == 1")
case("property whose doc was removed", "class C:\n    @property\n    def p(self):\n        'From getter.'\n    p = property(p.fget, doc='')\no = C", "assert o.p.__doc__ == ''")
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
    "C, p = o; assert C().length == 3 and p is C.__dict__['length'] and p.unit == 'km' and type(p).__name__ == 'unit_property'",
)
case(
    "property of 3.13 with __name__",
    "class C:\n    @property\n    def p(self): return 1\no = C",
    "assert o.p.__name__ == 'p'",
    min_version=(3, 13),
)
case(
    "staticmethod and classmethod subclasses",
    "class sm(staticmethod): pass\nclass cm(classmethod): pass\nclass C:\n    @sm\n    def s(x): return x\n    @cm\n    def c(cls): return cls\no = C",
    "assert o.s(1) == 1 and o.c() is o and type(o.__dict__['s']).__name__ == 'sm' and type(o.__dict__['c']).__name__ == 'cm'",
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
    o = P(); o.x = 1; o.y = "s"
    """,
    "assert (o.x, o.y) == (1, 's'); o.x = 5; assert o._x == 5\ntry: o.x = ''\nexcept TypeError as e: assert str(e) == '_x'\nelse: assert False\nassert type(o).x.kind is int",
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
    "C, E, D = o; assert C.d is E.other and C.d.calls == 2 and C.d.name == 'other' and C.d.owner is E",
)
case("slice", "o = [slice(1, None, 2), slice(None), slice('a', ['b'])]", "assert o == [slice(1, None, 2), slice(None), slice('a', ['b'])]", protocols=(2, 3, 4))
case("slice of by-value objects", "class C: pass\nc = C()\no = slice(c, lambda: 3), c", "s, c = o; assert s.start is c and s.stop() == 3")
case("Ellipsis", "o = [..., {'e': ...}]", "assert o[0] is ... and o[1]['e'] is ...")
case("NotImplemented", "o = [NotImplemented]", "assert o[0] is NotImplemented")
case("type(None)", "o = [type(None), type(...), type(NotImplemented)]", "assert o == [type(None), type(...), type(NotImplemented)]")
case("types.FunctionType (the type)", "import types\no = types.FunctionType", "import types; assert o is types.FunctionType")
case("dict_keys (the type)", "o = [type({}.keys()), type({}.values()), type({}.items())]", "assert o == [type({}.keys()), type({}.values()), type({}.items())]")
case(
    "the types in `types`",
    "import types\no = [getattr(types, n) for n in types.__all__ if isinstance(getattr(types, n), type)]",
    "import types\nassert o == [getattr(types, n) for n in types.__all__ if isinstance(getattr(types, n), type)]",
)
case(
    "types that no module names",
    "import itertools\no = [type(iter([])), type(iter({})), type(iter(())), type(iter('')), type(iter(set())), type(iter(range(1))), type(reversed([])), type(iter(int, 0))]",
    "assert o == [type(iter([])), type(iter({})), type(iter(())), type(iter('')), type(iter(set())), type(iter(range(1))), type(reversed([])), type(iter(int, 0))]",
)
case("types.SimpleNamespace", "import types\no = types.SimpleNamespace(f=lambda: 1)\no.me = o", "assert o.f() == 1 and o.me is o")
case("types.GenericAlias", "class Box: pass\no = list[Box], dict[str, list[int]], tuple[()], tuple[int, ...]", "assert o[0].__args__[0].__name__ == 'Box' and o[1:] == (dict[str, list[int]], tuple[()], tuple[int, ...])")
case("union type", "class Box: pass\no = int | Box | None, int | str", "assert o[1] == int | str and o[0].__args__[1].__name__ == 'Box' and o[0].__args__[2] is type(None)")
case("types.DynamicClassAttribute", "import types\nclass C:\n    @types.DynamicClassAttribute\n    def p(self): return 3\no = C()", "assert o.p == 3")
case("types.capsule is refused", "import datetime\no = datetime.datetime_CAPI", refused="(?i)capsule", not_on_pypy="no capsule there")
case("object() sentinel shared by a function and its caller", "_missing = object()\ndef f(x=_missing): return x is _missing\no = f, _missing", "f, m = o; assert f() and f(m) and not f(1)")
