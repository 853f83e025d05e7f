# cython: language_level=3, binding=False, boundscheck=False, wraparound=False, initializedcheck=False, autotestdict=False
"""The compiled backend: `_pure.py` in Cython, the same bytes.

What a function or class becomes is explained there.  Here is what C adds: what is known of a code object hangs on that
object, fields of functions are read without a lookup, and picklers are used again instead of made anew.
"""

import copyreg
import pickle
import sys
from opcode import opmap as _opmap
from types import ModuleType

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_Next, PyDict_SetItem
from cpython.object cimport Py_TYPE, PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_New, PyTuple_SET_ITEM
from libc.string cimport memchr, memcmp, memcpy, memset

from . import byvalue, codes, deferred, submodules, tracking

cdef extern from *:
    """
    #include <marshal.h>

    #if PY_VERSION_HEX < 0x030C0000
    #define lp_extra_index _PyEval_RequestCodeExtraIndex
    #define lp_get_extra _PyCode_GetExtra
    #define lp_set_extra _PyCode_SetExtra
    #else
    #define lp_extra_index PyUnstable_Eval_RequestCodeExtraIndex
    #define lp_get_extra PyUnstable_Code_GetExtra
    #define lp_set_extra PyUnstable_Code_SetExtra
    #endif

    #define lp_finds_attributes_as_usual(t) ((t)->tp_getattro == PyObject_GenericGetAttr)

    static void lp_drop_extra(void *extra) { Py_XDECREF((PyObject *)extra); }

    #if PY_VERSION_HEX >= 0x030C0000
    #define lp_typeparams(f) ((f)->func_typeparams)
    #else
    #define lp_typeparams(f) ((PyObject *)NULL)
    #endif

    #if PY_VERSION_HEX >= 0x030E0000
    #define lp_annotate(f) ((f)->func_annotate)
    #else
    #define lp_annotate(f) ((PyObject *)NULL)
    #endif

    /* Since 3.14 a flag says whether the first constant is a docstring; before, any string there is one. */
    #ifdef CO_HAS_DOCSTRING
    #define LP_HAS_DOCSTRING CO_HAS_DOCSTRING
    #else
    #define LP_HAS_DOCSTRING 0
    #endif

    /* PyUnicode_FromKindAndData would return the one object there is for a single character. */
    static PyObject *lp_copy_str(PyObject *s) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(s);
        PyObject *copy = PyUnicode_New(size, PyUnicode_MAX_CHAR_VALUE(s));
        if (copy != NULL && size)
            memcpy(PyUnicode_DATA(copy), PyUnicode_DATA(s), (size_t)size * PyUnicode_KIND(s));
        return copy;
    }
    """
    ctypedef struct PyFunctionObject:
        PyObject *func_globals
        PyObject *func_name
        PyObject *func_qualname
        PyObject *func_code
        PyObject *func_defaults
        PyObject *func_kwdefaults
        PyObject *func_doc
        PyObject *func_dict
        PyObject *func_closure
        PyObject *func_module
        PyObject *func_annotations

    ctypedef struct PyCodeObject:
        PyObject *co_name
        PyObject *co_qualname
        PyObject *co_filename
        PyObject *co_consts
        PyObject *co_names
        int co_flags
        int co_nfreevars

    int LP_HAS_DOCSTRING
    PyTypeObject PyFunction_Type
    PyTypeObject PyCode_Type
    PyTypeObject PyCell_Type
    PyTypeObject PyModule_Type
    PyTypeObject PyType_Type
    PyTypeObject PyCFunction_Type
    PyTypeObject PyBaseObject_Type
    PyTypeObject PyUnicode_Type
    PyTypeObject PyLong_Type
    PyTypeObject PyFloat_Type
    PyTypeObject PyBool_Type
    PyTypeObject PyBytes_Type
    PyTypeObject PyComplex_Type
    PyTypeObject PyTuple_Type
    PyTypeObject PyMethod_Type
    PyTypeObject PyProperty_Type
    PyTypeObject PyStaticMethod_Type
    PyTypeObject PyClassMethod_Type
    PyTypeObject Py_GenericAliasType
    PyTypeObject PySet_Type
    PyTypeObject PyFrozenSet_Type
    PyTypeObject PyMemberDescr_Type
    PyTypeObject PyGetSetDescr_Type
    PyTypeObject PyMethodDescr_Type
    PyTypeObject PyWrapperDescr_Type
    PyTypeObject PyClassMethodDescr_Type

    ctypedef void (*freefunc)(void *)
    Py_ssize_t lp_extra_index(freefunc)
    int lp_get_extra(PyObject *code, Py_ssize_t index, void **extra) except -1
    int lp_set_extra(PyObject *code, Py_ssize_t index, void *extra) except -1
    void lp_drop_extra(void *)
    PyObject *lp_typeparams(PyFunctionObject *)
    PyObject *lp_annotate(PyFunctionObject *)
    object lp_copy_str(PyObject *)

    bint PyType_Check(object)
    bint PyType_IsSubtype(PyTypeObject *, PyTypeObject *)
    bint PyExceptionInstance_Check(object)
    bytes PyCode_GetCode(PyCodeObject *)
    bytes PyMarshal_WriteObjectToString(object, int)
    object PyMarshal_ReadObjectFromString(const char *, Py_ssize_t)
    object PyCell_New(PyObject *)
    unsigned long Py_TPFLAGS_HEAPTYPE
    unsigned long Py_TPFLAGS_IMMUTABLETYPE
    object PyObject_GenericGetDict(object, void *)
    bint lp_finds_attributes_as_usual(PyTypeObject *)
    PyObject *PyCell_GET(PyObject *)
    int PyCell_Set(object, object) except -1
    object PyFunction_New(object, object)
    int PyFunction_SetClosure(object, object) except -1
    PyObject *PyDict_GetItemWithError(PyObject *, PyObject *) except? NULL
    Py_ssize_t PyDict_Size(PyObject *)
    PyObject *PyModule_GetDict(PyObject *)
    int PyUnicode_CompareWithASCIIString(PyObject *, const char *)
    object PyBytes_FromStringAndSize(const char *, Py_ssize_t)
    int _PyBytes_Resize(PyObject **, Py_ssize_t) except -1

COMPILED = True

cdef object _UnpicklingError = pickle.UnpicklingError
cdef object _HIGHEST_PROTOCOL = pickle.HIGHEST_PROTOCOL
cdef dict _modules = sys.modules
cdef object _builtins = sys.modules["builtins"]
cdef object _intern = sys.intern
cdef set _registry = byvalue.registry
cdef object _by_reference = byvalue.by_reference
cdef object _edited_annotations = deferred.edited
cdef object _refresh_submodules = submodules.refresh
cdef object _used_submodules = submodules.used

