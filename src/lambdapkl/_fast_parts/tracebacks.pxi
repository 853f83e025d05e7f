# Tracebacks: the usual case of `reducers.tracebacks`, and the frames for `restorers.tracebacks`.

from libc.string cimport memchr

cdef extern from *:
    """
    #include <frameobject.h>

    /* A step of a traceback before `next`.  Its frame is made without a call: CPython takes a frame that C code makes to have
       come as far as RESUME, and nothing of it ever runs. */
    static PyObject *lp_traceback_step(PyObject *next, PyObject *code, PyObject *globals, PyObject *locals, int lasti, int line) {
        PyTracebackObject *step;
        PyFrameObject *frame;
        if (locals == Py_None)
            locals = NULL;  /* an empty dictionary, once it is read */
        frame = PyFrame_New(PyThreadState_Get(), (PyCodeObject *)code, globals, locals);
        if (frame == NULL)
            return NULL;
        step = PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
        if (step == NULL) {
            Py_DECREF(frame);
            return NULL;
        }
        step->tb_next = next == Py_None ? NULL : (PyTracebackObject *)Py_NewRef(next);
        step->tb_frame = frame;
        step->tb_lasti = lasti;
        step->tb_lineno = line;
        PyObject_GC_Track(step);
        return (PyObject *)step;
    }
    """
    ctypedef struct PyFrameObject:
        pass

    ctypedef struct PyTracebackObject:
        PyTracebackObject *tb_next
        PyFrameObject *tb_frame
        int tb_lasti
        int tb_lineno

    object lp_traceback_step(object, object, dict, object, int, int)

    PyTypeObject PyTraceBack_Type
    object lp_code_of_frame "(PyObject *)PyFrame_GetCode"(PyFrameObject *)
    object PyFrame_GetGlobals(PyFrameObject *)
    int PyCode_Addr2Location(PyCodeObject *, int, int *, int *, int *, int *)
    Py_ssize_t lp_code_units "Py_SIZE"(PyCodeObject *)
    str PyUnicode_DecodeUTF8(const char *, Py_ssize_t, const char *)

cdef str _DUNDER_NAME = "__name__"
cdef str _DUNDER_FILE = "__file__"

cdef enum:
    # For the numbers of a step, and what is between them.
    _ROOM_FOR_NUMBERS = 8 * 12

cdef struct _Text:
    char *data
    Py_ssize_t size
    Py_ssize_t capacity


def describe_steps(traceback, payload_state, Py_ssize_t most_offset, Py_ssize_t most_number, variables):
    """Return `reducers.tracebacks._as_text` of the steps of a traceback.

    None if there is more to say of a step, if a name does not fit, or if `payload_state` is not of this backend.

    Parameters
    ----------
    most_offset, most_number
        The greatest that are written.
    variables
        Called with a frame and `payload_state`; returns the representations of local variables that the frame of a loaded
        traceback has, or None.
    """
    if type(payload_state) is not PayloadState:
        return None
    cdef _Text text
    text.data = NULL
    text.size = text.capacity = 0
    try:
        return _describe_steps(&text, traceback, <PayloadState>payload_state, most_offset, most_number, variables)
    finally:
        PyMem_Free(text.data)


cdef tuple _describe_steps(
    _Text *text, object step, PayloadState payload_state, Py_ssize_t most_offset, Py_ssize_t most_number, object variables
):
    cdef dict places = {}
    cdef Py_ssize_t offset
    cdef Py_ssize_t line
    cdef Py_ssize_t known_offset = 0
    cdef Py_ssize_t known_line = 0
    cdef Py_ssize_t place = 0
    # Where the last line that is not empty is.
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t size = 0
    cdef Py_ssize_t begins
    cdef PyTracebackObject *fields
    code = known_code = known_namespace = known_file = None
    while step is not None:
        if Py_TYPE(step) is not &PyTraceBack_Type:
            raise TypeError(f"a traceback is expected, not {type(step).__name__}")
        # Where the traceback is, and not where its frame has got since: that may be running.
        fields = <PyTracebackObject *>step
        offset = fields.tb_lasti
        line = fields.tb_lineno
        code = lp_code_of_frame(fields.tb_frame)
        # What may be the frame of a loaded traceback has the code of a generator.
        if (<PyCodeObject *>code).co_flags & 0x20 and variables(<object>fields.tb_frame, payload_state):
            return None
        namespace = PyFrame_GetGlobals(fields.tb_frame)
        if text.size:
            _make_room(text, 1)
            text.data[text.size] = c"\n"
            text.size += 1
        # In a deep recursion most steps are at one instruction of one function.
        if code is not known_code or namespace is not known_namespace or offset != known_offset or line != known_line:
            file = <object>(<PyCodeObject *>code).co_filename
            if namespace is not known_namespace or file is not known_file:
                place = _place(places, file, namespace, payload_state)
            known_code, known_namespace, known_file, known_offset, known_line = code, namespace, file, offset, line
            begins = text.size
            if not _add_step(text, step, <PyCodeObject *>code, place, most_offset, most_number):
                return None
            if text.size - begins == size and memcmp(text.data + begins, text.data + start, size) == 0:
                text.size = begins
            else:
                start = begins
                size = text.size - begins
        step = lp_read(<PyObject *>step, <PyObject **>&fields.tb_next)
    steps = PyUnicode_DecodeUTF8(text.data, text.size, NULL)
    return (payload_state.shared.setdefault(steps, steps),) + tuple(places)


