"""Reducers for iterators that `pickle` refuses, which resume at their position.

CPython 3.14 removed pickling from `itertools` (CPython issue 101588). The objects that an iterator
refers to come from `gc.get_referents`. Numbers that it keeps in C are derived from these, or the
compiled backend reads them (`position`); otherwise the iterator is refused.
"""

from __future__ import annotations

import gc
import itertools
import math
import sys
from itertools import chain, pairwise
from typing import Any

from .. import wire
from .._backend.constructors import position
from ..errors import NotPicklableError
from ..restorers.iterators import KnownKey
from ..rules.names import private

_HAS_RESULT = sys.version_info >= (3, 13)

_tuple_iterator: Any = type(iter(()))


def reduce_pairwise(pairs: Any) -> Any:
    """Reduce `pairwise` to its source, preceded by the element that starts the next pair."""
    parts = _parts(pairs)
    if _HAS_RESULT:
        parts.pop()  # a result tuple that it reuses
    if not parts:
        return pairwise, ((),)
    source, *seen = parts
    return pairwise, (chain(seen, source) if seen else source,)


def _parts(iterator: Any) -> list[Any]:
    """The objects that `iterator` refers to, in the order of its fields."""
    parts = gc.get_referents(iterator)
    # Since 3.12 these types are heap types, so their instances refer to them.
    return parts[1:] if parts and parts[0] is type(iterator) else parts


def _refuse(iterator: Any, reason: str) -> Any:
    name = type(iterator).__name__
    where = name if type(iterator).__module__ == "builtins" else f"itertools.{name}"
    raise NotPicklableError(
        f"cannot pickle {'an' if where[0] in 'aeiou' else 'a'} {where}: {reason}; "
        "use the compiled backend, which can read it, or pickle a list of the remaining items"
    )


def _known(iterator: Any, reason: str = "its position is kept in C") -> Any:
    known = position(iterator)
    return _refuse(iterator, reason) if known is None else known


def reduce_chain(iterator: Any) -> Any:
    rest = _rest_of_chain(iterator)
    return (wire.iterator, (private("chain"), rest)) if not isinstance(rest, list) else (chain, tuple(rest))


def _rest_of_chain(iterator: Any) -> Any:
    """The remaining iterables as a list, starting with the active one.

    If they cannot be listed, return the iterator that yields them.
    """
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
    """The only remaining iterator of a chain, as restorers create such chains.

    Return any other source unchanged.
    """
    rest = _rest_of_chain(source) if type(source) is chain else None
    return rest[0] if isinstance(rest, list) and len(rest) == 1 and hasattr(type(rest[0]), "__next__") else source


def reduce_count(numbers: Any) -> Any:
    parts = _parts(numbers)
    # A count in steps of one keeps a C integer, which only its repr shows.
    return itertools.count, tuple(parts) if len(parts) == 2 else (int(repr(numbers)[len("count(") : -1]),)


def reduce_repeat(iterator: Any) -> Any:
    try:
        return itertools.repeat, (*_parts(iterator), iterator.__length_hint__())
    except TypeError:  # without end
        return itertools.repeat, tuple(_parts(iterator))


def reduce_cycle(iterator: Any) -> Any:
    *source, saved = _parts(iterator) or [[]]
    if not source:
        # The first round is over. Reading one more round runs no user code and leads back to the
        # same item.
        return wire.iterator, (private("cycle"), None, tuple(itertools.islice(iterator, len(saved))))
    if not saved:
        return itertools.cycle, tuple(source)
    return wire.iterator, (private("cycle"), _without_chain(source[0]), tuple(saved))


def reduce_product(iterator: Any) -> Any:
    pools, *result = _parts(iterator)
    # When it ends, its indices wrap around to those of the first result.
    ambiguous = all(pools) and any(len(pool) > 1 for pool in pools)
    known = position(iterator)
    if known is not None:
        stopped, started, indices = known
        if stopped and ambiguous:
            return itertools.product, ((),)
        if not started:
            result = []
    if not result or not all(pools):  # with an empty pool the result is incomplete and must not be read
        return itertools.product, pools
    if known is None:
        indices = [_index(iterator, pool, element) for pool, element in zip(pools, result[0], strict=True)]
        if ambiguous and not any(indices):
            _refuse(iterator, "Python 3.14+ keeps in C whether it is at its first result or exhausted")
    steps = 0
    for pool, index in zip(pools, indices, strict=True):
        steps = steps * len(pool) + index
    return wire.iterator, (private("product"), pools, {}, steps + 1)


