import io
import pickle
import threading
import types

import lambdapkl
from lambdapkl.stdlib_picklers import PythonPickler

assert PythonPickler.dispatch == pickle._Pickler.dispatch


# What `dill.extend` does.
def save(pickler, obj):
    raise RuntimeError("the peer's")


for kind in (dict, type, types.FunctionType, type(threading.Lock())):
    pickle._Pickler.dispatch[kind] = save
lock = threading.Lock()
lock.acquire()
file = io.StringIO()


def function():
    return lock


for call in lambda: lambdapkl.dumps({"f": function}), lambda: lambdapkl.trace({"f": function}, file=file):
    try:
        call()
    except pickle.PicklingError as error:
        assert error.__notes__[-1] == "path: dict -> item 'f' -> global 'lock' (_thread.lock)", error.__notes__
    else:
        raise AssertionError
assert "global 'lock'" in file.getvalue(), file.getvalue()
assert lambdapkl.loads(lambdapkl.dumps({"f": lambda: 1}))["f"]() == 1
