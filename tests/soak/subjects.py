"""Objects of every kind that the compiled module has code for, for the long runs; and their payloads."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import itertools
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lambdapkl

sys.path.append(str(Path(__file__).parents[1]))

import corpus

# Families of the corpus that leave something behind in the process or outside of it.
_UNSUITED = frozenset(
    "files threads damage reported reported_cloudpickle reported_dill modules imports logging_ hooks options".split()
)

FACTOR = 3


class Base:
    """A class with a bit of everything."""

    __slots__ = ("kept",)
    table = {"a": 1}

    def __init__(self, kept: Any = None) -> None:
        self.kept = kept

    @property
    def double(self) -> Any:
        return self.kept * 2

    @staticmethod
    def plain(x: int) -> int:
        return x + FACTOR


class Derived(Base):
    def method(self) -> Any:
        return super().double


@dataclasses.dataclass
class Point:
    x: int = 1
    y: list[int] = dataclasses.field(default_factory=list)


class Color(enum.Enum):
    RED = 1
    BLUE = "b"


Pair = collections.namedtuple("Pair", "a b")


def closure(n: int) -> Callable[[], int]:
    """Return a function with a cell that it shares and changes."""
    total = n

    def add(step: int = FACTOR) -> int:
        nonlocal total
        total += step
        return total

    return add


def recursive(n: int) -> int:
    return recursive(n - 1) + FACTOR if n else 0


def started(n: int = 4) -> Any:
    """Return a generator in mid-run."""

    def steps() -> Any:
        for index in range(n):
            try:
                yield [index, (yield index)]
            finally:
                n.bit_length()

    made = steps()
    next(made)
    return made


def subjects(suspended: bool = True) -> dict[str, Any]:
    """Return new objects by their kind, `suspended` generators among them or not."""
    loop: list[Any] = [lambda: loop]
    loop.append(loop)
    found = {
        "lambda": lambda x: x + FACTOR,
        "closure": closure(2),
        "recursive function": recursive,
        "class": Derived,
        "instance": Derived(5),
        "method": Derived(5).method,
        "dataclass": [Point, Point(2, [3])],
        "enumeration": [Color, Color.RED],
        "named tuple": [Pair, Pair(1, 2)],
        "partial": functools.partial(recursive, 1),
        "iterators": [iter([1, 2]), itertools.count(3), iter({"a": 1}), enumerate("ab")],
        "descriptors": [property(recursive), staticmethod(recursive)],
        "cycle": loop,
        "code": recursive.__code__,
        "exception": ValueError("text", closure(1)),
        "views": [{1: 2}.keys(), memoryview(b"abc")],
    }
    if suspended:
        found["generator"] = started()
    return found


def payloads() -> dict[str, bytes]:
    """Return the payload of each of the `subjects` that this backend and interpreter pickle, by value."""
    found = {}
    lambdapkl.register_pickle_by_value(sys.modules[__name__])
    try:
        for name, subject in subjects().items():
            try:
                found[name] = lambdapkl.dumps(subject)
            except Exception:
                if name != "generator":  # the pure backend of PyPy pickles none
                    raise
    finally:
        lambdapkl.unregister_pickle_by_value(sys.modules[__name__])
    return found


def corpus_payloads(largest: int = 5_000) -> dict[str, bytes]:
    """Return payloads of the behaviour corpus, of at most `largest` bytes: of what needs no files, threads and modules of its own."""
    found = {}
    for case in corpus.all_cases():
        if case.family in _UNSUITED or case.refused or case.modules or case.by_value:
            continue
        try:
            namespace: dict[str, Any] = {"__name__": "__main__"}
            exec(textwrap.dedent(case.define), namespace)
            data = lambdapkl.dumps(namespace["o"])
        except Exception:  # it needs the process that the tests give it, or this backend refuses it
            continue
        if len(data) <= largest:
            found[str(case)] = data
    return found