def reduce_selection(iterator: Any) -> Any:
    """Reduce one of `_SELECTIONS` to the number of results that it has returned."""
    pool, *result = _parts(iterator)
    known = position(iterator)
    if known is not None and not known[2]:
        return type(iterator), (pool, known[1])
    if not result:
        _refuse(iterator, "Python 3.14+ keeps its length in C until the first result")
    kind, size, length = type(iterator), len(pool), len(result[0])
    if known is not None and known[0] and kind is itertools.permutations:  # exhausted: its indices wrapped around
        return wire.iterator, (private(kind.__name__), (pool, length), {}, math.perm(size, length))
    indices = known[3] if known is not None else [_index(iterator, pool, element) for element in result[0]]
    steps = 0
    if kind is itertools.permutations:
        unused = list(range(size))
        for index in indices:
            steps = steps * len(unused) + unused.index(index)
            unused.remove(index)
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
        _refuse(iterator, "an element occurs twice, and Python 3.14+ keeps its position in C")
    return places[0]


def reduce_accumulate(iterator: Any) -> Any:
    parts = _parts(iterator)
    initial = parts.pop()
    known = position(iterator)
    function = None
    if known is not None:
        source, function, started, last = known
        total = [last] if started else []
        if started and last is None:
            return wire.iterator, (private("accumulate"), (chain((None,), _without_chain(source)), function), {}, 1)
    else:
        if len(parts) == 3 or not hasattr(type(parts[0]), "__next__"):
            function = parts.pop(0)
        elif len(parts) == 2 and hasattr(type(parts[1]), "__next__"):
            _refuse(iterator, "its total or its function is an iterator, and C code hides which one")
        source, *total = parts
    if not total:
        return wire.iterator, (private("accumulate"), (source, function), {private("initial"): initial})
    # The total was returned already, so the reader skips it.
    if total[0] is None:
        _refuse(iterator, "its total is None, which would mean that there is no total")
    return wire.iterator, (private("accumulate"), (source, function), {private("initial"): total[0]}, 1)


def reduce_groupby(iterator: Any) -> Any:
    source, key, *seen = _parts(iterator)
    if type(key) is KnownKey:
        key = key.function
    if not seen:
        return itertools.groupby, (source, key)
    # The key of the current group, then the key and the value of the next element unless it was
    # taken.
    source = _without_chain(source)
    if len(seen) == 2:
        return itertools.groupby, (chain((seen[1],), source), key)
    target, *following = seen
    if not following:
        return wire.iterator, (private("groups"), source, (key, target))
    if target == following[0]:
        return wire.iterator, (private("groups"), source, (key, target, following[1]))
    return itertools.groupby, (chain((following[1],), source), key)


def reduce_group(group: Any) -> Any:
    """Reduce a group of `groupby`; it is empty once its `groupby` has moved to the next group."""
    known = _known(group, "Python 3.14+ keeps in C whether its groupby has moved to the next group")
    return (itertools._grouper, tuple(_parts(group))) if known[0] else (iter, ((),))  # type: ignore[attr-defined]


def reduce_zip_longest(iterator: Any) -> Any:
    sources, _, fill = _parts(iterator)
    left = position(iterator)
    if left is not None:
        sources = tuple(iter(()) if each is None else each for each in left) if any(each is not None for each in left) else ()
    else:
        # An exhausted iterator leaves NULL in the tuple, so its items must not be read.
        count = len(gc.get_referents(sources))
        if count and count != len(sources):
            _refuse(iterator, "one of its iterators is exhausted, and Python 3.14+ keeps in C which one")
        if not count:
            sources = ()
    return wire.iterator, (private("zip_longest"), sources, {private("fillvalue"): fill})


