# Whether a class, and what its methods reach, is as it was at the last comparison: `identity/edits.py`.

cdef extern from *:
    """
    /* The version of the dictionary of a class, after a lookup that assigns one; 0 if there is none.
       Without the GIL, another thread may change it at any time. */
    static unsigned int lp_class_version(PyObject *cls) {
    #ifdef Py_GIL_DISABLED
        return 0;
    #else
        if (((PyTypeObject *)cls)->tp_version_tag == 0) {
            /* `mro` is found in `type` itself. */
            PyObject *name = PyUnicode_InternFromString("mro");
            PyObject *found = name == NULL ? NULL : PyType_Type.tp_getattro(cls, name);
            Py_XDECREF(name);
            Py_XDECREF(found);
            PyErr_Clear();
        }
        return ((PyTypeObject *)cls)->tp_version_tag;
    #endif
    }

    /* What a weak reference refers to, or None. */
    static PyObject *lp_referent(PyObject *reference) {
    #if PY_VERSION_HEX >= 0x030D0000
        PyObject *found = NULL;
        if (PyWeakref_GetRef(reference, &found) < 0)
            return NULL;
        return found != NULL ? found : Py_NewRef(Py_None);
    #else
        return Py_NewRef(PyWeakref_GET_OBJECT(reference));
    #endif
    }

    /* Whether a weak reference refers to `object`. */
    static int lp_refers_to(PyObject *reference, PyObject *object) {
    #if PY_VERSION_HEX >= 0x030D0000
        PyObject *found = NULL;
        int result = PyWeakref_GetRef(reference, &found) > 0 && found == object;
        Py_XDECREF(found);
        return result;
    #else
        return PyWeakref_GET_OBJECT(reference) == object;
    #endif
    }
    """
    unsigned int lp_class_version(object)
    int PyObject_GC_IsTracked(PyObject *)
    object lp_referent(PyObject *)
    bint lp_refers_to(PyObject *, PyObject *)


cdef class _Watch:
    """What is compared of a class whose dictionary has not changed."""

    cdef object reference
    cdef unsigned int version
    # Names and nodes of attributes that can change without the dictionary of the class.
    cdef tuple attributes
    # See `reached.Function`.
    cdef list functions
    cdef bint has_changes

    def __init__(self, record, version):
        self.reference = record.reference
        self.version = version
        self.functions = record.functions
        self.has_changes = bool(record.changed)
        attributes = []
        for name, node in record.attributes.items():
            if not _is_constant(node):
                attributes.append((name, node))
        self.attributes = tuple(attributes)

    cdef int is_unchanged(self, object cls) except -1:
        if self.version == 0 or lp_class_version(cls) != self.version:
            return False
        if PyTuple_GET_SIZE(self.attributes):
            own = lp_class_dict(<PyTypeObject *>cls)
            for name, node in self.attributes:
                value = _lookup_or(own, name, _ABSENT)
                if not _matches(node, value):
                    return False
        for entry in self.functions:
            if not _function_matches(<tuple>entry):
                return False
        return True


cdef bint _is_constant(tuple node) except -1:
    """Whether a value with this node cannot change. Functions are compared by themselves."""
    cdef int kind = node[0]
    if kind == _ITEMS_NODE:
        if node[1] is not tuple and node[1] is not frozenset:
            return False
        for each in <tuple>node[3]:
            if not _is_constant(each):
                return False
    return kind != _DIGEST_NODE


