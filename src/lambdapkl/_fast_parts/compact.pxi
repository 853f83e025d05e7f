# `code/compact.py` in C. It writes the same bytes, and directly from code objects.

cdef struct _Reader:
    const unsigned char *at
    const unsigned char *end
    Py_ssize_t shared


# The functions that write return False for values that are left to `compact.shorten`, or that it
# does not shorten either.

cdef bint _write_value(_Buffer out, PyObject *value, dict shared, PyObject **file_name, int depth) except -1:
    cdef PyTypeObject *kind = Py_TYPE(<object>value)
    cdef Py_ssize_t index
    cdef long long number
    cdef int overflow = 0
    if kind is &PyUnicode_Type:
        _append_byte(out, c"u")
        return _write_string(out, value, shared)
    if value == <PyObject *>None:
        _append_byte(out, c"N")
    elif kind is &PyLong_Type:
        number = PyLong_AsLongLongAndOverflow(<object>value, &overflow)
        if overflow or number != <int>number:
            _append_bytes(out, PyMarshal_WriteObjectToString(<object>value, _MARSHAL_VERSION))
        else:
            _append_byte(out, c"i")
            _append_number(out, number << 1 if number >= 0 else ~number << 1 | 1)
    elif kind is &PyTuple_Type:
        # `blobs` has the same limit, and raises the error.
        if depth >= _MAX_NESTING:
            return False
        _append_byte(out, c"(")
        _append_number(out, PyTuple_GET_SIZE(<object>value))
        for index in range(PyTuple_GET_SIZE(<object>value)):
            if not _write_value(out, PyTuple_GET_ITEM(<object>value, index), shared, file_name, depth + 1):
                return False
    elif kind is &PyCode_Type:
        if depth >= _MAX_NESTING:
            return False
        _append_byte(out, c"c")
        return _write_code(out, <PyCodeObject *>value, shared, file_name, depth + 1)
    elif kind is &PyBool_Type:
        _append_byte(out, c"T" if <object>value is True else c"F")
    elif kind is &PyBytes_Type:
        _append_byte(out, c"s")
        _write_contents(out, value)
    elif kind is &PyFloat_Type or kind is &PyComplex_Type:
        _append_bytes(out, PyMarshal_WriteObjectToString(<object>value, _MARSHAL_VERSION))
    elif value == <PyObject *>Ellipsis:
        _append_byte(out, c".")
    else:
        # Sets among them: `marshal` sorts them.
        return False
    return True


cdef bint _write_string(_Buffer out, PyObject *text, dict shared) except -1:
    cdef Py_ssize_t size = 0
    cdef const char *data
    if Py_TYPE(<object>text) is not &PyUnicode_Type:
        return False
    known = _lookup(shared, <object>text)
    if known is not None:
        _append_number(out, (<unsigned long long>known) << 1 | 1)
        return True
    data = lp_utf8(text, &size)
    if data == NULL:
        return False
    shared[<object>text] = len(shared)
    _append_number(out, <unsigned long long>size << 1)
    _append(out, data, size)
    return True


cdef bint _write_contents(_Buffer out, PyObject *data) except -1:
    if Py_TYPE(<object>data) is not &PyBytes_Type:
        return False
    _append_number(out, PyBytes_GET_SIZE(<object>data))
    _append_bytes(out, <bytes>data)
    return True


cdef bint _write_strings(_Buffer out, PyObject *strings, dict shared) except -1:
    cdef Py_ssize_t index
    _append_number(out, PyTuple_GET_SIZE(<object>strings))
    for index in range(PyTuple_GET_SIZE(<object>strings)):
        if not _write_string(out, PyTuple_GET_ITEM(<object>strings, index), shared):
            return False
    return True


