"""What users say about their own objects: `copyreg`, reduce methods, and data that engines send."""

from __future__ import annotations

from . import family

case = family(__name__)

case("copyreg reducer for a by-value class", "import copyreg\nclass C:\n    def __init__(self, x): self.x = x\ncopyreg.pickle(C, lambda c: (C, (c.x * 2,)))\no = C(2)", "assert o.x == 4", unstable="the loaded class has no copyreg entry")
case("copyreg reducer for an importable class", "import copyreg, regmod\ncopyreg.pickle(regmod.C, lambda c: (regmod.make, (c.x + 1,)))\no = regmod.C(2)", "import regmod; assert o.x == 3 and type(o) is regmod.C", modules={"regmod.py": "class C:\n    def __init__(self, x): self.x = x\ndef make(x): return C(x)"}, unstable="the reader has no copyreg entry")
case("copyreg reducer for a metaclass", "import copyreg, metamod\ncopyreg.pickle(metamod.M, lambda cls: (metamod.find, (cls.__name__,)))\no = metamod.M('Dyn', (), {'x': 1})", "import metamod; assert o == 'found Dyn'", modules={"metamod.py": "class M(type): pass\ndef find(name): return 'found ' + name"}, unstable="it is a string afterwards")
case("copyreg reducer for a type that lambdapkl handles, too", "import copyreg, regmod, threading\ncopyreg.pickle(type(threading.Lock()), lambda l: (regmod.make, ()))\no = [threading.Lock()]", "assert o == ['made']", modules={"regmod.py": "def make(): return 'made'"}, unstable="it is a string afterwards")
case("__reduce__ that returns a string", "class C:\n    def __reduce__(self): return 'singleton'\nsingleton = C()\nimport regmod\no = regmod.singleton", "import regmod; assert o is regmod.singleton", modules={"regmod.py": "class C:\n    def __reduce__(self): return 'singleton'\nsingleton = C()"})
case("__reduce_ex__ gets the protocol", "class C:\n    def __reduce_ex__(self, p): return int, (p,)\no = [C()]", "import pickle; assert o == [pickle.HIGHEST_PROTOCOL] or o == [5]", unstable="it is an int afterwards")
case("__reduce__ with a lambda as constructor", "class C:\n    def __reduce__(self): return (lambda x: {'made': x}), (5,)\no = C()", "assert o == {'made': 5}", unstable="it is a dict afterwards")
case("__reduce__ with a state setter", "class C:\n    def __reduce__(self): return C, (), {'x': 1}, None, None, lambda obj, state: obj.__dict__.update(state, set='yes')\no = C()", "assert o.x == 1 and o.set == 'yes'")
case("__copyreg__-style slots state and __setstate__ returning nothing", "class C:\n    def __setstate__(self, s): self.s = s\n    def __getstate__(self): return ('any', ['state'])\no = C()", "assert o.s == ('any', ['state'])", unstable="the state nests")
case("object with __getstate__ that returns None or False", "class C:\n    def __getstate__(self): return None\nc = C(); c.x = 1\no = c", "assert not hasattr(o, 'x')")
case("__getnewargs__ of a tuple subclass", "class P(tuple):\n    def __new__(cls, a, b): return super().__new__(cls, (a, b))\n    def __getnewargs__(self): return tuple(self)\no = P(1, 2)", "assert o == (1, 2) and type(o).__name__ == 'P'")
case("deepcopy and copy of loaded objects", "class C:\n    def __init__(self): self.f = lambda: 1; self.l = [1]\no = C()", "import copy; c = copy.deepcopy(o); assert c.l == [1] and c.l is not o.l and c.f() == 1")
case("instance whose class defines __reduce_ex__ = None or raises", "class C:\n    def __reduce_ex__(self, p): raise ValueError('not me')\no = lambda: 1\ntry: pickler.dumps(C())\nexcept ValueError as e: assert 'not me' in str(e)\nelse: assert False", "assert o() == 1")
case("dumping from inside a __reduce__ (re-entrant)", "class C:\n    def __init__(self): self.f = lambda: 7\n    def __reduce__(self): return __import__('pickle').loads, (pickler.dumps({'f': self.f}),)\no = [C(), C()]", "assert [x['f']() for x in o] == [7, 7] and o[0] is not o[1]", unstable="they are dicts afterwards")
case("user's pickle.Pickler subclass attribute names in instances", "class C: pass\nc = C(); c.dispatch_table = {}; c.memo = {}; c.reducer_override = 5\no = c", "assert o.memo == {} and o.reducer_override == 5")
case("pickled payload inside a payload", "o = {'blob': pickler.dumps(lambda: 5)}", "import pickle; assert pickle.loads(o['blob'])() == 5")
