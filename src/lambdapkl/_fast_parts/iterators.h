/* The position of CPython's iterators that keep it as numbers in C.

   The structures are known for the versions below.  For other versions they are not compiled, and `lp_iterator_position`
   returns None.  It also returns None if the structure does not have the size of the type.  The tests in `iterators.pxi` read
   iterators whose position is known.  Free-threaded builds are left out, because another thread may be in the middle of a
   step. */

#include <stdbool.h>

#if !defined(Py_GIL_DISABLED) && PY_VERSION_HEX < 0x03100000
#define LP_MEMORY_ITERATOR
#if PY_VERSION_HEX >= 0x030C0000
#define LP_BATCHED
#endif
/* Up to 3.13 the other types have a `__reduce__`. */
#if PY_VERSION_HEX >= 0x030E0000
#define LP_ITERTOOLS
#endif
#endif

typedef enum {
    LP_UNKNOWN, LP_MEMORY, LP_BATCHES, LP_SLICE, LP_WHILE, LP_TEE, LP_SELECTION, LP_PERMUTATIONS, LP_PRODUCT, LP_LONGEST,
    LP_ACCUMULATE, LP_GROUP
} lp_position_kind;

#ifdef LP_MEMORY_ITERATOR
typedef struct { PyObject_HEAD Py_ssize_t index; PyObject *view; Py_ssize_t length; const char *format; } lp_memory_iterator;
#endif

#ifdef LP_BATCHED
#if PY_VERSION_HEX >= 0x030D0000
typedef struct { PyObject_HEAD PyObject *source; Py_ssize_t size; bool strict; } lp_batched;
#define LP_IS_STRICT(batched) ((batched)->strict)
#else
typedef struct { PyObject_HEAD PyObject *source; Py_ssize_t size; } lp_batched;
#define LP_IS_STRICT(batched) 0
#endif
#endif

#ifdef LP_ITERTOOLS
typedef struct { PyObject_HEAD PyObject *source; Py_ssize_t next, stop, step, seen; } lp_islice;
/* `takewhile` and `dropwhile`. `decided`: the first has ended, or the second has returned an
   item. */
typedef struct { PyObject_HEAD PyObject *predicate; PyObject *source; long decided; } lp_while;
typedef struct { PyObject_HEAD PyObject *data; int index; PyObject *weakrefs; void *state; } lp_tee;
#define LP_TEE_LINKS 57
typedef struct {
    PyObject_HEAD PyObject *source; int count; int running; PyObject *following; PyObject *values[LP_TEE_LINKS];
} lp_tee_data;
/* Both kinds of combinations. */
typedef struct { PyObject_HEAD PyObject *pool; Py_ssize_t *indices; PyObject *result; Py_ssize_t length; int stopped; } lp_selection;
typedef struct {
    PyObject_HEAD PyObject *pool; Py_ssize_t *indices; Py_ssize_t *cycles; PyObject *result; Py_ssize_t length; int stopped;
} lp_permutations;
typedef struct { PyObject_HEAD PyObject *pools; Py_ssize_t *indices; PyObject *result; int stopped; } lp_product;
typedef struct { PyObject_HEAD Py_ssize_t count, active; PyObject *sources; PyObject *result; PyObject *fill; } lp_zip_longest;
typedef struct { PyObject_HEAD PyObject *total; PyObject *source; PyObject *function; PyObject *initial; void *state; } lp_accumulate;
typedef struct {
    PyObject_HEAD PyObject *source; PyObject *function; PyObject *target; PyObject *key; PyObject *value; const void *group; void *state;
} lp_groupby;
typedef struct { PyObject_HEAD PyObject *parent; PyObject *target; } lp_group;
#endif

#ifdef LP_ITERTOOLS
/* A new reference to the object, or to None for NULL: for the format "N". */
static PyObject *lp_or_none(PyObject *object) { return Py_NewRef(object != NULL ? object : Py_None); }

static PyObject *lp_numbers(const Py_ssize_t *numbers, Py_ssize_t count) {
    PyObject *result = PyTuple_New(count);
    for (Py_ssize_t index = 0; result != NULL && index < count; index++) {
        PyObject *number = PyLong_FromSsize_t(numbers[index]);
        if (number == NULL) {
            Py_CLEAR(result);
        } else {
            PyTuple_SET_ITEM(result, index, number);
        }
    }
    return result;
}

/* The values that were read for a tee and that it has not returned yet, and the last part of the
   buffer, which all tees of one source share. */
