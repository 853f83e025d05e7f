"""Metaclasses and other code that runs when a class is made: it must not run again."""

from __future__ import annotations

from .. import family

case = family(__name__)

case(
    "local class with __init_subclass__ counter",
    """
    def make():
        class A:
            n = 0
            subs = []
            def __init_subclass__(cls, kw=None, **more):
                A.n += 1
                cls.kw = kw
                A.subs.append(cls.__name__)
        class B(A, kw=5): pass
        return A, B
    o = make()
    """,
    """
    A, B = o
    assert A.n == 1 and B.kw == 5 and A.subs == ['B']
    C = type('C', (A,), {})
    assert A.n == 2
    """,
)

case(
    "__init_subclass__ that would fail without its keyword",
    """
    class A:
        def __init_subclass__(cls, *, required): cls.r = required
    class B(A, required=[1]): pass
    o = B()
    """,
    "assert o.r == [1]",
)

case(
    "__init_subclass__ of an importable base runs no second time",
    """
    import reg
    class P(reg.Base, name='p'): pass
    o = P
    """,
    """
    import reg
    assert o.name == 'p' and reg.registry == {}, reg.registry
    """,
    modules={
        "reg.py": """
            registry = {}
            class Base:
                def __init_subclass__(cls, name=None):
                    cls.name = name
                    registry[name] = cls
            """,
    },
)

case(
    "local class with local metaclass",
    """
    def make():
        class M(type):
            log = []
            def __new__(m, name, bases, ns, **kw):
                m.log.append(('new', name, kw))
                cls = super().__new__(m, name, bases, ns)
                cls.kw = kw
                return cls
            def __init__(cls, name, bases, ns, **kw):
                cls.log.append(('init', name, kw))
                super().__init__(name, bases, ns)
            def hello(cls): return 'hello ' + cls.__name__
        class C(metaclass=M, a=1): pass
        return C
    o = make()
    """,
    """
    M = type(o)
    assert o.kw == {'a': 1} and o.hello() == 'hello C'
    assert M.log == [('new', 'C', {'a': 1}), ('init', 'C', {'a': 1})], M.log
    """,
)

case(
    "metaclass with __prepare__",
    """
    class M(type):
        @classmethod
        def __prepare__(m, name, bases, **kw): return {'prepared': name}
        def __new__(m, name, bases, ns, **kw): return super().__new__(m, name, bases, dict(ns))
    class C(metaclass=M, k=1): x = 1
    o = C
    """,
    "assert o.prepared == 'C' and type(o).__name__ == 'M'",
)

case(
    "metaclass with __call__ (singleton)",
    """
    class Single(type):
        made = {}
        def __call__(cls, *a):
            if cls not in cls.made: cls.made[cls] = super().__call__(*a)
            return cls.made[cls]
    class C(metaclass=Single):
        def __init__(self, x): self.x = x
    c = C(5)
    o = C, c
    """,
    """
    C, c = o
    assert C(9) is c and c.x == 5
    """,
)

case(
    "metaclass with __setattr__ and __delattr__ that forbid",
    """
    class M(type):
        def __setattr__(cls, n, v): raise AttributeError('frozen')
        def __delattr__(cls, n): raise AttributeError('frozen')
    class C(metaclass=M):
        x = 1
        def m(self): return C
    o = C()
    """,
    """
    assert o.x == 1 and o.m() is type(o)
    try: type(o).x = 2
    except AttributeError as e: assert str(e) == 'frozen'
    else: assert False
    """,
)

case(
    "metaclass with __getattribute__ / __getattr__",
    """
    class M(type):
        def __getattr__(cls, n):
            if n.startswith('dyn_'): return n
            raise AttributeError(n)
    class C(metaclass=M): x = 1
    o = C
    """,
    "assert o.dyn_a == 'dyn_a' and o.x == 1 and not hasattr(o, 'other')",
)

case(
    "metaclass with attributes, properties and methods",
    """
    class M(type):
        @property
        def label(cls): return 'label ' + cls.__name__
        def __len__(cls): return 7
        def __iter__(cls): return iter('ab')
        def __contains__(cls, x): return x == 'a'
    class C(metaclass=M): pass
    o = C
    """,
    "assert o.label == 'label C' and len(o) == 7 and list(o) == ['a', 'b'] and 'a' in o",
)

case(
    "metaclass that makes instances compare equal",
    """
    class M(type):
        def __eq__(cls, other): return True
        def __hash__(cls): return 1
    class A(metaclass=M): x = 1
    class B(metaclass=M): x = 2
    o = [A, B]
    """,
    "assert o[0].x == 1 and o[1].x == 2",
)

case(
    "metaclass that defines __bool__ and __len__ 0",
    """
    class M(type):
        def __bool__(cls): return False
    class A(metaclass=M):
        def m(self): return __class__
    class B(A): pass
    o = B()
    """,
    "assert o.m().__name__ == 'A' and not type(o)",
)

case(
    "metaclass that registers its classes",
    """
    class Reg(type):
        classes = {}
        def __init__(cls, name, bases, ns):
            super().__init__(name, bases, ns)
            Reg.classes[name] = cls
    class A(metaclass=Reg): pass
    class B(A): pass
    o = B()
    """,
    """
    Reg = type(type(o))
    assert list(Reg.classes) == ['A', 'B'] and Reg.classes['B'] is type(o)
    """,
)

