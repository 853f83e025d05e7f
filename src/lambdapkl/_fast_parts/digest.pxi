# `digest.py` in C: the same digests.

cdef class _Walk:
    """`identity.walk.Walk`; what is not hot goes through the feeders of `identity.digest`, which call these methods."""

    cdef _Buffer out
    # The length of `Walk.parts` in Python.
    cdef Py_ssize_t parts
    cdef Py_ssize_t limit
    # How many parts sets may still add; -1 while inside a set.
    cdef Py_ssize_t set_budget
    cdef dict seen
    cdef Py_ssize_t numbered
    cdef list alive
    cdef int depth

    def __cinit__(self):
        self.out.start = NULL
        self.out.size = self.out.capacity = 0
        self.parts = 0
        self.limit = _DIGEST_ITEMS
        self.set_budget = _DIGEST_SET_BUDGET
        self.seen = {}
        self.numbered = 0
        self.alive = []
        self.depth = 0

    def __dealloc__(self):
        PyMem_Free(self.out.start)

    cdef bytes found(self, Py_ssize_t start):
        """Remove and return all bytes from `start` on."""
        cdef bytes data = PyBytes_FromStringAndSize(<const char *>self.out.start + start, self.out.size - start)
        self.out.size = start
        return data

    cdef int _begin(self, const char *tag, Py_ssize_t size) except -1:
        """Write the type and the length of a part."""
        _append(&self.out, tag, strlen(tag))
        self.parts += 1
        self._digits(size)
        return _append_byte(&self.out, c":")

    cdef int _digits(self, Py_ssize_t number) except -1:
        """Write a number, and return how many digits it has."""
        cdef char[24] digits
        cdef int at = 24
        while True:
            at -= 1
            digits[at] = c"0" + <char>(number % 10)
            number //= 10
            if number == 0:
                break
        _append(&self.out, digits + at, 24 - at)
        return 24 - at

    cdef int _text(self, const char *tag, object value) except -1:
        cdef Py_ssize_t size = 0
        cdef const char *data
        cdef bytes encoded
        data = lp_utf8(<PyObject *>value, &size)
        if data == NULL:
            encoded = str.encode(value, "utf-8", "surrogatepass")
            data, size = PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded)
        self._begin(tag, size)
        return _append(&self.out, data, size)

    cdef int _count(self, const char *tag, Py_ssize_t number) except -1:
        """Write what `_text` would write for a number."""
        cdef Py_ssize_t size = 1
        cdef Py_ssize_t limit = 10
        while number >= limit:
            size += 1
            limit *= 10
        self._begin(tag, size)
        return self._digits(number)

    cdef int _name(self, const char *tag, object module, object qualname) except -1:
        cdef Py_ssize_t size = 0
        cdef Py_ssize_t more = 0
        cdef const char *first
        cdef const char *second
        if type(module) is str and PyUnicode_CompareWithASCIIString(module, "__mp_main__") == 0:
            module = _MAIN
        first = lp_utf8(<PyObject *>module, &size) if type(module) is str else NULL
        second = lp_utf8(<PyObject *>qualname, &more) if type(qualname) is str else NULL
        if first == NULL or second == NULL:
            return self._text(tag, f"{module}:{qualname}")
        self._begin(tag, size + 1 + more)
        _append(&self.out, first, size)
        _append_byte(&self.out, c":")
        return _append(&self.out, second, more)

    cdef int _name_of(self, const char *tag, object obj) except -1:
        return self._name(tag, getattr(obj, "__module__", None), getattr(obj, "__qualname__", None))

    cdef int _items(self, const char *tag, tuple items) except -1:
        self._count(tag, PyTuple_GET_SIZE(items))
        for item in items:
            self._add(item)
        return 0

    # The feeders call these.

    def text(self, str tag, value):
        self._text(tag.encode(), value)

    def name(self, str tag, obj):
        self._name_of(tag.encode(), obj)

    def items(self, str tag, items):
        self._items(tag.encode(), tuple(items))

    def unordered(self, items):
        cdef list elements = list(items)
        cdef Py_ssize_t count = len(elements)
        cdef Py_ssize_t start, whole, limit, set_budget, base, before, first, used = 0
        cdef list found = []
        cdef list numbers
        cdef bytes data
        cdef bytes last = None
        self._count("set", count)
        if count == 0:
            return
        start = self.out.size
        whole, limit, set_budget, base = self.parts, self.limit, self.set_budget, self.numbered
        self.limit = min(_DIGEST_ITEMS, (max(0, limit - whole) if set_budget < 0 else max(0, set_budget)) // count)
        self.set_budget = -1
        before = len(self.seen)
        for item in elements:
            self.parts = 0
            self.numbered = base
            self._add(item)
            # No comprehension: see `_memo_with`.
            numbers = []
            while len(self.seen) > before:
                numbers.append(self.seen.popitem())
            found.append((self.found(start), self.numbered - base, numbers))
            used += self.parts
        self.parts, self.limit = whole + count, limit
        self.set_budget = -1 if set_budget < 0 else max(0, set_budget - used)
        found.sort(key=_FIRST)
        self.numbered = first = base
        for data, size, numbers in found:
            _append(&self.out, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
            if data != last:
                last = data
                first = self.numbered
                self.numbered += size
            for ident, number in reversed(numbers):
                self.seen.setdefault(ident, number - base + first)

    def add(self, obj):
        self._add(obj)

    cdef int _add(self, object obj) except -1:
        # The program's code may run below and assign the object another class.
        cdef object cls = <object>Py_TYPE(obj)
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef object ident
        cdef int overflow = 0
        if kind is &PyUnicode_Type:
            return self._text("s", obj)
        if kind is &PyBytes_Type:
            self._begin("b", PyBytes_GET_SIZE(obj))
            return _append(&self.out, PyBytes_AS_STRING(obj), PyBytes_GET_SIZE(obj))
        if obj is None:
            self.parts += 1
            return _append(&self.out, b"a4:None", 7)
        if kind is &PyLong_Type:
            PyLong_AsLongLongAndOverflow(obj, &overflow)
            return self._text("a", _spell(obj) if overflow else repr(obj))
        if kind is &PyBool_Type or cls in _SPELLED:
            return self._text("a", _spell(obj))
        if self.depth >= _DIGEST_DEPTH or self.parts >= self.limit:
            return self._name_of("deep", cls)
        if kind is &PyTuple_Type:
            self.depth += 1
            self._items("tuple", <tuple>obj)
            self.depth -= 1
            return 0
        ident = <size_t><PyObject *>obj
        known = _lookup(self.seen, ident)
        if known is not None:
            return self._count("r", known)
        self.seen[ident] = self.numbered
        self.numbered += 1
        self.alive.append(obj)
        self.depth += 1
        self._feed(obj, kind)
        self.depth -= 1
        return 0

    cdef int _feed(self, object obj, PyTypeObject *kind) except -1:
        cdef PyFunctionObject *func
        cdef _CodeInfo info
        if kind is &PyFunction_Type:
            func = <PyFunctionObject *>obj
            code = lp_read(<PyObject *>func, &func.func_code)
            self._name("function", lp_read(<PyObject *>func, &func.func_module), lp_read(<PyObject *>func, &func.func_qualname))
            self._add(code)
            self._add(lp_read(<PyObject *>func, &func.func_defaults))
            self._add(lp_read(<PyObject *>func, &func.func_kwdefaults))
            self._add({} if func.func_dict == NULL else lp_read(<PyObject *>func, &func.func_dict))
            if _DEFERRED_ANNOTATIONS:
                self._add(lp_annotate(func))
            elif func.func_annotations != NULL:
                # The C field may be a tuple; the attribute is always a dictionary.
                annotations = obj.__annotations__
                if annotations:
                    self._add(annotations)
            if func.func_closure != NULL:
                for name, cell in zip(code.co_freevars, <object>func.func_closure):
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
        elif kind is &PyProperty_Type:
            self._name("instance", "builtins", "property")
            self._add(obj.fget)
            self._add(obj.fset)
            self._add(obj.fdel)
        else:
            _FEEDERS.get(<object>kind, _feed_other)(self, obj)
        return 0

    cdef int _feed_dict(self, dict mapping) except -1:
        self._count("dict", len(mapping))
        for key, value in mapping.copy().items():
            self._add(key)
            # A named tuple keeps the namespace of its class statement (3.14).
            self._add(_module_in_payload(value) if type(key) is str and key == "__module__" else value)
        return 0

    def add_class_name(self, cls):
        self._name_of("class", cls)

    cdef int _add_class_body(self, object cls) except -1:
        cdef dict own
        self._name_of("class", cls)
        self.seen[<size_t><PyObject *>cls] = self.numbered
        self.numbered += 1
        self._name_of("meta", type(cls))
        for base in _type_bases(cls):
            self._name_of("base", base)
        # A copy, because feeders may run code that changes the class.
        own = lp_copy_class_dict(<PyTypeObject *>cls)
        if "_member_map_" in own:
            own = traces_of_use.unused_enumeration(own)
        for key, value in own.items():
            if key in _VOLATILE or _is_cached_absence(key, value):
                continue
            if isinstance(key, str):
                self._text("k", key)
            else:
                self._add(key)
            self._add(_module_in_payload(value) if key == "__module__" or key == "__doc__" else value)
        return 0


cdef bint _is_cached_absence(object name, object value) except -1:
    """See `traces_of_use.is_cached_absence`."""
    if type(value) is dict:
        return not value and name == "__annotations__"
    return value is None and name == "__annotate_func__"


def _class_digest(cls):
    """See `digest.class_digest`."""
    cdef _Walk walk = _Walk()
    walk._add_class_body(cls)
    return digest.hashed(walk.found(0))


cdef dict _FEEDERS = digest.FEEDERS
cdef object _feed_other = digest.feed_other
cdef frozenset _VOLATILE = traces_of_use.VOLATILE
cdef int _DIGEST_DEPTH = digest_walk.MAX_DEPTH
cdef Py_ssize_t _DIGEST_ITEMS = digest_walk.MAX_ITEMS
cdef Py_ssize_t _DIGEST_SET_BUDGET = digest_walk.SET_BUDGET
cdef object _FIRST = itemgetter(0)
cdef frozenset _SPELLED = digest_walk.SPELLED
cdef object _spell = spelling.spell
cdef object _module_in_payload = byvalue.module_in_payload
cdef str _MAIN = "__main__"
cdef str _CLASS_DICT_CELL = "__classdict__"
