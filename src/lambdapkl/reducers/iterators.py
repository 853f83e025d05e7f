"""Iterators that `pickle` refuses, at their position.

CPython 3.14 took pickling out of `itertools` (CPython issue 101588).  What an iterator there refers to is seen as the garbage
collector sees it; a number that it keeps in C is worked out from that, or the iterator is refused.
"""

from __future__ import annotations

import gc
import itertools
import math
import pickle
import sys
from itertools import chain, pairwise
from typing import Any

from .. import wire
from ..names import private

_HAS_RESULT = sys.version_info >= (3, 13)

_tuple_iterator: Any = type(iter(()))


def reduce_pairwise(pairs: Any) -> Any:
    """`itertools.pairwise`: what it iterates over, and the element it has seen and not yet returned as a pair's first."""
    parts = [each for each in gc.get_referents(pairs) if each is not pairwise]
    if _HAS_RESULT:
        parts.pop()  # the pair that it returns again when nobody else holds it
    if not parts:
        return pairwise, ((),)
    source, *seen = parts
    return pairwise, (chain(seen, source) if seen else source,)


def _parts(iterator: Any) -> list[Any]:
    """What `iterator` refers to, in the order of its fields; the first is its class."""
    return gc.get_referents(iterator)[1:]


def _refuse(iterator: Any, reason: str, remedy: str) -> Any:
    raise pickle.PicklingError(f"cannot pickle an itertools.{type(iterator).__name__}: {reason}; {remedy}")


def reduce_chain(iterator: Any) -> Any:
    rest = _rest_of_chain(iterator)
    return (wire.iterator, (private("chain"), rest)) if not isinstance(rest, list) else (chain, tuple(rest))


def _rest_of_chain(iterator: Any) -> Any:
    """The iterables that are left, the first from where it is, as a list; or the iterator that gives them."""
    parts = _parts(iterator)
    if not parts:
        return []
    source, *active = parts
    if active and type(active[0]) is _tuple_iterator and not active[0].__length_hint__():
        active = []
    if type(source) is not _tuple_iterator:
        return [*active, chain.from_iterable(source)] if active else source
    _, (iterables,), *index = source.__reduce__()
    return [*active, *iterables[index[0] if index else 0 :]]


def _without_chain(source: Any) -> Any:
    """The iterator at the end of a chain that is done with all before it: the reader has put such chains together."""
    rest = _rest_of_chain(source) if type(source) is chain else None
    return rest[0] if isinstance(rest, list) and len(rest) == 1 and hasattr(type(rest[0]), "__next__") else source


def reduce_count(numbers: Any) -> Any:
    parts = _parts(numbers)
    # A machine integer that grows by one has no object, but is in the text.
    return itertools.count, tuple(parts) if len(parts) == 2 else (int(repr(numbers)[len("count(") : -1]),)


def reduce_repeat(iterator: Any) -> Any:
    try:
        return itertools.repeat, (*_parts(iterator), iterator.__length_hint__())
    except TypeError:  # without end
        return itertools.repeat, tuple(_parts(iterator))


def reduce_cycle(iterator: Any) -> Any:
    *source, saved = _parts(iterator) or [[]]
    if not source:
        # The first round is over: another one leads back to the same place, and nobody's code runs.
        return wire.iterator, (private("cycle"), None, tuple(itertools.islice(iterator, len(saved))))
    if not saved:
        return itertools.cycle, tuple(source)
    return wire.iterator, (private("cycle"), _without_chain(source[0]), tuple(saved))


def reduce_product(iterator: Any) -> Any:
    pools, *result = _parts(iterator)
    if not result or not all(pools):  # where a pool is empty, the result is half made and must not be looked at
        return itertools.product, pools
    steps = 0
    for pool, element in zip(pools, result[0], strict=True):
        steps = steps * len(pool) + _index(iterator, pool, element)
    if not steps and any(len(pool) > 1 for pool in pools):
        # Its indices run over to the first result when it ends.
        _refuse(
            iterator,
            "it is at its first result or used up, and Python 3.14+ keeps in C which",
            "take one more, or a list of them",
        )
    return wire.iterator, (private("product"), pools, {}, steps + 1)


