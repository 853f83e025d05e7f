"""The note of an error with the path to what cannot be pickled."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="pickle's own notes came with 3.14")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's pickle is another one")
def test_notes_of_pickle_are_kept_and_the_path_comes_last(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "notes_of_pickle_are_kept_and_the_path_comes_last.py")
