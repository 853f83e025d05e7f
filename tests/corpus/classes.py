"""Classes by value, their instances, and what must not happen when they are made again."""

from __future__ import annotations

from . import EQUAL_STRINGS, family

case = family(__name__)

case(
    "`__main__` class + instance",
    "class C:\n    k = 2\n    def __init__(self, x): self.x = x\n    def m(self): return self.x * self.k\no = C, C(5)",
    "C, c = o; assert c.m() == 10 and type(c) is C and C(1).m() == 2; assert C.__module__ == '__main__'",
    protocols=(2, 3, 4),
)
case(
    "local class + instance",
    "def make():\n    class C:\n        def m(self): return 'm', C\n    return C\nC = make()\no = C, C()",
    "C, c = o; assert c.m() == ('m', C) and type(c) is C",
    protocols=(2, 3, 4),
)
case(
    "local class: `__qualname__`, method `__qualname__`, `__doc__`",
    "def make():\n    class C:\n        'Doc.'\n        def m(self): 'M.'\n    return C\no = make()",
    "assert o.__qualname__ == 'make.<locals>.C' and o.m.__qualname__ == 'make.<locals>.C.m' and o.__doc__ == 'Doc.' and o.m.__doc__ == 'M.'",
)
case("class without a docstring, and one with None", "class A: pass\nclass B:\n    __doc__ = None\no = A, B", "assert o[0].__doc__ is None and o[1].__doc__ is None")
case(
    "local class with zero-arg super()",
    "def make():\n    class A:\n        def m(self): return ['A']\n    class B(A):\n        def m(self): return super().m() + [__class__.__name__]\n    return B()\no = make()",
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
    "b = o.make(); assert b.made and b.p == 2 and type(b) is o",
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
    "assert o.m() == ['D', 'L', 'R', 'Base']; assert [c.__name__ for c in type(o).__mro__] == ['D', 'L', 'R', 'Base', 'object']",
)
case("class of builtin bases", "class D(dict):\n    def double(self): return {k: v * 2 for k, v in self.items()}\nclass L(list): pass\nclass I(int): pass\nclass S(str): pass\nclass T(tuple): pass\nclass F(frozenset): pass\nl = L([1]); l.extra = 'e'\no = D(a=1), l, I(5), S('s'), T((1, 2)), F({1})",
     "d, l, i, s, t, f = o; assert d.double() == {'a': 2} and l == [1] and l.extra == 'e' and i == 5 and type(i).__name__ == 'I' and s == 's' and t == (1, 2) and f == {1}", protocols=(2,))
