import itertools
import pickle
import sys
import types

import lambdapkl

calls = []


def key(x):
    calls.append(x)
    return x // 10


key.__module__, key.__qualname__ = "keys", "key"
sys.modules["keys"] = types.SimpleNamespace(key=key, calls=calls)
groups = itertools.groupby([1, 2, 13, 14, 25], key)
_, group = next(groups)
next(group)
calls.clear()
copy = pickle.loads(lambdapkl.dumps(groups))
assert calls == []
assert [(k, list(g)) for k, g in copy] == [(1, [13, 14]), (2, [25])]
assert calls == [2, 13, 14, 25]
