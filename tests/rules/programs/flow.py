"""A file that a program loads under a name of its own."""

import enum

LIMIT = 8
COUNT = 0


class Step:
    """A class with a class method."""

    def run(self, n):
        return min(n, LIMIT)

    @classmethod
    def make(cls):
        return cls()


class Color(enum.Enum):
    """An enumeration."""

    RED = 1


def start(n):
    return Step().run(n)


def counter():
    global COUNT
    COUNT += 1
    return COUNT


def adder(n):
    return lambda other: other + min(n, LIMIT)