case("class whose base is by value in the same payload", "class A:\n    def m(self): return 1\nclass B(A): pass\nclass C(B): pass\no = [C, B, A]", "C, B, A = o; assert C.__mro__ == (C, B, A, object) and C().m() == 1")
case("class with an importable base", "import collections, threading\nclass C(collections.Counter): pass\nclass T(threading.Thread):\n    def run(self): self.result = 5\no = C('aab'), T", "c, T = o; assert c.most_common(1) == [('a', 2)]; t = T(); t.start(); t.join(); assert t.result == 5")
case("class attributes that are lambdas, lists, classes", "class C:\n    f = lambda self: 1\n    items = [1, 2]\n    table = {'f': f}\n    kind = int\no = C", "assert o().f() == 1 and o.items == [1, 2] and o.table['f'] is o.__dict__['f'] and o.kind is int")
case("order of a class's attributes", "class C:\n    z = 1\n    a = 2\n    m = 3\n    def f(self): pass\no = C", "assert [n for n in vars(o) if not n.startswith('_')] == ['z', 'a', 'm', 'f']")
case("`__main__` instance: method calls another `__main__` class", "class B:\n    def __init__(self, n): self.n = n\nclass A:\n    def m(self): return B(4)\no = A()", "assert o.m().n == 4 and type(o.m()) is type(o.m()) and type(o.m()).__name__ == 'B'")
case("class attribute that refers to the class", "class C: pass\nC.me = C\nC.all = [C]\nC.inst = C()\no = C", "assert o.me is o and o.all == [o] and type(o.inst) is o", protocols=(2,))
case("class cycle through a method's global", "class A:\n    def other(self): return B()\nclass B:\n    def other(self): return A()\no = A", "b = o().other(); assert type(b.other()) is o")
case("class cycle through closures", "def make():\n    class A:\n        def b(self): return B\n    class B(A):\n        def a(self): return A\n    return A, B\no = make()[0]", "B = o().b(); assert B().a() is o and issubclass(B, o)")
case("class cycle through a default argument and an attribute of a function", "class C:\n    pass\ndef f(c=C): return c\nf.cls = C\nC.f = staticmethod(f)\no = f", "assert o() is o.cls and o.cls.f is o")
case("instance that refers to its class and itself", "class C: pass\nc = C(); c.cls = C; c.me = c; C.default = c\no = c", "assert o.me is o and type(o) is o.cls and o.cls.default is o")
case(
    "nested classes",
    "class Outer:\n    class Inner:\n        class Core:\n            x = 1\n        def core(self): return Outer.Inner.Core\n    def inner(self): return self.Inner()\no = Outer.Inner.Core, Outer",
    "Core, Outer = o; assert Outer.Inner.Core is Core and Outer().inner().core() is Core and Core.__qualname__ == 'Outer.Inner.Core'",
)
case("instance of a nested class only", "class Outer:\n    class Inner:\n        x = 1\no = Outer.Inner()", "assert o.x == 1 and type(o).__qualname__ == 'Outer.Inner'")
case("private name mangling", "class C:\n    __secret = 4\n    def __hidden(self): return self.__secret\n    def get(self): return self.__hidden()\no = C()", "assert o.get() == 4 and o._C__secret == 4")
case("class with a name set by hand", "class C: pass\nC.__name__ = 'Renamed'\nC.__qualname__ = 'Some.Renamed'\nC.__module__ = 'gone'\no = C", "assert (o.__name__, o.__qualname__, o.__module__) == ('Renamed', 'Some.Renamed', 'gone')")
case("type(name, bases, dict)", "o = type('Made', (), {'x': 1, 'f': lambda self: self.x})", "assert o().f() == 1 and o.__name__ == 'Made'")
case("types.new_class and type with non-identifier names", "import types\no = types.new_class('a b', (), {}, lambda ns: ns.update({'x-y': 1})), type('é', (), {'with space': 2})", "a, b = o; assert a.__name__ == 'a b' and vars(a)['x-y'] == 1 and vars(b)['with space'] == 2")
case("class attributes added and deleted afterwards", "class C:\n    x = 1\n    y = 2\n    def m(self): return self.z\ndel C.x\nC.z = 3\nC.y = 4\no = C", "assert not hasattr(o, 'x') and (o.y, o.z, o().m()) == (4, 3, 3)")
case("monkeypatched method with another module's globals", "import helper\nclass C: pass\nC.m = helper.m\no = C()", "assert o.m() == 'helped'", modules={"helper.py": "K = 'helped'\ndef m(self): return K"})
case("class annotations", "class Box: pass\nclass C:\n    x: int = 1\n    y: 'Later'\n    z: Box\no = C", "import inspect; a = inspect.get_annotations(o); assert a['x'] is int and a['y'] == 'Later' and a['z'].__name__ == 'Box' and list(a) == ['x', 'y', 'z']; assert o.__annotations__ == a")
case("class annotations that stay deferred", "class C:\n    x: int = 1\n    y: Later\n    me: C\no = C",
     "import annotationlib\ntry: o.__annotations__\nexcept NameError as e: assert 'Later' in str(e)\nelse: assert False\n"
     "a = annotationlib.get_annotations(o, format=annotationlib.Format.FORWARDREF); assert a['x'] is int and a['me'] is o", min_version=(3, 14))
