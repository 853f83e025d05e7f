# `compact.py` in C: the same bytes.

from libc.stdlib cimport free, malloc

cdef struct _Rewriter:
    const unsigned char *at
    const unsigned char *end
    unsigned char *out
    const unsigned char *file_name
    Py_ssize_t file_name_size


cdef enum:
    _ESCAPE = 0xFF
    _MIN_RUN = 3
    _MAX_RUN = 255
    _MIN_SHARED = 4


cdef tuple shorten(bytes data):
    """See `compact.shorten`."""
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
    cdef unsigned char *buffer = <unsigned char *>malloc(size + 1)
    cdef _Rewriter walk
    cdef object name = None
    if buffer == NULL:
        raise MemoryError
    try:
        walk.at = <const unsigned char *>PyBytes_AS_STRING(data)
        walk.end = walk.at + size
        walk.out = buffer
        walk.file_name = NULL
        walk.file_name_size = 0
        if _rewrite(&walk, {}):
            if walk.file_name != NULL:
                name = (<const char *>walk.file_name)[:walk.file_name_size].decode("utf-8", "surrogatepass")
            return _escape(buffer, walk.out - buffer), name
        return _escape(<const unsigned char *>PyBytes_AS_STRING(data), size), None
    finally:
        free(buffer)


cdef bytes _escape(const unsigned char *at, Py_ssize_t size):
    """Return the bytes with runs of zeros, and the mark of a run, in two bytes each."""
    cdef const unsigned char *end = at + size
    cdef const unsigned char *stop
    cdef unsigned char *buffer = <unsigned char *>malloc(2 * size + 1)
    cdef unsigned char *out = buffer
    cdef unsigned char byte
    if buffer == NULL:
        raise MemoryError
    while at < end:
        byte = at[0]
        if byte == 0 and at + 2 < end and at[1] == 0 and at[2] == 0:
            stop = end if end - at < _MAX_RUN else at + _MAX_RUN
            out[0] = _ESCAPE
            out[1] = 0
            while at < stop and at[0] == 0:
                out[1] += 1
                at += 1
            out += 2
            continue
        out[0] = byte
        out += 1
        at += 1
        if byte == _ESCAPE:
            out[0] = 0
            out += 1
    try:
        return PyBytes_FromStringAndSize(<const char *>buffer, out - buffer)
    finally:
        free(buffer)


cdef bytes lengthen(const unsigned char *at, Py_ssize_t size):
    """See `compact.lengthen`."""
    cdef const unsigned char *end = at + size
    cdef const unsigned char *found = at
    cdef Py_ssize_t wanted = size
    cdef unsigned char *out
    while True:
        found = <const unsigned char *>memchr(found, _ESCAPE, end - found)
        if found == NULL:
            break
        if found + 1 == end or 0 < found[1] < _MIN_RUN:
            raise ValueError("an escape that means nothing")
        wanted += found[1] - 2 if found[1] else -1
        found += 2
    cdef bytes result = PyBytes_FromStringAndSize(NULL, wanted)
    out = <unsigned char *>PyBytes_AS_STRING(result)
    while at < end:
        if at[0] != _ESCAPE:
            out[0] = at[0]
            out += 1
            at += 1
            continue
        if at[1]:
            memset(out, 0, at[1])
            out += at[1]
        else:
            out[0] = _ESCAPE
            out += 1
        at += 2
    return result


cdef bint _copy(_Rewriter *walk, Py_ssize_t size) noexcept:
    if size < 0 or walk.end - walk.at < size:
        return False
    memcpy(walk.out, walk.at, size)
    walk.out += size
    walk.at += size
    return True


cdef Py_ssize_t _number(_Rewriter *walk) noexcept:
    """Read a length; -1 if there is none."""
    if walk.end - walk.at < 4:
        return -1
    cdef const unsigned char *at = walk.at
    walk.at += 4
    cdef unsigned int value = at[0] | (at[1] << 8) | (at[2] << 16) | (<unsigned int>at[3] << 24)
    return -1 if value > 0x7FFFFFFF else <Py_ssize_t>value


