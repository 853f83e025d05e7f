# Pooled picklers, and `dumps`.

cdef Py_ssize_t _LARGE = 1 << 20
# A pickler is not used again after a larger payload.
cdef Py_ssize_t _MAX_POOLED_OUTPUT = 1 << 12
cdef Py_ssize_t _MAX_POOL = 16


cdef class _Sink:
    """The file of a pickler. A payload that is written in one piece is not copied."""

    cdef object whole
    cdef bytes preamble
    # The last piece, if it is large. It may be the pickler's copy of a string: then, as soon as
    # nothing else refers to it, it becomes the buffer instead of being copied.
    cdef PyObject *large
    cdef PyObject *buffer
    cdef Py_ssize_t size
    cdef Py_ssize_t capacity
    # The `buffer_callback` of this payload. That of a pickler cannot be changed.
    cdef object callback

    def take_buffer(self, buffer):
        return self.callback(buffer)

    def __dealloc__(self):
        Py_XDECREF(self.buffer)
        Py_XDECREF(self.large)

    def write(self, data):
        if self.buffer == NULL and self.whole is None and PyBytes_CheckExact(data):
            self.whole = data
            return
        if self.whole is not None:
            first = self.whole
            self.whole = None
            if self.preamble is not None:
                self._append(self.preamble)
            self._append(first)
        if self.large != NULL:
            self._settle()
        if self.buffer != NULL and PyBytes_CheckExact(data) and PyBytes_GET_SIZE(data) >= _LARGE:
            if self.size < PyBytes_GET_SIZE(data) // 8:
                Py_INCREF(data)
                self.large = <PyObject *>data
                return
        self._append(data)

    cdef int _settle(self) except -1:
        cdef PyObject *large = self.large
        cdef PyObject *before = self.buffer
        cdef Py_ssize_t size = PyBytes_GET_SIZE(<object>large)
        cdef Py_ssize_t start = self.size
        self.large = NULL
        if Py_REFCNT(large) != 1:
            try:
                return self._append(<object>large)
            finally:
                Py_DECREF(<object>large)
        self.capacity = start + size + size // 64
        self.buffer = NULL
        self.size = 0
        try:
            _PyBytes_Resize(&large, self.capacity)
            memmove(PyBytes_AS_STRING(<object>large) + start, PyBytes_AS_STRING(<object>large), size)
            memcpy(PyBytes_AS_STRING(<object>large), PyBytes_AS_STRING(<object>before), start)
            self.buffer = large
            self.size = start + size
        finally:
            Py_DECREF(<object>before)
        return 0

    cdef int _append(self, object data) except -1:
        # No typed memoryview: Cython would register its type with `collections.abc.Sequence`, and a
        # copy of that class by value would then carry it.
        cdef Py_buffer view
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            return self._copy(<const char *>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)

    cdef int _copy(self, const char *data, Py_ssize_t more) except -1:
        cdef Py_ssize_t wanted = self.size + more
        cdef PyObject *buffer
        if more == 0:
            return 0
        if self.buffer == NULL:
            made = PyBytes_FromStringAndSize(NULL, wanted)
            Py_INCREF(made)
            self.buffer = <PyObject *>made
            self.capacity = wanted
            del made
        elif wanted > self.capacity:
            self.capacity = wanted + wanted // 8
            buffer = self.buffer
            # If this fails, it frees the object and sets the pointer to NULL.
            self.buffer = NULL
            _PyBytes_Resize(&buffer, self.capacity)
            self.buffer = buffer
        memcpy(PyBytes_AS_STRING(<object>self.buffer) + self.size, data, more)
        self.size = wanted
        return 0

    cdef bytes _after_preamble(self, bytes data):
        """Return `preamble.without_frame` of the preamble and `data`."""
        cdef Py_ssize_t before = PyBytes_GET_SIZE(self.preamble)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        cdef const unsigned char *at = <const unsigned char *>PyBytes_AS_STRING(data)
        cdef Py_ssize_t left_out = 0
        # A frame of 4 GiB is not written in one piece with what comes before it.
        if size > 11 and at[2] == 0x95 and _unsigned_at(at + 3) == size - 11:
            left_out = 11
        cdef bytes result = PyBytes_FromStringAndSize(NULL, before + size - left_out)
        cdef char *out = PyBytes_AS_STRING(result)
        memcpy(out, PyBytes_AS_STRING(self.preamble), before)
        memcpy(out + before, at + left_out, size - left_out)
        return result

    cdef bytes take(self):
        cdef bytes result
        cdef PyObject *buffer
        if self.large != NULL:
            self._settle()
        if self.buffer == NULL:
            result = self.whole
            self.whole = None
            return result if self.preamble is None else self._after_preamble(result)
        buffer = self.buffer
        self.buffer = NULL
        _PyBytes_Resize(&buffer, self.size)
        result = <bytes>buffer
        Py_DECREF(result)
        self.size = self.capacity = 0
        return result


