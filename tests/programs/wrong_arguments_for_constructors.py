import pickle

from lambdapkl import wire
from lambdapkl.code.blobs import pack


def make():
    n = 1
    return lambda: n


f, g = make(), lambda: 1
closed, plain = pack(f.__code__)[0], pack(g.__code__)[0]
wrong = [
    (wire.function, (b"short", None)),
    (wire.function, (3.5, None)),
    (wire.function, (plain, 3)),
    (wire.function, (-1,)),
    (wire.function, (999,)),
    (wire.function, (1 << 99,)),
    (wire.function, (plain, None, 3)),
    (wire.function, (closed, None, None, ())),
    (wire.function, (closed, None, None, (1, 2))),
    (wire.function, (closed, None, None, (5,))),
    (wire.function, (closed, None, None, ((g, 0),))),
    (wire.function, (closed, None, None, ((f, 9),))),
    (wire.function, (f, 3)),
    (wire.function, (f, (None,) * 9)),
    (wire.function, (f, (None, {7: 1}))),
    (wire.function, (f, (None, (1, 2)))),
    (wire.cell, (f, -1)),
    (wire.cell, (g, 0)),
    (wire.cell, (3, 0)),
    (wire.code, (b"",)),
    (wire.code, (plain[:-1],)),
    (wire.code, (plain[:2] + b"0000" + plain[6:],)),
    (wire.builtin_type, ("nothing",)),
    (wire.enum_member, (type("E", (), {"_member_map_": {}}), "x")),
]
for call, args in wrong:
    try:
        call(*args)  # type: ignore[operator]
    except pickle.UnpicklingError:
        pass
    else:
        assert False, (call, args)
# Two functions of one code object are two functions; the state of one leaves the other alone.
a, b = wire.function(closed, "file.py", "m"), wire.function(closed, "file.py", "m")
wire.function(a, (None, (1,)))
assert a() == 1 and a.__code__ is b.__code__ and a.__code__.co_filename == "file.py"
c = wire.function(closed, "other.py", "m")
assert c.__code__.co_filename == "other.py" and a.__code__.co_filename == "file.py"
try:
    b()
except NameError:
    pass
else:
    assert False