cdef int _matches(object node, object value) except -1:
    """See `reached.matches`; without the node of missing values."""
    if node is None:
        return value is _ABSENT
    cdef PyObject *second
    cdef PyObject *kind = PyTuple_GET_ITEM(node, 0)
    if kind == <PyObject *>_VALUE:
        return PyTuple_GET_ITEM(node, 1) == <PyObject *>value
    if kind == <PyObject *>_FUNCTION_KIND or kind == <PyObject *>_REFERENCE:
        return lp_refers_to(PyTuple_GET_ITEM(node, 1), <PyObject *>value)
    if kind != <PyObject *>_ITEMS:
        return _matches_slowly(node, value)
    second = PyTuple_GET_ITEM(node, 1)
    if <PyObject *>Py_TYPE(value) != second:
        return False
    cdef tuple nodes = <tuple>PyTuple_GET_ITEM(node, 3)
    cdef Py_ssize_t index
    cdef Py_ssize_t size = len(value)
    if size != <object>PyTuple_GET_ITEM(node, 2):
        return False
    if size == 0:
        return True
    if second == <PyObject *>&PyTuple_Type:
        for index in range(PyTuple_GET_SIZE(nodes)):
            if not _matches(<object>PyTuple_GET_ITEM(nodes, index), <object>PyTuple_GET_ITEM(value, index)):
                return False
        return True
    if second == <PyObject *>&PyList_Type:
        # A comparison may run code that changes the list.
        for each, item in zip(nodes, <list>value):
            if not _matches(each, item):
                return False
        return True
    if second != <PyObject *>&PyDict_Type:
        return _matches_slowly(node, value)
    index = 0
    size = PyTuple_GET_SIZE(nodes)
    for key, item in lp_copy_dict(value).items():
        if index >= size:
            break
        if not _matches(<object>PyTuple_GET_ITEM(nodes, index), key):
            return False
        if index + 1 < size and not _matches(<object>PyTuple_GET_ITEM(nodes, index + 1), item):
            return False
        index += 2
    return True


cdef int _function_matches(tuple entry) except -1:
    """See `reached.function_matches`."""
    cdef object function = lp_referent(PyTuple_GET_ITEM(entry, 0))
    if Py_TYPE(function) is not &PyFunction_Type:
        return False
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef object node
    cdef PyObject *contents
    cdef Py_ssize_t index
    if func.func_code != PyTuple_GET_ITEM(entry, 1):
        return False
    if not _field_matches(PyTuple_GET_ITEM(entry, 2), function, &func.func_defaults):
        return False
    if not _field_matches(PyTuple_GET_ITEM(entry, 3), function, &func.func_kwdefaults):
        return False
    node = <object>PyTuple_GET_ITEM(entry, 4)
    if func.func_dict != NULL or node is not None:
        attributes = lp_read(<PyObject *>function, &func.func_dict)
        if node is None:
            if attributes:
                return False
        elif not _matches(node, attributes):
            return False
    node = <object>PyTuple_GET_ITEM(entry, 5)
    if node is not None:
        closure = lp_read(<PyObject *>function, &func.func_closure)
        for index in range(PyTuple_GET_SIZE(node)):
            each = <object>PyTuple_GET_ITEM(node, index)
            if each is _IGNORED:
                continue
            contents = PyCell_Get(<object>PyTuple_GET_ITEM(closure, index))
            if contents == NULL:
                value = _ABSENT
            else:
                value = <object>contents
                Py_DECREF(value)
            if not _matches(each, value):
                return False
    node = <object>PyTuple_GET_ITEM(entry, 6)
    if node is not None:
        namespace = <object>func.func_globals
        for index in range(PyTuple_GET_SIZE(node)):
            pair = <object>PyTuple_GET_ITEM(node, index)
            value = _lookup_or(namespace, <object>PyTuple_GET_ITEM(pair, 0), _ABSENT)
            if not _matches(<object>PyTuple_GET_ITEM(pair, 1), value):
                return False
    return True


cdef bint _field_matches(PyObject *node, object function, PyObject **field) except -1:
    if field[0] == NULL or <object>node is None:
        return (field[0] == NULL or field[0] == <PyObject *>None) and <object>node is None
    return _matches(<object>node, lp_read(<PyObject *>function, field))