case("class annotations evaluated before dumping", "class C:\n    x: int = 1\n    y: list[int]\nC.__annotations__\no = C", "assert o.__annotations__ == {'x': int, 'y': list[int]}")
case("annotations of a base are not the subclass's", "class A:\n    x: int\nclass B(A): pass\nclass D(A):\n    y: str\no = A, B, D", "import inspect; A, B, D = o; g = inspect.get_annotations; assert g(A) == {'x': int} and g(B) == {} and g(D) == {'y': str}")
case("annotations of a local class that name a local", "def make():\n    class Box: pass\n    class C:\n        x: Box\n        def m(self, b: Box) -> Box: return b\n    return C, Box\no = make()", "C, Box = o; assert C.__annotations__ == {'x': Box} and C.m.__annotations__ == {'b': Box, 'return': Box}")
case("an override equal to the inherited value", "class A:\n    x = 1\n    s = 'text'\n    n = None\nclass B(A):\n    x = 1\n    s = 'text'\n    n = None\no = A, B", "A, B = o; assert vars(B)['x'] == 1 and vars(B)['s'] == 'text' and 'n' in vars(B); A.x = 2; assert B.x == 1")
case("an override of an importable base's method with the same function", "import base\nclass B(base.A):\n    m = base.A.m\no = B", "assert 'm' in vars(o) and o().m() == 1", modules={"base.py": "class A:\n    def m(self): return 1"})
case("__hash__ is None, and __eq__", "class C:\n    def __init__(self, v): self.v = v\n    def __eq__(self, other): return self.v == other.v\no = C(1), C(1)", "a, b = o; assert a == b and type(a).__hash__ is None and '__hash__' in vars(type(a))")
case("__eq__ and __hash__, instances in a set and as keys", "class C:\n    def __init__(self, v): self.v = v\n    def __eq__(self, other): return self.v == other.v\n    def __hash__(self): return hash(self.v)\no = {C(1): 'one'}, {C(2)}, C(1)", "d, s, c = o; assert d[c] == 'one' and type(c)(2) in s")
case("__match_args__, __class_getitem__, __init_subclass__, __call__, operators", "class P:\n    __match_args__ = ('x', 'y')\n    def __init__(self, x, y): self.x, self.y = x, y\n    def __class_getitem__(cls, k): return cls, k\n    def __add__(self, p): return P(self.x + p.x, self.y + p.y)\n    def __call__(self): return self.x\no = P(1, 2)",
     "match o + o:\n    case type(x=2, y=4): ok = 1\nassert type(o)['k'] == (type(o), 'k') and o() == 1 and type(o).__match_args__ == ('x', 'y')")
case("__getattribute__ and __setattr__ of a class", "class C:\n    log = []\n    def __setattr__(self, n, v):\n        C.log.append(n)\n        object.__setattr__(self, n, v)\nc = C(); c.x = 1\no = c", "assert o.x == 1 and type(o).log == ['x']; o.y = 2; assert type(o).log == ['x', 'y']", unstable=EQUAL_STRINGS)
case("__getstate__ and __setstate__", "class C:\n    def __init__(self): self.x, self.lock = 1, __import__('threading').Lock()\n    def __getstate__(self): return {'x': self.x}\n    def __setstate__(self, s):\n        self.__dict__.update(s); self.lock = 'new'\no = C()", "assert o.x == 1 and o.lock == 'new'")
case("__reduce__ of a by-value class", "class C:\n    def __init__(self, a, b): self.a, self.b = a, b\n    def __reduce__(self): return C, (self.b, self.a)\no = C(1, 2)", "assert (o.a, o.b) == (2, 1)", unstable="each dump swaps the values")
case("__getnewargs_ex__ and __new__", "class C:\n    def __new__(cls, a, *, b):\n        self = super().__new__(cls); self.got = a, b\n        return self\n    def __getnewargs_ex__(self): return (1,), {'b': 2}\no = C(1, b=2)", "assert o.got == (1, 2)", protocols=(2, 3, 4))
case("__reduce_ex__ with list and dict items", "class C:\n    def __init__(self): self.l, self.d = [], {}\n    def append(self, x): self.l.append(x)\n    def extend(self, xs): self.l.extend(xs)\n    def __setitem__(self, k, v): self.d[k] = v\n    def __reduce_ex__(self, p): return C, (), None, iter(self.l), iter(self.d.items())\nc = C(); c.append(lambda: 1); c['k'] = 2\no = c", "assert o.l[0]() == 1 and o.d == {'k': 2}")
case("instance with a changed __class__", "class A: pass\nclass B:\n    def m(self): return 'B'\na = A(); a.x = 1; a.__class__ = B\no = a", "assert o.m() == 'B' and o.x == 1")
case("shared references among instances", "class N: pass\na, b = N(), N(); a.peer, b.peer = b, a; shared = []; a.s = b.s = shared\no = [a, b]", "a, b = o; assert a.peer is b and b.peer is a and a.s is b.s", protocols=(2, 3, 4))
case("long chain of instances in a list", "class N: pass\nnodes = [N() for _ in range(500)]\nfor i, n in enumerate(nodes): n.i = i; n.peers = nodes[:3]\no = nodes", "assert [n.i for n in o] == list(range(500)) and o[400].peers[2] is o[2]")

