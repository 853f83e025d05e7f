"""The command line, in processes of its own."""

from __future__ import annotations

import json
import os
import pickle
import select
import subprocess
import sys
from importlib.util import find_spec
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


def test_weigh_writes_whole_pages(folder: Path) -> None:
    done = run("weigh", "payload", "--html", "page.html", directory=folder)
    if find_spec("plotly") is None:
        assert done.returncode == 2 and "lambdapkl[html]" in done.stderr and not (folder / "page.html").exists()
        return
    assert done.returncode == 0 and (folder / "page.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert not list(folder.glob(".*.part"))
    assert (folder / "page.html").stat().st_mode & 0o044, "others may read it, as any new file"
    (folder / "taken").mkdir()
    failed = run("weigh", "payload", "--html", "taken", directory=folder)
    assert failed.returncode == 2 and not list(folder.glob(".*.part"))


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
@pytest.mark.skipif(find_spec("tqdm") is None and find_spec("rich") is None, reason="needs tqdm or rich")
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
    assert done.returncode == 7 and done.stdout.strip() == "['job.py', '7', '--json', '-x'] job.py", done
    assert run("run", "job.py", "0", directory=folder).returncode == 0
    assert run("run", "nothing.py", directory=folder).returncode == 2
    (folder / "raises.py").write_text("def f(): raise KeyError('mine')\nf()\n")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "lambdapkl", "run", "raises.py"]
    failed = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False, timeout=SECONDS, text=True)
    # As `python raises.py` has it.
    assert failed.returncode == 1 and "KeyError: 'mine'" in failed.stderr and "Traceback" in failed.stderr
