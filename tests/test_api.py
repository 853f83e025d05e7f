"""The public interface: `pickle`'s and cloudpickle's, on both backends."""

from __future__ import annotations

from pathlib import Path

import fresh
from conftest import BACKENDS, Processes

PROGRAMS = Path(__file__).with_name("programs")


def test_public_names(backend: fresh.Process) -> None:
    backend.execute(
        """
        import inspect, pickle, lambdapkl
        for name in ("Pickler", "CloudPickler", "dump", "dumps", "load", "loads", "register_pickle_by_value",
                     "unregister_pickle_by_value", "list_registry_pickle_by_value", "DEFAULT_PROTOCOL", "__version__",
                     "is_tornado_coroutine", "cloudpickle", "Unpickler", "COMPILED", "BytecodeMismatchError", "options"):
            assert hasattr(lambdapkl, name), name
        assert lambdapkl.Pickler is lambdapkl.CloudPickler is lambdapkl.cloudpickle.CloudPickler
        assert lambdapkl.DEFAULT_PROTOCOL == pickle.HIGHEST_PROTOCOL
        assert issubclass(lambdapkl.BytecodeMismatchError, pickle.UnpicklingError)
        """
    )


def test_protocols_and_keywords(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "protocols_and_keywords.py")


def test_out_of_band_buffers(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        payload = bytearray(100_000)
        taken = []
        held = pickle.PickleBuffer(payload)
        f = lambda: held
        for dumps in (lambda: lambdapkl.dumps([f, held], 5, taken.append),
                      lambda: lambdapkl.dumps([f, held], protocol=5, buffer_callback=taken.append)):
            taken.clear()
            data = dumps()
            assert len(data) < 2000 and taken == [held, held]
            again = lambdapkl.loads(data, buffers=taken)
            assert memoryview(again[1]).obj is payload and again[0]() is again[1]
        """
    )


def test_subclass_hooks(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "subclass_hooks.py")


def test_metaclass_reducer(backend: fresh.Process) -> None:
    backend.execute(
        """
        import copyreg, pickle, lambdapkl
        class Meta(type): pass
        class C(metaclass=Meta): pass
        copyreg.pickle(Meta, lambda cls: (str, (cls.__name__,)))
        assert pickle.loads(lambdapkl.dumps([C, C])) == ["C", "C"]
        """
    )


def test_one_pickler_dumps_many_times(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "one_pickler_dumps_many_times.py")


def test_dump_writes_all_or_nothing(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "dump_writes_all_or_nothing.py")


def test_registry(backend: fresh.Process) -> None:
    backend.execute(
        """
        import json, json.decoder, lambdapkl
        lambdapkl.register_pickle_by_value(json)
        assert lambdapkl.list_registry_pickle_by_value() == {"json"}
        assert len(lambdapkl.dumps(json.decoder.JSONDecoder)) > 1000
        lambdapkl.unregister_pickle_by_value(json)
        assert len(lambdapkl.dumps(json.decoder.JSONDecoder)) < 100
        for call, argument, text in (
            (lambdapkl.register_pickle_by_value, "json", "Input should be a module object"),
            (lambdapkl.unregister_pickle_by_value, json, "is not registered for pickle by value"),
        ):
            try: call(argument)
            except ValueError as error: assert text in str(error)
            else: assert False
        """
    )


def test_dumps_within_dumps(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, lambdapkl
        class Nested:
            def __reduce__(self):
                return pickle.loads, (lambdapkl.dumps([lambda: 5, Nested2()]),)
        class Nested2:
            def __reduce__(self):
                return pickle.loads, (lambdapkl.dumps(lambda: 6),)
        f, g = pickle.loads(lambdapkl.dumps(Nested()))
        assert (f(), g()) == (5, 6)
        """
    )


def test_threads(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "threads.py")


def test_nothing_stays_alive(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "nothing_stays_alive.py")


def test_options(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "options.py")


def test_payloads_with_a_preamble(backend: fresh.Process) -> None:
    """A payload whose root is a function or class by value begins with what it calls; all of `pickle` reads it."""
    backend.execute(PROGRAMS / "payloads_with_a_preamble.py")


def test_parameters_are_shown_with_types_and_defaults(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "signatures.py")


def test_a_misspelled_name_is_an_error(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "misspelled_names.py")


def test_dir_has_the_public_names_only(backend: fresh.Process) -> None:
    """Whatever was imported before."""
    found = backend.execute(
        """
        import lambdapkl
        before = dir(lambdapkl)
        lambdapkl.inspect, lambdapkl.guard
        import lambdapkl.tools.signing, lambdapkl.cli
        assert dir(lambdapkl) == before == sorted(before)
        assert all(hasattr(lambdapkl, name) for name in before)
        result = before
        """
    )
    assert {"dumps", "inspect", "copy", "trace", "options", "cloudpickle", "__version__"} <= set(found)
    assert [name for name in found if name.startswith("_")] == ["__version__"]
    assert not {"os", "Any", "annotations", "wire", "import_module", "TYPE_CHECKING"} & set(found)


def test_a_star_import_hides_no_module_and_no_builtin(backend: fresh.Process) -> None:
    backend.execute(
        """
        import builtins, copy, inspect, sys, trace
        from inspect import getsource
        __version__ = "mine"
        mine = dict(globals())
        from lambdapkl import *
        assert all(globals()[name] is value for name, value in mine.items() if name != "mine")
        import lambdapkl
        assert not set(lambdapkl.__all__) & ({*sys.stdlib_module_names, *dir(builtins), "cloudpickle"})
        assert {"dumps", "loads", "Pickler", "explain", "weigh", "options"} <= set(globals())
        assert loads(dumps(lambda: 5))() == 5
        """
    )


def test_functions_of_the_interface_are_pickled_by_public_names(processes: Processes) -> None:
    """A payload of one backend that names `dumps` is read by the other."""
    define = "import lambdapkl\no = [lambdapkl.dumps, lambdapkl.loads, lambdapkl.dump, lambdapkl.Pickler]"
    check = "import lambdapkl\nassert o == [lambdapkl.dumps, lambdapkl.loads, lambdapkl.dump, lambdapkl.Pickler]"
    payloads = set()
    for writer in BACKENDS:
        payload = processes(writer).dumps(define)
        payloads.add(payload)
        assert b"_fast" not in payload and b"_pure" not in payload
        for reader in BACKENDS:
            processes(reader).loads(payload, check)
    assert len(payloads) == 1
