"""Iterators of built-in types and of classes; those of `itertools` are in `iterators_of_itertools`."""

from __future__ import annotations

from . import family

case = family(__name__)

case(
    "list iterator",
    """
    o = iter([1, 2, 3])
    next(o)
    """,
    "assert list(o) == [2, 3]",
    protocols=(2,),
)

case(
    "list iterator over a shared list",
    """
    l = [1, 2]
    o = iter(l), l
    """,
    """
    i, l = o
    l.append(3)
    assert list(i) == [1, 2, 3]
    """,
)

case(
    "dict iterator",
    """
    o = iter({'a': 1, 'b': 2})
    next(o)
    """,
    "assert list(o) == ['b']",
    unstable="pickle turns it into an iterator of a list",
)

case(
    "dict value and item iterators, reversed",
    """
    d = {'a': 1, 'b': 2}
    o = iter(d.values()), iter(d.items()), reversed(d)
    """,
    "assert [list(i) for i in o] == [[1, 2], [('a', 1), ('b', 2)], ['b', 'a']]",
    unstable="pickle turns it into an iterator of a list",
)

case(
    "set iterator",
    "o = iter({1, 2, 3})",
    "assert sorted(o) == [1, 2, 3]",
    unstable="pickle turns it into an iterator of a list",
)

case(
    "range iterator",
    """
    o = iter(range(5))
    next(o)
    """,
    "assert list(o) == [1, 2, 3, 4]",
)

case(
    "tuple, str, bytes iterators",
    """
    o = iter((1, 2)), iter('ab'), iter(b'ab'), reversed([1, 2])
    next(o[1])
    """,
    "assert [list(i) for i in o] == [[1, 2], ['b'], [97, 98], [2, 1]]",
)

case(
    "used-up iterators",
    """
    o = iter([1]), iter({}), iter(range(0)), iter('')
    next(o[0])
    list(map(list, o))
    """,
    "assert [list(i) for i in o] == [[], [], [], []]",
    unstable="pickle turns a used-up iterator into one of an empty list",
    not_on_pypy="its `pickle` crashes on a used-up dictionary iterator",
)

case("callable iterator", "o = iter([1, 2, 0, 3].pop, 0)", "assert list(o) == [3]")

case(
    "callable iterator of a lambda",
    """
    l = [3, 2, 1]
    o = iter(lambda: l.pop(), 3)
    """,
    "assert list(o) == [1, 2]",
)

case(
    "enumerate",
    """
    o = enumerate('abc', 5)
    next(o)
    """,
    "assert list(o) == [(6, 'b'), (7, 'c')]",
)

case(
    "zip",
    """
    o = zip([1, 2], 'ab', strict=True)
    next(o)
    """,
    "assert list(o) == [(2, 'b')]",
)

case(
    "map (lambda)",
    """
    o = map(lambda x, y: x + y, [1, 2], [10, 20])
    next(o)
    """,
    "assert list(o) == [22]",
)

case(
    "map (builtin)",
    """
    o = map(str, [1, 2])
    next(o)
    """,
    "assert list(o) == ['2']",
)

case("filter (lambda)", "o = filter(lambda x: x > 1, [1, 2, 3])", "assert list(o) == [2, 3]")

case("filter (None)", "o = filter(None, [0, 1, 2])", "assert list(o) == [1, 2]")

case(
    "iterator of a by-value class",
    """
    class I:
        def __init__(self): self.n = 0
        def __iter__(self): return self
        def __next__(self):
            self.n += 1
            if self.n > 3: raise StopIteration
            return self.n
    o = I()
    next(o)
    """,
    "assert list(o) == [2, 3]",
)

case(
    "iterator of the sequence protocol",
    """
    class S:
        def __getitem__(self, i):
            if i > 2: raise IndexError
            return i * 10
    o = iter(S())
    next(o)
    """,
    "assert list(o) == [10, 20]",
)

case(
    "memoryview iterator",
    """
    o = iter(memoryview(b'abc'))
    next(o)
    """,
    "assert list(o) == [98, 99]",
    needs_gil=True,
    not_on_pypy="it is an iterator of the sequence protocol there",
)
