"""`getsource` for typed code, for one of several lambdas in a line, and for loaded functions."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading

import fresh
import pytest

import lambdapkl
from lambdapkl import getsource

several = [lambda x: x + 1, lambda x: x + 2, lambda: 0, lambda: 1, lambda x: x + 1]
nested = lambda a: lambda b: (a, lambda: 0)
long = lambda y: (
    y +
    1); short = lambda: None  # fmt: skip # noqa: E702


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


class Outer:
    field = 1

    @decorated
    def method(self, a, *b, c=1, **d):
        return a

    @property
    def prop(self):
        return 1

    class Inner:
        def quiet(self, __private):
            return lambda: 3


class Bare:
    pass


def test_lambdas_alone():
    assert [getsource(each) for each in several] == [
        "lambda x: x + 1",
        "lambda x: x + 2",
        "lambda: 0",
        "lambda: 1",
        "lambda x: x + 1",
    ]
    assert getsource(nested) == "lambda a: lambda b: (a, lambda: 0)"
    assert getsource(nested(1)) == "lambda b: (a, lambda: 0)"
    assert getsource(nested(1)(2)[1]) == "lambda: 0"
    assert getsource(short) == "lambda: None"
    assert compile(getsource(long), "", "eval") and getsource(long).endswith("1)")


def test_definitions():
    assert getsource(Outer.method) == "@decorated\ndef method(self, a, *b, c=1, **d):\n    return a\n"
    assert getsource(Outer.prop) == "@property\ndef prop(self):\n    return 1\n"
    assert getsource(Outer.Inner.quiet) == "def quiet(self, __private):\n    return lambda: 3\n"
    assert getsource(functools.partial(Outer().method, 1)) == getsource(Outer.method)
    assert getsource(Outer).startswith("class Outer:\n    field = 1\n")
    assert getsource(Outer.Inner) == "class Inner:\n    def quiet(self, __private):\n        return lambda: 3\n"
    assert getsource(Bare) == "class Bare:\n    pass\n"
    assert getsource(Outer.prop.fget.__code__) == getsource(Outer.prop)
    assert getsource(lambdapkl.dump).startswith("def dump(\n")


def test_loaded_function():
    assert getsource(lambdapkl.loads(lambdapkl.dumps(several[1]))) == "lambda x: x + 2"


@pytest.mark.parametrize("between", ["\x0c\n", "s = '\x0b\x1c\x85\u2028'\n", "\x0c"])
def test_lines_end_where_python_ends_them(tmp_path, between):
    file = tmp_path / "lines.py"
    file.write_text(
        f"{between}def f():\n    return '\u2028'\n\ndef g(): return 6\nh = lambda: 'ö\u2028'; i = lambda: 'ä'\n", "utf-8"
    )
    namespace = {}
    exec(compile(file.read_text("utf-8"), str(file), "exec"), namespace)
    assert getsource(namespace["f"]).lstrip("\x0c") == "def f():\n    return '\u2028'\n"
    assert getsource(namespace["g"]) == "def g(): return 6\n"
    assert [getsource(namespace[name]) for name in "hi"] == ["lambda: 'ö\u2028'", "lambda: 'ä'"]


@pytest.mark.parametrize("obj", [len, 3, "def f(): pass", compile("1", "", "exec")], ids=["builtin", "int", "str", "module"])
def test_objects_without_source(obj):
    with pytest.raises(TypeError):
        getsource(obj)


def test_missing_source():
    namespace = {}
    exec("def typed(): pass\nclass Typed:\n    def m(self): pass\n", namespace)
    for obj in namespace["typed"], namespace["Typed"]:
        with pytest.raises(OSError, match="was typed into a session or executed by exec"):
            getsource(obj)
    exec(compile("def f(): pass\n", "/nowhere/file.py", "exec"), namespace)
    with pytest.raises(OSError, match=r"its file /nowhere/file.py does not exist"):
        getsource(namespace["f"])


def test_changed_file(tmp_path):
    file = tmp_path / "changing.py"
    text = "def f(a):\n    return a\n"
    file.write_text(text)
    namespace = {}
    exec(compile(text, str(file), "exec"), namespace)
    assert getsource(namespace["f"]) == text
    for changed in ("# a line\n" + text, text.replace("(a)", "(a, b)"), "def (\n"):
        file.write_text(changed)
        with pytest.raises(OSError, match="has changed since"):
            getsource(namespace["f"])


def test_payload_from_another_process(backend):
    define = "def o(x):\n    return x\n"
    directory = fresh.new_directory()
    payload = backend.dumps(define, directory=directory)
    check = "import lambdapkl\nassert lambdapkl.getsource(o) == 'def o(x):\\n    return x\\n'"
    backend.loads(payload, check, directory=directory)
    os.unlink(directory / "dumping.py")
    elsewhere = """
    import lambdapkl
    try:
        lambdapkl.getsource(o)
    except OSError as error:
        assert "may come from another machine" in str(error), error
    else:
        raise AssertionError
    """
    backend.loads(payload, elsewhere, directory=directory)


TYPED = """\
def simple(a):
    return a + 1

