"""The command line, in processes of its own."""

from __future__ import annotations

import json
import os
import pickle
import select
import subprocess
import sys
from pathlib import Path

import pytest

import lambdapkl

SECONDS = 60
COMMANDS = ("demo", "explain", "weigh", "inspect", "run", "bench", "doctor")

SCRIPT = """
import json, threading
held = threading.Lock(); held.acquire()
TABLE = bytes(100_000)
def bad(): return held
def good(x): return json.dumps(x), TABLE
class Holder:
    @staticmethod
    def inner(): return good
print("loaded")
if __name__ == "__main__":
    raise SystemExit("the guarded part must not run")
"""


def run(
    *arguments: object, directory: Path | None = None, pure: bool = False, stdin: bytes | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "LAMBDAPKL_PURE": "1" if pure else os.environ.get("LAMBDAPKL_PURE", "0"),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "lambdapkl", *map(str, arguments)],
        env=environment,
        cwd=directory,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "mod.py").write_text(SCRIPT.replace('print("loaded")', ""))
    (tmp_path / "broken.py").write_text("x = 1\nraise ValueError('no luck')\n")
    (tmp_path / "payload").write_bytes(lambdapkl.dumps({"a": [lambda: 1], "b": b"x" * 5000}))
    (tmp_path / "damaged").write_bytes(lambdapkl.dumps([1, 2, 3])[:-2])
    return tmp_path


def test_help() -> None:
    text = run("--help").stdout
    assert all(command in text for command in COMMANDS) and "exit status" in text
    for command in COMMANDS:
        done = run(command, "--help")
        assert done.returncode == 0 and "usage: lambdapkl" in done.stdout
    assert run().returncode == 2 and run("nothing").returncode == 2


def test_explain(folder: Path) -> None:
    done = run("explain", "script.py:bad", directory=folder)
    assert done.returncode == 1, done.stderr
    assert "function bad -> global 'held'" in done.stdout and "do:" in done.stdout
    assert run("explain", "script.py:Holder.inner", directory=folder).returncode == 0
    by_name = run("explain", "mod:bad", directory=folder)
    assert by_name.returncode == 0 and "by reference" in by_name.stdout and "--by-value" in by_name.stderr
    by_value = run("explain", "mod:bad", "--by-value", "--json", directory=folder)
    answer = json.loads(by_value.stdout)
    assert by_value.returncode == 1 and not answer["ok"] and answer["culprits"][0]["path"][0] == "function bad"
    assert run("explain", "payload", directory=folder).returncode == 2
    loaded = run("explain", "payload", "--load", directory=folder)
    assert loaded.returncode == 0 and "item 'a'" in loaded.stdout, loaded


def test_explain_on_both_backends(folder: Path) -> None:
    texts = {run("explain", "script.py:bad", directory=folder, pure=pure).stdout for pure in (False, True)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("target", "status", "text"),
    [
        ("nothing", 2, "no such file"),
        ("nothing.py:x", 2, "no such file"),
        ("nothing:x", 2, "no module 'nothing'"),
        ("script.py:nope", 2, "has no 'nope'"),
        ("mod:bad.nope", 2, "has no 'bad.nope'"),
        ("broken:x", 3, "importing broken raised ValueError: no luck"),
        ("broken.py:x", 3, "broken.py:2"),
    ],
)
def test_wrong_targets(folder: Path, target: str, status: int, text: str) -> None:
    for command in ("explain", "weigh", "bench"):
        done = run(command, target, directory=folder)
        assert done.returncode == status and text in done.stderr, done
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["explain", "weigh", "bench"])
def test_a_target_without_an_object_names_what_was_forgotten(folder: Path, command: str) -> None:
    (folder / "empty.py").write_text("x = 1\n")
    (folder / "no_python.py").write_text("x = (\n")
    for target, text in (
        ("script.py", "script.py:bad; it defines bad, good, Holder"),
        ("script.py:", "script.py:bad; it defines bad, good, Holder"),
        ("empty.py", "empty.py:OBJECT"),
        ("no_python.py", "no_python.py:OBJECT"),
        (str(folder / "script.py"), f"{folder / 'script.py'}:bad"),
    ):
        done = run(command, target, directory=folder)
        assert done.returncode == 2 and text in done.stderr and "name an object in it" in done.stderr, done
        # `bench` says first that the pure backend runs.
        assert len(done.stderr.splitlines()) == 1 and (not done.stdout or "runs in pure Python" in done.stdout)
    done = run(command, "mod", directory=folder)
    assert done.returncode == 2 and "MODULE:OBJECT" in done.stderr and len(done.stderr.splitlines()) == 1


