"""Where the extension is not built: the commands say so first, and a program's main script gets a warning, once."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lambdapkl
from lambdapkl._backend import pure_reason

NOTICE = "lambdapkl runs in pure Python"
needs_wheels = pytest.mark.skipif(not pure_reason._has_wheel(), reason="there is no compiled wheel for this interpreter")


@pytest.fixture(scope="module")
def without_extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with lambdapkl as pip installs it where there is no C compiler."""
    folder = tmp_path_factory.mktemp("site")
    source = Path(lambdapkl.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", "*.pxi", "*.h", "*.pyx")
    shutil.copytree(source, folder / "lambdapkl", ignore=ignored)
    return folder


def run(
    site: Path, folder: Path, *arguments: str, stdin: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(folder))), **variables}
    if "LAMBDAPKL_PURE" not in variables:
        environment.pop("LAMBDAPKL_PURE", None)
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, input=stdin, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done


STATEMENTS = {
    "the package": "import os\nimport lambdapkl\n",
    "a name": "import os\nfrom lambdapkl import dumps\n",
    "a submodule": "import os\nimport lambdapkl.guard\n",
    "cloudpickle's name": "import os\nfrom lambdapkl.cloudpickle import CloudPickler\n",
    "in a function": "def f():\n    import lambdapkl\nf()\n",
}


@needs_wheels
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_main_script_is_warned_once_and_told_what_to_do(without_extension: Path, tmp_path: Path, statement: str) -> None:
    text = STATEMENTS[statement] + "import lambdapkl, lambdapkl.tools.signing\nprint(lambdapkl.COMPILED)\n"
    (tmp_path / "script.py").write_text(text)
    done = run(without_extension, tmp_path, "script.py")
    assert done.stdout == "False\n"
    assert done.stderr.count(NOTICE) == 1 and "script.py:2: RuntimeWarning" in done.stderr, done.stderr
    assert "not built" in done.stderr and "C compiler" in done.stderr and "LAMBDAPKL_PURE=1" in done.stderr
    assert "import lambdapkl" in done.stderr or "from lambdapkl" in done.stderr  # the line of the script


@needs_wheels
def test_what_is_typed_or_given_on_the_command_line_is_a_main_script_too(without_extension: Path, tmp_path: Path) -> None:
    assert NOTICE in run(without_extension, tmp_path, "-c", "import lambdapkl").stderr
    assert NOTICE in run(without_extension, tmp_path, "-i", stdin="import lambdapkl\n").stderr


@needs_wheels
@pytest.mark.parametrize("option", ["error", "error::RuntimeWarning", "ignore"])
def test_the_warning_is_never_an_error(without_extension: Path, tmp_path: Path, option: str) -> None:
    code = "import lambdapkl; print(lambdapkl.loads(lambdapkl.dumps(lambda: 5))())"
    done = run(without_extension, tmp_path, "-W", option, "-c", code)
    assert done.stdout == "5\n" and done.stderr == ""
    code = "import warnings\ndef no(*args): raise KeyError\nwarnings.showwarning = no\nimport lambdapkl; print(5)"
    assert run(without_extension, tmp_path, "-c", code).stdout == "5\n"


SILENT = {
    "pickle.loads": "import pickle; assert pickle.loads(DATA)() == 5",
    "pickle in Python": "import pickle; assert pickle._loads(DATA)() == 5",
    "an Unpickler": "import io, pickle; assert pickle.Unpickler(io.BytesIO(DATA)).load()() == 5",
    "an exception of ours": "import pickle; assert pickle.loads(ERROR).args == ('x',)",
    "a module that imports it": "import library",
    "importlib": "import importlib; importlib.import_module('lambdapkl')",
    "a thread's import in a library": "import threading, library_late; t = threading.Thread(target=library_late.f); t.start(); t.join()",
    "the console script": "import sys\nfrom lambdapkl.cli import main\nassert main(['inspect', 'payload']) == 0",
    "a platform without wheels": "import sysconfig\nsysconfig.get_platform = lambda: 'linux-riscv64'\nimport lambdapkl",
    "another interpreter": "import sys\nsys.implementation.name = 'other'\nimport lambdapkl",
    "a later version": "import sys, warnings\nwarnings.simplefilter('ignore')\nfrom lambdapkl._backend import pure_reason\nwarnings.simplefilter('always')\n"
    "sys.version_info = (3, 99, 0, 'final', 0)\npure_reason.warn_main_script()",
}  # fmt: skip


