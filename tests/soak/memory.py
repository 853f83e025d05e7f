"""Watch the memory of a process over many dumps, loads and errors of both.

``python memory.py --count 1000000`` prints the resident size at ten points; it exits with 1 where it grew by more than
``--limit`` kilobytes for each 100,000 operations, after the first tenth, in which the caches fill.
"""

from __future__ import annotations

import argparse
import gc
import pickle
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from subjects import closure, payloads, subjects

import lambdapkl
from lambdapkl.code import blobs as codes


def resident() -> int:
    """Return the resident size of this process in kilobytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 1024


def fails(call: object, argument: object) -> bool:
    try:
        call(argument)  # type: ignore[operator]
    except Exception:
        return True
    return False


def operations() -> Iterator[str]:
    """Do one operation after another, for ever, and yield its kind."""
    chance = random.Random(1)
    objects, written = subjects(), payloads()
    try:
        import numpy

        objects["array"] = [numpy.arange(50), closure(1)]
        written["array"] = lambdapkl.dumps(objects["array"])
    except ImportError:
        pass
    names = list(written)
    # The magic of the code's blob is that of the interpreter.
    foreign = written["lambda"].replace(codes.MAGIC, bytes((codes.MAGIC[0] ^ 1, codes.MAGIC[1])))
    assert fails(pickle.loads, foreign)
    lock = threading.Lock()
    lock.acquire()
    while True:
        name = chance.choice(names)
        lambdapkl.dumps(objects[name])
        yield "dumps"
        pickle.loads(written[name])
        yield "loads"
        made = type("Local", (), {"get": closure(4), "__module__": "__main__"})
        pickle.loads(lambdapkl.dumps(made()))
        yield "a new class"
        assert fails(lambdapkl.dumps, [objects[name], lock])
        yield "errors of dumps"
        data = written[name]
        assert fails(pickle.loads, data[: chance.randrange(len(data))])
        yield "errors of loads"
        assert fails(pickle.loads, foreign)
        yield "code of another Python"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="operations in all")
    parser.add_argument("--limit", type=float, default=100.0, help="kilobytes of growth allowed for 100,000 operations")
    options = parser.parse_args()
    steps = operations()
    tenth = max(1, options.count // 10)
    start, sizes = time.monotonic(), []
    for point in range(10):
        for _ in range(tenth):
            next(steps)
        gc.collect()
        sizes.append(resident())
        print(f"{(point + 1) * tenth:>9} operations  {sizes[-1]:>7} KB  {time.monotonic() - start:6.0f} s", flush=True)
    growth = (sizes[-1] - sizes[0]) / (9 * tenth) * 100_000
    print(f"growth after the first tenth: {growth:.1f} KB for 100,000 operations; compiled: {lambdapkl.COMPILED}")
    sys.exit(growth > options.limit)


if __name__ == "__main__":
    main()
