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

file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dump(node)
pickler.dump([weakref.ref(node), weakref.proxy(node)])
other = Node(3)
try:
    pickler.dump(weakref.ref(other))
except lambdapkl.NotPicklableError:
    pass
else:
    assert False

file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dump(node)
pickler.dump([weakref.ref(node), weakref.proxy(node)])
other = Node(3)
pickler.dump(weakref.proxy(other))
pickler.dump([other, weakref.ref(other)])
file.seek(0)
unpickler = pickle.Unpickler(file)
first, (reference, proxy), copied, (again, alive) = [unpickler.load() for _ in range(4)]
assert reference() is first and type(proxy) is weakref.ProxyType and proxy.parts == (1, 2)
assert again is copied and alive() is copied and copied.parts == (3,)
