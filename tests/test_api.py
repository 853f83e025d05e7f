"""The public interface: `pickle`'s and cloudpickle's, on both backends."""

from __future__ import annotations

import fresh


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
    backend.execute(
        """
        import io, pickle, lambdapkl
        f = lambda x: [x]
        for protocol in (2, 3, 4, 5):
            data = lambdapkl.dumps(f, protocol)
            assert data[1] == protocol and pickle.loads(data)(1) == [1]
            file = io.BytesIO()
            lambdapkl.dump(f, file, protocol, fix_imports=False)
            assert file.getvalue() == lambdapkl.dumps(f, protocol=protocol, fix_imports=False)
            file.seek(0)
            assert lambdapkl.load(file, fix_imports=True, encoding="ASCII", errors="strict", buffers=None)(2) == [2]
        assert lambdapkl.dumps(f)[1] == lambdapkl.dumps(f, -1)[1] == lambdapkl.dumps(f, None)[1] == 5
        try: lambdapkl.dumps(f, 99)
        except ValueError: pass
        else: assert False
        """
    )


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
    backend.execute(
        """
        import copyreg, io, pickle, lambdapkl

        class Thing: pass
        class Other: pass

        class Mine(lambdapkl.Pickler):
            dispatch_table = {Thing: lambda o: (str, ("thing",))}
            def reducer_override(self, obj):
                if type(obj) is Other:
                    return str, ("other",)
                return super().reducer_override(obj)
            def persistent_id(self, obj):
                return "here" if obj == "there" else None

        class Reader(pickle.Unpickler):
            def persistent_load(self, pid):
                return pid

        file = io.BytesIO()
        Mine(file).dump([Thing(), Other(), "there", lambda: 7])
        file.seek(0)
        thing, other, pid, f = Reader(file).load()
        assert (thing, other, pid, f()) == ("thing", "other", "here", 7)

        # On the instance, as the documentation of `pickle` has it, and as loky does it.
        file = io.BytesIO()
        pickler = lambdapkl.Pickler(file)
        pickler.dispatch_table = copyreg.dispatch_table.copy()
        pickler.dispatch_table[Thing] = lambda o: (str, ("instance",))
        pickler.dump([Thing(), lambda: 8])
        thing, f = pickle.loads(file.getvalue())
        assert thing == "instance" and f() == 8

        # On the class, through either name, for `dumps` as well; Ray writes to `dispatch`.
        for table in (lambdapkl.CloudPickler.dispatch_table, getattr(lambdapkl.CloudPickler, "dispatch")):
            if Thing in table or type(table).__name__ == "dict":
                continue
            table[Thing] = lambda o: (str, ("class",))
            assert pickle.loads(lambdapkl.dumps(Thing())) == "class"
            assert Thing not in copyreg.dispatch_table
            del table[Thing]
        copyreg.pickle(Thing, lambda o: (str, ("copyreg",)))
        assert pickle.loads(lambdapkl.dumps(Thing())) == "copyreg"
        """
    )


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
    backend.execute(
        """
        import io, pickle, lambdapkl
        K = []
        def f(): return K
        def g(): return K
        file = io.BytesIO()
        pickler = lambdapkl.Pickler(file)
        pickler.dump(f)
        pickler.dump([f, g])
        file.seek(0)
        reader = pickle.Unpickler(file)
        one, (again, other) = reader.load(), reader.load()
        assert one is again and one() is other() and one.__globals__ is other.__globals__
        pickler.clear_memo()
        start = file.seek(0, 2)
        pickler.dump(g)
        assert pickle.loads(file.getvalue()[start:])() == []
        """
    )


