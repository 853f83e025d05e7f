"""Compare raised exceptions with cloudpickle: ``python bench/exceptions.py``.

Both libraries are measured in turns, by CPU time, and the least time of each counts.  cloudpickle drops the traceback.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from typing import Any

import cloudpickle

import lambdapkl

FRAMES = (1, 5, 20, 50)
ROUNDS, CALLS = 25, 300


def raised(frames: int) -> ValueError:
    """Return an exception that was raised `frames` functions deep; each is a function of its own."""
    source = "def call1():\n    raise ValueError('what went wrong', 1)\n"
    source += "".join(f"def call{n}():\n    return call{n - 1}() + 1\n" for n in range(2, frames + 1))
    namespace: dict[str, Any] = {"__name__": "program", "__file__": "/home/user/program.py"}
    exec(compile(source, "/home/user/program.py", "exec"), namespace)
    try:
        namespace[f"call{frames}"]()
    except ValueError as error:
        return error.with_traceback(error.__traceback__.tb_next)  # type: ignore[union-attr]
    raise AssertionError("nothing was raised")


def microseconds(call: Callable[[Any], Any], argument: Any) -> float:
    start = time.process_time_ns()
    for _ in range(CALLS):
        call(argument)
    return (time.process_time_ns() - start) / CALLS / 1000


def main() -> None:
    for frames in FRAMES:
        error = raised(frames)
        calls = [
            (lambdapkl.dumps, error),
            (cloudpickle.dumps, error),
            (pickle.loads, lambdapkl.dumps(error)),
            (pickle.loads, cloudpickle.dumps(error)),
        ]
        rounds = [[microseconds(*call) for call in calls] for _ in range(ROUNDS)]
        dumps, dumps_of_peer, loads, loads_of_peer = (min(times) for times in zip(*rounds, strict=True))
        both, both_of_peer = dumps + loads, dumps_of_peer + loads_of_peer
        print(
            f"{frames:3} frames: dumps {dumps:.1f} us, {dumps / dumps_of_peer:.2f} of cloudpickle's; "
            f"dumps and loads {both:.1f} us, {both / both_of_peer:.2f} of cloudpickle's"
        )


if __name__ == "__main__":
    main()
