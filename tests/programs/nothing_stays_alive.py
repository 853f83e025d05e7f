import gc
import threading
import weakref

import lambdapkl


class Big:
    pass


def dump_and_forget(fails):
    big = Big()
    lock = threading.Lock()
    lock.acquire()
    f = (lambda: (big, lock)) if fails else (lambda: big)
    try:
        lambdapkl.dumps(f)
    except Exception:
        assert fails
    else:
        assert not fails
    return weakref.ref(big), weakref.ref(f)


for fails in (False, True):
    references = dump_and_forget(fails)
    gc.collect()
    assert [reference() for reference in references] == [None, None], fails