def reduce_filter(iterator: Any) -> Any:
    """Reduce `starmap` or `filterfalse`."""
    source, function = _parts(iterator)
    return type(iterator), (function, source)


def reduce_compress(iterator: Any) -> Any:
    return itertools.compress, tuple(_parts(iterator))


def reduce_islice(iterator: Any) -> Any:
    reading, following, stop, step, seen = _known(iterator)
    if not reading:
        return itertools.islice, (iter(()), 0, 0, 1)
    (source,) = _parts(iterator)
    return itertools.islice, (source, following - seen, None if stop < 0 else stop - seen, step)


def reduce_takewhile(iterator: Any) -> Any:
    (ended,) = _known(iterator)
    source, predicate = _parts(iterator)
    return itertools.takewhile, (predicate, iter(()) if ended else source)


def reduce_dropwhile(iterator: Any) -> Any:
    (started,) = _known(iterator)
    source, predicate = _parts(iterator)
    # After its start it drops nothing more: nothing is contained in an empty tuple.
    return itertools.dropwhile, (().__contains__ if started else predicate, source)


def reduce_batched(iterator: Any) -> Any:
    size, strict = _known(iterator)
    parts = _parts(iterator)
    if size < 1 or not parts:  # exhausted
        return type(iterator), (iter(()), 1)
    source = parts[0]
    if strict:
        return wire.iterator, (private("batched"), (source, size), {private("strict"): True})
    return type(iterator), (source, size)


def reduce_tee(iterator: Any) -> Any:
    """Reduce a tee to its buffered values and the end of the buffer, which its copies share."""
    values, end = _known(iterator)
    return wire.iterator, (private("tee"), end, tuple(values))


def reduce_tee_data(data: Any) -> Any:
    return wire.iterator, (private("end of tee"), _parts(data)[0])


def reduce_memory_iterator(iterator: Any) -> Any:
    index, view = _known(iterator)
    return wire.iterator, (private("memory"), view, None, 0 if view is None else index)


def reduce_ended(iterator: Any) -> Any:
    """Correct the reducers of 3.13 and earlier for exhausted iterators.

    They return one over an empty pool. If its results have length 0, it would yield one more
    result.
    """
    reduced = iterator.__reduce__()
    has_result = len(_parts(iterator)) == 2
    if has_result and reduced[1:] == (((), 0),):
        return type(iterator), ((), 1)
    return reduced


_SELECTIONS = (itertools.combinations, itertools.combinations_with_replacement, itertools.permutations)

REDUCERS: dict[type, Any] = {pairwise: reduce_pairwise}

if sys.implementation.name == "cpython":
    REDUCERS |= {
        type(iter(memoryview(b""))): reduce_memory_iterator,
        # Its own reducer, up to 3.13, forgets that the first element of a group was taken.
        itertools.groupby: reduce_groupby,
    }
    REDUCERS |= dict.fromkeys(_SELECTIONS, reduce_ended)
if sys.version_info >= (3, 14):
    REDUCERS |= {
        chain: reduce_chain,
        itertools.accumulate: reduce_accumulate,
        **dict.fromkeys(_SELECTIONS, reduce_selection),
        itertools.compress: reduce_compress,
        itertools.count: reduce_count,
        itertools.cycle: reduce_cycle,
        itertools.filterfalse: reduce_filter,
        itertools.product: reduce_product,
        itertools.repeat: reduce_repeat,
        itertools.starmap: reduce_filter,
        itertools.zip_longest: reduce_zip_longest,
        itertools.dropwhile: reduce_dropwhile,
        itertools.islice: reduce_islice,
        itertools.takewhile: reduce_takewhile,
        type(itertools.tee(())[0]): reduce_tee,
        itertools._grouper: reduce_group,  # type: ignore[attr-defined]
        itertools._tee_dataobject: reduce_tee_data,  # type: ignore[attr-defined]
    }
if sys.version_info >= (3, 12):
    REDUCERS[itertools.batched] = reduce_batched
