import ctypes
import mmap
import pickle

import lambdapkl

SIZE = 1 << 20
libc = ctypes.CDLL(None)
# `ucontext_t` begins with flags, the context that follows, and address, flags and size of the stack.
here, fiber = ctypes.create_string_buffer(4096), ctypes.create_string_buffer(4096)
stack = mmap.mmap(-1, SIZE)
address = ctypes.addressof(ctypes.c_char.from_buffer(stack))
results = []


@ctypes.CFUNCTYPE(None)
def run():
    try:
        results.append(lambdapkl.dumps(lambda: [len, SIZE]))
    except BaseException as error:
        results.append(error)


assert libc.getcontext(fiber) == 0
fields = (ctypes.c_size_t * 5).from_buffer(fiber)
fields[1], fields[2], fields[4] = ctypes.addressof(here), address, SIZE
libc.makecontext(fiber, run, 0)
assert libc.swapcontext(here, fiber) == 0
assert type(results[0]) is bytes, results
assert pickle.loads(results[0])() == [len, SIZE]
