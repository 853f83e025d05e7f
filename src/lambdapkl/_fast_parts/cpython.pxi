# The types, fields and functions of CPython that the extension uses, and helpers in C for
# differences between versions.

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.contextvars cimport get_value
from cpython.dict cimport PyDict_Next, PyDict_SetItem
from cpython.object cimport Py_TYPE, PyObject, PyTypeObject
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF
from cpython.sequence cimport PySequence_Concat
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.string cimport memcmp, memcpy, memmove, memset, strlen

cdef extern from "shared.h":
    ctypedef void (*freefunc)(void *)
    object _lookup_or "lp_get"(object mapping, object key, object otherwise)
    object lp_read(PyObject *, PyObject **)
    dict lp_copy_dict(object)
    dict lp_class_dict(PyTypeObject *)
    PyObject *lp_read_slot(PyObject *, Py_ssize_t)
    object lp_copy_str(object)
    bint lp_is_short_of_stack()
    object lp_extra(PyObject *, Py_ssize_t, PyObject *)
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

    #define lp_has_default_getattr(t) ((t)->tp_getattro == PyObject_GenericGetAttr)

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

    /* Since 3.14 a flag says whether the first constant is a docstring. Up to 3.13 every string
       there is one. */
    #ifdef CO_HAS_DOCSTRING
    #define LP_HAS_DOCSTRING CO_HAS_DOCSTRING
    #else
    #define LP_HAS_DOCSTRING 0
    #endif

    static int lp_begins_with_underscores(PyObject *s) {
        return PyUnicode_GET_LENGTH(s) > 2 && PyUnicode_READ_CHAR(s, 0) == '_' && PyUnicode_READ_CHAR(s, 1) == '_';
    }

    /* The offset of a slot in instances of `type`; 0 if `descriptor` is not the descriptor of
       such a slot. */
    static Py_ssize_t lp_slot_offset(PyObject *descriptor, PyTypeObject *type) {
        if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type) || !PyType_IsSubtype(type, PyDescr_TYPE(descriptor)))
            return 0;
        PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
        return member->type == LP_OBJECT_EX ? member->offset : 0;
    }

    /* NULL without an error if `s` contains half of a surrogate pair. */
    static const char *lp_utf8(PyObject *s, Py_ssize_t *size) {
        const char *data = PyUnicode_AsUTF8AndSize(s, size);
        if (data == NULL)
            PyErr_Clear();
        return data;
    }
    """
    ctypedef struct PyFunctionObject:
        PyObject *func_globals
        PyObject *func_builtins
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
    int lp_begins_with_underscores(PyObject *)
    Py_ssize_t lp_slot_offset(PyObject *, PyTypeObject *)

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
    bint lp_has_default_getattr(PyTypeObject *)
    PyObject *PyCell_Get(object)
    int PyList_SetSlice(list, Py_ssize_t, Py_ssize_t, PyObject *) except -1
    int PyCell_Set(object, object) except -1
    object PyFunction_New(object, object)
    int PyFunction_SetClosure(object, object) except -1
    Py_ssize_t PyDict_Size(PyObject *)
    PyObject *PyModule_GetDict(PyObject *)
    int PyUnicode_CompareWithASCIIString(object, const char *)
    const char *lp_utf8(PyObject *, Py_ssize_t *)
    long long PyLong_AsLongLongAndOverflow(object, int *) except? -1
    object PyBytes_FromStringAndSize(const char *, Py_ssize_t)
    Py_ssize_t Py_REFCNT(PyObject *)
    PyObject *PyList_GET_ITEM(PyObject *, Py_ssize_t)
    void PyObject_GC_UnTrack(void *)
    int _PyBytes_Resize(PyObject **, Py_ssize_t) except -1
