import pickle
import random
import signal

import lambdapkl


class Point:
    def __init__(self, x):
        self.x = x


def make(n):
    return lambda: n


obj = [Point(number) for number in range(200)] + [make(number) for number in range(200)]
expected = lambdapkl.dumps(obj)
signal.signal(signal.SIGALRM, signal.default_int_handler)
random.seed(1)
interrupted = 0
for turn in range(300):
    call, argument = (lambdapkl.dumps, obj) if turn % 2 else (pickle.loads, expected)
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 3e-3))
        try:
            call(argument)
            call(argument)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted += 1
assert interrupted > 20, interrupted
assert lambdapkl.dumps(obj) == expected
assert [f() for f in pickle.loads(expected)[200:]] == list(range(200))
