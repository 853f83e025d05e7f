import pickle


class NeedsArgument:
    def __new__(cls, size):
        return super().__new__(cls)

    def __reduce__(self):
        return type(self), ()


class Base:
    __slots__ = ("size",)


def refuse(self, value):
    raise AttributeError("sizes cannot change")


class Fixed(Base):
    size = property(lambda self: 1, refuse)


class State:
    def __setstate__(self, state):
        raise ZeroDivisionError("state", state["size"])


class Construct:
    def __init__(self, *args):
        if args:
            raise KeyError("wrong size", *args)

    def __reduce__(self):
        return type(self), (3,)


class Hashed:
    broken = False

    def __hash__(self):
        if Hashed.broken:
            raise TypeError("unhashable type: 'shop'")
        return 1


class Meta(type):
    def __call__(cls, *args):
        if args:
            raise ValueError("the metaclass refuses", args)
        return super().__call__()


class Made(metaclass=Meta):
    def __reduce__(self):
        return type(self), (1,)


class Items(list):
    def extend(self, items):
        raise IndexError("full")


class Table(dict):
    def __setitem__(self, key, value):
        raise AttributeError("closed")


def rebuild():
    raise pickle.UnpicklingError("rebuild() knows why")


class Rebuilt:
    def __reduce__(self):
        return rebuild, ()


def fixed():
    one = Fixed()
    Base.size.__set__(one, 1)
    return one


def state():
    one = State()
    one.size = 5
    return one


def table():
    one = Table()
    dict.__setitem__(one, 1, 2)
    return one


MAKE = {
    "NeedsArgument": (lambda: NeedsArgument(1), TypeError, "missing 1 required positional argument", "shop.NeedsArgument"),
    "Fixed": (fixed, AttributeError, "sizes cannot change", "shop.refuse()"),
    "State": (state, ZeroDivisionError, "('state', 5)", "shop.State (in __setstate__)"),
    "Construct": (Construct, KeyError, "('wrong size', 3)", "shop.Construct (in __init__)"),
    "Meta": (Made, ValueError, "the metaclass refuses", "shop.Made"),
    "Items": (lambda: Items([1, 2]), IndexError, "full", "shop.Items (in extend)"),
    "Table": (table, AttributeError, "closed", "shop.Table (in __setitem__)"),
    "Rebuilt": (Rebuilt, pickle.UnpicklingError, "rebuild() knows why", "shop.rebuild()"),
}
