# `sets.py` in C, the same bytes: the search for sets.  Sorting and writing are in files of their own.

cdef extern from "sets.h":
    unsigned long long lp_size(const unsigned char *) nogil
    unsigned long long lp_prefix(const unsigned char *, Py_ssize_t) nogil
    Py_ssize_t PY_SSIZE_T_MAX
    const unsigned char *lp_find_set(const unsigned char *, const unsigned char *, const unsigned char *) nogil

cdef enum:
    _FRAME_SIZE = 1 << 16
    _SMALLEST_FRAME = 4
    _FRAME_HEADER = 9
    _BATCH = 1000
    _MOST_RANKS = 8
    _PROTO = 0x80
    _EMPTY_SET = 0x8F
    _ADDITEMS = 0x90
    _FROZENSET = 0x91
    _MEMOIZE = 0x94
    _FRAME = 0x95

cdef signed char[256] _opcode_sizes
# For atoms the place of their type, else -1.
cdef signed char[256] _ranks
cdef bint[256] _unframed
for _op in range(256):
    _opcode_sizes[_op] = sets.SIZES[_op]
    _ranks[_op] = sets.RANKS.get(_op, -1)
    _unframed[_op] = _op in sets.UNFRAMED


cdef struct _Place:
    # Where the atom is that has this place in the memo, or NULL; and its new place.
    const unsigned char *atom
    Py_ssize_t moved


cdef struct _Element:
    # What it is sorted by: the opcode that is its value, and what that says; the first bytes of it as a number.
    const unsigned char *key
    Py_ssize_t size
    unsigned long long prefix
    # What is written.
    const unsigned char *at
    const unsigned char *end
    # In the memo, or -1.
    Py_ssize_t place
    int rank


cdef struct _Set:
    const unsigned char *at
    const unsigned char *end
    Py_ssize_t places
    Py_ssize_t first
    Py_ssize_t count
    bint frozen


cdef struct _Ordered:
    unsigned long long prefix
    _Element *element


cdef struct _Contents:
    # Of a large string or bytes: where it belongs in what is written, and where it is.
    Py_ssize_t after
    const unsigned char *start
    Py_ssize_t size


cdef struct _Search:
    # Of the payload.
    const unsigned char *end
    _Place *memo
    Py_ssize_t places
    Py_ssize_t memo_capacity
    _Element *elements
    Py_ssize_t elements_count
    Py_ssize_t elements_capacity
    _Set *sets
    Py_ssize_t sets_count
    Py_ssize_t sets_capacity
    # As the variables of `sets._find`.
    const unsigned char *atom
    const unsigned char *run
    Py_ssize_t run_places
    Py_ssize_t last
    int expected
    bint adding
    # Whether elements are added to `current`, and whether that is among `sets` already.
    bint has_current
    bint kept
    _Set current


cdef struct _Frames:
    _Buffer out
    # Where the frame that is open begins, or -1.
    Py_ssize_t frame
    _Contents *contents
    Py_ssize_t contents_count
    Py_ssize_t contents_capacity
    Py_ssize_t contents_size


cdef inline const unsigned char *_opcode_end(const unsigned char *at, const unsigned char *end) noexcept nogil:
    """Where the opcode at `at` ends, or NULL where it is none of the pickler's or is cut short."""
    cdef Py_ssize_t size = _opcode_sizes[at[0]]
    cdef unsigned long long more = 0
    cdef Py_ssize_t index
    if size > 0:
        return at + size if size <= end - at else NULL
    if size == 0 or end - at < 1 - size:
        return NULL
    for index in range(-size):
        more |= <unsigned long long>at[1 + index] << (8 * index)
    at += 1 - size
    return at + more if more <= <unsigned long long>(end - at) else NULL


cdef inline Py_ssize_t _get_place(const unsigned char *at) noexcept nogil:
    if at[0] == c"h":
        return at[1]
    return <Py_ssize_t>(at[1] | at[2] << 8 | at[3] << 16 | <unsigned long long>at[4] << 24)


cdef bint _is_frame(const unsigned char *data, Py_ssize_t size) noexcept nogil:
    """Whether a piece that is not the first one may be opcodes, and not the contents of a large string or bytes."""
    cdef unsigned long long framed
    if size < _FRAME_SIZE:
        return True
    if data[0] != _FRAME:
        return False
    framed = lp_size(data + 1)
    # Less than a frame, and the opcode that large contents begin with, may come after it.
    return framed < <unsigned long long>size and size - <Py_ssize_t>framed < 4 * _FRAME_HEADER


cdef bint _may_have_sets(const unsigned char *start, Py_ssize_t size) noexcept nogil:
    """Whether a piece of a payload, which begins with an opcode, has what a set is written with."""
    cdef const unsigned char *end = start + size
    cdef const unsigned char *at = start
    cdef const unsigned char *found = lp_find_set(start, start, end)
    while found != NULL:
        # Any number or string may have these bytes.
        while at != NULL and at < found:
            at = _opcode_end(at, end)
        # What is cut short here goes on in another piece, which is for `_find_sets` to see.
        if at == NULL or at == found:
            return True
        found = lp_find_set(start, at, end) if at < end else NULL
    return False


