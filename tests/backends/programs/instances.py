import collections
import datetime
import decimal
import struct


class OfStruct(struct.Struct):
    pass


class Plain:
    def __init__(self, **kw):
        self.__dict__.update(kw)


class Slots:
    __slots__ = ("a", "b")


class Both(Slots):
    __slots__ = ("c", "__dict__")  # noqa: RUF023


class Mangled:
    __slots__ = ("__private", "__weakref__")

    def __init__(self):
        self.__private = 1


class Child(Plain):
    pass


class Meta(type):
    def __hash__(cls):
        return 1


class WithMeta(metaclass=Meta):
    pass


class OfList(list):
    pass


class OfDict(dict):
    pass


class OfInt(int):
    pass


class OfTuple(tuple):
    pass


class OfSet(set):
    pass


class Getattr:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class Getattribute:
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


class NewArgs:
    def __new__(cls, x):
        return object.__new__(cls)

    def __getnewargs__(self):
        return (1,)


class NewArgsEx:
    def __new__(cls, *, x):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"x": 1}


class State:
    def __getstate__(self):
        return {"x": 3}


class Reduce:
    def __reduce__(self):
        return (Reduce, ())


class ReduceEx:
    def __reduce_ex__(self, protocol):
        return (ReduceEx, (), {"p": protocol})


class Property:
    def __init__(self):
        self.x = 1

    @property
    def __dict__(self):
        return {"fake": 1}


class Registered:
    pass


Named = collections.namedtuple("Named", "a b")


class NamedWithDict(Named):
    pass


class NamedWithSlots(collections.namedtuple("Base", "a")):
    __slots__ = ()


class NamedWithArgs(Named):
    __slots__ = ()

    def __getnewargs__(self):
        return (self.a, 7)


class OfDate(datetime.date):
    pass


class OfDecimal(decimal.Decimal):
    pass


class Changed:
    def __init__(self):
        self.x = 1


class Descriptor:
    __slots__ = ("seen",)

    def __init__(self):
        self.seen = 1