def test_dump_writes_all_or_nothing(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, lambdapkl, threading
        lock = threading.Lock()
        lock.acquire()
        file = io.BytesIO(b"before")
        file.seek(0, 2)
        try: lambdapkl.dump([bytes(300_000), lock], file)
        except pickle.PicklingError: pass
        else: assert False
        assert file.getvalue() == b"before"
        class Full:
            def write(self, data): raise OSError(28, "No space left on device")
        try: lambdapkl.dump(lambda: 1, Full())
        except OSError as error: assert error.errno == 28
        else: assert False
        """
    )


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
    backend.execute(
        """
        import pickle, sys, threading, lambdapkl
        sys.setswitchinterval(1e-6)
        errors = []
        def make(n):
            class C:
                def get(self): return n
            return C
        shared = make(0)
        def work(number):
            try:
                for turn in range(40):
                    local = make((number, turn))
                    a, b, f = pickle.loads(lambdapkl.dumps((shared, local, lambda: number)))
                    assert a is shared and b is local and f() == number and b().get() == (number, turn)
            except BaseException as error:
                errors.append(error)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not errors, errors
        """
    )


def test_nothing_stays_alive(backend: fresh.Process) -> None:
    backend.execute(
        """
        import gc, re, weakref, lambdapkl
        class Big: pass
        def dump_and_forget(fails):
            big = Big()
            match = re.match("", "")
            f = (lambda: (big, match)) if fails else (lambda: big)
            try: lambdapkl.dumps(f)
            except Exception: assert fails
            else: assert not fails
            return weakref.ref(big), weakref.ref(f)
        for fails in (False, True):
            references = dump_and_forget(fails)
            gc.collect()
            assert [reference() for reference in references] == [None, None], fails
        """
    )


def test_options(backend: fresh.Process) -> None:
    backend.execute(
        """
        import pickle, threading, lambdapkl
        held = threading.Lock()
        held.acquire()
        recursive = threading.RLock()
        recursive.acquire()
        for lock in (held, recursive):
            try: lambdapkl.dumps(lock)
            except pickle.PicklingError as error: assert "held" in str(error) and "options" in str(error)
            else: assert False
            with lambdapkl.options(held_locks="unlocked"):
                free = pickle.loads(lambdapkl.dumps(lock))
            assert free.acquire(timeout=1)
        with open("data.txt", "w+") as file:
            file.write("one two")
            file.seek(4)
            with lambdapkl.options(file_contents=True):
                data = lambdapkl.dumps(file)
        import os
        os.remove("data.txt")
        assert pickle.loads(data).read() == "two"
        for wrong in ({"held_locks": "x"}, {"nothing": 1}):
            try:
                with lambdapkl.options(**wrong): pass
            except ValueError: pass
            else: assert False
        """
    )


def test_payloads_with_a_preamble(backend: fresh.Process) -> None:
    """A payload whose root is a function or class by value begins with what it calls; all of `pickle` reads it."""
    backend.execute(
        """
        import io, pickle, pickletools, lambdapkl
        class C:
            def m(self): return 3
        f = lambda: C().m()
        for root in (f, C):
            for data in (lambdapkl.dumps(root), lambdapkl.dumps(root, 5), lambdapkl.dumps(root, -1)):
                assert data == lambdapkl.dumps(root)
                assert data.startswith(b"\\x80\\x05\\x8c\\x0elambdapkl.wire\\x94")
                for payload in (data, pickletools.optimize(data)):
                    for loads in (pickle.loads, pickle._loads, lambdapkl.loads):
                        loaded = loads(payload)
                        assert loaded is C if root is C else loaded() == 3
            # Without one, where the root does not tell, and in an older protocol.
            for data in (lambdapkl.dumps([root]), lambdapkl.dumps(root, 4)):
                assert b"\\x940" not in data[:60] and pickle.loads(data) is not None
            # Payloads one after the other in one file, and pickled by one pickler.
            file = io.BytesIO()
            lambdapkl.dump(root, file); lambdapkl.dump(1, file); lambdapkl.dump(root, file)
            file.seek(0)
            assert [type(lambdapkl.load(file)) for _ in range(3)] == [type(root), int, type(root)]
        """
    )
