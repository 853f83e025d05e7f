import faulthandler
import os
import pickle
import sys
import threading
import time
import warnings

import lambdapkl

warnings.simplefilter("ignore")
sys.setswitchinterval(1e-6)
stop = threading.Event()


def make(n):
    class Local:
        def get(self):
            return n

    return Local


def work():
    while not stop.is_set():
        cls = make(len(names))
        pickle.loads(lambdapkl.dumps([cls(), lambda: cls]))
        names.append(None)


# Not while another thread imports what we import at the first class: the lock of a module is held in the child for ever.
pickle.loads(lambdapkl.dumps(make(-1)))
names = []
threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
for thread in threads:
    thread.start()
try:
    for turn in range(15):
        child = os.fork()
        if child == 0:
            status = 1
            faulthandler.dump_traceback_later(30, exit=True)
            try:
                cls = make(turn)
                obj, get = pickle.loads(lambdapkl.dumps([cls(), lambda: cls]))
                status = 0 if obj.get() == turn and get() is cls else 2
            finally:
                os._exit(status)
        deadline = time.monotonic() + 60
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > deadline:
                os.kill(child, 9)
                raise AssertionError("the child hangs")
            time.sleep(0.002)
        assert os.waitstatus_to_exitcode(status) == 0, status
finally:
    stop.set()
    for thread in threads:
        thread.join()
