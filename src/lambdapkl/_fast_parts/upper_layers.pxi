# Objects of the layers above. The extension is loaded before them, so `bind` and `set_callbacks`
# pass them.

# Modules of `lambdapkl.reducers`.
cdef object _classes, _descriptors, _enumerations, _loaded_files, _module_reducers, _named_globals, _namespaces
cdef object _running_methods, _sentinels, _shared_cells, _skeletons, _subclass_state
# Constructors, which payloads name.
cdef object _function, _class, _attribute, _code, _cell, _module, _method, _enum_class
# From `reducers.edits`.
cdef object _with_edits
# Used so often that looking them up in their modules would take too long.
cdef object _in_wire_form, _of_slot, _Plan, _CarefulFormNeeded, _set_subclass_state, _SHADOWS, _ANNOTATES
cdef tuple _EARLY
cdef dict _special_names, _builtin_names
cdef object _refresh, _table
# The preamble for each kind of root, and the memo of a pickler that has written it. Both are created
# early: `wire` cannot be imported while the interpreter exits.
cdef tuple _preambles, _memos
cdef object _explain_error, _dumps_in_form, _dumps_with_buffers, _held_buffers


def bind(
    wire, classes, descriptors, edits, enumerations, loaded_files, modules, named_globals, namespaces, running_methods, sentinels,
    shared_cells, skeletons, subclass_state, table,
):
    """Set what the reducers of the extension use of the layers above.

    Parameters
    ----------
    wire
        `lambdapkl.wire`.
    classes, descriptors, edits, enumerations, loaded_files, modules, named_globals, namespaces, running_methods, sentinels,
    shared_cells, skeletons, subclass_state, table
        The modules of these names in `lambdapkl.reducers`.
    """
    global _classes, _descriptors, _enumerations, _module_reducers, _namespaces, _skeletons, _subclass_state
    global _attribute, _loaded_files, _named_globals, _running_methods, _sentinels, _shared_cells, _CarefulFormNeeded
    global _function, _class, _code, _cell, _module, _method, _enum_class
    global _with_edits
    global _in_wire_form, _of_slot, _Plan, _set_subclass_state, _SHADOWS, _ANNOTATES, _EARLY, _special_names, _builtin_names
    global _refresh, _table, _preambles, _memos
    _classes, _descriptors, _enumerations, _module_reducers = classes, descriptors, enumerations, modules
    _namespaces, _skeletons, _subclass_state = namespaces, skeletons, subclass_state
    _loaded_files, _named_globals, _sentinels, _shared_cells = loaded_files, named_globals, sentinels, shared_cells
    _running_methods, _CarefulFormNeeded = running_methods, running_methods.CarefulFormNeeded
    _attribute = wire.attribute
    _function, _class, _code, _cell = wire.function, wire.class_, wire.code, wire.cell
    _module, _method, _enum_class = wire.module, wire.method, wire.enum_class
    _set_subclass_state = wire.subclass_state
    _with_edits = edits.with_edits
    _in_wire_form, _of_slot, _Plan = skeletons.in_wire_form, skeletons.of_slot, subclass_state.Plan
    _SHADOWS, _ANNOTATES = skeletons.SHADOWS, skeletons.ANNOTATES
    _EARLY, _special_names, _builtin_names = skeletons.EARLY, skeletons.SPECIAL_NAMES, classes.BUILTIN_NAMES
    _refresh, _table = table.refresh, table.DISPATCH_TABLE
    _preambles = preamble.preambles(wire)
    memos = []
    for (_, callables), size in zip(_preambles, _MEMO_SIZES):
        memos.append(_memo_with(callables, size))
    _memos = tuple(memos)


def set_callbacks(*, explain_error, dumps_in_form, dumps_with_buffers, held_buffers):
    """Set what `dumps` calls of the layers above; see `_pure.dumps.set_callbacks`."""
    global _explain_error, _dumps_in_form, _dumps_with_buffers, _held_buffers
    _explain_error, _dumps_in_form = explain_error, dumps_in_form
    _dumps_with_buffers, _held_buffers = dumps_with_buffers, held_buffers
