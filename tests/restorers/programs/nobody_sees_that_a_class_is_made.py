"""Hooks of live classes are the same at every moment, for every thread, while classes that use them are loaded."""

import abc
import pickle
import sys
import threading
from typing import Any

import hooks

import lambdapkl
from lambdapkl import wire

private: Any = abc

sys.setswitchinterval(1e-6)
result = []
original = {name: vars(kind)[name] for kind, name in hooks.WATCHED}
plain = hooks.Plain


def look(where):
    for kind, name in hooks.WATCHED:
        if vars(kind).get(name) is not original[name]:
            result.append(f"{where}: {kind.__name__}.{name} is {vars(kind).get(name)}")
    if "__init_subclass__" in vars(plain) or "__subclasshook__" in vars(plain):
        result.append(f"{where}: Plain has a hook")


def asked():
    # The metaclass is called in the middle of making the class.
    look("this thread")
    other = threading.Thread(target=look, args=("another thread",))
    other.start()
    other.join()


hooks.ASKED.append(asked)
for payload in payloads:  # type: ignore[name-defined]  # noqa: F821
    loaded = pickle.loads(payload)
    assert loaded.kind.made == "in the writer" and hooks.made == [], hooks.made
hooks.ASKED.clear()
hooks.registered_with.clear()

done = threading.Event()


def watch():
    while not done.is_set() and len(result) < 5:
        look("a thread that looks all the time")
        lambdapkl.dumps(plain)


watching = threading.Thread(target=watch)
watching.start()
for number in range(3000):
    cls = wire.abc_class(f"C{number}", __name__, b"digest", (abc.ABC,), 0, abc.ABCMeta)
    wire.abc_class(cls, ({}, [hooks.Listed, plain]))
    assert issubclass(plain, cls) and issubclass(hooks.Listed, cls) and not issubclass(int, cls)
    if number % 20 == 0:
        wire.class_(f"D{number}", __name__, b"digest", (hooks.Hooked,))
done.set()
watching.join()
if any(each[0].startswith(("C", "D")) for each in hooks.registered_with):
    result.append("a hook of a registered class was called")


# Registered classes are found until they are gone, and registering makes older answers invalid.
class Late:
    pass


cls = wire.abc_class("Late", __name__, b"digest", (abc.ABC,), 0, abc.ABCMeta)
above: Any = abc.ABCMeta("Above", (), {})
above.register(cls)
assert not issubclass(Late, above)
wire.abc_class(cls, ({}, [Late]))
assert issubclass(Late, above) and issubclass(Late, cls)
if sys.implementation.name == "cpython":
    assert len(private._get_dump(cls)[0]) == 1
    del Late
    import gc

    above._abc_caches_clear()
    cls._abc_caches_clear()
    gc.collect()
    assert not private._get_dump(cls)[0]
