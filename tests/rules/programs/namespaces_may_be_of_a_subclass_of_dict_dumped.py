import collections
import optparse
import types


class Upper(dict):
    def __getitem__(self, key):
        return dict.__getitem__(self, key).upper()


class Made(dict):
    def __missing__(self, key):
        return f"made {key}"


class Node:
    pass


class Slotted:
    __slots__ = ("x", "__dict__")  # noqa: RUF023


def ordered():
    table = collections.OrderedDict(b=2, a=40)
    table.move_to_end("b")
    return table


one, two, three = Node(), optparse.Values(), Slotted()
one.__dict__, two.__dict__, three.__dict__ = ordered(), ordered(), ordered()
three.x = 5  # type: ignore[attr-defined]


def f():
    pass


f.__dict__ = ordered()
upper = types.FunctionType((lambda: text).__code__, Upper(text="text", __name__="__main__"))  # type: ignore[name-defined]  # noqa: F821
made = types.FunctionType((lambda: text).__code__, Made(__name__="__main__"))  # type: ignore[name-defined]  # noqa: F821
o = one, two, three, f, upper, made
