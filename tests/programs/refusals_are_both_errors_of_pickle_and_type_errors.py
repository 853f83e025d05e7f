import pickle
import socket
import subprocess
import sys
import threading
import weakref

import lambdapkl


class C:
    pass


held = threading.Lock()
held.acquire()
thread = threading.Thread()
pipe = subprocess.Popen([sys.executable, "-c", ""])
pipe.wait()
c = C()
refused = [held, thread, pipe, weakref.ref(c), socket.socket()]
for obj in refused:
    try:
        lambdapkl.dumps([obj])
    except lambdapkl.NotPicklableError:
        pass
    else:
        assert False, obj
    for kind in (pickle.PicklingError, TypeError):
        try:
            lambdapkl.dumps([obj])
        except kind as error:
            for module in (pickle, lambdapkl):
                again = pickle.loads(module.dumps(error))
                assert type(again) is lambdapkl.NotPicklableError and str(again) == str(error), again
                assert again.__notes__ == error.__notes__
assert lambdapkl.NotPicklableError.__module__ == "lambdapkl"


# What `pickle` raises itself stays as it is.
class Own:
    def __reduce__(self):
        raise TypeError("mine")


try:
    lambdapkl.dumps(Own())
except TypeError as error:
    assert type(error) is TypeError and str(error) == "mine"
