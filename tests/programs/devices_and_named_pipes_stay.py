import os
import stat
import threading

import lambdapkl

lambdapkl.dump([1], os.devnull)
assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
os.mkfifo("pipe")
found = []
thread = threading.Thread(target=lambda: found.append(lambdapkl.load("pipe")))
thread.start()
lambdapkl.dump([2], "pipe")
thread.join()
assert found == [[2]] and stat.S_ISFIFO(os.stat("pipe").st_mode)
if os.path.exists("/dev/full"):
    try:
        lambdapkl.dump([1], "/dev/full")
    except OSError as error:
        assert error.filename == "/dev/full", error
    else:
        raise AssertionError("no error")
