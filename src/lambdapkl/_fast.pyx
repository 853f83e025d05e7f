# cython: language_level=3, binding=False, boundscheck=False, wraparound=False, initializedcheck=False, autotestdict=False
# cython: freethreading_compatible=True
"""The compiled backend: `_pure/` in Cython, the same bytes.

What a function or class becomes is explained there.  Here is what C adds: what is known of a code object hangs on that
object, fields of functions are read without a lookup, and picklers are used again instead of made anew.

The parts are in files of their own, `_fast_*.pxi`, included below.
"""

import copyreg
import functools
import pickle
import sys
from opcode import opmap as _opmap
from operator import itemgetter
from types import ModuleType

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_Next, PyDict_SetItem
from cpython.object cimport Py_TYPE, PyObject, PyTypeObject
from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_New, PyTuple_SET_ITEM
from libc.string cimport memcmp, memcpy, memmove, memset, strlen

from .code import blobs as codes, compact, spelling
from .identity import building, digest, keys as tracking
from .rules import builtin_types, byvalue, names, preamble, sets, submodules
from .rules import edited_annotations as deferred, process_lock as process

cdef extern from "shared.h":
    ctypedef void (*freefunc)(void *)
    object lp_get(PyObject *, PyObject *, PyObject *)
    object lp_read(PyObject *, PyObject **)
    dict lp_to_iterate(object)
    object lp_extra(PyObject *, Py_ssize_t)
    object lp_keep_extra(PyObject *, Py_ssize_t, object)
    Py_ssize_t lp_extra_index(freefunc)
    void lp_drop_extra(void *)
    bint LP_READS_SLOTS

cdef extern from *:
    """
    #include <marshal.h>
    #if PY_VERSION_HEX < 0x030C0000
    #include <structmember.h>
    #define LP_OBJECT_EX T_OBJECT_EX
    #else
    #define LP_OBJECT_EX Py_T_OBJECT_EX
    #endif

    #define lp_finds_attributes_as_usual(t) ((t)->tp_getattro == PyObject_GenericGetAttr)

    #if PY_VERSION_HEX >= 0x030C0000
    #define lp_typeparams(f) lp_read((PyObject *)(f), &(f)->func_typeparams)
    #else
    #define lp_typeparams(f) Py_NewRef(Py_None)
    #endif

    #if PY_VERSION_HEX >= 0x030E0000
    #define lp_annotate(f) lp_read((PyObject *)(f), &(f)->func_annotate)
    #else
    #define lp_annotate(f) Py_NewRef(Py_None)
    #endif

    /* Since 3.14 a flag says whether the first constant is a docstring; before, any string there is one. */
    #ifdef CO_HAS_DOCSTRING
    #define LP_HAS_DOCSTRING CO_HAS_DOCSTRING
    #else
    #define LP_HAS_DOCSTRING 0
    #endif

    static int lp_begins_with_underscores(PyObject *s) {
        return PyUnicode_GET_LENGTH(s) > 2 && PyUnicode_READ_CHAR(s, 0) == '_' && PyUnicode_READ_CHAR(s, 1) == '_';
    }

    /* 0 unless `descriptor` is that of a slot that instances of `type` have. */
    static Py_ssize_t lp_slot_offset(PyObject *descriptor, PyTypeObject *type) {
        if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type) || !PyType_IsSubtype(type, PyDescr_TYPE(descriptor)))
            return 0;
        PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
        return member->type == LP_OBJECT_EX ? member->offset : 0;
    }

    /* NULL, and no error, for half of a surrogate pair. */
    static const char *lp_utf8(PyObject *s, Py_ssize_t *size) {
        const char *data = PyUnicode_AsUTF8AndSize(s, size);
        if (data == NULL)
            PyErr_Clear();
        return data;
    }

    static PyObject *lp_field(PyObject *object, Py_ssize_t offset) {
        return *(PyObject **)((char *)object + offset);
    }

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
        PyObject *co_localsplusnames
        PyObject *co_localspluskinds
        PyObject *co_linetable
        PyObject *co_exceptiontable
        int co_argcount
        int co_posonlyargcount
        int co_kwonlyargcount
        int co_stacksize
        int co_firstlineno
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
    PyTypeObject PyDict_Type
    PyTypeObject PyList_Type
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

    object lp_typeparams(PyFunctionObject *)
    object lp_annotate(PyFunctionObject *)
    object lp_copy_str(PyObject *)
    int lp_begins_with_underscores(PyObject *)
    Py_ssize_t lp_slot_offset(PyObject *, PyTypeObject *)
    PyObject *lp_field(PyObject *, Py_ssize_t)

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
    PyObject *PyCell_Get(object)
    int PyCell_Set(object, object) except -1
    object PyFunction_New(object, object)
    int PyFunction_SetClosure(object, object) except -1
    PyObject *PyDict_GetItemWithError(PyObject *, PyObject *) except? NULL
    Py_ssize_t PyDict_Size(PyObject *)
    PyObject *PyModule_GetDict(PyObject *)
    int PyUnicode_CompareWithASCIIString(object, const char *)
    const char *lp_utf8(PyObject *, Py_ssize_t *)
    long long PyLong_AsLongLongAndOverflow(object, int *) except? -1
    object PyBytes_FromStringAndSize(const char *, Py_ssize_t)
    Py_ssize_t Py_REFCNT(PyObject *)
    int _PyBytes_Resize(PyObject **, Py_ssize_t) except -1

COMPILED = True

cdef object _partial = functools.partial
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
cdef object _lock = process.lock
cdef object _MISSING = object()


cdef inline object _private(PyObject *name):
    return lp_copy_str(name)


cdef inline object _lookup(object mapping, object key):
    """Return what a dictionary that is not this thread's alone has for `key`, or None."""
    return lp_get(<PyObject *>mapping, <PyObject *>key, <PyObject *>None)


