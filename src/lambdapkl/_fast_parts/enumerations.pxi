# A fast path for plain enumerations; `reducers/enumerations.py` handles all others.

cdef object _reduce_usual_enum(PayloadState self, object cls):
    """Reduce an enumeration whose members have only a value; return NotImplemented for others."""
    cdef dict own = lp_class_dict(<PyTypeObject *>cls).copy()
    cdef dict defaults
    cdef dict each
    cdef dict attributes
    cdef list members = []
    cdef list values = []
    cdef list names = []
    by_name = own.get("_member_map_")
    by_value = own.get("_value2member_map_")
    if type(by_name) is not dict or type(by_value) is not dict or len(<dict>by_name) != len(<dict>by_value):
        return NotImplemented
    if own.get("_member_type_") is not object or "enum" in _registry:
        return NotImplemented
    for name, member in (<dict>by_name).items():
        each = _usual_member(name, member, len(names))
        if each is None:
            return NotImplemented
        value = each["_value_"]
        names.append(name)
        members.append(self.name(<str>name))
        values.append(value)
    # Further values may have been registered for a member, or be equal to its value.
    for (value, found), member, usual in zip((<dict>by_value).items(), (<dict>by_name).values(), values):
        if value is not usual or found is not member:
            return NotImplemented
    args, attributes = _describe(self, cls)
    if "" in attributes:
        return NotImplemented
    defaults = _enumerations.enum_defaults()
    for name in defaults:
        if name not in attributes:
            return NotImplemented
    for name, member in (<dict>by_name).items():
        if attributes.get(name) is member:
            del attributes[name]
    attributes.pop("_member_map_", None)
    attributes.pop("_value2member_map_", None)
    for name, value in defaults.items():
        if name == "_member_names_":
            usual = names
        elif name == "_hashable_values_":
            usual = values
        else:
            usual = value
        if _is_enum_default(attributes[name], usual):
            del attributes[name]
    if attributes:
        state = _enumerations.staged(cls, attributes, values, {}, False, self)
    else:
        state = attributes, values, {}
    args = (<tuple>args)[:2] + (tuple(members), None) + (<tuple>args)[2:]
    return _with_changes(self, cls, (_enum_class, args, state, None, None, _enum_class))


cdef dict _usual_member(object name, object member, Py_ssize_t place):
    """Return the attributes of a member; None if it has others than its value and the defaults."""
    cdef dict each
    if type(name) is not str or (<PyTypeObject *>Py_TYPE(member)).tp_dictoffset == 0:
        return None
    found = PyObject_GenericGetDict(member, NULL)
    if type(found) is not dict:
        return None
    each = <dict>found
    if "_inverted_" in each:
        each = each.copy()
        del each["_inverted_"]
    if len(each) != 4 or "_value_" not in each or "__objclass__" not in each:
        return None
    own_name = _lookup(each, "_name_")
    order = _lookup(each, "_sort_order_")
    if type(own_name) is not str or type(order) is not int:
        return None
    return each if own_name == name and order == place else None


cdef bint _is_enum_default(object value, object usual) except -1:
    """Return what `reducers.enumerations._is_default` returns."""
    if value is usual:
        return True
    if type(value) is not type(usual):
        return False
    if type(value) is staticmethod:
        return value.__func__ is usual.__func__
    if type(value) is dict:
        return not value and not usual
    if type(value) is not list or len(<list>value) != len(<list>usual):
        return False
    # Without indices, because a comparison may run code that changes the lists.
    for one, other in zip(value, usual):
        if one is not other and not (type(one) is type(other) and one == other):
            return False
    return True


cdef object _enum_type():
    """Return `enum.EnumType`, or None if the program has not imported that module."""
    enum = _lookup(_modules, "enum")
    return None if enum is None else enum.EnumType