case(
    "metaclass with local metaclass of its own",
    """
    class MM(type): pass
    class M(type, metaclass=MM): pass
    class C(metaclass=M): pass
    o = C
    """,
    "assert [t.__name__ for t in (type(o), type(type(o)))] == ['M', 'MM']",
)

case(
    "importable metaclass with effects",
    """
    import meta
    class C(metaclass=meta.M, flag=1): x = 1
    o = C()
    """,
    """
    import meta
    assert o.x == 1 and type(o).flag == 1 and meta.made == []
    """,
    modules={
        "meta.py": """
            made = []
            class M(type):
                def __new__(m, name, bases, ns, flag):
                    cls = super().__new__(m, name, bases, ns)
                    made.append(name)
                    cls.flag = flag
                    return cls
                def __init__(cls, name, bases, ns, flag): super().__init__(name, bases, ns)
            """,
    },
)

case(
    "metaclass conflict resolved by a derived metaclass",
    """
    class M1(type): pass
    class M2(type): pass
    class M3(M1, M2): pass
    class A(metaclass=M1): pass
    class B(metaclass=M2): pass
    class C(A, B, metaclass=M3): pass
    o = C
    """,
    "assert type(o).__name__ == 'M3' and len(o.__bases__) == 2",
)

case(
    "__mro_entries__ and __orig_bases__",
    """
    class Spec:
        def __mro_entries__(self, bases): return (dict,)
    spec = Spec()
    class C(spec): pass
    o = C, spec
    """,
    """
    C, spec = o
    assert C.__bases__ == (dict,) and C.__orig_bases__[0] is spec
    """,
)

case(
    "metaclass with properties for what its classes hold",
    """
    class M(type):
        @property
        def __doc__(cls): return 'of the metaclass'
        @property
        def kind(cls): return 'M'
    class C(metaclass=M):
        'Its own.'
        kind = 'C'
    o = C, C()
    """,
    """
    C, c = o
    assert C.kind == 'M' and c.kind == 'C' and vars(C)['kind'] == 'C'
    assert C.__doc__ == 'of the metaclass' and vars(C)['__doc__'] == 'Its own.'
    """,
)

case(
    "metaclass whose hash, comparison, __setattr__ and __getattr__ fail",
    """
    class M(type):
        def __hash__(cls): raise TypeError('no hash')
        def __eq__(cls, other): raise ValueError('no comparison')
        def __setattr__(cls, name, value): raise RuntimeError('read-only')
        def __getattr__(cls, name): raise AttributeError(name)
        def __call__(cls, *args): return 5
    class C(metaclass=M):
        x = 1
    o = [C, C]
    """,
    """
    C, same = o
    assert C is same and C.x == 1 and C() == 5
    """,
)

case(
    "metaclass with an mro of its own",
    """
    class X:
        z = 7
    class M(type):
        def mro(cls):
            first, *rest = super().mro()
            return [first, X, *rest]
    class C(metaclass=M): pass
    o = C
    """,
    "assert o.z == 7 and [c.__name__ for c in o.__mro__] == ['C', 'X', 'object']",
)

case(
    "metaclass with a custom mro()",
    """
    class Extra:
        def extra(self): return 'extra'
    class M(type):
        def mro(cls): return super().mro()[:-1] + [Extra, object]
    class C(metaclass=M): pass
    o = C()
    """,
    "assert o.extra() == 'extra'",
)

_MACHINES = """
class _Meta(type):
    def __call__(cls, *args): return super().__call__(*args, "made by the metaclass")
class Machine(metaclass=_Meta):
    def __init__(self, *args): self.args = args
del _Meta
"""

case(
    "class whose metaclass only an importable base class has",
    """
    import machines
    class Press(machines.Machine):
        def force(self): return len(self.args)
    o = Press, type(Press), Press(1)
    """,
    """
    import machines
    Press, meta, press = o
    assert meta is type(Press) is type(machines.Machine) and Press(1).force() == 2 == press.force()
    """,
    modules={"machines.py": _MACHINES},
)

case(
    "metaclass derived from one that only an importable class has",
    """
    import machines
    class Counting(type(machines.Machine)):
        count = 0
        def __call__(cls, *args):
            type(cls).count += 1
            return super().__call__(*args)
    class Press(machines.Machine, metaclass=Counting): pass
    class Sub(Press): pass
    o = Sub
    """,
    """
    import machines
    assert issubclass(type(o), type(machines.Machine)) and o(1).args == (1, "made by the metaclass") and type(o).count == 1
    """,
    modules={"machines.py": _MACHINES},
)

case(
    "class with two bases of one such metaclass",
    """
    import machines
    class Mixin(metaclass=type(machines.Machine)): pass
    class Press(Mixin, machines.Machine): pass
    o = Press, Mixin
    """,
    """
    import machines
    assert type(o[0]) is type(o[1]) is type(machines.Machine) and o[0]().args == ("made by the metaclass",)
    """,
    modules={"machines.py": _MACHINES},
)
