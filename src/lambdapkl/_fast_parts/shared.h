/* A helper for each kind of read of an object that the program may be changing.  Each returns a new reference.

   A borrowed reference is only valid until Python code runs: any lookup may call `__hash__` or `__eq__`, any DECREF may call
   `__del__`, and up to 3.11 any new container may start a garbage collection.  Without the GIL it is never valid.  Since 3.13
   critical sections protect the reads from the threads of this module, and from the interpreter if it uses them too. */

#if PY_VERSION_HEX < 0x030C0000
#define lp_extra_index _PyEval_RequestCodeExtraIndex
#define lp_get_extra _PyCode_GetExtra
#define lp_set_extra _PyCode_SetExtra
#else
#define lp_extra_index PyUnstable_Eval_RequestCodeExtraIndex
#define lp_get_extra PyUnstable_Code_GetExtra
#define lp_set_extra PyUnstable_Code_SetExtra
#endif

#ifdef Py_GIL_DISABLED
#define LP_BEGIN_CRITICAL_SECTION(o) Py_BEGIN_CRITICAL_SECTION(o)
#define LP_END_CRITICAL_SECTION() Py_END_CRITICAL_SECTION()
/* Slots of instances are read by their descriptors, which are thread-safe. */
#define LP_READS_SLOTS 0
#else
#define LP_BEGIN_CRITICAL_SECTION(o) {
#define LP_END_CRITICAL_SECTION() }
#define LP_READS_SLOTS 1
#endif

/* The value of `key` in a dictionary, or `otherwise`. */
static inline PyObject *lp_get(PyObject *mapping, PyObject *key, PyObject *otherwise) {
    PyObject *found;
#if PY_VERSION_HEX >= 0x030D0000
    if (PyDict_GetItemRef(mapping, key, &found) != 0)
        return found;
    return Py_NewRef(otherwise);
#else
    found = PyDict_GetItemWithError(mapping, key);
    if (found == NULL) {
        if (PyErr_Occurred())
            return NULL;
        found = otherwise;
    }
    return Py_NewRef(found);
#endif
}

/* The object in a field of `holder`, or None for NULL. */
static inline PyObject *lp_read(PyObject *holder, PyObject **field) {
    PyObject *found;
    LP_BEGIN_CRITICAL_SECTION(holder);
    found = Py_NewRef(*field != NULL ? *field : Py_None);
    LP_END_CRITICAL_SECTION();
    return found;
}

/* A copy of a dictionary, for iteration: the original may change meanwhile. */
static inline PyObject *lp_copy_dict(PyObject *dict) {
    if (!PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "expected a dictionary, got a %.100s", Py_TYPE(dict)->tp_name);
        return NULL;
    }
    return PyDict_Copy(dict);
}

/* The dictionary of a class. */
static inline PyObject *lp_class_dict(PyTypeObject *cls) {
#if PY_VERSION_HEX >= 0x030C0000
    return PyType_GetDict(cls);
#else
    return Py_NewRef(cls->tp_dict);
#endif
}

/* The object in a slot of an instance, or NULL without an error for an empty slot. */
static inline PyObject *lp_read_slot(PyObject *object, Py_ssize_t offset) {
    return Py_XNewRef(*(PyObject **)((char *)object + offset));
}

/* A new plain str with the text of a str or of an instance of a subclass. Nothing else refers to
   it, while PyUnicode_FromKindAndData would return a shared object for a single character. */
static PyObject *lp_copy_str(PyObject *s) {
    Py_ssize_t size;
    PyObject *copy;
    if (!PyUnicode_Check(s)) {
        PyErr_Format(PyExc_TypeError, "expected a str, got a %.100s", Py_TYPE(s)->tp_name);
        return NULL;
    }
    size = PyUnicode_GET_LENGTH(s);
    copy = PyUnicode_New(size, PyUnicode_MAX_CHAR_VALUE(s));
    if (copy != NULL && size)
        memcpy(PyUnicode_DATA(copy), PyUnicode_DATA(s), (size_t)size * PyUnicode_KIND(s));
    return copy;
}

/* Whether less than 64 KiB of the thread's stack are left. CPython checks the stack itself since
   3.14. Older versions count calls, and in a thread with a small stack, the pickler overflows
   the stack before the count reaches its limit. A fiber, such as an asynchronous actor of Ray, has
   a stack elsewhere, whose size is unknown. */
#define LP_STACK_MARGIN (64 * 1024)
#if PY_VERSION_HEX < 0x030E0000 && defined(__GLIBC__)
#include <pthread.h>
static int lp_is_short_of_stack(void) {
    static __thread char *lowest = NULL, *end = NULL;
    char here;
    if (lowest == NULL) {
        pthread_attr_t attributes;
        void *start = NULL;
        size_t size = 0, guard = 0;
        if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
            if (pthread_attr_getstack(&attributes, &start, &size) != 0)
                start = NULL;
            else if (pthread_attr_getguardsize(&attributes, &guard) != 0)
                guard = 0;
            pthread_attr_destroy(&attributes);
        }
        end = (char *)start;
        lowest = start == NULL || size < 2 * LP_STACK_MARGIN ? (char *)1 : end + guard + LP_STACK_MARGIN;
    }
    return &here < lowest && &here >= end;
}
#else
#define lp_is_short_of_stack() 0
#endif

static void lp_drop_extra(void *extra) { Py_XDECREF((PyObject *)extra); }

/* The extra data of a code object, or None. If it has none, `value` becomes its extra data, unless
   that is NULL. `PyUnstable_Code_SetExtra` takes no lock and may move the array. */
static inline PyObject *lp_extra(PyObject *code, Py_ssize_t index, PyObject *value) {
    void *extra = NULL;
    int failed;
    LP_BEGIN_CRITICAL_SECTION(code);
    failed = lp_get_extra(code, index, &extra);
    if (!failed && extra == NULL && value != NULL) {
        failed = lp_set_extra(code, index, value);
        if (!failed)
            extra = Py_NewRef(value);
        else if (!PyErr_Occurred())
            PyErr_NoMemory();
    }
    if (!failed)
        extra = Py_NewRef(extra != NULL ? (PyObject *)extra : Py_None);
    LP_END_CRITICAL_SECTION();
    return failed ? NULL : (PyObject *)extra;
}
