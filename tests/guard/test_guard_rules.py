"""`lambdapkl.guard`: allowed names with arguments, states and items that `pickle` does not write for them."""

from __future__ import annotations

import collections
import enum
import ipaddress
import pathlib
import pickle
import queue
import struct
import sys
import threading
import types
import uuid
from pathlib import Path
from typing import Any

import pytest
from guard_bypasses import call, named, payload, text

import lambdapkl
from lambdapkl import guard
from lambdapkl.guard.lists import KINDS_OF_WIRE
from lambdapkl.guard.rules import RULES

PROGRAMS = Path(__file__).with_name("programs")

RANGE = call("builtins", "range", b"J" + struct.pack("<i", 20_000_000))
EVERYTHING_BUT_CODE = {guard.OBJECTS, guard.FILES, guard.MODULES}


def wire(name: str, *args: bytes) -> bytes:
    return call("lambdapkl.wire", name, *args)


def get(index: int) -> bytes:
    return b"j" + struct.pack("<I", index)


def state(*pairs: bytes) -> bytes:
    return b"}(" + b"".join(pairs) + b"u"


def error(name: str = "ValueError") -> bytes:
    return call("builtins", name)


class Shelf(list[Any]):
    pass


class Table(dict[Any, Any]):
    pass


class Line(collections.deque[Any]):
    pass


class Order:
    paid = False


class Broken(UnicodeDecodeError):
    pass


class Colour(enum.Enum):
    RED = 1


MINE = [f"{__name__}.{name}" for name in ("Shelf", "Table", "Line", "Order", "Broken", "Colour", "Local")]


class Local(threading.local):
    pass


def test_every_constructor_that_needs_no_code_has_a_rule() -> None:
    assert {name for name, kind in KINDS_OF_WIRE.items() if kind is not guard.CODE} == {
        name.rpartition(".")[2] for name in RULES if name.startswith("lambdapkl.wire.")
    }


def doubled(times: int) -> bytes:
    """Nested tuples, each of which holds the one before twice."""
    return b")\x94" + b"".join(b"0" + get(index) * 2 + b"\x86\x94" for index in range(times))


