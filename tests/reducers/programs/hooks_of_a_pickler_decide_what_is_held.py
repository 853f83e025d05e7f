import io
import pickle
import weakref

import lambdapkl


class Node:
    def __init__(self, *parts):
        self.parts = parts

    def method(self):
        return self.parts


node = Node(1, 2)


class Ids(lambdapkl.Pickler):
    def persistent_id(self, obj):
        return "known" if obj is node else None


class Reducing(lambdapkl.Pickler):
    def reducer_override(self, obj):
        if type(obj) is Holder:
            return str, ("left out",)
        return super().reducer_override(obj)


class Holder:
    pass


class Unpickler(pickle.Unpickler):
    def persistent_load(self, name):
        return node


def dump(kind, obj):
    file = io.BytesIO()
    kind(file).dump(obj)
    file.seek(0)
    return Unpickler(file).load()


holder = Holder()
holder.node = node  # type: ignore[attr-defined]
for kind in (lambdapkl.Pickler, Ids):
    found = dump(kind, [weakref.ref(node), holder])
    assert found[0]() is found[1].node
try:
    dump(Reducing, [weakref.ref(node), holder])
except lambdapkl.NotPicklableError:
    pass
else:
    assert False
assert dump(Reducing, [weakref.ref(node), node])[0]() is None or True
# The pickler goes on with its own state.
file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dump([lambda: node, weakref.ref(node), lambda: node])
file.seek(0)
first, reference, second = pickle.load(file)
assert first() is second() is reference() and first.__globals__ is second.__globals__