def test_inspect_of_a_script_says_that_it_is_no_payload(folder: Path) -> None:
    done = run("inspect", "script.py", directory=folder)
    assert done.returncode == 2 and "script.py is Python code" in done.stderr and len(done.stderr.splitlines()) == 1


def test_weigh(folder: Path) -> None:
    done = run("weigh", "payload", directory=folder)
    assert done.returncode == 0 and "item 'b'" in done.stdout.splitlines()[0], done
    answer = json.loads(run("weigh", "-", "--json", stdin=(folder / "payload").read_bytes()).stdout)
    assert answer["size"] == (folder / "payload").stat().st_size and answer["heaviest"]["path"] == ["dict", "item 'b'"]
    done = run("weigh", "script.py:good", directory=folder)
    assert "global 'TABLE'" in done.stdout
    failed = run("weigh", "script.py:bad", directory=folder)
    assert failed.returncode == 3 and "path: function bad" in failed.stderr and "lambdapkl explain" in failed.stderr
    assert run("weigh", "damaged", directory=folder).returncode == 3


def test_inspect(folder: Path) -> None:
    done = run("inspect", "payload", directory=folder)
    assert done.returncode == 0 and "written by lambdapkl" in done.stdout and "<lambda>" in done.stdout
    assert json.loads(run("inspect", "payload", "--json", directory=folder).stdout)["functions"][0]["file"] == __file__
    assert "RETURN" in run("inspect", "payload", "--dis", directory=folder).stdout
    wrong = run("inspect", "payload", "--dis", "nope", directory=folder)
    assert wrong.returncode == 2 and "<lambda>" in wrong.stderr
    damaged = run("inspect", "damaged", directory=folder)
    assert damaged.returncode == 3 and "damaged" in damaged.stderr and not damaged.stdout
    assert run("inspect", "nothing", directory=folder).returncode == 2


class Prints:
    def __reduce__(self) -> object:
        return print, ("it ran",)


def test_nothing_runs_unless_asked(folder: Path) -> None:
    (folder / "prints").write_bytes(pickle.dumps([Prints()]))
    for arguments in (("inspect", "prints"), ("inspect", "prints", "--json"), ("weigh", "prints"), ("explain", "prints")):
        assert "it ran\n" not in run(*arguments, directory=folder).stdout
    assert "it ran\n" in run("inspect", "prints", "--load", directory=folder).stdout


def test_bench(folder: Path) -> None:
    done = run("bench", "--rounds", "1", "--json", directory=folder)
    assert done.returncode == 0, done.stderr
    for row in json.loads(done.stdout):
        ours = next(each for each in row["results"] if each["pickler"] == "lambdapkl")
        assert ours["right"] and ours["dumps"] > 0 and ours["loads"] > 0
    done = run("bench", "script.py:good", "--rounds", "1", directory=folder)
    assert done.returncode == 0 and "script.py:good" in done.stdout and "lambdapkl" in done.stdout
    assert run("bench", "script.py:bad", "--rounds", "1", directory=folder).returncode == 1


@pytest.mark.parametrize("pure", [False, True], ids=["compiled", "pure"])
def test_doctor(pure: bool) -> None:
    answer = json.loads(run("doctor", "--json", pure=pure).stdout)
    assert answer["works"] and answer["lambdapkl"] == lambdapkl.__version__
    if pure:
        assert answer["backend"] == "pure Python" and "LAMBDAPKL_PURE" in answer["why"]
    assert "loads and runs" in run("doctor", pure=pure).stdout


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_closed_pipe_is_no_error(folder: Path) -> None:
    (folder / "large").write_bytes(pickle.dumps([{"k": bytes(20_000)} for _ in range(3000)]))
    command = [sys.executable, "-m", "lambdapkl", "weigh", "large", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait(SECONDS) == 141


@pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
def test_progress_on_a_terminal_only(folder: Path) -> None:
    import pty
    import termios

    source = (
        "import sys, time\n"
        "from lambdapkl.cli.common import Progress\n"
        "with Progress('weighing', 'bytes') as progress:\n"
        "    for i in range(25): progress(i * 10, 250); time.sleep(0.06)\n"
    )
    quiet = subprocess.run([sys.executable, "-c", source], capture_output=True, check=True, timeout=SECONDS)
    assert quiet.stderr == quiet.stdout == b""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    try:
        done = subprocess.run(
            [sys.executable, "-c", source], stderr=theirs, stdout=subprocess.PIPE, check=True, timeout=SECONDS
        )
        assert done.stdout == b"" and select.select([ours], [], [], 5)[0] and b"weighing" in os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)


