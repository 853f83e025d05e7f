"""Damage the states of suspended generators, and payloads with them, and see that they are refused or do no harm.

``python suspended_fuzz.py TRIES [SEED]`` prints what became of them.  What must not happen is that the interpreter dies.
"""

from __future__ import annotations

import collections
import io
import itertools
import os
import pickle
import random
import resource
import signal
import sys
import warnings
from typing import Any

import lambdapkl
from lambdapkl import wire
from lambdapkl.frames import suspended
from lambdapkl.reducers.suspended import reduce_generator

warnings.simplefilter("ignore")


class Ask:
    def __await__(self) -> Any:
        yield 1


class Manager:
    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *args: Any) -> bool:
        return True

    async def __aenter__(self) -> Manager:
        return self

    async def __aexit__(self, kind: Any, value: Any, tb: Any) -> bool:
        del tb
        await Ask()
        return True


def loops(a: Any, b: int = 2) -> Any:
    for x in a:
        for y in range(b):
            z = [x, (yield y), {y: (yield x)}]
            yield z


def blocks(m: Any) -> Any:
    with m:
        try:
            raise KeyError(1)
        except KeyError:
            try:
                yield 1
            finally:
                yield 2
            raise
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as e:
        yield e
    except* TypeError:
        yield 3


def cells(n: int) -> Any:
    total = 0

    def add() -> int:
        nonlocal total
        total += n
        return total

    while total < 5 * n:
        yield add
        print(f"{add()}{(yield total)}", *[(yield 1)], file=io.StringIO(), end=(yield 2) or "")


def delegates() -> Any:
    yield from [1, 2, 3]
    yield from loops([1])
    yield (yield from (x for x in "ab"))


def variables() -> Any:
    yield 1
    a = 1
    yield a
    del a
    b = [x for x in range(3)]
    yield b
    if not b:
        c = 1
    yield b
    try:
        yield c
    except UnboundLocalError:
        yield 5


async def waits() -> Any:
    async with Manager():
        await Ask()
        x = [await Ask() for _ in range(2)]
        raise ValueError(x)
    async for y in asks():
        await Ask()
    return y


async def asks() -> Any:
    await Ask()
    yield 1
    yield (await Ask())


def subjects() -> Any:
    """For each generator at each of its stops: its payload, and that of its parts."""
    for make in (lambda: loops([1, 2]), lambda: blocks(Manager()), lambda: cells(2), delegates, variables, waits):
        for steps in itertools.count(1):
            made = make()
            try:
                for _ in range(steps):
                    made.send(None)
            except Exception:
                break
            yield lambdapkl.dumps(made), lambdapkl.dumps(reduce_generator(made)[1:3])


JUNK: list[Any] = [
    None,
    0,
    1,
    -1,
    2**70,
    "text",
    b"bytes",
    [],
    [1],
    {},
    {"a": 1},
    set(),
    (),
    ("a", 1),
    ("a", "b"),
    iter([1]),
    ValueError("junk"),
    ValueError,
    object(),
    len,
    lambda: 1,
    (lambda: JUNK).__closure__,
    Manager(),
    Ask(),
    range(3),
    int,
]


def cell() -> Any:
    value = 1
    return (lambda: value).__closure__[0]  # type: ignore[index]


# Debug builds of 3.14 abort when a block is left whose `__exit__` is a static method: there is NULL in place of a `self`.
ABORTS = hasattr(sys, "gettotalrefcount") and sys.version_info[:2] == (3, 14)


def lacks_self(made: Any, state: Any) -> bool:
    point = suspended.facts(suspended.code_of(made)).point(state[0])
    return point is not None and any(pair == (ord("m"), ord("n")) for pair in zip(point[0], state[1], strict=False))


def damaged(state: Any, chance: random.Random) -> Any:
    position, marks, values, *rest = state
    marks, values = bytearray(marks), list(values)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        what = chance.randrange(9)
        index = chance.randrange(len(values)) if values else 0
        if what == 0:
            position = chance.choice((state[0] + chance.randint(-6, 6), chance.randint(-5, 200), 2**64, "1", None, 1.0))
        elif what == 1 and values:
            marks[index] = chance.choice(b"nnoik?")
        elif what in (2, 3, 4) and values:
            values[index] = chance.choice((*JUNK, cell()))
            if what == 3:
                marks[index] = ord("o")
        elif what == 5 and values:
            marks[index], values[index] = ord("i"), chance.choice((0, 1, 5, -1, 2**40, 2**62, "x", True))
        elif what == 6 and values:
            other = chance.randrange(len(values))
            marks[index], marks[other] = marks[other], marks[index]
            values[index], values[other] = values[other], values[index]
        elif what == 7:
            if chance.random() < 0.5 and values:
                del marks[index], values[index]
            else:
                marks.insert(index, ord("o"))
                values.insert(index, chance.choice(JUNK))
        else:
            rest = [chance.choice(((), (None,), (ValueError(1),), (ValueError(1), 2), 5, [ValueError(1)], (KeyError,)))]
    return (position, bytes(marks), tuple(values), *rest)


class TooLong(BaseException):
    pass


def stop(*args: Any) -> None:
    raise TooLong


def use(made: Any) -> None:
    """Let it run for a while and ignore the result; a loop may have become endless."""
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        steps(made)
    except TooLong:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def steps(made: Any) -> None:
    for way in ("send", "send", "throw", "send", "send", "send", "close"):
        try:
            if way == "send":
                made.send(None)
            elif way == "throw":
                made.throw(ValueError("thrown"))
            else:
                made.close()
        except (Exception, GeneratorExit):
            pass


def main(tries: int, seed: int = 1) -> None:
    chance = random.Random(seed)
    signal.signal(signal.SIGALRM, stop)
    # A damaged pickle may ask for any amount of memory.  AddressSanitizer maps terabytes, and has a limit of its own.
    if "libasan" not in os.environ.get("LD_PRELOAD", ""):
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    sys.unraisablehook = lambda _: None  # a coroutine that ignores its end
    pairs = list(subjects())
    outcomes: collections.Counter[str] = collections.Counter()
    for count in range(tries):
        if count % 4:
            args, state = pickle.loads(chance.choice(pairs)[1])
            made = wire.generator(*args)
            state = damaged(state, chance)
            if ABORTS and lacks_self(made, state):
                continue
            load = lambda: wire.generator(made, state)
        else:
            payload = bytearray(chance.choice(pairs)[0])
            # The contents of the frame are at the end, after the function.
            at = len(payload) - 1 - int(chance.random() ** 2 * min(len(payload) - 1, 200))
            payload[at] = chance.choice((chance.randrange(256), payload[at] ^ 1, payload[at] + 1 & 255))
            load = lambda: pickle.loads(payload)
        try:
            loaded = load()
        except Exception as error:
            kind = type(error).__name__
            assert count % 4 == 0 or isinstance(error, pickle.UnpicklingError), repr(error)
            outcomes[kind] += 1
        else:
            outcomes["loaded"] += 1
            if type(loaded) in suspended.KINDS and hasattr(loaded, "send"):
                use(loaded)
    print(dict(outcomes))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
