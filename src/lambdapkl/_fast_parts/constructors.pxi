# The constructors that payloads call: of functions, cells, code and classes.

cdef Py_ssize_t _MAX_CACHED_CODES = blobs.MAX_CACHED_CODES
cdef Py_ssize_t _MAX_CACHED_BLOB = blobs.MAX_CACHED_BLOB
cdef dict _codes = {}


cdef object _load_code(object blob, object file_name, tuple constants):
    if constants or not PyBytes_CheckExact(blob):
        return blobs.unpack(blob, file_name, constants, _lengthen)
    found = _lookup(_codes, blob)
    if found is not None and (file_name is None or <object>(<PyCodeObject *>found).co_filename == file_name):
        return found
    loaded = _unpack(blob, file_name)
    if PyBytes_GET_SIZE(blob) <= _MAX_CACHED_BLOB:
        if len(_codes) >= _MAX_CACHED_CODES:
            _codes.clear()
        _codes[blob] = loaded
    return loaded


def code(blob, file_name=None, *constants):
    """Return the code object of a blob and a file name; see `_pure.constructors.code`."""
    return _load_code(blob, file_name, constants)


cdef class _Constructor:
    """A callable that payloads name.

    It is not a built-in function: `pickle` reads the name of the constructor of each object. A
    built-in function creates a new string for it each time, which takes a fifteenth of the time for
    a lambda.
    """

    cdef str name
    cdef object module

    def __cinit__(self, str name):
        self.name = name
        self.module = "lambdapkl._fast"

    def __reduce__(self):
        return self.name

    def __repr__(self):
        return f"<callable {self.module}.{self.name}>"

    @property
    def __name__(self):
        return self.name

    @property
    def __qualname__(self):
        return self.name

    @property
    def __module__(self):
        return self.module

    @__module__.setter
    def __module__(self, module):
        self.module = module


cdef class _Function(_Constructor):
    """Create a function, or set its state; see `_pure.constructors.function`."""

    def __call__(self, first, second=None, where=None, closure=None):
        if Py_TYPE(first) is &PyFunction_Type:
            return _set_state(first, second)
        if Py_TYPE(first) is &PyLong_Type:
            return _numbered(first)
        cdef object loaded = _load_code(first, second, ())
        cdef dict namespace
        cdef object builtins_of_code = _builtins
        if type(where) is tuple and PyTuple_GET_SIZE(where) == 2:
            where, builtins_of_code = <tuple>where
        if where is None or type(where) is str:
            namespace = {"__builtins__": builtins_of_code}
            if where is not None:
                namespace["__name__"] = where
        elif Py_TYPE(where) is &PyFunction_Type:
            namespace = <dict>(<PyFunctionObject *>where).func_globals
        elif PyType_IsSubtype(Py_TYPE(where), &PyModule_Type) and PyModule_GetDict(<PyObject *>where) != NULL:
            namespace = <dict>PyModule_GetDict(<PyObject *>where)
        else:
            raise _UnpicklingError(f"the payload is damaged: a {type(where).__name__} where a function's globals belong")
        if builtins_of_code is not _builtins:
            namespace["__builtins__"] = builtins_of_code
        cdef Py_ssize_t count = (<PyCodeObject *>loaded).co_nfreevars
        cdef list cells
        if closure is not None and (type(closure) is not tuple or PyTuple_GET_SIZE(closure) != count):
            raise _UnpicklingError(f"the payload is damaged: the closure of {loaded.co_qualname} has the wrong size")
        result = PyFunction_New(loaded, namespace)
        if count:
            cells = []
            for entry in (None,) * count if closure is None else <tuple>closure:
                cells.append(_closure_cell(entry, cells))
            PyFunction_SetClosure(result, tuple(cells))
        return result


function = _Function("function")


