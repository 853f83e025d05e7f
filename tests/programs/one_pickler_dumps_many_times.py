import io
import pickle

import lambdapkl

K = []


def f():
    return K


def g():
    return K


file = io.BytesIO()
pickler = lambdapkl.Pickler(file)
pickler.dump(f)
pickler.dump([f, g])
file.seek(0)
reader = pickle.Unpickler(file)
one, (again, other) = reader.load(), reader.load()
assert one is again and one() is other() and one.__globals__ is other.__globals__
pickler.clear_memo()
start = file.seek(0, 2)
pickler.dump(g)
assert pickle.loads(file.getvalue()[start:])() == []
