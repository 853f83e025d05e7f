"""Generated graphs: containers, instances and closures that share parts and refer back to each other."""

import collections
import dataclasses
import datetime
import functools
import random
import types
from decimal import Decimal


@dataclasses.dataclass
class Point:
    x: object
    y: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: object


class Node:
    limit = [3]

    def __init__(self, *parts):
        self.parts, self.number = parts, len(parts)

    def __eq__(self, other):
        return type(other) is Node and self.number == other.number

    __hash__ = object.__hash__


class Items(list):
    pass


class Table(dict):
    def __missing__(self, key):
        return key


Pair = collections.namedtuple("Pair", "first second")
ATOMS = [None, True, 3, -(1 << 70), 2.5, "text", "", b"bytes", Decimal("1.5"), datetime.date(2020, 1, 2), int, len, range(3)]


def closure(*parts):
    held = list(parts)

    def function(x=parts[0]):
        return held, x, function.__name__

    function.parts = parts
    return function


MAKERS = [
    lambda *parts: list(parts),
    lambda *parts: tuple(parts),
    lambda *parts: dict(zip("abcdef", parts, strict=False)),
    lambda *parts: types.SimpleNamespace(a=parts[0], b=parts),
    lambda *parts: collections.deque(parts, 10),
    lambda *parts: collections.OrderedDict(enumerate(parts)),
    lambda *parts: collections.defaultdict(list, enumerate(parts)),
    lambda *parts: Point(parts[0], parts),
    lambda *parts: Frozen(parts),
    lambda *parts: Pair(parts[0], parts),
    lambda *parts: Items(parts),
    lambda *parts: Table(enumerate(parts)),
    lambda *parts: functools.partial(print, *parts),
    Node,
    closure,
]


def graph(seed):
    draw = random.Random(seed)
    made = [draw.choice(ATOMS) for _ in range(4)]
    for _ in range(draw.randrange(3, 20)):
        made.append(draw.choice(MAKERS)(*draw.choices(made, k=draw.randrange(1, 5))))
    for each in made:  # and back
        if type(each) in (list, Items, collections.deque) and draw.random() < 0.4:
            each.append(draw.choice(made))
        elif type(each) in (Node, Point) and draw.random() < 0.4:
            each.back = draw.choice(made)
    return made[-draw.randrange(1, 4) :]


SUBJECTS = {f"graph {seed}": functools.partial(graph, seed) for seed in range(2000)}
