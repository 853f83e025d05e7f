import pickle
import sys
import threading

import lambdapkl

sys.setswitchinterval(1e-6)
errors = []


def make(n):
    class C:
        def get(self):
            return n

    return C


shared = make(0)


def work(number):
    try:
        for turn in range(40):
            local = make((number, turn))
            a, b, f = pickle.loads(lambdapkl.dumps((shared, local, lambda: number)))
            assert a is shared and b is local and f() == number and b().get() == (number, turn)
    except BaseException as error:
        errors.append(error)


threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not errors, errors
