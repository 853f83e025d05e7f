import gc
import threading

from lambdapkl.identity import keys
from lambdapkl.rules import process_lock


def make():
    class C:
        pass

    return C


def number(cls):
    return keys.key_of(cls, cls.__module__, cls.__qualname__)[3]


kinds = [make() for _ in range(4)]
assert [number(kind) for kind in kinds] == [0, 1, 2, 3]
taken, free = threading.Event(), threading.Event()


def hold():
    with process_lock.lock:
        taken.set()
        free.wait(30)


thread = threading.Thread(target=hold)
thread.start()
taken.wait(30)
del kinds[1]
gc.collect()
free.set()
thread.join()
again = make()
assert number(again) == 1, number(again)
kinds.append(make())
assert number(kinds[-1]) == 4
with process_lock.lock:
    del kinds[:2]
    gc.collect()
assert {number(kind) for kind in [make(), make()]} <= {0, 2}
