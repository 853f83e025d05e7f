"""What is said when something cannot be pickled or loaded."""

from __future__ import annotations

import sys

import fresh
import pytest

not_on_pypy = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's pickle is another one")


def test_path_to_the_culprit(backend: fresh.Process) -> None:
    backend.execute(
        """
        import functools, pickle, sys, threading, lambdapkl

        def path(obj):
            try: lambdapkl.dumps(obj)
            except pickle.PicklingError as error:
                notes = error.__notes__
                assert len([note for note in notes if note.startswith("path: ")]) == 1, notes
                assert not [note for note in notes if note.startswith("when serializing")], notes
                return notes[-1].removeprefix("path: ")
            assert False

        bad = threading.Lock()
        bad.acquire()
        kind = f"{type(bad).__module__}.{type(bad).__qualname__}"
        class Client:
            def __init__(self, lock): self._lock = lock
        def make():
            client = Client(bad)
            def train(): return client
            return train
        def use(): return bad
        def default(a, b=bad): pass
        def keyword(*, k=bad): pass
        class Held:
            attribute = bad
        class Slotted:
            __slots__ = ("slot",)
        slotted = Slotted(); slotted.slot = bad

        assert path(make()) == "function make.<locals>.train -> closure cell 'client' -> attribute '_lock' (" + kind + ")"
        assert path(use) == "function use -> global 'bad' (" + kind + ")"
        assert path(default) == "function default -> default of 'b' (" + kind + ")"
        assert path(keyword) == "function keyword -> default of 'k' (" + kind + ")"
        assert path(Held) == "class Held -> attribute 'attribute' (" + kind + ")"
        assert path(Held()) == "Held -> class Held -> attribute 'attribute' (" + kind + ")"
        assert path(slotted) == "Slotted -> attribute 'slot' (" + kind + ")"
        assert path({"a": [1, (bad,)]}) == "dict -> item 'a' -> item 1 -> item 0 (" + kind + ")"
        if sys.implementation.name != "pypy":  # whose partial keeps its arguments in attributes
            assert path(functools.partial(print, end=bad)) == "functools.partial -> argument 'end' (" + kind + ")"
        assert path(Client(bad)._lock) == kind
        """
    )


def test_errors_of_user_code_come_out_as_they_are(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        class Mine(Exception): pass
        class Boom:
            def __reduce__(self): raise Mine("text", 5)
        class State:
            def __getstate__(self): return {}["missing"]
        for obj, kind in ((Boom(), Mine), (State(), KeyError)):
            try: lambdapkl.dumps(lambda: obj)
            except kind as error:
                assert error.args == (("text", 5) if kind is Mine else ("missing",))
                assert "global 'obj'" in error.__notes__[-1]
            else: assert False
        """
    )


@not_on_pypy  # whose pickle takes other objects
def test_the_text_of_pickle_comes_first(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, struct, lambdapkl
        for obj in (struct.iter_unpack("b", b"a"), ):
            try: pickle.dumps(obj)
            except Exception as error: expected = error
            try: lambdapkl.dumps(obj)
            except Exception as error:
                assert type(error) is type(expected) and str(error).startswith(str(expected)[:20]), (error, expected)
        """
    )


def test_deep_recursion(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        deep = []
        for _ in range(100_000): deep = [deep]
        chain = None
        for _ in range(100_000): chain = (lambda inner: lambda: inner)(chain)
        for obj in (deep, chain):
            try: lambdapkl.dumps(obj)
            except pickle.PicklingError as error:
                assert "recursion" in str(error) and isinstance(error.__cause__, RecursionError)
            else: assert False
        # Taking them apart one by one: the interpreter's own destructors recurse.
        while deep: deep = deep[0]
        while chain is not None: chain = chain.__closure__[0].cell_contents
        """
    )


@not_on_pypy  # whose pickle raises SystemError for some lengths
def test_damaged_payloads(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, pickletools, random, lambdapkl
        K = {"a": 1}
        class C:
            x: int = 3
            def m(self): return super().__repr__(), K
        payload = lambdapkl.dumps([lambda: K, C, C(), {"text": "abc", 1: 2.5}, b"bytes"])
        for end in range(len(payload)):
            try: lambdapkl.loads(payload[:end])
            except (pickle.UnpicklingError, EOFError): pass
            else: assert False, end
        def asks_for_much(data):
            # A changed memo index can ask for gigabytes; `_pickle` makes the list before it sees that nothing uses it.
            try:
                for op, argument, _ in pickletools.genops(bytes(data)):
                    if op.name in ("PUT", "LONG_BINPUT") and argument > 100_000:
                        return True
            except Exception: pass
            return False
        rng = random.Random(4)
        for _ in range(3000):
            damaged = bytearray(payload)
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            if asks_for_much(damaged):
                continue
            try: lambdapkl.loads(bytes(damaged))
            except (pickle.UnpicklingError, EOFError, ImportError, AttributeError, MemoryError): pass
            except UnicodeDecodeError as error: assert error.encoding == "ascii"  # a string of Python 2
            except ValueError as error: assert str(error).startswith(("unsupported pickle protocol", "unregistered extension code"))
            # A payload in which a class or function is called with other arguments: a pickler can have written that, too.
            except TypeError as error: assert error.__notes__[0].startswith("while restoring an instance of"), error
        """
    )


def test_wrong_arguments_of_constructors(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        from lambdapkl import wire
        def make():
            n = 1
            return lambda: n
        f, g = make(), lambda: 1
        from lambdapkl.code.blobs import pack
        closed, plain = pack(f.__code__)[0], pack(g.__code__)[0]
        wrong = [
            (wire.function, (b"short", None)), (wire.function, (3.5, None)), (wire.function, (plain, 3)),
            (wire.function, (-1,)), (wire.function, (999,)), (wire.function, (1 << 99,)),
            (wire.function, (plain, None, 3)), (wire.function, (closed, None, None, ())),
            (wire.function, (closed, None, None, (1, 2))), (wire.function, (closed, None, None, (5,))),
            (wire.function, (closed, None, None, ((g, 0),))), (wire.function, (closed, None, None, ((f, 9),))),
            (wire.function, (f, 3)), (wire.function, (f, (None,) * 9)), (wire.function, (f, (None, {7: 1}))),
            (wire.function, (f, (None, (1, 2)))), (wire.cell, (f, -1)), (wire.cell, (g, 0)), (wire.cell, (3, 0)),
            (wire.code, (b"",)), (wire.code, (plain[:-1],)), (wire.code, (plain[:2] + b"0000" + plain[6:],)),
            (wire.builtin_type, ("nothing",)), (wire.enum_member, (type("E", (), {"_member_map_": {}}), "x")),
        ]
        for call, args in wrong:
            try: call(*args)
            except pickle.UnpicklingError: pass
            else: assert False, (call, args)
        # Two functions of one code object are two functions; the state of one leaves the other alone.
        a, b = wire.function(closed, "file.py", "m"), wire.function(closed, "file.py", "m")
        wire.function(a, (None, (1,)))
        assert a() == 1 and a.__code__ is b.__code__ and a.__code__.co_filename == "file.py"
        c = wire.function(closed, "other.py", "m")
        assert c.__code__.co_filename == "other.py" and a.__code__.co_filename == "file.py"
        try: b()
        except NameError: pass
        else: assert False
        """
    )
