"""Reducers for iterators that `pickle` refuses, which resume at their position.

CPython 3.14 removed pickling from `itertools` (CPython issue 101588). The objects that an iterator
refers to come from `gc.get_referents`. Numbers that it keeps in C are read from its memory, in the
versions whose structures are known.
"""

from __future__ import annotations

import gc
import itertools
import math
import struct
import sys
from itertools import chain, pairwise
from typing import Any

from .. import wire
from ..errors import NotPicklableError
from ..restorers.iterators import KnownKey
from ..rules.names import private

_HAS_RESULT = sys.version_info >= (3, 13)
_HEADER = getattr(object, "__basicsize__", 0)  # PyPy has none

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


def _fields(iterator: Any, layout: str) -> tuple[int, ...]:
    """The fields of the C structure of `iterator`; pointers are numbers, as `id` returns them.

    Parameters
    ----------
    layout
        The fields after the object's header, in the notation of `struct`.
    """
    size = type(iterator).__basicsize__ - _HEADER
    # Without the GIL, another thread may be in the middle of a step.
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if not has_gil or sys.version_info >= (3, 16) or struct.calcsize(layout) != size:
        name = type(iterator).__name__
        where = name if type(iterator).__module__ == "builtins" else f"itertools.{name}"
        raise NotPicklableError(
            f"cannot pickle {'an' if where[0] in 'aeiou' else 'a'} {where}: its position is kept in C, and can be read only "
            "in CPython 3.11 to 3.15 with the GIL; pickle a list of the remaining items"
        )
    return _memory(id(iterator) + _HEADER, layout)


def _memory(address: int, layout: str) -> tuple[Any, ...]:
    import ctypes  # takes milliseconds, and is rarely needed

    return struct.unpack(layout, ctypes.string_at(address, struct.calcsize(layout)))


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
    pools, *_ = _parts(iterator)
    _, address, result, is_exhausted = _fields(iterator, "PPPi0P")
    # When it ends, its indices wrap around to those of the first result.
    if is_exhausted and all(pools) and any(len(pool) > 1 for pool in pools):
        return itertools.product, ((),)
    if not result or not all(pools):
        return itertools.product, pools
    steps = 0
    for pool, index in zip(pools, _memory(address, f"{len(pools)}n"), strict=True):
        steps = steps * len(pool) + index
    return wire.iterator, (private("product"), pools, {}, steps + 1)


def reduce_selection(iterator: Any) -> Any:
    """Reduce one of `_SELECTIONS` to the number of results that it has returned."""
    pool, *_ = _parts(iterator)
    kind, size = type(iterator), len(pool)
    is_permutation = kind is itertools.permutations
    _, address, *_, result, length, is_exhausted = _fields(iterator, "PPPPni0P" if is_permutation else "PPPni0P")
    if not result:
        return kind, (pool, length)
    if is_permutation and is_exhausted:  # its indices wrapped around
        steps = math.perm(size, length)
    else:
        last = _memory(address, f"{length}n")
        # The reader passes over as many results.
        steps = next(count for count, indices in enumerate(kind(range(size), length), 1) if indices == last)
    return wire.iterator, (private(kind.__name__), (pool, length), {}, steps)


def reduce_accumulate(iterator: Any) -> Any:
    has_total, *addresses = _fields(iterator, "PPPPP")
    objects = {id(each): each for each in _parts(iterator)}
    total, source, function, initial = map(objects.get, (has_total, *addresses[:3]))
    if not has_total:
        return wire.iterator, (private("accumulate"), (source, function), {private("initial"): initial})
    # The total was returned already, so the reader skips it.
    if total is None:
        return wire.iterator, (private("accumulate"), (chain((None,), _without_chain(source)), function), {}, 1)
    return wire.iterator, (private("accumulate"), (source, function), {private("initial"): total}, 1)


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
    parent, _ = parts = _parts(group)
    *_, current, _ = _fields(parent, "PPPPPPP")
    return (itertools._grouper, tuple(parts)) if current == id(group) else (iter, ((),))  # type: ignore[attr-defined]


def reduce_zip_longest(iterator: Any) -> Any:
    sources, _, fill = _parts(iterator)
    count, active_count, *_ = _fields(iterator, "nnPPP")
    # An exhausted iterator leaves NULL in the tuple, so its items must not be read.
    objects = {id(each): each for each in gc.get_referents(sources)}
    addresses = _memory(id(sources) + tuple.__basicsize__, f"{count}P") if active_count else ()
    sources = tuple([objects[address] if address else iter(()) for address in addresses])
    return wire.iterator, (private("zip_longest"), sources, {private("fillvalue"): fill})


def reduce_filter(iterator: Any) -> Any:
    """Reduce `starmap` or `filterfalse`."""
    source, function = _parts(iterator)
    return type(iterator), (function, source)


def reduce_compress(iterator: Any) -> Any:
    return itertools.compress, tuple(_parts(iterator))


def reduce_islice(iterator: Any) -> Any:
    has_source, following, stop, step, seen = _fields(iterator, "Pnnnn")
    if not has_source:
        return itertools.islice, (iter(()), 0, 0, 1)
    (source,) = _parts(iterator)
    return itertools.islice, (source, following - seen, None if stop < 0 else stop - seen, step)


def reduce_takewhile(iterator: Any) -> Any:
    *_, has_ended = _fields(iterator, "PPl0P")
    source, predicate = _parts(iterator)
    return itertools.takewhile, (predicate, iter(()) if has_ended else source)


def reduce_dropwhile(iterator: Any) -> Any:
    *_, has_started = _fields(iterator, "PPl0P")
    source, predicate = _parts(iterator)
    # After its start it drops nothing more: nothing is contained in an empty tuple.
    return itertools.dropwhile, (().__contains__ if has_started else predicate, source)


def reduce_batched(iterator: Any) -> Any:
    _, size, *is_strict = _fields(iterator, "Pn?0P" if sys.version_info >= (3, 13) else "Pn")
    parts = _parts(iterator)
    if size < 1 or not parts:  # exhausted
        return type(iterator), (iter(()), 1)
    source = parts[0]
    if any(is_strict):
        return wire.iterator, (private("batched"), (source, size), {private("strict"): True})
    return type(iterator), (source, size)


def reduce_tee(iterator: Any) -> Any:
    """Reduce a tee to its buffered values and the end of the buffer, which its copies share."""
    _, index, *_ = _fields(iterator, "PiPP")
    (link,) = _parts(iterator)
    values: list[Any] = []
    while True:
        _, count, _, following, *_ = _fields(link, "PiiP57P")
        _, *parts = _parts(link)
        values += parts[index:count]
        if not following:
            return wire.iterator, (private("tee"), link, tuple(values))
        link, index = parts[-1], 0


def reduce_tee_data(data: Any) -> Any:
    return wire.iterator, (private("end of tee"), _parts(data)[0])


def reduce_memory_iterator(iterator: Any) -> Any:
    index, has_view, *_ = _fields(iterator, "nPnP")
    (view,) = _parts(iterator) or (None,)
    return wire.iterator, (private("memory"), view, None, index if has_view else 0)


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
