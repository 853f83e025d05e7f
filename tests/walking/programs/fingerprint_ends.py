import pickle

import lambdapkl
from lambdapkl.forms import copies

copies._MAX_PAIRS = 3000


class Node:
    pass


class Endless:
    def __getstate__(self):
        return {"next": Endless()}


def function(value):
    namespace = {"__name__": "somewhere", "value": value}
    exec("def f(): return value", namespace)
    return namespace["f"]


deep = []
for value in (Endless, lambda: [Endless()]):
    try:
        lambdapkl.fingerprint([function(value()), function(value())])
    except pickle.PicklingError as error:
        assert "recursion" in str(error)
    else:
        assert False
# There are more pairs than the comparison takes: they do not count as copies, and it ends.
wide = [lambdapkl.fingerprint([function([[index] for index in range(5000)]) for _ in range(2)]) for _ in range(2)]
assert wide[0] == wide[1]
