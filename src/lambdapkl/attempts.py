"""The output of an attempt to pickle, which may be given up and made again in the careful form.

See `reducers.running_methods`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

__all__ = ["HeldBuffers", "Output"]


class HeldBuffers:
    """Holds back the buffers of a payload (PEP 574) that may still be given up.

    Buffers that come before the first function or class by value are the same in both forms. They
    go to the callback at once, and a second attempt repeats its answers.

    Parameters
    ----------
    callback
        The program's `buffer_callback`.
    """

    def __init__(self, callback: Callable[[pickle.PickleBuffer], object]) -> None:
        self._callback = callback
        self.begin()

    def begin(self) -> None:
        """Start a payload."""
        self._answers: list[object] = []
        # How many answers were given in this attempt
        self._given = 0
        self._held: list[pickle.PickleBuffer] = []
        self._payload_state: Any = None
        self._openings = 0
        self._is_last = False

    def watch(self, payload_state: Any) -> None:
        """Hold buffers back from the next function or class on that `payload_state` opens, if there may be another attempt."""
        if not self._is_last:
            self._payload_state, self._openings = payload_state, payload_state.openings

    def __call__(self, buffer: pickle.PickleBuffer) -> object:
        """Call the callback, or repeat its answer; or hold `buffer` back, as if the callback took it out of band."""
        if self._given == len(self._answers):
            if self._payload_state is not None and self._payload_state.openings != self._openings:
                self._held.append(buffer)
                return None
            self._answers.append(self._callback(buffer))
        self._given += 1
        return self._answers[self._given - 1]

    def again(self) -> None:
        """Forget the buffers that were held back, and start the second attempt."""
        self._held.clear()
        self._given = 0
        self._payload_state = None
        self._is_last = True

    def pass_on(self) -> bool:
        """Call the callback. Return whether it wants buffers in band: then the payload has to be written again."""
        answers = [self._callback(buffer) for buffer in self._held]
        self._answers += answers
        self.again()
        return any(answers)


class Output:
    """The file of a `Pickler`. It holds back what a dump that is given up would leave there.

    What comes before the first function or class by value is the same in both forms. It is passed
    on at once, and left out of the second attempt.
    """

    def __init__(self, file: Any) -> None:
        self._write = file.write
        self._passed = self._skipped = 0
        self._holds: Callable[[], bool] = bool
        self._held: list[Any] = []

    def write(self, data: Any) -> Any:
        """Write `data`, or keep it for `end`."""
        if self._skipped:
            skipped = min(self._skipped, len(data))
            self._skipped -= skipped
            data = data[skipped:]
        if self._held or self._holds():
            self._held.append(bytes(data))
            return None
        self._passed += len(data)
        return self._write(data)

    def begin(self, holds: Callable[[], bool]) -> None:
        """Start a dump; `holds` tells whether it may still be given up, or what it has written may change."""
        self._holds = holds
        self._passed = self._skipped = 0
        self._held.clear()

    def again(self) -> None:
        """Forget what was held back, and start the second attempt."""
        self._held.clear()
        self._skipped = self._passed

    def end(self) -> None:
        """Write what was held back."""
        held = b"".join(self._held)
        self._held.clear()
        self._holds = bool
        if held:
            self._write(held)