_ANY = named(__name__, "Order")
MADE = call(__name__, "Order")
REFUSED: dict[str, bytes] = {
    # Constructors that call, look up or set names from the payload.
    "view by any method": wire("dict_view", MADE, text("pop")),
    "view of what is no dictionary": wire("dict_view", MADE, text("keys")),
    "view of what has a method of its own": wire(
        "dict_view", call("collections", "OrderedDict") + state(text("keys"), _ANY) + b"b", text("keys")
    ),
    "member of a class": wire("enum_member", _ANY, b"N", b"N"),
    "type of code": wire("builtin_type", text("code")),
    "scanner": wire("json_scanner", b"}"),
    "reference of any kind": wire("weak_reference", _ANY, b"N", b"N"),
    "reference with a callback": wire("weak_reference", named("weakref", "ref"), MADE, _ANY),
    "container of any kind": wire("weak_container", _ANY),
    "container that it did not make": wire("weak_container", MADE, b"]"),
    "local of what a call gives": wire("thread_local", MADE, b")"),
    "local of bytes": wire("thread_local", named("builtins", "bytes"), b"J\x00\x00\x00\x10\x85"),
    "queue that it did not make": wire("simple_queue", MADE, b"]"),
    "exception that it did not make": wire("exception", MADE, b"N\x85"),
    "exception of what a call gives": wire("exception", call(__name__, "Order"), b")"),
    "exception with a class": wire(
        "exception", wire("exception", named("builtins", "KeyError"), b")"), state(text("__class__"), _ANY) + b"\x85"
    ),
    "exception that takes a range apart": wire("exception", named("builtins", "SyntaxError"), text("") + RANGE + b"\x86"),
    "exception of a subclass that does": wire("exception", named(__name__, "Broken"), text("") + RANGE + b"\x86"),
    "file by number": wire("file", text("r"), b"\x88", b"N", b"K\x05", b"K\x00"),
    "layer of any kind": wire("layered_file", _ANY, wire("file_in_memory", b"C\x00", b"K\x00", text("")), b"N", b"K\x00"),
    "memory by a file": wire("file_in_memory", RANGE, b"K\x00", text("")),
    "module by what a call gives": wire("module", MADE),
    # Objects that other code uses, too.
    "state of a module": wire("module", text("hmac")) + state(text("compare_digest"), _ANY) + b"b",
    "state of a stream": wire("standard_stream", text("stdout")) + state(text("write"), _ANY) + b"b",
    "item of a module": wire("module", text("hmac")) + text("x") + b"Ns",
    "state of a member": call("uuid", "SafeUUID", b"K\x00") + b"N" + state(text("_value_"), b"K\x01") + b"\x86b",
    # States.
    "bytes out of bounds": call("builtins", "UnicodeDecodeError", text("utf-8"), b"C\x01x", b"K\x00", b"K\x01", text(""))
    + state(text("start"), b"J\x00\x00\x00\xf0")
    + b"b",
    "text of it while it is loaded": call("ipaddress", "IPv4Address", error()),
    "arguments by a range": error() + state(text("args"), RANGE) + b"b",
    "object of an error": error("AttributeError") + state(text("obj"), b"N") + b"b",
    "details by a range": call("builtins", "SyntaxError", text(""), RANGE),
    "append that a state brings": error() + state(text("append"), named("builtins", "bytearray")) + b"bJ\x00\x00\x00\x10a",
    "extend that a state brings": MADE + state(text("extend"), _ANY) + b"b(K\x01e",
    "set that a state brings": MADE + state(text("__setitem__"), _ANY) + b"bK\x01Ns",
    "state by a call": MADE + call("builtins", "dict", b"(" + text("__class__") + _ANY + b"\x86l") + b"b",
    "slots by a call": MADE + b"N" + call("collections", "OrderedDict") + b"\x86b",
    "state by its own": MADE + MADE + b"b",
    "two states": MADE + b"}b}b",
    "number of a UUID": named("uuid", "UUID") + b")\x81" + state(text("int"), b"))\x86") + b"b",
    "hash of a path": call("pathlib", "PurePosixPath") + b"N" + state(text("_hash"), b"K\x01") + b"\x86b",
    # Memory.
    "pairs by a range": call("builtins", "dict", b"]" + RANGE + b"a"),
    "ordered pairs by a range": call("collections", "OrderedDict", b"]" + RANGE + b"a"),
    "deque of a range": call("collections", "deque", RANGE),
    "count of a range": call("collections", "Counter", RANGE),
    "defaults of a range": call("collections", "defaultdict", b"N", RANGE),
    "scalar without bytes": call("numpy._core.multiarray", "scalar", call("numpy", "dtype", text("V500000000"))),
    "scalar that is a class": call("numpy._core.multiarray", "scalar", call("numpy", "dtype", text("O")), _ANY),
    "array by an index": call(
        "pandas.core.indexes.base", "_new_Index", named("numpy", "ndarray"), state(text("shape"), b"J\x00\x00\x00\x10")
    ),
    # Time.
    "hash in a set": call("builtins", "set", b"](" + doubled(30) + b"e"),
    "hash in a frozen set": call("builtins", "frozenset", b"(" + doubled(30) + b"t"),
    "hash in a dictionary": call("builtins", "dict", b"](" + doubled(30) + b"N\x86e"),
    "hash in a count": call("collections", "Counter", b"(" + doubled(30) + b"l"),
    "hash in an ordered one": call("collections", "OrderedDict", b"](" + doubled(30) + b"N\x86e"),
    "many hashes": b"(" + doubled(15) + b"0" + b"".join(b"}" + get(15) + b"Ns" for _ in range(3000)) + b"l",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_anything_is_imported_or_called(name: str) -> None:
    allow = guard.PANDAS | EVERYTHING_BUT_CODE | {*MINE, "weakref.ref"}
    with pytest.raises(guard.GuardError, match=r"^refused at byte") as caught:
        guard.check(payload(REFUSED[name]), allow=allow)
    assert "would allow it; add that" not in str(caught.value), caught.value


def test_a_pair_that_gets_longer_in_the_list() -> None:
    # List 0 holds list 1, which gets its key after that.
    lists = b"]\x94]\x94a0"
    tuples = b")\x94" + b"".join(b"0" + get(2 + index) * 2 + b"\x86\x94" for index in range(30)) + b"0"
    data = payload(lists + tuples + get(1) + get(32) + b"aNa0" + call("builtins", "dict", get(0)))
    with pytest.raises(guard.GuardError, match="holds more than"):
        guard.check(data)


@pytest.mark.parametrize("container", ["list", "bytearray", "set", "dict"])
def test_copies_count_against_max_memory(container: str) -> None:
    what = {
        "list": b"](" + b"N" * 100_000 + b"e",
        "bytearray": b"B" + struct.pack("<I", 1_000_000) + bytes(1_000_000),
        "set": b"](" + b"".join(b"J" + struct.pack("<i", index) for index in range(100_000)) + b"e",
        "dict": b"}(" + b"".join(b"J" + struct.pack("<i", index) + b"N" for index in range(50_000)) + b"u",
    }[container]
    copies = b"(" + b"".join(get(0) + get(1) + b"\x85R" for _ in range(100)) + b"l"
    data = payload(named("builtins", container) + b"\x940" + what + b"\x940" + copies)
    with pytest.raises(guard.GuardError, match="max_memory"):
        guard.check(data, max_memory=40_000_000)


def test_items_added_late_count_for_max_depth() -> None:
    count = 1000
    lists = b"]\x940" * count + b"".join(get(index) + get(index + 1) + b"a0" for index in range(count - 1))
    with pytest.raises(guard.GuardError, match="max_depth=200"):
        guard.check(payload(lists + get(0)))
    assert guard.check(payload(lists + get(0)), max_depth=count).depth == count
    # The same with a tuple, which never changes, between the lists.
    tuples = b"]\x940" * count + b"".join(get(index) + get(index + 1) + b"\x85a0" for index in range(count - 1))
    with pytest.raises(guard.GuardError, match="max_depth=200"):
        guard.check(payload(tuples + get(0)))
    errors = named("lambdapkl.wire", "exception") + b"\x940" + named("builtins", "AttributeError") + b"\x940"
    errors += (get(0) + get(1) + b")\x86R\x940") * count
    for last in (b"", get(0) + get(1 + count) + b"N" + get(2) + b"\x86\x86R0"):
        chain = b"".join(get(0) + get(2 + at) + b"N" + get(3 + at) + b"\x86\x86R0" for at in range(count - 1))
        with pytest.raises(guard.GuardError, match="max_depth=200"):
            guard.check(payload(errors + chain + last + b"N"), allow=guard.BUILTINS | {guard.OBJECTS})


def test_cycles_are_not_deep() -> None:
    top: list[Any] = []
    for _ in range(1000):
        node = Order()
        node.__dict__.update(parent=top, name="x")
        top.append(node)
    loaded = guard.loads(pickle.dumps(top), allow=MINE)
    assert len(loaded) == 1000 and all(each.parent is loaded for each in loaded)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_instances_with_items_and_a_state(protocol: int) -> None:
    shelf, table, line, order = Shelf([1, [2]]), Table(a=1), Line([1, 2], 5), Order()
    for each in (shelf, table, line, order):
        each.__dict__.update(pop=[1], append=2, name="x")
    list.append(shelf, shelf)
    for value in (shelf, table, line, order, [shelf, order, shelf]):
        for data in (pickle.dumps(value, protocol), lambdapkl.dumps(value, protocol)):
            loaded = guard.loads(data, allow=guard.STANDARD | {*MINE})
            assert pickle.dumps(loaded, protocol) == pickle.dumps(pickle.loads(data), protocol)


@pytest.mark.parametrize("protocol", [2, 4])
def test_values_of_the_lists_pass(protocol: int) -> None:
    values = [
        *(uuid.UUID(int=5), uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe), ipaddress.ip_network("10.0.0.0/8"), 2 + 3j),
        *(ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("fe80::1"), pathlib.PureWindowsPath("a/b"), bytearray(b"x")),
        *({frozenset([1, ("a", 2)]): {1: {2}}}, collections.Counter("abc"), collections.defaultdict(None, a=1)),
    ]
    for data in (pickle.dumps(values, protocol), lambdapkl.dumps(values, protocol)):
        assert guard.loads(data, allow=guard.STANDARD) == values


