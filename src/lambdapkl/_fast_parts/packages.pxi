# Submodules for the reader to import: `_pure.packages.Packages`.

cdef list _add_submodules(PayloadState self, object module, object code, _CodeInfo info, list used):
    cdef PyObject *namespace = PyModule_GetDict(<PyObject *>module)
    if namespace == NULL or _lookup_or(<object>namespace, "__path__", _MISSING) is _MISSING:
        return used
    package = module.__name__
    if not isinstance(package, str):
        return used
    if self._named_packages is None:
        self._named_packages = set()
    self._named_packages.add(package)
    return _use_submodules(self, package, code, info, used)


cdef list _use_submodules(PayloadState self, object package, object code, _CodeInfo info, list used):
    cdef object names
    generation = _refresh_submodules()
    with cython.critical_section(info):
        if generation != info.generation:
            info.submodules = {}
            info.generation = generation
        names = _lookup(info.submodules, package)
        if names is None:
            if info.attributes is None:
                info.attributes = _attributes_of(<PyObject *>code)
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


cdef list _add_other_submodules(
    PayloadState self, object defaults, object keyword_defaults, object code, _CodeInfo info, list used
):
    """See `_pure.Packages._add_submodules_of_defaults`."""
    if defaults is not None:
        for value in <tuple>defaults:
            if PyType_IsSubtype(Py_TYPE(value), &PyModule_Type):
                _note_package(self, value)
    if keyword_defaults is not None:
        for value in lp_copy_dict(keyword_defaults).values():
            if PyType_IsSubtype(Py_TYPE(value), &PyModule_Type):
                _note_package(self, value)
    if self._first_code is None:
        self._first_code = code
    else:
        self._codes.append(code)
    if self._packages is not None:
        for package in list(self._packages):
            used = _use_submodules(self, package, code, info, used)
    if self._to_import is not None:
        used = self._to_import if used is None else used + self._to_import
        self._to_import = None
    return used


cdef int _note_package(PayloadState self, object module) except -1:
    """See `_pure.Packages.note_package`."""
    cdef PyObject *namespace = PyModule_GetDict(<PyObject *>module)
    if namespace == NULL or _lookup_or(<object>namespace, "__path__", _MISSING) is _MISSING:
        return 0
    package = module.__name__
    if not isinstance(package, str):
        return 0
    if self._packages is None:
        self._packages = {}
    if package in self._packages:
        return 0
    self._used = True
    self._packages[package] = None
    for code in [self._first_code] + self._codes if self._first_code is not None else []:
        self._to_import = _use_submodules(self, package, code, _code_info(<PyObject *>code), self._to_import)
    return 0


cdef tuple _submodules_of(PayloadState self, object module):
    """See `_pure.Packages.submodules_of`."""
    if self._named_packages is None or module.__name__ not in self._named_packages:
        _note_package(self, module)
    if self._to_import is None:
        return ()
    found = tuple(self._to_import)
    self._to_import = None
    return found
