# Functions and cells: `_pure.Session._reduce_function` and what it calls.

cdef tuple _NOBODY = (None, None)


cdef bytes _blob(Session self, _CodeInfo info):
    # Equal code is one code object after loading, so its blob is one object here.
    if self._only_info is None:
        self._only_info = info
    if self._only_info is info:
        return info.blob
    if not self._blobs:
        self._blobs[self._only_info.blob] = self._only_info.blob
    cdef PyObject *found = PyDict_GetItemWithError(<PyObject *>self._blobs, <PyObject *>info.blob)
    if found != NULL:
        return <bytes>found
    PyDict_SetItem(self._blobs, info.blob, info.blob)
    return info.blob


cdef int _keep_globals(Session self, PyObject *namespace, object owner, set sent) except -1:
    self._used = True
    if self._only_globals == NULL or self._only_globals == namespace:
        self._only_globals = namespace
        self._only_owner = owner
        self._only_sent = sent
    else:
        self._globals[<size_t>namespace] = owner, sent
    return 0


cdef object _file_name(Session self, _CodeInfo info):
    return None if info.file_name is None else self.name(<str>info.file_name)


cdef object _reduce_function(Session self, object function):
    self._numbers_builtin_types = True
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef PyObject *code = func.func_code
    cdef _CodeInfo info = _code_info(code)
    cdef dict namespace = <dict>func.func_globals
    cdef object module_name = namespace.get(_NAME)
    cdef object owner = None
    cdef set sent = None
    cdef object where
    cdef bint has_name = module_name is not None
    if type(module_name) is not str and not isinstance(module_name, str):
        module_name = None
    if info.recreate is not None:
        recreated = info.recreate(function)
        if recreated is not None:
            made_by, made_of, given = <tuple>recreated
            attributes = _attributes(self, function, <PyCodeObject *>code, info, module_name) or {}
            for name, usual in (<dict>given).items():
                own = (<dict>attributes).get(name, _MISSING)
                if own is usual or (type(own) is str and type(usual) is str and own == usual):
                    del attributes[name]
            if not attributes:
                return made_by, made_of
            return made_by, made_of, (None, None, None, attributes), None, None, _function

    if self._only_globals == func.func_globals:
        owner, sent = self._only_owner, self._only_sent
    elif self._globals:
        owner, sent = self._globals.get(<size_t>func.func_globals, _NOBODY)
    if owner is None or owner is function:
        sent = set()
        _keep_globals(self, func.func_globals, function, sent)
        where = None if module_name is None else self.name(module_name)
    else:
        where = owner

    cdef dict reached = None
    cdef list used = None
    cdef PyObject *value
    for name in info.names:
        value = PyDict_GetItemWithError(<PyObject *>namespace, <PyObject *>name)
        if value == NULL or name == _BUILTINS or name == _NAME:
            continue
        if PyType_IsSubtype(Py_TYPE(<object>value), &PyModule_Type):
            used = _add_submodules(self, value, (<PyFunctionObject *>function).func_code, info, used)
        if name not in sent:
            sent.add(name)
            if reached is None:
                reached = {}
            PyDict_SetItem(reached, self.name(name), <object>value)
    if info.imports and _PACKAGE not in sent:
        value = PyDict_GetItemWithError(<PyObject *>namespace, <PyObject *>_PACKAGE)
        if value != NULL and value != <PyObject *>None:
            sent.add(_PACKAGE)
            if reached is None:
                reached = {}
            reached[self.name(_PACKAGE)] = <object>value
    if module_name is None and (has_name or _NAME in namespace) and _NAME not in sent:
        sent.add(_NAME)
        if reached is None:
            reached = {}
        reached[self.name(_NAME)] = namespace[_NAME]

    cdef tuple closure = None
    cdef object contents = None
    if func.func_closure != NULL:
        closure, contents, used = _close(self, function, <tuple>func.func_closure, info, used)
    attributes = _attributes(self, function, <PyCodeObject *>code, info, module_name)
    cdef object first = _blob(self, info)
    cdef object file_name = _file_name(self, info)
    cdef tuple args = (first, file_name, where) if closure is None else (first, file_name, where, closure)
    cdef object imports = tuple(used) if used else None
    cdef object defaults = None if func.func_defaults == NULL else <object>func.func_defaults
    cdef tuple state
    if imports is not None:
        state = (reached, contents, defaults, attributes, imports)
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


cdef tuple _close(Session self, object function, tuple cells, _CodeInfo info, list used):
    """Return what to say of the cells of `function`, the contents of new ones, and `used`; see `_pure.Session._close`."""
    cdef Py_ssize_t count = PyTuple_GET_SIZE(cells)
    cdef Py_ssize_t index
    # Most cells are new and full: then the closure needs no mention, and the contents no indices.
    cdef list closure = None
    cdef list values = []
    cdef dict contents = None
    cdef PyObject *value
    cdef PyObject *found
    cdef PyObject *cell
    cdef object ident
    cdef object known
    for index in range(count):
        cell = PyTuple_GET_ITEM(cells, index)
        ident = <size_t>cell
        known = None
        if self._standalone and ident in self._standalone:
            known = <object>cell
        else:
            found = PyDict_GetItemWithError(<PyObject *>self._cells, <PyObject *>ident)
            if found != NULL:
                owner, place = <tuple>found
                if owner is not function:
                    known = <object>found
                elif place != index:
                    # One cell twice in a closure, as `FunctionType` allows.
                    known = place
        if known is not None:
            if closure is None:
                closure = [None] * count
            closure[index] = known
            value = NULL
        else:
            PyDict_SetItem(self._cells, ident, (function, index))
            value = PyCell_GET(cell)
        if value == NULL:
            if contents is None:
                contents = dict(enumerate(values)) if values else {}
            continue
        content = <object>value
        if PyType_IsSubtype(Py_TYPE(content), &PyModule_Type):
            used = _add_submodules(self, value, (<PyFunctionObject *>function).func_code, info, used)
        elif type(content) is dict and function.__code__.co_freevars[index] == "__classdict__":
            content = _class_dict(content, function, self)
        if contents is None:
            values.append(content)
        else:
            contents[index] = content
    told = tuple(values) if contents is None else (contents or None)
    return (None if closure is None else tuple(closure)), told, used