class _Pickler(pickle.Pickler):
    __slots__ = ("reducer_override",)


cdef class _Pooled:
    """A pickler that is used for many payloads, with its file and its `PayloadState`."""

    cdef _Sink sink
    cdef PayloadState payload_state
    cdef object pickler
    cdef object dump
    cdef object clear_memo
    # The memo of a pickler that has written the preamble.
    cdef object memo

    def __init__(self, protocol, fix_imports, bint buffers, int root):
        self.sink = _Sink()
        buffer_callback = self.sink.take_buffer if buffers else None
        self.payload_state = PayloadState(_table)
        self.payload_state.opened = []
        self.payload_state.protocol = protocol
        self.pickler = _Pickler(self.sink, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        # Emptying the memo may call `__del__` methods, and so start a garbage collection, which
        # would make `_pickle` follow references to freed objects. No reference cycle contains this
        # pickler, so it need not be tracked.
        PyObject_GC_UnTrack(<PyObject *>self.pickler)
        self.pickler.reducer_override = self.payload_state.reduce
        self.payload_state._user, self.payload_state._copyreg, self.payload_state._own = _table.maps
        self.dump = self.pickler.dump
        self.clear_memo = self.pickler.clear_memo
        if root:
            self.sink.preamble = _preambles[root - 1][0]
            self.memo = _memos[root - 1]
            self.pickler.memo = self.memo


cdef object _memo_with(tuple callables, int size):
    """Return the memo of a pickler that has written `callables` and nothing else."""
    template = _Pickler(_Sink())
    # The memo keeps the size that this gives it, and each payload starts with a copy of it. Growing
    # it later takes longer. No comprehension, and no `*` in a list or tuple, here and in other
    # files: if Cython 3.3.1 fails to append an item, it frees the item twice.
    template.dump(list(map(str, range(size))))
    template.clear_memo()
    for each in callables:
        template.dump(each)
    return template.memo


# Entries in the memo if the root is a function, and if it is a class.
cdef tuple _MEMO_SIZES = (10, 40)

# A pool for each kind of root, without and with a callback for buffers. A nested call of `dumps`,
# or one in another thread, takes another pickler.
cdef list _pools = [[], [], [], [], [], []]

cdef enum:
    _ANY_ROOT = 0
    _FUNCTION_ROOT = 1
    _CLASS_ROOT = 2
    _ROOTS = 3

cdef Py_ssize_t _known_modules = -1


cdef _Pooled _from_pool(list pool):
    try:
        return <_Pooled>pool.pop() if pool else None
    except IndexError:  # another thread took the last one
        return None


cdef int _root_of(object obj) except -1:
    """See `_pure.dumps._root_of`."""
    if Py_TYPE(obj) is &PyFunction_Type:
        return _ANY_ROOT if _function_by_reference(obj) else _FUNCTION_ROOT
    if Py_TYPE(obj) is &PyMethod_Type:
        return _root_of(obj.__func__) if Py_TYPE(obj.__func__) is &PyFunction_Type else _ANY_ROOT
    if <object>Py_TYPE(obj) is _partial:
        return _root_of(obj.func) if Py_TYPE(obj.func) is &PyFunction_Type else _ANY_ROOT
    cdef object cls = obj if Py_TYPE(obj) is &PyType_Type else <object>Py_TYPE(obj)
    if Py_TYPE(cls) is not &PyType_Type or not (<PyTypeObject *>cls).tp_flags & Py_TPFLAGS_HEAPTYPE:
        return _ANY_ROOT
    return _ANY_ROOT if _class_by_reference(cls) else _CLASS_ROOT


# With `binding`, `inspect.signature` shows the parameters and their types.
@cython.binding(True)
@cython.annotation_typing(False)
def dumps(
    obj: Any,
    protocol: int | None = None,
    buffer_callback: Callable[[pickle.PickleBuffer], object] | None = None,
    *,
    fix_imports: bool = True,
    deterministic: bool = False,
    portable: bool = False,
    standalone: bool = False,
) -> bytes:
    """Return `obj` as a pickle, which `pickle.loads` reads where lambdapkl is installed.

    Parameters and errors are those of `Pickler`, and:

    Parameters
    ----------
    deterministic
        Write the same bytes in each process that has the same object: leave out file names, line
        numbers and notebook cells, sort every set, and write equal strings once. This is slower,
        and tracebacks have no line numbers.
    portable
        Pickle the source of functions with their code, so that other versions of Python can load
        them.
    standalone
        Include lambdapkl's constructors, so that `pickle.loads` reads the payload where lambdapkl
        is not installed.
    """
    if buffer_callback is not None and type(buffer_callback) is not _held_buffers:
        return _dumps_with_buffers(obj, protocol, buffer_callback, fix_imports, deterministic, portable, standalone)
    chosen = get_value(_options)
    if deterministic or portable or standalone or (chosen is not _default_options and chosen.deterministic):
        return _dumps_in_form(obj, protocol, buffer_callback, fix_imports, deterministic, portable, standalone)
    global _known_modules
    cdef _Pooled pooled
    cdef bytes result
    cdef list pool
    cdef int root = _ANY_ROOT
    cdef bint buffers = buffer_callback is not None
    cdef bint is_pooled
    if PyDict_Size(<PyObject *>_modules) != _known_modules:
        # The size before it looked: another thread may import more meanwhile.
        _known_modules = _refresh()
    try:
        protocol = _HIGHEST_PROTOCOL if protocol is None or operator.index(protocol) < 0 else operator.index(protocol)
        is_pooled = protocol == _HIGHEST_PROTOCOL
        if is_pooled:
            root = _root_of(obj)
        # `fix_imports` has no effect since protocol 3.
        pool = <list>_pools[root + _ROOTS * buffers]
        pooled = _from_pool(pool) if is_pooled else None
        if pooled is None:
            pooled = _Pooled(protocol, fix_imports, buffers, root)
        pooled.sink.callback = buffer_callback
        if buffers:
            buffer_callback.watch(pooled.payload_state)
        # The preamble names `wire.function`.
        pooled.payload_state._numbers_builtin_types = root != _ANY_ROOT
        pooled.payload_state.root = obj
        # After an error the pickler is not used again.
        pooled.dump(obj)
    except _CarefulFormNeeded:
        return _dumps_in_form(obj, protocol, buffer_callback, fix_imports, False, False, False, careful=True)
    except Exception as error:
        _explain_error(error, obj)
        raise
    result = pooled.sink.take()
    pooled.payload_state.root = None
    pooled.sink.callback = None
    if is_pooled and PyBytes_GET_SIZE(result) <= _MAX_POOLED_OUTPUT and len(pool) < _MAX_POOL:
        if root:
            pooled.pickler.memo = pooled.memo
        else:
            pooled.clear_memo()
        pooled.payload_state.clear()
        pool.append(pooled)
    return result
