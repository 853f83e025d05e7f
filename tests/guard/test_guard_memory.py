"""`lambdapkl.guard`: loading never takes more than twice the estimated memory that `max_memory` limits."""

from __future__ import annotations

import gc
import pickle
import struct

import pytest
import sample
from guard_bypasses import call, named, payload, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdapkl import guard
from lambdapkl.guard.lists import EXCEPTIONS, KINDS_OF_WIRE

tracemalloc = pytest.importorskip("tracemalloc", exc_type=ImportError)  # PyPy has none

# What does not depend on the payload: the guard's own sets, an unpickler, a first block of its memo.
CONSTANT = 45_000
COUNT = 150


def number(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return b"\x8b" + struct.pack("<i", size) + value.to_bytes(size, "little", signed=True)


def octets(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


def numbers(count: int) -> bytes:
    return b"".join(b"J" + struct.pack("<i", 1000 + index) for index in range(count))


def args(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


NUMBERS = b"](" + numbers(700) + b"e"
FEW = b"](" + numbers(43) + b"e"
PAIRS = b"](" + b"".join(b"J" + struct.pack("<i", 1000 + index) + b"N\x86" for index in range(700)) + b"e"
MAPPING = b"}(" + b"".join(b"J" + struct.pack("<i", 1000 + index) + b"N" for index in range(700)) + b"u"
ATTRIBUTES = b"}(" + b"".join(text(f"attribute_{index}") + b"N" for index in range(400)) + b"u"
LONG = number(1 << 30_000)
DIGITS = text("1" * 900)

# Name -> tuples of arguments, one of them with much that is shared by all results.
STANDARD: dict[str, list[bytes]] = {
    "builtins.object": [args()],
    "builtins.slice": [args(b"N", b"N", b"N")],
    "builtins.range": [args(b"K\x05"), args(LONG), args(number(-(1 << 30_000)), LONG, b"K\x01")],
    "builtins.complex": [args(b"K\x05", b"K\x06")],
    "builtins.bytes": [args()],
    "builtins.bytearray": [args(), args(octets(bytes(5000))), args(text("\xe9" * 2000), text("latin-1"))],
    "_codecs.encode": [args(text("a" * 5000), text("latin1")), args(text("\xe9" * 2000), text("latin1"))],
    **{f"builtins.{name}": [args(), args(NUMBERS), args(FEW)] for name in ("set", "frozenset", "list")},
    "builtins.dict": [args(), args(PAIRS), args(MAPPING)],
    "collections.Counter": [args(), args(NUMBERS), args(FEW), args(MAPPING)],
    "collections.OrderedDict": [args(), args(PAIRS), args(MAPPING)],
    "collections.defaultdict": [args(), args(b"N", PAIRS), args(b"N", MAPPING)],
    "collections.deque": [args(), args(NUMBERS), args(FEW, b"K\x05")],
    "datetime.date": [args(b"M\xea\x07", b"K\x01", b"K\x02"), args(octets(b"\x07\xea\x01\x02"))],
    "datetime.time": [args(), args(octets(bytes(6)))],
    "datetime.datetime": [args(b"M\xea\x07", b"K\x01", b"K\x02"), args(octets(b"\x07\xea\x01\x02" + bytes(6)))],
    "datetime.timedelta": [args(b"M\x88\x13", b"M\x88\x13", b"M\x88\x13")],
    "datetime.timezone": [args(call("datetime", "timedelta", b"K\x00", b"K\x3c"), text("zone" * 500))],
    "decimal.Decimal": [args(text("1.5")), args(DIGITS)],
    "fractions.Fraction": [args(text("3/7")), args(text("0." + "3" * 900)), args(LONG, LONG), args(LONG)],
    "uuid.UUID": [args(text("12345678123456781234567812345678"))],
    "uuid.SafeUUID": [args(b"K\x00")],
    **{
        f"pathlib.{name}": [
            args(),
            args(text("a/b")),
            args(text("abc/" * 1000)),
            args(text("ab/" * 1000), text("x" * 3000)),
            args(text("x/" * 1000), *[text("x" * 3000)] * 10),
        ]
        for name in ("PurePath", "PurePosixPath", "PureWindowsPath")
    },
    "ipaddress.IPv4Address": [args(text("1.2.3.4")), args(b"K\x05"), args(octets(bytes(4)))],
    "ipaddress.IPv4Network": [args(text("1.2.3.0/24")), args(text("1.2.3.0/255.255.255.0"))],
    "ipaddress.IPv6Address": [args(text("fe80::1")), args(text("fe80::1%" + "scope" * 200))],
    "ipaddress.IPv6Network": [args(text("fe80::/64"))],
    **{name: [args(), args(text("text"), NUMBERS)] for name in EXCEPTIONS if "Unicode" not in name and "Syntax" not in name},
    "builtins.UnicodeError": [args()],
    "builtins.UnicodeDecodeError": [args(text("ascii"), octets(bytes(3000)), b"K\x00", b"K\x01", text("reason"))],
    "builtins.UnicodeEncodeError": [args(text("ascii"), text("x" * 3000), b"K\x00", b"K\x01", text("reason"))],
    "builtins.SyntaxError": [args(text("m"), args(text("f"), b"K\x01", b"K\x02", text("t"), b"K\x01", b"K\x02"))],
}
# Types and constants that are named, and never called.
NEVER_CALLED = {f"builtins.{name}" for name in ("int", "str", "float", "bool", "tuple", "Ellipsis", "NotImplemented")}
DTYPE = call("numpy", "dtype", text("f8"), b"\x89", b"\x88")
NUMPY: dict[str, list[bytes]] = {
    "numpy.dtype": [args(text("V8"), b"\x89", b"\x88"), args(text("f8")), args(text("i4,f8," * 100 + "i2"))],
    "numpy._core.multiarray._reconstruct": [args(named("numpy", "ndarray"), b"K\x00\x85", octets(b"b"))],
    "numpy._core.multiarray.scalar": [
        args(DTYPE, octets(bytes(8))),
        args(call("numpy", "dtype", text("S3000"), b"\x89", b"\x88"), octets(b"x" * 3000)),
        args(call("numpy", "dtype", text("U700"), b"\x89", b"\x88"), octets(b"x\x00\x00\x00" * 700)),
    ],
    "numpy._core.numeric._frombuffer": [args(octets(bytes(3000)), DTYPE, args(number(375)), text("C"))],
}
WIRE: dict[str, list[bytes]] = {
    "context_var": [args(text("x"), octets(b"digest"), b"K\x00", NUMBERS)],
    "dict_view": [args(MAPPING, text("keys"))],
    "exception": [
        args(named("builtins", "ValueError"), args(NUMBERS)),
        args(named("builtins", "OSError"), args(b"K\x02", DIGITS)),
    ],
    "lock": [args(), args(text("RLock"))],
    "mapping_proxy": [args(MAPPING)],
    "memory_view": [args(octets(bytes(3000)), text("B"), args(number(3000)), b"\x88")],
    "simple_queue": [args()],
    "thread_local": [args(named("_thread", "_local"), args())],
    "weak_container": [args(named("weakref", name)) for name in ("WeakSet", "WeakKeyDictionary", "WeakValueDictionary")],
    "weak_reference": [args()],
    "file_in_memory": [
        args(contents, b"K\x00", text("")) for contents in (octets(b""), octets(bytes(5000)), text(""), text("x" * 5000))
    ],
}
CALLS: dict[str, list[bytes]] = {**STANDARD, **NUMPY, **{f"lambdapkl.wire.{name}": each for name, each in WIRE.items()}}
ALLOWED = guard.STANDARD | guard.NUMPY | {guard.OBJECTS, guard.FILES}
ALLOWED |= {"_thread._local", "weakref.WeakKeyDictionary", "weakref.WeakSet", "weakref.WeakValueDictionary"}


def many(name: str, arguments: bytes, after: bytes = b"", count: int = COUNT) -> bytes:
    """A list of results of the same call, with shared arguments."""
    module, _, last = name.rpartition(".")
    shared = named(module, last) + b"\x940" + arguments + b"\x940" + ATTRIBUTES + b"\x940"
    # The arguments write no memo entries, so these are entries 0, 1 and 2.
    return payload(shared + b"](" + (b"h\x00h\x01R" + after) * count + b"e", 5)


def assert_counted(data: bytes) -> None:
    memory = guard.check(data, allow=ALLOWED, max_depth=1000).memory
    guard.loads(data, allow=ALLOWED, max_depth=1000)  # what is imported, and caches
    gc.collect()
    tracemalloc.start()
    try:
        loaded = guard.loads(data, allow=ALLOWED, max_depth=1000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del loaded
    assert peak <= 2 * memory + CONSTANT, (
        f"{peak:,} bytes were taken, {memory:,} counted: {(peak - CONSTANT) / memory:.2f} times"
    )


def _skip_numpy(name: str) -> None:
    if name.startswith("numpy"):
        numpy = pytest.importorskip("numpy")
        if not hasattr(numpy, "_core"):
            pytest.skip("NumPy 1 has other names")


@pytest.mark.parametrize(("name", "index"), [(name, at) for name in sorted(CALLS) for at in range(len(CALLS[name]))])
def test_results_of_calls(name: str, index: int) -> None:
    _skip_numpy(name)
    assert_counted(many(name, CALLS[name][index]))


def test_every_name_of_the_lists_is_measured() -> None:
    here = {name.replace("numpy.core.", "numpy._core.") for name in guard.STANDARD | guard.NUMPY}
    here = {name.replace("pathlib._local.", "pathlib.") for name in here}
    assert here - NEVER_CALLED - {"numpy.ndarray"} == {*STANDARD, *NUMPY}
    objects = {name for name, kind in KINDS_OF_WIRE.items() if kind is guard.OBJECTS}
    assert objects == {*WIRE} - {"file_in_memory"}


STATES = {
    "attributes of an exception": ("builtins.ValueError", args(), b"h\x02b"),
    "items of a set": ("builtins.set", args(), b"(" + numbers(11) + b"\x90"),
    "floats of a set": (
        "builtins.set",
        args(),
        b"(" + b"".join(b"G" + struct.pack(">d", each + 0.5) for each in range(11)) + b"\x90",
    ),
    "items of a deque": ("collections.deque", args(), b"(" + numbers(65) + b"e"),
    "items of an ordered dictionary": ("collections.OrderedDict", args(), b"(" + numbers(12) + b"u"),
}


@pytest.mark.parametrize("name", sorted(STATES))
def test_states_and_items(name: str) -> None:
    assert_counted(many(*STATES[name], count=100))


def test_states_of_exceptions_and_thread_locals() -> None:
    for made, filled in (
        (call("lambdapkl.wire", "exception", named("builtins", "ValueError"), b")"), b"h\x00\x85"),
        (call("lambdapkl.wire", "thread_local", named("_thread", "_local"), b")"), b"h\x00"),
    ):
        constructor = made[: made.index(b"\x93") + 1]
        data = ATTRIBUTES + b"\x940" + constructor + b"\x940("
        for index in range(100):
            data += made + b"\x94" + b"0h\x01h" + bytes((2 + index,)) + filled + b"\x86R"
        assert_counted(payload(data + b"l"))


CONTAINERS = {
    "list": lambda items: b"](" + items + b"e",
    "tuple": lambda items: b"(" + items + b"t",
    "list by LIST": lambda items: b"(" + items + b"l",
}
ATOMS = {
    "none": b"N",
    "float": b"G" + struct.pack(">d", 1.5),
    "number": b"M\x10\x27",
    "long": number(1 << 300),
    "text": text("text"),
    "wide text": text("\N{SNOWMAN}"),
    "widest text": text("abc\N{PILE OF POO}"),
    "bytes": octets(b"x"),
    "byte array": b"\x96" + struct.pack("<Q", 3) + b"abc",
    "list": b"]",
    "tuple": b")",
    "pair": b"NN\x86",
    "dictionary": b"}",
    "set": b"\x8f",
    "frozen set": b"(K\x05\x91",
    "set of one": b"\x8f(K\x05\x90",
    "dictionary of one": b"}K\x05Ns",
    "dictionary of attributes": b"}(" + text("a") + b"N" + text("b") + b"Nu",
}
# Long arguments are measured above, where a payload has them once.
BY_CALL = [
    f"{name} {at}"
    for name, each in CALLS.items()
    for at in range(len(each))
    if not name.startswith("numpy") and len(each[at]) < 500
]


def _called(key: str) -> bytes:
    name, _, at = key.rpartition(" ")
    module, _, last = name.rpartition(".")
    return named(module, last) + CALLS[name][int(at)] + b"R"


PARTS = st.one_of(
    st.sampled_from(sorted(ATOMS)).map(ATOMS.__getitem__),
    st.sampled_from(sorted(BY_CALL)).map(_called),
)


@pytest.mark.slow
@settings(max_examples=sample.examples(50), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(PARTS, st.integers(1, 10), st.sampled_from(sorted(CONTAINERS)), st.booleans()), min_size=1, max_size=6)
)
def test_anything_together(parts: list[tuple[bytes, int, str, bool]]) -> None:
    body = b""
    for part, times, container, memoized in parts:
        body += CONTAINERS[container]((part + (b"\x94" if memoized else b"")) * times)
    assert_counted(payload(b"](" + body * 3 + b"e", 5))


@pytest.mark.parametrize("atom", sorted(ATOMS))
def test_atoms_and_containers(atom: str) -> None:
    assert_counted(payload(b"](" + ATOMS[atom] * 800 + b"e", 5))
    assert_counted(payload(b"](" + (ATOMS[atom] + b"\x94") * 800 + b"e", 5))


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 10, 22, 43, 700])
def test_growing_containers(size: int) -> None:
    items = [b"J" + struct.pack("<i", 1000 + index) for index in range(size)]
    floats = [b"G" + struct.pack(">d", index + 0.5) for index in range(size)]
    many = max(800 // size, 1)
    for each in (items, floats):
        joined, pairs = b"".join(each), b"".join(key + b"N" for key in each)
        for one in (b"\x8f(" + joined + b"\x90", b"(" + joined + b"\x91", b"}(" + pairs + b"u", b"(" + pairs + b"d"):
            assert_counted(payload(b"](" + one * many + b"e"))


def test_arrays() -> None:
    """All arrays get the same state, whose bytes NumPy may copy."""
    pytest.importorskip("numpy._core")
    array = call("numpy._core.multiarray", "_reconstruct", named("numpy", "ndarray"), b"K\x00\x85", octets(b"b"))
    for dtype in ("f8", ">f8"):
        kind = call("numpy", "dtype", text(dtype), b"\x89", b"\x88")
        kind += (
            args(b"K\x03", text(dtype[0] if ">" in dtype else "<"), b"N", b"N", b"N", *[b"J\xff\xff\xff\xff"] * 2, b"K\x00")
            + b"b"
        )
        state = args(b"K\x01", args(number(300)), kind, b"\x89", octets(bytes(2400)))
        assert_counted(payload(state + b"\x940](" + (array + b"h\x00b") * 200 + b"e", 5))


def test_objects_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    days = pandas.date_range("2026", periods=300)
    for each in (
        pandas.DataFrame({"a": range(300), "b": [str(index) for index in range(300)], "d": days}),
        pandas.Series(["a", None] * 100, dtype="category"),
        pandas.Series([1, None] * 100, dtype="Int64"),
        pandas.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
    ):
        data = pickle.dumps([each.copy() for _ in range(20)])
        guard.loads(data, allow=guard.PANDAS)
        tracemalloc.start()
        try:
            loaded = guard.loads(data, allow=guard.PANDAS)
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(loaded) == 20 and taken <= 2 * guard.check(data, allow=guard.PANDAS).memory + CONSTANT
