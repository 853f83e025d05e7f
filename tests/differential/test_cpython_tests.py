"""Each object that CPython's own tests pickle: what `pickle` restores equal, lambdapkl restores equal."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BACKENDS

SCRIPT = Path(__file__).with_name("cpython_tests.py")
# These take few seconds; the long run takes every module of CPython's tests that pickles.
FAST = ["test.test_uuid", "test.test_fractions", "test.test_range", "test.test_ipaddress"]


def modules() -> list[str]:
    """Return the names of test modules to run, none where this interpreter has no CPython tests."""
    if sys.implementation.name == "pypy" or importlib.util.find_spec("test") is None:
        return []
    if os.environ.get("LAMBDAPKL_DIFFERENTIAL") != "all":
        return [name for name in FAST if importlib.util.find_spec(name) is not None]
    spec = importlib.util.find_spec("test")
    assert spec is not None and spec.origin is not None
    files = sorted(Path(spec.origin).parent.glob("test_*.py"))
    return [f"test.{file.stem}" for file in files if re.search("pickle", file.read_text(encoding="utf-8", errors="replace"))]


MODULES = modules()


@pytest.mark.skipif(not MODULES, reason="this interpreter comes without CPython's tests")
@pytest.mark.parametrize("backend_name", BACKENDS)
@pytest.mark.parametrize("names", [[name] for name in MODULES] if len(MODULES) > len(FAST) else [MODULES], ids=" ".join)
def test_objects_that_cpython_tests_pickle(names: list[str], backend_name: str) -> None:
    env = {**os.environ, "LAMBDAPKL_PURE": "1" if backend_name == "pure" else "0"}
    done = subprocess.run([sys.executable, str(SCRIPT), *names], env=env, stdout=subprocess.PIPE, text=True, timeout=660)
    assert done.returncode == 0, "it hung for ten minutes, or died"
    found = json.loads(done.stdout)
    print(f"{' '.join(names)}, {backend_name}: {found['objects']} objects, {found['right']} compared")
    assert not found["differences"], "\n".join(found["differences"])
    assert found["objects"] or names != FAST
