"""What `pickle` documents of its functions, picklers and errors, done with lambdapkl."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

PYPY = sys.implementation.name == "pypy"

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
    if PYPY and "@property" in use:
        pytest.skip("PyPy's pickler looks the property up for each object, and finds the program's table alone")
    backend.execute(f"{CELSIUS}{use}\np.dump(things)\ncheck(file.getvalue())")


def test_dispatch_table_for_what_the_payload_state_reduces(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "dispatch_table_for_what_the_payload_state_reduces.py")


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
    backend.execute(PROGRAMS / "functions_in_the_place_of_those_of_pickle.py")


def test_refusals_are_both_errors_of_pickle_and_type_errors(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "refusals_are_both_errors_of_pickle_and_type_errors.py")


def test_no_file_and_no_protocol(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "no_file_and_no_protocol.py")


@pytest.mark.skipif(PYPY, reason="no reference counts: it calls no `__del__` at its end")
def test_dumps_while_the_interpreter_ends(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "dumps_while_the_interpreter_ends.py")


@pytest.mark.skipif(PYPY, reason="no reference counts: it calls no `__del__` at its end")
def test_classes_by_value_while_the_interpreter_ends(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "classes_by_value_while_the_interpreter_ends.py")


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
            assert "C code hides the exception" in text and "call aclose() or athrow() after loading" in text, text
            throw.close()
        """
    )
