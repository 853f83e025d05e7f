# What is known of a code object, and code objects as blobs: `code/blobs.py` and `code_info.CodeInfo`.

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


def _lengthen(bytes data):
    return lengthen(<const unsigned char *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef tuple _pack(PyObject *code):
    """`blobs.pack`, with code of the compiler's done here."""
    cdef _Buffer out
    cdef PyObject *file_name = NULL
    cdef unsigned int crc
    cdef unsigned char *start
    cdef bytes blob
    out.start = NULL
    out.size = out.capacity = 0
    try:
        _append(&out, PyBytes_AS_STRING(_MAGIC), 2)
        _append_unsigned(&out, 0)
        if not _write_value(&out, code, {}, &file_name, 0):
            return blobs.pack(<object>code)
        crc = _crc32(PyBytes_FromStringAndSize(<const char *>out.start + _HEADER, out.size - _HEADER))
        blob = PyBytes_FromStringAndSize(<const char *>out.start, out.size)
    finally:
        PyMem_Free(out.start)
    start = <unsigned char *>PyBytes_AS_STRING(blob)
    start[2] = crc & 0xFF
    start[3] = (crc >> 8) & 0xFF
    start[4] = (crc >> 16) & 0xFF
    start[5] = crc >> 24
    return blob, <object>file_name, ()


cdef object _unpack(object blob, object file_name):
    """`blobs.unpack`, with undamaged code that has no patches done here."""
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
    return blobs.unpack(blob, file_name, (), _lengthen)


cdef bytes _MAGIC = blobs.MAGIC
cdef int _MARSHAL_VERSION = blobs.MARSHAL_VERSION
cdef int _MAX_NESTING = blobs.MAX_NESTING
cdef Py_ssize_t _HEADER = 6
cdef object _crc32 = blobs.crc32
cdef object _fix_file_name = blobs._imp._fix_co_filename


cdef class _CodeInfo:
    """What depends on a code object alone, computed once for each.  It must not refer to the code object.

    The last three fields change; who reads or writes them holds the critical section of the object.
    """

    cdef bytes blob
    cdef object file_name
    cdef tuple constants
    cdef tuple names
    cdef bint imports
    cdef object doc
    # What says how the reader makes such a function again, for code of the standard library's that is known.
    cdef object recreate
    cdef frozenset attributes
    cdef dict submodules
    cdef object generation


cdef _CodeInfo _code_info(PyObject *code):
    extra = lp_extra(code, _extra)
    if extra is not None:
        return <_CodeInfo>extra
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
    return <_CodeInfo>lp_keep_extra(code, _extra, info)


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
    """Collect the names that `code` and the code nested in it look up; see `code.code_info._scan`."""
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
            names[<object>item] = lp_copy_str(<object>item)
    for index in range(PyTuple_GET_SIZE(<object>co_consts)):
        item = PyTuple_GET_ITEM(<object>co_consts, index)
        if Py_TYPE(<object>item) is &PyCode_Type:
            if _scan(item, names):
                imports = True
    return imports
