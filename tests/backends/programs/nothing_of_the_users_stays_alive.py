import gc
import io
import threading
import weakref

import lambdapkl


def make():
    class Local:
        def method(self):
            return marker

        def __init__(self):
            self.big = [bytearray(10_000)]

    class Marker(set):
        pass

    marker = Marker()

    def f(x=marker):
        return Local, marker

    return [f, Local, Local(), Local().method, marker, f.__code__, [f, Local(), {"key": marker}]]


lock = threading.Lock()


def watch(dump):
    objects = make()
    watched = [weakref.ref(each) for each in (*objects[:5], objects[1].method)]
    for each in objects:
        dump(each)
        # After an error, too.
        lock.acquire()
        try:
            dump([each, lock])
        except Exception:
            pass
        else:
            assert False
        finally:
            lock.release()
    del each, objects
    gc.collect()
    assert [reference() for reference in watched] == [None] * 6


watch(lambdapkl.dumps)
watch(lambda obj: lambdapkl.dumps(obj, 4))
watch(lambda obj: lambdapkl.dumps(obj, buffer_callback=lambda _: False))
watch(lambda obj: lambdapkl.Pickler(io.BytesIO()).dump(obj))
