"""What fuzzing found to reach different code, fed again: errors are fine, a crash is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BACKENDS

pytest.importorskip("resource", reason="limits of memory and alarms are those of POSIX")

SOAK = Path(__file__).parent


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("what", ["payloads", "constructors"])
def test_kept_inputs(what: str, backend: str, tmp_path: Path) -> None:
    environment = {**os.environ, "LAMBDAPKL_PURE": "1" if backend == "pure" else ""}
    command = [sys.executable, "-W", "ignore", str(SOAK / "fuzz.py"), what, "--replay", str(SOAK / f"{what}.tar.xz")]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    found = re.search(r"([\d,]+) inputs, ([\d,]+) refused", run.stdout)
    assert found is not None
    inputs, refused = (int(number.replace(",", "")) for number in found.groups())
    assert 0 < refused < inputs