# ---- slots
case("local class with __slots__ + instance", "def make():\n    class S:\n        __slots__ = ('a', 'b')\n        def __init__(self): self.a = 1\n    return S\nS = make()\no = S()", "assert o.a == 1 and not hasattr(o, 'b') and not hasattr(o, '__dict__'); assert type(o).__slots__ == ('a', 'b')\no.b = 2\ntry: o.c = 1\nexcept AttributeError: pass\nelse: assert False", protocols=(2, 3, 4))
case("__slots__: one string", "class S: __slots__ = 'alone'\no = S(); o.alone = 1", "assert o.alone == 1 and type(o).__slots__ == 'alone' and not hasattr(o, '__dict__')")
case("__slots__: dict with docs", "class S: __slots__ = {'a': 'The a.', 'b': 'The b.'}\no = S(); o.a = 1", "import inspect; assert o.a == 1 and type(o).__slots__ == {'a': 'The a.', 'b': 'The b.'} and inspect.getdoc(type(o).a) == 'The a.'")
case("__slots__: list", "class S: __slots__ = ['a', 'b']\no = S(); o.b = 1", "assert o.b == 1 and type(o).__slots__ == ['a', 'b']")
case("__slots__: an iterator, used up", "class S: __slots__ = iter(('a', 'b'))\no = S", "s = o(); s.a = 2; s.b = 3; assert (s.a, s.b) == (2, 3) and not hasattr(s, '__dict__')", unstable="a list iterator loses its index when it is used up")
case("__slots__: private, mangled names", "class S:\n    __slots__ = ('__hidden', '_one', '__dunder__')\n    def __init__(self): self.__hidden = 5\n    def get(self): return self.__hidden\no = S()", "assert o.get() == 5 and o._S__hidden == 5; o.__dunder__ = 1; o._one = 2; assert type(o).__slots__ == ('__hidden', '_one', '__dunder__')")
case("__slots__: mangled, with a class name that starts with underscores", "class __S:\n    __slots__ = ('__x',)\n    def __init__(self): self.__x = 5\n    def get(self): return self.__x\no = __S()", "assert o.get() == 5 and o._S__x == 5")
case("__slots__: with __dict__ and __weakref__", "class S: __slots__ = ('a', '__dict__', '__weakref__')\no = S(); o.a = 1; o.other = 2", "import weakref; assert o.a == 1 and o.__dict__ == {'other': 2} and weakref.ref(o)() is o")
case("__slots__: with __weakref__ only", "class S: __slots__ = ('__weakref__',)\no = S()", "import weakref; assert weakref.ref(o)() is o and not hasattr(o, '__dict__')")
case("__slots__: empty, and no __weakref__", "class S: __slots__ = ()\no = S()", "import weakref, sys\nassert not hasattr(o, '__dict__')\nif sys.implementation.name != 'pypy':\n    try: weakref.ref(o)\n    except TypeError: pass\n    else: assert False")
case("__slots__: inherited, and a subclass without", "class A: __slots__ = ('a',)\nclass B(A): __slots__ = ('b',)\nclass C(B): pass\nb = B(); b.a, b.b = 1, 2; c = C(); c.a, c.b, c.c = 1, 2, 3\no = b, c", "b, c = o; assert (b.a, b.b) == (1, 2) and not hasattr(b, '__dict__') and c.__dict__ == {'c': 3} and c.b == 2")
case("__slots__: base without, subclass with", "class A: pass\nclass B(A): __slots__ = ('b',)\nb = B(); b.b, b.x = 1, 2\no = b", "assert o.b == 1 and o.__dict__ == {'x': 2}")
case("__slots__: one slot hidden by a subclass's slot", "class A: __slots__ = ('x',)\nclass B(A): __slots__ = ('x',)\no = B(); o.x = 2; A.x.__set__(o, 1)", "A = type(o).__mro__[1]; assert o.x == 2")
case("__slots__: descriptor replaced after the class was made", "class S: __slots__ = ('a',)\nS.a = property(lambda self: 'prop')\no = S()", "assert o.a == 'prop'")
case("__slots__: descriptor deleted", "class S: __slots__ = ('a', 'b')\ndel S.a\no = S(); o.b = 1", "assert o.b == 1 and not hasattr(type(o), 'a')")
case("__slots__: slot of another class as attribute", "class S: __slots__ = ('a',)\nclass T: alias = S.a\ns = S(); s.a = 3\no = T, s", "T, s = o; assert T.__dict__['alias'].__get__(s) == 3")
case("__slots__ with __getstate__", "class S:\n    __slots__ = ('a', 'b')\n    def __getstate__(self): return None, {'a': self.a}\no = S(); o.a = 1; o.b = 2", "assert o.a == 1 and not hasattr(o, 'b')", unstable=EQUAL_STRINGS)
case("__slots__ changed after the class was made", "class S: __slots__ = ('a',)\nS.__slots__ = ('a', 'fake')\no = S(); o.a = 1", "assert o.a == 1 and type(o).__slots__ == ('a', 'fake')\ntry: o.fake = 1\nexcept AttributeError: pass\nelse: assert False")

