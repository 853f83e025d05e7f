"""What a portable payload brought is pickled with ``portable=True`` again by its reader, which has no file with the source."""

from __future__ import annotations

import pathlib
import pickle
import sys
from typing import Any

import fresh
import pytest
from conftest import BACKENDS
from test_portable import CASES, OTHER_VERSION, run, written

import lambdapkl

SAME_OR_OTHER = pytest.mark.parametrize("start", ["", OTHER_VERSION], ids=["same bytecode", "other bytecode"])


@SAME_OR_OTHER
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.slow
def test_every_case_after_two_more_hops(tmp_path: pathlib.Path, start: str, backend: str) -> None:
    done = run(str(CASES), "dump", str(tmp_path / "0"), pure=False)
    assert done.returncode == 0, done.stderr
    path = f"{start}import pathlib, sys\nsys.path.insert(0, {str(CASES.parent)!r})\nimport portable_cases\n"
    for hop in (0, 1):
        where = f"pathlib.Path({str(tmp_path / str(hop))!r}), pathlib.Path({str(tmp_path / str(hop + 1))!r})"
        done = run("-c", f"{path}portable_cases.again({where})", pure=backend == "pure")
        assert done.returncode == 0, done.stderr
    done = run("-c", f"{path}assert portable_cases.load(pathlib.Path({str(tmp_path / '2')!r}), 'this')", pure=backend == "pure")
    assert done.returncode == 0 and done.stdout.count("ok") == 2, done.stdout + done.stderr
    assert len(list(tmp_path.glob("2/*/*"))) == len(list(tmp_path.glob("0/*/*"))) > 50


# Names of a program; an expression over the loaded object `o` that makes functions; what must be true of these, again as `o`.
MADE = {
    "a closure": ("def o(n):\n    def add(x):\n        return x + n\n    return add", "o(3)", "o(4) == 7"),
    "lambdas in a line": ("def o(): return [lambda: 1, lambda: 2, lambda: (lambda: 3)]", "[*o(), o()[2]()]", "[f() for f in [*o[:2], o[3], o[2]()]] == [1, 2, 3, 3]"),
    "a lambda's lambda": ("o = lambda x: lambda y: (x, y)", "o(1)", "o(2) == (1, 2)"),
    "what a method makes": (
        "class A:\n    def m(self):\n        self.__k = 5\n        def f(__p=1):\n            '''Doc.'''\n            return self.__k + __p\n        return f, lambda: self.__k\no = A()",
        "o.m()",
        "[f() for f in o] == [6, 5] and o[0].__doc__ == 'Doc.'",
    ),
    "a class that a function makes": (
        "def o(k):\n    class Local:\n        def __init__(self): self.k = k\n        def both(self, x=lambda: 9): return self.k, x(), __class__\n    return Local",
        "o(2)",
        "o().both() == (2, 9, o) and o.__qualname__ == 'o.<locals>.Local'",
    ),
    "decorated": (
        "import functools\ndef o(n):\n    @functools.lru_cache\n    @functools.wraps(len)\n    def f(x): return x * n\n    return f.__wrapped__",
        "o(3)",
        "o(5) == 15",
    ),
    "in a comprehension": ("def o(): return [lambda y, x=x: x + y for x in (1, 2)] + list(lambda: x for x in (7,))", "o()", "(o[0](1), o[1](1), o[2]()) == (2, 3, 7)"),
    "imports": ("import math\ndef o():\n    def f(x): return math.sqrt(x)\n    return f", "o()", "o(4) == 2"),
    "asynchronous": ("def o():\n    async def f(): return 8\n    return f", "o()", "o().__class__.__name__ == 'coroutine'"),
    "three deep": ("def o():\n    def f():\n        def g():\n            return lambda: 4\n        return g\n    return f", "o()()", "o()() == 4"),
    "a function that binds an outer name": (
        "def o():\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n        return n\n    return f",
        "o()",
        "(o(), o()) == (1, 2)",
    ),
}  # fmt: skip


