"""Iterators of `itertools`."""

from __future__ import annotations

import sys

from . import family

case = family(__name__)

# `itertools` pickles its own iterators up to 3.13. The numbers that they keep in C are read only with the GIL.
SINCE_3_14 = sys.version_info >= (3, 14)

case(
    "itertools.chain",
    """
    import itertools
    o = itertools.chain([1, 2], 'ab')
    next(o)
    """,
    "assert list(o) == [2, 'a', 'b']",
)

case(
    "itertools.chain.from_iterable",
    """
    import itertools
    o = itertools.chain.from_iterable([[1], [2, 3]])
    next(o)
    """,
    "assert list(o) == [2, 3]",
)

case(
    "itertools.islice",
    """
    import itertools
    o = itertools.islice([0, 1, 2, 3, 4, 5], 1, None, 2)
    next(o)
    """,
    "assert list(o) == [3, 5]",
    needs_gil=SINCE_3_14,
)

case(
    "itertools.product",
    """
    import itertools
    o = itertools.product('ab', [1, 2])
    next(o)
    """,
    "assert list(o) == [('a', 2), ('b', 1), ('b', 2)]",
    needs_gil=SINCE_3_14,
)

case(
    "itertools.product after its second result",
    """
    import itertools
    o = itertools.product('ab', [1, 2])
    next(o), next(o)
    """,
    "assert list(o) == [('b', 1), ('b', 2)]",
)

case(
    "itertools.product, used up",
    """
    import itertools
    o = itertools.product('ab', [1, 2])
    list(o)
    """,
    "assert list(o) == []",
    needs_gil=SINCE_3_14,
)

case(
    "itertools.pairwise",
    """
    import itertools
    o = itertools.pairwise([1, 2, 3])
    next(o)
    """,
    "assert list(o) == [(2, 3)]",
)

case(
    "itertools.pairwise (not started, and used up)",
    """
    import itertools
    o = itertools.pairwise([1, 2, 3]), itertools.pairwise([1, 2])
    next(o[1])
    """,
    "assert [list(i) for i in o] == [[(1, 2), (2, 3)], []]",
)

case(
    "itertools.count",
    """
    import itertools
    o = itertools.count(5, 2)
    next(o)
    """,
    "assert [next(o), next(o)] == [7, 9]",
)

case(
    "itertools.cycle",
    """
    import itertools
    o = itertools.cycle([1, 2, 3])
    next(o)
    """,
    "assert [next(o) for _ in range(4)] == [2, 3, 1, 2]",
)

case(
    "itertools.groupby",
    """
    import itertools
    o = itertools.groupby('aabbc')
    next(o)
    """,
    "assert [(k, len(list(g))) for k, g in o] == [('b', 2), ('c', 1)]",
)

case(
    "itertools.groupby (lambda)",
    """
    import itertools
    o = itertools.groupby([1, 3, 2], key=lambda x: x % 2)
    """,
    "assert [(k, list(g)) for k, g in o] == [(1, [1, 3]), (0, [2])]",
)

case(
    "itertools: the others",
    """
    import itertools as i
    o = [
        i.accumulate([1, 2, 3]), i.repeat(5, 2), i.takewhile(lambda x: x < 3, [1, 2, 3]),
        i.dropwhile(lambda x: x < 3, [1, 2, 3]), i.filterfalse(lambda x: x < 3, [1, 2, 3]),
        i.starmap(lambda a, b: a * b, [(2, 3)]), i.compress('abc', [1, 0, 1]),
        i.zip_longest([1], [2, 3], fillvalue=0), i.permutations([1, 2]), i.combinations([1, 2, 3], 2),
        i.combinations_with_replacement([1, 2], 2),
    ]
    next(o[0])
    next(o[8])
    """,
    """
    assert [list(x) for x in o] == [
        [3, 6], [5, 5], [1, 2], [3], [3], [6], ['a', 'c'], [(1, 2), (0, 3)], [(2, 1)],
        [(1, 2), (1, 3), (2, 3)], [(1, 1), (1, 2), (2, 2)],
    ]
    """,
    max_version=(3, 13),
)

case(
    "itertools.accumulate with a lambda and an initial value",
    """
    import itertools
    o = itertools.accumulate([1, 2, 3], lambda a, b: a * b, initial=10)
    next(o)
    next(o)
    """,
    "assert list(o) == [20, 60]",
)

case(
    "itertools.tee",
    """
    import itertools
    a, b = itertools.tee([1, 2, 3])
    next(a)
    o = a, b
    """,
    """
    a, b = o
    assert list(a) == [2, 3] and list(b) == [1, 2, 3]
    """,
    not_on_pypy="its `pickle` makes the two iterators one",
    needs_gil=SINCE_3_14,
    unstable="what was read for one of them comes back as a chain, on 3.14+",
)

