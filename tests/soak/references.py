"""Count references on a debug build of CPython: ``python references.py --rounds 2000``.

Each subject is dumped and loaded so often, whole, cut short and beside something that is refused; what a round lost would be lost by every round.
Exits with 1 where the total grew by more than a quarter of a reference a round: what is lost is 1 a round, caches and the interpreter account for
hundredths.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

from subjects import closure, payloads, subjects

import lambdapkl

LIMIT = 0.25


def attempt(call: Callable[[Any], Any], argument: Any) -> None:
    try:
        call(argument)
    except Exception:
        return


def rounds_of(name: str, subject: Any, data: bytes) -> dict[str, Callable[[], Any]]:
    """Return what is done with a subject, by what it is called."""
    cuts = [data[: len(data) * part // 16] for part in range(16)]
    locked = [subject, threading.Lock()]
    locked[1].acquire()
    return {
        f"{name}: dumps": lambda: lambdapkl.dumps(subject),
        f"{name}: loads": lambda: pickle.loads(data),
        f"{name}: a refused one": lambda: attempt(lambdapkl.dumps, locked),
        f"{name}: cut short": lambda: [attempt(pickle.loads, each) for each in cuts],
    }


def growth(call: Callable[[], Any], rounds: int) -> float:
    """Return how many references a round of `call` leaves behind."""
    count: Callable[[], int] = sys.gettotalrefcount  # type: ignore[attr-defined]
    for _ in range(100):  # caches fill
        call()
    totals = []
    for _ in range(2):
        gc.collect()
        totals.append(count())
        for _ in range(rounds):
            call()
    gc.collect()
    totals.append(count())
    return min(after - before for before, after in itertools.pairwise(totals)) / rounds


def new_class() -> None:
    made = type("Local", (), {"get": closure(4), "__module__": "__main__"})
    pickle.loads(lambdapkl.dumps(made()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2000)
    options = parser.parse_args()
    if not hasattr(sys, "gettotalrefcount"):
        parser.error("it takes a debug build of CPython")
    written = payloads()
    calls: dict[str, Callable[[], Any]] = {"a new class": new_class}
    for name, subject in subjects().items():
        if name in written:
            calls |= rounds_of(name, subject, written[name])
    lost = {name: growth(call, options.rounds) for name, call in calls.items()}
    for name, references in lost.items():
        if references > LIMIT:
            print(f"{name}: {references:.2f} references a round")
    print(f"{len(calls)} calls, {2 * options.rounds:,} rounds each; most references lost in a round: {max(lost.values()):.3f}")
    return max(lost.values()) > LIMIT


if __name__ == "__main__":
    sys.exit(main())