cdef object _closure_cell(object entry, list cells):
    if entry is None:
        return PyCell_New(NULL)
    if Py_TYPE(entry) is &PyCell_Type:
        return entry
    if type(entry) is int and 0 <= entry < len(cells):
        return cells[<Py_ssize_t>entry]
    if type(entry) is tuple and PyTuple_GET_SIZE(entry) == 2:
        owner, index = <tuple>entry
        return cell(owner, index)
    raise _UnpicklingError(f"the payload is damaged: a {type(entry).__name__} where a cell belongs")


def quick_class(make):
    """Return `make`, which creates classes and sets their attributes, with a fast path for classes that exist.

    Parameters
    ----------
    make
        `restorers.classes.class_`.
    """
    global _make_class
    _make_class = make
    return _Class("class_")


cdef object _make_class = None
# Classes that a load may still be creating; `restorers.classes.class_` handles them.
cdef dict _building = building.building
cdef object _find_class = keys.find


cdef class _Class(_Constructor):
    """Create the skeleton of a class, or set its attributes; see `restorers.classes.class_`."""

    def __call__(self, first, second, digest=b"", bases=(), number=0, *rest):
        if PyType_Check(first):
            if not _building or <size_t><PyObject *>first not in _building:
                return first
        else:
            found = _find_class((second, first, digest, number))
            if found is not None and (not _building or <size_t><PyObject *>found not in _building):
                return found
        return _make_class(first, second, digest, bases, number, *rest)


def cell(owner=None, index=0):
    """Return a new cell or the cell of a function, or set the contents of a cell; see `_pure.constructors.cell`."""
    cdef PyObject *cells
    if owner is None:
        return PyCell_New(NULL)
    if Py_TYPE(owner) is &PyCell_Type and type(index) is tuple and PyTuple_GET_SIZE(index) == 1:
        PyCell_Set(owner, (<tuple>index)[0])
        return owner
    if Py_TYPE(owner) is &PyFunction_Type and type(index) is int:
        cells = (<PyFunctionObject *>owner).func_closure
        if cells != NULL and 0 <= index < PyTuple_GET_SIZE(<object>cells):
            return (<tuple>cells)[<Py_ssize_t>index]
    raise _UnpicklingError("the payload is damaged: a cell that its function does not have")


cdef object _set_state(object function, object given):
    cdef PyFunctionObject *func = <PyFunctionObject *>function
    cdef Py_ssize_t size
    cdef tuple state
    cdef dict namespace
    cdef object cells
    if type(given) is not tuple or not 1 <= PyTuple_GET_SIZE(given) <= 5:
        raise _UnpicklingError(f"the payload is damaged: a wrong state for the function {function.__qualname__}")
    state = <tuple>given
    size = PyTuple_GET_SIZE(state)
    if size > 4 and state[4] is not None:
        for name in state[4]:
            __import__(name)
    if state[0] is not None:
        namespace = <dict>func.func_globals
        for name, value in (<dict?>state[0]).items():
            namespace[_intern(name)] = value
    if size > 1 and state[1] is not None:
        contents = state[1]
        cells = () if func.func_closure == NULL else <object>func.func_closure
        for index, value in contents.items() if type(contents) is dict else enumerate(contents):
            if type(index) is not int or not 0 <= index < len(cells):
                raise _UnpicklingError(f"the payload is damaged: {function.__qualname__} has no cell {index!r}")
            PyCell_Set((<tuple>cells)[<Py_ssize_t>index], value)
    if size > 2 and state[2] is not None:
        function.__defaults__ = state[2]
    if size > 3 and state[3] is not None:
        own = function.__dict__
        for name, value in (<dict?>state[3]).items():
            if name in _SPECIAL_ATTRIBUTES:
                setattr(function, name, value)
            elif name == _NAMED_ANNOTATE and Py_TYPE(value) is &PyFunction_Type:
                value.__qualname__ = function.__qualname__ + name
                function.__annotate__ = value
            else:
                own[_intern(name) if type(name) is str else name] = value
    return function


cdef str _NAMED_ANNOTATE = names.NAMED_ANNOTATE
cdef frozenset _SPECIAL_ATTRIBUTES = names.SPECIAL_ATTRIBUTES
cdef object _numbered = builtin_types.numbered
