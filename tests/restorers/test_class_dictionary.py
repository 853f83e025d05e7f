"""The dictionary of a class, in which functions look up names through a cell called ``__classdict__``."""

from __future__ import annotations

import pickle
import sys

import fresh
import pytest

import lambdapkl.wire

# A payload of lambdapkl's own constructors and plain data, put together by hand.
WRITES = """
import pickle
def text(t): return b"X" + len(t).to_bytes(4, "little") + t.encode()
def name(n, module="lambdapkl.wire"): return text(module) + text(n) + b"\\x93"
PUT, GET, DROP = b"\\x94", b"h\\x00", b"0"
skeleton = name("class_") + text("Victim") + text("nowhere") + b"C\\x01k\\x87R" + PUT + DROP
method = name("function_wrapper") + name("staticmethod", "builtins") + name("tuple", "builtins") + b"\\x86R"
filled = name("class_") + GET + b"}" + text("__setstate__") + method + b"s\\x86R" + DROP
instance = GET + b")\\x81](K\\x07K\\x08eb" + DROP
raw = name("class_dict") + GET + b"\\x85R" + text("__setstate__") + b"G" + bytes(8) + b"s" + DROP
blocks = b"(" + b"".join(b"C\\x0f" + n.to_bytes(15, "big") for n in range(4000)) + b"l" + DROP
data = b"\\x80\\x04" + skeleton + filled + instance + raw + blocks + instance * 4 + GET + b"."
try: pickle.loads(data)
except TypeError as error: result = str(error)
"""


def test_a_payload_cannot_write_into_it(backend: fresh.Process) -> None:
    assert "item assignment" in backend.execute(WRITES)


def test_it_is_a_view_that_follows_the_class() -> None:
    class Kind:
        value = 1

    view = lambdapkl.wire.class_dict(Kind)
    Kind.value = 2
    assert view["value"] == 2
    with pytest.raises(TypeError):
        lambdapkl.wire.class_dict(Kind())


PYPY = sys.implementation.name == "pypy"


@pytest.mark.skipif(not PYPY, reason="CPython keeps a name that is no str, and PyPy cannot")
def test_pypy_refuses_a_name_that_is_no_str() -> None:
    made = lambdapkl.wire.class_("C", "m", b"0123456789abcdef", (), 0)
    with pytest.raises(pickle.UnpicklingError, match="PyPy refuses None as the name of an attribute of C"):
        lambdapkl.wire.class_part(made, {None: 1})


@pytest.mark.skipif(PYPY, reason="names are strings there")
@pytest.mark.parametrize("key", ["Name('foo')", "Equal()"])
def test_a_key_cannot_replace_an_attribute_behind_the_type_cache(backend: fresh.Process, key: str) -> None:
    backend.execute(
        f"""
        import gc, pickle
        from lambdapkl import wire
        class Name(str):
            __hash__ = str.__hash__
        class Equal:
            def __hash__(self): return hash("foo")
            def __eq__(self, other): return other == "foo"
        cls = wire.class_("C", "m", b"0123456789abcdef", (), 0)
        wire.class_part(cls, {{"foo": lambda self: 1}})
        before = cls.foo
        new = object()
        wire.class_part(cls, {{{key}: new}})
        del before
        gc.collect()
        junk = [(lambda: each) for each in range(1000)]
        assert cls.foo is new
        """
    )
