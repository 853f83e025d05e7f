# `_pure.PayloadState`: what a payload contains so far, and which reducer an object gets.

# Short names that all payloads share. No name is ever replaced, so a payload has one copy of each.
cdef dict _common_names = {}
# Both names of the script are written as one; see `byvalue.module_in_payload`.
_common_names["__main__"] = _common_names["__mp_main__"] = lp_copy_str("__main__")
cdef Py_ssize_t _MAX_COMMON_NAMES = 4096
cdef Py_ssize_t _MAX_COMMON_NAME = 64

cdef enum:
    _MAX_OFFSETS = 16


cdef class _Kind:
    """How to pickle the instances of a class; `_learn` derives it from one of them."""

    # The class alone; None if `object` does not reduce the instances to class and state.
    cdef tuple args
    # A copy of `copyreg`'s list, which the program can change.
    cdef tuple slots
    # The offsets of the slots in an instance, if they are known.
    cdef Py_ssize_t[16] offsets
    cdef bint at_offsets
    cdef bint has_dict
    cdef bint by_value


cdef class _Method:
    """A method descriptor that reduces all instances of a type."""

    cdef object method
    cdef bint takes_protocol


cdef object _is_plain_key = names.is_plain_key


cdef class PayloadState:
    """What a payload contains so far, as far as reducers need to know it; see `_pure.PayloadState`."""

    cdef public object table
    # `__newobj__` creates instances of importable classes since protocol 2.
    cdef public int protocol
    # For weak references; see `_pure.PayloadState`.
    cdef public object root
    cdef public object pickler
    cdef public object held
    cdef readonly list dumped
    # id and qualified name of a class in the payload -> the class
    cdef readonly dict class_dicts
    # An object that reducers write more than once -> its only copy
    cdef readonly dict shared
    # The three dicts of a pooled pickler's ChainMap, kept apart because a lookup in the ChainMap
    # takes a microsecond.
    cdef dict _user
    cdef dict _copyreg
    cdef dict _own
    # Names that are not in `_common_names`.
    cdef dict _names
    # The first code object and the first globals are not in dictionaries: most payloads have no
    # others.
    cdef _CodeInfo _only_info
    cdef dict _blobs
    cdef PyObject *_only_globals
    cdef object _only_owner
    cdef set _only_sent
    cdef dict _globals
    cdef dict _cells
    cdef dict _loose_cells
    cdef dict _kinds
    cdef list _alive
    # The class of the last instance, and its entry in `_kinds`.
    cdef PyTypeObject *_last
    cdef object _last_entry
    # Submodules, code and packages; see `_pure.Packages`.
    cdef set _imported
    cdef list _to_import
    cdef object _first_code
    cdef list _codes
    cdef dict _packages
    cdef set _named_packages
    cdef dict _class_cells
    cdef dict _sentinels
    # ids of `__annotate__` functions that get their qualified name from the function they belong to
    cdef set _derived_annotates
    # Whether the payload has named `wire.function`.
    cdef bint _numbers_builtin_types
    # Functions and classes whose state is being written, and their reduced values, in turns; None
    # if the payload cannot be given up; see `reducers.running_methods`.
    cdef public list opened
    # Those that are written, until the end of the payload.
    cdef list _ended
    # How many were opened so far.
    cdef readonly Py_ssize_t openings
    # The class that was checked last, and `openings` then.
    cdef PyTypeObject *_checked
    cdef Py_ssize_t _checked_at
    cdef bint _used

    def __init__(self, table):
        self.table = table
        self._blobs = {}
        self._globals = {}
        self._cells = {}
        self._loose_cells = {}
        self._kinds = {}
        self._alive = []
        self._codes = []
        self.class_dicts = {}
        self.shared = {}
        self.dumped = []
        self._ended = []

    cpdef clear(self):
        """Forget everything, as the pickler's memo does."""
        if self.dumped:
            self.dumped.clear()
        # A slice, because Cython looks the method `clear` of a list up in each call.
        if self.opened:
            PyList_SetSlice(self.opened, 0, len(self.opened), NULL)
        if self._ended:
            PyList_SetSlice(self._ended, 0, len(self._ended), NULL)
        self._checked = NULL
        if not self._used:
            return
        self._names = None
        self._only_info = None
        self._only_globals = NULL
        self._only_owner = None
        self._only_sent = None
        # Most dumps leave most of these empty.
        if self._blobs:
            self._blobs.clear()
        if self._globals:
            self._globals.clear()
        if self._cells:
            self._cells.clear()
        if self._loose_cells:
            self._loose_cells.clear()
        if self._kinds:
            self._kinds.clear()
            self._alive.clear()
        if self.class_dicts:
            self.class_dicts.clear()
        if self.shared:
            self.shared.clear()
        self._first_code = None
        if self._codes:
            PyList_SetSlice(self._codes, 0, len(self._codes), NULL)
        self._imported = None
        self._to_import = None
        self._packages = None
        self._named_packages = None
        self._class_cells = None
        self._sentinels = None
        self._derived_annotates = None
        self.held = None
        self._last = NULL
        self._last_entry = None
        self._numbers_builtin_types = False
        self._used = False

    cpdef str name(self, object text):
        """Return the payload's own copy of a string that a reducer writes; see `names.private`."""
        cdef object own = None
        if Py_TYPE(text) is not &PyUnicode_Type:
            # A subclass may define a hash.
            text = own = lp_copy_str(text)
        cdef object found = _lookup(_common_names, text)
        if found is not None:
            return <str>found
        if self._names is not None:
            found = _lookup(self._names, text)
            if found is not None:
                return <str>found
        if own is None:
            own = lp_copy_str(text)
        if len(_common_names) < _MAX_COMMON_NAMES and len(<str>own) <= _MAX_COMMON_NAME:
            # Another thread may have been faster.
            return <str>_common_names.setdefault(own, own)
        if self._names is None:
            self._names = {}
        self._used = True
        PyDict_SetItem(self._names, own, own)
        return <str>own

    cpdef object key(self, object key):
        """Return what is written for a key of a namespace; see `names.private_key`."""
        if Py_TYPE(key) is &PyUnicode_Type or _is_plain_key(key):
            return self.name(key)
        return key

    def global_names(self, code):
        """See `_pure.PayloadState.global_names`."""
        if Py_TYPE(code) is not &PyCode_Type:
            raise TypeError(f"a code object is needed, not a {type(code).__name__}")
        return _code_info(<PyObject *>code).names

    def own_globals(self, dict namespace, owner):
        """Record that the reader creates `namespace` with `owner`, a module that is pickled by value."""
        _keep_globals(self, <PyObject *>namespace, owner, set(namespace))

    def note_package(self, module):
        """See `_pure.Packages.note_package`."""
        _note_package(self, module)

    def submodules_of(self, module):
        """See `_pure.Packages.submodules_of`."""
        return _submodules_of(self, module)

    def reduce(self, obj):
        """Reduce `obj`, or return NotImplemented to leave it to the pickler."""
        # A reference, because the program's code may run below and assign the object another class.
        cdef object cls = <object>Py_TYPE(obj)
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef _CodeInfo info
        cdef int by_reference
        if lp_is_short_of_stack():
            raise RecursionError("the stack of this thread is too small for objects nested so deeply")
        if kind is &PyFunction_Type:
            by_reference = _function_by_reference(obj)
            if by_reference:
                return NotImplemented if by_reference == 1 else _classes.reduce_by_name(obj, self)
            self._used = True
            if _may_be_of_class(obj):
                reduced = _descriptors.reduce_function_of_class(obj)
                if reduced is not None:
                    return reduced
            reduced = _reduce_function(self, obj)
            return _open(self, obj, _loaded_files.from_file(obj, reduced, self) if _not_found else reduced)
        if PyType_Check(obj):
            self._used = True
            if kind is &PyType_Type:
                return _open(self, obj, _reduce_usual_class(self, obj))
            if _in_table(self, cls):
                return NotImplemented
            by_reference = _class_by_reference(obj)
            if by_reference:
                return NotImplemented if by_reference == 1 else _classes.reduce_by_name(obj, self)
            if cls is _enum_type():
                reduced = _reduce_usual_enum(self, obj)
                if reduced is not NotImplemented:
                    return _open(self, obj, _loaded_files.from_file(obj, reduced, self) if _not_found else reduced)
            return _open(self, obj, _classes.reduce_class_by_value(obj, self))
        if kind is &PyCell_Type or kind is &PyCode_Type or PyType_IsSubtype(kind, &PyModule_Type):
            self._used = True
            if _is_left_to_table(self, cls):
                return NotImplemented
            if kind is &PyCell_Type:
                return _reduce_cell(self, obj)
            if kind is &PyCode_Type:
                info = _code_info(<PyObject *>obj)
                return _code, (_blob(self, info), _file_name(self, info)) + info.constants
            if kind is &PyModule_Type and _module_by_reference(obj):
                return _module, (self.name(obj.__name__),) + _submodules_of(self, obj)
            return _module_reducers.reduce_module(obj, self)
        if obj is _function or obj is _class:
            # Otherwise the pickler would look in its dispatch table and call `__reduce_ex__` to get
            # the name.
            return (<_Constructor>obj).name
        if kind is &Py_GenericAliasType and not _in_table(self, cls) and not getattr(obj, "__unpacked__", False):
            return cls, (obj.__origin__, obj.__args__)
        if kind is &PyBaseObject_Type and self._sentinels is not None:
            reduced = _reduce_sentinel(self, obj)
            if reduced is not None:
                return reduced
        if self.opened and kind.tp_flags & Py_TPFLAGS_HEAPTYPE:
            _check_opened(self, kind)
        if kind == self._last:
            entry = self._last_entry
        else:
            entry = _entry(self, obj, kind)
            self._last_entry = entry
            self._last = kind
        if entry is None:
            return NotImplemented
        if type(entry) is _Kind:
            return _reduce_known(self, obj, <_Kind>entry)
        if type(entry) is _Method:
            if (<_Method>entry).takes_protocol:
                return (<_Method>entry).method(obj, self.protocol)
            return (<_Method>entry).method(obj)
        if entry is _NAMED_TUPLE:
            return _reduce_named_tuple(obj)
        if entry is _ENUM:
            return _classes.reduce_instance(obj, self)
        if entry is _BY_METHOD:
            return _named_globals.reduce_by_method(obj, self)
        if type(entry) is _Plan:
            return _subclass_state.reduce_subclass(obj, entry, self)
        return entry(obj)

    def describe(self, cls):
        """Return the arguments for the skeleton of `cls`, and its attributes; see `reducers.skeletons.describe`."""
        if not PyType_Check(cls):
            raise TypeError(f"expected a class, got a {type(cls).__name__}")
        return _describe(self, cls)

    def with_edits(self, cls, reduced):
        """Return `reducers.edits.with_edits`, quickly for a class that has not changed."""
        if not PyType_Check(cls) or type(reduced) is not tuple or len(<tuple>reduced) != 6:
            return reduced
        return _with_changes(self, cls, <tuple>reduced)

