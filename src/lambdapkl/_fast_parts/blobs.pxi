# Facts about code objects, and code objects as blobs: `code/blobs.py` and `code_info.CodeInfo`.

cdef int _EXTENDED_ARG = _opmap["EXTENDED_ARG"]
cdef int _IMPORT_NAME = _opmap["IMPORT_NAME"]
cdef int _LOAD_GLOBAL = _opmap["LOAD_GLOBAL"]
cdef int _STORE_GLOBAL = _opmap["STORE_GLOBAL"]
cdef int _DELETE_GLOBAL = _opmap["DELETE_GLOBAL"]
cdef int _LOAD_NAME = _opmap["LOAD_NAME"]
cdef int _LOAD_FROM_DICT_OR_GLOBALS = _opmap.get("LOAD_FROM_DICT_OR_GLOBALS", -1)

cdef Py_ssize_t _extra = lp_extra_index(lp_drop_extra)
if _extra < 0:
    raise ImportError("the interpreter has no free slot for extra data of code objects")


def _lengthen(bytes data):
    return lengthen(<const unsigned char *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef tuple _pack(PyObject *code):
    """Do the work of `blobs.pack`, with a fast path for code that the compiler created."""
    cdef _Buffer out = _Buffer.__new__(_Buffer)
    cdef PyObject *file_name = NULL
    cdef Py_ssize_t size
    cdef unsigned int crc
    _append_bytes(out, _MAGIC)
    _append_unsigned(out, 0)
    if not _write_value(out, code, {}, &file_name, 0):
        return blobs.pack(<object>code)
    crc = _crc32(_contents(out, _HEADER))
    size = out.size
    # The checksum comes before the bytes that it is computed from.
    out.size = _HEADER - 4
    _append_unsigned(out, crc)
    out.size = size
    return _contents(out, 0), <object>file_name, ()


cdef object _unpack(object blob, object file_name):
    """Do the work of `blobs.unpack`, with a fast path for undamaged code without external constants."""
    cdef const unsigned char *at
    cdef Py_ssize_t size
    cdef bytes data
    if PyBytes_CheckExact(blob) and (file_name is None or type(file_name) is str):
        at = <const unsigned char *>PyBytes_AS_STRING(blob)
        size = PyBytes_GET_SIZE(blob)
        if size > _HEADER and memcmp(at, PyBytes_AS_STRING(_MAGIC), 2) == 0:
            data = (<bytes>blob)[_HEADER:]
            if _crc32(data) == _unsigned_at(at + 2):
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
    """Facts that depend only on a code object, computed once for each; see `code_info.CodeInfo`.

    The code object has a reference to it, so it must not refer to the code object. The last three
    fields change: they are read and written in the critical section of this object.
    """

    cdef bytes blob
    cdef object file_name
    cdef tuple constants
    cdef tuple names
    cdef bint imports
    cdef object doc
    # For known code of the standard library: returns how the reader recreates the function.
    cdef object recreate
    cdef frozenset attributes
    cdef dict submodules
    cdef object generation


cdef _CodeInfo _code_info(PyObject *code):
    extra = lp_extra(code, _extra, NULL)
    if extra is not None:
        return <_CodeInfo>extra
    cdef _CodeInfo info = _CodeInfo.__new__(_CodeInfo)
    info.blob, info.file_name, info.constants = _pack(code)
    cdef dict names = {}
    info.imports = _scan(code, names)
    info.names = tuple(names.values())
    cdef tuple constants = <tuple>(<PyCodeObject *>code).co_consts
    if constants and (LP_HAS_DOCSTRING == 0 or (<PyCodeObject *>code).co_flags & LP_HAS_DOCSTRING):
        if isinstance(constants[0], str):
            info.doc = constants[0]
    info.submodules = {}
    known = _recreated.get(<size_t>code)
    info.recreate = None if known is None else (<tuple>known)[1]
    # Another thread may have been faster.
    return <_CodeInfo>lp_extra(code, _extra, <PyObject *>info)


cdef frozenset _BY_NAME = submodules.BY_NAME


cdef frozenset _attributes_of(PyObject *code):
    """Return all names that `code` and the code nested in it use."""
    cdef set found = set(<object>(<PyCodeObject *>code).co_names)
    cdef bint by_name = not _BY_NAME.isdisjoint(found)
    for constant in <tuple>(<PyCodeObject *>code).co_consts:
        if Py_TYPE(constant) is &PyCode_Type:
            found |= _attributes_of(<PyObject *>constant)
        elif by_name and Py_TYPE(constant) is &PyUnicode_Type:
            found.update((<str>constant).split("."))
    return frozenset(found)


cdef bint _scan(PyObject *code, dict names) except -1:
    """Collect the names that `code` and the code nested in it look up; see `code.code_info._scan`."""
    cdef tuple co_names = <tuple>(<PyCodeObject *>code).co_names
    cdef Py_ssize_t index
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
        if arg >= PyTuple_GET_SIZE(co_names):
            raise ValueError("the bytecode uses a name that does not exist")
        name = co_names[arg]
        if name not in names:
            names[name] = lp_copy_str(name)
    for constant in <tuple>(<PyCodeObject *>code).co_consts:
        if Py_TYPE(constant) is &PyCode_Type and _scan(<PyObject *>constant, names):
            imports = True
    return imports