@SAME_OR_OTHER
@pytest.mark.parametrize("form", ["portable=True", "portable=True, deterministic=True", "portable=True, standalone=True"])
@pytest.mark.slow
def test_functions_that_a_loaded_function_makes(tmp_path: pathlib.Path, backend: fresh.Process, start: str, form: str) -> None:
    wrong = {}
    for name, (source, make, condition) in MADE.items():
        try:
            data = eval(f"lambdapkl.dumps(o, {form})", {"lambdapkl": lambdapkl, "o": written(tmp_path, source)["o"]})
            first = f"{start}import pickle\no = pickle.loads(data)\nimport lambdapkl\nresult = lambdapkl.dumps({make}, {form})"
            data = backend.execute(first, data=data)
            second = f"{start}import pickle\no = pickle.loads(data)\nimport lambdapkl\nagain = lambdapkl.dumps(o, {form})\n"
            second += f"assert {condition}\no = pickle.loads(again)\nresult = bool({condition})"
            if not backend.execute(second, data=data):
                wrong[name] = "not so"
        except Exception as error:
            wrong[name] = str(error)[-700:]
    assert not wrong


def test_the_same_bytes_again(tmp_path: pathlib.Path, backend: fresh.Process) -> None:
    data = lambdapkl.dumps(
        written(tmp_path, "def o(n):\n    def add(x):\n        return x + n\n    return add")["o"], portable=True
    )
    again = backend.execute(f"import lambdapkl, pickle\nresult = lambdapkl.dumps(pickle.loads({data!r}), portable=True)")
    assert again == data


def test_optimization_of_the_first_writer_is_kept(tmp_path: pathlib.Path) -> None:
    """A reader with other options has code of the writer's, and its text must give that."""
    file = tmp_path / "made.py"
    file.write_text(
        "import lambdapkl, pathlib\ndef o(x):\n    assert x\n    return lambda: [1 for assert_ in (1,) if __debug__]\n"
        "pathlib.Path('data').write_bytes(lambdapkl.dumps(o, portable=True))\n"
    )
    read = (
        "import lambdapkl, pathlib, pickle, sys\no = pickle.loads(pathlib.Path('data').read_bytes())\n"
        "pathlib.Path('again').write_bytes(lambdapkl.dumps([o, o(1)], portable=True))\n"
    )
    check = f"{OTHER_VERSION}import pathlib, pickle\no, inner = pickle.loads(pathlib.Path('again').read_bytes())\n"
    import os
    import subprocess

    for writer, reader in (("-O", "-B"), ("-B", "-O")):
        env = {**os.environ, "PYTHONPATH": str(pathlib.Path(lambdapkl.__file__).parents[1])}
        end = (
            "assert o(0) and inner() == []"
            if writer == "-O"
            else "try: o(0)\nexcept AssertionError: assert inner() == [1]\nelse: raise KeyError"
        )
        for arguments in ((writer, str(file)), (reader, "-c", read), ("-c", check + end)):
            done = subprocess.run([sys.executable, *arguments], env=env, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_code_that_was_changed_after_loading_is_refused(tmp_path: pathlib.Path, backend: fresh.Process) -> None:
    data = lambdapkl.dumps(written(tmp_path, "def o(): return 5")["o"], portable=True)
    (tmp_path / "program.py").unlink()
    backend.execute(
        """
        import lambdapkl, pickle
        o = pickle.loads(data)
        o.__code__ = o.__code__.replace(co_consts=tuple(6 if each == 5 else each for each in o.__code__.co_consts), co_name="p")
        assert o() in (5, 6)
        try: lambdapkl.dumps(o, portable=True)
        except pickle.PicklingError as error: assert "portable=True" in str(error)
        else: raise AssertionError
        """,
        data=data,
    )


def test_nothing_is_kept_of_code_that_is_gone(tmp_path: pathlib.Path) -> None:
    from lambdapkl.code import carried

    data = lambdapkl.dumps(written(tmp_path, "def o(): return lambda: 5")["o"], portable=True)
    before = len(carried._origins)
    loaded: Any = [pickle.loads(data) for _ in range(5)]
    assert len(carried._origins) >= before + 2
    del loaded
    import gc

    gc.collect()
    assert len(carried._origins) == before