cdef object _with_changes(PayloadState self, object cls, tuple reduced):
    """See `reducers.edits.with_edits`; a class that has never changed is returned without a call of Python code."""
    cdef object ident = <size_t><PyObject *>cls
    cdef object watch = _lookup(_watches, ident)
    cdef bint is_unchanged = False
    if watch is not None and lp_refers_to(<PyObject *>(<_Watch>watch).reference, <PyObject *>cls):
        if (<_Watch>watch).is_unchanged(cls):
            if not (<_Watch>watch).has_changes:
                return reduced
            is_unchanged = True
    # Before the comparison, so that a change during it is noticed.
    cdef unsigned int version = lp_class_version(cls)
    cdef object result = reduced
    if ident not in _edit_records:
        record = _remember(cls, _scan_class(cls))
    else:
        result = _with_edits(cls, reduced, self, is_unchanged, _scan_class)
        record = _edit_records.get(ident)
    if not is_unchanged and record is not None and record.nodes is not None:
        _watches[ident] = _Watch(record, version)
    return result


cdef class _Scan:
    """`reached.Scan` without `found`."""

    cdef readonly dict nodes
    cdef readonly dict attributes
    cdef readonly list functions
    cdef readonly set missing
    cdef list followed
    # id of a function that is followed, or of globals -> True, or the name of the globals
    cdef dict known
    cdef set names

    def __init__(self, namespace):
        self.nodes = {}
        self.attributes = {}
        self.functions = []
        self.followed = []
        self.known = {}
        self.names = set()
        self.missing = set()
        cdef Py_ssize_t index = 0
        for name, value in (<dict?>namespace).items():
            if Py_TYPE(name) is not &PyUnicode_Type or name in _SKIPPED_NAMES:
                continue
            if Py_TYPE(value) is not &PyGetSetDescr_Type and Py_TYPE(value) is not &PyMemberDescr_Type:
                self.attributes[name] = self.add((name,), value)
        while index < len(self.followed):
            place, function = <tuple>self.followed[index]
            self.functions.append(self.function(place, function))
            index += 1

    cdef tuple add(self, tuple place, object value):
        cdef tuple node = self.node(place, value, 0)
        self.nodes[place] = node
        return node

    cdef tuple node(self, tuple place, object value, int depth):
        cdef object cls = <object>Py_TYPE(value)
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef list nodes
        cdef Py_ssize_t index
        if cls in _ATOM_TYPES:
            return _VALUE, value
        if kind is &PyFunction_Type:
            if _function_by_reference(value):
                return _REFERENCE, _weak(value)
            if <size_t><PyObject *>value not in self.known and len(self.followed) < _MAX_FOLLOWED:
                self.known[<size_t><PyObject *>value] = True
                self.followed.append((place, value))
            return _FUNCTION_KIND, _weak(value), lp_read(<PyObject *>value, &(<PyFunctionObject *>value).func_code)
        if PyType_Check(value) or PyType_IsSubtype(kind, &PyModule_Type):
            return _REFERENCE, _weak(value)
        if depth >= _MAX_NODE_DEPTH:
            return _IGNORED
        if kind is &PyStaticMethod_Type or kind is &PyClassMethod_Type:
            return _PARTS, cls, (self.node(place + ("__func__",), value.__func__, depth + 1),)
        if kind is &PyProperty_Type:
            nodes = []
            for part in _PROPERTY_PARTS:
                nodes.append(self.node(place + (part,), getattr(value, part), depth + 1))
            return _PARTS, cls, tuple(nodes)
        if cls in _CONTAINER_TYPES:
            nodes = []
            for index, item in enumerate(_items_of(value)):
                nodes.append(self.node(place + (str(index),), item, depth + 1))
            return _ITEMS, cls, len(value), tuple(nodes)
        if cls is _FIELD or not PyObject_GC_IsTracked(<PyObject *>value):
            return _VALUE, value
        for part, inner in _inner_functions(value):
            self.node(place + (part,), inner, depth + 1)
        try:
            return _REFERENCE, _weak(value)
        except TypeError:
            return _DIGEST_KIND, _value_digest(value)

    cdef tuple function(self, tuple place, object function):
        cdef PyFunctionObject *func = <PyFunctionObject *>function
        cdef object code = lp_read(<PyObject *>func, &func.func_code)
        cdef object defaults = lp_read(<PyObject *>func, &func.func_defaults)
        cdef object kwdefaults = lp_read(<PyObject *>func, &func.func_kwdefaults)
        cdef object attributes = None
        cdef list cells = None
        cdef list items
        cdef PyObject *contents
        if func.func_closure != NULL:
            cells = []
            for name, cell in zip(code.co_freevars, lp_read(<PyObject *>func, &func.func_closure)):
                if name in _RUNNING_CELLS:
                    cells.append(_IGNORED)
                    continue
                contents = PyCell_Get(cell)
                if contents == NULL:
                    cells.append(None)
                    continue
                value = <object>contents
                Py_DECREF(value)
                cells.append(self.add(place + ("cell", name), value))
        if func.func_dict != NULL:
            own = lp_copy_dict(lp_read(<PyObject *>func, &func.func_dict))
            if own:
                items = []
                for key, value in own.items():
                    if Py_TYPE(key) is &PyUnicode_Type:
                        items.append((_VALUE, key))
                        items.append(self.add(place + ("attr", key), value))
                attributes = _ITEMS, dict, len(own), tuple(items)
        return (
            _weak(function),
            code,
            None if defaults is None else self.add(place + ("defaults",), defaults),
            None if kwdefaults is None else self.add(place + ("kwdefaults",), kwdefaults),
            attributes,
            None if cells is None else tuple(cells),
            self.globals(<object>func.func_globals, code),
            place,
        )

    cdef tuple globals(self, object namespace, object code):
        cdef object ident = <size_t><PyObject *>namespace
        cdef list found = []
        cdef tuple place
        label = _lookup(self.known, ident)
        if label is None:
            label = str(_module_in_payload(namespace.get("__name__")))
            while label in self.names:
                label += "'"
            self.names.add(label)
            self.known[ident] = label
        for name in _code_info(<PyObject *>code).names:
            place = "", label, name
            if name in _NEVER_SENT or place in self.known:
                continue
            self.known[place] = True
            value = namespace.get(name, _ABSENT)
            if value is _ABSENT:
                self.missing.add(place)
                found.append((name, None))
            else:
                found.append((name, self.add(place, value)))
        return tuple(found) if found else None


