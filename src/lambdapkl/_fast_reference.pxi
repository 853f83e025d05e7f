# By reference or by value: the common answers of `byvalue.py`, found early.

cdef bint _is_main(PyObject *module_name):
    return (
        PyUnicode_CompareWithASCIIString(module_name, "__main__") == 0
        or PyUnicode_CompareWithASCIIString(module_name, "__mp_main__") == 0
    )


cdef bint _by_reference_quick(object obj, PyObject *module_name, PyObject *qualname) except -1:
    """`byvalue.by_reference`, with the two common answers found early."""
    cdef PyObject *module
    cdef PyObject *namespace
    cdef PyObject *found
    if module_name != NULL and Py_TYPE(<object>module_name) is &PyUnicode_Type:
        if _is_main(module_name):
            return False
        if not _registry or not _registered(<str>module_name):
            module = PyDict_GetItemWithError(<PyObject *>_modules, module_name)
            if module == NULL:
                return False
            if Py_TYPE(<object>module) is &PyModule_Type:
                # Looking inside a class may run code of the program's, which may drop the module.
                held = <object>module
                namespace = PyModule_GetDict(module)
                found = PyDict_GetItemWithError(namespace, qualname)
                if found == <PyObject *>obj or (found == NULL and _holds_inside(namespace, <str>qualname, obj)):
                    found = PyDict_GetItemWithError(namespace, <PyObject *>_SPEC)
                    if found != NULL and found != <PyObject *>None:
                        return True
        elif Py_TYPE(obj) is &PyFunction_Type:
            return False
    return _by_reference(obj)


cdef bint _holds_inside(PyObject *namespace, str qualname, object obj) except -1:
    """Whether a class in `namespace` has `obj` under a dotted name."""
    cdef list parts = qualname.split(".")
    cdef PyObject *found = PyDict_GetItemWithError(namespace, <PyObject *>parts[0])
    if len(parts) != 2 or found == NULL or Py_TYPE(<object>found) is not &PyType_Type:
        return False
    try:
        return getattr(<object>found, <str>parts[1]) is obj
    except Exception:  # as in `byvalue.lookup`
        return False


cdef bint _module_by_reference(object module) except -1:
    """`byvalue.module_by_reference`, of a module that is found under its own name; False where that takes a longer look."""
    cdef PyObject *namespace = PyModule_GetDict(<PyObject *>module)
    cdef PyObject *name = PyDict_GetItemWithError(namespace, <PyObject *>_NAME)
    cdef PyObject *spec
    if name == NULL or Py_TYPE(<object>name) is not &PyUnicode_Type or _is_main(name):
        return False
    if PyDict_GetItemWithError(<PyObject *>_modules, name) != <PyObject *>module:
        return False
    spec = PyDict_GetItemWithError(namespace, <PyObject *>_SPEC)
    return spec != NULL and spec != <PyObject *>None and not (_registry and _registered(<str>name))


cdef bint _class_by_reference(object cls) except -1:
    module = cls.__module__
    qualname = cls.__qualname__
    return _by_reference_quick(cls, <PyObject *>module, <PyObject *>qualname)


cdef bint _registered(str module_name) except -1:
    """Whether the module or one of its parents is registered by value; see `byvalue.is_registered`."""
    for each in tuple(_registry):
        if module_name == <str>each or module_name.startswith(<str>each + "."):
            return True
    return False


cdef str _SPEC = "__spec__"
cdef str _NAME = "__name__"
cdef str _PACKAGE = "__package__"
cdef str _PATH = "__path__"
cdef str _BUILTINS = "__builtins__"
