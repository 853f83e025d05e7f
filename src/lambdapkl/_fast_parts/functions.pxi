# Functions and cells: `_pure.PayloadState._reduce_function` and what it calls.

cdef tuple _NOBODY = (None, None)
cdef object _MappingProxy = MappingProxyType


cdef bytes _blob(PayloadState self, _CodeInfo info):
    # Equal code becomes one code object when it is loaded, so equal blobs are one object here.
    if self._only_info is None:
        self._only_info = info
    if self._only_info is info:
        return info.blob
    if not self._blobs:
        self._blobs[self._only_info.blob] = self._only_info.blob
    return <bytes>self._blobs.setdefault(info.blob, info.blob)


cdef int _keep_globals(PayloadState self, PyObject *namespace, object owner, set sent) except -1:
    self._used = True
    if self._only_globals == NULL or self._only_globals == namespace:
        self._only_globals = namespace
        self._only_owner = owner
        self._only_sent = sent
    else:
        self._globals[<size_t>namespace] = owner, sent
    return 0


cdef object _file_name(PayloadState self, _CodeInfo info):
    return None if info.file_name is None else self.name(<str>info.file_name)


cdef object _reduce_function(PayloadState self, object function):
    self._numbers_builtin_types = True
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef object code = lp_read(<PyObject *>func, &func.func_code)
    cdef _CodeInfo info = _code_info(<PyObject *>code)
    cdef object namespace = <object>func.func_globals
    cdef object module_name = _global(namespace, "__name__")
    cdef object owner = None
    cdef set sent = None
    cdef object where
    cdef bint has_name = module_name is not _MISSING
    if not isinstance(module_name, str):
        module_name = None
    if info.recreate is not None:
        recreated = info.recreate(function)
        if recreated is not None:
            constructor, arguments, defaults = <tuple>recreated
            attributes = _attributes(self, function, code, info, module_name) or {}
            for name, default in (<dict>defaults).items():
                value = (<dict>attributes).get(name, _MISSING)
                if value is default or (type(value) is str and type(default) is str and value == default):
                    del attributes[name]
            if not attributes:
                return constructor, arguments
            return constructor, arguments, (None, None, None, attributes), None, None, _function

    if func.func_closure != NULL:
        _note_class_cells(self, function, <tuple>func.func_closure)
    if self._only_globals == func.func_globals:
        owner, sent = self._only_owner, self._only_sent
    elif self._globals:
        owner, sent = self._globals.get(<size_t>func.func_globals, _NOBODY)
    holder = function if self._class_cells is None else _holder_of_globals(self, function, info)
    if holder is None:
        owner, sent = None, set()
    elif owner is None or owner is function:
        owner, sent = holder, set()
        _keep_globals(self, func.func_globals, owner, sent)
    if owner is None or owner is function:
        where = None if module_name is None else self.name(module_name)
    else:
        where = owner

    cdef dict reached = None
    cdef list used = None
    for name in info.names:
        value = _global(namespace, name)
        if value is _MISSING or name == "__builtins__" or name == "__name__":
            continue
        if PyType_IsSubtype(Py_TYPE(value), &PyModule_Type):
            used = _add_submodules(self, value, code, info, used)
        elif Py_TYPE(value) is &PyBaseObject_Type:
            _note_sentinel(self, value, namespace)
        if name not in sent:
            sent.add(name)
            reached = _put(self, reached, <str>name, value)
    if info.imports and "__package__" not in sent:
        value = _global(namespace, "__package__")
        if value is not _MISSING and value:  # None or "" in a script
            sent.add("__package__")
            reached = _put(self, reached, "__package__", value)
    if has_name and module_name is None and "__name__" not in sent:
        value = _global(namespace, "__name__")
        if value is not _MISSING:
            sent.add("__name__")
            reached = _put(self, reached, "__name__", value)

    cdef tuple closure = None
    cdef object contents = None
    if func.func_closure != NULL:
        closure, contents, used = _close(self, function, code, <tuple>func.func_closure, info, used)
    attributes = _attributes(self, function, code, info, module_name)
    defaults = lp_read(<PyObject *>func, &func.func_defaults)
    used = _add_other_submodules(self, defaults, lp_read(<PyObject *>func, &func.func_kwdefaults), code, info, used)
    if func.func_builtins != <PyObject *>_standard_builtins and own_builtins.are_needed(function, info.names, info.imports):
        where = (where, own_builtins.in_payload(function))
    cdef tuple args = (_blob(self, info), _file_name(self, info), where)
    if closure is not None:
        args += (closure,)
    cdef tuple state
    if used is not None:
        state = (reached, contents, defaults, attributes, tuple(used))
    elif attributes is not None:
        state = (reached, contents, defaults, attributes)
    elif defaults is not None:
        state = (reached, contents, defaults)
    elif contents is not None:
        state = (reached, contents)
    elif reached is not None:
        state = (reached,)
    else:
        return _function, args
    return _function, args, state, None, None, _function


cdef object _global(object namespace, object name):
    """Return the global `name` as a function sees it, or `_MISSING`; see `_pure.payload_state.find_global`."""
    if Py_TYPE(namespace) is &PyDict_Type:
        return _lookup_or(namespace, name, _MISSING)
    try:
        return namespace[name]
    except KeyError:
        return _MISSING


