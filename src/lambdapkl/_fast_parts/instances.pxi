# Instances: those that `object` reduces, and those that have a reducer.

cdef object _entry(PayloadState self, object obj, PyTypeObject *kind):
    """Return how to reduce instances of `kind`: with a reducer, a `_Kind` or the like, or not (None)."""
    cdef object ident = <size_t>kind
    cdef object entry = _lookup_or(self._kinds, ident, _MISSING)
    if entry is not _MISSING:
        return entry
    self._used = True
    entry = _find_entry(self, obj, kind)
    self._kinds[ident] = entry
    # Keeps the class alive, so that no other class gets its id.
    self._alive.append(<object>kind)
    return entry


cdef object _find_entry(PayloadState self, object obj, PyTypeObject *kind):
    cls = <object>kind
    if (
        Py_TYPE(cls) is not &PyType_Type
        and isinstance(cls, _enum_type() or ())
        and not _class_by_reference(cls)
        and not _in_table(self, cls)
    ):
        if _classes.reduce_instance(obj, self) is not NotImplemented:
            return _ENUM
    cdef bint heap = (kind.tp_flags & Py_TPFLAGS_HEAPTYPE) != 0
    found = _inherited_reducer(kind) if heap else _static_entry(kind)
    if found is not None:
        if _in_table(self, cls):
            return _own_reducer(self, kind)
        return found.bind(self) if type(found) is _WithPayloadState else found
    found = _own_reducer(self, kind)
    if found is None and heap:
        found = _learn(self, obj, kind)
        if found is None and not _in_table(self, cls):
            # A plan, if the base leaves out attributes of the instances, or None.
            found = _subclass_state.plan_of(cls)
            if found is None and _has_reduce_in_python(cls):
                found = _BY_METHOD
        return found
    return _quicker(found, kind)


cdef object _inherited_reducer(PyTypeObject *kind):
    cdef object ancestor = <object>kind
    cdef PyTypeObject *base
    while True:
        # A metaclass may define a hash.
        if Py_TYPE(ancestor).tp_hash is PyType_Type.tp_hash:
            reducer = _lookup(_inherited, ancestor)
            if reducer is not None:
                return _quicker(reducer, kind)
        base = (<PyTypeObject *>ancestor).tp_base
        if base == NULL or base is &PyBaseObject_Type:
            return None
        ancestor = <object>base


cdef object _static_entry(PyTypeObject *kind):
    """Return the inherited reducer of a type that is never freed, or the method that reduces its instances, or None."""
    global _known_inherited
    cdef object ident = <size_t>kind
    if PyDict_Size(<PyObject *>_inherited) == _known_inherited:
        found = _lookup_or(_static_entries, ident, _MISSING)
        if found is not _MISSING:
            return found
    # Reducers are added with this lock held, so the entries belong to this number of reducers.
    with _lock:
        if PyDict_Size(<PyObject *>_inherited) != _known_inherited:
            _static_entries.clear()
            _known_inherited = PyDict_Size(<PyObject *>_inherited)
        found = _inherited_reducer(kind)
        if found is None:
            found = _own_method(kind)
        _static_entries[ident] = found
    return found


cdef object _own_method(PyTypeObject *kind):
    """Return the `__reduce_ex__` or `__reduce__` that is the same for all instances of `kind`, or None."""
    cdef _Method entry
    if kind.tp_dictoffset != 0 or not lp_has_default_getattr(kind):
        return None
    cls = <object>kind
    method = cls.__reduce_ex__
    takes_protocol = method is not _object_reduce_ex
    if not takes_protocol:
        method = cls.__reduce__
    if method is _object_reduce or Py_TYPE(method) is not &PyMethodDescr_Type:
        return None
    entry = _Method.__new__(_Method)
    entry.method = method
    entry.takes_protocol = takes_protocol
    return entry


