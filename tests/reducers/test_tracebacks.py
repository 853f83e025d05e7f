"""Exceptions are pickled with their traceback: the reader prints the same text as the writer."""

from __future__ import annotations

import sys

import fresh
import pytest
from conftest import BACKENDS, Processes

PYPY = sys.implementation.name == "pypy"

# Leaves in `caught` an exception of each kind.
RAISING = (
    r"""
import asyncio, collections, contextlib, functools, linecache, operator, traceback, sys

caught = {}

def catch(function):
    try: function()
    except BaseException as error: caught[function.__name__] = error

@catch
def plain(): raise ValueError("plain")

@catch
def nested():
    def one(x): return two(x) + 1
    def two(x): return {"a": x}["b"][
        0
    ]
    one(1) + one(2)

@catch
def caused():
    try: operator.truediv(1, 0)
    except ZeroDivisionError as error: raise RuntimeError("caused") from error

@catch
def in_context():
    try: [][0]
    except IndexError:
        try: {}["k"]
        except KeyError: raise TypeError("in context")

@catch
def suppressed():
    try: [][0]
    except IndexError: raise TypeError("suppressed") from None

@catch
def with_notes():
    try: int("x")
    except ValueError as error:
        error.add_note("first")
        error.add_note("second\nline")
        raise

@catch
def group():
    errors = []
    for text in "a", "b":
        try: int(text)
        except ValueError as error: errors.append(error)
    try: raise ExceptionGroup("inner", errors)
    except ExceptionGroup as inner: raise ExceptionGroup("outer", [inner, TypeError(1)]) from errors[0]

@catch
def part_of_group():
    try: raise ExceptionGroup("mixed", [ValueError(1), TypeError(2)])
    except* ValueError: pass

@catch
def syntax(): compile("a b\n", "nowhere.py", "exec")

@catch
def recursion():
    def down(n): return down(n + 1)
    down(0)

@catch
def mutual_recursion():
    def ping(n): return pong(n + 1)
    def pong(n):
        return ping(n + 1)
    ping(0)

@catch
def in_lambda(): (lambda x: (lambda y: x / y)(0))(1)

@catch
def in_generator():
    def numbers():
        yield 1
        yield 1 // 0
    sum(x for x in numbers())

@catch
def in_comprehension(): [1 / x for x in (1, 0)]

@catch
def in_callback(): sorted([3, 1], key=lambda x: functools.reduce(lambda a, b: a.missing, [x, x]))

@catch
def in_class():
    class Outer:
        class Inner:
            def method(self): raise KeyError(self.__class__.__qualname__)
    Outer.Inner().method()

@catch
def in_class_body():
    class Broken:
        attribute = undefined_name_without_likeness

@catch
def in_string(): exec("def f():\n  raise ValueError('in a string')\nf()", {})

@catch
def in_coroutine():
    async def inner():
        await asyncio.sleep(0)
        raise ValueError("in a coroutine")
    async def outer(): await inner()
    asyncio.run(outer())

@catch
def in_context_manager():
    @contextlib.contextmanager
    def manager():
        try: yield
        finally: raise OSError(2, "left", "file")
    with manager(): raise ValueError("inside")

@catch
def raised_twice():
    error = ValueError("twice")
    try: raise error
    except ValueError: pass
    raise error

@catch
def with_wide_characters():
    ä, 漢字 = 1, 0; raise ValueError("ä" + str(ä / 漢字))

@catch
def far_down():
    # Instructions beyond what a byte holds.
    x = 1
    """
    + "; ".join(["x = (x + 1) * 1"] * 300)
    + r"""
    x / 0

class Own(Exception):
    def __init__(self, a, b): super().__init__(a); self.b = b
    def __reduce__(self): return Own, (self.args[0], self.b), {"extra": self.extra}

@catch
def with_its_own_reducer():
    error = Own(1, 2)
    error.extra = 3
    try: [][0]
    except IndexError as cause: raise error from cause

def text(error, known=True):
    if not known:
        linecache.clearcache()
        original, linecache.updatecache = linecache.updatecache, lambda *args: []
    try: return "".join(traceback.format_exception(error)).replace("\n", "\n|")
    finally:
        if not known:
            linecache.updatecache = original
            linecache.clearcache()
"""
)

SHOWN = (
    RAISING
    + """
texts = {name: (text(error), text(error, known=False)) for name, error in caught.items()}
for name, error in caught.items():
    assert name in texts[name][0], texts[name][0]
o = caught, texts, text
"""
)


@pytest.mark.skipif(PYPY, reason="see test_text_on_pypy")
def test_text_is_the_writers(backend: fresh.Process, processes: Processes) -> None:
    directory = fresh.new_directory()
    payload = backend.dumps(SHOWN, directory=directory)
    for reader in BACKENDS:
        again = (
            processes(reader)
            .loads(
                payload,
                """
                caught, texts, text = o
                assert len(caught) == 24, len(caught)
                for name, error in caught.items():
                    for got, wanted in zip((text(error), text(error, known=False)), texts[name]):
                        assert got == wanted, f"{name}\\n{got}\\n{wanted}"
                own = caught["with_its_own_reducer"]
                assert (own.args, own.b, own.extra) == ((1,), 2, 3) and type(own.__cause__) is IndexError
                """,
                directory=directory,
                dump_again=True,
            )
            .again
        )
        assert again is not None and again.payload == payload, "other bytes after a round trip"


@pytest.mark.skipif(not PYPY, reason="elsewhere the whole text is the same")
def test_text_on_pypy(backend: fresh.Process) -> None:
    directory = fresh.new_directory()
    payload = backend.dumps(SHOWN, directory=directory)
    backend.loads(
        payload,
        """
        caught, texts, text = o
        for name, error in caught.items():
            got, wanted = text(error), texts[name][0]
            assert got == wanted, f"{name}\\n{got}\\n{wanted}"
        """,
        directory=directory,
    )


def test_both_backends_write_the_same(processes: Processes) -> None:
    directory = fresh.new_directory()
    payloads = {processes(backend).dumps(RAISING + "\no = caught", directory=directory) for backend in ("compiled", "pure")}
    assert len(payloads) == 1


def test_raised_again_by_the_reader(backend: fresh.Process) -> None:
    backend.run(
        """
        def fail(): raise ValueError("here")
        try: fail()
        except ValueError as error: o = error
        """,
        """
        import traceback
        def get(): raise o
        try: get()
        except ValueError as error: lines = traceback.format_exception(error)
        text = "".join(lines)
        places = [text.index(each) for each in ("loading.py", "in get", "dumping.py", "in fail")]
        assert places == sorted(places), text
        """,
    )
