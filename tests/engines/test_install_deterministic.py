"""`install(deterministic=True)`: the functions of each copy put sets in order, its pickler refuses to write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from programs import SCRIPTS, run_source

if sys.implementation.name == "pypy":
    pytest.skip("cloudpickle 3.1 cannot be imported by PyPy 8", allow_module_level=True)
pytest.importorskip("cloudpickle")


def test_functions_of_cloudpickle_write_deterministic_payloads(tmp_path: Path) -> None:
    run_source(tmp_path, SCRIPTS / "install_deterministic_functions.py")


def test_picklers_of_cloudpickle_refuse(tmp_path: Path) -> None:
    run_source(tmp_path, SCRIPTS / "install_deterministic_picklers.py")


def test_flag_stays_until_uninstall_and_reaches_processes(tmp_path: Path) -> None:
    run_source(
        tmp_path,
        """
import os, subprocess, sys
import cloudpickle, lambdapkl
words = {"one", "two", "three", "four"}
f = lambda x: x in words
plain, ordered = lambdapkl.dumps(f), lambdapkl.dumps(f, deterministic=True)
lambdapkl.install()
assert cloudpickle.dumps(f) == plain and os.environ["LAMBDAPKL_INSTALL"] == "1"
lambdapkl.install(deterministic=True)
lambdapkl.install()
assert cloudpickle.dumps(f) == ordered
assert lambdapkl.dumps(f) == plain
program = "import lambdapkl, cloudpickle; from lambdapkl.engines import install; assert install._deterministic"
program += "; assert cloudpickle.dumps({'b', 'a'}) == lambdapkl.dumps({'b', 'a'}, deterministic=True)"
subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
lambdapkl.uninstall()
assert b"lambdapkl" not in cloudpickle.dumps(f) and "LAMBDAPKL_INSTALL" not in os.environ
lambdapkl.install(workers=False)
assert cloudpickle.dumps(f) == plain
lambdapkl.uninstall()
""",
    )