static PyObject *lp_tee_position(lp_tee *tee, PyTypeObject *data_type) {
    lp_tee_data *data = (lp_tee_data *)tee->data;
    PyObject *values = PyList_New(0);
    Py_ssize_t index = tee->index;
    if (values == NULL)
        return NULL;
    for (;;) {
        if (data == NULL || !Py_IS_TYPE((PyObject *)data, data_type) || data->count < 0 || data->count > LP_TEE_LINKS || index > data->count) {
            Py_DECREF(values);
            Py_RETURN_NONE;
        }
        for (; index < data->count; index++) {
            if (PyList_Append(values, data->values[index]) < 0) {
                Py_DECREF(values);
                return NULL;
            }
        }
        if (data->count < LP_TEE_LINKS || data->following == NULL)
            return Py_BuildValue("(NO)", values, (PyObject *)data);
        data = (lp_tee_data *)data->following;
        index = 0;
    }
}

/* The iterators that it still reads, with None in the place of one that has ended. */
static PyObject *lp_longest_position(lp_zip_longest *zip) {
    PyObject *sources = zip->sources;
    Py_ssize_t count = PyTuple_GET_SIZE(sources);
    PyObject *result = PyTuple_New(count);
    for (Py_ssize_t index = 0; result != NULL && index < count; index++)
        PyTuple_SET_ITEM(result, index, lp_or_none(zip->active ? PyTuple_GET_ITEM(sources, index) : NULL));
    return result;
}
#endif

/* Declares `of`, the iterator as a `type`. Returns None if the structure does not have the size
   of the iterator's type. */
#define LP_OPEN(type) \
    type *of = (type *)iterator; \
    if ((size_t)Py_TYPE(iterator)->tp_basicsize != sizeof(type)) \
        Py_RETURN_NONE

/* The position that `iterator` keeps in C; None if it is not known. `tee_data` is the type of
   the buffer of a tee. */
static PyObject *lp_iterator_position(PyObject *iterator, lp_position_kind kind, PyTypeObject *tee_data) {
    (void)tee_data;
    switch (kind) {
#ifdef LP_MEMORY_ITERATOR
    case LP_MEMORY: {
        LP_OPEN(lp_memory_iterator);
        return Py_BuildValue("(nN)", of->index, Py_NewRef(of->view != NULL ? of->view : Py_None));
    }
#endif
#ifdef LP_BATCHED
    case LP_BATCHES: {
        LP_OPEN(lp_batched);
        return Py_BuildValue("(ni)", of->size, (int)LP_IS_STRICT(of));
    }
#endif
#ifdef LP_ITERTOOLS
    case LP_SLICE: {
        LP_OPEN(lp_islice);
        return Py_BuildValue("(innnn)", of->source != NULL, of->next, of->stop, of->step, of->seen);
    }
    case LP_WHILE: {
        LP_OPEN(lp_while);
        return Py_BuildValue("(i)", of->decided != 0);
    }
    case LP_TEE: {
        LP_OPEN(lp_tee);
        return lp_tee_position(of, tee_data);
    }
    case LP_SELECTION: {
        LP_OPEN(lp_selection);
        return Py_BuildValue("(iniN)", of->stopped, of->length, of->result != NULL, lp_numbers(of->indices, of->length));
    }
    case LP_PERMUTATIONS: {
        LP_OPEN(lp_permutations);
        Py_ssize_t count = of->length < PyTuple_GET_SIZE(of->pool) ? of->length : PyTuple_GET_SIZE(of->pool);
        return Py_BuildValue("(iniN)", of->stopped, of->length, of->result != NULL, lp_numbers(of->indices, count));
    }
    case LP_PRODUCT: {
        LP_OPEN(lp_product);
        return Py_BuildValue("(iiN)", of->stopped, of->result != NULL, lp_numbers(of->indices, PyTuple_GET_SIZE(of->pools)));
    }
    case LP_LONGEST: {
        LP_OPEN(lp_zip_longest);
        return lp_longest_position(of);
    }
    case LP_ACCUMULATE: {
        LP_OPEN(lp_accumulate);
        return Py_BuildValue("(NNiN)", lp_or_none(of->source), lp_or_none(of->function), of->total != NULL, lp_or_none(of->total));
    }
    case LP_GROUP: {
        LP_OPEN(lp_group);
        return Py_BuildValue("(i)", ((lp_groupby *)of->parent)->group == (const void *)iterator);
    }
#endif
    default:
        Py_RETURN_NONE;
    }
}
