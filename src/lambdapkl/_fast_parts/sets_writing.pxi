# What becomes of a payload with sets: `sets._write` and `sets._Frames` in C.

cdef int _close_frame(_Frames *frames) except -1:
    # As wide as what is written of it: a `Py_ssize_t` of 32 bits cannot be shifted by 32 and more.
    cdef unsigned long long size
    cdef unsigned char *header
    cdef int index
    if frames.frame < 0:
        return 0
    header = frames.out.start + frames.frame
    size = frames.out.size - frames.frame - _FRAME_HEADER
    if size < _SMALLEST_FRAME:
        memmove(header, header + _FRAME_HEADER, size)
        frames.out.size -= _FRAME_HEADER
    else:
        header[0] = _FRAME
        for index in range(8):
            header[1 + index] = (size >> (8 * index)) & 0xFF
    frames.frame = -1
    return 0


cdef int _next_frame(_Frames *frames) except -1:
    """Close the frame if it is full; open one if there is none."""
    cdef unsigned char[_FRAME_HEADER] header
    if frames.frame >= 0:
        if frames.out.size - frames.frame - _FRAME_HEADER < _FRAME_SIZE:
            return 0
        _close_frame(frames)
    frames.frame = frames.out.size
    memset(header, 0, _FRAME_HEADER)
    return _append(&frames.out, header, _FRAME_HEADER)


cdef inline int _write_opcode(_Frames *frames, const unsigned char *at, const unsigned char *end) except -1:
    if frames.frame < 0 or frames.out.size - frames.frame - _FRAME_HEADER >= _FRAME_SIZE:
        _next_frame(frames)
    return _append(&frames.out, at, end - at)


cdef inline int _write_byte(_Frames *frames, int op) except -1:
    cdef unsigned char byte = <unsigned char>op
    return _write_opcode(frames, &byte, &byte + 1)


cdef int _write_get(_Frames *frames, Py_ssize_t place) except -1:
    cdef unsigned char[5] data
    data[0] = c"h" if place < 256 else c"j"
    data[1] = place & 0xFF
    if place < 256:
        return _write_opcode(frames, data, data + 2)
    data[2] = (place >> 8) & 0xFF
    data[3] = (place >> 16) & 0xFF
    data[4] = (place >> 24) & 0xFF
    return _write_opcode(frames, data, data + 5)


cdef int _write_large(_Frames *frames, const unsigned char *at, const unsigned char *end, Py_ssize_t size) except -1:
    cdef _Contents *contents
    _close_frame(frames)
    _append(&frames.out, at, end - size - at)
    _grow(<void **>&frames.contents, &frames.contents_capacity, frames.contents_count, sizeof(_Contents))
    contents = frames.contents + frames.contents_count
    contents.after = frames.out.size
    contents.start = end - size
    contents.size = size
    frames.contents_count += 1
    frames.contents_size += size
    return 0


cdef int _copy_opcodes(_Frames *frames, _Search *s, const unsigned char *at, const unsigned char *limit) except -1:
    """Write what is between `at` and `limit`, without its frames and with the new places in the memo."""
    cdef const unsigned char *end
    cdef Py_ssize_t size
    cdef int op
    while at < limit:
        end = _opcode_end(at, limit)
        op = at[0]
        if op == c"h" or op == c"j":
            _write_get(frames, s.memo[_get_place(at)].moved)
        elif op != _FRAME:
            size = end - at - 1 + _opcode_sizes[op]
            if _unframed[op] and size >= _FRAME_SIZE:
                _write_large(frames, at, end, size)
            else:
                _write_opcode(frames, at, end)
        at = end
    return 0


cdef int _write_sets(_Frames *frames, _Search *s, const unsigned char *at, const unsigned char *limit) except -1:
    """See `sets._write`; from the PROTO opcode at `at` on."""
    cdef _Ordered *items = NULL
    cdef Py_ssize_t most = 0
    cdef Py_ssize_t number, index
    cdef _Set *found
    for number in range(s.sets_count):
        if s.sets[number].count > most:
            most = s.sets[number].count
    if most > PY_SSIZE_T_MAX // <Py_ssize_t>(2 * sizeof(_Ordered)):
        raise MemoryError
    items = <_Ordered *>PyMem_Malloc(2 * most * sizeof(_Ordered))
    if items == NULL:
        raise MemoryError
    try:
        _append(&frames.out, at, 2)
        at += 2
        for number in range(s.sets_count):
            found = s.sets + number
            _copy_opcodes(frames, s, at, found.at)
            _sort_set(s, found, items, items + most)
            for index in range(found.count):
                if index % _BATCH == 0 and (not found.frozen or index == 0):
                    if index:
                        _write_byte(frames, _ADDITEMS)
                    _write_byte(frames, c"(")
                _copy_opcodes(frames, s, items[index].element.at, items[index].element.end)
                if items[index].element.place >= 0:
                    _write_byte(frames, _MEMOIZE)
            if not found.frozen:
                _write_byte(frames, _ADDITEMS)
            at = found.end
        _copy_opcodes(frames, s, at, limit)
        return _close_frame(frames)
    finally:
        PyMem_Free(items)


