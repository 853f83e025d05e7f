import pickle
import threading

import lambdapkl


def nested(depth):
    constant = ()
    for _ in range(depth):
        constant = (constant,)
    f = lambda: 0
    f.__code__ = f.__code__.replace(co_consts=(None, constant), co_filename="f.py")
    return f


result = []


def dump(f):
    try:
        result.append(lambdapkl.dumps(f))
    except pickle.PicklingError as error:
        result.append(str(error))


threading.stack_size(256 * 1024)
# Keep the deepest one alive: CPython needs more stack than that to free it.
for f in (made := [nested(depth) for depth in (100, 399, 400, 1_000, 20_000)]):
    thread = threading.Thread(target=dump, args=(f,))
    thread.start()
    thread.join()
