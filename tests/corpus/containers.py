"""Containers, views and plain data."""

from __future__ import annotations

from . import EQUAL_STRINGS, family

case = family(__name__)

case(
    "mappingproxy",
    """
    import types
    o = types.MappingProxyType({'a': lambda: 1})
    """,
    """
    import types
    assert type(o) is types.MappingProxyType and o['a']() == 1
    try: o['b'] = 1
    except TypeError: pass
    else: assert False
    """,
)

case(
    "mappingproxy and its dict",
    """
    import types
    d = {'a': 1}
    p = types.MappingProxyType(d)
    d['p'] = p
    o = p, d
    """,
    """
    p, d = o
    d['b'] = 2
    assert p['b'] == 2 and p['p'] is p
    """,
)

case(
    "mappingproxy over OrderedDict",
    """
    import types, collections
    o = types.MappingProxyType(collections.OrderedDict(b=1, a=2))
    """,
    "assert list(o) == ['b', 'a'] and list(reversed(o)) == ['a', 'b']",
)

case(
    "mappingproxy of class `__dict__`",
    """
    class C:
        x = 1
        def m(self): return 2
    o = vars(C)
    """,
    """
    import types
    assert type(o) is types.MappingProxyType and o['x'] == 1 and o['m'](None) == 2
    assert o['__module__'] == '__main__'
    """,
    max_version=(3, 14),  # since 3.15 nothing in the dictionary of a class keeps the class alive
)

case(
    "mappingproxy of class `__dict__`, and the class",
    """
    class C: x = 1
    o = vars(C), C
    """,
    """
    d, C = o
    C.y = 2
    assert d['y'] == 2
    """,
)

case(
    "dict.keys() view",
    "o = {'a': 1, 'b': 2}.keys()",
    """
    assert type(o) is type({}.keys()) and list(o) == ['a', 'b'] and o & {'a'} == {'a'}
    assert o.mapping['a'] == 1
    """,
    protocols=(2,),
)

case(
    "dict.values() view",
    "o = {'a': 1, 'b': [2]}.values()",
    "assert type(o) is type({}.values()) and list(o) == [1, [2]]",
)

case(
    "dict.items() view",
    "o = {'a': 1, 'b': 2}.items()",
    "assert type(o) is type({}.items()) and list(o) == [('a', 1), ('b', 2)]",
)

case(
    "OrderedDict.keys() view",
    """
    import collections
    o = collections.OrderedDict(a=1, b=2).keys()
    """,
    """
    import collections
    assert type(o) is type(collections.OrderedDict().keys())
    assert list(reversed(o)) == ['b', 'a']
    """,
)

case(
    "OrderedDict.values() view",
    """
    import collections
    o = collections.OrderedDict(a=1, b=2).values()
    """,
    """
    import collections
    assert type(o) is type(collections.OrderedDict().values()) and list(o) == [1, 2]
    """,
)

case(
    "OrderedDict.items() view",
    """
    import collections
    o = collections.OrderedDict(a=1, b=2).items()
    """,
    """
    import collections
    assert type(o) is type(collections.OrderedDict().items())
    assert list(o) == [('a', 1), ('b', 2)]
    """,
)

case(
    "dict + its keys() view (stays live)",
    """
    d = {'a': 1}
    o = d, d.keys(), d.values(), d.items()
    """,
    """
    d, k, v, i = o
    d['b'] = 2
    assert list(k) == ['a', 'b'] and list(v) == [1, 2]
    assert list(i) == [('a', 1), ('b', 2)]
    """,
)

case(
    "view before its dict, and a dict that contains its view",
    """
    d = {'a': 1}
    d['k'] = d.keys()
    o = [d.values(), d]
    """,
    """
    v, d = o
    assert list(d['k']) == ['a', 'k']
    d['z'] = 5
    assert 5 in list(v) and 'z' in d['k']
    """,
)

case(
    "view of a dict subclass",
    """
    class D(dict): pass
    d = D(a=1)
    o = d, d.keys()
    """,
    """
    d, k = o
    d['b'] = 2
    assert list(k) == ['a', 'b'] and type(d).__name__ == 'D'
    """,
)

case("memoryview", "o = memoryview(b'abcdef')[1:4]", "assert type(o) is memoryview and o == b'bcd' and o.readonly")

case(
    "memoryview of a bytearray, stays writable",
    """
    b = bytearray(b'abc')
    o = memoryview(b)
    """,
    """
    assert not o.readonly
    o[0] = 122
    assert bytes(o) == b'zbc'
    """,
)

case(
    "memoryview with a format and a shape",
    """
    import array
    o = memoryview(array.array('i', range(6))).cast('B').cast('i', [2, 3])
    """,
    """
    assert o.format == 'i' and o.shape == (2, 3)
    assert o.tolist() == [[0, 1, 2], [3, 4, 5]]
    """,
)