cdef inline object _lookup_or(object mapping, object key, object otherwise):
    return lp_get(<PyObject *>mapping, <PyObject *>key, <PyObject *>otherwise)


include "_fast_parts/compact.pxi"
include "_fast_parts/blobs.pxi"
include "_fast_parts/digest.pxi"
include "_fast_parts/byvalue.pxi"
include "_fast_parts/session.pxi"
include "_fast_parts/functions.pxi"
include "_fast_parts/classes.pxi"
include "_fast_parts/enumerations.pxi"
include "_fast_parts/dataclasses.pxi"
include "_fast_parts/instances.pxi"
include "_fast_parts/sets.pxi"
include "_fast_parts/sets_sorting.pxi"
include "_fast_parts/sets_writing.pxi"
include "_fast_parts/dumps.pxi"
include "_fast_parts/constructors.pxi"
include "_fast_parts/iterators.pxi"
include "_fast_parts/frames.pxi"


# What is written into payloads and called for colder objects: of the layers above, handed down by `configure`.
cdef object _function = None
cdef object _class = None
cdef object _code = None
cdef object _cell = None
cdef object _module = None
cdef object _method = None
cdef object _descriptors = None
cdef object _reduce_class = None
cdef object _reduce_class_by_value = None
cdef object _reduce_module = None
cdef object _reduce_instance = None
cdef object _WithSession = None
cdef object _class_dict = None
cdef object _staged = None
cdef object _portable = None
cdef object _intercepted = None
cdef object _changed_annotations = None
cdef object _of_slot = None
cdef object _check_attribute = None
cdef object _explicit_slots = None
cdef object _SHADOWS = None
cdef object _ANNOTATES = None
cdef tuple _EARLY = ()
cdef dict _special_names = {}
cdef dict _builtin_names = {}
cdef dict _inherited = {}
cdef dict _recreated = {}
cdef set _own_keys = set()
cdef tuple _preambles = ()
cdef object _refresh = None
cdef object _explain = None
cdef object _variant = None
cdef object _table = None


def configure(*, wire, reducers, table, explain, variant):
    """See `_pure.configure`."""
    global _function, _class, _code, _cell, _module, _method, _descriptors, _reduce_class, _reduce_class_by_value
    global _reduce_module, _reduce_instance, _class_dict, _staged, _portable, _intercepted, _changed_annotations
    global _enumerations, _enum_class
    global _of_slot, _check_attribute, _explicit_slots, _SHADOWS, _ANNOTATES, _EARLY, _special_names, _builtin_names
    global _WithSession, _inherited, _recreated, _own_keys, _preambles, _refresh, _explain, _table, _variant
    _function, _class, _code, _cell = wire.function, wire.class_, wire.code, wire.cell
    _module, _method = wire.module, wire.method
    _descriptors = reducers.descriptors
    _reduce_class = reducers.classes.reduce_class
    _reduce_class_by_value = reducers.classes.reduce_class_by_value
    _reduce_instance = reducers.classes.reduce_instance
    _builtin_names = reducers.classes.BUILTIN_NAMES
    _WithSession = reducers.WithSession
    _reduce_module = reducers.modules.reduce_module
    _class_dict, _staged = reducers.namespaces.class_dict, reducers.namespaces.staged
    _enumerations, _enum_class = reducers.enumerations, wire.enum_class
    skeletons = reducers.skeletons
    _portable, _intercepted = skeletons.portable, skeletons.intercepted
    _changed_annotations, _explicit_slots = skeletons.changed_annotations, skeletons.explicit_slots
    _of_slot, _check_attribute = skeletons.of_slot, skeletons.check_attribute
    _SHADOWS, _ANNOTATES = skeletons.SHADOWS, skeletons.ANNOTATES
    _EARLY, _special_names = skeletons.EARLY, skeletons.SPECIAL_NAMES
    _inherited, _recreated, _own_keys = reducers.INHERITED, reducers.RECREATED, reducers.OWN_KEYS
    _preambles = preamble.preambles(wire)
    _refresh, _explain, _table, _variant = reducers.refresh, explain, table, variant
