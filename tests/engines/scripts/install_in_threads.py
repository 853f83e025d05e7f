import io
import pickle
import sys
import threading

from cloudpickle import CloudPickler, dumps

import lambdapkl

sys.setswitchinterval(1e-6)
errors, stop = [], threading.Event()


def work():
    while not stop.is_set():
        try:
            file = io.BytesIO()
            CloudPickler(file).dump([lambda: 1, lambda: 2])
            assert [f() for f in pickle.loads(file.getvalue())] == [1, 2]
            assert pickle.loads(dumps(lambda: 3))() == 3
        except BaseException as error:
            errors.append(error)
            return


threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(2000):
    lambdapkl.install()
    lambdapkl.uninstall()
    if errors:
        break
stop.set()
for thread in threads:
    thread.join(20)
assert not errors, errors