cdef bint _is_left_to_table(PayloadState self, object kind) except -1:
    """Whether the program has a reducer for a type that `PayloadState` reduces; see `_pure.PayloadState`."""
    reducer = self.table.get(kind) if self._user is None else _lookup(self._user, kind)
    return (
        reducer is not None
        and reducer is not _lookup(_copyreg_table, kind)
        and type(reducer) is not _Fallback
    )


cdef dict _copyreg_table = copyreg.dispatch_table


cdef bint _in_table(PayloadState self, object kind) except -1:
    if self._user is None:
        return kind in self.table
    return kind in self._user or kind in self._copyreg or kind in self._own


cdef object _own_reducer(PayloadState self, PyTypeObject *kind):
    """Return the reducer for exactly `kind` if the pickler is pooled: such a pickler has no table itself."""
    if self._user is None:
        return None
    reducer = _lookup(self._user, <object>kind)
    if reducer is None:
        reducer = _lookup(self._copyreg, <object>kind)
    if reducer is None:
        reducer = _lookup(self._own, <object>kind)
    return reducer


cdef object _learn(PayloadState self, object obj, PyTypeObject *kind):
    """Return how to reduce instances of the class `kind` if `object` reduces them, else None."""
    if not kind.tp_flags & Py_TPFLAGS_HEAPTYPE:
        return None
    cls = <object>kind
    if (
        cls.__reduce_ex__ is not _object_reduce_ex
        or cls.__reduce__ is not _object_reduce
        or cls.__getstate__ is not _object_getstate
        or _in_table(self, cls)
    ):
        return None
    cdef bint has_default_getattr = lp_has_default_getattr(kind)
    cdef bint by_value = cls in _own_keys or not _class_by_reference(cls)
    if not by_value and (self.protocol < 2 or not has_default_getattr):
        return None
    if not by_value and kind.tp_dictoffset == 0 and _is_named_tuple(cls):
        return _NAMED_TUPLE
    if by_value:
        _running_methods.check_new(cls)
    cdef _Kind entry = _Kind.__new__(_Kind)
    entry.by_value = by_value
    # `object` may be unable to reduce an instance that has a method for pickling in its dictionary.
    # `pickle` decides.
    if has_default_getattr and not _overrides(getattr(obj, "__dict__", None)):
        # The result shows whether instances have arguments, items, or state that only C can see.
        reduced = object.__reduce_ex__(obj, 2)
        if reduced[0] is _newobj and reduced[1] == (cls,) and reduced[3] is None and reduced[4] is None:
            if not hasattr(cls, "__getnewargs_ex__") and not hasattr(cls, "__getnewargs__"):
                entry.args = reduced[1]
                entry.slots = tuple(_slot_names(cls) or ())
                entry.has_dict = kind.tp_dictoffset != 0
                _find_offsets(entry, cls)
    if entry.args is None and not by_value:
        return None
    if entry.args is not None and (not entry.slots or entry.at_offsets):
        return entry
    plan = _subclass_state.plan_of(cls)
    return entry if plan is None else plan


cdef bint _is_named_tuple(object cls) except -1:
    """Whether `cls` is a named tuple without slots. Their `__getnewargs__` have the same code, and return the items."""
    global _named_tuple_code
    if not issubclass(cls, tuple) or hasattr(cls, "__getnewargs_ex__"):
        return False
    method = getattr(cls, "__getnewargs__", None)
    if Py_TYPE(method) is not &PyFunction_Type:
        return False
    if _named_tuple_code is None:
        import collections
        _named_tuple_code = collections.namedtuple("_", ()).__getnewargs__.__code__
    return method.__code__ is _named_tuple_code and not _slot_names(cls)


cdef object _reduce_named_tuple(object obj):
    """Return what `object` returns for a named tuple: a call of `copyreg.__newobj__` with class and items."""
    if not isinstance(obj, tuple):
        return NotImplemented
    # `+` would call methods of the program's class.
    return _newobj, PySequence_Concat((<object>Py_TYPE(obj),), obj)


