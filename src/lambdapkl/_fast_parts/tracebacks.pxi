# Tracebacks: `reducers.tracebacks` and `restorers.tracebacks` for the usual case, where every step is nothing but a place.

from types import TracebackType

cdef extern from *:
    ctypedef struct PyFrameObject:
        pass

    ctypedef struct PyTracebackObject:
        PyFrameObject *tb_frame
        int tb_lasti
        int tb_lineno

    PyTypeObject PyTraceBack_Type
    object lp_code_of_frame "(PyObject *)PyFrame_GetCode"(PyFrameObject *)
    object PyFrame_GetGlobals(PyFrameObject *)
    int PyCode_Addr2Location(PyCodeObject *, int, int *, int *, int *, int *)
    object PyEval_EvalCode(object, object, object)
    Py_ssize_t lp_code_units "Py_SIZE"(PyCodeObject *)

cdef object _TracebackType = TracebackType
cdef str _DUNDER_NAME = "__name__"
cdef str _DUNDER_FILE = "__file__"


def describe_steps(traceback, session, Py_ssize_t most_offset, Py_ssize_t most_number, variables):
    """Return what `wire.traceback` is called with; None if `session` is not of this backend.

    Parameters
    ----------
    most_offset, most_number
        The greatest that are written.
    variables
        Called with a frame and `session`; returns the representations of local variables that the frame of a loaded
        traceback has, or None.
    """
    if type(session) is not Session:
        return None
    cdef list steps = []
    cdef tuple entry = None
    cdef Py_ssize_t offset, line
    cdef Py_ssize_t known_offset = 0
    cdef Py_ssize_t known_line = 0
    code = known_code = known_namespace = None
    cdef PyTracebackObject *fields
    step = traceback
    while step is not None:
        if Py_TYPE(step) is not &PyTraceBack_Type:
            raise TypeError(f"a traceback is expected, not {type(step).__name__}")
        # Where the traceback is, and not where its frame has got since: that may be running.
        fields = <PyTracebackObject *>step
        offset = fields.tb_lasti
        line = fields.tb_lineno
        if line == -1:  # it is worked out when it is read
            number = step.tb_lineno
            line = -1 if number is None else number
        code = lp_code_of_frame(fields.tb_frame)
        namespace = PyFrame_GetGlobals(fields.tb_frame)
        # In a deep recursion most steps are at one instruction of one function.
        if code is not known_code or namespace is not known_namespace or offset != known_offset or line != known_line:
            known_code, known_namespace, known_offset, known_line = code, namespace, offset, line
            entry = _describe_step(code, namespace, offset, line, <Session>session, most_offset, most_number)
        shown = variables(<object>fields.tb_frame, session) if _may_be_snapshot(code) else None
        steps.append(entry + (shown,) if shown else entry)
        step = step.tb_next
    return tuple(steps)


cdef bint _may_be_snapshot(object code) except -1:
    """Whether `code` may be that of a loaded traceback, which ends its constants with a string and is a generator."""
    return (<PyCodeObject *>code).co_flags & 0x20 != 0


cdef tuple _describe_step(
    object code, object namespace, Py_ssize_t offset, Py_ssize_t line, Session session, Py_ssize_t most_offset, Py_ssize_t most
):
    cdef PyCodeObject *fields = <PyCodeObject *>code
    cdef int start = -1
    cdef int column = -1
    cdef int end = -1
    cdef int end_column = -1
    name = <object>fields.co_name
    qualified = <object>fields.co_qualname
    if qualified is name or qualified == name:
        qualified = None
    cdef tuple where = (
        _name_or_none(session, <object>fields.co_filename),
        _name_or_none(session, name),
        _name_or_none(session, qualified),
        fields.co_firstlineno,
        _name_or_none(session, _string_global(namespace, _DUNDER_NAME)),
        _name_or_none(session, _string_global(namespace, _DUNDER_FILE)),
    )
    where = <tuple>session.shared.setdefault(where, where)
    if not 0 <= offset <= most_offset:
        offset = 0 if offset > 0 else -1
    if not 0 <= line <= most:
        line = -1
    if 0 <= offset < lp_code_units(fields) * 2:
        PyCode_Addr2Location(fields, <int>offset, &start, &column, &end, &end_column)
    if offset < 0 or (start < 0 and line < 0):
        entry = (where, offset, line, None, None, None, None)
    elif start < 0:
        entry = (where, offset, line, line, line, None, None)
    elif column < 0 or end_column < 0 or end < start:
        entry = (where, offset, line, start, start, None, None)
    else:
        entry = (where, offset, line, start, end, column, end_column)
    return <tuple>session.shared.setdefault(entry, entry)


cdef object _string_global(object namespace, str name):
    return _lookup(namespace, name) if type(namespace) is dict else namespace.get(name)


cdef object _name_or_none(Session session, object text):
    if Py_TYPE(text) is &PyUnicode_Type:
        return session.name(<str>text)
    return session.name(str(text)) if isinstance(text, str) else None


cdef bint _has_exact_items(tuple items, Py_ssize_t start) except -1:
    cdef Py_ssize_t index
    cdef PyTypeObject *kind
    for index in range(start, PyTuple_GET_SIZE(items)):
        item = items[index]
        kind = Py_TYPE(item)
        if item is not None and kind is not &PyUnicode_Type and kind is not &PyLong_Type:
            return False
    return True


cdef bint _is_exact(object entry) except -1:
    """See `restorers.tracebacks._is_exact`."""
    if Py_TYPE(entry) is not &PyTuple_Type or PyTuple_GET_SIZE(entry) != 7:
        return False
    where = (<tuple>entry)[0]
    return Py_TYPE(where) is &PyTuple_Type and _has_exact_items(<tuple>where, 0) and _has_exact_items(<tuple>entry, 1)


def link_steps(tuple entries, dict known, build):
    """Return the traceback that `entries` describe, the outermost first.

    Parameters
    ----------
    known
        Entry -> its code object, `__name__` and `__file__` of its globals, its offset and its line.
    build
        Returns the same for an entry that is not in `known`, and its local variables.
    """
    cdef dict namespaces = {}
    cdef dict namespace = None
    cdef dict variables
    cdef Py_ssize_t index = PyTuple_GET_SIZE(entries)
    linked = last_module = last_file = None
    while index > 0:
        index -= 1
        entry = entries[index]
        variables = None
        found = None
        if _is_exact(entry):
            found = _lookup(known, entry)
        if found is None:
            code, module, file, offset, line, variables = build(entry)
        else:
            code, module, file, offset, line = <tuple>found
        # Frames of one module share their globals.
        if namespace is None or module is not last_module or file is not last_file:
            last_module, last_file = module, file
            names = module, file
            namespace = <dict>_lookup(namespaces, names)
            if namespace is None:
                namespace = {}
                if module is not None:
                    namespace[_DUNDER_NAME] = module
                if file is not None:
                    namespace[_DUNDER_FILE] = file
                namespaces[names] = namespace
        frame = PyEval_EvalCode(code, namespace, {} if variables is None else variables).gi_frame
        linked = _TracebackType(linked, frame, offset, line)
    return linked