cdef tuple _close(PayloadState self, object function, object code, tuple cells, _CodeInfo info, list used):
    """Return how the reader gets the cells of `function`, the contents of new cells, and `used`."""
    cdef Py_ssize_t count = PyTuple_GET_SIZE(cells)
    cdef Py_ssize_t index
    # Most cells are new and full: then `closure` stays None and `values` a list without indices.
    cdef list closure = None
    cdef list values = []
    cdef dict contents = None
    cdef PyObject *value
    cdef object found
    cdef object cell
    cdef object ident
    cdef object known
    for index in range(count):
        cell = <object>PyTuple_GET_ITEM(cells, index)
        ident = <size_t><PyObject *>cell
        known = None
        if self._loose_cells and ident in self._loose_cells:
            known = cell
        elif self._class_cells is not None and _is_of_class(self, ident, function):
            known = cell
        else:
            found = _lookup(self._cells, ident)
            if found is not None:
                owner, place = <tuple>found
                if owner is not function:
                    known = found
                elif place != index:
                    # `FunctionType` allows a closure with the same cell twice.
                    known = place
        if known is not None:
            if closure is None:
                closure = [None] * count
            closure[index] = known
            value = NULL
        else:
            PyDict_SetItem(self._cells, ident, (function, index))
            value = PyCell_Get(cell)
        if value == NULL:
            if contents is None:
                contents = dict(enumerate(values)) if values else {}
            continue
        content = <object>value
        Py_DECREF(content)
        if PyType_IsSubtype(Py_TYPE(content), &PyModule_Type):
            used = _add_submodules(self, content, code, info, used)
        elif (type(content) is dict or type(content) is _MappingProxy) and code.co_freevars[index] == "__classdict__":
            content = _namespaces.class_dict(content, function, self)
        if contents is None:
            values.append(content)
        else:
            contents[index] = content
    return (
        None if closure is None else tuple(closure),
        tuple(values) if contents is None else (contents or None),
        used,
    )


cdef dict _attributes(PayloadState self, object function, object own_code, _CodeInfo info, object module_name):
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef PyCodeObject *code = <PyCodeObject *>own_code
    cdef dict found = None
    if info.constants:
        # The constructor cannot take these constants: they may refer to the function.
        found = _put(self, found, "__code__", own_code)
    field = lp_read(<PyObject *>func, &func.func_name)
    if <PyObject *>field != code.co_name and field != <object>code.co_name:
        found = _put(self, found, "__name__", self.name(field))
    field = lp_read(<PyObject *>func, &func.func_qualname)
    if (
        <PyObject *>field != code.co_qualname
        and field != <object>code.co_qualname
        and (self._derived_annotates is None or <size_t>func not in self._derived_annotates)
    ):
        found = _put(self, found, "__qualname__", self.name(field))
    module = lp_read(<PyObject *>func, &func.func_module)
    if module is not module_name and module != module_name:
        found = _put(self, found, "__module__", self.name(module) if isinstance(module, str) else module)
    doc = lp_read(<PyObject *>func, &func.func_doc)
    if doc is not info.doc and doc != info.doc:
        found = _put(self, found, "__doc__", doc)
    field = lp_read(<PyObject *>func, &func.func_kwdefaults)
    if field is not None:
        found = _put(self, found, "__kwdefaults__", field)
    field = lp_annotate(func)
    annotations = lp_read(<PyObject *>func, &func.func_annotations)
    if field is not None:
        annotations = None if annotations is None else _edited_annotations(function, annotations)
        if annotations is not None:
            found = _put(self, found, "__annotations__", annotations)
        else:
            found = _put(self, found, _annotate_key(self, func, field), field)
    elif annotations is not None:
        # Up to 3.13 the field can be a tuple, from which the attribute creates a dictionary.
        annotations = function.__annotations__
        if annotations:
            found = _put(self, found, "__annotations__", annotations)
    field = lp_typeparams(func)
    if field:
        found = _put(self, found, "__type_params__", field)
    if func.func_dict != NULL:
        # A copy, because a key may define a hash in Python, which may change the dictionary.
        for key, value in lp_copy_dict(lp_read(<PyObject *>func, &func.func_dict)).items():
            if found is None:
                found = {}
            found[self.key(key)] = value
    return found


cdef str _annotate_key(PayloadState self, PyFunctionObject *func, object annotate):
    """See `_pure.PayloadState._annotate_key`."""
    cdef PyFunctionObject *made
    if Py_TYPE(annotate) is &PyFunction_Type:
        made = <PyFunctionObject *>annotate
        qualname = lp_read(<PyObject *>annotate, &made.func_qualname)
        code = lp_read(<PyObject *>annotate, &made.func_code)
        if qualname != <object>(<PyCodeObject *>code).co_qualname:
            if qualname == lp_read(<PyObject *>func, &func.func_qualname) + _NAMED_ANNOTATE:
                if self._derived_annotates is None:
                    self._derived_annotates = set()
                self._derived_annotates.add(<size_t><PyObject *>annotate)
                return _NAMED_ANNOTATE
    return "__annotate__"


cdef dict _put(PayloadState self, dict found, str name, object value):
    if found is None:
        found = {}
    PyDict_SetItem(found, self.name(name), value)
    return found


cdef object _reduce_cell(PayloadState self, object cell):
    cdef object ident = <size_t><PyObject *>cell
    cdef object owner = _lookup(self._cells, ident)
    if self._class_cells is not None:
        place = _lookup(self._class_cells, ident)
        if place is not None:
            reduced = _shared_cells.reduce_cell(cell, place, owner, self)
            if reduced is not None:
                return reduced
    if owner is not None:
        return _cell, owner
    self._loose_cells[ident] = cell
    cdef PyObject *contents = PyCell_Get(cell)
    if contents == NULL:
        return _cell, ()
    value = <object>contents
    Py_DECREF(value)
    return _cell, (), (value,), None, None, _cell
