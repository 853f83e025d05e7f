# cython: language_level=3, binding=False
cdef extern from "Python.h":
    ctypedef class builtins.ValueError [object PyBaseExceptionObject]:
        pass
    ctypedef class builtins.OSError [object PyOSErrorObject]:
        pass

cdef class Public(Exception):
    cdef public int code
    def __init__(self, message, code):
        Exception.__init__(self, message, code)
        self.code = code

cdef class NeedsArgument(ValueError):
    cdef int code
    def __cinit__(self, code):
        self.code = code
    def get(self):
        return self.code

cdef class WithReduce(OSError):
    cdef int code
    def __init__(self, code):
        OSError.__init__(self, code, "text")
        self.code = code
    def get(self):
        return self.code
    def __reduce__(self):
        return WithReduce, (self.code,), {"more": 1}

cdef class WithSetstate(Exception):
    cdef int code
    def get(self):
        return self.code
    def set(self, code):
        self.code = code
    def __reduce__(self):
        return type(self), self.args, {"code": self.code}
    def __setstate__(self, state):
        self.code = state["code"]
