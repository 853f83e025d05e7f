# Frames of generators, coroutines and async generators. `frames.h` trusts its arguments, so they
# are checked here.

cdef extern from "frames.h":
    """
    #if defined(LP_FRAMES) && LP_FRAMES && PY_VERSION_HEX >= 0x030F0000
    #define lp_iterates_by_index(o) (Py_TYPE(o)->_tp_iteritem != NULL)
    #else
    #define lp_iterates_by_index(o) 0
    #endif
    """
    bint lp_frames_fit()
    bint lp_is_generator(object)
    int lp_frame_state(object)
    object lp_frame_code(object)
    object lp_frame_read(object)
    bint lp_frame_is_fresh(object)
    int lp_frame_write(object, Py_ssize_t, bint, object, object, object) except -1
    bint lp_asend_fits(object, object)
    object lp_asend_value(object)
    int lp_asend_state(object)
    bint lp_is_closed(object)
    bint lp_is_in_use(object)
    void lp_start_asend(object)
    bint lp_iterates_by_index(object)

cdef extern from *:
    bint PyIter_Check(object)
    bint PyAsyncGen_CheckExact(object)
    int PY_VERSION_HEX

# The mark of the index of an instruction.
cdef char _INSTRUCTION = c"i" if PY_VERSION_HEX >= 0x030E0000 else c"o"
# An index on the stack is shifted by two bits.
cdef Py_ssize_t _LARGEST_INDEX = (<Py_ssize_t>1) << (8 * sizeof(Py_ssize_t) - 4)


# Kind -> the only type of its values; see `frames.slot_kinds`.
cdef dict _exact_types = dict(zip(b"cLGDSTUs", (<object>&PyCell_Type, list, list, dict, set, tuple, tuple, str)))


cdef class Frames:
    """Reads and writes suspended frames."""

    def state(self, generator):
        """Return 0 for created, 1 for suspended, 2 for running, 3 for finished.

        Raises
        ------
        TypeError
            `generator` is not a generator, coroutine or async generator.
        """
        _check_generator(generator)
        return lp_frame_state(generator)

    def read(self, generator):
        """Return position, marks, values and handled exceptions of a created or suspended `generator`.

        The position is the index of its RESUME, in code units. There is a mark for each local
        variable and each slot of the stack: ``n`` for NULL, ``o`` for an object, ``i`` for an
        integer that is not an object.
        """
        _check_generator(generator)
        if lp_frame_state(generator) > 1:
            raise ValueError("the frame of the generator is in use or finished")
        return lp_frame_read(generator)

    def write(self, generator, code, position, marks, values, kinds, from_another, exceptions):
        """Turn `generator`, which has not been started, into one that is suspended at `position` with `values`.

        Parameters
        ----------
        marks
            As `read` returns them; ``k`` keeps the value of a slot.
        kinds
            The kind that the verifier requires of each value at that position.

        Raises
        ------
        pickle.UnpicklingError
            The values do not fit the kinds, or the generator has other code or has been used. It is
            not changed then.
        """
        cdef Py_ssize_t index, count
        cdef const char *mark
        cdef const char *kind
        cdef object exception = None
        _check_generator(generator)
        if type(marks) is not bytes or type(values) is not tuple or type(kinds) is not bytes or type(exceptions) is not tuple:
            _refuse_state("a state of the wrong form")
        if type(position) is not int:
            _refuse_state("a position that is no number")
        count = len(<bytes>kinds)
        if len(<bytes>marks) != count or len(<tuple>values) != count:
            _refuse_state("another number of variables and stack slots than the code has there")
        mark, kind = PyBytes_AS_STRING(<bytes>marks), PyBytes_AS_STRING(<bytes>kinds)
        index = _misfit(kind, mark, count, <tuple>values, code)
        if index >= 0:
            _refuse_state(f"the wrong kind of value in slot {index}")
        if exceptions:
            exception = (<tuple>exceptions)[0]
            if len(<tuple>exceptions) != 1 or not PyExceptionInstance_Check(exception):
                _refuse_state("no exception where one belongs")
        if lp_frame_code(generator) is not code:
            _refuse_state("a generator of another function")
        if not lp_frame_is_fresh(generator):
            _refuse_state("a generator that has been used")
        lp_frame_write(generator, position, from_another, marks, values, exception)

    def misfit(self, bytes kinds, bytes marks, tuple values, code):
        """Return the first slot that has a value of the wrong kind, or -1."""
        if len(marks) != len(kinds) or len(values) != len(kinds):
            return 0
        return _misfit(PyBytes_AS_STRING(kinds), PyBytes_AS_STRING(marks), len(kinds), values, code)

    def read_asend(self, asend, generator):
        """Return the value that an ``asend()`` of `generator` sends, and its state: 0, or 1 once it has been started."""
        if not PyAsyncGen_CheckExact(generator) or not lp_asend_fits(asend, generator):
            raise TypeError("not of this async generator")
        return lp_asend_value(asend), lp_asend_state(asend)

    def start_asend(self, asend, generator):
        """Mark `asend`, which belongs to `generator`, as started, and `generator` as in use."""
        if not PyAsyncGen_CheckExact(generator) or not lp_asend_fits(asend, generator) or lp_asend_state(asend) != 0:
            _refuse_state("not of this async generator")
        if lp_is_in_use(generator):
            _refuse_state("an async generator that is awaited twice")
        lp_start_asend(asend)

    def in_use(self, generator):
        """Return whether a value of an async generator is being awaited, and whether `aclose` has been called."""
        if not PyAsyncGen_CheckExact(generator):
            return False, False
        return lp_is_in_use(generator), lp_is_closed(generator)