cdef int _grow(void **array, Py_ssize_t *capacity, Py_ssize_t count, Py_ssize_t size) except -1:
    """Make room for one more than `count` entries of `size` bytes."""
    cdef Py_ssize_t wanted
    cdef void *grown
    if count < capacity[0]:
        return 0
    wanted = 2 * count + 64
    if wanted > PY_SSIZE_T_MAX // size:
        raise MemoryError
    grown = PyMem_Realloc(array[0], wanted * size)
    if grown == NULL:
        raise MemoryError
    array[0] = grown
    capacity[0] = wanted
    return 0


cdef int _find_sets(_Search *s, const unsigned char *at, const unsigned char *limit) except -1:
    """See `sets._find`: walk from `at` to `limit`; return the last opcode, or -2 for what the pickler does not write."""
    cdef const unsigned char *end
    cdef int op = 0
    cdef Py_ssize_t place
    while at < limit:
        end = _opcode_end(at, limit)
        if end == NULL:
            return -2
        op = at[0]
        if op == _FRAME:
            at = end
            continue
        if op == c"(":
            s.adding = s.expected == 2
            if not s.adding:
                s.has_current = False
            elif not s.has_current:
                s.has_current = True
                s.kept = False
                s.current.at = at
                s.current.places = s.places
            s.run = end
            s.run_places = s.places
            s.last = -1
            s.expected = 0
            s.atom = NULL
            at = end
            continue
        if s.run == NULL:
            s.has_current = False
        if _ranks[op] >= 0:
            s.atom = at
            s.expected = 0
        elif op == _MEMOIZE:
            if s.atom == NULL:
                s.run = NULL
            _grow(<void **>&s.memo, &s.memo_capacity, s.places, sizeof(_Place))
            s.memo[s.places].atom = s.atom
            s.memo[s.places].moved = s.places
            s.places += 1
            s.atom = NULL
            s.expected = 2 * (s.expected == 1)
        elif op == c"h" or op == c"j":
            s.atom = NULL
            s.expected = 0
            place = _get_place(at)
            if place >= s.places:
                return -2
            if s.memo[place].atom == NULL:
                s.run = NULL
            if place > s.last:
                s.last = place
        else:
            s.atom = NULL
            s.expected = 0
            if op == _ADDITEMS and s.adding and s.run != NULL and s.has_current and s.last < s.current.places:
                if not s.kept:
                    s.current.frozen = False
                    _keep_set(s)
                s.kept = True
                _keep_elements(s, at)
                s.sets[s.sets_count - 1].end = end
                s.expected = 2
            elif op == _FROZENSET and s.run != NULL and s.last < s.run_places:
                s.has_current = False
                s.current.at = s.run - 1
                s.current.places = s.run_places
                s.current.frozen = True
                _keep_set(s)
                _keep_elements(s, at)
                s.sets[s.sets_count - 1].end = at
            elif op == _EMPTY_SET:
                s.expected = 1
            elif op == c"." and end != limit:
                return -2
            s.run = NULL
        at = end
    return op


cdef int _keep_set(_Search *s) except -1:
    """Add `current` to the sets, in place of the last if there is nothing to be sorted in that."""
    if s.sets_count and s.sets[s.sets_count - 1].count < 2:
        s.sets_count -= 1
        s.elements_count = s.sets[s.sets_count].first
    _grow(<void **>&s.sets, &s.sets_capacity, s.sets_count, sizeof(_Set))
    s.current.first = s.elements_count
    s.current.count = 0
    s.sets[s.sets_count] = s.current
    s.sets_count += 1
    return 0


cdef int _keep_elements(_Search *s, const unsigned char *limit) except -1:
    """Add what is between `run` and `limit`, which are atoms and references to them, to the last of the sets."""
    cdef const unsigned char *at = s.run
    cdef const unsigned char *end
    cdef const unsigned char *value
    cdef Py_ssize_t place = s.run_places
    cdef _Element *element = NULL
    while at < limit:
        end = _opcode_end(at, limit)
        if at[0] == _MEMOIZE:
            element.place = place
            place += 1
        elif at[0] != _FRAME:
            _grow(<void **>&s.elements, &s.elements_capacity, s.elements_count, sizeof(_Element))
            element = s.elements + s.elements_count
            s.elements_count += 1
            s.sets[s.sets_count - 1].count += 1
            element.at = at
            element.end = end
            element.place = -1
            value = at
            if at[0] == c"h" or at[0] == c"j":
                value = s.memo[_get_place(at)].atom
            _take_key(element, value, _opcode_end(value, s.end))
        at = end
    return 0
