# `_pure.PayloadState`: what one pickler has written so far, and which reducer an object gets.

# Copies for all payloads, of short names: the first that come.  A name that is there stays, so a payload has one copy.
cdef dict _common_names = {}
# The two names of the script are written as one; see `byvalue.module_in_payload`.
_common_names["__main__"] = _common_names["__mp_main__"] = lp_copy_str("__main__")
cdef Py_ssize_t _MAX_COMMON_NAMES = 4096
cdef Py_ssize_t _MAX_COMMON_NAME = 64

cdef enum:
    _MAX_OFFSETS = 16


cdef class _Kind:
    """How instances of a class are pickled, known once one of them was; see `_learn`."""

    # The class alone; None where `object` reduces the instances in a way of its own.
    cdef tuple args
    # A copy of `copyreg`'s list, which the program can change.
    cdef tuple slots
    # Where the slots are, for up to so many of them.
    cdef Py_ssize_t[16] offsets
    cdef bint at_offsets
    cdef bint has_dict
    cdef bint by_value


cdef class _Method:
    """A method descriptor by which all instances of a type are reduced."""

    cdef object method
    cdef bint takes_protocol


cdef object _is_plain_key = names.is_plain_key


cdef class PayloadState:
    """What one pickler has written so far, as far as the reducers have to know; see `_pure.PayloadState`."""

    cdef public object table
    # From 2 on, instances of importable classes are made by `__newobj__`.
    cdef public int protocol
    # For weak references: what is being pickled, the `Pickler` where there is one, what `reducers.weakrefs` found, and what
    # this `Pickler` dumped since its memo was empty.
    cdef public object root
    cdef public object pickler
    cdef public object held
    cdef readonly list dumped
    # id and qualified name of a class in the payload -> the class
    cdef readonly dict class_dicts
    # What reducers write more than once -> the one copy of it
    cdef readonly dict shared
    # Of a pooled pickler: the maps of its table.  A lookup in the `ChainMap` of them costs a microsecond.
    cdef dict _user
    cdef dict _copyreg
    cdef dict _own
    # Names that are not among `_common_names`.
    cdef dict _names
    # The first code object and the first globals are kept apart: most payloads have no others, and need no dictionary.
    cdef _CodeInfo _only_info
    cdef dict _blobs
    cdef PyObject *_only_globals
    cdef object _only_owner
    cdef set _only_sent
    cdef dict _globals
    cdef dict _cells
    cdef dict _standalone
    cdef dict _kinds
    cdef list _alive
    # The class of the last instance, and its entry in `_kinds`.
    cdef PyTypeObject *_last
    cdef object _last_entry
    cdef set _imported
    # ids of functions whose qualified name their owner's state tells
    cdef set _annotates
    # Whether the payload has named `wire.function`.
    cdef bint _numbers_builtin_types
    cdef bint _used

    def __init__(self, table):
        self.table = table
        self._blobs = {}
        self._globals = {}
        self._cells = {}
        self._standalone = {}
        self._kinds = {}
        self._alive = []
        self.class_dicts = {}
        self.shared = {}
        self.dumped = []

    cpdef clear(self):
        """Forget everything, as the pickler's memo does."""
        if self.dumped:
            self.dumped.clear()
        if not self._used:
            return
        # Most dumps leave most of these empty.
        self._names = None
        self._only_info = None
        self._only_globals = NULL
        self._only_owner = None
        self._only_sent = None
        if self._blobs:
            self._blobs.clear()
        if self._globals:
            self._globals.clear()
        if self._cells:
            self._cells.clear()
        if self._standalone:
            self._standalone.clear()
        if self._kinds:
            self._kinds.clear()
            self._alive.clear()
        if self.class_dicts:
            self.class_dicts.clear()
        if self.shared:
            self.shared.clear()
        self._imported = None
        self._annotates = None
        self.held = None
        self._last = NULL
        self._last_entry = None
        self._numbers_builtin_types = False
        self._used = False

    cpdef str name(self, object text):
        """Return the payload's own copy of a string that a reducer writes; see `names.private`."""
        cdef object own = None
        if Py_TYPE(text) is not &PyUnicode_Type:
            # An instance of a subclass may have a hash of its own.
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
            # Another thread may have come first.
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
        """Note that `namespace` comes into being with `owner`, a module that is being pickled by value."""
        _keep_globals(self, <PyObject *>namespace, owner, set(namespace))

    def reduce(self, obj):
        """Reduce `obj` where it is of a kind that needs to know the payload, else return NotImplemented."""
        # Code of the program's that runs meanwhile may give the object another class.
        cdef object cls = <object>Py_TYPE(obj)
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef _CodeInfo info
        cdef int by_reference
        if lp_is_short_of_stack():
            raise RecursionError("the stack of this thread is too small for objects nested so deeply")
        if kind is &PyFunction_Type:
            by_reference = _function_by_reference(obj)
            if by_reference:
                return NotImplemented if by_reference == 1 else _reduce_by_name(obj, self)
            self._used = True
            if _may_be_of_class(obj):
                reduced = _descriptors.reduce_function_of_class(obj)
                if reduced is not None:
                    return reduced
            return _reduce_function(self, obj)
        if PyType_Check(obj):
            self._used = True
            if kind is &PyType_Type:
                return _reduce_usual_class(self, obj)
            if _in_table(self, cls):
                return NotImplemented
            by_reference = _class_by_reference(obj)
            if by_reference:
                return NotImplemented if by_reference == 1 else _reduce_by_name(obj, self)
            if _is_enum_type(kind):
                reduced = _reduce_usual_enum(self, obj)
                if reduced is not NotImplemented:
                    return reduced
            return _reduce_class_by_value(obj, self)
        if kind is &PyCell_Type:
            self._used = True
            if _is_left_to_table(self, <object>kind):
                return NotImplemented
            return _reduce_cell(self, obj)
        if kind is &PyCode_Type:
            self._used = True
            if _is_left_to_table(self, <object>kind):
                return NotImplemented
            info = _code_info(<PyObject *>obj)
            return _code, (_blob(self, info), _file_name(self, info)) + info.constants
        if PyType_IsSubtype(kind, &PyModule_Type):
            self._used = True
            if _is_left_to_table(self, <object>kind):
                return NotImplemented
            if kind is &PyModule_Type and _module_by_reference(obj):
                return _module, (self.name(obj.__name__),)
            return _reduce_module(obj, self)
        if obj is _function or obj is _class:
            # The pickler would ask its dispatch table and `__reduce_ex__` for the name.
            return (<_Constructor>obj).name
        if kind is &Py_GenericAliasType and not _in_table(self, cls) and not getattr(obj, "__unpacked__", False):
            return cls, (obj.__origin__, obj.__args__)
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
            return _reduce_instance(obj, self)
        if type(entry) is _Plan:
            return _reduce_subclass(obj, entry, self)
        return entry(obj)

    def describe(self, cls):
        """Return what the skeleton of `cls` is made of, and its attributes; see `reducers.skeletons.describe`."""
        if not PyType_Check(cls):
            raise TypeError(f"expected a class, got a {type(cls).__name__}")
        return _describe(self, cls)
