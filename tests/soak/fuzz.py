"""Damaged payloads, and wrong arguments for every constructor: errors are fine, a crash is a finding.

::

    python fuzz.py payloads --seconds 600 --seed 1
    python fuzz.py constructors --seconds 600 --seed 1
    python fuzz.py payloads --replay payloads.tar.xz

Starts from real payloads, and from the arguments with which they call `lambdapkl.wire`.  What is loaded is never called: code that no
compiler made may crash any interpreter, and code objects whose checksum is right are the only ones that are loaded at all.
The last input is in the file ``fuzz-last-*`` when the process dies.  `guided` has inputs found by coverage.
"""

from __future__ import annotations

import argparse
import builtins
import contextlib
import faulthandler
import gc
import io
import os
import pickle
import random
import resource
import signal
import sys
import tarfile
import time
import types
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

from subjects import corpus_payloads, payloads

import lambdapkl
from lambdapkl import wire
from lambdapkl.stdlib_picklers import StrictUnpickler

# They open files and import modules: harm, and no crash.
LEFT_OUT = frozenset(("file", "layered_file", "closed_file", "standard_stream", "module", "lazy_import"))
# Names of real payloads that do harm, or run long, when they are called with something else.
HARMFUL = frozenset(("__import__", "getattr", "print", "eval", "exec", "open", "bytes", "range", "repeat", "_reduce_ex"))
NAMES = [name for name in wire.__all__ if name not in LEFT_OUT]
MOST = 10_000
SECONDS = 5
MEMORY = 4 << 30
# Functions have the built-in names in their globals, and payloads fill globals.
BUILT_IN = vars(builtins)
ORIGINALS = dict(BUILT_IN)


class Jail(StrictUnpickler):
    """Finds the constructors and the names that it is given, and notes what is called with what."""

    # The first argument is the file: on PyPy `__new__` takes it.
    def __init__(
        self, file: io.BytesIO, *, names: Container[tuple[str, str]], calls: list[tuple[str, tuple[Any, ...]]] | None = None
    ) -> None:
        super().__init__(file, buffers=[b"0123456789"] * 4)
        self.names = names
        self.calls = calls

    def find_class(self, module: str, name: str) -> Any:
        if module == "lambdapkl.wire" and name in wire.__all__ and name not in LEFT_OUT:
            found = getattr(wire, name)
            if self.calls is None:
                return found
            calls = self.calls

            def note(*args: Any) -> Any:
                calls.append((name, args))
                return found(*args)

            return note
        if module == "builtins" and name in ("range", "bytes"):
            return short_range if name == "range" else short_bytes
        if (module, name) in self.names:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is out of the jail")


