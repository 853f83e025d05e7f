import functools
import io
import pickle

import cloudpickle
from cloudpickle import CloudPickler, dump, dumps

import lambdapkl

words = {"one", "two", "three", "four"}


def function(x, more=frozenset(("five", "six", "seven"))):
    return x in words, x in more


class Holder:
    known = words


partial = functools.partial(dumps, protocol=5)
for value in (function, Holder, words, [words, "one"], lambda: words):
    expected = lambdapkl.dumps(value, deterministic=True)
    lambdapkl.install(deterministic=True)
    assert dumps(value) == cloudpickle.dumps(value) == partial(value) == expected
    file = io.BytesIO()
    dump(value, file)
    assert file.getvalue() == expected
    lambdapkl.uninstall()
    # A block of code has the same of a copy that was installed without the flag.
    lambdapkl.install()
    assert dumps(value) == lambdapkl.dumps(value)
    with lambdapkl.options(deterministic=True):
        assert dumps(value) == expected
    lambdapkl.uninstall()


# A reducer that an engine registers with the copy counts.
class Odd:
    words = words


lambdapkl.install(deterministic=True)
CloudPickler.dispatch[Odd] = lambda odd: (sorted, (words,))
assert pickle.loads(dumps([Odd(), words])) == [sorted(words), words]
made = []
for order in (1, -1):
    names = [str(number * 8) for number in range(20)][::order]
    Odd.words = set(names)
    CloudPickler.dispatch[Odd] = lambda odd: (sorted, (odd.words,))
    made.append(dumps(Odd()))
assert made[0] == made[1]
del CloudPickler.dispatch[Odd]
lambdapkl.uninstall()
