"""`dump_session` and `load_session`: written by one fresh process, read by another."""

from __future__ import annotations

import io
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import fresh
import pytest
from conftest import BACKENDS
from corpus import all_cases

import lambdapkl

PROGRAMS = Path(__file__).with_name("programs")

DEFINE = fresh.dedent(PROGRAMS / "session.py")


def save(backend, directory, more="", dump="result = lambdapkl.dump_session('session')"):
    return backend.execute(fresh.dedent(DEFINE) + fresh.dedent(more) + fresh.dedent(dump), directory=directory)


@pytest.fixture
def directory():
    return fresh.new_directory()


def test_a_session_comes_back(backend, directory):
    assert save(backend, directory) == {}
    names = backend.execute(
        """
        import lambdapkl
        rate = "the session's takes its place"
        mine = "stays"
        result = lambdapkl.load_session("session")
        assert [f(3), g(1), late(), m.floor(2.5), json.loads("1"), path.basename("a/b")] == [6, 4, "here", 2, 1, "b"]
        assert mine == "stays" and __version__ == "1.2"
        """,
        directory=directory,
    )
    assert names[names.index("json") :][:5] == ["json", "m", "path", "lambdapkl", "rate"] and "__version__" in names
    assert not {"__name__", "__builtins__", "__file__", "__spec__", "mine"} & set(names)


def test_functions_share_the_globals_of_the_reader(backend, directory):
    save(backend, directory)
    backend.execute(
        """
        import lambdapkl, __main__
        lambdapkl.load_session("session")
        assert f.__globals__ is globals() is Key.scaled.__globals__ is g.__globals__ is vars(__main__)
        bump()
        assert rate == 3 and f(1) == 3 and Key(2).scaled() == 6
        rate = 10
        assert f(1) == 10
        """,
        directory=directory,
    )


def test_identity_is_kept_between_names(backend, directory):
    save(backend, directory)
    backend.execute(
        """
        import lambdapkl
        lambdapkl.load_session("session")
        assert table["shared"] is shared
        assert type(keys[0]) is Key and next(iter(by_key)) is keys[0] and by_key[Key(1)] == "one"
        """,
        directory=directory,
    )


def test_a_loaded_session_can_be_saved_again(backend, directory):
    save(backend, directory)
    load = "import lambdapkl\nlambdapkl.load_session('{}')\n"
    backend.execute(load.format("session") + "bump()\nlambdapkl.dump_session('again')", directory=directory)
    backend.execute(load.format("again") + "assert f(1) == 3 and table['shared'] is shared", directory=directory)


BAD = """
    import threading
    lock = threading.Lock()
    lock.acquire()
    jobs = {"first": [lock]}
    def locked():
        return lock.locked()
"""


def test_what_cannot_be_saved_is_listed_at_once(backend, directory):
    error = save(
        backend,
        directory,
        BAD,
        """
        try:
            lambdapkl.dump_session("session")
        except lambdapkl.SessionError as error:
            result = [str(error), error.reasons]
        """,
    )
    text, reasons = error
    assert list(reasons) == ["lock", "jobs"]
    assert "that is held" in reasons["lock"]
    assert "dict -> item 'first' -> item 0 (_thread.lock)" in reasons["jobs"]
    assert all(f"\n  {name}: {reason}" in text for name, reason in reasons.items())
    assert not [name for name in os.listdir(directory) if "session" in name]


def test_what_cannot_be_saved_is_left_out_when_asked(backend, directory):
    skipped, warned = save(
        backend,
        directory,
        BAD,
        """
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            skipped = lambdapkl.dump_session("session", unpicklable="skip")
        result = [skipped, [str(each.message) for each in caught if each.category is UserWarning]]
        """,
    )
    # A catch_warnings object, and the list that it fills, are names of that session, too.
    assert list(skipped)[:2] == ["lock", "jobs"]
    assert len(warned) == 1 and all(name in warned[0] for name in skipped)
    backend.execute(
        """
        import lambdapkl
        names = lambdapkl.load_session("session")
        assert f(3) == 6 and not {"lock", "jobs"} & set(names)
        try:
            locked()
        except NameError:
            pass
        else:
            raise AssertionError("the lock is there")
        """,
        directory=directory,
    )


def test_names_are_skipped(backend, directory):
    assert save(backend, directory, BAD, "result = lambdapkl.dump_session('session', skip=['lock', 'jobs', 'rate'])") == {}
    backend.execute(
        "import lambdapkl\nrate = 5\nlambdapkl.load_session('session')\nassert f(2) == 10 and 'jobs' not in globals()",
        directory=directory,
    )


