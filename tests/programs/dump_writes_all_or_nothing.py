import io
import pickle
import threading

import lambdapkl

lock = threading.Lock()
lock.acquire()
file = io.BytesIO(b"before")
file.seek(0, 2)
try:
    lambdapkl.dump([bytes(300_000), lock], file)
except pickle.PicklingError:
    pass
else:
    assert False
assert file.getvalue() == b"before"


class Full:
    def write(self, data):
        raise OSError(28, "No space left on device")


try:
    lambdapkl.dump(lambda: 1, Full())
except OSError as error:
    assert error.errno == 28
else:
    assert False
