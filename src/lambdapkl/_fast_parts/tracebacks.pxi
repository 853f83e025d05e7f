# Tracebacks: the frequent case of `reducers.tracebacks`, and the frames for `restorers.tracebacks`.

from cpython.pystate cimport PyThreadState, PyThreadState_Get
from libc.string cimport memchr

cdef extern from "frameobject.h":
    ctypedef struct PyFrameObject:
        pass

    ctypedef struct PyTracebackObject:
        PyTracebackObject *tb_next
        PyFrameObject *tb_frame
        int tb_lasti
        int tb_lineno

    PyTypeObject PyTraceBack_Type
    object lp_code_of_frame "(PyObject *)PyFrame_GetCode"(PyFrameObject *)
    object PyFrame_GetGlobals(PyFrameObject *)
    object lp_new_frame "(PyObject *)PyFrame_New"(PyThreadState *, PyCodeObject *, dict, PyObject *)
    int PyCode_Addr2Location(PyCodeObject *, int, int *, int *, int *, int *)
    Py_ssize_t lp_code_units "Py_SIZE"(PyCodeObject *)
    str PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *)


def describe_steps(traceback, payload_state, Py_ssize_t most_offset, Py_ssize_t most_number, variables):
    """Return what `reducers.tracebacks._as_text` returns for the steps of a traceback.

    Return None if a step has more to describe, if a name does not fit, or if `payload_state` is of
    another backend.

    Parameters
    ----------
    most_offset, most_number
        The largest offset and line number that are written.
    variables
        Called with a frame and `payload_state`; returns the local-variable reprs of a frame of a
        loaded traceback, or None.
    """
    if type(payload_state) is not PayloadState:
        return None
    cdef _Buffer text = _Buffer.__new__(_Buffer)
    cdef dict places = {}
    cdef Py_ssize_t offset
    cdef Py_ssize_t line
    cdef Py_ssize_t known_offset = 0
    cdef Py_ssize_t known_line = 0
    cdef Py_ssize_t place = 0
    # The last line that is not empty.
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t size = 0
    cdef Py_ssize_t begins
    cdef PyTracebackObject *fields
    step = traceback
    code = known_code = known_namespace = known_file = None
    while step is not None:
        if Py_TYPE(step) is not &PyTraceBack_Type:
            raise TypeError(f"expected a traceback, got a {type(step).__name__}")
        # The position of the traceback. The frame may be running, and have another one by now.
        fields = <PyTracebackObject *>step
        offset = fields.tb_lasti
        line = fields.tb_lineno
        code = lp_code_of_frame(fields.tb_frame)
        # Frames of loaded tracebacks have the code of generators.
        if (<PyCodeObject *>code).co_flags & 0x20 and variables(<object>fields.tb_frame, payload_state):
            return None
        namespace = PyFrame_GetGlobals(fields.tb_frame)
        if text.size:
            _append_byte(text, c"\n")
        # In a deep recursion, most steps are at one instruction of one function.
        if code is not known_code or namespace is not known_namespace or offset != known_offset or line != known_line:
            file = <object>(<PyCodeObject *>code).co_filename
            if namespace is not known_namespace or file is not known_file:
                place = _place(places, file, namespace, <PayloadState>payload_state)
            known_code, known_namespace, known_file, known_offset, known_line = code, namespace, file, offset, line
            begins = text.size
            if not _add_step(text, step, <PyCodeObject *>code, place, most_offset, most_number):
                return None
            if text.size - begins == size and memcmp(text.start + begins, text.start + start, size) == 0:
                text.size = begins
            else:
                start = begins
                size = text.size - begins
        step = lp_read(<PyObject *>step, <PyObject **>&fields.tb_next)
    steps = PyUnicode_DecodeUTF8(<const char *>text.start, text.size, NULL)
    return ((<PayloadState>payload_state).shared.setdefault(steps, steps),) + tuple(places)


