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
for wrong, kind in (({"held_locks": "x"}, ValueError), ({"tracebacks": 1}, ValueError), ({"nothing": 1}, TypeError)):
    try:
        with lambdapkl.options(**wrong):
            pass
    except kind as error:
        assert next(iter(wrong)) in str(error)
    else:
        assert False
# A block keeps what the block around it has chosen, unless it chooses anew.
with lambdapkl.options(held_locks="unlocked"), lambdapkl.options(tracebacks="omit", held_locks=None):
    assert lambdapkl.dumps(held)
    with lambdapkl.options(held_locks="refuse"):
        try:
            lambdapkl.dumps(held)
        except pickle.PicklingError:
            pass
        else:
            assert False
