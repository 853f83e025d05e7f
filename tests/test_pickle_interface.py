"""What `pickle` documents of its functions, picklers and errors, done with lambdapkl."""

from __future__ import annotations

import fresh
import pytest

CELSIUS = """
import collections, copyreg, io, pickle, threading, types, weakref, lambdapkl
class Celsius:
    def __init__(self, degrees): self.degrees = degrees
def reduce_celsius(one): return float, (one.degrees,)
things = [Celsius(21), threading.RLock(), lambda x: x + 1, iter([1]), types.SimpleNamespace(a=1), {}.keys(), 1j]
def check(data):
    degrees, lock, f, rest, space, keys, number = pickle.loads(data)
    assert degrees == 21.0 and type(degrees) is float and lock.acquire() and f(1) == 2 and next(rest) == 1
    assert space.a == 1 and list(keys) == [] and number == 1j
file = io.BytesIO()
"""


@pytest.mark.parametrize(
    "use",
    [
        # The first three are those of the documentation of `pickle`.
        """
p = lambdapkl.Pickler(file)
p.dispatch_table = copyreg.dispatch_table.copy()
p.dispatch_table[Celsius] = reduce_celsius
""",
        """
class MyPickler(lambdapkl.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()
    dispatch_table[Celsius] = reduce_celsius
p = MyPickler(file)
""",
        """
copyreg.pickle(Celsius, reduce_celsius)
p = lambdapkl.Pickler(file)
""",
        """
p = lambdapkl.Pickler(file)
table = {Celsius: reduce_celsius}
p.dispatch_table = table
assert p.dispatch_table is table or p.dispatch_table[Celsius] is reduce_celsius
""",
        """
p = lambdapkl.Pickler(file)
p.dispatch_table = collections.ChainMap({Celsius: reduce_celsius}, copyreg.dispatch_table)
""",
        """
p = lambdapkl.Pickler(file)
p.dispatch_table = p.dispatch_table.new_child({Celsius: reduce_celsius})
""",
        """
p = lambdapkl.Pickler(file)
p.dispatch_table = dict(p.dispatch_table)
p.dispatch_table[Celsius] = reduce_celsius
""",
        """
class Early(lambdapkl.Pickler):
    def __init__(self, file):
        self.dispatch_table = {Celsius: reduce_celsius}
        super().__init__(file)
p = Early(file)
""",
        """
class Computed(lambdapkl.Pickler):
    @property
    def dispatch_table(self): return {Celsius: reduce_celsius}
p = Computed(file)
""",
        """
class Odd:
    def __getitem__(self, kind):
        if kind is Celsius: return reduce_celsius
        raise LookupError
p = lambdapkl.Pickler(file)
p.dispatch_table = Odd()
""",
    ],
)
def test_dispatch_table_comes_before_ours(backend: fresh.Process, use: str) -> None:
    backend.execute(f"{CELSIUS}{use}\np.dump(things)\ncheck(file.getvalue())")


def test_dispatch_table_for_what_the_session_reduces(backend: fresh.Process) -> None:
    backend.execute(
        """
        import copyreg, enum, io, pickle, types, lambdapkl
        class Color(enum.Enum): RED = 1
        class Lazy(types.ModuleType): pass
        def outer():
            n = 5
            return lambda: n
        cell = outer().__closure__[0]
        objects = {
            Color: Color.RED, Lazy: Lazy("lazy"), types.ModuleType: types.ModuleType("dynamic"), types.CodeType: outer.__code__,
            types.CellType: cell, types.GenericAlias: list[int], types.MethodType: Color.RED.__repr__,
        }
        for kind, obj in objects.items():
            class Mine(lambdapkl.Pickler):
                dispatch_table = {kind: lambda obj: (str, ("mine",))}
            for p_class, table in ((lambdapkl.Pickler, {kind: lambda obj: (str, ("mine",))}), (Mine, None)):
                file = io.BytesIO()
                p = p_class(file)
                if table: p.dispatch_table = table
                p.dump([obj, obj])
                assert pickle.loads(file.getvalue()) == ["mine", "mine"], kind
            # As before without one.
            assert pickle.loads(lambdapkl.dumps([obj]))[0] != "mine"
        """
    )


def test_numpy_functions_with_a_copy_of_copyreg(backend: fresh.Process) -> None:
    pytest.importorskip("numpy")
    backend.execute(
        """
        import copyreg, io, pickle, numpy, lambdapkl
        file = io.BytesIO()
        p = lambdapkl.Pickler(file)
        p.dispatch_table = copyreg.dispatch_table.copy()
        p.dump(numpy.frompyfunc(lambda x: x + 1, 1, 1))
        assert pickle.loads(file.getvalue())(3) == 4
        """
    )


