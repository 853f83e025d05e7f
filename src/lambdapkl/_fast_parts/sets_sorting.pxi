# What elements of sets are sorted by, and their sorting: `sets._key` in C.

cdef void _take_key(_Element *element, const unsigned char *value, const unsigned char *end) noexcept nogil:
    """See `sets._key`.  Of bytes and strings the prefix is found by `_sort_set`."""
    cdef int op = value[0]
    cdef Py_ssize_t argument = _opcode_sizes[op]
    cdef Py_ssize_t index
    cdef unsigned long long bits = 0
    cdef bint negative
    value += 1 - (argument if argument < 0 else 0)
    element.rank = _ranks[op]
    element.key = value
    element.size = end - value
    element.prefix = 0
    if op == 0x88:
        element.prefix = 1
    elif op == c"G":
        bits = lp_prefix(value, 8)
        element.prefix = ~bits if bits >> 63 else bits | <unsigned long long>1 << 63
    elif op == c"K" or op == c"M" or op == c"J" or op == 0x8A:
        negative = op != c"K" and op != c"M" and element.size and value[element.size - 1] >> 7
        if negative:
            while element.size > 1 and value[element.size - 1] == 0xFF and value[element.size - 2] >> 7:
                element.size -= 1
        else:
            while element.size and value[element.size - 1] == 0:
                element.size -= 1
        # Larger ones are compared by `_is_before` where the prefixes are the same.
        if element.size > 8 or (element.size == 8 and not negative and value[7] >> 7):
            element.prefix = 0 if negative else ~<unsigned long long>0
            return
        for index in range(element.size):
            bits |= <unsigned long long>value[index] << (8 * index)
        if negative and element.size < 8:
            bits |= ~<unsigned long long>0 << (8 * element.size)
        element.prefix = bits ^ <unsigned long long>1 << 63


cdef bint _is_negative(_Element *element) noexcept nogil:
    # Whether it has one or two bytes without a sign, or others with one, the opcode before the number tells.
    return element.prefix >> 63 == 0


cdef bint _is_before(_Element *one, _Element *other) noexcept nogil:
    """Whether `one` comes before `other`, of the same type and with the same prefix."""
    cdef Py_ssize_t shorter = one.size if one.size < other.size else other.size
    cdef int compared
    cdef Py_ssize_t index
    if _opcode_rank_is_int(one.rank):
        if one.size != other.size:
            return (one.size > other.size) == _is_negative(one)
        index = one.size
        while index:
            index -= 1
            if one.key[index] != other.key[index]:
                return one.key[index] < other.key[index]
        return False
    if not _opcode_rank_is_text(one.rank):
        return False
    compared = memcmp(one.key, other.key, shorter)
    return compared < 0 if compared else one.size < other.size


cdef inline bint _opcode_rank_is_int(int rank) noexcept nogil:
    return rank == _ranks[c"J"]


cdef inline bint _opcode_rank_is_text(int rank) noexcept nogil:
    return rank == _ranks[c"X"] or rank == _ranks[c"B"]


cdef inline bint _comes_before(_Ordered *one, _Ordered *other) noexcept nogil:
    if one.prefix != other.prefix:
        return one.prefix < other.prefix
    return _is_before(one.element, other.element)


cdef void _merge_sort(_Ordered *items, _Ordered *spare, Py_ssize_t count) noexcept nogil:
    """Sort `items`; those that compare equal stay in their order."""
    cdef Py_ssize_t width = 8
    cdef Py_ssize_t start, middle, end, left, right, index
    cdef _Ordered item
    cdef _Ordered *source = items
    cdef _Ordered *target = spare
    start = 0
    while start < count:
        end = start + width if count - start > width else count
        for index in range(start + 1, end):
            item = items[index]
            left = index
            while left > start and _comes_before(&item, &items[left - 1]):
                items[left] = items[left - 1]
                left -= 1
            items[left] = item
        start = end
    while width < count:
        start = 0
        while start < count:
            middle = start + width if count - start > width else count
            end = middle + width if count - middle > width else count
            left, right, index = start, middle, start
            while left < middle and right < end:
                if _comes_before(&source[right], &source[left]):
                    target[index] = source[right]
                    right += 1
                else:
                    target[index] = source[left]
                    left += 1
                index += 1
            if left < middle:
                memcpy(target + index, source + left, (middle - left) * sizeof(_Ordered))
            elif right < end:
                memcpy(target + index, source + right, (end - right) * sizeof(_Ordered))
            start = end
        source, target = target, source
        width *= 2
    if source != items:
        memcpy(items, source, count * sizeof(_Ordered))


cdef void _take_prefixes(_Ordered *items, Py_ssize_t count) noexcept nogil:
    """Let the prefix of bytes or strings be eight of the bytes after those that all begin with."""
    cdef Py_ssize_t common = items[0].element.size
    cdef const unsigned char *first = items[0].element.key
    cdef Py_ssize_t index, at
    cdef _Element *element
    for index in range(1, count):
        element = items[index].element
        if element.size < common:
            common = element.size
        at = 0
        while at < common and element.key[at] == first[at]:
            at += 1
        common = at
    for index in range(count):
        element = items[index].element
        items[index].prefix = lp_prefix(element.key + common, element.size - common)


cdef int _sort_set(_Search *s, _Set *found, _Ordered *items, _Ordered *spare) noexcept nogil:
    """Leave the elements of `found` in `items`, sorted, and their new places in the memo."""
    cdef Py_ssize_t[_MOST_RANKS] starts
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t size, index
    cdef Py_ssize_t place = found.places
    cdef _Element *element
    cdef int rank
    memset(starts, 0, sizeof(starts))
    for index in range(found.first, found.first + found.count):
        starts[s.elements[index].rank + 1] += 1
    for rank in range(1, _MOST_RANKS):
        starts[rank] += starts[rank - 1]
    for index in range(found.first, found.first + found.count):
        element = s.elements + index
        items[starts[element.rank]].prefix = element.prefix
        items[starts[element.rank]].element = element
        starts[element.rank] += 1
    for rank in range(_MOST_RANKS):
        size = starts[rank] - start
        if size > 1:
            if _opcode_rank_is_text(rank):
                _take_prefixes(items + start, size)
            _merge_sort(items + start, spare, size)
        start = starts[rank]
    for index in range(found.count):
        if items[index].element.place >= 0:
            s.memo[items[index].element.place].moved = place
            place += 1
    return 0
