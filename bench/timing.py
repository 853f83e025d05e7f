"""One candidate on one workload (`Trial`), and all of them in turns (`Contest`).

The candidates take turns within each round, so that a slow moment of the machine hits all alike.  Peers are timed while
pytest-benchmark sets up a round, lambdapkl in the round itself.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from importlib import import_module
from itertools import repeat
from time import perf_counter
from types import FunctionType
from typing import Any, NamedTuple

from candidates import FLOOR, OURS, PURE, Candidate
from workloads import OPERATIONS, Workload, floor


class Effort(NamedTuple):
    """How long to measure: seconds a turn, seconds for all turns of a row, the bounds of the number of rounds."""

    turn: float
    row: float
    least: int
    most: int


FULL = Effort(0.004, 2.4, 3, 40)
QUICK = Effort(0.002, 0.5, 2, 12)


def spin(call: Callable[..., Any], args: tuple[Any, ...], count: int) -> None:
    """Call `call` `count` times, with as little as possible beside it."""
    if len(args) == 1:
        (first,) = args
        for _ in repeat(None, count):
            call(first)
    else:
        first, second = args
        for _ in repeat(None, count):
            call(first, second)


def spin_changing(call: Callable[..., Any], args: tuple[Any, ...], count: int, change: Callable[[int], Any]) -> None:
    for number in range(count):
        change(number)
        call(*args)


def spin_each(call: Callable[..., Any], items: list[Any]) -> None:
    for item in items:
        call(item)


def timed(run: Callable[[], Any]) -> float:
    """Return the seconds of one call, with the garbage collector off: as pytest-benchmark has it off for lambdapkl."""
    gc.disable()
    try:
        start = perf_counter()
        run()
        return perf_counter() - start
    finally:
        gc.enable()


class Trial:
    """One candidate on one workload, in this process."""

    def __init__(self, workload: Workload, candidate: Candidate, obj: Any) -> None:
        self.workload = workload
        self.candidate = candidate
        self.obj = obj
        self.change = workload.change(obj) if workload.change and obj is not None else None

    def dumps(self, obj: Any) -> Any:
        """Return the payload, with its buffers where those travel beside it."""
        if not self.workload.buffers:
            return self.candidate.dumps(obj, *self.candidate.extra)
        buffers: list[Any] = []
        return self.candidate.dumps(obj, protocol=5, buffer_callback=buffers.append), buffers

    def loads(self, payload: Any) -> Any:
        if not self.workload.buffers:
            return self.candidate.loads(payload)
        data, buffers = payload
        return self.candidate.loads(data, buffers=buffers)

    def payload(self) -> Any:
        """Return the payload of the object, or the list of those of its elements."""
        return list(map(self.dumps, self.obj)) if self.workload.each else self.dumps(self.obj)

    def prepare(self, operation: str, count: int, payload: Any) -> tuple[Callable[[], None], int]:
        """Return what to time, and by how many to divide."""
        work = self.workload
        plain = not work.buffers
        if operation == "loads":
            call, args = (self.candidate.loads, (payload,)) if plain else (self.loads, (payload,))
        else:
            obj = work.make() if work.fresh else self.obj
            call, args = (self.candidate.dumps, (obj, *self.candidate.extra)) if plain else (self.dumps, (obj,))
        if work.each:
            return lambda: spin_each(call, args[0]), len(args[0])
        if operation == "dumps" and self.change is not None:
            return lambda: spin_changing(call, args, count, self.change), count  # type: ignore[arg-type]
        return lambda: spin(call, args, count), count

    def time(self, operation: str, count: int, payload: Any) -> float:
        """Return the seconds of one call."""
        run, divisor = self.prepare(operation, count, payload)
        return timed(run) / divisor


class FloorTrial:
    """The floor, as if it were a library."""

    def __init__(self, function: FunctionType) -> None:
        self.dumps, self.loads, self.size = floor(function)

    def payload(self) -> Any:
        return bytes(self.size)

    def time(self, operation: str, count: int, payload: Any) -> float:
        call = getattr(self, operation)

        def run() -> None:
            for _ in repeat(None, count):
                call()

        return timed(run) / count


class RemoteTrial:
    """A trial in the process with the pure backend."""

    def __init__(self, workload: Workload, worker: Any) -> None:
        self.worker = worker
        self.worker.ask("start", workload.name)

    def payload(self) -> Any:
        return self.worker.ask("payload")

    def time(self, operation: str, count: int, payload: Any) -> float:
        return float(self.worker.ask("time", operation, count, payload))


def size(payload: Any) -> float:
    """Return the bytes of a payload: with its buffers, or the mean of a list of payloads."""
    if isinstance(payload, list):
        return sum(map(len, payload)) / len(payload)
    if isinstance(payload, tuple):
        return len(payload[0]) + sum(buffer.raw().nbytes if hasattr(buffer, "raw") else len(buffer) for buffer in payload[1])
    return len(payload)


class Contest:
    """All candidates on one workload."""

    def __init__(self, workload: Workload, candidates: dict[str, Candidate], pure: Any, judge: Any, effort: Effort) -> None:
        self.workload, self.judge, self.effort = workload, judge, effort
        self.candidates = list(candidates.values())
        self.register(True)
        self.obj = workload.make()
        trials: dict[str, Any] = {name: Trial(workload, each, self.obj) for name, each in candidates.items()}
        if pure is not None:
            trials = {PURE: RemoteTrial(workload, pure), **trials}
        if workload.floor:
            trials = {FLOOR: FloorTrial(self.obj), **trials}
        self.trials = {name: trial for name, trial in trials.items() if name in workload.among}
        self.payloads: dict[str, Any] = {}
        for name in list(self.trials):
            self._admit(name)

    def register(self, on: bool) -> None:
        if self.workload.register:
            for candidate in self.candidates:
                candidate.register(import_module(self.workload.register), on)

    def _admit(self, name: str) -> None:
        """Keep a candidate if another process gets the object back; lambdapkl has to stay."""
        try:
            payload = self.trials[name].payload()
            right = name == FLOOR or self.judge.ask("right", self.workload.name, name, payload)
        except Exception as error:
            if name in (OURS, PURE):
                raise AssertionError(f"{name} refuses {self.workload.name}") from error
            right = False
        if right:
            self.payloads[name] = payload
        else:
            assert name not in (OURS, PURE), f"{name} gets {self.workload.name} wrong"
            del self.trials[name]

    def _payload(self, name: str, operation: str) -> Any:
        """Return what to load: payloads of another process, where they have to be new."""
        if operation == "dumps":
            return None
        if self.workload.fresh and name != FLOOR:
            return self.judge.ask("fresh", self.workload.name, name)
        # The process with the pure backend kept its own.
        return None if name == PURE else self.payloads[name]

    def _turn(self, name: str, operation: str, count: int) -> float:
        return float(self.trials[name].time(operation, count, self._payload(name, operation)))

    def _plan(self, operation: str) -> tuple[dict[str, int], dict[str, int]]:
        """Return for each candidate the calls of a turn and the turns; both from what two turns take."""
        counts, turns = {}, {}
        for name in list(self.trials):
            try:
                self._turn(name, operation, 1)
                start = perf_counter()
                seconds = max(self._turn(name, operation, 1), 1e-8)
                wall = perf_counter() - start
            except Exception:  # it loads elsewhere, but not here
                if name in (OURS, PURE):
                    raise
                del self.trials[name]
                continue
            counts[name] = 1 if self.workload.fresh else max(1, int(self.effort.turn / seconds))
            turns[name] = int(self.effort.row / len(self.trials) / (wall + counts[name] * seconds))
            turns[name] = min(self.effort.most, max(self.effort.least, turns[name]))
        return counts, turns

    def run(self, operation: str, benchmark: Any) -> None:
        """Measure one operation, and leave the figures of all with pytest-benchmark; times in microseconds."""
        counts, turns = self._plan(operation)
        rounds, number = max(turns.values()), 0
        turns[OURS] = rounds
        samples: dict[str, list[float]] = {name: [] for name in self.trials if name != OURS}
        ours, divisor = self.trials[OURS], 1

        def setup() -> tuple[tuple[Callable[[], None]], dict[str, Any]]:
            nonlocal number, divisor
            gc.collect()
            names = list(samples)
            # Another one comes first each time: after a collection, the first finds nothing in the processor's caches.
            first = number % len(names) if names else 0
            for name in (*names[first:], *names[:first]):
                # Fewer turns of a slow candidate are spread over the rounds.
                if (number + 1) * turns[name] // rounds > number * turns[name] // rounds:
                    samples[name].append(self._turn(name, operation, counts[name]) * 1e6)
            number += 1
            run, divisor = ours.prepare(operation, counts[OURS], self._payload(OURS, operation))
            return (run,), {}

        benchmark.pedantic(lambda run: run(), setup=setup, rounds=rounds, iterations=1)
        peers = {
            name: {"min": min(taken), "median": statistics.median(taken), "bytes": size(self.payloads[name])}
            for name, taken in samples.items()
        }
        benchmark.extra_info.update(
            row=self.workload.name,
            family=self.workload.family,
            operation=operation,
            count=self.workload.count,
            calls=divisor,
            bytes=size(self.payloads[OURS]),
            same_as_pickle="pickle" in self.payloads and self.payloads["pickle"] == self.payloads[OURS],
            peers=peers,
        )

    def close(self) -> None:
        self.register(False)


def operations(workloads: list[Workload]) -> list[Any]:
    """Return the parameters of a test: each workload with dumps and then loads.

    In this order, because cloudpickle's loads sets attributes of live classes again.
    """
    import pytest

    return [pytest.param(each, what, id=f"{each.name}-{what}") for each in workloads for what in OPERATIONS]