def test_run(folder: Path) -> None:
    (folder / "job.py").write_text(
        "import sys, lambdapkl.engines.install as install\n"
        "assert __name__ == '__main__' and install.installed() is not None\n"
        "print(sys.argv, __file__)\n"
        "sys.exit(int(sys.argv[1]))\n"
    )
    done = run("run", "job.py", "7", "--json", "-x", directory=folder)
    assert done.returncode == 7 and done.stdout.strip() == f"['job.py', '7', '--json', '-x'] {folder / 'job.py'}", done
    assert run("run", "job.py", "0", directory=folder).returncode == 0
    assert run("run", "nothing.py", directory=folder).returncode == 2
    (folder / "raises.py").write_text("def f(): raise KeyError('mine')\nf()\n")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "lambdapkl", "run", "raises.py"]
    failed = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False, timeout=SECONDS, text=True)
    # As `python raises.py` has it.
    assert failed.returncode == 1 and "KeyError: 'mine'" in failed.stderr and "Traceback" in failed.stderr


# What a program sees of how it was started.
SEEN = """
import json, os, sys
spec = __spec__ and [__spec__.name, __spec__.parent, __spec__.origin]
main = sys.modules["__main__"]
seen = [__file__, sys.argv, sys.path[0], sys._getframe().f_code.co_filename, __package__, spec, __name__, __doc__]
seen += [type(__loader__).__name__, vars(main) is globals()]
print(json.dumps(seen))
"""


def seen(folder: Path, *arguments: str, lambdapkl_run: bool) -> object:
    how = ["-m", "lambdapkl", "run"] if lambdapkl_run else []
    environment = {**os.environ, "PYTHONPATH": str(Path(lambdapkl.__file__).parents[1])}
    command = [sys.executable, *how, *arguments]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=True, timeout=SECONDS, text=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy normalizes the path of a script")
def test_a_script_sees_what_python_shows_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "script.py").write_text(SEEN)
    scripts = ["sub/script.py", "./sub/../sub/script.py", str(tmp_path / "sub" / "script.py")]
    if os.name == "posix":
        (tmp_path / "link.py").symlink_to("sub/script.py")
        scripts.append("link.py")
    for script in scripts:
        expected = seen(tmp_path, script, "-m", "x", lambdapkl_run=False)
        assert seen(tmp_path, script, "-m", "x", lambdapkl_run=True) == expected


def test_a_module_sees_what_python_shows_it(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for file in (tmp_path / "module.py", package / "__main__.py", package / "inner.py"):
        file.write_text(SEEN)
    for name in ("module", "package", "package.inner", "package.__main__"):
        expected = seen(tmp_path, "-m", name, "-m", "--json", lambdapkl_run=False)
        assert seen(tmp_path, "-m", name, "-m", "--json", lambdapkl_run=True) == expected, name


def test_run_a_module(folder: Path) -> None:
    (folder / "job.py").write_text(
        "import sys, pickle, lambdapkl.engines.install as install\n"
        "assert install.installed() is not None\n"
        "import lambdapkl\n"
        "class C: pass\n"
        "assert b'C' in lambdapkl.dumps(C) and len(lambdapkl.dumps(C)) > 60\n"
        "sys.exit(int(sys.argv[1]))\n"
    )
    assert run("run", "-m", "job", "7", directory=folder).returncode == 7
    for name, text in (("nothing", "nothing"), ("nothing.at.all", "nothing"), ("html", "html"), (".job", "elative")):
        done = run("run", "-m", name, directory=folder)
        assert done.returncode == 2 and text in done.stderr and len(done.stderr.splitlines()) == 1, done


def test_a_pool_of_a_module_that_is_run(tmp_path: Path) -> None:
    """multiprocessing's children import it by its name."""
    (tmp_path / "pool.py").write_text(
        "import multiprocessing\n"
        "def double(x): return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.map(double, [1, 2]))\n"
    )
    assert run("run", "-m", "pool", directory=tmp_path).stdout == "[2, 4]\n"
    assert run("run", "pool.py", directory=tmp_path).stdout == "[2, 4]\n"
