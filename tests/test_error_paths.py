"""The note with the path to the object that cannot be pickled."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="pickle's own notes came with 3.14")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy has its own pickle")
def test_path_follows_the_notes_of_pickle(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "path_follows_the_notes_of_pickle.py")