def test_builtin_exceptions_pass(backend: Any) -> None:
    # Pickled in a fresh process, as tblib, which Dask imports here, changes the pickling of exceptions.
    data = backend.execute(
        """
        import pickle, lambdapkl
        def errors():
            yield ValueError("x", 1)
            yield ImportError("a", name="n", path="p")
            yield UnicodeDecodeError("utf-8", b"x", 0, 1, "r")
            yield OSError(2, "a", "f")
            yield SyntaxError("m", ("f", 1, 2, "t", 1, 2))
            yield StopIteration(3)
            try:
                int.nothing
            except AttributeError as error:
                yield error.with_traceback(None)
        result = [pickle.dumps(list(errors()), 2), pickle.dumps(list(errors()), 4), lambdapkl.dumps(list(errors()))]
        """
    )
    for each in data:
        loaded = guard.loads(each, allow=guard.BUILTINS | {guard.OBJECTS})
        assert loaded[1].name == "n" and loaded[2].reason == "r" and loaded[3].filename == "f" and loaded[6].args


def test_objects_pass(backend: Any) -> None:
    data = backend.execute(PROGRAMS / "objects_pass.py")
    allow = guard.STANDARD | {guard.OBJECTS, "_thread._local", "_threading_local.local", "threading.local"}
    allow |= {"_weakrefset.WeakSet", "weakref.WeakSet", "weakref.WeakValueDictionary", "weakref.ref", "weakref.ReferenceType"}
    allow |= {"_weakref.ReferenceType", "_weakref.ref"}
    for each in data:
        loaded = guard.loads(each, allow=allow)
        assert type(loaded[0].__cause__) is ValueError and loaded[1].value == 5
        assert list(loaded[6]) == ["a"] and loaded[8] == {"a": 1} and loaded[11]() is loaded[1]
        assert [each.get() for each in loaded[12:]] == ([1] if queue.SimpleQueue.__module__ == "_queue" else [])


