/* Reads and writes the frames of generators, coroutines and async generators.

   This file has all that lambdapkl knows about CPython's private layouts, in a section for each version.  LP_FRAMES is 0 for
   other versions, free-threaded builds, other implementations and installations without the internal headers: then suspended
   frames are refused.  Before the code is used, it is tested on a live generator (`frames/suspended.py`). */

/* The states of a frame, the same for every version. */
enum { LP_CREATED, LP_SUSPENDED, LP_RUNNING, LP_FINISHED };

#define LP_FRAMES 0
#if !defined(PYPY_VERSION) && !defined(GRAALVM_PYTHON) && !defined(Py_LIMITED_API) && !defined(Py_GIL_DISABLED) \
    && !defined(Py_STACKREF_DEBUG) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000 && defined(__has_include)
#if PY_VERSION_HEX >= 0x030E0000
#if __has_include("internal/pycore_interpframe_structs.h") && __has_include("internal/pycore_stackref.h")
#undef LP_FRAMES
#define LP_FRAMES 1
#endif
#elif __has_include("internal/pycore_frame.h")
#undef LP_FRAMES
#define LP_FRAMES 1
#endif
#endif

#if LP_FRAMES

#define Py_BUILD_CORE 1
#define Py_BUILD_CORE_MODULE 1

/* ---- 3.11 to 3.13: a slot is a pointer, the frame is cast ---- */
#if PY_VERSION_HEX < 0x030E0000

#include "internal/pycore_frame.h"

typedef PyObject *lp_slot;
#define lp_slot_is_null(s) ((s) == NULL)
#define lp_slot_is_int(s) 0
#define lp_slot_int(s) ((PyObject *)NULL)
#define lp_slot_object(s) (s)
#define lp_slot_null() NULL
#define lp_slot_from(o) Py_NewRef(o)
#define lp_slot_from_int(i) NULL
#define lp_slot_release(s) Py_XDECREF(s)

#define lp_frame_of(gen) ((_PyInterpreterFrame *)((PyGenObject *)(gen))->gi_iframe)
#define lp_depth(frame) ((Py_ssize_t)(frame)->stacktop)
#define lp_set_depth(frame, depth) ((frame)->stacktop = (int)(depth))

/* ---- 3.14 and 3.15: a slot is a tagged pointer, the frame is a member ---- */
#else

#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_interpframe_structs.h"
#include "internal/pycore_stackref.h"

typedef _PyStackRef lp_slot;
#define lp_slot_is_null(s) PyStackRef_IsNull(s)
#define lp_slot_is_int(s) PyStackRef_IsTaggedInt(s)
#define lp_slot_int(s) PyLong_FromSsize_t((Py_ssize_t)PyStackRef_UntagInt(s))
#define lp_slot_object(s) PyStackRef_AsPyObjectBorrow(s)
#define lp_slot_null() PyStackRef_NULL
#define lp_slot_from(o) PyStackRef_FromPyObjectNew(o)
#define lp_slot_from_int(i) PyStackRef_TagInt(i)

static void lp_slot_release(lp_slot slot) {
    if (!PyStackRef_IsNullOrInt(slot))
        PyStackRef_CLOSE(slot);
}

#define lp_frame_of(gen) (&((PyGenObject *)(gen))->gi_iframe)
#define lp_depth(frame) ((Py_ssize_t)((frame)->stackpointer - (frame)->localsplus))
#define lp_set_depth(frame, depth) ((frame)->stackpointer = (frame)->localsplus + (depth))

#endif

/* ---- the code and the position ---- */
#if PY_VERSION_HEX < 0x030D0000
#define lp_code_of(frame) ((PyCodeObject *)(frame)->f_code)
#elif PY_VERSION_HEX < 0x030E0000
#define lp_code_of(frame) ((PyCodeObject *)(frame)->f_executable)
#else
#define lp_code_of(frame) ((PyCodeObject *)PyStackRef_AsPyObjectBorrow((frame)->f_executable))
#endif

/* The position, as the index of the RESUME in code units. Up to 3.12 the field has the
   instruction before it. */
#if PY_VERSION_HEX < 0x030D0000
#define lp_position(frame) ((Py_ssize_t)((frame)->prev_instr - _PyCode_CODE(lp_code_of(frame))) + 1)
#define lp_set_position(frame, index) ((frame)->prev_instr = _PyCode_CODE(lp_code_of(frame)) + (index) - 1)
#else
#define lp_position(frame) ((Py_ssize_t)((frame)->instr_ptr - _PyCode_CODE(lp_code_of(frame))))
#define lp_set_position(frame, index) ((frame)->instr_ptr = _PyCode_CODE(lp_code_of(frame)) + (index))
#endif

