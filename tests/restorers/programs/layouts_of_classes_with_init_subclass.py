"""Each class whose bases have an `__init_subclass__` is made as a class statement makes it, and the hook does not run."""

import abc
import collections
import itertools

from lambdapkl import wire

SEEN = []


def hooked(name, **attributes):
    def __init_subclass__(cls, **keywords):
        SEEN.append(cls.__name__)

    return type(name, (), {"__init_subclass__": __init_subclass__, **attributes})


HOOKED = [
    hooked("Plain"),
    hooked("Slots", __slots__=("a",)),
    hooked("Empty", __slots__=()),
    hooked("Weak", __slots__=("__weakref__",)),
    hooked("Dict", __slots__=("__dict__",)),
]
OTHERS = [
    type("Other", (), {}),
    dict,
    int,
    tuple,
    Exception,
    property,
    type,
    abc.ABC,
    collections.OrderedDict,
    collections.abc.Mapping,
]
SLOTS = (None, (), ("x",), ("__dict__",), ("__weakref__",))


def described(cls):
    own = [name for name in vars(cls) if name in ("__dict__", "__weakref__", "x")]
    offsets = cls.__basicsize__, cls.__itemsize__, cls.__dictoffset__, cls.__weakrefoffset__
    return cls.__base__, cls.__bases__, cls.__mro__[1:], offsets, cls.__flags__ & 0x7F << 24, own


def attempt(make, *args):
    try:
        return make(*args)
    except TypeError:
        return None


number = compared = 0
for bases in itertools.chain.from_iterable(itertools.permutations(HOOKED + OTHERS, size) for size in (1, 2)):
    if not set(HOOKED).intersection(bases):
        continue
    metaclass = next((type(base) for base in bases if type(base) is not type), type)
    for slots in SLOTS:
        number += 1
        namespace = {"__module__": __name__, **({} if slots is None else {"__slots__": slots})}
        stated = attempt(type.__new__, metaclass, f"C{number}", bases, namespace)
        SEEN.clear()
        loaded = attempt(wire.class_, f"C{number}", __name__, b"digest", bases, 0, metaclass, slots)
        assert (stated is None) == (loaded is None), (bases, slots)
        assert not SEEN, (bases, slots)
        if stated is not None:
            assert described(stated) == described(loaded), (bases, slots)
            compared += 1
assert compared > 400, compared