# ---- what runs at class creation must not run again
case("local class with __init_subclass__ counter", "def make():\n    class A:\n        n = 0\n        subs = []\n        def __init_subclass__(cls, kw=None, **more):\n            A.n += 1\n            cls.kw = kw\n            A.subs.append(cls.__name__)\n    class B(A, kw=5): pass\n    return A, B\no = make()", "A, B = o; assert A.n == 1 and B.kw == 5 and A.subs == ['B']; C = type('C', (A,), {}); assert A.n == 2")
case("__init_subclass__ that would fail without its keyword", "class A:\n    def __init_subclass__(cls, *, required): cls.r = required\nclass B(A, required=[1]): pass\no = B()", "assert o.r == [1]")
case("__init_subclass__ of an importable base runs no second time", "import reg\nclass P(reg.Base, name='p'): pass\no = P", "import reg; assert o.name == 'p' and reg.registry == {}, reg.registry", modules={"reg.py": "registry = {}\nclass Base:\n    def __init_subclass__(cls, name=None):\n        cls.name = name\n        registry[name] = cls"})
case("local class with local metaclass", "def make():\n    class M(type):\n        log = []\n        def __new__(m, name, bases, ns, **kw):\n            m.log.append(('new', name, kw))\n            cls = super().__new__(m, name, bases, ns)\n            cls.kw = kw\n            return cls\n        def __init__(cls, name, bases, ns, **kw):\n            cls.log.append(('init', name, kw))\n            super().__init__(name, bases, ns)\n        def hello(cls): return 'hello ' + cls.__name__\n    class C(metaclass=M, a=1): pass\n    return C\no = make()",
     "M = type(o); assert o.kw == {'a': 1} and o.hello() == 'hello C' and M.log == [('new', 'C', {'a': 1}), ('init', 'C', {'a': 1})], M.log")
