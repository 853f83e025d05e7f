"""Scripts in fresh processes, as users start them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import lambdapkl

SRC = str(Path(lambdapkl.__file__).parents[1])


def run(directory: Path, text: str, *args: str, seconds: int = 60, **environment: str) -> str:
    """Run `text` as a script of `directory` with `environment` added; return what it printed.

    Raises
    ------
    AssertionError
        It failed.
    subprocess.TimeoutExpired
        It took longer than `seconds`.
    """
    script = directory / "script.py"
    script.write_text(text, encoding="utf-8")
    return run_file(script, *args, seconds=seconds, **environment)


def run_file(script: Path, *args: str, seconds: int = 60, **environment: str) -> str:
    """Run a script as `run` does."""
    env = {**os.environ, "PYTHONPATH": SRC, **environment}
    if "LAMBDAPKL_INSTALL" not in environment:
        env.pop("LAMBDAPKL_INSTALL", None)
    command = [sys.executable, str(script), *args]
    done = subprocess.run(command, env=env, cwd=script.parent, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
