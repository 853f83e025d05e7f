"""A process that loads one payload after another, for programs that change a class between two dumps."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import lambdapkl

_PROGRAM = """
import os, pickle, sys
import lambdapkl
names = {"lambdapkl": lambdapkl, "__name__": "worker", "pickle": pickle}
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
while True:
    try:
        data, code = pickle.load(sys.stdin.buffer)
    except EOFError:
        break
    try:
        if data is not None:
            names["obj"] = pickle.loads(data)
        names["answer"] = None
        exec(code, names)
        result = names["answer"], None
    except BaseException as error:
        result = None, f"{type(error).__name__}: {error}"
    pickle.dump(result, answers)
    answers.flush()
"""


class Reader:
    """A process that keeps what it has loaded."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, code: str, *objects: Any, **form: bool) -> Any:
        """Load a payload of the object given as ``obj`` there, run `code`, and return its ``answer``."""
        return self.load(code, lambdapkl.dumps(objects[0], **form) if objects else None)

    def load(self, code: str, payload: bytes | None) -> Any:
        """Load `payload` as ``obj`` there, run `code`, and return its ``answer``."""
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump((payload, code), self._process.stdin)
        self._process.stdin.flush()
        answer, error = pickle.load(self._process.stdout)
        if error is not None:
            raise AssertionError(f"in the reader: {error}")
        return answer
