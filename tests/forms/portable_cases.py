"""Objects that one version of Python writes with ``portable=True``, and checks after another has loaded them.

::

    python tests/forms/portable_cases.py dump FOLDER     # into FOLDER/VERSION, and standalone into FOLDER/VERSIONs
    python tests/forms/portable_cases.py load FOLDER     # loads the payloads of all versions; exits with 1 for a failure
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import functools
import math
import pathlib
import pickle
import sys
import traceback
import types
import typing
from collections.abc import AsyncIterator, Iterator
from typing import Any

import lambdapkl

K = 3


def plain(x: int, *, s: int = 2) -> list[int]:
    "Doc."
    return [e * s + K for e in range(x) if e]


def add_one(f: Any) -> Any:
    @functools.wraps(f)
    def wrapper(*args: Any) -> Any:
        return f(*args) + 1

    return wrapper


@add_one
def decorated(x: int) -> int:
    return x * K


lambdas = (lambda x: x + 1, lambda x: x + 2, lambda x: [lambda y: x * y, lambda y: x + y][1](5))  # fmt: skip


def counter(n: int) -> Any:
    def bump() -> int:
        nonlocal n
        n += 1
        return n

    return bump


class A:
    __secret = 5

    def __init__(self, v: int) -> None:
        self.v = v
        self.__hidden = v

    def both(self) -> int:
        return self.__hidden + self.__secret

    def late(self) -> Any:
        return [lambda: self.__hidden][0]()

    @property
    def p(self) -> int:
        return self.v + K

    @classmethod
    def make(cls) -> A:
        return cls(9)


class B(A):
    def both(self) -> int:
        return super().both() + 100


@dataclasses.dataclass(order=True)
class P:
    x: int
    y: list[int] = dataclasses.field(default_factory=list)
    z: dataclasses.InitVar[int] = 1

    def __post_init__(self, z: int) -> None:
        self.y = [*self.y, z]


@dataclasses.dataclass(frozen=True)
class Q:
    w: int = 3

    def area(self) -> int:
        return self.w * 2


@dataclasses.dataclass
class R(P):
    q: int = 8


class E(enum.IntFlag):
    R = 1
    G = 2

    def nice(self) -> str:
        return str(self.name).lower()


class N(typing.NamedTuple):
    a: int
    b: str = "x"

    def both(self) -> str:
        return f"{self.a}{self.b}"


T = collections.namedtuple("T", "u v")


class Abstract(abc.ABC):
    @abc.abstractmethod
    def f(self) -> int: ...


class Concrete(Abstract):
    def f(self) -> int:
        return 1


def generate(n: int) -> Iterator[int]:
    for i in range(n):
        try:
            yield i
        finally:
            pass


async def five() -> int:
    return 5


async def agen() -> AsyncIterator[int]:
    yield await five()


def match(v: Any) -> Any:
    match v:
        case [a, *rest]:
            return a, rest
        case {"k": k}:
            return k
    return None


def factorial(n: int) -> int:
    return 1 if n < 2 else n * factorial(n - 1)


def root(x: float) -> float:
    return math.sqrt(x) + math.pi - math.pi


def local_class(k: int) -> Any:
    class Local:
        def text(self) -> str:
            return f"{k}{__class__.__qualname__}"  # type: ignore[name-defined]

    return Local()


@typing.runtime_checkable
class Sized(typing.Protocol):
    unit: str

    def size(self) -> int: ...


@typing.runtime_checkable
class Callback(typing.Protocol):
    def call(self) -> int: ...


class Implementing(Callback):
    def call(self) -> int:
        return 4


@dataclasses.dataclass
class Box(Abstract):
    n: int
    unit: typing.ClassVar[str] = "m"

    def f(self) -> int:
        return self.n

    @functools.cached_property
    def cached(self) -> int:
        return self.n + 1

    @functools.singledispatchmethod
    def size(self, *args: Any) -> int:
        return self.n

    @size.register
    def _(self, factor: int) -> int:
        return self.n * factor


class Listed(enum.Enum):
    ONE = 1
    MANY = [2, 3]


class V:
    """Names itself, keeps private names in comprehensions, and has text at the margin."""

    def __init__(self, x: int) -> None:
        self.x = self.__x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, V) and self.x == other.x

    def __hash__(self) -> int:
        return super(V, self).__hash__()  # noqa: UP008

    def copy(self) -> V:
        """Copy.

        More.
        """
        return V(self.x)

    def query(self) -> str:
        return """
select 1
      from t
   
