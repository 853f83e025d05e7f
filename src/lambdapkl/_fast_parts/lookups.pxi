# Objects that are looked up once, at import, and the lookup in dictionaries.

cdef object _partial = functools.partial
cdef object _UnpicklingError = pickle.UnpicklingError
cdef object _HIGHEST_PROTOCOL = pickle.HIGHEST_PROTOCOL
cdef dict _modules = sys.modules
cdef object _builtins = builtins
cdef dict _standard_builtins = own_builtins.STANDARD
# Modules that no other process can import; see `rules/finders.py`.
cdef dict _not_found = finders.not_found
cdef object _intern = sys.intern
cdef set _registry = byvalue.registry
cdef object _by_reference = byvalue.by_reference
cdef object _edited_annotations = edited_annotations.edited
cdef object _refresh_submodules = submodules.refresh
cdef object _used_submodules = submodules.used
cdef object _lock = process_lock.lock
cdef object _MISSING = object()
cdef object _WithPayloadState = reducer_tables.WithPayloadState
cdef object _Fallback = reducer_tables.Fallback
cdef dict _inherited = reducer_tables.INHERITED
cdef dict _recreated = reducer_tables.RECREATED
cdef dict _families = reducer_tables.FAMILIES
cdef set _own_keys = reducer_tables.OWN_KEYS


cdef inline object _lookup(object mapping, object key):
    """Return the value of `key` in a dictionary, or None. Methods of a subclass of dict are not called."""
    return _lookup_or(mapping, key, None)
