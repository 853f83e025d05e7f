# ruff: noqa: F401
import collections
import copyreg
import dataclasses
import enum
import functools
import gc
import io
import pickle
import sys
import types
import weakref

import lambdapkl
from __main__ import TARGET, hook

mutations, filler = [], []
armed = busy = False
calls = delay = 0


def strike():
    global busy, calls
    if not armed or busy:
        return
    calls += 1
    if not delay < calls <= delay + 6:
        return
    busy = True
    try:
        for mutate in mutations:
            try:
                mutate()
            except Exception:
                pass
        filler[:] = [[(n, [n]) for n in range(99)], {str(n) * 9: n for n in range(99)}, [b"x" * n for n in range(99)]]
        gc.collect(1)
    finally:
        busy = False


class Key(str):
    def __hash__(self):
        strike()
        return str.__hash__(self)

    def __eq__(self, other):
        strike()
        return str.__eq__(self, other)


class Reduced:
    def __reduce_ex__(self, protocol):
        strike()
        return list, ()


class Looked:
    """Every attribute is looked up in Python."""

    def __getattribute__(self, name):
        strike()
        return object.__getattribute__(self, name)


class Described:
    """Found through a descriptor that changes its owner."""

    class _Descriptor:
        def __get__(self, obj, cls):
            strike()
            return object.__reduce_ex__.__get__(obj)

    __reduce_ex__ = _Descriptor()


class Meta(type):
    def __hash__(cls):
        strike()
        return type.__hash__(cls)

    def __eq__(cls, other):
        strike()
        return cls is other

    def __getattribute__(cls, name):
        strike()
        return type.__getattribute__(cls, name)


class OfMeta(metaclass=Meta):
    pass


class Dying:
    def __del__(self):
        strike()


class Brings:
    """Its arguments exist for this payload alone, and die with the pickler's memo."""

    def __reduce_ex__(self, protocol):
        return list, ([Dying()],)


class Equal:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n

    def __eq__(self, other):
        strike()
        return type(other) is Equal and self.n == other.n


class Victim:
    pass


references = []


def watched():
    """Dies with the first strike of the collector, and strikes again."""
    victim = Victim()
    victim.itself = victim
    references.append(weakref.ref(victim, lambda reference: strike()))
    return None


HOOKS = {
    "hash and eq of keys": lambda: Key("key"),
    "reduce_ex": Reduced,
    "getattribute": Looked,
    "descriptor": Described,
    "metaclass": OfMeta,
    "del": Brings,
    "eq of values": lambda: Equal(7),
    "gc callback": lambda: gc.callbacks.append(lambda phase, info: strike()) or gc.set_threshold(3, 1, 1),  # type: ignore[func-returns-value]
    "weakref callback": lambda: [watched() for _ in range(30)] and gc.set_threshold(3, 1, 1),  # type: ignore[func-returns-value]
}

bait = HOOKS[hook]()


def restless(obj):
    """Other dumps while it works.  (One pickler that is called while it works crashes `pickle` itself up to 3.13.)"""
    file = io.BytesIO()
    pickler = lambdapkl.Pickler(file)
    mutations.append(lambda: lambdapkl.dumps(obj))
    mutations.append(lambda: lambdapkl.Pickler(io.BytesIO()).dump(obj))
    pickler.dump(obj)
    return file.getvalue()


ways: list = [(lambdapkl.dumps, delay) for delay in (0, 1, 3, 9)]
ways += [(restless, 0), (restless, 4)]
ways += [(lambda obj: lambdapkl.dumps(obj, protocol=2), 2), (lambda obj: lambdapkl.dumps(obj, deterministic=True), 2)]
for dump, delay in ways:
    armed = False
    mutations.clear()
    exec(TARGET, globals())
    calls, armed = 0, True
    try:
        pickle.loads(dump(target))  # type: ignore[name-defined]  # noqa: F821
    except Exception:
        pass