cdef void _emit(_Rewriter *walk, int kind) noexcept:
    walk.out[0] = <unsigned char>kind
    walk.out += 1


cdef void _emit_number(_Rewriter *walk, Py_ssize_t number) noexcept:
    cdef int index
    for index in range(4):
        _emit(walk, (number >> (8 * index)) & 0xFF)


cdef bint _rewrite(_Rewriter *walk, dict shared) except -1:
    """Rewrite one object; False where it is of a kind that no code object of the compiler's holds."""
    cdef Py_ssize_t size
    cdef Py_ssize_t index
    cdef int kind
    if walk.at == walk.end:
        return False
    kind = walk.at[0]
    walk.at += 1
    if kind == c"u":
        return _rewrite_string(walk, shared)
    if kind == c"N" or kind == c"T" or kind == c"F" or kind == c".":
        _emit(walk, kind)
        return True
    if kind == c"(" or kind == c">":
        size = _number(walk)
        if size < 0:
            return False
        if kind == c"(" and size < 256:
            _emit(walk, c")")
            _emit(walk, <int>size)
        else:
            _emit(walk, kind)
            _emit_number(walk, size)
        for index in range(size):
            if not _rewrite(walk, shared):
                return False
        return True
    _emit(walk, kind)
    if kind == c"i":
        return _copy(walk, 4)
    if kind == c"g":
        return _copy(walk, 8)
    if kind == c"y":
        return _copy(walk, 16)
    if kind == c"s":
        size = _number(walk)
        if size < 0:
            return False
        _emit_number(walk, size)
        return _copy(walk, size)
    if kind == c"l":
        if walk.end - walk.at < 4:
            return False
        index = walk.at[0] | (walk.at[1] << 8) | (walk.at[2] << 16)
        if walk.at[3] & 0x80:
            # A negative number of digits says that the value is.
            index = (1 << 24) - index
        return _copy(walk, 4 + 2 * index)
    if kind == c"c":
        return _rewrite_code(walk, shared)
    return False


cdef bint _rewrite_code(_Rewriter *walk, dict shared) except -1:
    # 5 numbers; bytecode, constants, names, names and kinds of variables; file name; name, qualified name; first line;
    # tables of lines and exceptions (`marshal.c`, since 3.11).
    cdef int index
    cdef Py_ssize_t size
    if not _copy(walk, 20):
        return False
    for index in range(5):
        if not _rewrite(walk, shared):
            return False
    if walk.at == walk.end or walk.at[0] != c"u":
        return False
    walk.at += 1
    size = _number(walk)
    if size < 0 or walk.end - walk.at < size:
        return False
    if walk.file_name == NULL:
        walk.file_name = walk.at
        walk.file_name_size = size
    elif walk.file_name_size != size or memcmp(walk.file_name, walk.at, size) != 0:
        return False
    walk.at += size
    _emit(walk, c"z")
    _emit(walk, 0)
    return (
        _rewrite(walk, shared)
        and _rewrite(walk, shared)
        and _copy(walk, 4)
        and _rewrite(walk, shared)
        and _rewrite(walk, shared)
    )


cdef bint _rewrite_string(_Rewriter *walk, dict shared) except -1:
    cdef Py_ssize_t size = _number(walk)
    cdef int flag = 0
    cdef Py_ssize_t index
    cdef bint ascii = True
    if size < 0 or walk.end - walk.at < size:
        return False
    if size >= _MIN_SHARED:
        text = PyBytes_FromStringAndSize(<const char *>walk.at, size)
        known = shared.get(text)
        if known is not None:
            walk.at += size
            _emit(walk, c"r")
            _emit_number(walk, <Py_ssize_t>known)
            return True
        shared[text] = len(shared)
        flag = 0x80
    for index in range(size):
        if walk.at[index] >= 0x80:
            ascii = False
            break
    if ascii and size < 256:
        _emit(walk, c"z" | flag)
        _emit(walk, <int>size)
    else:
        _emit(walk, c"u" | flag)
        _emit_number(walk, size)
    return _copy(walk, size)
