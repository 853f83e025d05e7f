"""Attributes and slots of instances of subclasses of every base: they come back, or `dumps` refuses."""

from __future__ import annotations

import sys
from typing import Any

import fresh
import pytest
import shapes

pytestmark = pytest.mark.skipif(
    sys.implementation.name == "pypy", reason="some base classes lose attributes there, as with pickle: docs/limits.md"
)

BASES = {
    **shapes.BASES,
    "ast.Module": "[], []",
    "classmethod": "len",
    "ctypes.Structure": "",
    "datetime.time": "1, 2",
    "datetime.timezone": "datetime.timedelta(1)",
    "decimal.Context": "5",
    "enumerate": "[1]",
    "ET.Element": "'a'",
    "functools.cached_property": "len",
    "http.cookies.Morsel": "",
    "ipaddress.IPv4Interface": "'10.0.0.1/8'",
    "ipaddress.IPv4Network": "'10.0.0.0/8'",
    "ipaddress.IPv6Network": "'::/8'",
    "pathlib.PosixPath": "'a/b'",
    "queue.SimpleQueue": "",
    "reversed": "[1]",
    "statistics.NormalDist": "1, 2",
    "super": "int, 3",
    "threading.local": "",
    "time.struct_time": "range(9)",
    "types.GenericAlias": "list, (int,)",
    "urllib.parse.SplitResult": "'a', 'b', 'c', 'd', 'e'",
    "weakref.WeakSet": "",
    "zip": "[1], [2]",
    "zoneinfo.ZoneInfo": "'UTC'",
}
FORMS = {
    "dict": "class C({base}): pass",
    "slots": "class C({base}): __slots__ = ('one', '_two')",
    "both": "class C({base}): __slots__ = ('one', '_two', '__dict__')",
    "inherited": "class B({base}): __slots__ = ('one', '_two')\nclass C(B): pass",
    "frozen": "class C({base}):\n    __slots__ = ('one', '_two')\n    def __setattr__(self, name, value): raise TypeError(name)",
}
IMPORTS = shapes.IMPORTS + "import ctypes, http.cookies, queue, statistics, time, urllib.parse, warnings, zoneinfo\n"

MODULE = """
warnings.simplefilter("ignore")
MAKE = {}
def define(base, arguments, form, text):
    namespace = {**globals(), "__name__": __name__}
    try:
        exec(text, namespace)
        cls = namespace["C"]
        # Found by reference under this name.
        cls.__name__ = cls.__qualname__ = f"C{len(MAKE)}_{form}"
        if "B" in namespace:
            namespace["B"].__qualname__ = f"B{len(MAKE)}"
            globals()[f"B{len(MAKE)}"] = namespace["B"]
        globals()[cls.__qualname__] = cls
        make = namespace["make"] = eval(f"lambda C=C: C({arguments})", namespace)
    except Exception:
        return
    MAKE[f"{base} {form}"] = make
for base, arguments in BASES.items():
    for form, text in FORMS.items():
        define(base, arguments, form, text.format(base=base))
"""

SUBJECTS = {
    "by_value": f"{IMPORTS}\nBASES, FORMS = {BASES!r}, {FORMS!r}\n{MODULE}",
    "by_reference": "from subclasses import MAKE",
}

DUMP = """
import lambdapkl
def read(obj, name):
    try: return getattr(obj, name)
    except AttributeError: return None
result = {}
for label, make in MAKE.items():
    try: obj = make()
    except Exception: continue
    was = {}
    for name, value in (("one", [1]), ("_two", "two"), ("three", {"3": 3})):
        try: object.__setattr__(obj, name, value)
        except (AttributeError, TypeError):
            # Most that are written in C have a `__setattr__` of their own.
            try: setattr(obj, name, value)
            except Exception: continue
        if read(obj, name) == value:
            was[name] = value
    if not was: continue
    try: result[label] = lambdapkl.dumps(obj), was
    except Exception as error: result[label] = f"{type(error).__name__}: {error}", was
"""

LOAD = """
import pickle, warnings
warnings.simplefilter("ignore")
result = {}
for label, (payload, was) in dumped.items():
    try: obj = pickle.loads(payload)
    except Exception as error:
        result[label] = f"{type(error).__name__}: {error}"
        continue
    found = {}
    for name in was:
        try: found[name] = getattr(obj, name)
        except AttributeError: pass
    result[label] = found
"""

