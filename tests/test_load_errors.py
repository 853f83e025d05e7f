"""Errors of loads: damaged payloads are reported as such, and errors of the program are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

PYPY = sys.implementation.name == "pypy"

PROGRAMS = Path(__file__).with_name("programs")
SHOP = {"shop.py": PROGRAMS / "shop.py"}

not_on_pypy = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's pickle has other messages")


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_errors_of_the_program_keep_type_and_message(backend: fresh.Process, protocol: int) -> None:
    backend.execute(
        PROGRAMS / "errors_of_the_program_keep_type_and_message.py",
        modules=SHOP,
        protocol=protocol,
    )


def test_errors_of_classes_by_value_keep_type_and_message(backend: fresh.Process) -> None:
    data = backend.execute(
        """
        import lambdapkl
        class NeedsArgument:
            def __new__(cls, size): return super().__new__(cls)
            def __reduce__(self): return type(self), ()
        result = lambdapkl.dumps(NeedsArgument(1))
        """
    )
    backend.execute(
        """
        import lambdapkl
        try: lambdapkl.loads(data)
        except TypeError as error:
            assert type(error) is TypeError and "missing 1 required" in str(error)
            assert "NeedsArgument" in error.__notes__[0], error.__notes__
        else: assert False
        """,
        data=data,
    )


@pytest.mark.skipif(PYPY, reason="`BaseException.__setstate__` fills the dictionary there, and sets no attribute")
def test_errors_of_exceptions_keep_type_and_message(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, shop
        error = shop.Closed("x")
        error.code = 5
        data = lambdapkl.dumps(error)
        shop.Closed.code = property(lambda self: 1)
        try: lambdapkl.loads(data)
        except AttributeError as found:
            assert type(found) is AttributeError, repr(found)
            assert found.__notes__ == ["while restoring an instance of shop.Closed"], found.__notes__
        else: assert False
        """,
        modules={"shop.py": "class Closed(Exception): pass"},
    )


def test_error_in_an_imported_module(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        try: lambdapkl.loads(data)
        except ValueError as error:
            assert type(error) is ValueError and str(error) == "no"
            assert error.__notes__ == ["while importing module broken"], error.__notes__
        else: assert False
        """,
        modules={"broken.py": "raise ValueError('no')"},
        data=b"\x80\x04cbroken\nThing\n.",
    )


DAMAGED = {
    "a text that is not UTF-8": b"\x80\x04\x8c\x02\xc3(.",
    "appended to a number": b"\x80\x04K\x01K\x02a.",
    "item of a list": b"\x80\x04]K\x01K\x02s.",
    "memo entry that is not there": b"\x80\x04h\x09.",
    "call of a number": b"\x80\x04K\x01)R.",
    "arguments that are no tuple": b"\x80\x04cbuiltins\nlist\n]R.",
    "key that is a list": b"\x80\x04}]Ns.",
    "element that is a dictionary": b"\x80\x04\x8f(}\x90.",
    "state of a number": b"\x80\x04K\x01}b.",
    "call of the program's class before the damage": b"\x80\x04cshop\nPlain\n)\x810]K\x01K\x02s.",
}


@not_on_pypy
def test_damaged_payloads_raise_unpickling_errors(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, lambdapkl
        for name, payload in damaged.items():
            for load in (lambdapkl.loads, lambda data: lambdapkl.load(io.BytesIO(data))):
                try: load(payload)
                except pickle.UnpicklingError as error:
                    for copy in (pickle.loads(pickle.dumps(error)), lambdapkl.loads(lambdapkl.dumps(error)),
                                 pickle.loads(pickle.dumps(error, 2))):
                        assert type(copy) is type(error) and str(copy) == str(error) and copy.args == error.args
                    if type(error) is not pickle.UnpicklingError:
                        assert isinstance(error, lambdapkl.DamagedPayloadError), (name, repr(error))
                        assert type(error).__module__ == "lambdapkl" and "damaged" in str(error) or "codec" in str(error)
                except EOFError: pass
                else: assert False, name
        """,
        modules={"shop.py": "class Plain: pass"},
        damaged=DAMAGED,
    )


def test_stream_position_after_an_error(backend: fresh.Process) -> None:
    """Reading the payload again for the note does not move the file position."""
    backend.execute(
        """
        import io, pickle, lambdapkl, shop
        first = lambdapkl.dumps(shop.NeedsArgument(1))
        for how in (pickle.load, lambdapkl.load, lambda file: lambdapkl.Unpickler(file).load()):
            file = io.BytesIO(first + b"more")
            try: how(file)
            except TypeError: pass
            if how is pickle.load: expected = file.tell()
            assert file.tell() == expected
        class Own(lambdapkl.Unpickler):
            def __init__(self, file): pickle.Unpickler.__init__(self, file)
        assert Own(io.BytesIO(pickle.dumps(5))).load() == 5
        """,
        modules=SHOP,
    )


def test_functions_of_pickle_may_be_replaced(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, lambdapkl
        pickle.loads, pickle.load, pickle.Unpickler = lambdapkl.loads, lambdapkl.load, lambdapkl.Unpickler
        data = lambdapkl.dumps([1, lambda: 2])
        assert pickle.loads(data)[1]() == 2 and pickle.load(io.BytesIO(data))[0] == 1
        assert pickle.Unpickler(io.BytesIO(data)).load()[0] == 1
        """
    )
