"""Run code in fresh processes: pickle an object in one, load and check it in another.

An object that travels by value is only tested by a process that has never seen it.  `Process` is such a process, or as
many of them as are asked for, with one pickler (lambdapkl, compiled or pure; or a peer) and one hash seed::

    backend.run("o = lambda x: x + 1", "assert o(2) == 3")

`define` is the text of the ``__main__`` module of the process that dumps, and leaves the object in the variable ``o``.
`check` is text that runs in the ``__main__`` module of the process that loads, where ``o`` is the loaded object.  Both
have a real file, so that tracebacks and `inspect` see source lines.  Both also find these variables: ``pickler``, the
pickler module, and, in `check`, ``payload``, the bytes that were loaded.  Loading is always plain `pickle.loads`.

Each text may also be the path of a file.  Long programs are files in the folder ``programs`` beside their test; they
import the variables they find from ``__main__``.

Tests get a `Process` from the fixture ``backend`` (``conftest.py``), one for each backend.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from zygote import read_frame, write_frame

ZYGOTE = Path(__file__).with_name("zygote.py")
# Text of a program, or the path of a file that has it.
Source = str | Path

FORK = hasattr(os, "fork") and not os.environ.get("FRESH_NO_FORK")
SECONDS = 120  # for what hangs, on whatever machine

_numbers = itertools.count()
_root: Path | None = None


class Failed(AssertionError):
    """Code in a fresh process failed, hung or died.  `outcome` is the `Outcome` it had."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.report())
        self.outcome = outcome


class Outcome:
    """What came back from a fresh process.

    Attributes
    ----------
    phase
        How far it came: ``define`` (the case's own code failed), ``dump``, ``load``, ``check``, ``done``; or ``hung``
        or ``died``.
    error
        None, or the exception as a dict of ``type``, ``bases``, ``message``, ``notes`` and ``traceback``.
    payload
        After a successful dump, the bytes.
    again
        After a load, the `Outcome` of dumping the loaded object again, or None.
    result
        What `Process.execute` returns.
    """

    def __init__(self, answer: Mapping[str, Any], output: Path | None = None) -> None:
        self.phase: str = answer["phase"]
        self.error: dict[str, Any] | None = answer.get("error")
        self.payload: bytes | None = answer.get("payload")
        self.result: Any = answer.get("result")
        again = answer.get("again")
        self.again = None if again is None else Outcome({"phase": "dump", **again})
        self._answer = answer
        self._output = output

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        return self.error is None and self.phase in ("dump", "done")

    def report(self) -> str:
        """Return a text for people: where it failed, the traceback, and what the process printed."""
        if self.phase == "hung":
            text = f"hung: killed after {self._answer['seconds']} s"
        elif self.phase == "died":
            text = f"the process died: exit code {self._answer['code']} (a negative one is a signal)"
        elif self.error:
            text = f"failed in phase {self.phase!r}\n{self.error['traceback']}"
        else:
            text = f"ok ({self.phase})"
        if self._output is not None:
            with contextlib.suppress(OSError):
                printed = self._output.read_text(errors="replace")[-2000:]
                text += f"\n--- printed:\n{printed}" if printed else ""
        return text

    def text(self) -> str:
        """Return the error's message and notes."""
        return "" if self.error is None else "\n".join([self.error["message"], *self.error["notes"]])


