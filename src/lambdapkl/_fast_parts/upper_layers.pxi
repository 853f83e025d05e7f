# What is written into payloads and called for colder objects: of the layers above, set by `bind` and `set_callbacks`.

cdef object _function = None
cdef object _class = None
cdef object _code = None
cdef object _cell = None
cdef object _module = None
cdef object _method = None
cdef object _descriptors = None
cdef object _reduce_class = None
cdef object _reduce_class_by_value = None
cdef object _reduce_by_name = None
cdef object _reduce_module = None
cdef object _reduce_instance = None
cdef object _class_dict = None
cdef object _staged = None
cdef object _in_wire_form = None
cdef object _intercepted = None
cdef object _changed_annotations = None
cdef object _of_slot = None
cdef object _check_attribute = None
cdef object _explicit_slots = None
cdef object _Plan = None
cdef object _plan_of = None
cdef object _reduce_subclass = None
cdef object _needs_setter = None
cdef object _set_subclass_state = None
cdef object _SHADOWS = None
cdef object _ANNOTATES = None
cdef tuple _EARLY = ()
cdef dict _special_names = {}
cdef dict _builtin_names = {}
cdef tuple _preambles = ()
# Memos of picklers that have written these.  Made early: when the interpreter ends, `wire` cannot be imported any more.
cdef tuple _memos = ()
cdef object _refresh = None
cdef object _explain_error = None
cdef object _dumps_in_form = None
cdef object _table = None


def bind(wire, classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table):
    """Look up what the hot reducers use of the layers above: this extension is one module, and loaded before them.

    Parameters
    ----------
    wire
        `lambdapkl.wire`.
    classes, descriptors, enumerations, modules, namespaces, skeletons, subclass_state, table
        The modules of these names in `lambdapkl.reducers`.
    """
    global _function, _class, _code, _cell, _module, _method, _descriptors, _reduce_class, _reduce_class_by_value
    global _reduce_by_name, _reduce_module, _reduce_instance, _class_dict, _staged, _in_wire_form, _intercepted, _changed_annotations
    global _enumerations, _enum_class, _Plan, _plan_of, _reduce_subclass, _needs_setter, _set_subclass_state
    global _of_slot, _check_attribute, _explicit_slots, _SHADOWS, _ANNOTATES, _EARLY, _special_names, _builtin_names
    global _preambles, _memos, _refresh, _table
    _function, _class, _code, _cell = wire.function, wire.class_, wire.code, wire.cell
    _module, _method = wire.module, wire.method
    _descriptors = descriptors
    _reduce_class = classes.reduce_class
    _reduce_class_by_value = classes.reduce_class_by_value
    _reduce_by_name = classes.reduce_by_name
    _reduce_instance = classes.reduce_instance
    _builtin_names = classes.BUILTIN_NAMES
    _reduce_module = modules.reduce_module
    _class_dict, _staged = namespaces.class_dict, namespaces.staged
    _enumerations, _enum_class = enumerations, wire.enum_class
    _in_wire_form, _intercepted = skeletons.in_wire_form, skeletons.intercepted
    _changed_annotations, _explicit_slots = skeletons.changed_annotations, skeletons.explicit_slots
    _of_slot, _check_attribute = skeletons.of_slot, skeletons.check_attribute
    _Plan, _plan_of, _reduce_subclass = subclass_state.Plan, subclass_state.plan_of, subclass_state.reduce_subclass
    _needs_setter, _set_subclass_state = subclass_state.needs_setter, wire.subclass_state
    _SHADOWS, _ANNOTATES = skeletons.SHADOWS, skeletons.ANNOTATES
    _EARLY, _special_names = skeletons.EARLY, skeletons.SPECIAL_NAMES
    _preambles = preamble.preambles(wire)
    memos = []
    for (_, callables), room in zip(_preambles, _ROOM):
        memos.append(_memo_with(callables, room))
    _memos = tuple(memos)
    _refresh, _table = table.refresh, table.DISPATCH_TABLE


def set_callbacks(*, explain_error, dumps_in_form):
    """See `_pure.dumps.set_callbacks`."""
    global _explain_error, _dumps_in_form
    _explain_error, _dumps_in_form = explain_error, dumps_in_form
