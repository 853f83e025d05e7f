"""`install` and `uninstall`, each in a fresh process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from programs import SCRIPTS, run_source

if sys.implementation.name == "pypy":
    pytest.skip("cloudpickle 3.1 cannot be imported by PyPy 8", allow_module_level=True)
pytest.importorskip("cloudpickle")

NAMES = """
import functools, io, pickle, sys
from cloudpickle import CloudPickler, dumps
import cloudpickle

ours = lambda payload: b"lambdapkl" in payload
partial = functools.partial(dumps, protocol=5)
default = (lambda obj, dumps=dumps: dumps(obj))
old = dumps(lambda: 5)
import lambdapkl
"""


def test_names_wherever_they_were_imported(tmp_path: Path) -> None:
    run_source(tmp_path, SCRIPTS / "install_names_wherever_they_were_imported.py")


def test_subclasses_and_their_tables(tmp_path: Path) -> None:
    run_source(tmp_path, SCRIPTS / "install_subclasses_and_their_tables.py")


def test_copies_imported_later(tmp_path: Path) -> None:
    import cloudpickle.cloudpickle as original

    copy = tmp_path / "vendor" / "cloudpickle"
    copy.mkdir(parents=True)
    (tmp_path / "vendor" / "__init__.py").touch()
    (copy / "__init__.py").write_text("from .cloudpickle import *\nfrom .cloudpickle import dumps, CloudPickler\n")
    (copy / "cloudpickle.py").write_text(Path(original.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    text = """
import sys, lambdapkl
lambdapkl.install(workers=False)
assert "cloudpickle" not in sys.modules
import cloudpickle, vendor.cloudpickle as vendored
from lambdapkl.engines.install import installed
assert installed() == ["cloudpickle.cloudpickle", "vendor.cloudpickle.cloudpickle"], installed()
for module in (cloudpickle, vendored):
    assert b"lambdapkl" in module.dumps(lambda: 1)
    assert type(module.cloudpickle.__loader__).__name__ == "SourceFileLoader" == type(module.cloudpickle.__spec__.loader).__name__
assert "LAMBDAPKL_INSTALL" not in __import__("os").environ
lambdapkl.uninstall()
for module in (cloudpickle, vendored):
    assert b"lambdapkl" not in module.dumps(lambda: 1)
assert not [finder for finder in sys.meta_path if type(finder).__module__.startswith("lambdapkl")]
"""
    run_source(tmp_path, text)


def test_registries(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def f(): return 1\n")
    (tmp_path / "other.py").write_text("def f(): return 1\n")
    text = (
        NAMES
        + """
import mine, other
cloudpickle.register_pickle_by_value(mine)
assert len(dumps(mine.f)) > 100
lambdapkl.install()
assert ours(dumps(mine.f)) and not ours(dumps(other.f))
cloudpickle.register_pickle_by_value(other)
assert ours(dumps(other.f)) and cloudpickle.list_registry_pickle_by_value() == {"mine", "other"}
cloudpickle.unregister_pickle_by_value(mine)
assert not ours(dumps(mine.f))
lambdapkl.uninstall()
assert cloudpickle.list_registry_pickle_by_value() == {"other"} and not lambdapkl.list_registry_pickle_by_value()
"""
    )
    run_source(tmp_path, text)


def test_threads(tmp_path: Path) -> None:
    run_source(tmp_path, SCRIPTS / "install_in_threads.py")


def test_while_another_thread_imports_it(tmp_path: Path) -> None:
    package = tmp_path / "slow" / "cloudpickle"
    package.mkdir(parents=True)
    (tmp_path / "slow" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "cloudpickle.py").write_text(
        "import pickle, threading, time\nstarted.set() if (started := threading.__dict__['started']) else 0\ntime.sleep(0.5)\n"
        "class CloudPickler(pickle.Pickler): pass\n"
        "def dumps(obj, protocol=None, buffer_callback=None): return b''\n"
        "def dump(obj, file, protocol=None, buffer_callback=None): pass\n"
    )
    text = """
import threading, lambdapkl
threading.started = threading.Event()
thread = threading.Thread(target=__import__, args=("slow.cloudpickle.cloudpickle",))
thread.start()
assert threading.started.wait(20)
lambdapkl.install()
from slow.cloudpickle import cloudpickle
assert b"lambdapkl" in cloudpickle.dumps(lambda: 1)
"""
    run_source(tmp_path, text)


def test_environment_reaches_processes(tmp_path: Path) -> None:
    child = "import lambdapkl, cloudpickle; print(b'lambdapkl' in cloudpickle.dumps(lambda: 1))"
    text = f"""
import os, subprocess, sys, lambdapkl
child = [sys.executable, "-c", {child!r}]
lambdapkl.install()
print(subprocess.run(child, capture_output=True, text=True).stdout.strip())
lambdapkl.uninstall()
print(subprocess.run(child, capture_output=True, text=True).stdout.strip())
"""
    assert run_source(tmp_path, text).split() == ["True", "False"]
    assert run_source(tmp_path, child, LAMBDAPKL_INSTALL="1").strip() == "True"
    assert run_source(tmp_path, child, LAMBDAPKL_INSTALL="0").strip() == "False"


def test_run_script(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("answer = 42\n")
    (tmp_path / "job.py").write_text("""
import os, sys, __main__, cloudpickle, beside
def f(): return beside.answer
assert __main__.f is f and __name__ == "__main__" and __file__ == os.path.abspath("job.py")
payload = cloudpickle.dumps(f)
assert b"lambdapkl" in payload and f.__module__ == "__main__"
print(sys.argv, len(payload) > 100)
sys.exit(0)
""")
    text = "from lambdapkl.engines.run import run_script; run_script('job.py', ['a', '--b'])"
    assert run_source(tmp_path, text).strip() == "['job.py', 'a', '--b'] True"