def test_a_failure_leaves_the_old_file(backend, directory):
    save(backend, directory)
    before = (directory / "session").read_bytes()
    save(
        backend,
        directory,
        BAD,
        "try:\n    lambdapkl.dump_session('session')\nexcept lambdapkl.SessionError:\n    pass",
    )
    assert (directory / "session").read_bytes() == before
    assert not [name for name in os.listdir(directory) if name.startswith(".session")]


@pytest.mark.parametrize("cut", [1, 30, 400])
def test_a_damaged_session_leaves_names_as_they_were(backend, directory, cut):
    save(backend, directory)
    data = (directory / "session").read_bytes()
    (directory / "session").write_bytes(data[:-cut])
    backend.execute(
        """
        import lambdapkl, pickle
        rate = 7
        before = set(globals())
        try:
            lambdapkl.load_session("session")
        except pickle.UnpicklingError:
            pass
        else:
            raise AssertionError("loaded")
        assert rate == 7 and set(globals()) - before == {"before"}, set(globals()) - before
        """,
        directory=directory,
    )


def test_what_is_imported_travels_by_reference_where_it_must(backend, directory):
    modules = {"settings.py": "import threading\nlock = threading.Lock()\nlock.acquire()\n"}
    options = {"directory": directory, "modules": modules}
    backend.execute("import lambdapkl\nfrom settings import lock\nassert lambdapkl.dump_session('session') == {}", **options)
    backend.execute("import lambdapkl, settings\nlambdapkl.load_session('session')\nassert lock is settings.lock", **options)


def test_the_state_of_another_module(backend, directory):
    options = {"directory": directory, "modules": {"state.py": "count = 0\ndef get():\n    return count\n"}}
    backend.execute(
        """
        import lambdapkl, state
        state.count = 5
        state.double = eval("lambda: get() * 2", vars(state))
        lambdapkl.dump_session("session", state)
        """,
        **options,
    )
    backend.execute(
        "import lambdapkl, state\nlambdapkl.load_session('session')\nassert state.get() == 5 and state.double() == 10",
        **options,
    )


def test_classes_stay_what_they_are_in_the_same_process(backend, directory):
    save(
        backend,
        directory,
        dump="""
        lambdapkl.dump_session("session")
        before, key = Key, keys[0]
        lambdapkl.load_session("session")
        assert Key is before and keys[0] is not key and type(keys[0]) is before and keys[0] == key
        """,
    )


def test_open_files_and_modes(tmp_path):
    import types

    module = types.ModuleType("made")
    with pytest.raises(ValueError, match="no reader can import"):
        lambdapkl.dump_session(tmp_path / "x", module)
    with pytest.raises(ValueError, match="nowhere_to_be_found"):
        lambdapkl.dump_session(tmp_path / "x", skip="nowhere_to_be_found")
    with pytest.raises(ValueError, match="'raise' or 'skip'"):
        lambdapkl.dump_session(tmp_path / "x", unpicklable="ignore")
    with pytest.raises(pickle.UnpicklingError, match="not a session"):
        lambdapkl.load_session(io.BytesIO(pickle.dumps({"format": "something else"})))
    with pytest.raises(pickle.UnpicklingError, match="format 99"):
        lambdapkl.load_session(io.BytesIO(pickle.dumps({"format": "lambdapkl.session", "version": 99})))
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_mode_and_link_of_the_file_stay(tmp_path):
    import colorsys

    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"")
    target.chmod(0o640)
    link.symlink_to(target)
    lambdapkl.dump_session(link, colorsys)
    assert link.is_symlink() and target.stat().st_size and stat.S_IMODE(target.stat().st_mode) == 0o640
    buffer = io.BytesIO()
    lambdapkl.dump_session(buffer, colorsys)
    assert buffer.getvalue() == target.read_bytes()
    buffer.seek(0)
    assert "rgb_to_hsv" in lambdapkl.load_session(buffer)


CELLS = """\
import lambdapkl
from getpass import getpass
x = [1, 2]; y = x
def f(a): return a + len(x)

class P: pass

p = P()
x
lambdapkl.dump_session("session")
"""


def _ipython(text: str, folder: Path) -> str:
    """Type `text` into a new IPython and return what it printed."""
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor", "--no-banner", "--no-confirm-exit"]
    env = {**os.environ, "IPYTHONDIR": str(folder / "ipython"), "PYTHONWARNINGS": "ignore"}
    run = subprocess.run(command, input=text, text=True, capture_output=True, cwd=folder, env=env, timeout=120)
    return run.stdout + run.stderr


