"""`lambdapkl.guard` refuses everything that is not allowed, and loads what is."""

from __future__ import annotations

import collections
import contextlib
import copy
import datetime
import decimal
import fractions
import io
import itertools
import os
import pathlib
import pickle
import subprocess
import sys
import uuid
from typing import Any

import pytest
import sample
from guard_bypasses import BYPASSES, CANARY, EVAL, call, named, payload, text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import lambdapkl
from lambdapkl import guard, wire
from lambdapkl.guard.lists import KINDS_OF_WIRE

GENEROUS = guard.PANDAS | guard.STANDARD | {"collections", "datetime", "decimal"}


@pytest.mark.parametrize("name", BYPASSES)
def test_no_bypass_passes(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    with pytest.raises(guard.GuardError) as caught:
        guard.loads(BYPASSES[name], allow=GENEROUS)
    # Refused by the first pass, before anything was imported or called.
    assert "while it was loaded" not in str(caught.value) and "bug in lambdapkl.guard" not in str(caught.value)
    assert set(sys.modules) == before and not os.path.exists(CANARY)


def test_bypasses_create_the_canary_without_the_guard(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for each in (
        BYPASSES["calls os.system"],
        BYPASSES["calls eval"],
        BYPASSES["popped from the stack"],
        BYPASSES["name by GLOBAL"],
    ):
        pickle.loads(each)
        assert os.path.exists(CANARY)
        os.remove(CANARY)


def test_nothing_is_imported_in_a_fresh_process() -> None:
    program = (
        "import sys, pickle\nfrom lambdapkl import guard\nbefore = set(sys.modules)\n"
        "data = sys.stdin.buffer.read()\n"
        "try: guard.loads(data, allow=guard.PANDAS)\nexcept guard.GuardError as error: print(sorted(set(sys.modules) - before), error)\n"
    )
    data = payload(named("fractions", "Fraction") + b"0" + EVAL)
    env = {**os.environ, "PYTHONPATH": str(pathlib.Path(lambdapkl.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", program], input=data, env=env, capture_output=True, timeout=60)
    assert done.stdout.startswith(b"[] refused at byte "), done


VALUES: list[Any] = [
    1,
    -(10**50),
    1.5,
    2 + 3j,
    True,
    None,
    ...,
    "text" * 5000,
    "\N{SNOWMAN}",
    b"bytes",
    bytearray(b"x"),
    [1, [2, {3: (4, 5, 6, 7)}]],
    {"a": {"b": 1}, 2: {3}},
    {1, 2},
    frozenset(["x"]),
    range(5),
    slice(1, 2),
    int,
    datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    datetime.timedelta(3),
    decimal.Decimal("1.50"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    collections.deque([1, 2], 3),
    collections.OrderedDict(a=1),
    collections.defaultdict(list, {1: [2]}),
    collections.Counter("abca"),
    pathlib.PurePosixPath("a/b"),
]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:30])
def test_plain_values_pass(value: Any, protocol: int) -> None:
    for data in (pickle.dumps([value, value], protocol), lambdapkl.dumps([value, value], protocol)):
        assert guard.loads(data, allow=guard.STANDARD) == [value, value]
        recorded: set[str] = set()

        class Recording(pickle.Unpickler):
            def find_class(self, module: str, name: str) -> Any:
                recorded.add(f"{module}:{name}")
                return super().find_class(module, name)

        Recording(io.BytesIO(data)).load()
        if protocol > 2:
            assert set(guard.check(data, allow=guard.STANDARD).names) == recorded


def test_an_exception_with_its_arguments(backend: Any) -> None:
    # Pickled in a fresh process, as tblib, which Dask imports here, changes the pickling of exceptions.
    loaded = guard.loads(backend.execute("import pickle\nresult = pickle.dumps(ValueError('x', 1))"))
    assert type(loaded) is ValueError and loaded.args == ("x", 1)


def test_state_for_an_object_without_attributes(backend: Any) -> None:
    """PyPy's built-in unpickler crashes on such a state (8.0.1)."""
    data = payload(call("collections", "deque") + b"}" + text("name") + b"Nsb")
    answer = backend.execute(
        """
        from lambdapkl import guard
        try:
            result = guard.loads(data, allow=guard.STANDARD)
        except guard.GuardError as error:
            result = str(error)
        """,
        data=data,
    )
    assert answer.startswith("refused while it was loaded: AttributeError")


def test_code_by_value_is_refused_unless_allowed(backend: Any) -> None:
    data = backend.execute(
        "import lambdapkl\nclass A:\n    def m(self): return 5\nresult = lambdapkl.dumps((lambda x: x + 1, A, A()))"
    )
    with pytest.raises(guard.GuardError, match=r"has the kind by-value code; allow=\[..., guard.CODE\] allows it"):
        guard.loads(data, allow=GENEROUS)
    f, cls, instance = guard.loads(data, allow=[guard.CODE])
    assert f(1) == 2 and instance.m() == 5 and type(instance) is cls


def test_every_constructor_has_a_kind() -> None:
    assert set(KINDS_OF_WIRE) == set(wire.__all__)
    for name, kind in KINDS_OF_WIRE.items():
        data = payload(named("lambdapkl.wire", name))
        others = [each for each in (guard.CODE, guard.FILES, guard.MODULES, guard.OBJECTS) if each is not kind]
        with pytest.raises(guard.GuardError, match=kind.value):
            guard.check(data, allow=[*others, "lambdapkl.wire", f"lambdapkl.wire.{name}"])
        assert guard.check(data, allow=[kind]).names == (f"lambdapkl.wire:{name}",)


class Outer:
    class Inner:
        value = 1


def test_names_modules_and_nested_classes() -> None:
    date = pickle.dumps(datetime.date(2026, 1, 2))
    assert guard.loads(date, allow=["datetime.date"]) == guard.loads(date, allow=["datetime"]) == datetime.date(2026, 1, 2)
    with pytest.raises(guard.GuardError, match=r"names datetime.date: allow=\[..., 'datetime.date'\] would"):
        guard.loads(date, allow=["datetime.datetime"])
    data = pickle.dumps(Outer.Inner())
    with pytest.raises(guard.GuardError, match=r"test_guard:Outer\.Inner"):
        guard.loads(data, allow=[__name__])
    assert type(guard.loads(data, allow=[f"{__name__}:Outer.Inner"])) is Outer.Inner


def test_entry_for_a_module_allows_only_what_it_defines() -> None:
    with pytest.raises(guard.GuardError, match="given is not defined in"):
        guard.loads(payload(named(__name__, "given")), allow=[__name__])
    with pytest.raises(guard.GuardError, match="is a module"):
        guard.loads(payload(named("collections", "_sys")), allow=["collections"])


def test_nested_names_lead_only_through_classes() -> None:
    with pytest.raises(guard.GuardError, match="'os' is not a class"):
        guard.loads(payload(named(__name__, "os.system")), allow=[f"{__name__}:os.system"])


def test_limits() -> None:
    data = pickle.dumps(["x" * 1000] * 3 + [b"y" * 100_000])
    assert len(guard.loads(data)) == 4
    with pytest.raises(guard.GuardError, match="max_size=1,000"):
        guard.loads(data, max_size=1000)
    with pytest.raises(guard.GuardError, match="max_size=1,000"):
        guard.load(io.BytesIO(data), max_size=1000)
    with pytest.raises(guard.GuardError, match="max_memory=50,000"):
        guard.loads(data, max_memory=50_000)
    nested: Any = []
    for _ in range(50):
        nested = [nested]
    assert guard.loads(pickle.dumps(nested)) == nested
    with pytest.raises(guard.GuardError, match="max_depth=40"):
        guard.loads(pickle.dumps(nested), max_depth=40)


def test_files_and_paths(tmp_path: pathlib.Path) -> None:
    lambdapkl.dump({"a": 1}, tmp_path / "x")
    assert guard.load(tmp_path / "x") == {"a": 1}
    with open(tmp_path / "x", "rb") as file:
        assert guard.load(file) == {"a": 1}


def test_error_of_an_allowed_callable_is_reported() -> None:
    with pytest.raises(guard.GuardError, match="while it was loaded: TypeError"):
        guard.loads(payload(call("datetime", "date", text("x"))), allow=guard.STANDARD)


def test_kinds_and_lists_can_be_combined() -> None:
    for allow in (guard.BUILTINS | guard.CODE, guard.CODE | guard.BUILTINS, set(guard.BUILTINS) | guard.CODE):
        assert allow == {*guard.BUILTINS, guard.CODE}
    assert guard.CODE | guard.FILES == {guard.CODE, guard.FILES}
    assert guard.CODE | guard.FILES | guard.BUILTINS | guard.MODULES == {
        *guard.BUILTINS,
        guard.CODE,
        guard.FILES,
        guard.MODULES,
    }
    with pytest.raises(TypeError):
        guard.CODE | "datetime"  # type: ignore[operator]


def test_names_may_come_from_a_generator() -> None:
    names = ["fractions.Fraction", guard.OBJECTS]
    data = pickle.dumps(fractions.Fraction(2, 7), 4)
    for check in (guard.loads, lambda data, allow: guard.load(io.BytesIO(data), allow=allow)):
        assert check(data, allow=(each for each in names)) == fractions.Fraction(2, 7)
    assert guard.check(data, allow=iter(names)).names == ("fractions:Fraction",)


def test_allow_is_a_collection() -> None:
    for wrong in ("datetime", guard.CODE, [1]):
        with pytest.raises(TypeError):
            guard.loads(pickle.dumps(1), allow=wrong)  # type: ignore[arg-type]


def test_numpy_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    arrays = [
        numpy.arange(6).reshape(2, 3),
        numpy.array(["a", None], dtype=object),
        numpy.zeros(3, "M8[ns]"),
        numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        numpy.asfortranarray(numpy.ones((2, 2))),
        numpy.float64(3),
        numpy.dtype("c16"),
    ]
    for array in arrays:
        for protocol in (2, 3, 4, 5):
            assert repr(guard.loads(pickle.dumps(array, protocol), allow=guard.NUMPY)) == repr(array)
        buffers: list[pickle.PickleBuffer] = []
        data = pickle.dumps(array, 5, buffer_callback=buffers.append)
        assert repr(guard.loads(data, allow=guard.NUMPY, buffers=buffers)) == repr(array)
    with pytest.raises(guard.GuardError, match="numpy"):
        guard.loads(pickle.dumps(arrays[0]))


def test_pandas_objects() -> None:
    pandas = pytest.importorskip("pandas")
    days, months = pandas.date_range("2026", periods=3), pandas.period_range("2026", periods=2, freq="M")
    objects = [
        pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, None], "d": days[:2]}),
        pandas.DataFrame(),
        *(pandas.Series([1, None], dtype=dtype) for dtype in ("Int64", "UInt8", "Float64", "boolean", "object", "float32")),
        *(pandas.Series(["a", None], dtype=dtype) for dtype in ("string", "category", "object")),
        *(
            pandas.Series(each)
            for each in (days, months, pandas.to_timedelta([1], unit="D"), pandas.arrays.SparseArray([0, 1]))
        ),
        *(days, pandas.date_range("2026", periods=2, tz="UTC", freq="h"), months, pandas.to_timedelta([1, 2], unit="D")),
        *(
            pandas.Index(["a", "b"]),
            pandas.RangeIndex(3),
            pandas.MultiIndex.from_tuples([(1, "a")]),
            pandas.CategoricalIndex(["a"]),
        ),
        *(pandas.interval_range(0, 2), pandas.Interval(0, 1), pandas.Period("2026-01"), pandas.NaT, pandas.NA),
        *(pandas.Timestamp("2026", tz="UTC"), pandas.Timedelta(1, "D"), pandas.offsets.MonthEnd(2)),
    ]
    for each in objects:
        for protocol in (2, 4, 5):
            assert repr(guard.loads(pickle.dumps(each, protocol), allow=guard.PANDAS)) == repr(each)


METHODS = ("ctime", "isoformat", "isocalendar", "toordinal", "utcoffset", "as_tuple", "items", "total_seconds", "__len__")


def use(value: Any) -> None:
    """Use a value and everything in it as a program would, unless it is long."""
    seen: dict[int, Any] = {}
    following = [value]
    while following and len(seen) < 2000:
        each = following.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        if isinstance(each, (list, tuple, set, frozenset, dict, collections.deque)):
            following += itertools.islice(each, 50)
            if isinstance(each, dict):
                following += itertools.islice(each.values(), 50)
            if len(following) > 200 or len(seen) > 200:  # each may be many times in itself
                continue
        if isinstance(each, BaseException):
            following += each.args[:10]
            following += vars(each).values()
        for action in (str, repr, hash, bool, lambda each: list(itertools.islice(each, 50)), pickle.dumps, copy.copy):
            with contextlib.suppress(TypeError, ValueError, OverflowError, RecursionError, AttributeError, ArithmeticError):
                action(each)
        for name in METHODS:
            with contextlib.suppress(TypeError, ValueError, OverflowError, RecursionError, AttributeError, ArithmeticError):
                getattr(each, name)()


ERRORS = [
    UnicodeDecodeError("ascii", b"\xfe\xff", 0, 1, "r"),
    UnicodeEncodeError("ascii", "\xe9", 0, 1, "r"),
    OSError(2, "a", "b"),
]
ERRORS += [SyntaxError("m", ("f", 1, 2, "t", 1, 2)), StopIteration(1), ImportError("a", name="b")]
DATES = [datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 1, 5, tzinfo=datetime.UTC), datetime.time(1, 2, 3)]
SEEDS = [
    *(pickle.dumps(each, protocol) for each in (VALUES, ERRORS, DATES, DATES[0]) for protocol in (4, 2)),
    *list(BYPASSES.values())[::3],
]
CLASSES = {type(value) for value in VALUES}


@settings(max_examples=sample.examples(500), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda data: b"\x80\x04" + data + b".")))
@example(b"\x80\x04(1.")
def test_any_bytes_are_refused_or_give_a_value(data: bytes) -> None:
    try:
        value = guard.loads(data, allow=guard.STANDARD, max_memory=1 << 24)
    except guard.GuardError:
        return
    use(value)


@pytest.mark.slow
@settings(max_examples=sample.examples(1500), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_payloads_are_refused_or_give_a_value(seed: bytes, edits: list[tuple[int, int]]) -> None:
    data = bytearray(seed or b"\x80")
    for at, value in edits:
        data[at % len(data)] = value
    try:
        use(guard.loads(bytes(data), allow=guard.STANDARD, max_memory=1 << 24))
    except guard.GuardError:
        pass
    assert not os.path.exists(CANARY)


def test_no_module_is_imported_that_was_not_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "guarded_package"
    package.mkdir()
    (package / "__init__.py").write_text("class Point:\n    pass\n")
    (package / "_.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    made = guard.loads(payload(call("guarded_package", "Point")), allow={"guarded_package.Point"})
    assert type(made).__module__ == "guarded_package" and "guarded_package._" not in sys.modules