def test_functions_in_the_place_of_those_of_pickle(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, lambdapkl
        for name in ("dumps", "loads", "dump", "load", "Pickler", "Unpickler"):
            setattr(pickle, name, getattr(lambdapkl, name))
        f = pickle.loads(pickle.dumps(lambda x: x + 1))
        assert f(1) == 2
        file = io.BytesIO()
        pickle.dump([f], file)
        pickle.Pickler(file).dump(range(3))
        file.seek(0)
        assert pickle.load(file)[0](2) == 3 and pickle.Unpickler(file).load() == range(3)
        for kwargs in ({"deterministic": True}, {"portable": True}, {"standalone": True}):
            assert pickle.loads(lambdapkl.dumps(f, **kwargs))(3) == 4
        assert lambdapkl.copy(f)(4) == 5 and lambdapkl.guard.loads(lambdapkl.dumps([1, {2}])) == [1, {2}]
        try: pickle.loads(b"\\x80\\x04h\\x09.")
        except pickle.UnpicklingError: pass
        """
    )


def test_refusals_are_both_errors_of_pickle_and_type_errors(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, socket, subprocess, sys, threading, types, weakref, lambdapkl
        class C: pass
        held = threading.Lock(); held.acquire()
        thread = threading.Thread()
        pipe = subprocess.Popen([sys.executable, "-c", ""]); pipe.wait()
        c = C()
        refused = [held, thread, pipe, weakref.ref(c), socket.socket()]
        for obj in refused:
            try: lambdapkl.dumps([obj])
            except lambdapkl.NotPicklableError as error: pass
            else: assert False, obj
            for kind in (pickle.PicklingError, TypeError):
                try: lambdapkl.dumps([obj])
                except kind as error:
                    for module in (pickle, lambdapkl):
                        again = pickle.loads(module.dumps(error))
                        assert type(again) is lambdapkl.NotPicklableError and str(again) == str(error), again
                        assert again.__notes__ == error.__notes__
        assert lambdapkl.NotPicklableError.__module__ == "lambdapkl"
        # What `pickle` raises itself stays as it is.
        class Own:
            def __reduce__(self): raise TypeError("mine")
        try: lambdapkl.dumps(Own())
        except TypeError as error: assert type(error) is TypeError and str(error) == "mine"
        """
    )


def test_no_file_and_no_protocol(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, lambdapkl
        class Touched:
            def __reduce__(self): raise AssertionError("pickled before the file was looked at")
        for file in (object(), None, 8):
            try: lambdapkl.dump(Touched(), file)
            except TypeError as error: assert str(error) == "file must have a 'write' attribute"
            else: assert False
        class Five:
            def __index__(self): return 5
        forms = ({}, {"deterministic": True}, {"portable": True})
        for protocol in ("5", 4.5, [2], b"4"):
            calls = [lambda form=form: lambdapkl.dumps([1], protocol, **form) for form in forms]
            for call in (*calls, lambda: lambdapkl.Pickler(io.BytesIO(), protocol), lambda: lambdapkl.dump([1], io.BytesIO(), protocol)):
                try: call()
                except TypeError as error: assert "cannot be interpreted as an integer" in str(error)
                else: assert False, protocol
        for form in forms:
            assert lambdapkl.dumps([1], Five(), **form) == lambdapkl.dumps([1], 5, **form)
            assert lambdapkl.dumps([1], -3, **form) == lambdapkl.dumps([1], None, **form)
            assert lambdapkl.dumps([1], True, **form) == lambdapkl.dumps([1], 1, **form)
        lambdapkl.Pickler(io.BytesIO(), Five()).dump(lambda: 0)
        """
    )


def test_dumps_while_the_interpreter_ends(backend: fresh.Process) -> None:
    backend.execute(
        """
        import subprocess, sys
        program = '''
        import io, sys, lambdapkl
        class Last:
            def __init__(self): self.lib, self.io, self.out = (lambdapkl.dumps, lambdapkl.Pickler), io.BytesIO, sys.stdout.write
            def __del__(self):
                file = self.io()
                self.lib[1](file).dump((1, "end"))
                for each in ([2], {"a": {3}}):
                    self.out(f"{len(self.lib[0](each)) > 4} ")
                self.out(f"{len(file.getvalue())}")
        sys.modules["last"] = ring = Last()
        ring.ring = [ring]
        '''
        import textwrap
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
        assert not done.stderr and done.stdout.count("True") == 2, done
        """
    )


def test_throw_into_an_async_generator_that_nobody_awaits(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        async def numbers():
            yield 1
        begun, new = numbers(), numbers()
        try: begun.asend(None).send(None)
        except StopIteration: pass
        for throw in (begun.aclose(), begun.athrow(ValueError("x")), new.aclose(), new.athrow(ValueError)):
            try: lambdapkl.dumps(throw)
            except lambdapkl.NotPicklableError as error: text = str(error)
            assert "nothing awaits it" in text and "call aclose() or athrow() where it is loaded" in text, text
            throw.close()
        """
    )
