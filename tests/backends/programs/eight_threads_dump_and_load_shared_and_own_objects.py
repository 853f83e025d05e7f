import functools
import pickle
import sys
import threading

import lambdapkl

sys.setswitchinterval(1e-6)


class Shared:
    limit = 3

    def method(self, x):
        return x + self.limit


def make(n):
    def f(x):
        return x * n + Shared.limit

    return f


shared = [Shared, Shared(), make(2), functools.partial(make(3), 1), {"cycle": None}]
shared[4]["cycle"] = shared
expected = lambdapkl.dumps(shared)
failures = []


def work(number):
    try:
        own = make(number)
        for turn in range(60):
            payload = lambdapkl.dumps(shared)
            assert payload == expected, "other bytes"
            loaded = pickle.loads(payload)
            assert loaded[0] is Shared and loaded[1].method(turn) == turn + 3 and loaded[2](2) == 7
            assert loaded[4]["cycle"] is loaded and loaded[3]() == 6

            class Local:
                def m(self):
                    return number, turn

            again, f = pickle.loads(lambdapkl.dumps([Local(), own]))
            assert type(again) is Local and again.m() == (number, turn) and f(5) == 5 * number + 3
    except BaseException as error:
        failures.append(repr(error))


threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(120)
assert not failures and not any(thread.is_alive() for thread in threads), failures
