import _testcapi
import collections
import dataclasses
import enum
import functools  # noqa: F401 (of an expression)
import gc
import pickle

import lambdapkl
from __main__ import expression

k = 3


class A:
    def f(self):
        return super().__repr__() + str(k)

    @property
    def p(self):
        return self


@dataclasses.dataclass
class D:
    a: int = 1


class E(enum.Enum):
    R = 1


N = collections.namedtuple("N", "a b")


def recursive(n):
    return recursive(n - 1) if n else [len, k]


def steps():
    for x in [1, 2]:  # noqa: UP028
        yield x


started = steps()
next(started)
obj = eval(expression)
# A partial is written with its `__dict__` once somebody has asked for that, as the walk after an error does.
getattr(obj, "__dict__", None)
payload = lambdapkl.dumps(obj)
# The first one imported modules, and the next one looks for new modules in a loop over `dict.items()`, in which 3.11 itself
# crashes without memory: it untracks an iterator that it has not tracked.
assert lambdapkl.dumps(obj) == payload
gc.disable()


def survive(call, argument):
    failures = 0
    for once in True, False:
        fine = 0
        for number in range(500):
            _testcapi.set_nomemory(number, number + 1 if once else 0)
            try:
                call(argument)
            except MemoryError:
                failed = True
            except pickle.PicklingError as error:
                # What `pickle` says of a global when it cannot allocate what it looks it up with.
                failed = "import of module" in str(error)
                if not failed:
                    raise
            else:
                failed = False
            finally:
                _testcapi.remove_mem_hooks()
            failures += failed
            fine = 0 if failed else fine + 1
            if fine > 20:
                break
    return failures


failures = survive(lambdapkl.dumps, obj), survive(pickle.loads, payload)
assert lambdapkl.dumps(obj) == payload
result = failures
