import json
import sys

from lambdapkl.engines.multiprocessing import get_context

DATA = b"x" * 50_000_000


def size(n):
    return len(DATA) + n


class Holder:
    data = DATA


def is_holder(obj):
    return isinstance(obj, Holder)


if __name__ == "__main__":
    from lambdapkl.engines.multiprocessing import ForkingPickler

    found = []
    with get_context(sys.argv[1]).Pool(1) as pool:
        found = [pool.apply(size, (1,)) - len(DATA), pool.apply(is_holder, (Holder(),))]
        found.append(all(len(ForkingPickler.dumps(each)) < 500 for each in (size, Holder, Holder(), [is_holder])))
    print(json.dumps(found))