cdef Py_ssize_t _place(dict places, object file_name, object namespace, PayloadState payload_state) except -1:
    """Return the number of a place: a file name, and what the globals have as ``__name__`` and ``__file__``."""
    cdef list place = []
    for text in (file_name, namespace.get("__name__"), namespace.get("__file__")):
        place.append(payload_state.name(str(text)) if isinstance(text, str) else None)
    shared = payload_state.shared.setdefault(tuple(place), tuple(place))
    return places.setdefault(shared, len(places))


cdef bint _add_step(
    _Buffer text, object step, PyCodeObject *code, Py_ssize_t place, Py_ssize_t most_offset, Py_ssize_t most_number
) except -1:
    """Append the line that `reducers.tracebacks._line` returns; return False if a name does not fit."""
    cdef int start = -1
    cdef int column = -1
    cdef int end = -1
    cdef int end_column = -1
    cdef Py_ssize_t offset = (<PyTracebackObject *>step).tb_lasti
    cdef Py_ssize_t line = (<PyTracebackObject *>step).tb_lineno
    cdef bint is_written = 0 <= offset <= most_offset
    if not is_written:
        offset = 0 if offset > 0 else -1
    if 0 <= offset < lp_code_units(code) * 2:
        PyCode_Addr2Location(code, <int>offset, &start, &column, &end, &end_column)
    if line == -1:  # computed when it is read
        if is_written and start >= 0:
            line = start
        else:
            number = step.tb_lineno
            line = -1 if number is None else number
    if not 0 <= line <= most_number:
        line = -1
    if not _add_name(text, code.co_name):
        return False
    _append_byte(text, c"\t")
    if code.co_qualname != code.co_name and <object>code.co_qualname != <object>code.co_name:
        if not _add_name(text, code.co_qualname):
            return False
    _add_number(text, place)
    # Generated code may have negative line numbers.
    _add_number(text, max(code.co_firstlineno, 0))
    _add_number(text, offset)
    _add_number(text, line)
    if start < 0:
        start = <int>line
        column = -1
    if offset < 0 or start < 0:
        return True
    _add_number(text, start)
    if column >= 0 and end_column >= 0 and end >= start:
        _add_number(text, end)
        _add_number(text, column)
        _add_number(text, end_column)
    return True


cdef bint _add_name(_Buffer text, PyObject *name) except -1:
    cdef Py_ssize_t size = 0
    cdef const char *data
    if Py_TYPE(<object>name) is not &PyUnicode_Type:
        return False
    data = lp_utf8(name, &size)
    if data == NULL or size == 0 or memchr(data, c"\t", size) != NULL or memchr(data, c"\n", size) != NULL:
        return False
    _append(text, data, size)
    return True


cdef int _add_number(_Buffer text, Py_ssize_t number) except -1:
    """Append a tab and a number."""
    _append_byte(text, c"\t")
    if number < 0:
        _append_byte(text, c"-")
        number = -number
    return _append_decimal(text, number)


def link_steps(list steps):
    """Return the traceback of `steps`, the outermost first; `restorers.tracebacks._build` returns each of them."""
    cdef dict namespaces = {}
    cdef dict namespace = None
    cdef Py_ssize_t index = len(steps)
    linked = last_module = last_file = None
    while index > 0:
        index -= 1
        code, module, file, offset, line, variables = <tuple>steps[index]
        if Py_TYPE(code) is not &PyCode_Type:
            raise TypeError(f"expected a code object, got a {type(code).__name__}")
        # Frames of one module share their globals.
        if namespace is None or module is not last_module or file is not last_file:
            last_module, last_file = module, file
            names = module, file
            namespace = <dict>_lookup(namespaces, names)
            if namespace is None:
                namespace = {}
                if module is not None:
                    namespace["__name__"] = module
                if file is not None:
                    namespace["__file__"] = file
                namespaces[names] = namespace
        # CPython treats a frame that C code creates as if it had reached RESUME. Without locals it
        # creates an empty dictionary when they are read. The frame never runs.
        frame = lp_new_frame(
            PyThreadState_Get(), <PyCodeObject *>code, namespace, <PyObject *>variables if variables else NULL
        )
        linked = (<object>&PyTraceBack_Type)(linked, frame, offset, line)
    return linked