cdef bint _write_code(_Buffer out, PyCodeObject *code, dict shared, PyObject **file_name, int depth) except -1:
    cdef Py_ssize_t index
    cdef PyObject *kinds = code.co_localspluskinds
    cdef PyObject *constants = code.co_consts
    cdef bytes bytecode
    if Py_TYPE(<object>code.co_filename) is not &PyUnicode_Type or code.co_firstlineno < 0:
        return False
    if file_name[0] == NULL:
        file_name[0] = code.co_filename
    elif file_name[0] != code.co_filename and <str>file_name[0] != <str>code.co_filename:
        return False
    _append_number(out, code.co_argcount)
    _append_number(out, code.co_posonlyargcount)
    _append_number(out, code.co_kwonlyargcount)
    _append_number(out, code.co_stacksize)
    _append_number(out, <unsigned int>code.co_flags)
    bytecode = PyCode_GetCode(code)
    _write_bytecode(out, <const unsigned char *>PyBytes_AS_STRING(bytecode), PyBytes_GET_SIZE(bytecode))
    _append_number(out, PyTuple_GET_SIZE(<object>constants))
    for index in range(PyTuple_GET_SIZE(<object>constants)):
        if not _write_value(out, PyTuple_GET_ITEM(<object>constants, index), shared, file_name, depth):
            return False
    if not _write_strings(out, code.co_names, shared) or not _write_strings(out, code.co_localsplusnames, shared):
        return False
    if PyBytes_GET_SIZE(<object>kinds) != PyTuple_GET_SIZE(<object>code.co_localsplusnames):
        return False
    _append_bytes(out, <bytes>kinds)
    if not _write_string(out, code.co_name, shared) or not _write_string(out, code.co_qualname, shared):
        return False
    _append_number(out, code.co_firstlineno)
    return _write_contents(out, code.co_linetable) and _write_contents(out, code.co_exceptiontable)


cdef int _write_bytecode(_Buffer out, const unsigned char *data, Py_ssize_t size) except -1:
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t bare = 0
    cdef Py_ssize_t caches
    while at + 2 <= size:
        caches = 2 * _caches[data[at]]
        at += 2
        bare += 2
        while caches and at < size and data[at] == 0:
            at += 1
            caches -= 1
        if caches:
            break
    if at != size:
        _append_number(out, <unsigned long long>size << 1)
        return _append(out, data, size)
    _append_number(out, <unsigned long long>bare << 1 | 1)
    at = 0
    while at < size:
        _append(out, data + at, 2)
        at += 2 + 2 * _caches[data[at]]
    return 0


cdef bytes lengthen(const unsigned char *at, Py_ssize_t size):
    """See `compact.lengthen`."""
    cdef _Reader walk
    cdef _Buffer out = _Buffer.__new__(_Buffer)
    if size and at[0] == _MARSHALLED:
        return PyBytes_FromStringAndSize(<const char *>at + 1, size - 1)
    walk.at = at
    walk.end = at + size
    walk.shared = 0
    _read_value(&walk, out, 0)
    if walk.at != walk.end:
        raise ValueError("more than one value")
    return _contents(out, 0)


cdef const unsigned char *_take(_Reader *walk, Py_ssize_t size) except NULL:
    cdef const unsigned char *start = walk.at
    if size < 0 or size > walk.end - walk.at:
        raise ValueError("code that is cut short")
    walk.at += size
    return start


