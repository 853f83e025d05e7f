"""A member that only weak containers hold is held by nothing, in whichever order and dump it was written."""

import gc
import io
import pickle
import weakref

import lambdapkl


class Node:
    pass


node = Node()
REFUSED, ALIVE = "refused", "alive"


def loaded(objects):
    file = io.BytesIO()
    pickler = lambdapkl.Pickler(file)
    try:
        for each in objects:
            pickler.dump(each)
    except lambdapkl.NotPicklableError:
        return REFUSED
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    found = [unpickler.load() for _ in objects]
    del unpickler
    gc.collect()
    return found


def flat(found):
    for each in found:
        yield from flat(each) if type(each) is list else [each]


# Dumps of one Pickler -> what becomes of the `ref` in them.
CASES = [
    ([[weakref.WeakSet([node]), weakref.ref(node)]], REFUSED),
    ([[weakref.WeakValueDictionary(k=node), weakref.ref(node)]], REFUSED),
    ([[weakref.WeakKeyDictionary({node: 1}), weakref.ref(node)]], REFUSED),
    ([weakref.WeakSet([node]), weakref.ref(node)], REFUSED),
    ([weakref.WeakSet([node]), weakref.WeakValueDictionary(k=node), weakref.ref(node)], REFUSED),
    ([[weakref.WeakSet([node]), weakref.ref(node), node]], ALIVE),
    ([[weakref.WeakSet([node]), node, weakref.ref(node)]], ALIVE),
    ([weakref.WeakSet([node]), [weakref.ref(node), node]], ALIVE),
    ([weakref.WeakSet([node]), [node], weakref.ref(node)], ALIVE),
    ([[node], weakref.WeakSet([node]), weakref.ref(node)], ALIVE),
    ([[node], weakref.ref(node), weakref.ref(node)], ALIVE),
    ([weakref.proxy(node), weakref.ref(node)], ALIVE),
    ([weakref.WeakSet([node]), [weakref.proxy(node), weakref.ref(node)]], ALIVE),
]
for index, (objects, expected) in enumerate(CASES):
    found = loaded(objects)
    if expected == REFUSED or found == REFUSED:
        assert found == expected, index
        continue
    references = [each for each in flat(found) if type(each) is weakref.ref]
    assert references and all(each() is not None for each in references), index

# A proxy is no longer weak where only a weak container holds its referent.
for objects in ([[weakref.WeakSet([node]), weakref.proxy(node)]], [weakref.WeakSet([node]), weakref.proxy(node)]):
    *_, last = flat(loaded(objects))
    assert type(last) is Node

# A new start forgets what was dumped before.
file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dump([node])
pickler.clear_memo()
try:
    pickler.dump(weakref.ref(node))
except lambdapkl.NotPicklableError:
    pass
else:
    raise AssertionError("the referent is in another payload")