cdef list _add_submodules(Session self, PyObject *module, PyObject *code, _CodeInfo info, list used):
    cdef PyObject *namespace = PyModule_GetDict(module)
    if namespace == NULL or PyDict_GetItemWithError(namespace, <PyObject *>_PATH) == NULL:
        return used
    generation = _refresh_submodules()
    if generation != info.generation:
        info.submodules = {}
        info.generation = generation
    package = (<object>module).__name__
    cdef PyObject *found = PyDict_GetItemWithError(<PyObject *>info.submodules, <PyObject *>package)
    cdef object names
    if found != NULL:
        names = <object>found
    else:
        if info.attributes is None:
            info.attributes = _attributes_of(code)
        names = _used_submodules(package, info.attributes)
        info.submodules[package] = names
    for name in <tuple>names:
        if self._imported is None:
            self._imported = set()
        if name not in self._imported:
            self._imported.add(name)
            if used is None:
                used = []
            used.append(self.name(name))
    return used


cdef dict _attributes(Session self, object function, PyCodeObject *code, _CodeInfo info, object module_name):
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef dict found = None
    cdef PyObject *field
    cdef PyObject *key = NULL
    cdef PyObject *value = NULL
    cdef Py_ssize_t position = 0
    if info.constants:
        # The constructor made do without them: they may refer to the function.
        found = _put(self, found, "__code__", <object>func.func_code)
    if func.func_name != code.co_name and <object>func.func_name != <object>code.co_name:
        found = _put(self, found, "__name__", self.name(str(<object>func.func_name)))
    if (
        func.func_qualname != code.co_qualname
        and <object>func.func_qualname != <object>code.co_qualname
        and (self._annotates is None or <size_t>func not in self._annotates)
    ):
        found = _put(self, found, "__qualname__", self.name(str(<object>func.func_qualname)))
    module = None if func.func_module == NULL else <object>func.func_module
    if module is not module_name and module != module_name:
        found = _put(self, found, "__module__", self.name(module) if type(module) is str else module)
    doc = None if func.func_doc == NULL else <object>func.func_doc
    if doc is not info.doc and doc != info.doc:
        found = _put(self, found, "__doc__", doc)
    if func.func_kwdefaults != NULL and func.func_kwdefaults != <PyObject *>None:
        found = _put(self, found, "__kwdefaults__", <object>func.func_kwdefaults)
    field = lp_annotate(func)
    if field != NULL and field != <PyObject *>None:
        annotations = None if func.func_annotations == NULL else _edited_annotations(function, <object>func.func_annotations)
        if annotations is not None:
            found = _put(self, found, "__annotations__", annotations)
        else:
            found = _put(self, found, _annotate_key(self, func, field), <object>field)
    elif func.func_annotations != NULL:
        # Up to 3.13 the field can be a tuple that becomes a dictionary when it is asked for.
        annotations = function.__annotations__
        if annotations:
            found = _put(self, found, "__annotations__", annotations)
    field = lp_typeparams(func)
    if field != NULL and <object>field:
        found = _put(self, found, "__type_params__", <object>field)
    if func.func_dict != NULL:
        while PyDict_Next(<dict>func.func_dict, &position, &key, &value):
            if isinstance(<object>key, str):
                found = _put(self, found, <str>key, <object>value)
            else:
                if found is None:
                    found = {}
                found[<object>key] = <object>value
    return found


cdef str _annotate_key(Session self, PyFunctionObject *func, PyObject *annotate):
    """See `_pure.Session._annotate_key`."""
    cdef PyFunctionObject *made
    if Py_TYPE(<object>annotate) is &PyFunction_Type:
        made = <PyFunctionObject *>annotate
        if <object>made.func_qualname != <object>(<PyCodeObject *>made.func_code).co_qualname:
            if <str>made.func_qualname == <str>func.func_qualname + _NAMED_ANNOTATE:
                if self._annotates is None:
                    self._annotates = set()
                self._annotates.add(<size_t>annotate)
                return _NAMED_ANNOTATE
    return "__annotate__"


cdef dict _put(Session self, dict found, str name, object value):
    if found is None:
        found = {}
    PyDict_SetItem(found, self.name(name), value)
    return found


cdef object _reduce_cell(Session self, object cell):
    cdef object ident = <size_t><PyObject *>cell
    cdef PyObject *owner = PyDict_GetItemWithError(<PyObject *>self._cells, <PyObject *>ident)
    if owner != NULL:
        return _cell, <object>owner
    self._standalone[ident] = cell
    cdef PyObject *contents = PyCell_GET(<PyObject *>cell)
    if contents == NULL:
        return _cell, ()
    return _cell, (), (<object>contents,), None, None, _cell