case(
    "defaultdict(lambda)",
    """
    import collections
    o = collections.defaultdict(lambda: [1])
    o['x']
    o['self'] = o
    """,
    "assert o['new'] == [1] and o['x'] == [1] and o['self'] is o",
)

case(
    "Counter, deque, ChainMap, OrderedDict, UserDict with functions",
    """
    import collections as c
    o = (
        c.Counter('aab'), c.deque([lambda: 1], 5), c.ChainMap({'chained': lambda: 2}),
        c.OrderedDict(z=lambda: 3), c.UserDict(k=4),
    )
    """,
    """
    a, b, ch, od, u = o
    assert a['a'] == 2 and b[0]() == 1 and b.maxlen == 5 and ch['chained']() == 2
    assert od['z']() == 3 and u['k'] == 4
    """,
)

case(
    "lambdas in every container, shared",
    """
    f = lambda: 1
    o = [f, (f,), {'k': f}, {f}, frozenset([f]), {f: 'v'}]
    """,
    """
    a, (b,), d, s, fs, k = o
    assert a is b is d['k'] and s == {a} == fs and k[a] == 'v'
    """,
    protocols=(2, 3, 4),
)

case(
    "recursive containers around a function",
    """
    l = []
    d = {'l': l}
    t = (l, d)
    f = lambda: t
    l += [d, t, f]
    o = l
    """,
    """
    d, t, f = o
    assert d['l'] is o and t[0] is o and f() is t
    """,
)

case(
    "set of strings as user data",
    "o = {'one', 'two', 'three', 'four'}, lambda: 1",
    "assert o[0] == {'one', 'two', 'three', 'four'}",
    has_sets=True,
)

case(
    "frozenset of strings in a default argument",
    "def o(x=frozenset(['one', 'two', 'three', 'four'])): return x",
    "assert o() == {'one', 'two', 'three', 'four'}",
    has_sets=True,
)

case(
    "strings that are names, too",
    """
    def f(x): return x
    f.x = ['x', 'f', '__main__', '__module__', f.__name__, f.__code__.co_varnames[0]]
    o = f, 'f', 'x', '__main__', {'f': 'x'}
    """,
    """
    f, *names = o
    assert names == ['f', 'x', '__main__', {'f': 'x'}]
    assert f.x == ['x', 'f', '__main__', '__module__', 'f', 'x']
    """,
    unstable=EQUAL_STRINGS,
)

case(
    "class and attribute names as user strings",
    """
    class C:
        x = 'x'
        C = 'C'
        m = ['x', 'C', '__doc__', '__main__']
    c = C()
    c.x = 'x'
    c.C = C.__name__
    o = C, c, 'C', 'x', C.__qualname__, '__main__'
    """,
    """
    C, c, *n = o
    assert n == ['C', 'x', 'C', '__main__'] and c.__dict__ == {'x': 'x', 'C': 'C'}
    """,
    unstable=EQUAL_STRINGS,
)

case(
    "interned and equal strings",
    """
    import sys
    a = 'some text'
    b = ''.join(['some', ' text'])
    o = [a, b, sys.intern('lambda'), (lambda: 'some text')]
    """,
    "assert o[0] == o[1] == o[3]() and o[2] == 'lambda'",
)

case(
    "big data",
    "o = [bytes(200_000), 'é' * 100_000, list(range(5000)), lambda: 1]",
    """
    assert len(o[0]) == 200_000 and o[1] == 'é' * 100_000 and o[2][-1] == 4999
    assert o[3]() == 1
    """,
)

case(
    "plain data of every kind",
    """
    import datetime, decimal, fractions, uuid, pathlib, array
    o = [
        1, -2**70, 1.5, 1j, True, None, 's', b'b', bytearray(b'ba'),
        datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc), decimal.Decimal('1.10'),
        fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath('/a'), array.array('d', [1.5]),
        range(3), {1: {2: 3}},
    ]
    """,
    """
    import datetime, decimal, fractions, uuid, pathlib, array
    assert o == [
        1, -2**70, 1.5, 1j, True, None, 's', b'b', bytearray(b'ba'),
        datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc), decimal.Decimal('1.10'),
        fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath('/a'), array.array('d', [1.5]),
        range(3), {1: {2: 3}},
    ]
    """,
    protocols=(2, 3, 4),
    not_on_pypy="the bytes of some standard types differ after a round trip there",
)

case(
    "random.Random (advanced)",
    """
    import random
    r = random.Random(5)
    r.random()
    o = r, random.Random(5)
    """,
    """
    a, b = o
    b.random()
    assert a.random() == b.random()
    """,
)

case(
    "re.Pattern",
    """
    import re
    o = re.compile('a(b)?', re.I | re.S)
    """,
    """
    import re
    assert o.fullmatch('AB') and o.flags & re.S
    """,
)