cdef int _EXTENDED_ARG = _opmap["EXTENDED_ARG"]
cdef int _IMPORT_NAME = _opmap["IMPORT_NAME"]
cdef int _LOAD_GLOBAL = _opmap["LOAD_GLOBAL"]
cdef int _STORE_GLOBAL = _opmap["STORE_GLOBAL"]
cdef int _DELETE_GLOBAL = _opmap["DELETE_GLOBAL"]
cdef int _LOAD_NAME = _opmap["LOAD_NAME"]
cdef int _LOAD_FROM_DICT_OR_GLOBALS = _opmap.get("LOAD_FROM_DICT_OR_GLOBALS", -1)

cdef Py_ssize_t _extra = lp_extra_index(lp_drop_extra)
if _extra < 0:
    raise ImportError("no slot is left for data on code objects")

MAX_CACHED_CODES = 4096
MAX_CACHED_BLOB = 1 << 16
# A pickler that has grown beyond this is not used again.
cdef Py_ssize_t _MAX_POOLED_OUTPUT = 1 << 12
cdef Py_ssize_t _MAX_POOL = 16


cdef inline object _private(PyObject *name):
    return lp_copy_str(name)


include "_fast_compact.pxi"


def _shorten(bytes data):
    return shorten(data)


def _lengthen(bytes data):
    return lengthen(<const unsigned char *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef tuple _pack(PyObject *code):
    """`codes.pack`, with code that `marshal` takes as it is done here."""
    if not _marshallable(code):
        return codes.pack(<object>code, _shorten)
    data, file_name = shorten(PyMarshal_WriteObjectToString(<object>code, _MARSHAL_VERSION))
    cdef unsigned int crc = _crc32(data)
    cdef bytes blob = PyBytes_FromStringAndSize(NULL, _HEADER + PyBytes_GET_SIZE(data))
    cdef unsigned char *out = <unsigned char *>PyBytes_AS_STRING(blob)
    memcpy(out, PyBytes_AS_STRING(_MAGIC), 2)
    out[2] = crc & 0xFF
    out[3] = (crc >> 8) & 0xFF
    out[4] = (crc >> 16) & 0xFF
    out[5] = crc >> 24
    memcpy(out + _HEADER, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
    return blob, file_name, ()


cdef bint _marshallable(PyObject *value) except -1:
    cdef PyTypeObject *kind = Py_TYPE(<object>value)
    cdef Py_ssize_t index
    if value == <PyObject *>None or value == <PyObject *>Ellipsis:
        return True
    if (
        kind is &PyUnicode_Type or kind is &PyLong_Type or kind is &PyFloat_Type or kind is &PyBool_Type
        or kind is &PyBytes_Type or kind is &PyComplex_Type
    ):
        return True
    if kind is &PyCode_Type:
        value = (<PyCodeObject *>value).co_consts
    elif kind is &PyFrozenSet_Type:
        for each in <frozenset>value:
            if not _marshallable(<PyObject *>each):
                return False
        return True
    elif kind is not &PyTuple_Type:
        return False
    for index in range(PyTuple_GET_SIZE(<object>value)):
        if not _marshallable(PyTuple_GET_ITEM(<object>value, index)):
            return False
    return True


cdef object _unpack(object blob, object file_name):
    """`codes.unpack`, with undamaged code that has no patches done here."""
    cdef const unsigned char *at
    cdef Py_ssize_t size
    cdef bytes data
    if PyBytes_CheckExact(blob) and (file_name is None or type(file_name) is str):
        at = <const unsigned char *>PyBytes_AS_STRING(blob)
        size = PyBytes_GET_SIZE(blob)
        if size > _HEADER and memcmp(at, PyBytes_AS_STRING(_MAGIC), 2) == 0:
            data = (<bytes>blob)[_HEADER:]
            if _crc32(data) == (at[2] | (at[3] << 8) | (at[4] << 16) | (<unsigned int>at[5] << 24)):
                data = lengthen(at + _HEADER, size - _HEADER)
                code = PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
                if Py_TYPE(code) is &PyCode_Type:
                    if file_name is not None:
                        _fix_file_name(code, file_name)
                    return code
    return codes.unpack(blob, file_name, (), _lengthen)


cdef bytes _MAGIC = codes.MAGIC
cdef int _MARSHAL_VERSION = codes.MARSHAL_VERSION
cdef Py_ssize_t _HEADER = 6
cdef object _crc32 = codes.crc32
cdef object _fix_file_name = codes._imp._fix_co_filename


cdef class _CodeInfo:
    """What depends on a code object alone, computed once for each.  It must not refer to the code object."""

    cdef bytes blob
    cdef object file_name
    cdef tuple constants
    cdef tuple names
    cdef frozenset attributes
    cdef bint imports
    cdef object doc
    # What says how the reader makes such a function again, for code of the standard library's that is known.
    cdef object recreate
    cdef dict submodules
    cdef object generation


cdef _CodeInfo _code_info(PyObject *code):
    cdef void *extra = NULL
    lp_get_extra(code, _extra, &extra)
    if extra != NULL:
        return <_CodeInfo><PyObject *>extra
    cdef _CodeInfo info = _CodeInfo.__new__(_CodeInfo)
    info.blob, info.file_name, info.constants = _pack(code)
    cdef dict names = {}
    info.imports = _scan(code, names)
    info.names = tuple(names.values())
    info.attributes = None
    info.doc = None
    cdef PyObject *constants = (<PyCodeObject *>code).co_consts
    cdef PyObject *first
    if PyTuple_GET_SIZE(<object>constants) and (
        LP_HAS_DOCSTRING == 0 or (<PyCodeObject *>code).co_flags & LP_HAS_DOCSTRING
    ):
        first = PyTuple_GET_ITEM(<object>constants, 0)
        if isinstance(<object>first, str):
            info.doc = <object>first
    info.submodules = {}
    info.generation = None
    known = _recreated.get(<size_t>code)
    info.recreate = None if known is None else (<tuple>known)[1]
    # A finalizer may have run meanwhile and set it: then there are two, of the same contents, and the last stays.
    lp_set_extra(code, _extra, <void *>info)
    Py_INCREF(info)
    return info


cdef frozenset _attributes_of(PyObject *code):
    """All names that `code` and the code nested in it use."""
    cdef set found = set()
    _add_attributes(code, found)
    return frozenset(found)


cdef int _add_attributes(PyObject *code, set found) except -1:
    cdef PyObject *item
    cdef Py_ssize_t index
    found.update(<object>(<PyCodeObject *>code).co_names)
    for index in range(PyTuple_GET_SIZE(<object>(<PyCodeObject *>code).co_consts)):
        item = PyTuple_GET_ITEM(<object>(<PyCodeObject *>code).co_consts, index)
        if Py_TYPE(<object>item) is &PyCode_Type:
            _add_attributes(item, found)
    return 0


cdef bint _scan(PyObject *code, dict names) except -1:
    """Collect the names that `code` and the code nested in it look up; see `_pure._scan`."""
    cdef PyObject *co_names = (<PyCodeObject *>code).co_names
    cdef PyObject *co_consts = (<PyCodeObject *>code).co_consts
    cdef Py_ssize_t count = PyTuple_GET_SIZE(<object>co_names)
    cdef Py_ssize_t index
    cdef PyObject *item
    cdef bint imports = False
    cdef bytes raw = PyCode_GetCode(<PyCodeObject *>code)
    cdef const unsigned char *at = <const unsigned char *>PyBytes_AS_STRING(raw)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(raw)
    cdef Py_ssize_t extended = 0
    cdef Py_ssize_t arg
    cdef int op
    for index in range(0, size - 1, 2):
        op = at[index]
        if op == _EXTENDED_ARG:
            extended = (extended | at[index + 1]) << 8
            continue
        arg = extended | at[index + 1]
        extended = 0
        if op == _LOAD_GLOBAL:
            arg >>= 1
        elif op == _IMPORT_NAME:
            imports = True
            continue
        elif op not in (_STORE_GLOBAL, _DELETE_GLOBAL, _LOAD_NAME, _LOAD_FROM_DICT_OR_GLOBALS):
            continue
        if arg >= count:
            raise ValueError("bytecode that names what is not there")
        item = PyTuple_GET_ITEM(<object>co_names, arg)
        if <object>item not in names:
            names[<object>item] = _private(item)
    for index in range(PyTuple_GET_SIZE(<object>co_consts)):
        item = PyTuple_GET_ITEM(<object>co_consts, index)
        if Py_TYPE(<object>item) is &PyCode_Type:
            if _scan(item, names):
                imports = True
    return imports


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
    return getattr(<object>found, <str>parts[1], None) is obj


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


cdef class _Kind:
    """How instances of a class are pickled, known once one of them was; see `Session._learn`."""

    cdef tuple args
    cdef list slots
    cdef bint has_dict
    cdef bint by_value


cdef class Session:
    """What one pickler has written so far, as far as the reducers have to know; see `_pure.Session`."""

    cdef public object table
    # Whether the protocol is one in which instances of importable classes are made by `__newobj__`.
    cdef public bint quick_instances
    # id of the dictionary of a class in the payload -> the class
    cdef readonly dict class_dicts
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

    cpdef clear(self):
        """Forget everything, as the pickler's memo does."""
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
        self._imported = None
        self._last = NULL
        self._last_entry = None
        self._used = False

    cpdef str name(self, str text):
        """Return the payload's own copy of a string that a reducer writes; see `names.private`."""
        cdef PyObject *found = PyDict_GetItemWithError(<PyObject *>_common_names, <PyObject *>text)
        if found != NULL:
            return <str>found
        if self._names is not None:
            found = PyDict_GetItemWithError(<PyObject *>self._names, <PyObject *>text)
            if found != NULL:
                return <str>found
        own = _private(<PyObject *>text)
        if len(_common_names) < _MAX_COMMON_NAMES and len(text) <= _MAX_COMMON_NAME:
            # Another thread may have come first.
            return <str>_common_names.setdefault(own, own)
        if self._names is None:
            self._names = {}
        self._used = True
        PyDict_SetItem(self._names, own, own)
        return own

    def own_globals(self, dict namespace, owner):
        """Note that `namespace` comes into being with `owner`, a module that is being pickled by value."""
        self._keep_globals(<PyObject *>namespace, owner, set(namespace))

    def reduce(self, obj):
        """Reduce `obj` where it is of a kind that needs to know the payload, else return NotImplemented."""
        cdef PyTypeObject *kind = Py_TYPE(obj)
        cdef PyFunctionObject *func
        cdef PyObject *reducer
        cdef _CodeInfo info
        if kind is &PyFunction_Type:
            func = <PyFunctionObject *>obj
            if _by_reference_quick(obj, func.func_module, func.func_qualname):
                return NotImplemented
            self._used = True
            return self._reduce_function(obj)
        if PyType_Check(obj):
            self._used = True
            if kind is &PyType_Type:
                return self._reduce_usual_class(obj)
            if self._in_table(<object>kind) or _class_by_reference(obj):
                return NotImplemented
            return _reduce_class_by_value(obj, self)
        if kind is &PyCell_Type:
            self._used = True
            return self._reduce_cell(obj)
        if kind is &PyCode_Type:
            self._used = True
            info = _code_info(<PyObject *>obj)
            return _code, (self._blob(info), self._file_name(info), *info.constants)
        if PyType_IsSubtype(kind, &PyModule_Type):
            self._used = True
            if kind is &PyModule_Type and _module_by_reference(obj):
                return _module, (self.name(obj.__name__),)
            return _reduce_module(obj, self)
        if kind is &PyCFunction_Type:
            # The pickler would ask its dispatch table and `__reduce_ex__` for the name.
            if obj is _function:
                return "function"
            if obj is _class:
                return "class_"
        if kind is &Py_GenericAliasType and not self._in_table(<object>kind) and not getattr(obj, "__unpacked__", False):
            return <object>kind, (obj.__origin__, obj.__args__)
        if kind != self._last:
            self._last_entry = self._entry(obj, kind)
            self._last = kind
        entry = self._last_entry
        if entry is None:
            return NotImplemented
        if type(entry) is _Kind:
            return self._reduce_known(obj, <_Kind>entry)
        if entry is _ENUM:
            return _reduce_instance(obj, self)
        return entry(obj)

    cdef object _reduce_usual_class(self, object cls):
        """`reducers.classes.reduce_class` for a class whose metaclass is `type`."""
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef object ident
        if not kind.tp_flags & Py_TPFLAGS_HEAPTYPE:
            ident = <size_t>kind
            if ident in _static_types:
                return NotImplemented
            if ident in _builtin_names or not _class_by_reference(cls):
                return _reduce_class(cls, self)
            # Such a type is never freed, and never by value.
            if cls.__module__ == "builtins":
                _static_types.add(ident)
            return NotImplemented
        if _class_by_reference(cls):
            return _reduce_class(cls, self) if <size_t>kind in _builtin_names else NotImplemented
        if kind.tp_flags & Py_TPFLAGS_IMMUTABLETYPE:
            return _reduce_class_by_value(cls, self)
        cdef PyObject *new = PyDict_GetItemWithError(kind.tp_dict, <PyObject *>_NEW)
        if new != NULL and Py_TYPE(<object>new) is &PyCFunction_Type:
            return _reduce_class_by_value(cls, self)
        args, attributes = self.describe(cls)
        return _class, args, attributes, None, None, _class

    def describe(self, cls):
        """Return what the skeleton of `cls` is made of, and its attributes; see `reducers.skeletons.describe`."""
        cdef PyTypeObject *kind = <PyTypeObject *>cls
        cdef object metaclass = <object>Py_TYPE(cls)
        cdef bint usual = Py_TYPE(cls) is &PyType_Type
        cdef dict own = <dict>kind.tp_dict
        cdef dict attributes = {}
        cdef dict shadowing = None
        cdef frozenset taken = None if usual else _intercepted(metaclass)
        cdef list slots = None
        cdef PyObject *key = NULL
        cdef PyObject *found = NULL
        cdef PyObject *special
        cdef PyTypeObject *of
        cdef Py_ssize_t position = 0
        cdef object changed = None
        cdef object explicit = None
        self._used = True
        module = cls.__module__
        qualname = cls.__qualname__
        if _NOTES_CLASS_DICTS:
            self.class_dicts[<size_t>kind.tp_dict] = cls
            self.class_dicts[qualname] = cls
        for early in _EARLY:
            found = PyDict_GetItemWithError(kind.tp_dict, <PyObject *>early)
            if found != NULL and found != <PyObject *>None and (usual or early not in taken):
                attributes[self.name(early)] = _portable(early, <object>found)
        if _DEFERRED_ANNOTATIONS:
            changed = _changed_annotations(cls)
            if changed is not None:
                attributes[self.name("__annotations__")] = changed
                if "__annotations__" in own:
                    shadowing = {self.name("__annotations__"): {}}
        while PyDict_Next(own, &position, &key, &found):
            value = <object>found
            name = <object>key
            of = Py_TYPE(value)
            if of is not &PyFunction_Type:
                if of is &PyGetSetDescr_Type:
                    if (name == _DICT or name == _WEAKREF) and _of_slot(cls, name, value):
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
                    _check_attribute(cls, name, value)
            special = PyDict_GetItemWithError(<PyObject *>_special_names, <PyObject *>name)
            if special != NULL and <object>special is _SHADOWS or not usual and name in taken:
                if shadowing is None:
                    shadowing = {}
                shadowing[self.name(name)] = value
            elif special == NULL:
                if of is &PyTuple_Type or of is &PyFrozenSet_Type or of is &PySet_Type:
                    value = _portable(name, value)
                attributes[self.name(name)] = value
            elif <object>special is _ANNOTATES and changed is None:
                attributes[self.name(name)] = value
        if slots is not None or _SLOTS in own:
            explicit = _explicit_slots(own, slots or (), self)
        cdef tuple tracked = _key_of(cls, module, qualname)
        bases = cls.__bases__
        cdef list args = [
            self.name(qualname),
            self.name(module) if isinstance(module, str) else module,
            tracked[2],
            tracked[3],
        ]
        cdef str simple = cls.__name__
        given = None if simple == qualname.rpartition(".")[2] else self.name(simple)
        cdef Py_ssize_t count = 4
        if len(<tuple>bases) != 1 or PyTuple_GET_ITEM(bases, 0) != <PyObject *>&PyBaseObject_Type:
            args.append(bases)
            count = 5
        else:
            args.append(())
        args.append(metaclass)
        args.append(explicit)
        args.append(given)
        args.append(shadowing)
        if shadowing is not None:
            count = 9
        elif given is not None:
            count = 8
        elif explicit is not None:
            count = 7
        elif not usual:
            count = 6
        elif count == 4 and tracked[3] == 0:
            count = 3
        if _HASH in own and _holds_instances(attributes, kind):
            attributes = _staged(cls, attributes)
        return tuple(args[:count]), attributes

    cdef object _entry(self, object obj, PyTypeObject *kind):
        """Return what to do with instances of `kind`: nothing, call a reducer, or what a `_Kind` says."""
        cdef object ident = <size_t>kind
        cdef PyObject *known = PyDict_GetItemWithError(<PyObject *>self._kinds, <PyObject *>ident)
        if known != NULL:
            return <object>known
        self._used = True
        entry = self._find_entry(obj, kind)
        self._kinds[ident] = entry
        # Or another class might get its id.
        self._alive.append(<object>kind)
        return entry

    cdef object _find_entry(self, object obj, PyTypeObject *kind):
        cdef PyObject *reducer
        cdef PyTypeObject *ancestor = kind
        if Py_TYPE(<object>kind) is not &PyType_Type and _is_enum(<object>kind) and not _class_by_reference(<object>kind):
            if _reduce_instance(obj, self) is not NotImplemented:
                return _ENUM
        while ancestor is not &PyBaseObject_Type and ancestor != NULL:
            # A metaclass may have a hash of its own.
            if Py_TYPE(<object>ancestor).tp_hash is PyType_Type.tp_hash:
                reducer = PyDict_GetItemWithError(<PyObject *>_inherited, <PyObject *>ancestor)
                if reducer != NULL:
                    return self._own_reducer(kind) if self._in_table(<object>kind) else _quicker(<object>reducer, kind)
            ancestor = ancestor.tp_base
        found = self._own_reducer(kind)
        return self._learn(obj, kind) if found is None else _quicker(found, kind)

    cdef bint _in_table(self, object kind) except -1:
        if self._user is None:
            return kind in self.table
        return kind in self._user or kind in self._copyreg or kind in self._own

    cdef object _own_reducer(self, PyTypeObject *kind):
        """The reducer of exactly `kind` that a pooled pickler has, which asks no table by itself."""
        cdef PyObject *reducer
        if self._user is None:
            return None
        reducer = PyDict_GetItemWithError(<PyObject *>self._user, <PyObject *>kind)
        if reducer == NULL:
            reducer = PyDict_GetItemWithError(<PyObject *>self._copyreg, <PyObject *>kind)
        if reducer == NULL:
            reducer = PyDict_GetItemWithError(<PyObject *>self._own, <PyObject *>kind)
        return None if reducer == NULL else <object>reducer

    cdef object _learn(self, object obj, PyTypeObject *kind):
        """Return a `_Kind` if `kind` is a class whose instances are pickled in the way `object` has for it, else None."""
        if not kind.tp_flags & Py_TPFLAGS_HEAPTYPE:
            return None
        cls = <object>kind
        if (
            cls.__reduce_ex__ is not _object_reduce_ex
            or cls.__reduce__ is not _object_reduce
            or cls.__getstate__ is not _object_getstate
            or self._in_table(cls)
        ):
            return None
        cdef bint by_value = cls in _own_keys or not _class_by_reference(cls)
        if not by_value and not self.quick_instances:
            return None
        cdef _Kind entry = _Kind.__new__(_Kind)
        entry.by_value = by_value
        entry.args = None
        if lp_finds_attributes_as_usual(kind):
            # What it makes of one says all there is to know: no arguments, no items, no fields out of reach.
            reduced = object.__reduce_ex__(obj, 2)
            if reduced[0] is _newobj and reduced[1] == (cls,) and reduced[3] is None and reduced[4] is None:
                if not hasattr(cls, "__getnewargs_ex__") and not hasattr(cls, "__getnewargs__"):
                    entry.args = reduced[1]
                    entry.slots = _slot_names(cls)
                    entry.has_dict = kind.tp_dictoffset != 0
        return None if entry.args is None and not by_value else entry

    cdef object _reduce_known(self, object obj, _Kind kind):
        """Reduce an instance as `object` does; one of a class by value with names of the payload's own for its attributes."""
        cdef dict namespace = None
        cdef dict slots = None
        cdef object state = None
        if kind.args is None:
            return self._reduce_plain(obj)
        if kind.has_dict:
            namespace = <dict?>PyObject_GenericGetDict(obj, NULL)
            if not namespace:
                namespace = None
            elif _overrides(namespace):
                return NotImplemented
        if kind.slots:
            for name in kind.slots:
                value = getattr(obj, name, _MISSING)
                if value is not _MISSING:
                    if slots is None:
                        slots = {}
                    slots[name] = value
        if kind.by_value:
            if namespace is not None:
                namespace = self._named(namespace)
            if slots is not None:
                slots = self._named(slots)
        if slots is not None:
            state = (namespace, slots)
        elif namespace is not None:
            state = namespace
        else:
            return _newobj, kind.args
        return _newobj, kind.args, state

    cdef object _reduce_plain(self, object obj):
        """Reduce an instance that `object` reduces in its own way; see `_pure.Session._reduce_plain`."""
        if _overrides(getattr(obj, "__dict__", None)):
            return NotImplemented
        cdef tuple reduced = object.__reduce_ex__(obj, 2)
        state = reduced[2]
        if type(state) is dict:
            named = self._named(<dict>state)
        elif type(state) is tuple and PyTuple_GET_SIZE(state) == 2:
            first, second = <tuple>state
            named = (
                self._named(<dict>first) if type(first) is dict else first,
                self._named(<dict>second) if type(second) is dict else second,
            )
        else:
            return reduced
        return (*reduced[:2], named, *reduced[3:])

    cdef dict _named(self, dict state):
        cdef dict named = {}
        for key, value in state.items():
            named[self.name(<str>key) if type(key) is str else key] = value
        return named

    cdef bytes _blob(self, _CodeInfo info):
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

    cdef int _keep_globals(self, PyObject *namespace, object owner, set sent) except -1:
        self._used = True
        if self._only_globals == NULL or self._only_globals == namespace:
            self._only_globals = namespace
            self._only_owner = owner
            self._only_sent = sent
        else:
            self._globals[<size_t>namespace] = owner, sent
        return 0

    cdef object _file_name(self, _CodeInfo info):
        return None if info.file_name is None else self.name(<str>info.file_name)

    cdef object _reduce_function(self, object function):
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
                made_by, made_of = <tuple>recreated
                attributes = self._attributes(function, <PyCodeObject *>code, info, module_name)
                return made_by, made_of, (None, None, None, attributes), None, None, _function

        if self._only_globals == func.func_globals:
            owner, sent = self._only_owner, self._only_sent
        elif self._globals:
            owner, sent = self._globals.get(<size_t>func.func_globals, _NOBODY)
        if owner is None or owner is function:
            sent = set()
            self._keep_globals(func.func_globals, function, sent)
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
                used = self._add_submodules(value, (<PyFunctionObject *>function).func_code, info, used)
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
            closure, contents, used = self._close(function, <tuple>func.func_closure, info, used)
        attributes = self._attributes(function, <PyCodeObject *>code, info, module_name)
        cdef object first = self._blob(info)
        cdef object file_name = self._file_name(info)
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

    cdef tuple _close(self, object function, tuple cells, _CodeInfo info, list used):
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
                used = self._add_submodules(value, (<PyFunctionObject *>function).func_code, info, used)
            elif type(content) is dict and function.__code__.co_freevars[index] == "__classdict__":
                content = _class_dict(content, function, self)
            if contents is None:
                values.append(content)
            else:
                contents[index] = content
        told = tuple(values) if contents is None else (contents or None)
        return (None if closure is None else tuple(closure)), told, used

    cdef list _add_submodules(self, PyObject *module, PyObject *code, _CodeInfo info, list used):
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

    cdef dict _attributes(self, object function, PyCodeObject *code, _CodeInfo info, object module_name):
        cdef PyFunctionObject *func = <PyFunctionObject *>function
        cdef dict found = None
        cdef PyObject *field
        cdef PyObject *key = NULL
        cdef PyObject *value = NULL
        cdef Py_ssize_t position = 0
        if info.constants:
            # The constructor made do without them: they may refer to the function.
            found = self._put(found, "__code__", <object>func.func_code)
        if func.func_name != code.co_name and <object>func.func_name != <object>code.co_name:
            found = self._put(found, "__name__", self.name(str(<object>func.func_name)))
        if func.func_qualname != code.co_qualname and <object>func.func_qualname != <object>code.co_qualname:
            found = self._put(found, "__qualname__", self.name(str(<object>func.func_qualname)))
        module = None if func.func_module == NULL else <object>func.func_module
        if module is not module_name and module != module_name:
            found = self._put(found, "__module__", self.name(module) if type(module) is str else module)
        doc = None if func.func_doc == NULL else <object>func.func_doc
        if doc is not info.doc and doc != info.doc:
            found = self._put(found, "__doc__", doc)
        if func.func_kwdefaults != NULL and func.func_kwdefaults != <PyObject *>None:
            found = self._put(found, "__kwdefaults__", <object>func.func_kwdefaults)
        field = lp_annotate(func)
        if field != NULL and field != <PyObject *>None:
            annotations = None if func.func_annotations == NULL else _edited_annotations(function)
            if annotations is not None:
                found = self._put(found, "__annotations__", annotations)
            else:
                found = self._put(found, "__annotate__", <object>field)
        elif func.func_annotations != NULL:
            # Up to 3.13 the field can be a tuple that becomes a dictionary when it is asked for.
            annotations = function.__annotations__
            if annotations:
                found = self._put(found, "__annotations__", annotations)
        field = lp_typeparams(func)
        if field != NULL and <object>field:
            found = self._put(found, "__type_params__", <object>field)
        if func.func_dict != NULL:
            while PyDict_Next(<dict>func.func_dict, &position, &key, &value):
                if isinstance(<object>key, str):
                    found = self._put(found, <str>key, <object>value)
                else:
                    if found is None:
                        found = {}
                    found[<object>key] = <object>value
        return found

    cdef dict _put(self, dict found, str name, object value):
        if found is None:
            found = {}
        PyDict_SetItem(found, self.name(name), value)
        return found

    cdef object _reduce_cell(self, object cell):
        cdef object ident = <size_t><PyObject *>cell
        cdef PyObject *owner = PyDict_GetItemWithError(<PyObject *>self._cells, <PyObject *>ident)
        if owner != NULL:
            return _cell, <object>owner
        self._standalone[ident] = cell
        cdef PyObject *contents = PyCell_GET(<PyObject *>cell)
        if contents == NULL:
            return _cell, ()
        return _cell, (), (<object>contents,), None, None, _cell


cdef tuple _key_of(object cls, object module, object qualname):
    """`tracking.key_of`, with the answer for a class that has a key already found early."""
    cdef object ident = <size_t><PyObject *>cls
    cdef PyObject *found = PyDict_GetItemWithError(<PyObject *>_tracked, <PyObject *>ident)
    cdef tuple key
    if found != NULL:
        reference, key = <tuple>found
        if reference() is cls and key[1] == qualname and key[0] == module:
            return key
    return tracking.key_of(cls, module, qualname)


cdef bint _holds_instances(dict attributes, PyTypeObject *cls) except -1:
    """Whether one of the attributes is a container that hashes instances of `cls`."""
    for value in attributes.values():
        if isinstance(value, (dict, set, frozenset)):
            for each in value:
                if PyType_IsSubtype(Py_TYPE(each), cls):
                    return True
    return False


cdef dict _tracked = tracking.keys
cdef bint _DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)
# Annotations and bounds that are evaluated late look names up in the dictionary of their class.
cdef bint _NOTES_CLASS_DICTS = sys.version_info >= (3, 12)
cdef str _NEW = "__new__"
cdef str _SLOTS = "__slots__"
cdef str _HASH = "__hash__"
cdef str _DICT = "__dict__"
cdef str _WEAKREF = "__weakref__"
cdef set _static_types = set()
cdef tuple _EARLY = ()
cdef object _SHADOWS = None
cdef object _ANNOTATES = None
cdef dict _special_names = {}
cdef dict _builtin_names = {}
cdef object _portable = None
cdef object _intercepted = None
cdef object _changed_annotations = None
cdef object _of_slot = None
cdef object _check_attribute = None
cdef object _explicit_slots = None
cdef object _staged = None
cdef object _quicker(object reducer, PyTypeObject *kind):
    """Return what does the work of `reducer` for objects of exactly `kind`: one in C, where there is one."""
    if reducer is _descriptors.reduce_method:
        return _reduce_method_object if kind is &PyMethod_Type else reducer
    if reducer is _descriptors.reduce_property and kind is &PyProperty_Type:
        return _reduce_property
    if reducer is _descriptors.reduce_wrapper and (kind is &PyStaticMethod_Type or kind is &PyClassMethod_Type):
        return _reduce_wrapper
    return reducer


def _reduce_method_object(method):
    return _method, (method.__func__, method.__self__)


def _reduce_property(obj):
    """`reducers.descriptors.reduce_property` for `property` itself."""
    fget = obj.fget
    doc = obj.__doc__
    inherited = getattr(fget, "__doc__", None)
    cdef dict state = None
    if doc is None and inherited is not None:
        state = {_private_literal("__doc__"): None}
    if _PROPERTY_HAS_NAME:
        name = getattr(obj, "__name__", None)
        if name is not getattr(fget, "__name__", None) and name != getattr(fget, "__name__", None):
            if state is None:
                state = {}
            state[_private_literal("__name__")] = _private(<PyObject *>name) if isinstance(name, str) else name
    cdef tuple args = (fget, obj.fset, obj.fdel) if doc is inherited or doc == inherited else (fget, obj.fset, obj.fdel, doc)
    if state is None:
        return property, args
    return property, args, (None, state)


def _reduce_wrapper(obj):
    """`reducers.descriptors.reduce_wrapper` for `staticmethod` and `classmethod` themselves."""
    kind = <object>Py_TYPE(obj)
    function = obj.__func__
    cdef dict copied = kind(function).__dict__
    cdef dict own = None
    for key, value in (<dict>obj.__dict__).items():
        if key in copied and (copied[key] is value or copied[key] == value):
            continue
        if own is None:
            own = {}
        own[_private(<PyObject *>key)] = value
    if own is None:
        return kind, (function,)
    return kind, (function,), own


cdef object _private_literal(str name):
    return _private(<PyObject *>name)


# Since 3.13 a property knows the name under which its class holds it.
cdef bint _PROPERTY_HAS_NAME = sys.version_info >= (3, 13)
cdef object _descriptors = None
cdef object _method = None
cdef object _ENUM = object()
cdef object _MISSING = object()
cdef tuple _NOBODY = (None, None)
# Copies for all payloads, of short names: the first that come.  A name that is there stays, so a payload has one copy.
cdef dict _common_names = {}
cdef Py_ssize_t _MAX_COMMON_NAMES = 4096
cdef Py_ssize_t _MAX_COMMON_NAME = 64
cdef object _newobj = copyreg.__newobj__
cdef object _slot_names = copyreg._slotnames
cdef object _object_reduce_ex = object.__reduce_ex__
cdef object _object_reduce = object.__reduce__
cdef object _object_getstate = object.__getstate__
cdef str _REDUCE_EX = "__reduce_ex__"
cdef str _GETSTATE = "__getstate__"
cdef str _GETNEWARGS = "__getnewargs__"
cdef str _GETNEWARGS_EX = "__getnewargs_ex__"


cdef bint _overrides(object namespace) except -1:
    """Whether an instance has a say of its own, in its dictionary, in how it is pickled."""
    if type(namespace) is not dict:
        return False
    cdef PyObject *found = <PyObject *>namespace
    return (
        PyDict_GetItemWithError(found, <PyObject *>_REDUCE_EX) != NULL
        or PyDict_GetItemWithError(found, <PyObject *>_GETSTATE) != NULL
        or PyDict_GetItemWithError(found, <PyObject *>_GETNEWARGS) != NULL
        or PyDict_GetItemWithError(found, <PyObject *>_GETNEWARGS_EX) != NULL
    )


cdef bint _is_enum(object cls) except -1:
    cdef PyObject *enum = PyDict_GetItemWithError(<PyObject *>_modules, <PyObject *>_ENUM_MODULE)
    return enum != NULL and isinstance(cls, (<object>enum).EnumType)


cdef str _ENUM_MODULE = "enum"
cdef object _function = None
cdef object _class = None
cdef object _code = None
cdef object _cell = None
cdef object _module = None
cdef object _reduce_class = None
cdef object _reduce_class_by_value = None
cdef object _reduce_module = None
cdef object _reduce_instance = None
cdef object _class_dict = None
cdef dict _inherited = {}
cdef set _own_keys = set()
cdef dict _recreated = {}
cdef tuple _preambles = ()
cdef object _refresh = None
cdef object _explain = None
cdef object _table = None


def configure(
    *, function, code, cell, module, method, class_, builtin_names, descriptors, skeletons, staged, reduce_class, reduce_class_by_value, reduce_module,
    reduce_instance,
    class_dict, inherited, own_keys, recreated, preambles, refresh, explain, table
):
    """Take what is written into payloads and called for colder objects from the layers above."""
    global _reduce_class_by_value, _function, _code, _cell, _module, _method, _descriptors, _class, _reduce_class, _reduce_module, _reduce_instance, _class_dict, _inherited
    global _preambles, _own_keys, _recreated, _refresh, _explain, _table, _builtin_names, _staged, _portable, _intercepted, _changed_annotations
    global _of_slot, _check_attribute, _explicit_slots, _special_names, _SHADOWS, _ANNOTATES, _EARLY
    _function = function
    _code = code
    _cell = cell
    _module = module
    _method = method
    _descriptors = descriptors
    _class = class_
    _builtin_names = builtin_names
    _staged = staged
    _portable = skeletons.portable
    _intercepted = skeletons.intercepted
    _changed_annotations = skeletons.changed_annotations
    _of_slot = skeletons.of_slot
    _check_attribute = skeletons.check_attribute
    _explicit_slots = skeletons.explicit_slots
    _special_names = skeletons.SPECIAL_NAMES
    _SHADOWS, _ANNOTATES, _EARLY = skeletons.SHADOWS, skeletons.ANNOTATES, skeletons.EARLY
    _reduce_class = reduce_class
    _reduce_class_by_value = reduce_class_by_value
    _reduce_module = reduce_module
    _reduce_instance = reduce_instance
    _class_dict = class_dict
    _inherited = inherited
    _own_keys = own_keys
    _recreated = recreated
    _preambles = preambles
    _refresh = refresh
    _explain = explain
    _table = table


cdef class _Sink:
    """The file of a pickler: takes what is written without a copy where it comes in one piece."""

    cdef object whole
    cdef bytes preamble
    cdef PyObject *buffer
    cdef Py_ssize_t size
    cdef Py_ssize_t capacity

    def __cinit__(self):
        self.whole = None
        self.preamble = None
        self.buffer = NULL
        self.size = 0
        self.capacity = 0

    def __dealloc__(self):
        if self.buffer != NULL:
            Py_DECREF(<object>self.buffer)

    def write(self, data):
        if self.buffer == NULL and self.whole is None and PyBytes_CheckExact(data):
            self.whole = data
            return
        if self.whole is not None:
            first = self.whole
            self.whole = None
            if self.preamble is not None:
                self._append(self.preamble)
            self._append(first)
        self._append(data)

    cdef int _append(self, object data) except -1:
        # No typed memoryview: Cython registers its type with `collections.abc.Sequence`, and a copy of that would drag it along.
        cdef Py_buffer view
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            return self._copy(<const char *>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)

    cdef int _copy(self, const char *data, Py_ssize_t more) except -1:
        cdef Py_ssize_t wanted = self.size + more
        cdef PyObject *buffer
        if more == 0:
            return 0
        if self.buffer == NULL:
            made = PyBytes_FromStringAndSize(NULL, wanted)
            Py_INCREF(made)
            self.buffer = <PyObject *>made
            self.capacity = wanted
            del made
        elif wanted > self.capacity:
            self.capacity = wanted + wanted // 8
            buffer = self.buffer
            # On failure the object is gone and the pointer NULL.
            self.buffer = NULL
            _PyBytes_Resize(&buffer, self.capacity)
            self.buffer = buffer
        memcpy(PyBytes_AS_STRING(<object>self.buffer) + self.size, data, more)
        self.size = wanted
        return 0

    cdef bytes take(self):
        cdef bytes result
        cdef PyObject *buffer
        if self.buffer == NULL:
            result = self.whole
            self.whole = None
            return result if self.preamble is None else self.preamble + result
        buffer = self.buffer
        self.buffer = NULL
        _PyBytes_Resize(&buffer, self.size)
        result = <bytes>buffer
        Py_DECREF(result)
        self.size = self.capacity = 0
        return result


class _Pickler(pickle.Pickler):
    __slots__ = ("reducer_override",)


cdef class _Pooled:
    """A pickler with all it needs, ready to be used again."""

    cdef _Sink sink
    cdef Session session
    cdef object pickler
    cdef object dump
    # A pickler's memo to start with; see `preamble`.
    cdef object memo

    def __init__(self, protocol, fix_imports, buffer_callback, int root):
        self.sink = _Sink()
        self.session = Session(_table)
        self.session.quick_instances = not 0 <= protocol < 2
        self.pickler = _Pickler(self.sink, protocol, fix_imports=fix_imports, buffer_callback=buffer_callback)
        self.pickler.reducer_override = self.session.reduce
        self.session._user, self.session._copyreg, self.session._own = _table.maps
        self.dump = self.pickler.dump
        self.memo = None
        if root:
            self.sink.preamble, callables = _preambles[root - 1]
            self.memo = _memo_with(callables, _ROOM[root])
            self.pickler.memo = self.memo


cdef object _memo_with(tuple callables, int room):
    """Return the memo of a pickler that has written `callables` and nothing else."""
    template = _Pickler(_Sink())
    # The memo keeps the size that this gives it, and is copied with it for each payload; growing later costs more.
    template.dump([str(index) for index in range(room)])
    template.clear_memo()
    for each in callables:
        template.dump(each)
    return template.memo


# How many entries to make room for in the memo, for each kind of root.
cdef tuple _ROOM = (0, 10, 40)

# Taken from and put back to: a dumps within a dumps, and one in another thread, take another one.  One for each kind of
# root.
cdef list _pools = [[], [], []]

cdef enum:
    _ANY_ROOT = 0
    _FUNCTION_ROOT = 1
    _CLASS_ROOT = 2

cdef Py_ssize_t _known_modules = -1


cdef int _root_of(object obj) except -1:
    cdef PyFunctionObject *func
    if Py_TYPE(obj) is &PyFunction_Type:
        func = <PyFunctionObject *>obj
        return _ANY_ROOT if _by_reference_quick(obj, func.func_module, func.func_qualname) else _FUNCTION_ROOT
    if Py_TYPE(obj) is &PyType_Type and (<PyTypeObject *>obj).tp_flags & Py_TPFLAGS_HEAPTYPE:
        return _ANY_ROOT if _class_by_reference(obj) else _CLASS_ROOT
    return _ANY_ROOT


def dumps(obj, protocol=None, buffer_callback=None, *, fix_imports=True):
    """Return `obj` as a pickle, which `pickle.loads` reads where lambdapkl is installed.

    Parameters and errors are those of `Pickler`.
    """
    global _known_modules
    cdef _Pooled pooled
    cdef bytes result
    cdef list pool
    cdef int root = _ANY_ROOT
    cdef bint usual = protocol is None and buffer_callback is None and fix_imports is True
    if PyDict_Size(<PyObject *>_modules) != _known_modules:
        _refresh()
        _known_modules = PyDict_Size(<PyObject *>_modules)
    try:
        if protocol is None:
            protocol = _HIGHEST_PROTOCOL
        if usual or protocol < 0 or protocol == _HIGHEST_PROTOCOL:
            root = _root_of(obj)
        pool = <list>_pools[root]
        if usual and pool:
            pooled = <_Pooled>pool.pop()
        else:
            pooled = _Pooled(protocol, fix_imports, buffer_callback, root)
        # After an error the pickler is dropped, with what its memo holds.
        pooled.dump(obj)
    except Exception as error:
        _explain(error, obj)
        raise
    result = pooled.sink.take()
    if usual and PyBytes_GET_SIZE(result) <= _MAX_POOLED_OUTPUT and len(pool) < _MAX_POOL:
        if root:
            pooled.pickler.memo = pooled.memo
        else:
            pooled.pickler.clear_memo()
        pooled.session.clear()
        pool.append(pooled)
    return result


cdef dict _codes = {}


cdef object _load_code(object blob, object file_name, tuple constants):
    cdef PyObject *found
    if constants or not PyBytes_CheckExact(blob):
        return codes.unpack(blob, file_name, constants, _lengthen)
    found = PyDict_GetItemWithError(<PyObject *>_codes, <PyObject *>blob)
    if found != NULL and (file_name is None or <object>(<PyCodeObject *>found).co_filename == file_name):
        return <object>found
    loaded = _unpack(blob, file_name)
    if PyBytes_GET_SIZE(blob) <= MAX_CACHED_BLOB:
        if len(_codes) >= MAX_CACHED_CODES:
            _codes.clear()
        _codes[blob] = loaded
    return loaded


def code(blob, file_name=None, *constants):
    """Return the code object of a blob and a file name; see `_pure.code`."""
    return _load_code(blob, file_name, constants)


def function(first, second, where=None, closure=None):
    """Make a function, or give one its state; see `_pure.function`."""
    if Py_TYPE(first) is &PyFunction_Type:
        return _set_state(first, second)
    cdef object loaded = _load_code(first, second, ())
    cdef dict namespace
    if where is None or type(where) is str:
        namespace = {_BUILTINS: _builtins}
        if where is not None:
            namespace[_NAME] = where
    elif Py_TYPE(where) is &PyFunction_Type:
        namespace = <dict>(<PyFunctionObject *>where).func_globals
    elif PyType_IsSubtype(Py_TYPE(where), &PyModule_Type):
        namespace = <dict>PyModule_GetDict(<PyObject *>where)
    else:
        raise _UnpicklingError(f"the payload is damaged: a {type(where).__name__} where a function's globals belong")
    cdef Py_ssize_t count = (<PyCodeObject *>loaded).co_nfreevars
    cdef Py_ssize_t index
    cdef tuple cells = None
    cdef list made
    if closure is None:
        if count:
            cells = PyTuple_New(count)
            for index in range(count):
                new = PyCell_New(NULL)
                Py_INCREF(new)
                PyTuple_SET_ITEM(cells, index, new)
    elif type(closure) is not tuple or PyTuple_GET_SIZE(closure) != count:
        raise _UnpicklingError(f"the payload is damaged: the closure of {loaded.co_qualname} has the wrong size")
    else:
        made = []
        for entry in <tuple>closure:
            made.append(_closure_cell(entry, made))
        cells = tuple(made)
    result = PyFunction_New(loaded, namespace)
    if cells is not None and count:
        PyFunction_SetClosure(result, cells)
    return result


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
    """Return `make`, which makes classes and gives them their attributes, with its common answers found early.

    Parameters
    ----------
    make
        `restorers.classes.class_`.
    """
    global _make_class
    _make_class = make
    return class_


cdef object _make_class = None
cdef dict _unfinished = tracking.unfinished_objects
cdef object _find_class = tracking.find


def class_(first, second, digest=b"", *rest):
    """Make the skeleton of a class, or give one its attributes; see `restorers.classes.class_`."""
    if PyType_Check(first):
        if not _unfinished or <size_t><PyObject *>first not in _unfinished:
            return first
    else:
        found = _find_class((second, first, digest, rest[0] if rest else 0))
        if found is not None:
            return found
    return _make_class(first, second, digest, *rest)


def cell(owner=None, index=0):
    """Return a new empty cell, one of a function's, or fill one; see `_pure.cell`."""
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
            else:
                own[_intern(name) if type(name) is str else name] = value
    return function


# Attributes of a function that are no entries of its `__dict__`.
cdef frozenset _SPECIAL_ATTRIBUTES = frozenset(
    (
        "__code__",
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "__kwdefaults__",
        "__annotations__",
        "__annotate__",
        "__type_params__",
    )
)
