"""The output of an attempt to pickle, which may be given up and made again in the careful form.

See `reducers.running_methods`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

__all__ = ["HeldBuffers", "Output"]


class HeldBuffers:
    """Holds back the buffers of a payload (PEP 574) until the payload is complete.

    Parameters
    ----------
    callback
        The program's `buffer_callback`.

    Attributes
    ----------
    passes
        Whether buffers go to the callback at once: there will be no second attempt.
    """

    def __init__(self, callback: Callable[[pickle.PickleBuffer], object]) -> None:
        self._callback = callback
        self.passes = False
        self._held: list[pickle.PickleBuffer] = []
        # The callback's answers, in a second attempt, and how many were repeated
        self._answers: list[object] | None = None
        self._repeated = 0

    def __call__(self, buffer: pickle.PickleBuffer) -> object:
        """Hold `buffer` back, as if the callback took it out of band; or repeat the callback's answer."""
        if self.passes:
            return self._callback(buffer)
        if self._answers is None:
            self._held.append(buffer)
            return None
        self._repeated += 1
        return self._answers[self._repeated - 1]

    def __bool__(self) -> bool:
        return bool(self._held)

    def drop(self) -> None:
        """Forget the buffers of an attempt that was given up."""
        self._held.clear()
        self._repeated = 0

    def pass_on(self) -> bool:
        """Call the callback. Return whether it wants buffers in band: then the payload has to be written again."""
        if self._answers is not None:
            self._answers = None
            self.drop()
            return False
        answers = [self._callback(buffer) for buffer in self._held]
        self.drop()
        if any(answers):
            self._answers = answers
        return self._answers is not None


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
