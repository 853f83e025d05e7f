"""The names of `lambdapkl`: what they stand for, whatever was imported before, and how its exceptions are pickled."""

from __future__ import annotations

import fresh
import pytest

ORDERS = {
    "the package alone": "import lambdapkl",
    "every submodule first": """
import importlib, pkgutil, lambdapkl
for each in pkgutil.walk_packages(lambdapkl.__path__, "lambdapkl."):
    if not each.name.endswith("__main__"):
        try: importlib.import_module(each.name)
        except ImportError as error: assert not (error.name or "").startswith("lambdapkl"), error  # a library that is not here
""",
    "each public name as a submodule": """
import importlib, lambdapkl
for name in dir(lambdapkl):
    try: importlib.import_module(f"lambdapkl.{name}")
    except ImportError: pass
""",
}
KINDS = """
import types, lambdapkl
MODULES = {"cloudpickle", "guard"}
CLASSES = {"BytecodeMismatchError", "CheckError", "CheckReport", "CloudPickler", "DamagedPayloadError", "NotPicklableError", "Pickler",
           "SessionError", "SignatureError", "Unpickler"}
VALUES = {"COMPILED": bool, "DEFAULT_PROTOCOL": int, "__version__": str}
assert len(dir(lambdapkl)) > 35
for name in dir(lambdapkl):
    value = getattr(lambdapkl, name)
    if name in MODULES: assert isinstance(value, types.ModuleType), name
    elif name in VALUES: assert type(value) is VALUES[name], name
    elif name in CLASSES: assert isinstance(value, type), name
    else: assert callable(value) and not isinstance(value, (type, types.ModuleType)), (name, value)
"""


@pytest.mark.parametrize("order", ORDERS)
def test_no_public_name_is_hidden_by_a_submodule(backend: fresh.Process, order: str) -> None:
    backend.execute(ORDERS[order] + KINDS)


def test_public_exceptions_name_a_public_module(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        from lambdapkl import guard
        kinds = [getattr(lambdapkl, name) for name in lambdapkl.__all__ if name.endswith("Error")] + [guard.GuardError]
        assert len(kinds) >= 6
        for kind in kinds:
            assert kind.__module__ in ("lambdapkl", "lambdapkl.guard"), kind
            args = {"CheckError": ("text", "load", "output"), "SessionError": ({"x": "text"},)}.get(kind.__name__, ("text",))
            for dumps in (pickle.dumps, lambdapkl.dumps):
                for protocol in range(2, 6):
                    error = kind(*args)
                    copy = pickle.loads(dumps(error, protocol))
                    assert type(copy) is kind and str(copy) == str(error) and vars(copy) == vars(error)
        """
    )


def test_public_exceptions_are_pickled_by_name_before_they_are_used(backend: fresh.Process) -> None:
    """Their modules are imported late, also where nothing has used the public name."""
    data = backend.execute(
        """
        import lambdapkl
        from lambdapkl.tools.signing import SignatureError
        from lambdapkl.tools.checking import CheckError
        result = lambdapkl.dumps([SignatureError("a"), CheckError("b", "load", ""), SignatureError])
        """
    )
    assert b"SignatureError" in data and b"tools" not in data
    backend.execute("import pickle; assert [str(each) for each in pickle.loads(data)[:2]] == ['a', 'b']", data=data)


def test_bytecode_of_another_version_tells_of_portable(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        from lambdapkl.code.blobs import MAGIC
        data = lambdapkl.dumps(lambda: 1)
        other = data.replace(MAGIC, b"\\x01\\x02", 1)
        for loads in (pickle.loads, lambdapkl.loads):
            try: loads(other)
            except lambdapkl.BytecodeMismatchError as error:
                assert "portable=True" in str(error)
                assert str(pickle.loads(pickle.dumps(error))) == str(error)
            else: assert False
        """
    )
