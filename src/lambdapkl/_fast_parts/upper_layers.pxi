# Objects of the layers above. The extension is loaded before them, so `bind` and `set_callbacks`
# pass them.

# Modules of `lambdapkl.reducers`.
cdef object _classes = None
cdef object _descriptors = None
cdef object _enumerations = None
cdef object _module_reducers = None
cdef object _namespaces = None
cdef object _skeletons = None
cdef object _subclass_state = None
# Constructors, which payloads name.
cdef object _function = None
cdef object _class = None
cdef object _code = None
cdef object _cell = None
cdef object _module = None
cdef object _method = None
cdef object _enum_class = None
cdef object _with_edits = None
# Used so often that looking them up in their modules would take too long.
cdef object _in_wire_form = None
cdef object _of_slot = None
cdef object _Plan = None
cdef object _set_subclass_state = None
cdef object _SHADOWS = None
cdef object _ANNOTATES = None
cdef tuple _EARLY = ()
cdef dict _special_names = {}
cdef dict _builtin_names = {}
cdef object _refresh = None
cdef object _table = None
cdef tuple _preambles = ()
# The memo of a pickler that has written each preamble. Created early: `wire` cannot be imported
# while the interpreter exits.
cdef tuple _memos = ()
cdef object _explain_error = None
cdef object _dumps_in_form = None


def bind(wire, classes, descriptors, edit_reducers, enumerations, modules, namespaces, skeletons, subclass_state, table):
    """Set what the reducers of the extension use of the layers above.

    Parameters
    ----------
    wire
        `lambdapkl.wire`.
    classes, descriptors, edit_reducers, enumerations, modules, namespaces, skeletons, subclass_state, table
        The modules of these names in `lambdapkl.reducers`.
    """
    global _classes, _descriptors, _enumerations, _module_reducers, _namespaces, _skeletons, _subclass_state
    global _function, _class, _code, _cell, _module, _method, _enum_class
    global _with_edits
    global _in_wire_form, _of_slot, _Plan, _set_subclass_state, _SHADOWS, _ANNOTATES, _EARLY, _special_names, _builtin_names
    global _refresh, _table, _preambles, _memos
    _classes, _descriptors, _enumerations, _module_reducers = classes, descriptors, enumerations, modules
    _namespaces, _skeletons, _subclass_state = namespaces, skeletons, subclass_state
    _function, _class, _code, _cell = wire.function, wire.class_, wire.code, wire.cell
    _module, _method, _enum_class = wire.module, wire.method, wire.enum_class
    _set_subclass_state = wire.subclass_state
    _with_edits = edit_reducers.with_edits
    _in_wire_form, _of_slot, _Plan = skeletons.in_wire_form, skeletons.of_slot, subclass_state.Plan
    _SHADOWS, _ANNOTATES = skeletons.SHADOWS, skeletons.ANNOTATES
    _EARLY, _special_names, _builtin_names = skeletons.EARLY, skeletons.SPECIAL_NAMES, classes.BUILTIN_NAMES
    _refresh, _table = table.refresh, table.DISPATCH_TABLE
    _preambles = preamble.preambles(wire)
    memos = []
    for (_, callables), size in zip(_preambles, _MEMO_SIZES):
        memos.append(_memo_with(callables, size))
    _memos = tuple(memos)


def set_callbacks(*, explain_error, dumps_in_form):
    """Set what `dumps` calls of the layers above; see `_pure.dumps.set_callbacks`."""
    global _explain_error, _dumps_in_form
    _explain_error, _dumps_in_form = explain_error, dumps_in_form
