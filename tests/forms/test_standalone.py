"""`pickle.loads` reads payloads with ``standalone=True`` without lambdapkl."""

from __future__ import annotations

import functools
import os
import pickletools
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import fresh
import pytest
import sample
from conftest import BACKENDS, GIL
from corpus import Case, _run, all_cases

import lambdapkl
from lambdapkl import wire
from lambdapkl.forms import shaking

PROGRAMS = Path(__file__).with_name("programs")

SUPPORT = Path(fresh.__file__).parent
LIBRARY = str(Path(lambdapkl.__file__).parents[1])
# These cases expect code in the first bytes of the payload; a standalone one has constructors there.
ABOUT_BYTES = frozenset(("damage: one bit of the code changed", "damage: bytecode of another interpreter"))
CASES: Sequence[Case] = [
    case
    for case in all_cases()
    if case.refused is None
    and str(case) not in ABOUT_BYTES
    # `standalone` is an argument of `dumps`, not of a pickler.
    and "pickler.Pickler(" not in case.define
    and "(pickler.Pickler)" not in case.define
    # Only lambdapkl can pickle what the reader loaded.
    and "pickler.dumps(nothing)" not in case.check
]
if os.environ.get("HYPOTHESIS_PROFILE") != "nightly":
    CASES = sample.part(CASES[::4])  # all cases would double the time of the corpus tests


class Dumper(fresh.Process):
    """Pickles with ``standalone=True``."""

    def __init__(self, *, pure: bool = False, hash_seed: int = 0) -> None:
        super().__init__("standalone_pickler", pure=pure, hash_seed=hash_seed)

    def _start(self) -> subprocess.Popen[bytes]:
        self._env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(SUPPORT), os.environ.get("PYTHONPATH"))))
        return super()._start()


class Bare(fresh.Process):
    """A reader with the standard library only."""

    interpreter_options = ("-I", "-S")


class Hidden(fresh.Process):
    """A reader with all installed packages except lambdapkl."""

    interpreter_options = ("-I", str(SUPPORT / "without_lambdapkl.py"))


Get = Callable[..., fresh.Process]


@pytest.fixture(scope="module")
def process() -> Iterator[Get]:
    made = functools.cache(lambda kind, *args, **named: kind(*args, **named))
    kept: list[fresh.Process] = []

    def get(kind: type[fresh.Process], *args: str, **named: object) -> fresh.Process:
        found: fresh.Process = made(kind, *args, **named)
        kept.append(found)
        return found

    yield get
    for each in kept:
        each.close()


@pytest.fixture
def dumper(process: Get) -> fresh.Process:
    return process(Dumper)


@pytest.fixture
def reader(process: Get) -> fresh.Process:
    return process(Bare, "pickle")


def names_in(payload: bytes) -> set[str]:
    """Return the modules that a payload refers to."""
    strings: list[str] = []
    found = set()
    for opcode, argument, _ in pickletools.genops(payload):
        if opcode.name == "GLOBAL":
            found.add(argument.split(" ")[0])
        elif isinstance(argument, str):
            strings.append(argument)
    return found | set(strings)