cdef Py_ssize_t _place(dict places, object file_name, object namespace, PayloadState payload_state) except -1:
    cdef tuple place = (
        _name_or_none(payload_state, file_name),
        _name_or_none(payload_state, _string_global(namespace, _DUNDER_NAME)),
        _name_or_none(payload_state, _string_global(namespace, _DUNDER_FILE)),
    )
    place = <tuple>payload_state.shared.setdefault(place, place)
    return places.setdefault(place, len(places))


cdef object _string_global(object namespace, str name):
    return _lookup(namespace, name) if type(namespace) is dict else namespace.get(name)


cdef object _name_or_none(PayloadState payload_state, object text):
    if Py_TYPE(text) is &PyUnicode_Type:
        return payload_state.name(<str>text)
    return payload_state.name(str(text)) if isinstance(text, str) else None


cdef bint _add_step(
    _Text *text, object step, PyCodeObject *code, Py_ssize_t place, Py_ssize_t most_offset, Py_ssize_t most_number
) except -1:
    """Add a line of `reducers.tracebacks._line`; False if a name does not fit."""
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
    if line == -1:  # it is worked out when it is read
        if is_written and start >= 0:
            line = start
        else:
            number = step.tb_lineno
            line = -1 if number is None else number
    if not 0 <= line <= most_number:
        line = -1
    if not _add_name(text, code.co_name):
        return False
    text.data[text.size] = c"\t"
    text.size += 1
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


cdef bint _add_name(_Text *text, PyObject *name) except -1:
    cdef Py_ssize_t size = 0
    cdef const char *data
    if Py_TYPE(<object>name) is not &PyUnicode_Type:
        return False
    data = lp_utf8(name, &size)
    if data == NULL or size == 0 or memchr(data, c"\t", size) != NULL or memchr(data, c"\n", size) != NULL:
        return False
    _make_room(text, size + _ROOM_FOR_NUMBERS)
    memcpy(text.data + text.size, data, size)
    text.size += size
    return True


cdef int _make_room(_Text *text, Py_ssize_t more) except -1:
    cdef char *data
    if text.size + more > text.capacity:
        more += 2 * text.size + 512
        data = <char *>PyMem_Realloc(text.data, more)
        if data == NULL:
            raise MemoryError
        text.data = data
        text.capacity = more
    return 0


@cython.cdivision(True)
cdef void _add_number(_Text *text, Py_ssize_t number) noexcept:
    """Add a tab and a number of up to ten digits; `_add_name` has made room for eight of them."""
    cdef unsigned int rest = <unsigned int>(-number if number < 0 else number)
    cdef unsigned int left = rest
    cdef char *end
    text.data[text.size] = c"\t"
    text.size += 1
    if number < 0:
        text.data[text.size] = c"-"
        text.size += 1
    while left > 9:
        left //= 10
        text.size += 1
    text.size += 1
    end = text.data + text.size
    while True:
        end -= 1
        end[0] = <char>(c"0" + rest % 10)
        rest //= 10
        if rest == 0:
            break


def link_steps(list steps):
    """Return the traceback of `steps`, the outermost first: what `restorers.tracebacks._build` returned for each."""
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
                    namespace[_DUNDER_NAME] = module
                if file is not None:
                    namespace[_DUNDER_FILE] = file
                namespaces[names] = namespace
        linked = lp_traceback_step(linked, code, namespace, variables or None, offset, line)
    return linked
