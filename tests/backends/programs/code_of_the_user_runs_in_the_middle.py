import gc
import pickle
import threading

import lambdapkl

depth = 0


class Busy:
    def __init__(self, level):
        self.level = level

    def __reduce__(self):
        gc.collect()
        level = self.level  # a lambda with `self` would be dumped with it
        if level:
            inner = Busy(level - 1)
            try:
                lambdapkl.dumps([inner, threading.Lock(), (n for n in [1])])
            except Exception:
                pass
            found = []
            thread = threading.Thread(target=lambda: found.append(lambdapkl.dumps([inner, lambda: level])))
            thread.start()
            thread.join()
            assert pickle.loads(found[0])[1]() == level
            assert lambdapkl.dumps([inner]) == lambdapkl.dumps([inner])
        return int, (self.level,)


level = 2
f, *levels, g = pickle.loads(lambdapkl.dumps([lambda: level, Busy(0), Busy(1), Busy(2), lambda: level + 1]))
assert (f(), levels, g()) == (2, [0, 1, 2], 3)
