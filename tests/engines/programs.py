"""Programs that a test of an engine starts: a script run to its end, and a worker for the time of a `with` block."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import lambdapkl

SRC = str(Path(lambdapkl.__file__).parents[1])
EXAMPLES = Path(__file__).parents[2] / "examples"
# Whole programs of the tests here.
SCRIPTS = Path(__file__).with_name("scripts")

# For programs that do several things, of which each is to be reported on, whatever became of the others.
REPORT = """
def report(*parts):
    import json, traceback
    answers = {}
    for part in parts:
        try:
            answers[part.__name__] = part()
        except BaseException as error:
            answers[part.__name__] = "".join(traceback.format_exception(error))
    print(json.dumps(answers))
"""


def run(script: Path, *, args: Sequence[str] = (), env: Mapping[str, str] | None = None, seconds: float = 120) -> str:
    """Run `script` with this Python, in its folder, and return what it printed to standard output."""
    # Of this process only what it was told: `install` is what many of these programs are about.
    inherited = {name: value for name, value in os.environ.items() if name != "LAMBDAPKL_INSTALL"}
    command = [sys.executable, str(script), *args]
    done = subprocess.run(
        command,
        cwd=script.parent,
        env={**inherited, "PYTHONPATH": SRC, **(env or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, f"{script.name} failed ({done.returncode})\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def run_source(directory: Path, text: str | Path, *args: str, seconds: float = 60, **env: str) -> str:
    """Run `text`, or the text of a file, as a script of `directory`, with `env` added to the environment; return what it printed."""
    script = directory / "script.py"
    source = text if isinstance(text, str) else text.read_text(encoding="utf-8")
    script.write_text(source, encoding="utf-8")
    return run(script, args=args, env=env, seconds=seconds)


def run_text(directory: Path, text: str | Path, *, env: Mapping[str, str] | None = None, seconds: float = 120) -> Any:
    """Run `text`, which may be indented, or the text of a file, as a script of `directory`; return what it printed last that is JSON.

    An engine may have the last word: Ray reports an actor that was not ready when its handle was dropped.
    """
    printed = run_source(directory, textwrap.dedent(text) if isinstance(text, str) else text, seconds=seconds, **(env or {}))
    for line in reversed(printed.splitlines()):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(line)
    raise AssertionError(f"no answer in {printed!r}")


@contextlib.contextmanager
def worker(
    command: Sequence[str], directory: Path, ready: str, *, env: Mapping[str, str] | None = None, seconds: float = 60
) -> Iterator[Path]:
    """Start ``python -m COMMAND`` in `directory`, wait until it has written `ready`; yield its log.

    When the block ends, it is asked to stop, and then it and its children are killed.
    """
    log = directory / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=directory,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + seconds
        while ready not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the worker did not start:\n{log.read_text(errors='replace')[-6000:]}")
            time.sleep(0.05)
        yield log
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
