"""Objects whose own code changes what is being pickled: a payload or an exception is right, a crash is not.

Each program pickles one target again and again, while one hook of the program runs: from its first call on, or a later one, it
changes everything that it can reach of the target, frees it, and fills the freed memory with other objects.  The programs run in
fresh processes, so that a crash is a failure of one test.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import fresh
import pytest

PYPY = sys.implementation.name == "pypy"

PROGRAMS = Path(__file__).with_name("programs")


# Each leaves the object in `target`; `bait` is what the hook left for it to hold.
TARGETS = {
    "function": """
        def other(): return spare
        def outer(inside):
            def target(a, b=[1, 2], *, c=bait) -> bait: return inside, a, b, shared, sub.path
            return target
        import os as sub
        spare, shared = [3], {bait: [bait]}
        target = outer([bait, {bait: bait}])
        for n in range(8):
            vars(target)[Key(f"attribute {n}") if type(bait) is Key else f"attribute {n}"] = [[n] * 5, bait]
        target.bait = bait
        cell = target.__closure__[0]
        def mutate():
            vars(target).clear()
            target.__dict__ = {"new": [1]}
            target.__defaults__, target.__kwdefaults__, target.__annotations__ = None, None, {}
            target.__name__, target.__qualname__, target.__doc__ = "n" * 70, "q" * 70, ["doc"]
            cell.cell_contents = [5]
            globals().pop("shared", None)
            globals()["spare"] = [9]
        mutations.append(mutate)
        mutations.append(lambda: setattr(target, "__code__", (lambda a, inside=cell: lambda: inside).__code__))
        target = [target, bait, target]
    """,
    "class": """
        class Base: pass
        class Other: pass
        class Kind(Base):
            "Its text."
            spare = [bait]
            held = {bait: [bait], "more": bait}
            def method(self): return __class__, self.held
            also = property(method, doc="text")
            still = staticmethod(method)
        Kind.still.__dict__[bait if isinstance(bait, str) else 3.5] = bait
        for n in range(9): setattr(Kind, f"attribute{n}", ([n], bait))
        class Odd(Base):
            locals().update({Key(f"odd{n}") if type(bait) is Key else f"odd{n}": [[n] * 4, bait] for n in range(6)})
        def mutate():
            for cls in (Kind, Odd):
                for name in list(vars(cls)):
                    try: delattr(cls, name)
                    except Exception: pass
                for n in range(40): setattr(cls, f"new{n}", [n])
                cls.__name__, cls.__qualname__ = "N" * 80, "Q" * 80
                try: cls.__bases__ = (Other,)
                except TypeError: pass
        mutations.append(mutate)
        target = [Kind, Odd, Kind(), bait]
    """,
    "instance": """
        class Plain: pass
        class Slotted: __slots__ = ("one", "two", "three", "__dict__")
        class Other: __slots__ = ("four", "five", "six", "__dict__")
        class Point(collections.namedtuple("Point", "x y")): __slots__ = ()
        plain, slotted = Plain(), Slotted()
        for n in range(9): vars(plain)[Key(f"name{n}") if type(bait) is Key else f"name{n}"] = [[n] * 5, bait]
        slotted.one, slotted.two, slotted.three, slotted.more = [bait], {bait: 1}, [[3]], bait
        def mutate():
            vars(plain).clear()
            plain.__dict__ = {"new": [1]}
            del slotted.one, slotted.two, slotted.three
            Slotted.__slotnames__[:0] = ["x", "y", "z"] * 9
            vars(slotted).clear()
        mutations.append(mutate)
        def change():
            slotted.__class__ = Other
        mutations.append(change)
        target = [plain, slotted, bait, Slotted(), Point([bait], 2), plain, slotted, Point(1, bait)]
    """,
    "enumeration": """
        class Kind(enum.Enum):
            ONE, TWO, THREE = 1, (2, 3), "three"
            def method(self): return bait
        Made = enum.Enum("Made", {f"m{n}": Equal(n) for n in range(20)})
        hashable = [Equal(n) for n in range(20)]
        if sys.version_info >= (3, 13): type.__setattr__(Made, "_hashable_values_", hashable)
        type.__setattr__(Kind, "extra", {bait: [bait]})
        def mutate():
            hashable.clear()
            for cls in (Kind, Made):
                cls._member_map_.clear()
                cls._value2member_map_.clear()
                cls._member_names_.clear()
                for name in list(vars(cls)):
                    try: type.__delattr__(cls, name)
                    except Exception: pass
        mutations.append(mutate)
        target = [Kind, Made, bait, Kind.ONE]
    """,
    "descriptors and wrappers": """
        def function(x): return bait
        wrapped = [staticmethod(function), classmethod(function), functools.lru_cache(function), functools.partial(function, bait)]
        for each in wrapped:
            for n in range(6): vars(each)[Key(f"n{n}") if type(bait) is Key else f"n{n}"] = [[n], bait]
            vars(each)[5] = [bait]
        shown = property(function, doc=bait)
        def mutate():
            for each in wrapped:
                vars(each).clear()
                each.__dict__ = {"new": [[1]]}
            vars(function).clear()
            function.__doc__ = ["new"]
        mutations.append(mutate)
        target = [*wrapped, shown, bait, types.MethodType(function, bait or [1])]
    """,
    "suspended": """
        def walk(first, second):
            inside = {bait: [first]}
            for each in first:
                try:
                    yield [each, (yield inside)]
                except ValueError as error:
                    yield error
        generator = walk([bait, [1], [2]], {bait: bait})
        next(generator)
        nested = (each for each in [generator, bait])
        next(nested)
        def mutate():
            generator.close()
            nested.close()
        mutations.append(mutate)
        target = [generator, nested, bait]
    """,
    "module and globals": """
        module = types.ModuleType("made_here")
        exec("def function(): return shared, held, other\\nshared = [1]\\ndef other(): return function, held", vars(module))
        vars(module)["held"] = {bait: [bait]}
        for n in range(9): vars(module)[Key(f"n{n}") if type(bait) is Key else f"n{n}"] = [[n] * 4, bait]
        function, other = module.function, module.other
        class Globals(dict):
            def __getitem__(self, name):
                strike()
                return dict.__getitem__(self, name)
        hooked = types.FunctionType(function.__code__, Globals(vars(module)))
        def mutate():
            vars(module).clear()
            hooked.__globals__.clear()
        mutations.append(mutate)
        target = [hooked, function, other, module, bait]
    """,
    "containers and dataclass": """
        @dataclasses.dataclass
        class Data:
            one: int = 1
            two: list = dataclasses.field(default_factory=list, metadata={"bait": bait})
        items, table, data = [[1], bait, [2]], {"a": [1], "b": bait}, Data()
        data.held = bait
        fields = Data.__dataclass_fields__
        views = [table.keys(), table.values(), iter(items), reversed(items), map(bait.__class__, items)]
        def mutate():
            items.clear()
            table.clear()
            vars(data).clear()
            fields.clear()
        mutations.append(mutate)
        mutations.append(lambda: setattr(Data, "__slotnames__", ("a",)))
        target = [items, table, Data, data, views, bait, {bait, 1}, frozenset([bait, 2])]
    """,
}


def _shifted(text: str) -> str:
    return "\n".join(line.removeprefix("        ") for line in text.splitlines()) + "\n"


HOOKS = (
    "hash and eq of keys",
    "reduce_ex",
    "getattribute",
    "descriptor",
    "metaclass",
    "del",
    "eq of values",
    "gc callback",
    "weakref callback",
)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_pickled_may_change_meanwhile(backend: fresh.Process, target: str, hook: str) -> None:
    if PYPY and hook in ("gc callback", "weakref callback"):
        pytest.skip("PyPy's garbage collector has neither callbacks nor thresholds")
    backend.execute(PROGRAMS / "what_is_pickled_may_change_meanwhile.py", TARGET=_shifted(TARGETS[target]), hook=hook)


def test_what_is_loaded_may_change_meanwhile(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "what_is_loaded_may_change_meanwhile.py")


def test_deep_closures_in_a_thread_with_a_small_stack(processes: object) -> None:
    """In Python alone there is no way to know how much stack is left.

    For nested lists the pickler of the standard library overflows such a stack itself, on 3.13 (`save_list` in `_pickle.c`); and
    the interpreter, where a deep chain of closures is freed at once.
    """
    processes("compiled").execute(PROGRAMS / "deep_closures_in_a_thread_with_a_small_stack.py")  # type: ignore[operator]


@pytest.mark.skipif(
    sys.version_info >= (3, 14) or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc" or PYPY,
    reason="CPython 3.14 and later check the stack; the layout of contexts is that of glibc on x86-64",
)
def test_dumps_on_a_stack_that_is_not_the_thread_s(backend: fresh.Process) -> None:
    """Asynchronous actors of Ray run in fibers."""
    backend.execute(PROGRAMS / "dumps_in_a_fiber.py")
