"""`copy`, `pickles` and `check`: does it pickle, and does it work where it arrives?"""

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
from pathlib import Path
from typing import Any, TypeVar

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["CheckError", "CheckReport", "check", "copy", "pickles"]

T = TypeVar("T")

# The child is told where its modules are before it imports any of ours.
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
    "load": "it does not load in a fresh process",
    "test": "it loads in a fresh process, and the test fails",
    "return": "it works in a fresh process, but what the test returned cannot be pickled",
    "timeout": "the fresh process was ended",
    "died": "the fresh process died",
}


def copy(obj: T) -> T:
    """Return a deep copy of `obj`: what another process would get, without leaving this one.

    What travels by reference is not copied.  Nor are classes that travel by value: a class that is loaded where it lives
    already is that class, so the copy is an instance of it.  Functions by value are copied, with the globals that they use.

    Raises
    ------
    pickle.PicklingError, TypeError
        Something cannot be pickled; the error's notes give the path to it.
    """
    copied: T = loads(dumps(obj))
    return copied


def pickles(obj: Any) -> bool:
    """Whether `obj` can be pickled and loaded again, in this process.

    It is pickled in full to find that out.  `check` asks a fresh process, and says what is wrong.
    """
    try:
        loads(dumps(obj))
    except Exception:
        return False
    return True


class CheckReport:
    """What `check` has seen.

    Attributes
    ----------
    size : int
        Bytes of the payload.
    dump_seconds, load_seconds : float
        What pickling took here, and loading there; the first load also imports what the payload names.
    result
        What the test returned, None without one.
    output : str
        What the fresh process printed, both streams.
    """

    def __init__(self, size: int, dump_seconds: float, load_seconds: float, result: Any, output: str) -> None:
        self.size = size
        self.dump_seconds = dump_seconds
        self.load_seconds = load_seconds
        self.result = result
        self.output = output

    def __repr__(self) -> str:
        times = f"dumped in {self.dump_seconds * 1e3:.1f} ms, loaded in {self.load_seconds * 1e3:.1f} ms"
        return f"<works in a fresh process: {self.size:,} bytes, {times}, result {self.result!r:.200}>"


class CheckError(pickle.PickleError):
    """An object does not work in a fresh process.  The cause is the error that was raised there, where it can be had.

    Attributes
    ----------
    phase : {"start", "load", "test", "return", "timeout", "died"}
        How far it came.
    output : str
        What the process printed, both streams.
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
    """Load `obj` in a fresh process, as a worker would, and try it there.

    Parameters
    ----------
    test
        Called there with the loaded object: ``lambda f: f(2)``, or a function with assertions.  It travels like `obj`.
    timeout
        Seconds that the process may take, its start included.
    same_path
        Whether it finds modules where this process does (`sys.path`), in the same working directory, as a worker of
        `multiprocessing`.  Otherwise it starts in an empty folder and finds what is installed, as on another machine.
    python
        The interpreter, this one by default.
    env
        Its environment variables, those of this process by default.  `PYTHONPATH` counts as installed.

    Returns
    -------
    CheckReport
        Size, times, what the test returned, what was printed.

    Raises
    ------
    CheckError
        It does not load, the test fails, or the process dies or takes too long.
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
        # -P: the interpreter puts no folder of its own in front of what it finds.
        command = [os.fspath(python or sys.executable), "-P", "-c", _CHILD, str(question), str(answer)]
        with printed.open("wb") as output:
            code = _run(command, output, None if same_path else empty, env, timeout)
        text = printed.read_text(encoding="utf-8", errors="replace")
        if code is None:
            raise CheckError(f"{_PHASES['timeout']}: {timeout:g} s are over", "timeout", text)
        if not answer.exists():
            phase = "died" if question.with_name("answer.started").exists() else "start"
            raise CheckError(f"{_PHASES[phase]}, exit code {code}\n{text[-2000:]}".rstrip(), phase, text)
        with answer.open("rb") as file:
            reply = pickle.load(file)
    if reply["phase"] == "done":
        return CheckReport(len(payload), dump_seconds, reply["seconds"], loads(reply["result"]), text)
    error = CheckError(f"{_PHASES[reply['phase']]}: {reply['text']}", reply["phase"], text)
    cause = None
    if reply["error"] is not None:
        # A reader without the class of the error has its text.
        with contextlib.suppress(Exception):
            cause = loads(reply["error"])
    if cause is None:
        error.add_note(reply["traceback"])
    raise error from cause


def _run(command: list[str], output: Any, cwd: Path | None, env: Mapping[str, str] | None, timeout: float) -> int | None:
    """Run `command` and return its exit code, or None when it took too long; then it is killed with all that it has started."""
    posix = os.name == "posix"
    # Files and no pipes: a grandchild that keeps one open would keep us waiting.
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
    """Do in a fresh process what `check` asks of it.

    Parameters
    ----------
    request
        The payloads of the object and the test.
    answer
        The path of the file for the reply.
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