cdef int _find_offsets(_Kind entry, object cls) except -1:
    """Record the offsets of the slots, if each has the interpreter's descriptor."""
    cdef Py_ssize_t index = 0
    cdef Py_ssize_t offset
    if not LP_READS_SLOTS or PyTuple_GET_SIZE(entry.slots) > _MAX_OFFSETS:
        return 0
    for name in entry.slots:
        descriptor = getattr(cls, name, None)
        offset = lp_slot_offset(<PyObject *>descriptor, <PyTypeObject *>cls)
        if offset <= 0:
            return 0
        entry.offsets[index] = offset
        index += 1
    entry.at_offsets = True
    return 0


cdef object _reduce_known(PayloadState self, object obj, _Kind kind):
    """Reduce an instance as `object` does. If its class is pickled by value, copy the names of its attributes."""
    cdef dict namespace = None
    cdef dict slots = None
    cdef object state = None
    if kind.args is None or PyTuple_GET_ITEM(kind.args, 0) != <PyObject *>Py_TYPE(obj):
        return _reduce_plain(self, obj)
    if kind.has_dict:
        found = PyObject_GenericGetDict(obj, NULL)
        if type(found) is not dict:
            # A subclass of dict.
            return _reduce_plain(self, obj) if kind.by_value else NotImplemented
        namespace = <dict>found
        if not namespace:
            namespace = None
        elif _overrides(namespace):
            return NotImplemented
    cdef Py_ssize_t index = 0
    cdef PyObject *field
    if kind.slots:
        for name in kind.slots:
            if kind.at_offsets:
                field = lp_read_slot(<PyObject *>obj, kind.offsets[index])
                index += 1
                if field == NULL:
                    continue
                value = <object>field
                Py_DECREF(value)
            else:
                value = getattr(obj, name, _MISSING)
                if value is _MISSING:
                    continue
            if slots is None:
                slots = {}
            slots[name] = value
    if kind.by_value:
        if namespace is not None:
            namespace = _named(self, namespace)
        if slots is not None:
            slots = _named(self, slots)
    if slots is not None:
        state = (namespace, slots)
    elif namespace is not None:
        state = namespace
    else:
        return _newobj, kind.args
    return _newobj, kind.args, state


cdef object _reduce_plain(PayloadState self, object obj):
    """Reduce an instance by `object.__reduce_ex__`; see `_pure.PayloadState._reduce_plain`."""
    if not lp_has_default_getattr(Py_TYPE(obj)) and not byvalue.is_reduced_by_object(obj):
        return NotImplemented
    namespace = getattr(obj, "__dict__", None)
    if _overrides(namespace):
        return NotImplemented
    cdef tuple reduced = object.__reduce_ex__(obj, 2)
    if namespace is obj:
        return reduced[:2] + ((obj,),) + reduced[3:] + (_set_subclass_state,)
    state = reduced[2]
    if type(state) is dict:
        named = _named(self, <dict>state)
    elif type(state) is tuple and PyTuple_GET_SIZE(state) == 2:
        first, second = <tuple>state
        named = (
            _named(self, <dict>first) if type(first) is dict else first,
            _named(self, <dict>second) if type(second) is dict else second,
        )
    else:
        return reduced
    return reduced[:2] + (named,) + reduced[3:]


cdef dict _named(PayloadState self, dict state):
    cdef dict named = {}
    for key, value in state.items():
        if Py_TYPE(value) is &PyModule_Type:
            _note_package(self, value)
        named[self.name(<str>key) if type(key) is str else key] = value
    if "__wrapped__" in named:
        _subclass_state.separate_names(named)
    return named


cdef object _quicker(object reducer, PyTypeObject *kind):
    """Return a reducer in C that does the work of `reducer` for objects of exactly `kind`, or `reducer` itself."""
    if reducer is _descriptors.reduce_method:
        return _reduce_method_object if kind is &PyMethod_Type else reducer
    if reducer is _descriptors.reduce_property and kind is &PyProperty_Type:
        return _reduce_property
    if reducer is _descriptors.reduce_wrapper and (kind is &PyStaticMethod_Type or kind is &PyClassMethod_Type):
        return _reduce_wrapper
    if _dataclass_parts is None:
        parts = _lookup(_families, "dataclass_parts")
        if parts is None:
            return reducer
        _take_dataclass_parts(parts)
    return _reduce_field if reducer is _field_reducer else reducer


