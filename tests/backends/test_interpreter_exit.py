"""What outlives the modules of lambdapkl when the interpreter ends."""

from __future__ import annotations

from pathlib import Path

import fresh

PROGRAMS = Path(__file__).with_name("programs")


def test_classes_and_code_that_outlive_the_modules(backend: fresh.Process) -> None:
    """CPython sets the globals of a module that something holds to None: what is called then must not need them."""
    answer = backend.execute(PROGRAMS / "classes_and_code_that_outlive_the_modules.py")
    assert answer == []