@pytest.mark.parametrize("kind", [Bare, Hidden])
def test_readers_have_no_lambdapkl(kind: type[fresh.Process], process: Get) -> None:
    process(kind, "pickle").execute(
        """
        try: import lambdapkl
        except ModuleNotFoundError: pass
        else: assert False, lambdapkl
        """
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_corpus(case: Case, process: Get) -> None:
    dumped = {name: _run.dump(case, process(Dumper, pure=name == "pure")) for name in BACKENDS}
    payloads = {each.outcome.payload for each in dumped.values()}
    if None in payloads:
        pytest.fail("\n".join(each.outcome.report() for each in dumped.values()), pytrace=False)
    assert len(payloads) == 1, "the backends write different bytes"
    (payload,) = payloads
    assert not [name for name in names_in(payload) if name.partition(".")[0] == "lambdapkl"]
    reader = process(Hidden if "numpy" in case.needs else Bare, "pickle")
    loaded = _run.load(case, reader, dumped[BACKENDS[0]])
    if not loaded.ok:
        pytest.fail(loaded.report(), pytrace=False)


def test_bytes_do_not_depend_on_the_hash_seed(process: Get) -> None:
    define = """
    import dataclasses, enum
    @dataclasses.dataclass
    class D:
        x: int = 1
    class E(enum.Enum):
        A = 1
    o = [D, E, D(2), lambda: E.A]
    """
    home = fresh.new_directory()
    payloads = {process(Dumper, hash_seed=seed).dumps(define, home=home) for seed in range(4)}
    assert len(payloads) == 1


CLASSES = """
import enum
def scale(n):
    class C:
        def times(self): return n
    return C
C = scale(3)
class E(enum.Enum):
    A = 1
"""


def test_class_in_two_payloads_is_loaded_once(dumper: fresh.Process, reader: fresh.Process) -> None:
    payload = dumper.dumps(f"{CLASSES}\no = [pickler.dumps(each) for each in (C, C(), [E.A, C()], lambda: C(), E)]")
    reader.loads(
        payload,
        """
        import pickle
        cls, instance, (member, other), make, enumeration = map(pickle.loads, o)
        assert isinstance(instance, cls) and type(other) is cls and type(make()) is cls
        assert member is enumeration.A and instance.times() == 3
        """,
    )


def test_payloads_in_another_order(dumper: fresh.Process, reader: fresh.Process) -> None:
    """A payload adds the definitions that earlier payloads did not need, and executes none twice."""
    payload = dumper.dumps(f"{CLASSES}\no = [pickler.dumps(each) for each in (E, C(), lambda: 1)]")
    reader.loads(
        payload,
        """
        import pickle, sys
        enumeration = pickle.loads(o[0])
        (package,) = [m for n, m in sys.modules.items() if n.startswith('_lambdapkl.') and n.count('.') == 1]
        tracking = sys.modules[package.__name__ + '.identity.keys']
        find = tracking.find
        assert pickle.loads(o[1]).times() == 3 and pickle.loads(o[2])() == 1
        assert sys.modules[package.__name__ + '.identity.keys'] is tracking and tracking.find is find
        assert pickle.loads(o[0]) is enumeration
        """,
    )


def test_loads_in_several_threads(dumper: fresh.Process, reader: fresh.Process) -> None:
    payload = dumper.dumps(f"{CLASSES}\no = [pickler.dumps(each) for each in (C(), [E.A, C()], lambda: C())]")
    reader.loads(
        payload,
        PROGRAMS / "threads_that_load_at_once_loaded.py",
    )


def test_reader_with_lambdapkl_uses_it(dumper: fresh.Process, backend: fresh.Process) -> None:
    payload = dumper.dumps(f"import lambdapkl\n{CLASSES}\no = [pickler.dumps([C, scale]), lambdapkl.dumps(C())]")
    backend.loads(
        payload,
        """
        import pickle, sys
        (cls, scale), instance = map(pickle.loads, o)
        assert type(instance) is cls
        packages = [m for n, m in sys.modules.items() if n.startswith('_lambdapkl.')]
        assert len(packages) == 1 and packages[0].found['function'] is sys.modules['lambdapkl.wire'].function
        """,
    )


def test_lambdapkl_is_imported_later(dumper: fresh.Process, process: Get) -> None:
    define = f"import lambdapkl\n{CLASSES}\no = [pickler.dumps(C), lambdapkl.dumps(C()), pickler.dumps([C(), scale])]"
    process(Hidden, "pickle").loads(
        dumper.dumps(define),
        f"""
        import pickle, sys
        cls = pickle.loads(o[0])
        del sys.meta_path[0]
        sys.path.append({LIBRARY!r})
        instance = pickle.loads(o[1])
        assert type(instance) is cls
        again, scale = pickle.loads(o[2])
        assert type(again) is cls and scale(2)().times() == 2
        import lambdapkl
        assert type(pickle.loads(lambdapkl.dumps(instance))) is cls
        """,
    )


def test_reader_with_an_older_lambdapkl(dumper: fresh.Process, reader: fresh.Process) -> None:
    """Constructors that its `wire` lacks come from the payload, with all definitions that they need."""
    payload = dumper.dumps(f"{CLASSES}\no = [pickler.dumps([lambda: 1, C]), pickler.dumps([C, lambda: 1])]")
    reader.loads(
        payload,
        """
        import pickle, sys, types
        pickle.loads(o[1])
        kept = [m for n, m in sys.modules.items() if n.startswith('_lambdapkl.') and n.count('.') == 1]
        function = kept[0].found['function']
        for name in [name for name in sys.modules if name.startswith('_lambdapkl')]:
            del sys.modules[name]
        sys.modules['lambdapkl'] = types.ModuleType('lambdapkl')
        sys.modules['lambdapkl.wire'] = sys.modules['lambdapkl'].wire = types.ModuleType('lambdapkl.wire')
        called = []
        sys.modules['lambdapkl.wire'].function = lambda *args: (called.append(args), function(*args))[1]
        f, cls = pickle.loads(o[0])
        assert called and f() == 1 and cls().times() == 3
        """,
    )


def test_bytecode_of_another_version_is_refused(dumper: fresh.Process, reader: fresh.Process) -> None:
    payload = dumper.dumps("o = lambda: 1")
    number = (3495 if sys.version_info[:2] != (3, 11) else 3531).to_bytes(2, "little")
    blob = next(
        argument
        for opcode, argument, _ in pickletools.genops(payload)
        if isinstance(argument, bytes) and argument[:2] == importlib_magic()
    )
    outcome = reader.load(payload.replace(blob, number + blob[2:]), "")
    assert outcome.phase == "load" and outcome.error is not None and outcome.error["type"] == "BytecodeMismatchError"


def importlib_magic() -> bytes:
    import importlib.util

    return importlib.util.MAGIC_NUMBER[:2]


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="frames of suspended generators need CPython")
@pytest.mark.skipif("compiled" not in BACKENDS, reason="only the compiled backend pickles suspended generators")
@pytest.mark.skipif(not GIL, reason="refused for another reason: frames are not read without the GIL")
def test_suspended_generators_are_refused(dumper: fresh.Process) -> None:
    text = dumper.refuses(
        """
        def count():
            yield 1
            yield 2
        made = count()
        next(made)
        o = {'steps': [made]}
        """,
        "suspended generator",
    )
    assert "path: dict -> item 'steps' -> item 0 (generator)" in text, text


