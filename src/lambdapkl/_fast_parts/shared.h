/* Reads of what other threads may be changing: each gives a reference of the caller's own.

   With the GIL a borrowed reference is good until Python code runs; without it, not even that long.  Where the interpreter has
   critical sections (3.13), they keep the threads of this module apart, and those of the interpreter where it takes them too. */

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
/* Slots of instances are read through their descriptors, which know how. */
#define LP_READS_SLOTS 0
#else
#define LP_BEGIN_CRITICAL_SECTION(o) {
#define LP_END_CRITICAL_SECTION() }
#define LP_READS_SLOTS 1
#endif

/* What `mapping` has for `key`, or `otherwise`. */
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

/* What a field of `holder` has, or None for NULL. */
static inline PyObject *lp_read(PyObject *holder, PyObject **field) {
    PyObject *found;
    LP_BEGIN_CRITICAL_SECTION(holder);
    found = Py_NewRef(*field != NULL ? *field : Py_None);
    LP_END_CRITICAL_SECTION();
    return found;
}

/* A dictionary to iterate over: itself, or a copy where it may change at any moment. */
static inline PyObject *lp_to_iterate(PyObject *dict) {
#ifdef Py_GIL_DISABLED
    return PyDict_Copy(dict);
#else
    return Py_NewRef(dict);
#endif
}

static void lp_drop_extra(void *extra) { Py_XDECREF((PyObject *)extra); }

/* What hangs on a code object, or None.  The interpreter may move the array (`PyUnstable_Code_SetExtra` takes no lock). */
static inline PyObject *lp_extra(PyObject *code, Py_ssize_t index) {
    void *extra = NULL;
    int failed;
    LP_BEGIN_CRITICAL_SECTION(code);
    failed = lp_get_extra(code, index, &extra);
    if (!failed)
        extra = Py_NewRef(extra != NULL ? (PyObject *)extra : Py_None);
    LP_END_CRITICAL_SECTION();
    return failed ? NULL : (PyObject *)extra;
}

/* Hang `value` on a code object; return what hangs there, which is what another thread was faster with. */
static PyObject *lp_keep_extra(PyObject *code, Py_ssize_t index, PyObject *value) {
    void *extra = NULL;
    int failed;
    LP_BEGIN_CRITICAL_SECTION(code);
    failed = lp_get_extra(code, index, &extra);
    if (!failed && extra == NULL) {
        failed = lp_set_extra(code, index, value);
        if (!failed)
            extra = Py_NewRef(value);
        else if (!PyErr_Occurred())
            PyErr_NoMemory();
    }
    if (!failed)
        Py_INCREF((PyObject *)extra);
    LP_END_CRITICAL_SECTION();
    return failed ? NULL : (PyObject *)extra;
}
