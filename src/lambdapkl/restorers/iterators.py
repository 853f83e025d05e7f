"""Recreate iterators of `itertools` that Python 3.14 and later, or no version, can pickle."""

from __future__ import annotations

import itertools
import pickle
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

# Kinds that are created by calling the class in `itertools`.
_PLAIN = frozenset(
    (
        "accumulate",
        "batched",
        "combinations",
        "combinations_with_replacement",
        "groupby",
        "permutations",
        "product",
        "zip_longest",
    )
)


def iterator(kind: Any, first: Any, second: Any = None, steps: Any = 0) -> Any:
    """Return an iterator at its position.

    Parameters
    ----------
    kind
        A name in `_PLAIN`, which is one of `itertools`, or a key of `_MAKERS`.
    first, second
        Positional and keyword arguments of a class in `itertools`; for `_MAKERS` see there.
    steps
        How many results to skip: as many as the original has returned.

    Raises
    ------
    pickle.UnpicklingError
        There is no such kind, or it does not accept these arguments.
    """
    if type(steps) is not int or not 0 <= steps <= sys.maxsize or type(kind) is not str:
        raise _damaged(kind)
    maker = _MAKERS.get(kind)
    if maker is not None:
        return maker(first, second, steps)
    if kind not in _PLAIN or type(first) is not tuple or type(second) not in (dict, type(None)):
        raise _damaged(kind)
    try:
        made = getattr(itertools, kind)(*first, **(second or {}))
    except (TypeError, ValueError, AttributeError) as error:
        raise _damaged(kind) from error
    return _pass_over(made, steps)


def _damaged(kind: Any) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"the payload is damaged: {kind!r:.40} is not an iterator, or has wrong arguments")


def _pass_over(made: Any, steps: int) -> Any:
    deque(itertools.islice(made, steps), maxlen=0)
    return made


def _iterator(source: Any) -> Any:
    if not hasattr(type(source), "__next__"):
        raise _damaged(source)
    return source


def _cycle(source: Any, saved: Any, steps: int) -> Any:
    """Return a cycle at its position.

    `source` is the rest of its first round, or None after that; `saved` are the elements to repeat.
    """
    if type(saved) is not tuple:
        raise _damaged("cycle")
    made: Any = itertools.cycle(saved if source is None else itertools.chain(saved, _iterator(source)))
    # After the first round, skip two rounds, or one step of an empty cycle: it notices the end of
    # the first round only at the start of the second.
    return _pass_over(made, len(saved) if source is not None else 2 * len(saved) or 1)


def _groups(source: Any, group: Any, steps: int) -> Any:
    """Return a `groupby` that is inside a group.

    `group` is its key function, the key of the group, and the group's next element, if it was read.
    """
    if type(group) is not tuple or not 2 <= len(group) <= 3:
        raise _damaged("groups")
    function, target, *following = group
    element = following[0] if following else target
    key = KnownKey(function, target) if function is not None else None
    made = itertools.groupby(itertools.chain((element,), _iterator(source)), key)
    _, inside = next(made)
    if not following:
        next(inside)
    return made


class KnownKey:
    """A key function that returns a known key for the first element, without calling `function`."""

    __slots__ = ("_known", "function")

    def __init__(self, function: Callable[[Any], Any], key: Any) -> None:
        self.function = function
        self._known = [key]

    def __call__(self, element: Any) -> Any:
        return self._known.pop() if self._known else self.function(element)


_Tee: Any = type(itertools.tee(())[0])


def _tee(end: Any, values: Any, steps: int) -> Any:
    """A tee that returns the buffered `values` and then continues at `end`."""
    if type(end) is not _Tee or type(values) is not tuple:
        raise _damaged("tee")
    copied = end.__copy__()
    return _Tee(itertools.chain(values, copied)) if values else copied


def _memory(view: Any, _: Any, steps: int) -> Any:
    """An iterator over a memoryview; `view` is None if the iterator is exhausted."""
    if view is not None and type(view) is not memoryview:
        raise _damaged("memory")
    return _pass_over(iter(memoryview(b"") if view is None else view), steps)


_MAKERS: dict[str, Callable[[Any, Any, int], Any]] = {
    # A chain of the iterables that an iterator yields.
    "chain": lambda iterables, _, steps: itertools.chain.from_iterable(_iterator(iterables)),
    "cycle": _cycle,
    # A tee that has read nothing from its source; the other tees of the source are copies of it.
    "end of tee": lambda source, _, steps: _Tee(_iterator(source)),
    "groups": _groups,
    "memory": _memory,
    "tee": _tee,
}
