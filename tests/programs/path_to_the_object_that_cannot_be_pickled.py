import functools
import pickle
import sys
import threading

import lambdapkl


def path(obj):
    try:
        lambdapkl.dumps(obj)
    except pickle.PicklingError as error:
        notes = error.__notes__
        assert len([note for note in notes if note.startswith("path: ")]) == 1, notes
        assert all(note.startswith("when serializing ") for note in notes[:-1]), notes
        return notes[-1].removeprefix("path: ")
    assert False


bad = threading.Lock()
bad.acquire()
kind = f"{type(bad).__module__}.{type(bad).__qualname__}"


class Client:
    def __init__(self, lock):
        self._lock = lock


def make():
    client = Client(bad)

    def train():
        return client

    return train


def use():
    return bad


def default(a, b=bad):
    pass


def keyword(*, k=bad):
    pass


class Held:
    attribute = bad


class Slotted:
    __slots__ = ("slot",)


slotted = Slotted()
slotted.slot = bad  # type: ignore[attr-defined]

assert path(make()) == "function make.<locals>.train -> closure cell 'client' -> attribute '_lock' (" + kind + ")"
assert path(use) == "function use -> global 'bad' (" + kind + ")"
assert path(default) == "function default -> default of 'b' (" + kind + ")"
assert path(keyword) == "function keyword -> default of 'k' (" + kind + ")"
assert path(Held) == "class Held -> attribute 'attribute' (" + kind + ")"
assert path(Held()) == "Held -> class Held -> attribute 'attribute' (" + kind + ")"
assert path(slotted) == "Slotted -> attribute 'slot' (" + kind + ")"
assert path({"a": [1, (bad,)]}) == "dict -> item 'a' -> item 1 -> item 0 (" + kind + ")"
if sys.implementation.name != "pypy":  # whose partial keeps its arguments in attributes
    assert path(functools.partial(print, end=bad)) == "functools.partial -> argument 'end' (" + kind + ")"
assert path(Client(bad)._lock) == kind