def test_an_ipython_session(tmp_path):
    pytest.importorskip("IPython")
    printed = _ipython(CELLS, tmp_path)
    assert "{}" in printed, printed
    printed = _ipython(
        "import lambdapkl\nlambdapkl.load_session('session')\n"
        "print('OK', f(1), f.__globals__ is globals(), x is y, type(p) is P, In[1])\n",
        tmp_path,
    )
    assert (
        "['getpass', 'x', 'y', 'f', 'P', 'p', 'lambdapkl']" in printed
        or "'lambdapkl', 'getpass', 'x', 'y', 'f', 'P', 'p'" in printed
    )
    assert "OK 3 True True True import lambdapkl" in printed, printed


def _notebook(cells: list[str], folder: Path) -> str:
    """Run `cells` in a new Jupyter kernel and return what they printed."""
    manager = pytest.importorskip("jupyter_client.manager")
    pytest.importorskip("ipykernel")
    printed: list[str] = []

    def show(message):
        content = message["content"]
        printed.append(
            content.get("text") or "\n".join(content.get("traceback") or [content.get("data", {}).get("text/plain", "")])
        )

    # Not a kernel that is registered on this machine: this interpreter's.
    kernel = manager.KernelManager()
    kernelspec = pytest.importorskip("jupyter_client.kernelspec")
    kernel._kernel_spec = kernelspec.KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
    )
    env = {**os.environ, "IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    kernel.start_kernel(cwd=str(folder), env=env)
    client = kernel.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        for cell in cells:
            client.execute_interactive(cell, timeout=60, output_hook=show)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    return "\n".join(printed)


def test_a_notebook(tmp_path):
    saved = _notebook([CELLS.partition("lambdapkl.dump")[0], "print(lambdapkl.dump_session('session'))"], tmp_path)
    assert "{}" in saved, saved
    loaded = _notebook(
        [
            "import lambdapkl\nprint(lambdapkl.load_session('session'))",
            "print('OK', f(1), f.__globals__ is globals(), x is y, type(p) is P, getpass.__self__ is get_ipython().kernel)",
        ],
        tmp_path,
    )
    assert "'getpass', 'x', 'y', 'f', 'P', 'p'" in loaded and "OK 3 True True True True" in loaded, loaded


# What a case says of a payload, or of what must not travel beside its object, is not true of a session.
FAMILIES = frozenset(
    "closures dataclasses_ dataclasses_bases named_tuples enums enums_flags enums_hooks enums_mixins identity metaclasses slots".split()
)
CASES = [case for case in all_cases() if case.family in FAMILIES and case.refused is None and "payload" not in case.check]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases_of_the_corpus_in_a_session(case, processes):
    backend = processes(BACKENDS[0])
    options = {"directory": fresh.new_directory(), "modules": case.modules, "by_value": case.by_value}
    save = "\nimport lambdapkl\nresult = lambdapkl.dump_session('session', skip=['pickler'])"
    assert backend.execute(fresh.dedent(case.define) + save, **options) == {}
    backend.execute("import lambdapkl\nlambdapkl.load_session('session')\n" + fresh.dedent(case.check), pickler=None, **options)


WEAK = """
import weakref, lambdapkl
class Node: pass
node, other, hidden = Node(), Node(), Node()
weak, members, late = weakref.ref(node), weakref.WeakSet([node, hidden]), weakref.ref(other)
def shows(): return hidden
del other
lone = weakref.proxy(hidden)
"""


def test_weak_references(backend, directory):
    backend.execute(WEAK + "lambdapkl.dump_session('session', skip=['hidden'])", directory=directory)
    backend.execute(
        """
        import gc, lambdapkl, weakref
        lambdapkl.load_session("session")
        gc.collect()
        assert weak() is node and late() is None and node in members
        # What only a proxy and a weak set hold comes in the place of the proxy.
        assert type(lone) is Node and "hidden" not in globals()
        """,
        directory=directory,
    )


def test_a_weak_reference_to_what_is_not_saved(backend, directory):
    more = "lost = weakref.ref(hidden)\ndel lone\n"
    failed = """
    try: lambdapkl.dump_session('session', skip=['hidden'])
    except lambdapkl.SessionError as error: result = str(error)
    """
    text = backend.execute(WEAK + more + fresh.dedent(failed), directory=directory)
    assert "lost: cannot pickle a weakref.ref to a 'Node' object that nothing else" in text