cdef int _check_generator(object generator) except -1:
    if not lp_is_generator(generator):
        raise TypeError(f"{type(generator).__name__} is not a generator, coroutine or async generator")
    return 0


cdef int _refuse_state(str why) except -1:
    raise _UnpicklingError(f"the payload is damaged: a suspended call with {why}")


cdef Py_ssize_t _misfit(const char *kinds, const char *marks, Py_ssize_t count, tuple values, object code) except -2:
    cdef Py_ssize_t index
    for index in range(count):
        if marks[index] == b"k":
            # The call of the function has put its closure there.
            if kinds[index] != b"c":
                return index
        elif not _fits(kinds, marks, index, count, values, code):
            return index
    return -1


cdef bint _fits(const char *kinds, const char *marks, Py_ssize_t index, Py_ssize_t count, tuple values, object code) except -1:
    """Whether the value in slot `index` is of the right kind; see `frames.slot_kinds`."""
    cdef object value = values[index]
    cdef char kind = kinds[index]
    cdef char mark = marks[index]
    if kind == b"n":
        return mark == b"n"
    if kind == b"x":
        if mark == b"n":
            return True
        return mark == b"i" and _is_index(value, _LARGEST_INDEX) and index > 0 and lp_iterates_by_index(values[index - 1])
    if kind == b"X":
        return mark == _INSTRUCTION and _is_index(value, len(code.co_code) // 2)
    if mark == b"n":
        return kind == b"m"
    if mark != b"o":
        return False
    if kind == b"o" or kind == b"m":
        return True
    exact_type = _exact_types.get(kind)
    if exact_type is not None:
        if type(value) is not exact_type:
            return False
        if kind == b"G" or kind == b"U":
            for each in value:
                if not (type(each) is str if kind == b"U" else each is None or PyExceptionInstance_Check(each)):
                    return False
        return True
    if kind == b"I":
        return PyIter_Check(value)
    if kind == b"Q":
        # With an index in the next slot, this is the iterable itself.
        return PyIter_Check(value) or (index + 1 < count and kinds[index + 1] == b"x" and marks[index + 1] == b"i")
    if kind == b"E":
        return PyExceptionInstance_Check(value)
    if kind == b"P":
        return value is None or PyExceptionInstance_Check(value)
    if kind == b"V":
        from string.templatelib import Interpolation

        return type(value) is Interpolation
    return False


cdef bint _is_index(object value, Py_ssize_t limit) except -1:
    return type(value) is int and 0 <= value < limit


# None if this interpreter has other frames than those that `frames.h` knows.
frames = Frames() if lp_frames_fit() else None
