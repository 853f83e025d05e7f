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