class Process:
    """A pickler in fresh processes.

    Parameters
    ----------
    pickler
        Name of the module to test: ``lambdapkl``, or a peer (``cloudpickle``, ``dill``, ``pickle``).
    pure
        Whether lambdapkl is to use its pure-Python backend.
    hash_seed
        ``PYTHONHASHSEED`` of the processes.
    imports
        Modules that the processes have imported before the pickler, in this order.
    """

    # What the interpreter is called with before its script.
    interpreter_options: tuple[str, ...] = ()

    def __init__(
        self, pickler: str = "lambdapkl", *, pure: bool = False, hash_seed: int = 0, imports: Sequence[str] = ()
    ) -> None:
        self.pickler = pickler
        self._imports = imports
        self.name = "pure" if pure else "compiled" if pickler == "lambdapkl" else pickler
        env = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
        env.pop("LAMBDAPKL_PURE", None)
        if pure:
            env["LAMBDAPKL_PURE"] = "1"
        self._env = env
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self.info: dict[str, Any] = {}
        self._start()
        if not FORK:
            self.close()
        if "error" in self.info:
            raise ImportError(f"cannot import {pickler} in a fresh process:\n{self.info['error']['traceback']}")
        atexit.register(self.close)

    def __repr__(self) -> str:
        return f"<fresh.Process {self.name}>"

    @property
    def compiled(self) -> bool:
        """Whether the processes run lambdapkl's compiled backend."""
        return bool(self.info["compiled"])

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, *self.interpreter_options, str(ZYGOTE), self.pickler, *([] if FORK else ["--once"])]
        if self._imports:
            command += ["--import", ",".join(self._imports)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._env)
        self._server = server
        self.info = read_frame(server.stdout) or {"error": {"traceback": "it died at start"}}
        return server

    def close(self) -> None:
        """End the processes."""
        server, self._server = self._server, None
        if server is not None:
            server.stdin.close()  # type: ignore[union-attr]
            server.stdout.close()  # type: ignore[union-attr]
            server.wait()

    # ---- requests -------------------------------------------------------------------------------------------------

    def dump(
        self,
        define: Source,
        *,
        protocol: int | None = None,
        deterministic: bool = False,
        modules: Mapping[str, Source] | None = None,
        by_value: Iterable[str] = (),
        directory: Path | None = None,
        home: Path | None = None,
        seconds: int = SECONDS,
    ) -> Outcome:
        """Run `define` and dump its ``o``; return the outcome, whatever it is.

        Parameters
        ----------
        define
            Source text of the dumping ``__main__``.
        protocol
            The pickle protocol; None is the pickler's default.
        deterministic
            Whether to dump with ``deterministic=True``.
        modules
            Files of importable user modules: relative path to text, or to the path of a file that has it.
        by_value
            Names of modules to import and to register by value first.
        directory
            The working directory; a new one by default.  Pass one to `load` too, to share files.
        home
            Where the sources are; `directory` by default.  Code objects name their file: payloads are only comparable
            when they come from one home.
        seconds
            Time limit.
        """
        extra = {"protocol": protocol, "deterministic": deterministic}
        return self._request("dump", "dumping.py", define, modules, by_value, directory, home, seconds, extra)

    def load(
        self,
        payload: bytes,
        check: Source,
        *,
        protocol: int | None = None,
        deterministic: bool = False,
        modules: Mapping[str, Source] | None = None,
        by_value: Iterable[str] = (),
        directory: Path | None = None,
        home: Path | None = None,
        seconds: int = SECONDS,
        dump_again: bool = False,
    ) -> Outcome:
        """Load `payload` with `pickle.loads`, run `check`; return the outcome, whatever it is.

        With `dump_again` the loaded object is also dumped (before the check, and in a process of its own that the
        check does not see): that outcome is the attribute ``again``.  The other parameters are those of `dump`.
        """
        extra = {"payload": payload, "protocol": protocol, "deterministic": deterministic, "dump_again": dump_again}
        return self._request("load", "loading.py", check, modules, by_value, directory, home, seconds, extra)

    def _request(
        self,
        kind: str,
        file: str,
        source: Source,
        modules: Mapping[str, Source] | None,
        by_value: Iterable[str],
        directory: Path | None,
        home: Path | None,
        seconds: int,
        extra: Mapping[str, Any],
    ) -> Outcome:
        directory = directory or new_directory()
        home = home or directory
        source = dedent(source)
        _write(home / file, source)
        library = home / f"modules-{kind}"
        for name, text in (modules or {}).items():
            _write(library / name, dedent(text))
        output = home / f"{kind}-{self.name}.txt"
        request = {
            "kind": kind,
            "source": source,
            "file": str(home / file),
            "directory": str(directory),
            "path": [str(library)] if modules else [],
            "by_value": list(by_value),
            "seconds": seconds,
            "output": str(output),
            **extra,
        }
        return Outcome(self._ask(request), output)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            server = self._server or self._start()
            hung = threading.Event()

            def kill() -> None:
                # Before the end of the process, which the other thread waits for.
                hung.set()
                server.kill()

            watch = None if FORK else threading.Timer(request["seconds"], kill)
            if watch is not None:
                watch.start()
            try:
                write_frame(server.stdin, request)
                answer: dict[str, Any] | None = read_frame(server.stdout)
            except BrokenPipeError:
                answer = None
            if watch is not None:
                watch.cancel()
                self.close()
                if answer is None and hung.is_set():
                    return {"phase": "hung", "seconds": request["seconds"]}
            if answer is None:
                self._server = None
                return {"phase": "died", "code": server.wait()}
            return answer

    # ---- for tests ------------------------------------------------------------------------------------------------

    def dumps(self, define: Source, **options: Any) -> bytes:
        """Run `define`, dump its ``o`` and return the payload.

        Raises
        ------
        Failed
            `define` or the dump failed.  Options are those of `dump`.
        """
        outcome = self.dump(define, **options)
        if outcome.payload is None:
            raise Failed(outcome)
        return outcome.payload

    def loads(self, payload: bytes, check: Source = "", **options: Any) -> Outcome:
        """Load `payload`, run `check` and return the outcome.

        Raises
        ------
        Failed
            Loading or the check failed.  Options are those of `load`.
        """
        outcome = self.load(payload, check, **options)
        if not outcome.ok:
            raise Failed(outcome)
        return outcome

    def run(self, define: Source, check: Source, **options: Any) -> bytes:
        """Dump ``o`` of `define` in one fresh process, load and `check` it in another; return the payload.

        Both work in one directory.  Options are those of `dump`.

        Raises
        ------
        Failed
            Anything failed.
        """
        options.setdefault("directory", new_directory())
        payload = self.dumps(define, **options)
        self.loads(payload, check, **options)
        return payload

    def refuses(self, define: Source, match: str = "", **options: Any) -> str:
        """Check that ``o`` of `define` is refused; return the error's text, notes included.

        Raises
        ------
        AssertionError
            It was pickled, or the error is neither `pickle.PicklingError` nor `TypeError`, or its text does not have
            the regular expression `match`.  Options are those of `dump`.
        """
        outcome = self.dump(define, **options)
        problem = not_refused(outcome, match)
        if problem:
            raise AssertionError(problem)
        return outcome.text()

    def execute(
        self,
        source: Source,
        *,
        modules: Mapping[str, Source] | None = None,
        by_value: Iterable[str] = (),
        directory: Path | None = None,
        home: Path | None = None,
        seconds: int = SECONDS,
        **variables: Any,
    ) -> Any:
        """Run `source` as ``__main__`` with `variables` set; return its variable ``result``, or None.

        Variables and result must be plain data (what `marshal` takes).  The other parameters are those of `dump`.

        Raises
        ------
        Failed
            `source` failed.
        """
        extra = {"variables": variables}
        outcome = self._request("execute", "main.py", source, modules, by_value, directory, home, seconds, extra)
        if not outcome.ok:
            raise Failed(outcome)
        return outcome.result