def _scan_class(cls):
    """See `reached.scan`."""
    if not PyType_Check(cls):
        raise TypeError(f"expected a class, got a {type(cls).__name__}")
    return _Scan((<dict>lp_class_dict(<PyTypeObject *>cls)).copy())


cdef object _weak = weakref.ref
cdef frozenset _SKIPPED_NAMES = reached.SKIPPED
cdef frozenset _ATOM_TYPES = reached.ATOMS
cdef frozenset _CONTAINER_TYPES = reached.CONTAINERS
cdef tuple _PROPERTY_PARTS = reached.PROPERTY_PARTS
cdef tuple _NEVER_SENT = reached.NEVER_SENT
cdef tuple _RUNNING_CELLS = reached.RUNNING_CELLS
cdef Py_ssize_t _MAX_FOLLOWED = reached.MAX_FUNCTIONS
cdef int _MAX_NODE_DEPTH = reached.MAX_DEPTH
cdef object _items_of = reached.items_of
cdef object _inner_functions = reached.inner_functions
cdef object _value_digest = digest.value_digest
cdef object _FIELD = reached.FIELD
cdef object _PARTS = reached.PARTS
cdef object _DIGEST_KIND = reached.DIGEST
cdef dict _edit_records = edits.records
cdef dict _watches = edits.watches
cdef object _remember = edits.remember
cdef object _matches_slowly = reached.matches
cdef object _ABSENT = reached.ABSENT
cdef object _IGNORED = reached.IGNORED
# Small integers, which the interpreter never frees.
cdef object _VALUE = reached.VALUE
cdef object _REFERENCE = reached.REFERENCE
cdef object _FUNCTION_KIND = reached.FUNCTION
cdef object _ITEMS = reached.ITEMS
cdef int _ITEMS_NODE = reached.ITEMS
cdef int _DIGEST_NODE = reached.DIGEST