@staticmethod
def marked(b, c=(1,
2)):
    if b:
        return b
    return c

pair = (lambda x: x * 2), (lambda x: x * 3)
class Typed:
    def method(self):
        return "method"

import lambdapkl, functools
print("ONE", repr(lambdapkl.getsource(simple)))
print("TWO", repr(lambdapkl.getsource(marked)))
print("THREE", repr(lambdapkl.getsource(pair[1])))
print("FOUR", repr(lambdapkl.getsource(Typed.method)))
exit()
"""


ONE_LINERS = """\
def simple(a): return a + 1

pair = (lambda x: x * 2), (lambda x: x * 3)
import lambdapkl
print("ONE", repr(lambdapkl.getsource(simple)))
print("THREE", repr(lambdapkl.getsource(pair[1])))
exit()
"""


def _type(text, folder, **env):
    """Type `text` into an interpreter in a new pseudo-terminal; return its output."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    env = {**os.environ, "PYTHON_HISTORY": str(folder / "history"), "HOME": str(folder), "NO_COLOR": "1", **env}
    process = subprocess.Popen(
        [sys.executable, "-q", "-i"], stdin=slave, stdout=slave, stderr=slave, env=env, cwd=folder, start_new_session=True
    )
    os.close(slave)
    watch = threading.Timer(60, process.kill)
    watch.start()
    printed = b""
    try:
        for line in text.splitlines(keepends=True):
            os.write(master, line.encode())
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            printed += chunk
    finally:
        process.wait(60)
        watch.cancel()
        os.close(master)
    return printed.decode().replace("\r\n", "\n")


LINUX = pytest.mark.skipif(
    sys.platform != "linux" or sys.implementation.name != "cpython", reason="needs a pseudo-terminal of Linux, and CPython"
)


@LINUX
def test_typed_into_the_interpreter(tmp_path):
    """Up to 3.12, readline keeps a history; since 3.13, the interpreter keeps the text."""
    pytest.importorskip("readline")
    text = _type(TYPED, tmp_path, TERM="dumb", PYTHON_BASIC_REPL="1")
    for expected in (
        r"ONE 'def simple(a):\n    return a + 1\n'",
        r"TWO '@staticmethod\ndef marked(b, c=(1,\n2)):\n    if b:\n        return b\n    return c\n'",
        "THREE 'lambda x: x * 3'",
        r"FOUR 'def method(self):\n",
    ):
        assert expected in text, text


@LINUX
@pytest.mark.skipif(sys.version_info < (3, 13), reason="the new interactive interpreter came with 3.13")
def test_typed_into_the_new_interpreter(tmp_path):
    pytest.importorskip("readline")
    text = _type(ONE_LINERS, tmp_path, TERM="xterm", COLUMNS="200")
    assert r"ONE 'def simple(a): return a + 1\n'" in text and "THREE 'lambda x: x * 3'" in text, text
