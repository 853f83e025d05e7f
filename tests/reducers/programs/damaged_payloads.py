import itertools
import pickle

from lambdapkl import wire


def refused(*args):
    try:
        wire.iterator(*args)
    except pickle.UnpicklingError:
        return
    raise AssertionError(args)


for kind in ("chain", "cycle", "groups", "memory", "tee", "end of tee", "product", "islice", "no such", 3, None, []):
    for first in (3, "ab", [1], (3,), (None, 1)):
        for second in (5, [], "x"):
            refused(kind, first, second)
for steps in (-1, 1 << 70, 1.5, None, "1"):
    refused("product", (), {}, steps)
refused("batched", ("abc", 0), {})
refused("product", (), {"no": 1})
refused("groups", iter(()), (None,))
refused("groups", iter(()), (None, 1, 2, 3))
refused("tee", iter(()), ())
refused("tee", itertools.tee(())[0], [1])
