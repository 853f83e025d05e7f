"""What users say about their own objects: `copyreg`, reduce methods, and data that engines send."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "copyreg reducer for a by-value class",
    """
    import copyreg
    class C:
        def __init__(self, x): self.x = x
    copyreg.pickle(C, lambda c: (C, (c.x * 2,)))
    o = C(2)
    """,
    "assert o.x == 4",
    unstable="the loaded class has no copyreg entry",
)

case(
    "copyreg reducer for an importable class",
    """
    import copyreg, regmod
    copyreg.pickle(regmod.C, lambda c: (regmod.make, (c.x + 1,)))
    o = regmod.C(2)
    """,
    """
    import regmod
    assert o.x == 3 and type(o) is regmod.C
    """,
    unstable="the reader has no copyreg entry",
    modules={
        "regmod.py": """
            class C:
                def __init__(self, x): self.x = x
            def make(x): return C(x)
            """,
    },
)

case(
    "copyreg reducer for a metaclass",
    """
    import copyreg, metamod
    copyreg.pickle(metamod.M, lambda cls: (metamod.find, (cls.__name__,)))
    o = metamod.M('Dyn', (), {'x': 1})
    """,
    """
    import metamod
    assert o == 'found Dyn'
    """,
    unstable="it is a string afterwards",
    modules={
        "metamod.py": """
            class M(type): pass
            def find(name): return 'found ' + name
            """,
    },
)

case(
    "copyreg reducer for a type that lambdapkl handles, too",
    """
    import copyreg, regmod, threading
    copyreg.pickle(type(threading.Lock()), lambda l: (regmod.make, ()))
    o = [threading.Lock()]
    """,
    "assert o == ['made']",
    unstable="it is a string afterwards",
    modules={"regmod.py": "def make(): return 'made'"},
)

case(
    "__reduce__ that returns a string",
    """
    class C:
        def __reduce__(self): return 'singleton'
    singleton = C()
    import regmod
    o = regmod.singleton
    """,
    """
    import regmod
    assert o is regmod.singleton
    """,
    modules={
        "regmod.py": """
            class C:
                def __reduce__(self): return 'singleton'
            singleton = C()
            """,
    },
)

case(
    "__reduce_ex__ gets the protocol",
    """
    class C:
        def __reduce_ex__(self, p): return int, (p,)
    o = [C()]
    """,
    """
    import pickle
    assert o == [pickle.HIGHEST_PROTOCOL] or o == [5]
    """,
    unstable="it is an int afterwards",
)

case(
    "__reduce__ with a lambda as constructor",
    """
    class C:
        def __reduce__(self): return (lambda x: {'made': x}), (5,)
    o = C()
    """,
    "assert o == {'made': 5}",
    unstable="it is a dict afterwards",
)

case(
    "__reduce__ with a state setter",
    """
    class C:
        def __reduce__(self):
            return C, (), {'x': 1}, None, None, lambda obj, state: obj.__dict__.update(state, set='yes')
    o = C()
    """,
    "assert o.x == 1 and o.set == 'yes'",
)

case(
    "__copyreg__-style slots state and __setstate__ returning nothing",
    """
    class C:
        def __setstate__(self, s): self.s = s
        def __getstate__(self): return ('any', ['state'])
    o = C()
    """,
    "assert o.s == ('any', ['state'])",
    unstable="the state nests",
)

case(
    "object with __getstate__ that returns None or False",
    """
    class C:
        def __getstate__(self): return None
    c = C()
    c.x = 1
    o = c
    """,
    "assert not hasattr(o, 'x')",
)

case(
    "__getnewargs__ of a tuple subclass",
    """
    class P(tuple):
        def __new__(cls, a, b): return super().__new__(cls, (a, b))
        def __getnewargs__(self): return tuple(self)
    o = P(1, 2)
    """,
    "assert o == (1, 2) and type(o).__name__ == 'P'",
)

case(
    "deepcopy and copy of loaded objects",
    """
    class C:
        def __init__(self): self.f = lambda: 1; self.l = [1]
    o = C()
    """,
    """
    import copy
    c = copy.deepcopy(o)
    assert c.l == [1] and c.l is not o.l and c.f() == 1
    """,
)

case(
    "instance whose class defines __reduce_ex__ = None or raises",
    """
    class C:
        def __reduce_ex__(self, p): raise ValueError('not me')
    o = lambda: 1
    try: pickler.dumps(C())
    except ValueError as e: assert 'not me' in str(e)
    else: assert False
    """,
    "assert o() == 1",
)

case(
    "dumping from inside a __reduce__ (re-entrant)",
    """
    class C:
        def __init__(self): self.f = lambda: 7
        def __reduce__(self): return __import__('pickle').loads, (pickler.dumps({'f': self.f}),)
    o = [C(), C()]
    """,
    "assert [x['f']() for x in o] == [7, 7] and o[0] is not o[1]",
    unstable="they are dicts afterwards",
)

case(
    "user's pickle.Pickler subclass attribute names in instances",
    """
    class C: pass
    c = C()
    c.dispatch_table = {}
    c.memo = {}
    c.reducer_override = 5
    o = c
    """,
    "assert o.memo == {} and o.reducer_override == 5",
)

case(
    "pickled payload inside a payload",
    "o = {'blob': pickler.dumps(lambda: 5)}",
    """
    import pickle
    assert pickle.loads(o['blob'])() == 5
    """,
)

case(
    "reducer_override in a subclass that calls super()",
    """
    import io
    class Box:
        def __init__(self, x): self.x = x
    class Mine(pickler.Pickler):
        def reducer_override(self, obj):
            if type(obj) is Box: return dict, ([('box', obj.x)],)
            return super().reducer_override(obj)
    def dumps(obj):
        out = io.BytesIO()
        Mine(out).dump(obj)
        return out.getvalue()
    k = 5
    o = dumps([Box(1), lambda: k, Box(2), 'text'])
    """,
    """
    import pickle
    a, f, b, t = pickle.loads(o)
    assert (a, b, t) == ({'box': 1}, {'box': 2}, 'text') and f() == 5
    """,
)

case(
    "dispatch_table on an instance, on a subclass and on the class itself",
    """
    import copyreg, io
    class A: pass
    class B: pass
    class C: pass
    class Mine(pickler.Pickler):
        dispatch_table = dict(pickler.Pickler.dispatch_table)
        dispatch_table[B] = lambda b: (str, ('B',))
    def dumps(cls, table=None):
        out = io.BytesIO()
        p = cls(out)
        if table is not None: p.dispatch_table = table
        p.dump([A(), B(), C(), lambda: 1])
        return out.getvalue()
    one = dumps(pickler.Pickler, {A: lambda a: (str, ('A',))})
    two = dumps(Mine)
    pickler.Pickler.dispatch_table[C] = lambda c: (str, ('C',))
    three = pickler.dumps([A(), B(), C(), lambda: 1])
    del pickler.Pickler.dispatch_table[C]
    o = one, two, three
    """,
    """
    import pickle
    got = [[x if isinstance(x, str) else type(x).__name__ for x in pickle.loads(b)] for b in o]
    assert got == [['A', 'B', 'C', 'function'], ['A', 'B', 'C', 'function'], ['A', 'B', 'C', 'function']]
    kinds = [[type(x).__name__ for x in pickle.loads(b)[:3]] for b in o]
    assert kinds == [['str', 'B', 'C'], ['A', 'str', 'C'], ['A', 'B', 'str']], kinds
    """,
)

case(
    "persistent_id",
    """
    import io
    class Handle: pass
    h = Handle()
    class Mine(pickler.Pickler):
        def persistent_id(self, obj): return 'the handle' if obj is h else None
    out = io.BytesIO()
    Mine(out).dump({'h': h, 'f': lambda: h})
    o = out.getvalue()
    """,
    """
    import io, pickle
    class Un(pickle.Unpickler):
        def persistent_load(self, pid): return ('loaded', pid)
    d = Un(io.BytesIO(o)).load()
    assert d['h'] == ('loaded', 'the handle') and d['f']() == ('loaded', 'the handle')
    """,
)

case(
    "buffer_callback",
    """
    import pickle
    class Big:
        def __init__(self, data): self.data = data
        def __reduce_ex__(self, protocol): return Big, (pickle.PickleBuffer(self.data),)
    buffers = []
    payload = pickler.dumps([Big(bytearray(b'x' * 1000)), lambda: 1], buffer_callback=buffers.append)
    o = payload, [bytes(b) for b in buffers]
    """,
    """
    import pickle
    blob, buffers = o
    big, f = pickle.loads(blob, buffers=buffers)
    assert bytes(big.data) == b'x' * 1000 and f() == 1 and b'xxxx' not in blob
    """,
)
