# `digest.py` in C: the same digests.

cdef class _Walk:
    """`digest.Walk`; what is not hot goes through the feeders there, which call these methods."""

    cdef _Buffer out
    # `len(parts)` of the one in Python.
    cdef Py_ssize_t parts
    cdef dict seen
    cdef list alive
    cdef int depth

    def __cinit__(self):
        self.out.start = NULL
        self.out.size = self.out.capacity = 0
        self.parts = 0
        self.seen = {}
        self.alive = []
        self.depth = 0

    def __dealloc__(self):
        PyMem_Free(self.out.start)

    cdef bytes found(self, Py_ssize_t start):
        """Take away and return what came since there was so much."""
        cdef bytes data = PyBytes_FromStringAndSize(<const char *>self.out.start + start, self.out.size - start)
        self.out.size = start
        return data

    cdef int _begin(self, const char *tag, Py_ssize_t size) except -1:
        """Write the type of a part and how long it is."""
        cdef char[24] digits
        cdef int at = 24
        _append(&self.out, tag, strlen(tag))
        self.parts += 1
        at -= 1
        digits[at] = c":"
        while True:
            at -= 1
            digits[at] = c"0" + <char>(size % 10)
            size //= 10
            if size == 0:
                break
        return _append(&self.out, digits + at, 24 - at)

    cdef int _text(self, const char *tag, object value) except -1:
        cdef Py_ssize_t size = 0
        cdef const char *data
        cdef bytes encoded
        try:
            data = PyUnicode_AsUTF8AndSize(value, &size)
        except UnicodeEncodeError:  # half of a surrogate pair
            encoded = value.encode("utf-8", "surrogatepass")
            data, size = PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded)
        self._begin(tag, size)
        return _append(&self.out, data, size)

    cdef int _name(self, const char *tag, object module, object qualname) except -1:
        return self._text(tag, f"{module}:{qualname}")

    def text(self, str tag, value):
        encoded = tag.encode()
        self._text(encoded, value)

    def name(self, str tag, obj):
        encoded = tag.encode()
        self._name(encoded, getattr(obj, "__module__", None), getattr(obj, "__qualname__", None))

    def items(self, str tag, items):
        encoded = tag.encode()
        self._items(encoded, tuple(items))

    cdef int _items(self, const char *tag, object items) except -1:
        self._text(tag, str(len(items)))
        for item in items:
            self._add(item)
        return 0

    def unordered(self, items):
        cdef Py_ssize_t start = self.out.size
        cdef Py_ssize_t parts = self.parts
        cdef list found = []
        cdef bytes data
        for item in items:
            self.parts = 0
            self._add(item)
            found.append(self.found(start))
        self.parts = parts + len(found)
        found.sort()
        for data in found:
            _append(&self.out, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))

    def add(self, obj):
        self._add(obj)

    cdef int _add(self, object obj) except -1:
        cdef PyTypeObject *kind = Py_TYPE(obj)
        cdef object ident
        cdef PyObject *known
        if kind is &PyUnicode_Type:
            return self._text("s", obj)
        if kind is &PyBytes_Type:
            self._begin("b", PyBytes_GET_SIZE(obj))
            return _append(&self.out, PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj))
        if obj is None or kind is &PyLong_Type or kind is &PyBool_Type or <object>kind in _SPELLED:
            return self._text("a", repr(obj))
        if self.depth >= _DIGEST_DEPTH or self.parts >= _DIGEST_ITEMS:
            return self._name("deep", getattr(<object>kind, "__module__", None), getattr(<object>kind, "__qualname__", None))
        ident = <size_t><PyObject *>obj
        known = PyDict_GetItemWithError(<PyObject *>self.seen, <PyObject *>ident)
        if known != NULL:
            return self._text("r", str(<object>known))
        self.seen[ident] = len(self.seen)
        self.alive.append(obj)
        self.depth += 1
        try:
            self._feed(obj, kind)
        finally:
            self.depth -= 1
        return 0

    cdef int _feed(self, object obj, PyTypeObject *kind) except -1:
        cdef PyFunctionObject *func
        cdef _CodeInfo info
        if kind is &PyFunction_Type:
            func = <PyFunctionObject *>obj
            self._name("function", None if func.func_module == NULL else <object>func.func_module, <object>func.func_qualname)
            self._add(<object>func.func_code)
            self._add(obj.__defaults__)
            self._add(obj.__kwdefaults__)
            self._add(obj.__dict__ if func.func_dict != NULL else {})
            if func.func_closure != NULL:
                for name, cell in zip((<object>func.func_code).co_freevars, <object>func.func_closure):
                    if name != _CLASS_DICT_CELL:
                        self._add(cell)
        elif kind is &PyCode_Type:
            info = _code_info(<PyObject *>obj)
            self._add(info.blob)
            self._add(info.file_name)
            self._items("constants", info.constants)
        elif kind is &PyDict_Type:
            self._feed_dict(<dict>obj)
        elif kind is &PyList_Type:
            self._items("list", tuple(<list>obj))
        elif kind is &PyTuple_Type:
            self._items("tuple", <tuple>obj)
        elif kind is &PyProperty_Type:
            self._name("instance", "builtins", "property")
            self._add(obj.fget)
            self._add(obj.fset)
            self._add(obj.fdel)
        else:
            _FEEDERS.get(<object>kind, _feed_other)(self, obj)
        return 0

    cdef int _feed_dict(self, dict mapping) except -1:
        self._text("dict", str(len(mapping)))
        for key, value in mapping.copy().items():
            self._add(key)
            self._add(value)
        return 0

    def classes(self, cls, bint full=False):
        self.name("class", cls)
        if not full:
            return
        self.seen[<size_t><PyObject *>cls] = len(self.seen)
        self.name("meta", type(cls))
        for base in cls.__bases__:
            self.name("base", base)
        for key, value in dict(cls.__dict__).items():
            if key not in _VOLATILE:
                self._text("k", key)
                self._add(value)


def class_digest(cls):
    cdef _Walk walk = _Walk()
    walk.classes(cls, True)
    return _hashed(walk.found(0))


cdef dict _FEEDERS = digest.FEEDERS
cdef object _feed_other = digest.feed_other
cdef object _hashed = digest.hashed
cdef frozenset _VOLATILE = digest.VOLATILE
cdef int _DIGEST_DEPTH = digest.MAX_DEPTH
cdef Py_ssize_t _DIGEST_ITEMS = digest.MAX_ITEMS
cdef frozenset _SPELLED = digest.SPELLED
cdef str _CLASS_DICT_CELL = "__classdict__"