/* ---- the state: one for suspended frames up to 3.12, two since 3.13 ---- */
#if PY_VERSION_HEX < 0x030D0000
#define FRAME_SUSPENDED_YIELD_FROM FRAME_SUSPENDED
#endif
#if PY_VERSION_HEX < 0x030F0000
#define lp_is_finished(state) ((state) >= FRAME_COMPLETED)
#else
#define lp_is_finished(state) ((state) == FRAME_CLEARED)
#endif

static int lp_is_generator(PyObject *object) {
    return PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

/* Whether the interpreter has the version that this was compiled for, and its generators have
   the size that is known here. */
static int lp_frames_fit(void) {
    Py_ssize_t size = (Py_ssize_t)(offsetof(PyGenObject, gi_iframe) + offsetof(_PyInterpreterFrame, localsplus));
    return (Py_Version >> 16) == (PY_VERSION_HEX >> 16) && PyGen_Type.tp_basicsize == size
        && PyCoro_Type.tp_basicsize == size && PyAsyncGen_Type.tp_basicsize == size
        && PyGen_Type.tp_itemsize == (Py_ssize_t)sizeof(lp_slot);
}

static int lp_frame_state(PyObject *gen) {
    int state = ((PyGenObject *)gen)->gi_frame_state;
    if (state == FRAME_CREATED)
        return LP_CREATED;
    if (state == FRAME_SUSPENDED || state == FRAME_SUSPENDED_YIELD_FROM)
        return LP_SUSPENDED;
    return lp_is_finished(state) ? LP_FINISHED : LP_RUNNING;
}

static PyObject *lp_frame_code(PyObject *gen) {
    return Py_NewRef((PyObject *)lp_code_of(lp_frame_of(gen)));
}

/* (position, marks, values, exceptions) of a created or suspended frame. Each slot has a mark
   (n: NULL, o: object, i: tagged integer) and a value (None for NULL, an int for a tagged
   integer). The tuple of exceptions has the one that is being handled, or nothing. */
static PyObject *lp_frame_read(PyObject *gen) {
    _PyInterpreterFrame *frame = lp_frame_of(gen);
    PyCodeObject *code = lp_code_of(frame);
    Py_ssize_t depth = lp_depth(frame);
    if (depth < code->co_nlocalsplus || depth > (Py_ssize_t)code->co_nlocalsplus + code->co_stacksize) {
        PyErr_SetString(PyExc_SystemError, "lambdapkl does not understand a frame of this interpreter");
        return NULL;
    }
    PyObject *marks = PyBytes_FromStringAndSize(NULL, depth);
    PyObject **taken = PyMem_Malloc((size_t)(depth + 1) * sizeof(PyObject *));
    Py_ssize_t position = lp_position(frame), index, count = 0;
    PyObject *handled = Py_XNewRef(((PyGenObject *)gen)->gi_exc_state.exc_value);
    PyObject *values = NULL, *exceptions = NULL, *result = NULL;
    if (marks == NULL || taken == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    /* The frame is read before any container is created: up to 3.11 that may start a garbage
       collection, which may call code that closes the generator. */
    for (; count < depth; count++) {
        lp_slot slot = frame->localsplus[count];
        if (lp_slot_is_null(slot)) {
            PyBytes_AS_STRING(marks)[count] = 'n';
            taken[count] = Py_NewRef(Py_None);
        }
        else if (lp_slot_is_int(slot)) {
            PyBytes_AS_STRING(marks)[count] = 'i';
            taken[count] = lp_slot_int(slot);
            if (taken[count] == NULL)
                goto done;
        }
        else {
            PyBytes_AS_STRING(marks)[count] = 'o';
            taken[count] = Py_NewRef(lp_slot_object(slot));
        }
    }
    values = PyTuple_New(depth);
    exceptions = handled == NULL || handled == Py_None ? PyTuple_New(0) : PyTuple_Pack(1, handled);
    if (values == NULL || exceptions == NULL)
        goto done;
    for (index = 0; index < depth; index++)
        PyTuple_SET_ITEM(values, index, Py_NewRef(taken[index]));
    result = Py_BuildValue("nOOO", position, marks, values, exceptions);
done:
    for (index = 0; index < count; index++)
        Py_DECREF(taken[index]);
    PyMem_Free(taken);
    Py_XDECREF(marks);
    Py_XDECREF(values);
    Py_XDECREF(exceptions);
    Py_XDECREF(handled);
    return result;
}

/* Whether a generator has not been started, and has no frame object yet. */
static int lp_frame_is_fresh(PyObject *gen) {
    return lp_frame_state(gen) == LP_CREATED && lp_frame_of(gen)->frame_obj == NULL
        && ((PyGenObject *)gen)->gi_exc_state.exc_value == NULL;
}

/* Turns a fresh frame into a suspended one. The caller has checked all arguments. The mark k
   keeps a slot. */
static int lp_frame_write(PyObject *gen, Py_ssize_t position, int from, PyObject *marks, PyObject *values, PyObject *exception) {
    _PyInterpreterFrame *frame = lp_frame_of(gen);
    Py_ssize_t depth = PyBytes_GET_SIZE(marks), old_depth = lp_depth(frame), index;
    const char *mark = PyBytes_AS_STRING(marks);
    lp_slot *old = PyMem_Malloc((size_t)(old_depth + depth + 1) * sizeof(lp_slot));
    if (old == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    lp_slot *fresh = old + old_depth;
    for (index = 0; index < depth; index++) {
        if (mark[index] == 'o')
            fresh[index] = lp_slot_from(PyTuple_GET_ITEM(values, index));
        else if (mark[index] == 'i')
            fresh[index] = lp_slot_from_int((intptr_t)PyLong_AsSsize_t(PyTuple_GET_ITEM(values, index)));
        else
            fresh[index] = lp_slot_null();
    }
    /* From here until the frame is complete, nothing can fail and no Python code runs. */
    for (index = 0; index < old_depth; index++) {
        old[index] = frame->localsplus[index];
        if (index < depth && mark[index] == 'k') {
            fresh[index] = old[index];
            old[index] = lp_slot_null();
        }
    }
    for (index = 0; index < depth; index++)
        frame->localsplus[index] = fresh[index];
    lp_set_depth(frame, depth);
    lp_set_position(frame, position);
    ((PyGenObject *)gen)->gi_exc_state.exc_value = exception == Py_None ? NULL : Py_NewRef(exception);
    ((PyGenObject *)gen)->gi_frame_state = from ? FRAME_SUSPENDED_YIELD_FROM : FRAME_SUSPENDED;
    for (index = 0; index < old_depth; index++)
        lp_slot_release(old[index]);
    PyMem_Free(old);
    return 0;
}

/* ---- async generators, and the objects that `__anext__` and `asend` return (their structure is private to genobject.c) ---- */

typedef struct {
    PyObject_HEAD
    PyObject *generator;
    PyObject *value;
    int state;
} lp_asend;

enum { LP_ASEND_CREATED, LP_ASEND_STARTED, LP_ASEND_CLOSED };

static int lp_asend_fits(PyObject *asend, PyObject *generator) {
    return Py_TYPE(asend)->tp_basicsize == (Py_ssize_t)sizeof(lp_asend) && ((lp_asend *)asend)->generator == generator;
}

#define lp_asend_value(a) Py_NewRef(((lp_asend *)(a))->value == NULL ? Py_None : ((lp_asend *)(a))->value)
#define lp_asend_state(a) (((lp_asend *)(a))->state)
#define lp_is_closed(gen) (((PyAsyncGenObject *)(gen))->ag_closed)
#define lp_is_in_use(gen) (((PyAsyncGenObject *)(gen))->ag_running_async)

static void lp_start_asend(PyObject *asend) {
    ((lp_asend *)asend)->state = LP_ASEND_STARTED;
    ((PyAsyncGenObject *)((lp_asend *)asend)->generator)->ag_running_async = 1;
}

#else /* The same names for Cython.  They are never called, because `lp_frames_fit` returns 0. */

#define lp_frames_fit() 0
#define lp_is_generator(o) 0
#define lp_frame_state(g) LP_RUNNING
#define lp_frame_code(g) Py_NewRef(Py_None)
#define lp_frame_read(g) Py_NewRef(Py_None)
#define lp_frame_is_fresh(g) 0
#define lp_frame_write(g, p, f, m, v, e) 0
#define lp_asend_fits(a, g) 0
#define lp_asend_value(a) Py_NewRef(Py_None)
#define lp_asend_state(a) 0
#define lp_is_closed(g) 0
#define lp_is_in_use(g) 0
#define lp_start_asend(a) ((void)0)

#endif
