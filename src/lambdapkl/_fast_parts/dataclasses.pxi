# Fields and parameters of dataclasses as they mostly are: `reducers/dataclass_parts.py`, which has all others.

# Of the program's `dataclasses` and of `reducers.dataclass_parts`, which is imported after it.
cdef object _dataclass_parts = None
cdef object _field_reducer = None
cdef object _params_reducer = None
cdef object _dataclass_field = None
cdef object _dataclass_params = None
cdef object _NO_DEFAULT = None
cdef object _EMPTY_METADATA = None
cdef bint _FIELDS_HAVE_DOC = False
cdef int _KIND_AT = 0
cdef int _HASH_AT = 0
cdef int _KW_ONLY_AT = 0
cdef int _OPTIONAL_AT = 0


def _reduce_field(field):
    """`reduce_field`; the Python function decides on a field that lacks something or has what no decorator gives it."""
    cdef Py_ssize_t flags = 0
    cdef Py_ssize_t bit
    cdef Py_ssize_t place
    cdef object values
    cdef list state
    try:
        state = [field.type]
        values = field.init, field.repr, field.compare
        for place in range(3):
            value = (<tuple>values)[place]
            if value is True:
                flags |= 1 << place
            elif value is not False:
                return _field_reducer(field)
        flags |= _place_among(_dataclass_parts.FIELD_KINDS, getattr(field._field_type, "name", None)) << _KIND_AT
        flags |= _place_among(_dataclass_parts.HASHES, field.hash) << _HASH_AT
        flags |= _place_among(_dataclass_parts.KW_ONLY, field.kw_only) << _KW_ONLY_AT
        bit = 1 << _OPTIONAL_AT
        for value in (field.default, field.default_factory):
            if value is not _NO_DEFAULT:
                flags |= bit
                state.append(value)
            bit <<= 1
        value = field.metadata
        if value is not _EMPTY_METADATA and len(value):
            flags |= bit
            state.append(value)
        if _FIELDS_HAVE_DOC:
            value = field.doc
            if value is not None:
                flags |= bit << 1
                state.append(value)
    except (AttributeError, LookupError, TypeError):
        return _field_reducer(field)
    return _dataclass_field, (field.name, flags), tuple(state), None, None, _dataclass_field


cdef Py_ssize_t _place_among(tuple options, object value) except -1:
    cdef Py_ssize_t place
    for place in range(len(options)):
        option = options[place]
        if value is option or (type(option) is str and value == option):
            return place
    raise LookupError(value)


def _reduce_params(params):
    """`reduce_params`."""
    cdef Py_ssize_t flags = 0
    for bit, name in <list>_dataclass_parts._PARAMS:
        value = getattr(params, name, None)
        if value is True:
            flags |= <Py_ssize_t>bit
        elif value is not False:
            return _params_reducer(params)
    return _dataclass_params, (flags,)


cdef int _take_dataclass_parts(object parts) except -1:
    global _dataclass_parts, _field_reducer, _params_reducer, _dataclass_field, _dataclass_params
    global _NO_DEFAULT, _EMPTY_METADATA, _FIELDS_HAVE_DOC, _KIND_AT, _HASH_AT, _KW_ONLY_AT, _OPTIONAL_AT
    _field_reducer, _params_reducer = parts.reduce_field, parts.reduce_params
    _dataclass_field, _dataclass_params = parts.wire.dataclass_field, parts.wire.dataclass_params
    _NO_DEFAULT, _EMPTY_METADATA = parts.MISSING, parts.dataclasses._EMPTY_METADATA
    _FIELDS_HAVE_DOC = "doc" in parts.Field.__slots__
    _KIND_AT, _HASH_AT, _KW_ONLY_AT, _OPTIONAL_AT = parts.KIND_AT, parts.HASH_AT, parts.KW_ONLY_AT, parts.OPTIONAL_AT
    _dataclass_parts = parts
    return 0
