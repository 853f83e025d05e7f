# By reference or by value: fast paths for `rules/byvalue.py`.

cdef bint _is_main(object module_name):
    return (
        PyUnicode_CompareWithASCIIString(module_name, "__main__") == 0
        or PyUnicode_CompareWithASCIIString(module_name, "__mp_main__") == 0
    )


# The next function, `_by_reference_quick` and `_class_by_reference` return 2 for an object by
# reference whose names are instances of a subclass of str; see `reducers.classes.reduce_by_name`.

cdef int _function_by_reference(object function) except -1:
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    module_name = lp_read(<PyObject *>func, &func.func_module)
    return _by_reference_quick(function, module_name, lp_read(<PyObject *>func, &func.func_qualname))


cdef bint _may_be_of_class(object function) except -1:
    """Whether `byvalue.owner_of` may find a class for `function`."""
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    module_name = lp_read(<PyObject *>func, &func.func_module)
    if type(module_name) is not str or _is_main(module_name):
        return False
    qualname = lp_read(<PyObject *>func, &func.func_qualname)
    return type(qualname) is str and "." in <str>qualname and "<" not in <str>qualname


cdef bint _has_importable_class(object owner) except -1:
    """Whether `byvalue.bound_name` may find a name in `owner` or its class."""
    if PyType_Check(owner) and Py_TYPE(owner) is not &PyType_Type:
        return True
    cdef tuple mro = type.__dict__["__mro__"].__get__(owner if PyType_Check(owner) else <object>Py_TYPE(owner))
    for each in mro:
        if each is not object and _class_by_reference(each):
            return True
    return False


cdef int _by_reference_quick(object obj, object module_name, object qualname) except -1:
    """Return what `byvalue.by_reference` returns, with fast paths for the two frequent cases."""
    cdef PyObject *namespace
    cdef bint plain = Py_TYPE(module_name) is &PyUnicode_Type and Py_TYPE(qualname) is &PyUnicode_Type
    if plain:
        if _is_main(module_name):
            return False
        if not _registry or not byvalue.is_registered(module_name):
            module = _lookup_or(_modules, module_name, _MISSING)
            if module is _MISSING:
                return False
            if Py_TYPE(module) is &PyModule_Type:
                namespace = PyModule_GetDict(<PyObject *>module)
                found = _lookup_or(<object>namespace, qualname, _MISSING)
                if found is obj or (found is _MISSING and _holds_inside(namespace, <str>qualname, obj)):
                    if _is_found(module_name, _lookup(<object>namespace, "__spec__")):
                        return True
    if not _by_reference(obj):
        return 0
    return 1 if plain or not isinstance(module_name, str) else 2


# Name of a module -> the spec for which `finders.is_found` has returned True
cdef dict _found_specs = {}


cdef bint _is_found(object name, object spec) except -1:
    """Whether the module of `spec` is found by its name; see `finders.is_found`."""
    if spec is None:
        return False
    if _lookup(_found_specs, name) is spec:
        return True
    if not finders.is_found(spec):
        return False
    _found_specs[name] = spec
    return True


cdef bint _holds_inside(PyObject *namespace, str qualname, object obj) except -1:
    """Whether `obj` is an attribute of a class in `namespace`, as its qualified name says."""
    cdef list parts = qualname.split(".")
    if len(parts) != 2:
        return False
    owner = _lookup(<object>namespace, parts[0])
    if Py_TYPE(owner) is not &PyType_Type:
        return False
    try:
        return getattr(owner, <str>parts[1]) is obj
    except Exception:  # as in `byvalue.lookup`
        return False


cdef bint _module_by_reference(object module) except -1:
    """Whether a module is found under its own name. If False, `byvalue.module_by_reference` decides."""
    cdef PyObject *namespace = PyModule_GetDict(<PyObject *>module)
    name = _lookup(<object>namespace, "__name__")
    if Py_TYPE(name) is not &PyUnicode_Type or _is_main(name):
        return False
    if _lookup(_modules, name) is not module or not _is_found(name, _lookup(<object>namespace, "__spec__")):
        return False
    return not (_registry and byvalue.is_registered(name))


cdef int _class_by_reference(object cls) except -1:
    return _by_reference_quick(cls, cls.__module__, cls.__qualname__)


cdef bint _has_reduce_in_python(object cls) except -1:
    return Py_TYPE(cls.__reduce_ex__) is &PyFunction_Type or Py_TYPE(cls.__reduce__) is &PyFunction_Type