def not_refused(outcome: Outcome, match: str) -> str:
    """Return what is wrong with the refusal of an object, or an empty string."""
    if outcome.payload is not None:
        return "pickled, where it should be refused"
    if outcome.phase != "dump" or outcome.error is None:
        return outcome.report()
    if not {"PicklingError", "TypeError"} & set(outcome.error["bases"]):
        return f"refused with {outcome.error['type']}, neither PicklingError nor TypeError\n{outcome.report()}"
    if not re.search(match, outcome.text()):
        return f"the refusal does not say {match!r}:\n{outcome.text()}"
    return ""


def dedent(source: Source) -> str:
    """Return the text of `source` without common indentation and the line break after an opening triple quote."""
    if isinstance(source, Path):
        return source.read_text(encoding="utf-8")
    return textwrap.dedent(source.removeprefix("\n"))


def _write(path: Path, text: str) -> None:
    # Another process may be reading the very same file.
    with contextlib.suppress(OSError):
        if path.read_text(encoding="utf-8") == text:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{next(_numbers)}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def new_directory() -> Path:
    """Return a new directory that lives until this process ends."""
    global _root
    if _root is None:
        _root = Path(tempfile.mkdtemp(prefix="lambdapkl-tests-"))
        atexit.register(shutil.rmtree, _root, ignore_errors=True)
    directory = _root / str(next(_numbers))
    directory.mkdir()
    return directory