case("metaclass with __prepare__", "class M(type):\n    @classmethod\n    def __prepare__(m, name, bases, **kw): return {'prepared': name}\n    def __new__(m, name, bases, ns, **kw): return super().__new__(m, name, bases, dict(ns))\nclass C(metaclass=M, k=1): x = 1\no = C", "assert o.prepared == 'C' and type(o).__name__ == 'M'")
case("metaclass with __call__ (singleton)", "class Single(type):\n    made = {}\n    def __call__(cls, *a):\n        if cls not in cls.made: cls.made[cls] = super().__call__(*a)\n        return cls.made[cls]\nclass C(metaclass=Single):\n    def __init__(self, x): self.x = x\nc = C(5)\no = C, c", "C, c = o; assert C(9) is c and c.x == 5")
case("metaclass with __setattr__ and __delattr__ that forbid", "class M(type):\n    def __setattr__(cls, n, v): raise AttributeError('frozen')\n    def __delattr__(cls, n): raise AttributeError('frozen')\nclass C(metaclass=M):\n    x = 1\n    def m(self): return C\no = C()", "assert o.x == 1 and o.m() is type(o)\ntry: type(o).x = 2\nexcept AttributeError as e: assert str(e) == 'frozen'\nelse: assert False")
case("metaclass with __getattribute__ / __getattr__", "class M(type):\n    def __getattr__(cls, n):\n        if n.startswith('dyn_'): return n\n        raise AttributeError(n)\nclass C(metaclass=M): x = 1\no = C", "assert o.dyn_a == 'dyn_a' and o.x == 1 and not hasattr(o, 'other')")
case("metaclass with attributes, properties and methods", "class M(type):\n    @property\n    def label(cls): return 'label ' + cls.__name__\n    def __len__(cls): return 7\n    def __iter__(cls): return iter('ab')\n    def __contains__(cls, x): return x == 'a'\nclass C(metaclass=M): pass\no = C", "assert o.label == 'label C' and len(o) == 7 and list(o) == ['a', 'b'] and 'a' in o")
case("metaclass that makes instances compare equal", "class M(type):\n    def __eq__(cls, other): return True\n    def __hash__(cls): return 1\nclass A(metaclass=M): x = 1\nclass B(metaclass=M): x = 2\no = [A, B]", "assert o[0].x == 1 and o[1].x == 2")
case("metaclass that defines __bool__ and __len__ 0", "class M(type):\n    def __bool__(cls): return False\nclass A(metaclass=M):\n    def m(self): return __class__\nclass B(A): pass\no = B()", "assert o.m().__name__ == 'A' and not type(o)")
case("metaclass that registers its classes", "class Reg(type):\n    classes = {}\n    def __init__(cls, name, bases, ns):\n        super().__init__(name, bases, ns)\n        Reg.classes[name] = cls\nclass A(metaclass=Reg): pass\nclass B(A): pass\no = B()", "Reg = type(type(o)); assert list(Reg.classes) == ['A', 'B'] and Reg.classes['B'] is type(o)")
case("metaclass with local metaclass of its own", "class MM(type): pass\nclass M(type, metaclass=MM): pass\nclass C(metaclass=M): pass\no = C", "assert [t.__name__ for t in (type(o), type(type(o)))] == ['M', 'MM']")
case("importable metaclass with effects", "import meta\nclass C(metaclass=meta.M, flag=1): x = 1\no = C()", "import meta; assert o.x == 1 and type(o).flag == 1 and meta.made == []", modules={"meta.py": "made = []\nclass M(type):\n    def __new__(m, name, bases, ns, flag):\n        cls = super().__new__(m, name, bases, ns)\n        made.append(name); cls.flag = flag\n        return cls\n    def __init__(cls, name, bases, ns, flag): super().__init__(name, bases, ns)"})
case("metaclass conflict resolved by a derived metaclass", "class M1(type): pass\nclass M2(type): pass\nclass M3(M1, M2): pass\nclass A(metaclass=M1): pass\nclass B(metaclass=M2): pass\nclass C(A, B, metaclass=M3): pass\no = C", "assert type(o).__name__ == 'M3' and len(o.__bases__) == 2")
case("__mro_entries__ and __orig_bases__", "class Spec:\n    def __mro_entries__(self, bases): return (dict,)\nspec = Spec()\nclass C(spec): pass\no = C, spec", "C, spec = o; assert C.__bases__ == (dict,) and C.__orig_bases__[0] is spec")
case("metaclass with a custom mro()", "class Extra:\n    def extra(self): return 'extra'\nclass M(type):\n    def mro(cls): return super().mro()[:-1] + [Extra, object]\nclass C(metaclass=M): pass\no = C()", "assert o.extra() == 'extra'")

