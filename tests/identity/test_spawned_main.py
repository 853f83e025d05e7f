"""Classes of the script round trip through a spawned worker, which names it ``__mp_main__``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import BACKENDS

PROGRAMS = Path(__file__).with_name("programs")


THIRD = """
import pickle, sys
result, status, bits, point, pair, failed, inner, kind, function = pickle.load(open(sys.argv[1], "rb"))
assert type(result) is kind and result.double() == 12 and status.better().name == "FINE" and bits.value == 3
assert point.kind.name == "FINE" and pair.left.value == 1 and failed.args == ("why",) and function(4) == 8
assert kind.__module__ == function.__module__ == function.__globals__["__name__"] == "__main__"
"""


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", ["pool", "executor"])
def test_classes_of_the_script_round_trip(tmp_path: Path, kind: str, backend: str) -> None:
    shutil.copyfile(PROGRAMS / "script_of_a_spawned_worker.py", tmp_path / "script.py")
    (tmp_path / "third.py").write_text(THIRD)
    env = {**os.environ, "LAMBDAPKL_PURE": str(int(backend == "pure"))}
    for command in (["script.py", kind, "data"], ["third.py", "data"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr


def test_loading_script_defines_the_class_differently(tmp_path: Path) -> None:
    script = """
    import pathlib, pickle, sys, lambdapkl
    class Same:
        def f(self): return 1
    class Changed:
        def f(self): return NUMBER
    if sys.argv[1] == "dump":
        pathlib.Path("data").write_bytes(lambdapkl.dumps((Same(), Changed())))
    else:
        same, changed = pickle.loads(pathlib.Path("data").read_bytes())
        assert type(same) is Same and type(changed) is not Changed and changed.f() == 1
    """
    for number, command in ((1, "dump"), (2, "load")):
        (tmp_path / "script.py").write_text(textwrap.dedent(script).replace("NUMBER", str(number)))
        subprocess.run([sys.executable, "script.py", command], cwd=tmp_path, check=True, timeout=60)
