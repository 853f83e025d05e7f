"""Drives generators, coroutines and async generators, in the process that dumps them and in the one that loads them."""

from __future__ import annotations

import os
import pickle
import sys
import types
from typing import Any

WAYS = ("next", "send", "throw", "close")
MOST_STEPS = 40
# The folder of the cases.
HERE = os.path.dirname(__file__)


class Awaitable:
    """A user-defined awaitable that yields each of its values."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __await__(self) -> Any:
        got = []
        for value in self.values:
            got.append((yield value))
        return got


class Cases(dict[str, Any]):
    """Functions by their name; a decorator that adds one."""

    def __call__(self, make: Any) -> Any:
        self[make.__name__] = make
        return make


def one(subject: Any, way: str) -> Any:
    """Advance `subject` by one step and return the result."""
    if isinstance(subject, types.AsyncGeneratorType):
        made = {
            "next": lambda: subject.__anext__(),
            "send": lambda: subject.asend("sent"),
            "throw": lambda: subject.athrow(ValueError("thrown")),
            "close": lambda: subject.aclose(),
        }[way]()
        asked = []
        try:
            while True:
                asked.append(made.send(None))
        except StopIteration as stop:
            return asked, stop.value
    if way == "next":
        return subject.send(None)
    if way == "send":
        return subject.send("sent")
    if way == "throw":
        return subject.throw(ValueError("thrown"))
    return subject.close()


def show(value: Any) -> str:
    if isinstance(value, BaseExceptionGroup):
        return f"{type(value).__name__}: {value} {[show(each) for each in value.exceptions]}"
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value} <- {show(value.__context__)}"
    if isinstance(value, types.FunctionType):
        return f"function {value()}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(show, value))})"
    return repr(value)


def trace(subject: Any, log: list[Any], way: str) -> list[str]:
    """The results if `subject` takes this kind of step and then runs to its end."""
    seen = []
    for _ in range(MOST_STEPS):
        try:
            seen.append(show(one(subject, way)))
        except BaseException as error:
            seen.append(show(error))
            if len(seen) > 1:
                break
        way = "next"
    return [*seen, *(f"log: {show(each)}" for each in log)]


def dump_all(cases: dict[str, Any], file: str, set_up: str, every: int | str = 1) -> None:
    """For one case in `every`, at each stop: the payload, and the further results of the original."""
    import lambdapkl

    found = {}
    first = sys.version_info.minor % int(every)
    for name, make in [*cases.items()][first :: int(every)]:
        print(name, file=sys.stderr, flush=True)
        rows = []
        for steps in range(MOST_STEPS):
            payload, ended = None, False
            expected = []
            for way in WAYS:
                log: list[Any] = []
                subject = make(log)
                turn_on(set_up)
                try:
                    ended = not advance(subject, steps)
                    payload = lambdapkl.dumps((subject, log))
                finally:
                    turn_off(set_up)
                expected.append(trace(subject, log, way))
            rows.append((payload, expected))
            if ended:
                break
        found[name] = rows
    with open(file, "wb") as output:
        pickle.dump(found, output)


def advance(subject: Any, steps: int) -> bool:
    for _ in range(steps):
        try:
            one(subject, "next")
        except BaseException:
            return False
    return True


def load_all(file: str, set_up: str) -> None:
    """Print a line for each case in which the loaded object behaves differently from the original."""
    with open(file, "rb") as source:
        found = pickle.load(source)
    problems = {}
    for name, rows in found.items():
        print(name, file=sys.stderr, flush=True)
        wrong = []
        for steps, (payload, expected) in enumerate(rows):
            for way, wanted in zip(WAYS, expected, strict=True):
                turn_on(set_up)
                try:
                    subject, log = pickle.loads(payload)
                    seen = trace(subject, log, way)
                except Exception as error:
                    seen = [f"{type(error).__name__}: {error}"]
                finally:
                    turn_off(set_up)
                if seen != wanted:
                    wrong.append(f"after {steps} steps, {way}:\n  wanted {wanted}\n  got    {seen}")
        problems[name] = len(rows), wrong
    with open(file + ".result", "wb") as output:
        pickle.dump(problems, output)


def is_traced(code: Any) -> bool:
    """Whether the code belongs to the cases; tracing lambdapkl itself would be slow and show nothing."""
    return code.co_filename == "<string>" or code.co_filename.startswith(HERE)


def turn_on(set_up: str) -> None:
    """Trace every line, every instruction, or the events that coverage uses."""

    def follow(frame: Any, event: str, arg: Any) -> Any:
        if not is_traced(frame.f_code):
            return None
        frame.f_trace_opcodes = set_up == "opcodes"
        return follow

    if set_up in ("settrace", "opcodes"):
        sys.settrace(follow)
    elif set_up == "monitoring":
        monitoring = sys.monitoring  # type: ignore[attr-defined]
        events = monitoring.events
        monitoring.use_tool_id(monitoring.COVERAGE_ID, "test")
        chosen = (
            events.LINE
            | events.INSTRUCTION
            | events.PY_YIELD
            | events.PY_RESUME
            | events.PY_START
            | events.RAISE
            | events.BRANCH
        )
        monitoring.set_events(monitoring.COVERAGE_ID, chosen)

        def seen(code: Any, *args: Any) -> Any:
            return None if is_traced(code) else monitoring.DISABLE

        for event in (events.LINE, events.INSTRUCTION, events.PY_YIELD, events.PY_RESUME, events.PY_START):
            monitoring.register_callback(monitoring.COVERAGE_ID, event, seen)
    elif set_up == "profile":
        sys.setprofile(lambda *args: None)


def turn_off(set_up: str) -> None:
    sys.settrace(None)
    sys.setprofile(None)
    if set_up == "monitoring":
        monitoring = sys.monitoring  # type: ignore[attr-defined]
        monitoring.set_events(monitoring.COVERAGE_ID, 0)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)


if __name__ == "__main__":
    # Under another name, as the payloads refer to this module's name.
    import suspended_drive

    suspended_drive.load_all(*sys.argv[1:])