# ---- abstract classes
case("ABC with virtual subclass", "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...\nclass V: pass\nA.register(V)\nclass Real(A):\n    def m(self): return 1\no = A, V(), Real()", "A, v, r = o; assert isinstance(v, A) and isinstance(r, A) and not isinstance(1, A) and r.m() == 1 and A.__abstractmethods__ == {'m'}\ntry: A()\nexcept TypeError: pass\nelse: assert False")
case("ABC with builtin virtual subclasses, abstract property and classmethod", "import abc\nclass A(abc.ABC):\n    @property\n    @abc.abstractmethod\n    def p(self): ...\n    @classmethod\n    @abc.abstractmethod\n    def c(cls): ...\nA.register(int); A.register(list)\no = A", "assert isinstance(1, o) and issubclass(list, o) and not isinstance('', o) and o.__abstractmethods__ == {'p', 'c'}")
case("abstract method added later, update_abstractmethods", "import abc\nclass A(abc.ABC): pass\nclass B(A): pass\nB.m = abc.abstractmethod(lambda self: 1)\nabc.update_abstractmethods(B)\no = B", "assert o.__abstractmethods__ == {'m'}")
case("ABC registered by a virtual subclass of a virtual subclass", "import abc\nclass A(abc.ABC): pass\nclass B(abc.ABC): pass\nclass V: pass\nA.register(B); B.register(V)\no = A, V", "A, V = o; assert issubclass(V, A)")
case("ABC with __subclasshook__", "import abc\nclass Quacks(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, c): return hasattr(c, 'quack') or NotImplemented\nclass Duck:\n    def quack(self): pass\no = Quacks, Duck()", "Q, d = o; assert isinstance(d, Q) and not isinstance(1, Q)")
case("subclass of collections.abc", "import collections.abc\nclass M(collections.abc.MutableMapping):\n    def __init__(self): self.d = {}\n    def __getitem__(self, k): return self.d[k]\n    def __setitem__(self, k, v): self.d[k] = v\n    def __delitem__(self, k): del self.d[k]\n    def __iter__(self): return iter(self.d)\n    def __len__(self): return len(self.d)\nm = M(); m['a'] = 1\no = m", "assert dict(o) == {'a': 1} and o.pop('a') == 1 and isinstance(o, __import__('collections').abc.Mapping)")

# ---- identity
case("the same class loaded twice is one class", "class C: pass\no = [pickler.dumps(C), pickler.dumps(C()), pickler.dumps([C, C])]", "import pickle\na, i, l = map(pickle.loads, o); assert a is type(i) is l[0] is l[1]; assert pickle.loads(o[0]) is a")
case("loading never resets attributes set since", "class C:\n    x = 1\n    def m(self): return 'old'\no = [pickler.dumps(C), pickler.dumps(C())]", "import pickle\nC = pickle.loads(o[0]); C.x = 99; C.new = 'n'; C.m = lambda self: 'new'; del_ = C.m\nc = pickle.loads(o[1]); assert type(c) is C and c.x == 99 and c.new == 'n' and c.m() == 'new'; pickle.loads(o[0]); assert C.x == 99")
case("loading in the dumping process gives the same class", "class C:\n    x = 1\nclass E(__import__('enum').Enum):\n    A = 1\nimport pickle\nblob = pickler.dumps([C, C(), E.A])\nC.x = 2\nD, d, a = pickle.loads(blob)\nassert D is C and type(d) is C and C.x == 2 and a is E.A\no = 1", "")
case("a class that was redefined is a new class", "class C:\n    x = 1\none = pickler.dumps(C)\nclass C:\n    x = 2\ntwo = pickler.dumps(C)\no = one, two", "import pickle\na, b = map(pickle.loads, o); assert a is not b and (a.x, b.x) == (1, 2)")
case("two classes of one factory stay two", "def make():\n    class C: pass\n    return C\nA, B = make(), make()\nA.peer = B\no = [A, B, A(), B(), pickler.dumps(A), pickler.dumps(B)]", "A, B, a, b, x, y = o; assert A is not B and type(a) is A and type(b) is B and not isinstance(a, B) and A.peer is B; import pickle; assert pickle.loads(x) is not pickle.loads(y)")
case("two classes of one factory, with different closures", "def make(n):\n    class C:\n        def get(self): return n\n    return C\no = [pickler.dumps(make(i)) for i in (1, 2)]", "import pickle\na, b = map(pickle.loads, o); assert a is not b and (a().get(), b().get()) == (1, 2)")
case("class and instance in separate payloads, base class too", "class A: pass\nclass B(A): pass\no = [pickler.dumps(B()), pickler.dumps(A)]", "import pickle\nb, A = map(pickle.loads, o); assert isinstance(b, A)")
case("class identity survives a round trip through another process", "class C: pass\no = C, pickler.dumps(C)", "import pickle; C, blob = o; assert pickle.loads(blob) is C")
case("dumping a class does not change it", "class C:\n    x = 1\nbefore = dict(vars(C))\nfirst = pickler.dumps(C); pickler.dumps(C())\nafter = dict(vars(C)); after.pop('__slotnames__', None)  # copyreg's cache\nassert after == before and pickler.dumps(C) == first\no = C", "assert o.x == 1 and '__slotnames__' not in vars(o)")

