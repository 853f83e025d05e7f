# A fast path for fields of dataclasses; `reducers/dataclass_parts.py` handles unusual ones.

# From `dataclasses` and `reducers.dataclass_parts`, which is imported only after the program has
# imported `dataclasses`.
cdef object _dataclass_parts, _field_reducer, _NO_DEFAULT, _EMPTY_METADATA
cdef bint _FIELDS_HAVE_DOC
cdef int _KIND_AT, _HASH_AT, _KW_ONLY_AT, _OPTIONAL_AT


def _reduce_field(field):
    """Do the work of `reduce_field`, or call it for a field that a decorator cannot have created."""
    cdef Py_ssize_t flags = 0
    cdef Py_ssize_t bit = 1
    cdef list state
    try:
        state = [field.type]
        for value in (field.init, field.repr, field.compare):
            if value is True:
                flags |= bit
            elif value is not False:
                return _field_reducer(field)
            bit <<= 1
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
    constructor = _dataclass_parts.wire.dataclass_field
    return constructor, (field.name, flags), tuple(state), None, None, constructor


cdef Py_ssize_t _place_among(tuple options, object value) except -1:
    cdef Py_ssize_t place
    for place in range(len(options)):
        option = options[place]
        if value is option or (type(option) is str and value == option):
            return place
    raise LookupError(value)


cdef int _take_dataclass_parts(object parts) except -1:
    global _dataclass_parts, _field_reducer, _NO_DEFAULT, _EMPTY_METADATA, _FIELDS_HAVE_DOC, _KIND_AT, _HASH_AT, _KW_ONLY_AT, _OPTIONAL_AT
    _field_reducer = parts.reduce_field
    _NO_DEFAULT, _EMPTY_METADATA = parts.MISSING, parts.dataclasses._EMPTY_METADATA
    _FIELDS_HAVE_DOC = "doc" in parts.Field.__slots__
    _KIND_AT, _HASH_AT, _KW_ONLY_AT, _OPTIONAL_AT = parts.KIND_AT, parts.HASH_AT, parts.KW_ONLY_AT, parts.OPTIONAL_AT
    _dataclass_parts = parts
    return 0