@needs_wheels
@pytest.mark.parametrize("how", SILENT)
def test_other_imports_are_silent(without_extension: Path, tmp_path: Path, how: str) -> None:
    payload, error = lambdapkl.dumps(lambda: 5), pickle.dumps(lambdapkl.BytecodeMismatchError("x"))
    (tmp_path / "payload").write_bytes(payload)
    (tmp_path / "library.py").write_text("import lambdapkl\n")
    (tmp_path / "library_late.py").write_text("def f():\n    import lambdapkl\n")
    tail = "\nimport sys; assert 'lambdapkl' in sys.modules\n"
    (tmp_path / "script.py").write_text(f"DATA = {payload!r}\nERROR = {error!r}\n{SILENT[how]}{tail}")
    assert run(without_extension, tmp_path, "script.py").stderr == ""


def test_the_variable_silences_it(without_extension: Path, tmp_path: Path) -> None:
    assert run(without_extension, tmp_path, "-c", "import lambdapkl", LAMBDAPKL_PURE="1").stderr == ""


def test_the_compiled_backend_warns_of_nothing(tmp_path: Path) -> None:
    if not lambdapkl.COMPILED:
        pytest.skip("no compiled backend here")
    site = Path(lambdapkl.__file__).parents[1]
    assert run(site, tmp_path, "-c", "import lambdapkl").stderr == ""


@needs_wheels
def test_children_of_a_main_script_are_not_warned(without_extension: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import multiprocessing\nimport lambdapkl\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.apply(len, ('abc',)))\n"
    )
    done = run(without_extension, tmp_path, "script.py")
    assert done.stdout == "3\n" and done.stderr.count(NOTICE) == 1, done.stderr


@pytest.mark.parametrize("command", ["demo", "bench", "doctor"])
@pytest.mark.slow
def test_commands_say_first_which_backend_runs_and_why(without_extension: Path, tmp_path: Path, command: str) -> None:
    rounds = [] if command == "doctor" else ["--rounds", "1"]
    done = run(without_extension, tmp_path, "-m", "lambdapkl", command, *rounds)
    first, second, *_ = done.stdout.splitlines()
    if sys.implementation.name == "cpython":
        assert first.startswith(NOTICE) and "not built" in first and "C compiler" in second
    else:
        assert first.startswith(NOTICE) and "CPython" in first
    assert NOTICE not in done.stderr
    done = run(without_extension, tmp_path, "-m", "lambdapkl", command, *rounds, LAMBDAPKL_PURE="1")
    assert done.stdout.startswith(NOTICE) and "LAMBDAPKL_PURE is set" in done.stdout.splitlines()[0]


def test_json_stays_json(without_extension: Path, tmp_path: Path) -> None:
    done = run(without_extension, tmp_path, "-m", "lambdapkl", "doctor", "--json")
    assert done.stdout.startswith("{") and done.stderr.startswith(NOTICE)


def test_every_wheel_is_one_that_the_project_builds() -> None:
    """The platforms and versions are those of the build in pyproject.toml."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    import tomllib

    build = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["cibuildwheel"]["build"].split()
    versions = {tuple(map(int, (each[2], each[3:].split("-")[0].rstrip("t")))) for each in build}
    first, last = pure_reason._WHEEL_PYTHONS
    assert versions == {(3, minor) for minor in range(first[1], last[1] + 1)}