# Some of those that have a `__reduce__` of their own.
BASES_THAT_REDUCE = {
    "array.array",
    "collections.Counter",
    "datetime.date",
    "decimal.Decimal",
    "functools.partial",
    "io.BytesIO",
}
# Bases of which `pickle` refuses some subclasses, and we do, too.
REFUSED = {"contextlib.ExitStack", "ctypes.Structure", "logging.Logger", "queue.SimpleQueue", "super", "type"}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_attributes_of_subclasses_come_back(backend: fresh.Process, kind: str) -> None:
    home = fresh.new_directory()
    call: dict[str, Any] = {"home": home, "modules": {"subclasses.py": SUBJECTS["by_value"]}}
    dumped = backend.execute(SUBJECTS[kind] + DUMP, **call)
    payloads = {label: (payload, was) for label, (payload, was) in dumped.items() if type(payload) is bytes}
    loaded = backend.execute(LOAD, dumped=payloads, **call)
    lost = {label: f"{found}, was {dumped[label][1]}" for label, found in loaded.items() if found != dumped[label][1]}
    # As with `pickle`: `object` has slots set with the `__setattr__` of the class.
    loud = [label for label in lost if label.endswith(" frozen") and lost[label].startswith("TypeError: one")]
    assert not {label.removesuffix(" frozen") for label in loud} & BASES_THAT_REDUCE
    silent = [f"{label}: {text}" for label, text in lost.items() if label not in loud]
    assert not silent, "\n".join(silent)
    refused = {label: payload for label, (payload, _) in dumped.items() if type(payload) is str}
    assert {label.rpartition(" ")[0] for label in refused} <= REFUSED, refused
    assert len(payloads) > 200


DOCUMENTED = """
import collections, datetime, threading, random, functools

class Moment(datetime.datetime):
    def __new__(cls, *args, note=None):
        made = super().__new__(cls, *args)
        made.note = note
        return made

class Tally(collections.Counter):
    def __init__(self, items=(), unit="kg"):
        super().__init__(items)
        self.unit, self.thread, self.nested = unit, threading.Thread(), [self]

class Lone(collections.Counter):
    pass

class Step(functools.partial):
    __slots__ = ("label", "back")

class Source(random.Random):
    pass
"""


def test_attributes_that_the_constructor_would_set_otherwise(backend: fresh.Process) -> None:
    backend.run(
        DOCUMENTED
        + """
moment = Moment(2020, 1, 2, note=["x"])
tally = Tally("aab", unit="lb")
tally.other = Tally("c", unit="g")
step = Step(int, base=2)
step.label, step.back, step.more = "binary", step, 1
source = Source(3)
source.place = "here"
source.gauss(0, 1)
o = moment, tally, step, source, source.getstate()
""",
        """
        moment, tally, step, source, state = o
        assert moment.note == ["x"] and moment.year == 2020
        assert tally.unit == "lb" and tally["a"] == 2 and tally.other.unit == "g"
        # It cannot be pickled, and was made by the constructor, as with `pickle`.
        assert type(tally.thread).__name__ == "Thread" and tally.thread is not tally.other.thread
        assert tally.nested[0] is tally
        assert step.label == "binary" and step.back is step and step.more == 1 and step("11") == 3
        assert source.place == "here" and source.getstate() == state and "gauss_next" in vars(source)
        """,
    )


def test_an_attribute_that_neither_the_payload_nor_a_constructor_can_restore_is_refused(backend: fresh.Process) -> None:
    backend.refuses(
        DOCUMENTED
        + """
o = Lone("aab")
o.thread = threading.Thread()
""",
        "thread",
    )


def test_classes_with_pickling_methods_of_their_own_decide(backend: fresh.Process) -> None:
    backend.run(
        """
        import collections, datetime
        class Day(datetime.date):
            def __reduce__(self): return Day, (self.year, self.month, self.day)
        class Count(collections.Counter):
            def __getstate__(self): return {}
        o = Day(2020, 1, 2), Count("a"), collections.Counter("ab")
        o[0].cache = o[1].cache = 1
        o[2].label = "of the library's own class"
        """,
        """
        assert not hasattr(o[0], "cache") and not hasattr(o[1], "cache")
        assert o[2].label == "of the library's own class" and o[2] == {"a": 1, "b": 1}
        """,
    )
