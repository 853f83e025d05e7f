# Cells that functions share with methods of a class, and sentinels: `reducers/shared_cells.py`,
# `reducers/sentinels.py`.

cdef int _note_class_cells(PayloadState self, object function, tuple cells) except -1:
    """Record cells of `function` that methods of a class have, too, if one of the cells has such a class."""
    cdef PyObject *content
    cdef object kind
    for cell in cells:
        content = PyCell_Get(cell)
        if content == NULL:
            continue
        value = <object>content
        Py_DECREF(value)
        kind = value if PyType_Check(value) else <object>Py_TYPE(value)
        if (<PyTypeObject *>kind).tp_flags & Py_TPFLAGS_HEAPTYPE and not _class_by_reference(kind):
            found = _shared_cells.in_classes(function)
            if found:
                if self._class_cells is None:
                    self._class_cells = {}
                self._class_cells.update(found)
            return 0
    return 0


cdef object _holder_of_globals(PayloadState self, object function, _CodeInfo info):
    place = _shared_cells.place_for(function, self._class_cells)
    return function if place is None else _shared_cells.holder_of_globals(function, place, info.names)


cdef bint _is_of_class(PayloadState self, object ident, object function) except -1:
    """Whether `function` gets a cell from a class of which it is no method."""
    place = _lookup(self._class_cells, ident)
    return place is not None and <size_t><PyObject *>function not in <set>(<tuple>place)[4]


cdef int _note_sentinel(PayloadState self, object value, object namespace) except -1:
    found = _sentinels.in_modules(value, namespace)
    if found is not None:
        if self._sentinels is None:
            self._sentinels = {}
        self._sentinels[<size_t><PyObject *>value] = found
    return 0


cdef object _reduce_sentinel(PayloadState self, object value):
    """Return the reference to an `object()` that an importable module has, or None."""
    found = _lookup(self._sentinels, <size_t><PyObject *>value)
    if found is None:
        return None
    module, name = <tuple>found
    return _attribute, (self.name(module), self.name(name))