cdef int _reserve(_Buffer *out, Py_ssize_t size) except -1:
    out.start = <unsigned char *>PyMem_Malloc(size)
    if out.start == NULL:
        raise MemoryError
    out.capacity = size
    return 0


cdef bint _put_in_order(const unsigned char *before, const unsigned char *data, Py_ssize_t size, _Frames *frames) except -1:
    """See `sets.in_order`: fill `frames` with what becomes of `data`, at the end of `before`; or return False."""
    cdef _Search s
    cdef int op
    memset(&s, 0, sizeof(s))
    s.last = -1
    s.end = data + size
    try:
        op = _find_sets(&s, before, data)
        if op == -2 or op == c"." or s.sets_count:
            return False
        if size < 2 or data[0] != _PROTO or _find_sets(&s, data, data + size) != c".":
            return False
        if s.sets_count and s.sets[s.sets_count - 1].count < 2:
            s.sets_count -= 1
        if s.sets_count == 0:
            return False
        # Seldom is it longer than before.
        _reserve(&frames.out, size + 4 * _FRAME_HEADER if size < _FRAME_SIZE else 2 * _FRAME_SIZE)
        _write_sets(frames, &s, data, data + size)
        return True
    finally:
        PyMem_Free(s.memo)
        PyMem_Free(s.elements)
        PyMem_Free(s.sets)


cdef void _assemble(_Frames *frames, Py_ssize_t start, unsigned char *target, bint in_place) noexcept nogil:
    """Write to `target` what `frames` has from `start` on; the large contents as well, unless they are there."""
    cdef Py_ssize_t index
    cdef Py_ssize_t at = start
    cdef _Contents *contents
    for index in range(frames.contents_count):
        contents = frames.contents + index
        memcpy(target, frames.out.start + at, contents.after - at)
        target += contents.after - at
        at = contents.after
        if not in_place:
            memcpy(target, contents.start, contents.size)
        target += contents.size
    memcpy(target, frames.out.start + at, frames.out.size - at)


cdef bint _fits_in_place(_Frames *frames, const unsigned char *data, Py_ssize_t size) noexcept nogil:
    """Whether what becomes of `data` is as long, with its large contents where they are."""
    cdef Py_ssize_t index
    cdef Py_ssize_t before = 0
    if frames.out.size + frames.contents_size != size:
        return False
    for index in range(frames.contents_count):
        if data + frames.contents[index].after + before != frames.contents[index].start:
            return False
        before += frames.contents[index].size
    return True


cdef Py_ssize_t _left_out(const unsigned char *data, Py_ssize_t size) noexcept nogil:
    """How many bytes `preamble.without_frame` leaves out of what follows a preamble."""
    return 11 if size > 11 and data[2] == _FRAME and lp_size(data + 3) == <unsigned long long>(size - 11) else 0


cdef bytes _ordered(bytes data, Py_ssize_t start, bint frameless, bint in_place):
    """See `sets.in_order`.

    Leave out what `preamble.without_frame` does if `frameless`; write to `data` where that is possible and `in_place`.
    """
    cdef _Frames frames
    cdef unsigned char *before = <unsigned char *>PyBytes_AS_STRING(data)
    cdef unsigned char *payload = before + start
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data) - start
    cdef Py_ssize_t left_out = 0
    cdef bytes result
    memset(&frames, 0, sizeof(frames))
    frames.frame = -1
    try:
        if not _put_in_order(before, payload, size, &frames):
            left_out = _left_out(payload, size) if frameless else 0
            return data[:start] + data[start + left_out :] if left_out else data
        if frameless and frames.contents_count == 0:
            left_out = _left_out(frames.out.start, frames.out.size)
        if in_place and left_out == 0 and _fits_in_place(&frames, payload, size):
            _assemble(&frames, 0, payload, True)
            return data
        result = PyBytes_FromStringAndSize(NULL, start + frames.out.size - left_out + frames.contents_size)
        memcpy(PyBytes_AS_STRING(result), before, start)
        _assemble(&frames, left_out, <unsigned char *>PyBytes_AS_STRING(result) + start, False)
        return result
    finally:
        PyMem_Free(frames.out.start)
        PyMem_Free(frames.contents)


def in_order(bytes data not None, Py_ssize_t start=0):
    """See `sets.in_order`."""
    if not 0 <= start <= PyBytes_GET_SIZE(data):
        raise ValueError("a payload that begins outside of the data")
    return _ordered(data, start, False, False)
