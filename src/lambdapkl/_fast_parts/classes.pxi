# Classes whose metaclass is `type`, and what all classes are made of: `reducers/classes.py`,
# `reducers/skeletons.py`.

cdef object _reduce_usual_class(PayloadState self, object cls):
    """Do the work of `reducers.classes.reduce_class` for a class whose metaclass is `type`."""
    cdef PyTypeObject *kind = <PyTypeObject *>cls
    cdef object ident
    if not kind.tp_flags & Py_TPFLAGS_HEAPTYPE:
        ident = <size_t>kind
        if self._numbers_builtin_types:
            number = _lookup(_builtin_numbers, ident)
            if number is not None:
                return _function, number
        if ident in _static_types:
            return NotImplemented
        if ident in _builtin_names or not _class_by_reference(cls):
            return _classes.reduce_class(cls, self)
        # Such a type is never freed and never pickled by value.
        if cls.__module__ == "builtins":
            _static_types.add(ident)
        return NotImplemented
    cdef int by_reference = _class_by_reference(cls)
    if by_reference:
        return _classes.reduce_class(cls, self) if by_reference == 2 or <size_t>kind in _builtin_names else NotImplemented
    if kind.tp_flags & Py_TPFLAGS_IMMUTABLETYPE:
        return _classes.reduce_class_by_value(cls, self)
    if Py_TYPE(_lookup(lp_class_dict(kind), "__new__")) is &PyCFunction_Type:
        return _classes.reduce_class_by_value(cls, self)
    if PyType_IsSubtype(kind, &PyType_Type):
        return _classes.reduce_class_by_value(cls, self)
    args, attributes = _describe(self, cls)
    reduced = _with_changes(self, cls, (_class, args, attributes, None, None, _class))
    return _loaded_files.from_file(cls, reduced, self) if _not_found else reduced


cdef tuple _describe(PayloadState self, cls):
    """Return the arguments for the skeleton of `cls`, and its attributes; see `reducers.skeletons.describe`."""
    cdef PyTypeObject *kind = <PyTypeObject *>cls
    cdef object metaclass = <object>Py_TYPE(cls)
    cdef bint usual = Py_TYPE(cls) is &PyType_Type
    # A copy, because keys may define a hash in Python, and reducing a value may change the class.
    cdef dict own = lp_class_dict(kind).copy()
    cdef dict attributes = {}
    cdef dict shadowing = None
    cdef frozenset taken = None if usual else _skeletons.intercepted(metaclass)
    cdef list slots = None
    cdef object special
    cdef PyTypeObject *of
    cdef object changed = None
    cdef object explicit = None
    self._used = True
    module, qualname, simple = cls.__module__, cls.__qualname__, cls.__name__
    if not (type(module) is str and type(qualname) is str and type(simple) is str):
        module, qualname, simple = _class_names(cls)
    self.class_dicts[<size_t>kind] = cls
    self.class_dicts[qualname] = cls
    if not usual and not _class_by_reference(metaclass):
        _skeletons.note_metaclasses(cls, self)
    for early in _EARLY:
        value = _lookup(own, early)
        if value is not None and (usual or early not in taken):
            attributes[self.name(early)] = _in_wire_form(early, value)
    if _DEFERRED_ANNOTATIONS:
        changed = _skeletons.changed_annotations(cls)
        if changed is not None:
            attributes[self.name("__annotations__")] = changed
            if "__annotations__" in own:
                shadowing = {self.name("__annotations__"): {}}
    for name, value in own.items():
        of = Py_TYPE(value)
        if of is not &PyFunction_Type:
            if of is &PyGetSetDescr_Type:
                if (name == "__dict__" or name == "__weakref__") and _of_slot(cls, name, value):
                    continue
            elif of is &PyMemberDescr_Type and _of_slot(cls, name, value):
                if slots is None:
                    slots = []
                slots.append(self.name(name))
                continue
            if (
                of is &PyMethodDescr_Type
                or of is &PyWrapperDescr_Type
                or of is &PyGetSetDescr_Type
                or of is &PyClassMethodDescr_Type
                or of is &PyCFunction_Type
            ):
                _skeletons.check_attribute(cls, name, value)
            elif of is &PyModule_Type:
                _note_package(self, value)
            elif of is &PyDict_Type and name == "_field_defaults":
                value = _skeletons.with_names_of_fields(value, own)
        special = _lookup(_special_names, name)
        if special is _SHADOWS or not usual and name in taken:
            if shadowing is None:
                shadowing = {}
            shadowing[self.key(name)] = value
        elif special is None:
            if of is &PyTuple_Type or of is &PyFrozenSet_Type or of is &PySet_Type:
                value = _in_wire_form(name, value)
            attributes[self.key(name)] = value
        elif special is _ANNOTATES and changed is None and not _is_cached_absence(name, value):
            attributes[self.name(name)] = value
    if slots is not None or "__slots__" in own:
        explicit = _skeletons.explicit_slots(own, slots or (), self)
    cdef tuple tracked = _key_of(cls, module, qualname)
    cdef tuple bases = <tuple?>_type_bases(cls)
    if PyTuple_GET_SIZE(bases) == 1 and PyTuple_GET_ITEM(bases, 0) == <PyObject *>&PyBaseObject_Type:
        bases = ()
    cdef list args = [
        self.name(qualname),
        self.name(module) if isinstance(module, str) else module,
        tracked[2],
        bases,
        tracked[3],
        metaclass,
        explicit,
        None if simple == qualname.rpartition(".")[2] else self.name(simple),
        shadowing,
    ]
    cdef Py_ssize_t count = len(args)
    while count > 3 and args[count - 1] is _SKELETON_DEFAULTS[count - 4]:
        count -= 1
    if "__hash__" in own and _holds_instances(attributes, kind):
        attributes = _namespaces.staged(cls, attributes)
    return tuple(args[:count]), attributes


cdef tuple _key_of(object cls, object module, object qualname):
    """Return what `keys.key_of` returns, with a fast path for a class that already has a key."""
    cdef object ident = <size_t><PyObject *>cls
    cdef object found = _lookup(_tracked, ident)
    cdef tuple key
    if found is not None:
        reference, key = <tuple>found
        if reference() is cls and key[1] == qualname and key[0] == module:
            return key
    return keys.key_of(cls, module, qualname, _class_digest)


cdef bint _holds_instances(dict attributes, PyTypeObject *cls) except -1:
    """Whether one of the attributes is a set or dictionary of instances of `cls`."""
    for value in attributes.values():
        if isinstance(value, (dict, set, frozenset)):
            for each in value:
                if PyType_IsSubtype(Py_TYPE(each), cls):
                    return True
    return False


cdef object _class_names = names.class_names
cdef object _type_bases = names.TYPE_BASES
cdef dict _builtin_numbers = builtin_types.NUMBERS
cdef dict _tracked = keys.keys
cdef bint _DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)
# ids of types that are pickled by reference; a type in it is never freed.
cdef set _static_types = set()
cdef tuple _SKELETON_DEFAULTS = ((), 0, type, None, None, None)
