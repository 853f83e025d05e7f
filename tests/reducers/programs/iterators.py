import itertools
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)  # of itertools, 3.12 and 3.13


def is_less(x):
    return x < 4


def add(a, b):
    return a + b


def odd(a):
    return a % 2


makers = {
    "list": lambda: iter([1, 2, 3]),
    "tuple": lambda: iter((1, 2, 3)),
    "dict": lambda: iter({1: 2, 3: 4, 5: 6}),
    "dict values": lambda: iter({1: 2, 3: 4, 5: 6}.values()),
    "dict items": lambda: iter({1: 2, 3: 4, 5: 6}.items()),
    "dict reversed": lambda: reversed({1: 2, 3: 4, 5: 6}),
    "dict values reversed": lambda: reversed({1: 2, 3: 4, 5: 6}.values()),
    "dict items reversed": lambda: reversed({1: 2, 3: 4, 5: 6}.items()),
    "set": lambda: iter({1, 2, 3}),
    "frozenset": lambda: iter(frozenset({1, 2, 3})),
    "range": lambda: iter(range(2, 9, 3)),
    "range of large numbers": lambda: iter(range(1 << 70, (1 << 70) + 3)),
    "range reversed": lambda: reversed(range(4)),
    "str": lambda: iter("abc"),
    "str (not ASCII)": lambda: iter("ab\u1234"),
    "bytes": lambda: iter(b"abc"),
    "bytearray": lambda: iter(bytearray(b"abc")),
    "memoryview": lambda: iter(memoryview(b"abc")),
    "list reversed": lambda: reversed([1, 2, 3]),
    "tuple reversed": lambda: reversed((1, 2, 3)),
    "str reversed": lambda: reversed("abc"),
    "enumerate": lambda: enumerate("abc", 7),
    "enumerate from a large number": lambda: enumerate("abc", 1 << 70),
    "zip": lambda: zip([1, 2, 3], "abc"),
    "zip (strict)": lambda: zip([1, 2, 3], "abc", strict=True),
    "zip of nothing": lambda: zip(),
    "map": lambda: map(add, [1, 2, 3], [4, 5, 6]),
    "filter": lambda: filter(odd, [1, 2, 3]),
    "filter (None)": lambda: filter(None, [0, 1, 2]),
    "accumulate": lambda: itertools.accumulate([1, 2, 3, 4]),
    "accumulate (initial)": lambda: itertools.accumulate([1, 2, 3], add, initial=5),
    "accumulate (to None)": lambda: itertools.accumulate([1, 2, 3], lambda a, b: None),
    "accumulate (to an iterator)": lambda: itertools.accumulate([iter([1]), 2, 3], lambda a, b: b),
    "chain": lambda: itertools.chain([1, 2], (3,), "ab"),
    "chain.from_iterable": lambda: itertools.chain.from_iterable([[1, 2], (3,), "ab"]),
    "compress": lambda: itertools.compress("abcd", [1, 0, 1, 1]),
    "count": lambda: itertools.islice(itertools.count(5), 4),
    "count by three": lambda: itertools.islice(itertools.count(5, 3), 4),
    "count by a fraction": lambda: itertools.islice(itertools.count(0.5, 0.25), 4),
    "cycle": lambda: itertools.islice(itertools.cycle([1, 2, 3]), 10),
    "cycle of nothing": lambda: itertools.cycle(()),
    "dropwhile": lambda: itertools.dropwhile(is_less, [1, 2, 3, 5, 1, 2]),
    "filterfalse": lambda: itertools.filterfalse(odd, [1, 2, 3, 4]),
    "groupby": lambda: itertools.groupby("aabbbc"),
    "groupby (key)": lambda: itertools.groupby([1, 3, 2, 4, 5], odd),
    "islice": lambda: itertools.islice([0, 1, 2, 3, 4, 5, 6, 7, 8], 1, None, 2),
    "islice (stop)": lambda: itertools.islice(iter(range(30)), 3, 17, 4),
    "islice of nothing": lambda: itertools.islice("abc", 0),
    "pairwise": lambda: itertools.pairwise([1, 2, 3, 4]),
    "repeat": lambda: itertools.repeat("x", 4),
    "repeat without end": lambda: itertools.islice(itertools.repeat("x"), 4),
    "starmap": lambda: itertools.starmap(add, [(1, 2), (3, 4)]),
    "takewhile": lambda: itertools.takewhile(is_less, [1, 2, 3, 5, 1, 2]),
    "tee": lambda: itertools.tee([1, 2, 3, 4])[0],
    "zip_longest": lambda: itertools.zip_longest([1], [1, 2], [1, 2, 3], fillvalue=0),
}
for kind in (itertools.combinations, itertools.combinations_with_replacement, itertools.permutations):
    for pool in "abcd", "aab", "", "a":
        for length in 0, 1, 2, 3, 5:
            makers[f"{kind.__name__}({pool!r}, {length})"] = lambda kind=kind, pool=pool, length=length: kind(pool, length)  # type: ignore[misc]
for pools in ("ab", "cd"), ("aab", "xx"), ("ab", ""), (), ("a",), ("ab", [1, 2, 3], "xy"):
    makers[f"product{pools}"] = lambda pools=pools: itertools.product(*pools)  # type: ignore[misc]
if sys.version_info >= (3, 12):
    makers["batched"] = lambda: itertools.batched("abcdefg", 3)
if sys.version_info >= (3, 13):
    makers["batched (strict)"] = lambda: itertools.batched("abcdef", 3, strict=True)
if sys.version_info >= (3, 14):
    makers["map (strict)"] = lambda: map(add, [1, 2, 3], [4, 5, 6], strict=True)
    makers["zip (strict, uneven)"] = lambda: zip([1, 2, 3], "ab", strict=True)


def shown(item):
    if type(item) is tuple and len(item) == 2 and hasattr(type(item[1]), "__next__"):
        return item[0], list(item[1])
    return "an iterator" if hasattr(type(item), "__next__") else item


def run(iterator):
    try:
        return list(map(shown, itertools.islice(iterator, 100)))
    except ValueError as error:
        return str(error)


def at(make, steps):
    iterator = make()
    for _ in range(steps):
        next(iterator, None)
    return iterator
