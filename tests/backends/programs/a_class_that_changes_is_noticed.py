import copyreg
import pickle

import instances as m

import lambdapkl

o = [m.Changed(), m.Changed()]
for change in (
    lambda: setattr(m.Changed, "__getstate__", lambda self: {"y": 1}),
    lambda: setattr(m.Changed, "__reduce__", lambda self: (m.Changed, ())),
    lambda: copyreg.pickle(m.Changed, lambda self: (m.Changed, (), {"z": 1})),
    lambda: copyreg.dispatch_table.pop(m.Changed),
    lambda: delattr(m.Changed, "__reduce__"),
    lambda: delattr(m.Changed, "__getstate__"),
):
    assert lambdapkl.dumps(o) == pickle.dumps(o, 5)
    change()
assert lambdapkl.dumps(o) == pickle.dumps(o, 5)