def test_report_names_classes_that_a_constructor_calls() -> None:
    data = payload(wire("thread_local", named(__name__, "Local"), b")"))
    assert guard.check(data, allow={guard.OBJECTS, *MINE}).calls == ("lambdapkl.wire:thread_local", f"{__name__}:Local")


def test_a_buffer_is_copied_once() -> None:
    once = named("builtins", "bytearray") + b"\x97\x94\x85R"
    assert guard.loads(payload(once, 5), buffers=[b"x"]) == b"x"
    with pytest.raises(guard.GuardError, match="second copy"):
        guard.check(payload(once + named("builtins", "bytearray") + b"h\x00\x85R\x86", 5))


def test_a_member_of_an_enumeration_is_not_changed() -> None:
    assert guard.loads(pickle.dumps(Colour.RED), allow=MINE) is Colour.RED
    with pytest.raises(guard.GuardError, match=r"while it was loaded.* is given a state"):
        guard.loads(payload(call(__name__, "Colour", b"K\x01") + state(text("_value_"), b"K\x02") + b"b"), allow=MINE)
    with pytest.raises(guard.GuardError, match=r"while it was loaded.* is given a state"):
        guard.loads(payload(named(__name__, "Broken") + b")\x81" + state(text("start"), b"K\x02") + b"b"), allow=MINE)
    assert Colour.RED.value == 1


def test_module_getattr_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = types.ModuleType("asking_module")
    asked = []
    made.__getattr__ = asked.append
    monkeypatch.setitem(sys.modules, "asking_module", made)
    for name in ("nothing", "__getattr__", "__dict__"):
        with pytest.raises(
            guard.GuardError, match=r"after everything before this point was executed: .* not defined in asking_module"
        ):
            guard.loads(payload(named("asking_module", name)), allow=["asking_module"])
    assert not asked
    guard.loads(payload(named("asking_module", "nothing")), allow=["asking_module:nothing"])
    assert asked == ["nothing"]


def test_entry_with_a_dot_means_the_attribute_if_it_is_not_a_module(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "hiding_package"
    package.mkdir()
    (package / "__init__.py").write_text("from .Hidden import Hidden\n")
    (package / "Hidden.py").write_text("class Hidden:\n    pass\n\ndef wipe():\n    raise AssertionError\n")
    (package / "plain.py").write_text("class Plain:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    allow = ["hiding_package.Hidden", "hiding_package.plain"]
    with pytest.raises(guard.GuardError, match="means the attribute 'Hidden' of hiding_package"):
        guard.loads(payload(call("hiding_package.Hidden", "wipe")), allow=allow)
    for module, name in (("hiding_package.Hidden", "Hidden"), ("hiding_package", "Hidden"), ("hiding_package.plain", "Plain")):
        assert type(guard.loads(payload(call(module, name)), allow=allow)).__name__ == name
    assert guard.loads(payload(named("hiding_package.Hidden", "wipe")), allow=["hiding_package.Hidden:wipe"]).__name__ == "wipe"


def test_only_attributes_that_exceptions_keep_in_c_are_refused() -> None:
    loaded = guard.loads(payload(error() + state(text("code"), b"K\x05", text("start"), b"]") + b"b"))
    assert loaded.code == 5 and loaded.start == []
    with pytest.raises(guard.GuardError, match="a state that pickle does not write"):
        guard.check(payload(error("UnicodeEncodeError") + state(text("start"), b"K\x05") + b"b"))


def test_wire_constructors_check_the_classes_they_create() -> None:
    for data in (wire("dict_view", MADE, text("pop")), wire("weak_reference", _ANY, MADE), wire("thread_local", _ANY, b")")):
        with pytest.raises(pickle.UnpicklingError, match="the payload is damaged"):
            pickle.loads(payload(data))
