# Bytes that grow, and the forms of numbers that are written into them.

cdef class _Buffer:
    """Bytes that can be appended to."""

    cdef unsigned char *start
    cdef Py_ssize_t size
    cdef Py_ssize_t capacity

    def __dealloc__(self):
        PyMem_Free(self.start)


cdef bytes _contents(_Buffer out, Py_ssize_t first):
    """Return the bytes from index `first` on."""
    return PyBytes_FromStringAndSize(<const char *>out.start + first, out.size - first)


cdef int _append(_Buffer out, const void *data, Py_ssize_t size) except -1:
    cdef Py_ssize_t capacity
    cdef unsigned char *start
    if size > out.capacity - out.size:
        capacity = 2 * out.capacity + size + 256
        start = <unsigned char *>PyMem_Realloc(out.start, capacity)
        if start == NULL:
            raise MemoryError
        out.start = start
        out.capacity = capacity
    memcpy(out.start + out.size, data, size)
    out.size += size
    return 0


cdef int _append_bytes(_Buffer out, bytes data) except -1:
    return _append(out, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef inline int _append_byte(_Buffer out, int value) except -1:
    cdef unsigned char byte = <unsigned char>value
    if out.size < out.capacity:
        out.start[out.size] = byte
        out.size += 1
        return 0
    return _append(out, &byte, 1)


cdef inline int _append_number(_Buffer out, unsigned long long value) except -1:
    """Append a number in groups of seven bits; see `compact._Writer.number`."""
    while value >= 0x80:
        _append_byte(out, <int>(value & 0x7F) | 0x80)
        value >>= 7
    return _append_byte(out, <int>value)


cdef int _append_unsigned(_Buffer out, unsigned int value) except -1:
    """Append a number in four bytes, the lowest first."""
    cdef unsigned char[4] data
    cdef int index
    for index in range(4):
        data[index] = (value >> 8 * index) & 0xFF
    return _append(out, data, 4)


cdef unsigned int _unsigned_at(const unsigned char *at) noexcept:
    """Return the number that `_append_unsigned` wrote."""
    return at[0] | at[1] << 8 | at[2] << 16 | <unsigned int>at[3] << 24


cdef int _append_decimal(_Buffer out, unsigned long long value) except -1:
    cdef char[_DIGITS] digits
    cdef int count = _decimal(digits + _DIGITS, value)
    return _append(out, digits + _DIGITS - count, count)


cdef int _decimal(char *end, unsigned long long value) noexcept:
    """Write a number in decimal before `end`, and return how many digits it has: at most `_DIGITS`."""
    cdef int count = 0
    while True:
        count += 1
        end[-count] = <char>(c"0" + value % 10)
        value //= 10
        if value == 0:
            return count


cdef enum:
    _DIGITS = 20
