import os
import pickle
import threading

import lambdapkl

held = threading.Lock()
held.acquire()
recursive = threading.RLock()
recursive.acquire()
for lock in (held, recursive):
    try:
        lambdapkl.dumps(lock)
    except pickle.PicklingError as error:
        assert "held" in str(error) and "options" in str(error)
    else:
        assert False
    with lambdapkl.options(held_locks="unlocked"):
        free = pickle.loads(lambdapkl.dumps(lock))
    assert free.acquire(timeout=1)
with open("data.txt", "w+") as file:
    file.write("one two")
    file.seek(4)
    with lambdapkl.options(file_contents=True):
        data = lambdapkl.dumps(file)
os.remove("data.txt")
assert pickle.loads(data).read() == "two"
for wrong in ({"held_locks": "x"}, {"nothing": 1}):
    try:
        with lambdapkl.options(**wrong):
            pass
    except ValueError:
        pass
    else:
        assert False