cdef long long _read_number(_Reader *walk) except -1:
    cdef long long value = 0
    cdef int shift = 0
    cdef int byte
    while True:
        if walk.at == walk.end:
            raise ValueError("code that is cut short")
        byte = walk.at[0]
        walk.at += 1
        value |= <long long>(byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
        if shift > 28:
            raise ValueError("a number that is too large")


cdef int _copy_number(_Buffer out, long long value) except -1:
    if value > _MAX_NUMBER:
        raise ValueError("a number that is too large")
    return _append_unsigned(out, <unsigned int>value)


cdef int _read_value(_Reader *walk, _Buffer out, int depth) except -1:
    cdef int kind = _take(walk, 1)[0]
    cdef long long number
    cdef const unsigned char *digits
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if kind == c"u":
        return _read_string(walk, out)
    if kind == c"(":
        return _read_tuple(walk, out, depth)
    _append_byte(out, kind)
    if kind == c"N" or kind == c"T" or kind == c"F" or kind == c".":
        pass
    elif kind == c"i":
        number = _read_number(walk)
        if number >> 1 > _MAX_NUMBER:
            raise ValueError("a number that is too large")
        # Negative numbers in two's complement.
        _append_unsigned(out, <unsigned int>(~(number >> 1) if number & 1 else number >> 1))
    elif kind == c"s":
        _read_contents(walk, out, _read_number(walk))
    elif kind == c"c":
        _read_code(walk, out, depth)
    elif kind == c">":
        number = _read_number(walk)
        _copy_number(out, number)
        while number:
            _read_value(walk, out, depth + 1)
            number -= 1
    elif kind == c"g":
        _append(out, _take(walk, 8), 8)
    elif kind == c"y":
        _append(out, _take(walk, 16), 16)
    elif kind == c"l":
        digits = _take(walk, 4)
        _append(out, digits, 4)
        number = <int>_unsigned_at(digits)
        number = 2 * (number if number >= 0 else -number)
        _append(out, _take(walk, number), number)
    else:
        raise ValueError("an object of an unknown type")
    return 0


cdef int _read_length(_Reader *walk, _Buffer out) except -1:
    cdef long long size = _read_number(walk)
    if size < 256:
        _append_byte(out, c")")
        _append_byte(out, <int>size)
    else:
        _append_byte(out, c"(")
        _copy_number(out, size)
    return <int>size


cdef int _read_tuple(_Reader *walk, _Buffer out, int depth) except -1:
    cdef int count = _read_length(walk, out)
    while count:
        _read_value(walk, out, depth + 1)
        count -= 1
    return 0


cdef int _read_strings(_Reader *walk, _Buffer out) except -1:
    cdef int size = _read_length(walk, out)
    cdef int count
    for count in range(size):
        _read_string(walk, out)
    return size


cdef int _read_contents(_Reader *walk, _Buffer out, long long size) except -1:
    _copy_number(out, size)
    return _append(out, _take(walk, size), size)


cdef int _read_string(_Reader *walk, _Buffer out) except -1:
    cdef long long number = _read_number(walk)
    cdef const unsigned char *text
    cdef Py_ssize_t size = number >> 1
    cdef Py_ssize_t index
    cdef bint short = size < 256
    if number & 1:
        if number >> 1 >= walk.shared:
            raise ValueError("a reference to a later string")
        _append_byte(out, c"r")
        return _copy_number(out, number >> 1)
    walk.shared += 1
    text = _take(walk, size)
    if short:
        for index in range(size):
            if text[index] >= 0x80:
                short = False
                break
    if short:
        _append_byte(out, c"z" | 0x80)
        _append_byte(out, <int>size)
    else:
        _append_byte(out, c"u" | 0x80)
        _copy_number(out, size)
    return _append(out, text, size)


cdef int _read_code(_Reader *walk, _Buffer out, int depth) except -1:
    cdef int index
    for index in range(5):
        _copy_number(out, _read_number(walk))
    _read_bytecode(walk, out)
    _read_tuple(walk, out, depth)
    _read_strings(walk, out)
    index = _read_strings(walk, out)
    _append_byte(out, c"s")
    _read_contents(walk, out, index)
    _append(out, b"z\0", 2)
    _read_string(walk, out)
    _read_string(walk, out)
    _copy_number(out, _read_number(walk))
    for index in range(2):
        _append_byte(out, c"s")
        _read_contents(walk, out, _read_number(walk))
    return 0


cdef int _read_bytecode(_Reader *walk, _Buffer out) except -1:
    cdef long long number = _read_number(walk)
    cdef Py_ssize_t size = number >> 1
    cdef const unsigned char *data = _take(walk, size)
    cdef Py_ssize_t wanted = size
    cdef Py_ssize_t at
    cdef int caches
    _append_byte(out, c"s")
    if number & 1 == 0:
        _copy_number(out, size)
        return _append(out, data, size)
    if size & 1:
        raise ValueError("half of an instruction")
    for at in range(0, size, 2):
        wanted += 2 * _caches[data[at]]
    _copy_number(out, wanted)
    for at in range(0, size, 2):
        _append(out, data + at, 2)
        caches = 2 * _caches[data[at]]
        if caches:
            _append(out, _NO_CACHES, caches)
    return 0


cdef enum:
    _MAX_DEPTH = 500
    _MAX_NUMBER = 0x7FFFFFFF

cdef int _MARSHALLED = compact.MARSHALLED
cdef unsigned char[512] _NO_CACHES
memset(_NO_CACHES, 0, sizeof(_NO_CACHES))
cdef unsigned char[256] _caches
for _op in range(256):
    _caches[_op] = compact.CACHES[_op]