# ---- instances with special layout
case("exception class and Warning class", "class E(Exception): pass\nclass W(UserWarning): pass\no = E('a', 1), W('w')", "e, w = o; assert e.args == ('a', 1) and isinstance(e, Exception) and isinstance(w, UserWarning)")
case("class with __del__", "class C:\n    gone = []\n    def __del__(self): C.gone.append(1) if C else None\no = [C(), C]", "C = o[1]; del o[0]; import gc; gc.collect(); assert C.gone == [1]")
case("class with a weakref to itself as attribute", "import weakref\nclass C: pass\nC.ref = weakref.ref(C)\no = C", "assert o.ref() is o")
case("class attribute that holds a lock", "import threading\nclass C:\n    lock = threading.Lock()\n    def m(self):\n        with self.lock: return 1\no = C()", "assert o.m() == 1")
case("class attribute that cannot be pickled is named in the error", "import hashlib\nclass C:\n    digest = hashlib.sha256()\no = C()", refused="digest")
case("callable class, generator method, async method, contextmanager method", "import contextlib\nclass C:\n    def __call__(self): return 1\n    def gen(self): yield 2\n    async def co(self): return 3\n    @contextlib.contextmanager\n    def cm(self): yield 4\no = C()", "import asyncio\nassert o() == 1 and list(o.gen()) == [2] and asyncio.run(o.co()) == 3\nwith o.cm() as v: assert v == 4")
case("class of a module registered by value", "import lib\no = lib.B()", "import sys; assert o.m() == ('B', 'A', 10) and 'lib' not in sys.modules and type(o).__module__ == 'lib'", modules={"lib.py": "K = 10\nclass A:\n    def m(self): return ('A', K)\nclass B(A):\n    def m(self): return ('B', *super().m())"}, reader_modules={}, by_value=("lib",))
case("many classes of one module, each once in the payload", "class A: pass\nclass B:\n    a = A\nclass C(B):\n    b = B\no = [A, B, C, A(), B(), C()]", "A, B, C, a, b, c = o; assert B.a is A and C.b is B and C.__base__ is B and type(c) is C")
case("final, deprecated and overridden markers", "import typing, warnings\n@typing.final\nclass C:\n    @typing.final\n    def m(self): return 1\no = C", "assert o.__final__ is True and o.m.__final__ is True")
case("warnings.deprecated class and function", "import warnings\n@warnings.deprecated('gone soon')\nclass C: pass\n@warnings.deprecated('gone')\ndef f(): return 1\no = C, f", "import warnings\nwarnings.simplefilter('ignore')\nC, f = o; assert f() == 1 and isinstance(C(), C) and C.__deprecated__ == 'gone soon' and f.__deprecated__ == 'gone'", min_version=(3, 13))
case("__firstlineno__ and __static_attributes__", "class C:\n    def __init__(self): self.x = 1\no = C", "assert o.__firstlineno__ == 1 and o.__static_attributes__ == ('x',)", min_version=(3, 13), not_on_pypy="CPython 3.13")
