import abc
import enum

from gates import Gate


class Plain:
    at = Gate("plain")
    size = 3

    def half(self):
        return self.size / 2


class Level(enum.Enum):
    LOW, HIGH = 1, 2
    at = enum.nonmember(Gate("level"))

    def label(self):
        return LABELS[self]


LABELS = {Level.LOW: "low", Level.HIGH: "high"}


class Base(abc.ABC):
    at = Gate("abstract")

    @abc.abstractmethod
    def get(self): ...


class Own(Base):
    def get(self):
        return self


o = Plain(), Level.LOW, Own()
