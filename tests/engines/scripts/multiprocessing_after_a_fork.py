import json

from lambdapkl.engines.multiprocessing import get_context


class Local(Exception):
    pass


def is_local(obj):
    return type(obj) is Local


# Without a guard, as scripts that fork may be: what is defined after the fork is not in the workers.
context = get_context("fork")
pool = context.Pool(1)
first = pool.apply(is_local, (Local(1),))


def late(x):
    return x + 1


def is_local(obj):  # type: ignore[no-redef]
    return "redefined"


found = [first, pool.apply(late, (1,)), pool.apply(is_local, (1,))]
pool.terminate()
print(json.dumps(found))
