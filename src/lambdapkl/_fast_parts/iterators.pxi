# The position of iterators that keep it in C; `iterators.h` has the structures.

cdef extern from "iterators.h":
    ctypedef enum lp_position_kind:
        LP_UNKNOWN
        LP_MEMORY
        LP_BATCHES
        LP_SLICE
        LP_WHILE
        LP_TEE
        LP_SELECTION
        LP_PERMUTATIONS
        LP_PRODUCT
        LP_LONGEST
        LP_ACCUMULATE
        LP_GROUP
    object lp_iterator_position(object iterator, lp_position_kind kind, PyTypeObject *tee_data)

# Type -> its kind; None for a type whose structure failed its test.
cdef dict _positions = None
cdef object _tee_data = None


def position(iterator):
    """Return the position that `iterator` keeps in C, or None if its structure is not known.

    See `reducers.iterators` for what the position is for each type.
    """
    global _positions
    if _positions is None:
        _positions = _tested()
    kind = _positions.get(type(iterator))
    return None if kind is None else _position(iterator, kind)


cdef object _position(object iterator, int kind):
    return lp_iterator_position(iterator, <lp_position_kind>kind, <PyTypeObject *>_tee_data)


def _tested():
    """Read iterators whose position is known, and return the kinds of the types for which the result is right."""
    global _tee_data
    import itertools
    _tee_data = itertools._tee_dataobject
    one, two = itertools.tee(iter((1, 2, 3)))
    next(one)
    ended, started = itertools.takewhile(bool, (0,)), itertools.dropwhile(bool, (0, 1))
    groups = itertools.groupby((1, 1, 2))
    group = next(groups)[1]
    total = iter((7, 8))
    sliced, memory = itertools.islice(iter((4, 5, 6)), 1, 100, 22), iter(memoryview(b"abc"))
    chosen, arranged = itertools.combinations("abcd", 2), itertools.permutations("abc", 2)
    multiplied, longest, summed = itertools.product("ab", "cd"), itertools.zip_longest((), total), itertools.accumulate(total, max)
    for each in (ended, started, sliced, memory, chosen, arranged, arranged, multiplied, multiplied, longest, summed):
        next(each, None)
    batched = getattr(itertools, "batched", None)
    tests = [
        (memory, LP_MEMORY, lambda found: found[0] == 1 and type(found[1]) is memoryview),
        (sliced, LP_SLICE, lambda found: found == (1, 23, 100, 22, 2)),
        (ended, LP_WHILE, lambda found: found == (1,)),
        (started, LP_WHILE, lambda found: found == (1,)),
        (itertools.dropwhile(bool, (0,)), LP_WHILE, lambda found: found == (0,)),
        (itertools.takewhile(bool, (0,)), LP_WHILE, lambda found: found == (0,)),
        (one, LP_TEE, lambda found: found[0] == [] and type(found[1]) is _tee_data),
        (two, LP_TEE, lambda found: found[0] == [1] and type(found[1]) is _tee_data),
        (chosen, LP_SELECTION, lambda found: found == (0, 2, 1, (0, 1))),
        (itertools.combinations_with_replacement("ab", 3), LP_SELECTION, lambda found: found == (0, 3, 0, (0, 0, 0))),
        (arranged, LP_PERMUTATIONS, lambda found: found == (0, 2, 1, (0, 2))),
        (multiplied, LP_PRODUCT, lambda found: found == (0, 1, (0, 1))),
        (longest, LP_LONGEST, lambda found: found == (None, total)),
        (summed, LP_ACCUMULATE, lambda found: found == (total, max, 1, 8)),
        (group, LP_GROUP, lambda found: found == (1,)),
    ]
    if batched is not None:
        tests.append((batched("abc", 3), LP_BATCHES, lambda found: found == (3, 0)))
    kinds = {}
    for iterator, kind, is_right in tests:
        found = _position(iterator, kind)
        if found is not None:
            cls = type(iterator)
            kinds[cls] = kind if is_right(found) and kinds.get(cls, kind) is not None else None
    return kinds