def names_in(data: bytes) -> set[tuple[str, str]]:
    """Return the names that a payload asks for; not those that do harm."""
    found: set[tuple[str, str]] = set()

    class Noting(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            # A debug build ends where `dtype.__setstate__` gets what NumPy (2.5.5) does not expect.
            if name not in HARMFUL and module.partition(".")[0] != "numpy":
                found.add((module, name))
            return super().find_class(module, name)

    Noting(io.BytesIO(data), buffers=[b"0123456789"] * 4).load()
    return found


def short_range(*args: Any) -> range:
    """`range`, of which a list fits into memory."""
    made = range(*args)
    if not -MOST < made.start < made.stop < MOST:
        raise ValueError("a long range")
    return made


def short_bytes(*args: Any) -> bytes:
    """`bytes`, but not gigabytes of zeros."""
    if args and type(args[0]) is int and args[0] > MOST:
        raise ValueError("many bytes")
    return bytes(*args)


class Drawn(random.Random):
    """Chance that goes by the bytes of an input, and is 0 when they are used up."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self.data = data
        self.at = 0

    def getrandbits(self, k: int, /) -> int:
        size = (k + 7) // 8
        found = int.from_bytes(self.data[self.at : self.at + size], "little")
        self.at += size
        return found & ((1 << k) - 1)

    def random(self) -> float:
        return self.getrandbits(16) / 65_536


def damaged(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(made) + 1)
        kind = chance.randrange(6)
        if kind == 0 and made:
            made[at % len(made)] = chance.randrange(256)
        elif kind == 1 and made:
            made[at % len(made)] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del made[at : at + chance.randrange(1, 20)]
        elif kind == 3:
            made[at:at] = chance.choice(others)[at : at + chance.randrange(1, 40)]
        elif kind == 4:
            made[at : at + 1] = chance.choice(
                (b"h\x00", b"h\x05", b"N", b"K\x01", b")", b"]", b"}", b"\x8c\x01x", b"C\x00", b"R", b"b", b"0", b"2")
            )
        else:
            made[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\0\0\0\x80"))
    return bytes(made)


def values(pool: list[Any], chance: random.Random) -> Any:
    """Return any value, of the kinds that a payload can make."""
    kind = chance.randrange(14)
    simple: list[Any] = [
        None,
        True,
        0,
        -1,
        1 << 31,
        (1 << 63) - 1,
        -(1 << 63),
        1 << 80,
        1.5,
        "",
        "x",
        b"",
        b"\0" * 40,
        bytearray(b"ab"),
    ]
    if kind < 5:
        return chance.choice(simple)
    if kind < 9:
        return chance.choice(pool)
    if kind == 9:
        return tuple(values(pool, chance) for _ in range(chance.randrange(5)))
    if kind == 10:
        return [values(pool, chance) for _ in range(chance.randrange(4))]
    if kind == 11:
        return {chance.choice(("__name__", "__dict__", "__class__", "x", 1, None)): values(pool, chance) for _ in range(3)}
    if kind == 12:
        return chance.choice((int, type, object, types.CellType(), eval("lambda: 1", {}), len, Path, type("C", (), {})))
    return chance.choice(
        (chance.randbytes(chance.randrange(64)), "\udc80" * 3, "a" * 5000, frozenset((1,)), iter(()), memoryview(b"x"))
    )


def twisted(args: tuple[Any, ...], pool: list[Any], chance: random.Random) -> tuple[Any, ...]:
    made = list(args)
    for _ in range(chance.choice((1, 1, 2, 3))):
        kind = chance.randrange(6)
        at = chance.randrange(len(made) + 1)
        if kind < 3 and made:
            at %= len(made)
            inner = made[at]
            if type(inner) is tuple and inner and chance.random() < 0.7:
                made[at] = twisted(inner, pool, chance)
            elif type(inner) is dict and inner and chance.random() < 0.7:
                made[at] = {**inner, chance.choice(list(inner)): values(pool, chance)}
            elif type(inner) in (bytes, bytearray) and inner and chance.random() < 0.7:
                made[at] = damaged(bytes(inner), [bytes(inner)], chance)
            elif type(inner) is int and chance.random() < 0.7:
                made[at] = inner + chance.choice((-1, 1, 2, 256, -(1 << 31), 1 << 32))
            else:
                made[at] = values(pool, chance)
        elif kind == 3:
            made.insert(at, values(pool, chance))
        elif kind == 4 and made:
            del made[at % len(made)]
        elif made:
            made.append(made[chance.randrange(len(made))])
    return tuple(made)


class Targets:
    """What is fed with inputs."""

    def __init__(self) -> None:
        found = {**payloads(), **corpus_payloads()}
        self.allowed: set[tuple[str, str]] = set()
        for name, data in list(found.items()):
            try:
                self.allowed |= names_in(data)
            except Exception:  # a case that makes its reader fail
                del found[name]
        self.written = list(found.values())
        # The classes of the corpus are gone now, and made again by whoever loads them.
        gc.collect()
        self._calls: list[tuple[str, tuple[Any, ...]]] = []
        self._pool: list[Any] = []

    def calls(self) -> tuple[list[tuple[str, tuple[Any, ...]]], list[Any]]:
        """Return what the payloads call, by name and with what, and all of these arguments."""
        if not self._calls:
            for data in self.written:
                with contextlib.suppress(Exception):
                    Jail(io.BytesIO(data), names=self.allowed, calls=self._calls).load()
            self._pool = [each for _, args in self._calls for each in args]
        return self._calls, self._pool

    def payloads(self, data: bytes) -> None:
        """Load `data`."""
        Jail(io.BytesIO(data), names=self.allowed).load()

    def constructors(self, data: bytes) -> None:
        """Call a constructor: `data` says which one, and with what."""
        calls, pool = self.calls()
        chance = Drawn(data)
        name, args = chance.choice(calls) if chance.randrange(5) else (chance.choice(NAMES), ())
        getattr(wire, name)(*twisted(args, pool, chance))


class Outcomes:
    """Feeds inputs, and counts what came of them."""

    def __init__(self) -> None:
        self.done = self.refused = self.stuck = 0
        self._armed = False
        signal.signal(signal.SIGALRM, self._too_long)

    def _too_long(self, number: int, frame: Any) -> None:
        if self._armed:
            raise TimeoutError

    def feed(self, target: Callable[[bytes], None], data: bytes) -> None:
        """Call `target` with an input, for `SECONDS` at most."""
        try:
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            self._armed = True
            target(data)
            self._armed = False
        except TimeoutError:
            self._armed = False
            self.stuck += 1
        except Exception:
            self._armed = False
            self.refused += 1
        BUILT_IN.update(ORIGINALS)
        self.done += 1

    def __str__(self) -> str:
        return (
            f"{sys.implementation.name} {sys.version.split()[0]}, compiled: {lambdapkl.COMPILED}: {self.done:,} inputs, "
            f"{self.refused:,} refused, {self.stuck} over {SECONDS} seconds, no crash"
        )


def random_inputs(what: str, written: list[bytes], seed: int, seconds: float) -> Iterator[bytes]:
    """Yield inputs for `seconds`."""
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield (
            damaged(chance.choice(written), written, chance) if what == "payloads" else chance.randbytes(chance.randrange(200))
        )


def kept_inputs(corpus: Path) -> Iterator[bytes]:
    """Yield the inputs in an archive."""
    with tarfile.open(corpus) as kept:
        for entry in kept:
            contents = kept.extractfile(entry)
            assert contents is not None
            yield contents.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("payloads", "constructors"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--replay", type=Path, metavar="TAR_XZ", help="feed the inputs that are kept there")
    options = parser.parse_args()
    faulthandler.enable()
    # Two bytes of a payload let the unpickler of CPython make room for 2**31 places in its memo.  AddressSanitizer reserves
    # terabytes, and has a limit of its own.
    if "asan" not in os.environ.get("LD_PRELOAD", ""):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    targets = Targets()
    outcomes = Outcomes()
    if options.replay:
        inputs = kept_inputs(options.replay)
    else:
        inputs = random_inputs(options.what, targets.written, options.seed, options.seconds)
    last = os.open(f"fuzz-last-{options.what}-{options.seed}", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    for data in inputs:
        os.pwrite(last, b"%8d" % len(data) + data, 0)
        outcomes.feed(getattr(targets, options.what), data)
    print(f"{options.what}, seed {options.seed}: {outcomes}")


if __name__ == "__main__":
    main()