def reduce_selection(iterator: Any) -> Any:
    """`combinations`, `combinations_with_replacement` or `permutations`: how many it has returned tells where it is."""
    pool, *result = _parts(iterator)
    if not result:
        _refuse(iterator, "Python 3.14+ keeps its length in C until the first result", "pickle its arguments, or a list of it")
    kind, size, length = type(iterator), len(pool), len(result[0])
    indices = [_index(iterator, pool, element) for element in result[0]]
    steps = 0
    if kind is itertools.permutations:
        left = list(range(size))
        for index in indices:
            steps = steps * len(left) + left.index(index)
            left.remove(index)
    else:
        first = 0
        for place, index in enumerate(indices):
            further = length - place - 1
            again = kind is itertools.combinations_with_replacement
            for skipped in range(first, index):
                steps += math.comb(size - skipped - 1 + (further if again else 0), further)
            first = index if again else index + 1
    return wire.iterator, (private(kind.__name__), (pool, length), {}, steps + 1)


def _index(iterator: Any, pool: tuple[Any, ...], element: Any) -> int:
    places = [index for index, each in enumerate(pool) if each is element]
    if len(places) != 1:
        _refuse(
            iterator,
            "it has an element twice, and Python 3.14+ keeps in C which one it has come to",
            "pickle a list of what is left",
        )
    return places[0]


def reduce_accumulate(iterator: Any) -> Any:
    parts = _parts(iterator)
    initial = parts.pop()
    function = None
    if len(parts) == 3 or not hasattr(type(parts[0]), "__next__"):
        function = parts.pop(0)
    elif len(parts) == 2 and hasattr(type(parts[1]), "__next__"):
        _refuse(
            iterator,
            "its total or its function is an iterator, and which is which is kept in C",
            "pickle a list of what is left",
        )
    source, *total = parts
    if not total:
        return wire.iterator, (private("accumulate"), (source, function), {private("initial"): initial})
    # The total is what it returned last, or what it starts from and has returned.
    if total[0] is None:
        _refuse(iterator, "its total is None, which stands for no total at all", "pickle a list of what is left")
    return wire.iterator, (private("accumulate"), (source, function), {private("initial"): total[0]}, 1)


def reduce_groupby(iterator: Any) -> Any:
    source, key, *seen = _parts(iterator)
    if not seen:
        return itertools.groupby, (source, key)
    # The key of the group, and the element after it with its key, unless that has been taken from the group.
    target, *following = seen
    inside = not following or target == following[0]
    rest = chain((following[1] if following else target,), _without_chain(source))
    if not inside:
        return itertools.groupby, (rest, key)
    if key is not None:
        _refuse(
            iterator,
            "it is inside a group, and could be brought there on Python 3.14+ only by calling its key function",
            "pickle it before it is started, or a list of what is left",
        )
    return wire.iterator, (private("groupby"), (rest,), {}, 1)


def reduce_zip_longest(iterator: Any) -> Any:
    sources, _, fill = _parts(iterator)
    # The place of one that has ended is empty, and must not be looked at.
    left = len(gc.get_referents(sources))
    if left and left != len(sources):
        _refuse(
            iterator, "one of its iterators has ended, and Python 3.14+ keeps in C which one", "pickle a list of what is left"
        )
    return wire.iterator, (private("zip_longest"), sources if left else (), {private("fillvalue"): fill})


def reduce_filter(iterator: Any) -> Any:
    """`starmap` or `filterfalse`."""
    source, function = _parts(iterator)
    return type(iterator), (function, source)


def reduce_compress(iterator: Any) -> Any:
    return itertools.compress, tuple(_parts(iterator))


def refuse_hidden(iterator: Any) -> Any:
    return _refuse(
        iterator, "Python 3.14+ keeps its position in C", "pickle what it is made of, or a list or tuple of what is left"
    )


REDUCERS: dict[type, Any] = {pairwise: reduce_pairwise}

if sys.version_info >= (3, 14):
    REDUCERS |= {
        chain: reduce_chain,
        itertools.accumulate: reduce_accumulate,
        itertools.combinations: reduce_selection,
        itertools.combinations_with_replacement: reduce_selection,
        itertools.compress: reduce_compress,
        itertools.count: reduce_count,
        itertools.cycle: reduce_cycle,
        itertools.filterfalse: reduce_filter,
        itertools.groupby: reduce_groupby,
        itertools.permutations: reduce_selection,
        itertools.product: reduce_product,
        itertools.repeat: reduce_repeat,
        itertools.starmap: reduce_filter,
        itertools.zip_longest: reduce_zip_longest,
        **dict.fromkeys((itertools.dropwhile, itertools.islice, itertools.takewhile), refuse_hidden),
        **dict.fromkeys((type(itertools.tee(())[0]), itertools._grouper), refuse_hidden),  # type: ignore[attr-defined]
    }
