"""`copy`, `pickles` and `check`: find out whether an object survives pickling, here or in a fresh process."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["CheckError", "CheckReport", "check", "copy", "pickles"]

T = TypeVar("T")

# The child sets its `sys.path` before it imports lambdapkl.
_CHILD = """\
import pickle, sys
with open(sys.argv[1], "rb") as file:
    request = pickle.load(file)
if request["path"] is not None:
    sys.path[:] = request["path"]
from lambdapkl.tools.checking import serve
serve(request, sys.argv[2])
"""

_PHASES = {
    "start": "the fresh process could not start",
    "load": "the object cannot be loaded in a fresh process",
    "test": "the object was loaded in a fresh process, but the test failed",
    "return": "the test passed in a fresh process, but its result cannot be pickled",
    "timeout": "the fresh process was killed",
    "died": "the fresh process died",
}


def copy(obj: T) -> T:
    """Return a deep copy of `obj`, made by pickling and loading it in this process.

    Objects pickled by reference are not copied. Classes are not copied either, not even those pickled by
    value: loading a class in the process that defines it gives the same class. Functions pickled by value
    are copied, together with the globals that they use.

    Raises
    ------
    pickle.PicklingError, TypeError
        Something cannot be pickled; the error's notes give the path to it.
    """
    copied: T = loads(dumps(obj))
    return copied


def pickles(obj: Any) -> bool:
    """Whether `obj` can be pickled and loaded again in this process.

    This pickles and loads the whole object. `check` does so in a fresh process, and reports what is wrong.
    """
    try:
        loads(dumps(obj))
    except Exception:
        return False
    return True


@dataclass(repr=False, eq=False)
class CheckReport:
    """The result of `check`.

    Attributes
    ----------
    size : int
        Size of the payload in bytes.
    dump_seconds, load_seconds : float
        Seconds to pickle the object here and to load it in the fresh process, including the imports.
    result
        The return value of the test; None without a test.
    output : str
        What the fresh process wrote to stdout and stderr.
    """

    size: int
    dump_seconds: float
    load_seconds: float
    result: Any
    output: str

    def __repr__(self) -> str:
        times = f"dumped in {self.dump_seconds * 1e3:.1f} ms, loaded in {self.load_seconds * 1e3:.1f} ms"
        return f"<works in a fresh process: {self.size:,} bytes, {times}, result {self.result!r:.200}>"


class CheckError(pickle.PickleError):
    """An object does not work in a fresh process.

    ``__cause__`` is the error that was raised there, if it can be pickled.

    Attributes
    ----------
    phase : {"start", "load", "test", "return", "timeout", "died"}
        The step that failed.
    output : str
        What the process wrote to stdout and stderr.
    """

    __module__ = "lambdapkl"

    def __init__(self, message: str, phase: str, output: str) -> None:
        super().__init__(message, phase, output)
        self.phase = phase
        self.output = output

    def __str__(self) -> str:
        return str(self.args[0])


def check(
    obj: Any,
    test: Callable[[Any], Any] | None = None,
    *,
    timeout: float = 60.0,
    same_path: bool = True,
    python: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
) -> CheckReport:
    """Load `obj` in a fresh process, as a worker would, and test it there.

    Parameters
    ----------
    test
        A function called in the fresh process with the loaded object, such as ``lambda f: f(2)`` or a
        function with assertions. It is pickled like `obj`.
    timeout
        Seconds that the process may take, including its start.
    same_path
        Whether the process gets the `sys.path` and working directory of this one, like a worker of
        `multiprocessing`. Otherwise it starts in an empty folder and finds only installed modules, as on
        another machine.
    python
        The interpreter; this one by default.
    env
        The environment variables; those of this process by default. Modules on `PYTHONPATH` count as
        installed.

    Returns
    -------
    CheckReport
        Payload size, times, result of the test, and output.

    Raises
    ------
    CheckError
        The object cannot be loaded, the test fails, or the process dies or times out.
    pickle.PicklingError, TypeError
        `obj`, or `test`, cannot be pickled.
    """
    started = time.perf_counter()
    payload = dumps(obj)
    dump_seconds = time.perf_counter() - started
    request = {
        "payload": payload,
        "test": None if test is None else dumps(test),
        "path": sys.path if same_path else None,
    }
    with tempfile.TemporaryDirectory(prefix="lambdapkl-check-", ignore_cleanup_errors=True) as folder:
        question, answer, printed, empty = (Path(folder, name) for name in ("question", "answer", "printed", "empty"))
        empty.mkdir()
        with question.open("wb") as file:
            pickle.dump(request, file)
        # -P: otherwise the interpreter puts the working directory first on `sys.path`.
        command = [os.fspath(python or sys.executable), "-P", "-c", _CHILD, str(question), str(answer)]
        with printed.open("wb") as output:
            code = _run(command, output, None if same_path else empty, env, timeout)
        text = printed.read_text(encoding="utf-8", errors="replace")
        if code is None:
            raise CheckError(f"{_PHASES['timeout']} after {timeout:g} s (timeout={timeout:g})", "timeout", text)
        if not answer.exists():
            phase = "died" if question.with_name("answer.started").exists() else "start"
            raise CheckError(f"{_PHASES[phase]}, exit code {code}\n{text[-2000:]}".rstrip(), phase, text)
        with answer.open("rb") as file:
            reply = pickle.load(file)
    if reply["phase"] == "done":
        return CheckReport(len(payload), dump_seconds, reply["seconds"], loads(reply["result"]), text)
    error = CheckError(f"{_PHASES[reply['phase']]}: {reply['text']}", reply["phase"], text)
    cause = None
    # If the error could not be pickled there or cannot be loaded here, the traceback below says what happened.
    with contextlib.suppress(Exception):
        cause = loads(reply["error"])
    if cause is None:
        error.add_note(reply["traceback"])
    raise error from cause


def _run(command: list[str], output: Any, cwd: Path | None, env: Mapping[str, str] | None, timeout: float) -> int | None:
    """Run `command` and return its exit code; on timeout kill it and its child processes, and return None."""
    posix = os.name == "posix"
    # The output goes to files, as a grandchild that keeps a pipe open would block this process.
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, env=env, start_new_session=posix
    )
    try:
        return process.wait(timeout)
    except BaseException as error:
        if posix:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return None
        raise


def serve(request: dict[str, Any], answer: str) -> None:
    """Handle a request of `check` in the fresh process.

    Parameters
    ----------
    request
        The payloads of the object and the test.
    answer
        Path of the file to write the reply to.
    """
    Path(f"{answer}.started").touch()
    reply: dict[str, Any] = {"phase": "load"}
    try:
        started = time.perf_counter()
        obj = loads(request["payload"])
        reply["seconds"] = time.perf_counter() - started
        reply["phase"] = "test"
        result = None if request["test"] is None else loads(request["test"])(obj)
        reply["phase"] = "return"
        reply["result"] = dumps(result)
        reply["phase"] = "done"
    except BaseException as error:
        reply["text"] = "".join(traceback.format_exception_only(error)).strip()
        reply["traceback"] = "".join(traceback.format_exception(error))
        reply["error"] = None
        with contextlib.suppress(Exception):
            reply["error"] = dumps(error)
    draft = f"{answer}.draft"
    with open(draft, "wb") as file:
        pickle.dump(reply, file)
    os.replace(draft, answer)