def _reduce_method_object(method):
    function = method.__func__
    if Py_TYPE(function) is not &PyFunction_Type or not _function_by_reference(function):
        if _has_importable_class(method.__self__):
            return _descriptors.reduce_method(method)
    return _method, (function, method.__self__)


def _reduce_property(obj):
    """Do the work of `reducers.descriptors.reduce_property` for `property` itself."""
    fget = obj.fget
    doc = obj.__doc__
    inherited = getattr(fget, "__doc__", None)
    cdef dict state = None
    if doc is None and inherited is not None:
        state = {lp_copy_str("__doc__"): None}
    if _PROPERTY_HAS_NAME:
        name = getattr(obj, "__name__", None)
        usual = getattr(fget, "__name__", None)
        if name is not usual and name != usual:
            if state is None:
                state = {}
            state[lp_copy_str("__name__")] = lp_copy_str(name) if isinstance(name, str) else name
    cdef tuple args = (fget, obj.fset, obj.fdel) if doc is inherited or doc == inherited else (fget, obj.fset, obj.fdel, doc)
    if state is None:
        return property, args
    return property, args, (None, state)


def _reduce_wrapper(obj):
    """Do the work of `reducers.descriptors.reduce_wrapper` for `staticmethod` and `classmethod` themselves."""
    kind = <object>Py_TYPE(obj)
    function = obj.__func__
    cdef dict copied = kind(function).__dict__
    cdef dict own = None
    # A copy, because a comparison may run code that changes the dictionary.
    for key, value in lp_copy_dict(obj.__dict__).items():
        usual = _lookup_or(copied, key, _MISSING)
        if usual is not _MISSING and (usual is value or usual == value):
            continue
        if own is None:
            own = {}
        own[_private_key(key)] = value
    if own is None:
        return kind, (function,)
    return kind, (function,), own


cdef object _private_key = names.private_key
# Since 3.13 a property has the name of the attribute.
cdef bint _PROPERTY_HAS_NAME = sys.version_info >= (3, 13)
# id of a type that is never freed -> the result of `_static_entry`, valid for this number of
# reducers in `_inherited`
cdef dict _static_entries = {}
cdef Py_ssize_t _known_inherited = 0
# Entries for members of enumerations, instances of classes with a `__reduce__`, and named tuples.
cdef object _ENUM = object()
cdef object _BY_METHOD = object()
cdef object _NAMED_TUPLE = object()
cdef object _named_tuple_code = None
cdef object _newobj = copyreg.__newobj__
cdef object _slot_names = copyreg._slotnames
cdef object _object_reduce_ex = object.__reduce_ex__
cdef object _object_reduce = object.__reduce__
cdef object _object_getstate = object.__getstate__
cdef frozenset _OVERRIDING = names.OVERRIDING
cdef Py_ssize_t _FEW = 10


cdef bint _overrides(object namespace) except -1:
    """Whether the dictionary of an instance has a method that changes how it is pickled."""
    cdef PyObject *key = NULL
    cdef PyObject *value = NULL
    cdef Py_ssize_t position = 0
    cdef bint plain
    if type(namespace) is not dict:
        return isinstance(namespace, dict) and not _OVERRIDING.isdisjoint(namespace)
    cdef dict own = <dict>namespace
    if len(own) <= _FEW:
        # Reading the names of a few attributes is faster than four lookups.
        plain = True
        with cython.critical_section(namespace):
            while plain and PyDict_Next(own, &position, &key, &value):
                plain = Py_TYPE(<object>key) is &PyUnicode_Type and not lp_begins_with_underscores(key)
        if plain:
            return False
    return "__reduce_ex__" in own or "__getstate__" in own or "__getnewargs__" in own or "__getnewargs_ex__" in own
