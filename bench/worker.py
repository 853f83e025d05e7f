"""Another process: it times the pure backend, says whether payloads load elsewhere, and makes payloads never seen here.

It reads requests from its standard input, pickled, and writes the answers to its standard output.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any


class Worker:
    """The near end of such a process."""

    def __init__(self, *, pure: bool, numbers_from: int) -> None:
        from candidates import environment

        command = [sys.executable, "-W", "ignore", str(Path(__file__)), str(numbers_from)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(pure))

    def ask(self, what: str, *args: Any) -> Any:
        """Call a method of `Host` over there and return what it returned; RuntimeError if it raised."""
        assert self.process.stdin and self.process.stdout
        pickle.dump((what, args), self.process.stdin, 5)
        self.process.stdin.flush()
        worked, answer = pickle.load(self.process.stdout)
        if not worked:
            raise RuntimeError(answer)
        return answer

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class Host:
    """The far end: what can be asked for."""

    def __init__(self) -> None:
        from candidates import OURS, PURE, installed
        from workloads import load_all

        self.candidates = installed()
        self.candidates[PURE] = self.candidates[OURS]
        self.workloads = load_all()
        self.trial: Any = None
        self.payload_here: Any = None

    def start(self, name: str) -> None:
        """Make the object of a workload, for lambdapkl to be timed here."""
        from candidates import OURS
        from timing import Trial

        if self.trial is not None:
            self._register(self.trial.workload, False)
        workload = self.workloads[name]
        self._register(workload, True)
        self.trial = Trial(workload, self.candidates[OURS], workload.make())
        self.payload_here = None

    def _register(self, workload: Any, on: bool) -> None:
        if workload.register:
            from candidates import OURS

            self.candidates[OURS].register(sys.modules[workload.register], on)

    def payload(self) -> Any:
        self.payload_here = self.trial.payload()
        return self.payload_here

    def time(self, operation: str, calls: int, payload: Any) -> float:
        payload = payload if payload is not None else self.payload_here
        return float(self.trial.time(operation, calls, payload))

    def right(self, name: str, candidate: str, payload: Any) -> bool:
        """Whether `candidate` loads the payload here, where it was not made, and gets it right."""
        from timing import Trial

        workload = self.workloads[name]
        payload = payload[0] if workload.each else payload
        return bool(workload.check(Trial(workload, self.candidates[candidate], None).loads(payload)))

    def fresh(self, name: str, candidate: str) -> Any:
        """Return payloads of objects that nobody saw before."""
        from timing import Trial

        workload = self.workloads[name]
        return Trial(workload, self.candidates[candidate], workload.make()).payload()


def main() -> None:
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import workloads

    workloads.serial = count(int(sys.argv[1]))
    host = Host()
    while True:
        try:
            what, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = True, getattr(host, what)(*args)
        except Exception as error:
            answer = False, f"{type(error).__name__}: {error}"[:500]
        pickle.dump(answer, answers, 5)
        answers.flush()


if __name__ == "__main__":
    main()