@pytest.mark.parametrize("value", ["lambdapkl", "lambdapkl.dumps", "lambdapkl.Pickler", "lambdapkl.BytecodeMismatchError('x')"])
def test_objects_of_lambdapkl_are_refused(value: str, dumper: fresh.Process) -> None:
    text = dumper.refuses(f"import lambdapkl\nused = {value}\no = [1, lambda: used]", "is pickled by reference")
    assert "used" in text.partition("path: ")[2], text


def test_wire_can_be_pickled(dumper: fresh.Process, reader: fresh.Process) -> None:
    payload = dumper.dumps("from lambdapkl import wire\no = wire.module")
    reader.loads(payload, "import json; assert o('json') is json")


def test_payload_contains_only_code_for_loading() -> None:
    texts = [zlib.decompress(shaking.chunk(name)).decode() for name in wire.__all__]
    for text in texts:
        for part in text.split("\1"):
            for unit in part.split("\0")[1:]:
                compile(unit.partition(" ")[2], "unit", "exec")
        for writing in ("def pack(", "class PayloadState", "class _Writer", "def key_of(", "import Any", '"""', "_fast"):
            assert writing not in text, writing


def test_size() -> None:
    sizes = {name: len(shaking.chunk(name)) + len(shaking.bootstrap()) for name in wire.__all__}
    assert sizes["function"] < 5500, sizes["function"]