"""  # noqa: W293

    def numbers(self) -> list[int]:
        return [f() for f in [lambda: self.__x + i for i in range(2)]] + [
# at the margin
        self.__x]  # fmt: skip

    def later(self) -> Any:
        def inner() -> int:
            return self.x

        return inner, lambda: self.x

    value = property(lambda self: self.x)


with_default = lambda x, g=lambda y: y + 1: g(x)


@types.coroutine
def awaitable() -> Iterator[int]:
    return (yield 1)


async def waiting() -> int:
    return await awaitable()  # type: ignore[no-any-return]


OBJECTS: dict[str, Any] = {
    "plain": plain,
    "decorated": decorated,
    "lambdas": lambdas,
    "bump": counter(4),
    "A": A,
    "b": B(2),
    "P": P,
    "p": P(1, [2]),
    "q": Q(),
    "r": R(1),
    "E": E,
    "member": E.R | E.G,
    "concrete": Concrete(),
    "generate": generate,
    "five": five,
    "agen": agen,
    "match": match,
    "partial": functools.partial(plain, s=5),
    "method": B(3).both,
    "factorial": factorial,
    "root": root,
    "local_class": local_class,
    "v": V(7),
    "later": V(8).later(),
    "with_default": with_default,
    "waiting": waiting,
    "protocols": (Sized, Callback, Implementing()),
    "box": Box(3),
    "Listed": Listed,
}
# PyPy's `namedtuple` keeps no source of its methods, and CPython's creates descriptors that PyPy lacks.
if sys.implementation.name == "cpython":
    OBJECTS |= {"N": N, "n": N(1), "t": T(1, 2)}


def check(o: dict[str, Any]) -> None:
    """Raise AssertionError unless the objects behave as they did in the process that wrote them."""
    assert o["plain"](4) == [5, 7, 9] and o["plain"].__doc__ == "Doc." and "s" in o["plain"].__annotations__
    assert o["plain"].__code__.co_firstlineno == 31 and o["plain"].__code__.co_filename.endswith("portable_cases.py")
    assert o["decorated"](2) == 7
    assert [f(1) for f in o["lambdas"]] == [2, 3, 6]
    assert o["bump"]() == 5 and o["bump"]() == 6
    assert o["b"].both() == 107 and o["b"].late() == 2 and o["b"].p == 5 and o["A"].make().v == 9
    assert o["p"].y == [2, 1] and o["P"](1) < o["P"](2) and repr(o["p"]) == "P(x=1, y=[2, 1])" and o["P"](1, z=7).y == [7]
    frozen = o["q"]
    assert frozen.area() == 6 and hash(frozen) == hash(type(frozen)(3)) and type(frozen)(3) == frozen
    try:
        frozen.w = 1
    except dataclasses.FrozenInstanceError:
        pass
    else:
        raise AssertionError("a frozen dataclass was changed")
    assert dataclasses.replace(frozen, w=7).w == 7
    assert o["r"].q == 8 and o["r"].y == [1] and type(o["r"])(1, [], 2, 3).q == 3
    assert o["E"].R.nice() == "r" and o["member"] == 3 and o["member"] is o["E"](3) and list(o["E"]) == [1, 2]
    assert o["concrete"].f() == 1
    assert list(o["generate"](3)) == [0, 1, 2]
    try:
        o["five"]().send(None)
    except StopIteration as stop:
        assert stop.value == 5
    assert o["match"]([1, 2]) == (1, [2]) and o["match"]({"k": 9}) == 9 and o["match"](0) is None
    assert o["partial"](2) == [8] and o["method"]() == 108
    assert o["factorial"](5) == 120 and o["root"](4) == 2
    assert o["local_class"](3).text() == "3local_class.<locals>.Local"
    v = o["v"]
    assert v.copy() == v and type(v.copy()) is type(v) and v.numbers() == [8, 8, 7] and v.value == 7
    assert "More." in v.copy.__doc__ and v.query() == "\nselect 1\n      from t\n   \n"
    assert [f() for f in o["later"]] == [8, 8]
    assert o["with_default"](3) == 4
    waits = o["waiting"]()
    assert waits.send(None) == 1
    try:
        waits.send(6)
    except StopIteration as stop:
        assert stop.value == 6
    sized, callback, implementing = o["protocols"]
    box = o["box"]
    assert isinstance(box, sized) and not isinstance(box, callback) and issubclass(type(implementing), callback)
    assert isinstance(implementing, callback) and not isinstance(implementing, sized) and implementing.call() == 4
    assert box == type(box)(3) and repr(box) == "Box(n=3)" and box.f() == 3 and box.cached == 4
    assert box.size("") == 3 and box.size(2) == 6 and dataclasses.fields(box)[0].name == "n"
    assert o["Listed"]([2, 3]) is o["Listed"].MANY and o["Listed"](1) is o["Listed"].ONE
    if "n" in o:
        assert o["n"].both() == "1x" and o["N"](2).a == 2 and o["n"]._replace(a=5).a == 5
        assert o["t"].u == 1 and type(o["t"])(3, 4).v == 4


def dump(folder: pathlib.Path, version: str) -> None:
    for standalone in (False, True):
        into = folder / (version + "s" * standalone)
        into.mkdir(parents=True, exist_ok=True)
        for name, obj in OBJECTS.items():
            lambdapkl.dump(obj, into / name, portable=True, standalone=standalone)


def again(folder: pathlib.Path, target: pathlib.Path) -> None:
    """Load what is in the folders of `folder`, and write it into folders of the same names in `target`."""
    for file in sorted(folder.glob("*/*")):
        into = target / file.parent.name
        into.mkdir(parents=True, exist_ok=True)
        lambdapkl.dump(pickle.loads(file.read_bytes()), into / file.name, portable=True, standalone=into.name.endswith("s"))


def load(folder: pathlib.Path, version: str) -> bool:
    right = True
    for each in sorted(folder.iterdir()):
        try:
            check({file.name: pickle.loads(file.read_bytes()) for file in sorted(each.iterdir()) if file.name in OBJECTS})
            print(f"{version} reads {each.name}: ok", flush=True)
        except Exception:
            print(f"{version} reads {each.name}: WRONG", flush=True)
            traceback.print_exc()
            right = False
    return right


if __name__ == "__main__":
    here = "{}.{}".format(*sys.version_info) + ("" if sys.implementation.name == "cpython" else "p")
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "dump":
        dump(where, here)
    elif command == "again":
        again(where, pathlib.Path(sys.argv[3]))
    else:
        sys.exit(not load(where, here))