case(
    "itertools.batched",
    """
    import itertools
    o = itertools.batched('abcde', 2)
    next(o)
    """,
    "assert list(o) == [('c', 'd'), ('e',)]",
    needs_gil=True,
    min_version=(3, 12),
)

case(
    "itertools: what has no hidden position",
    """
    import itertools as i
    o = [
        i.accumulate([1, 2, 3]), i.repeat(5, 2), i.repeat('x'), i.filterfalse(lambda x: x < 3, [1, 2, 3]),
        i.starmap(lambda a, b: a * b, [(2, 3)]), i.compress('abc', [1, 0, 1]), i.count(0.5), i.count(1 << 70),
        i.zip_longest([1], [2, 3], fillvalue=0), i.chain(), i.cycle(()), i.product(), i.product('ab', ''),
    ]
    for each in o[0], o[1]:
        next(each)
    for each in o[9:]:
        next(each, None)
    """,
    """
    assert [next(o[2]), next(o[6]), next(o[6]), next(o[7])] == ['x', 0.5, 1.5, 1 << 70]
    del o[2], o[5:7]
    assert [list(x) for x in o] == [[3, 6], [5], [3], [6], ['a', 'c'], [(1, 2), (0, 3)], [], [], [], []]
    """,
    unstable="pickle up to Python 3.13 turns a used-up chain into an empty one",
)

case(
    "itertools: combinations and permutations in mid-run",
    """
    import itertools as i
    o = [
        kind('abcd', length)
        for kind in (i.combinations, i.combinations_with_replacement, i.permutations) for length in (1, 2, 3)
    ]
    for number, each in enumerate(o):
        for _ in range(number % 4 + 1):
            next(each)
    p = i.product('ab', range(3), 'xyz')
    for _ in range(11):
        next(p)
    o.append(p)
    """,
    """
    import itertools as i
    wanted = [
        list(kind('abcd', length))[number % 4 + 1:]
        for number, (kind, length) in enumerate(
            i.product((i.combinations, i.combinations_with_replacement, i.permutations), (1, 2, 3)))
    ]
    wanted.append(list(i.product('ab', range(3), 'xyz'))[11:])
    assert [list(x) for x in o] == wanted
    """,
)

case(
    "itertools.cycle in a later round, and in mid-round over an iterator",
    """
    import itertools
    o = itertools.cycle('abc'), itertools.cycle(iter([1, 2, 3]))
    for _ in range(5):
        next(o[0])
    next(o[1])
    """,
    "assert [[next(c) for _ in range(5)] for c in o] == [['c', 'a', 'b', 'c', 'a'], [2, 3, 1, 2, 3]]",
    not_on_pypy="its `pickle` writes a cycle differently once it has been loaded",
)

case(
    "itertools: dumping leaves the original where it is",
    """
    import itertools as i
    import lambdapkl
    o = i.cycle('abc'), i.chain([1, 2], [3]), i.product('ab', [1, 2]), i.groupby('aabbc'), i.accumulate([1, 2, 3])
    for each in o:
        next(each)
    for _ in range(4):
        next(o[0])
    next(o[2])
    lambdapkl.dumps(o)
    assert [next(o[0]), next(o[1]), next(o[2]), next(o[3])[0], next(o[4])] == ['c', 2, ('b', 1), 'b', 3]
    """,
    "assert [next(o[0]), next(o[1]), next(o[2]), next(o[3])[0], next(o[4])] == ['a', 3, ('b', 2), 'c', 6]",
    not_on_pypy="its `pickle` writes a cycle differently once it has been loaded",
)

case(
    "itertools.groupby at the end of a group (lambda)",
    """
    import itertools
    o = itertools.groupby([1, 3, 2, 4, 5], key=lambda x: x % 2)
    list(next(o)[1])
    """,
    "assert [(k, list(g)) for k, g in o] == [(0, [2, 4]), (1, [5])]",
    unstable="the chain that brings the element back stays, on 3.14+",
)

for define, check in (
    ("islice('abc', 2)", "['a', 'b']"),
    ("takewhile(str, 'ab')", "['a', 'b']"),
    ("dropwhile(str, 'a')", "[]"),
    ("combinations('abc', 2)", "[('a', 'b'), ('a', 'c'), ('b', 'c')]"),
):
    case(
        f"itertools.{define}",
        f"import itertools\no = itertools.{define}",
        f"assert list(o) == {check}",
        needs_gil=SINCE_3_14,
    )

case(
    "itertools: groups of groupby",
    """
    import itertools
    o = itertools.groupby('aabbc')
    o = o, next(o)[1]
    """,
    """
    groups, group = o
    assert list(group) == ['a', 'a'] and [k for k, _ in groups] == ['b', 'c'] and list(group) == []
    """,
    needs_gil=SINCE_3_14,
    not_on_pypy="its `pickle` cannot",
)
