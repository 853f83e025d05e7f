# The digest of a class, with the same result as `identity/digest.py`.

cdef class _Walk(_Buffer):
    """`identity.walk.Walk` in C.

    It feeds the frequent types itself. For all others it calls the feeders of `identity.digest`,
    which call the Python methods of this class.
    """

    # How many parts the walk has: the length of `Walk.parts`.
    cdef Py_ssize_t parts
    # How many parts sets may still add.
    cdef object set_budget
    cdef dict seen
    cdef Py_ssize_t numbered
    cdef list alive
    cdef int depth

    def __cinit__(self):
        self.set_budget = digest_walk.SET_BUDGET
        self.seen = {}
        self.alive = []

    cdef int _begin(self, const char *tag, Py_ssize_t size) except -1:
        """Write the type and the length of a part."""
        _append(self, tag, strlen(tag))
        self.parts += 1
        _append_decimal(self, size)
        return _append_byte(self, c":")

    cdef int _text(self, const char *tag, object value) except -1:
        cdef Py_ssize_t size = 0
        cdef const char *data = lp_utf8(<PyObject *>value, &size)
        if data != NULL:
            self._begin(tag, size)
            return _append(self, data, size)
        cdef bytes encoded = str.encode(value, "utf-8", "surrogatepass")
        self._begin(tag, PyBytes_GET_SIZE(encoded))
        return _append_bytes(self, encoded)

    cdef int _count(self, const char *tag, Py_ssize_t number) except -1:
        """Write what `_text` would write for a number."""
        cdef char[_DIGITS] digits
        cdef int size = _decimal(digits + _DIGITS, number)
        self._begin(tag, size)
        return _append(self, digits + _DIGITS - size, size)

    cdef int _name(self, const char *tag, object module, object qualname) except -1:
        if type(module) is str and PyUnicode_CompareWithASCIIString(module, "__mp_main__") == 0:
            module = "__main__"
        return self._text(tag, f"{module}:{qualname}")

    cdef int _name_of(self, const char *tag, object obj) except -1:
        return self._name(tag, getattr(obj, "__module__", None), getattr(obj, "__qualname__", None))

    cdef int _items(self, const char *tag, tuple items) except -1:
        self._count(tag, PyTuple_GET_SIZE(items))
        for item in items:
            self._add(item)
        return 0

    # The feeders call these methods.

    def text(self, str tag, value):
        self._text(tag.encode(), value)

    def name(self, str tag, obj):
        self._name_of(tag.encode(), obj)

    def items(self, str tag, items):
        self._items(tag.encode(), tuple(items))

    def add(self, obj):
        self._add(obj)

    def add_class_name(self, cls):
        self._name_of("class", cls)

    def unordered(self, items):
        # A walk in Python describes sets and everything in them. Few classes have one.
        walk = digest_walk.Walk(digest._feed)
        walk.seen, walk.numbered, walk.alive, walk.depth = self.seen, self.numbered, self.alive, self.depth
        walk.set_budget = self.set_budget
        walk.unordered(items)
        self.numbered, self.set_budget = walk.numbered, walk.set_budget
        self.parts += len(walk.parts)
        for part in walk.parts:
            _append_bytes(self, part)

    cdef int _add(self, object obj) except -1:
        # A reference, because the program's code may run below and assign the object another class.
        cdef object cls = <object>Py_TYPE(obj)
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef object ident
        if kind is &PyUnicode_Type:
            return self._text("s", obj)
        if kind is &PyBytes_Type:
            self._begin("b", PyBytes_GET_SIZE(obj))
            return _append_bytes(self, <bytes>obj)
        if obj is None or cls in _SPELLED:
            return self._text("a", _spell(obj))
        if self.depth >= _DIGEST_DEPTH or self.parts >= _DIGEST_ITEMS:
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
        self._number(ident)
        self.alive.append(obj)
        self.depth += 1
        self._feed(obj, kind)
        self.depth -= 1
        return 0

    cdef int _number(self, object ident) except -1:
        self.seen[ident] = self.numbered
        self.numbered += 1
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
                    if name != "__classdict__":
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

    cdef int _add_class_body(self, object cls) except -1:
        cdef dict own
        self._name_of("class", cls)
        self._number(<size_t><PyObject *>cls)
        self._name_of("meta", type(cls))
        for base in _type_bases(cls):
            self._name_of("base", base)
        # A copy, because feeders may run code that changes the class.
        own = lp_class_dict(<PyTypeObject *>cls).copy()
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
    return digest.hashed(_contents(walk, 0))


cdef dict _FEEDERS = digest.FEEDERS
cdef object _feed_other = digest.feed_other
cdef frozenset _VOLATILE = traces_of_use.VOLATILE
cdef int _DIGEST_DEPTH = digest_walk.MAX_DEPTH
cdef Py_ssize_t _DIGEST_ITEMS = digest_walk.MAX_ITEMS
cdef frozenset _SPELLED = digest_walk.SPELLED
cdef object _spell = spelling.spell
cdef object _module_in_payload = byvalue.module_in_payload
