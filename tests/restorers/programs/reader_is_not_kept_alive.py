import pickle
import weakref

import lambdapkl


class Local:
    pass


def fail():
    raise ValueError


try:
    fail()
except ValueError as error:
    payload = lambdapkl.dumps(error)


def read():
    local = Local()
    return pickle.loads(payload), weakref.ref(local)


error, reference = read()  # type: ignore[misc]
assert reference() is None
found = error.__traceback__
while found is not None:
    assert found.tb_frame.f_back is None
    found.tb_frame.clear()
    found = found.tb_next
