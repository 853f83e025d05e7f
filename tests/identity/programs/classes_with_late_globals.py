import abc
import dataclasses
import enum
import functools


def decorate(function):
    @functools.wraps(function)
    def wrapper(self):
        return function(self) if enabled else None

    return wrapper


class Plain:
    handlers = [lambda: helper()]
    shared = functools.partial(lambda extra: helper() + extra, 0)

    def method(self):
        return helper()

    @decorate
    def decorated(self):
        return helper()

    @property
    def value(self):
        return helper()

    @staticmethod
    def static():
        return helper()

    @classmethod
    def of_class(cls):
        return cls, helper()

    def nested(self):
        return (lambda: helper())()


class Level(enum.Enum):
    LOW = 1

    def label(self):
        return helper(), LABELS[self]


class Base(abc.ABC):
    @abc.abstractmethod
    def get(self): ...


class Own(Base):
    def get(self):
        return helper()


@dataclasses.dataclass
class Row:
    size: int = 3

    def total(self):
        return helper() + self.size - 3


def make():
    class Inner:
        def get(self):
            return Inner, late()

    def late():
        return helper()

    return Inner


Inner = make()


def use_plain():
    plain = Plain()
    results = [plain.method(), plain.decorated(), plain.value, plain.static(), plain.of_class()[1], plain.nested()]
    assert {*results, Plain.handlers[0](), Plain.shared()} == {7}, results
    return plain.method()


def use_level():
    assert Level(1) is Level.LOW and Level.LOW.label() == (7, "low")
    return 7


def use_others():
    assert Inner().get() == (Inner, 7)
    return Own().get() + Row().total() - 7


# Functions that need the classes first, and the globals of their methods afterwards.
def work(jobs=(use_plain, use_level, use_others)):
    return [job() for job in jobs], helper(), enabled, LABELS


def helper():
    return 7


enabled = True
LABELS = {Level.LOW: "low"}
o = work