cdef object _open(PayloadState self, object obj, object reduced):
    """Record that the state of `obj` is being written, from now until the pickler drops `reduced`; return `reduced`."""
    if self.opened is not None and Py_TYPE(reduced) is &PyTuple_Type and PyTuple_GET_SIZE(reduced) > 2:
        if Py_TYPE(obj) is &PyFunction_Type and _has_only_atoms(reduced):
            return reduced
        _close_ended(self)
        self.openings += 1
        self.opened.append(obj)
        self.opened.append(reduced)
    return reduced


cdef bint _has_only_atoms(tuple reduced) except -1:
    """Whether the state in a reduced function has only values that cannot reach an instance."""
    cdef object part
    cdef object value
    cdef object state = reduced[2]
    if type(state) is not tuple:
        return False
    for part in <tuple>state:
        if type(part) is dict:
            for value in (<dict>part).values():
                if not _is_atom(value):
                    return False
        elif type(part) is tuple:
            for value in <tuple>part:
                if not _is_atom(value):
                    return False
        elif part is not None:
            return False
    return True


cdef bint _is_atom(object value) noexcept:
    cdef PyTypeObject *kind = Py_TYPE(value)
    return (
        value is None or kind is &PyLong_Type or kind is &PyUnicode_Type or kind is &PyFloat_Type or kind is &PyBytes_Type
        or kind is &PyBool_Type
    )


cdef int _close_ended(PayloadState self) except -1:
    """Remove from `opened` what the pickler has written."""
    cdef list opened = self.opened
    while opened and Py_REFCNT(PyList_GET_ITEM(<PyObject *>opened, len(opened) - 1)) == 1:
        # Freed at the end only: `__del__` could change a dictionary to which the pickler in C has
        # borrowed references.
        self._ended.append(opened.pop())
        self._ended.append(opened.pop())
    return 0


cdef int _check_opened(PayloadState self, PyTypeObject *kind) except -1:
    """Give up the payload if a method of `kind` would run while it, or what it needs, is incomplete."""
    cdef object cls = <object>kind
    if kind == self._checked and self.openings == self._checked_at:
        return 0
    _close_ended(self)
    if self.opened:
        # The usual case of `running_methods.reached_by`.
        if (
            self._user is None or cls in self._user or cls in self._copyreg
            or not (cls in self._own or _class_by_reference(cls))
        ):
            _running_methods.check(cls, self.opened[::2], self)
        self._checked = kind
        self._checked_at = self.openings
    return 0
