import io
import pickle

import lambdapkl

for name in ("dumps", "loads", "dump", "load", "Pickler", "Unpickler"):
    setattr(pickle, name, getattr(lambdapkl, name))
f = pickle.loads(pickle.dumps(lambda x: x + 1))
assert f(1) == 2
file = io.BytesIO()
pickle.dump([f], file)
pickle.Pickler(file).dump(range(3))
file.seek(0)
assert pickle.load(file)[0](2) == 3 and pickle.Unpickler(file).load() == range(3)
for kwargs in ({"deterministic": True}, {"portable": True}, {"standalone": True}):
    assert pickle.loads(lambdapkl.dumps(f, **kwargs))(3) == 4
assert lambdapkl.copy(f)(4) == 5 and lambdapkl.guard.loads(lambdapkl.dumps([1, {2}])) == [1, {2}]
try:
    pickle.loads(b"\x80\x04h\x09.")
except pickle.UnpicklingError:
    pass
