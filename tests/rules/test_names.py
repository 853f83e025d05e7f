"""Names of a subclass of str, keys that are no str, and namespaces of a subclass of dict."""

from __future__ import annotations

import sys
from pathlib import Path

import fresh
import pytest

from lambdapkl.rules.names import class_names, is_plain_key, plain, private, private_key

PROGRAMS = Path(__file__).with_name("programs")
PYPY = sys.implementation.name == "pypy"

LABEL = """
    import collections, enum, functools, types

    class Label(str):
        "Hashes and compares as its text."
    class Loud(str):
        "Its methods give something else."
        def __str__(self): return "loud"
        def __getitem__(self, key): return "loud"
        def __add__(self, other): return "loud"
        def encode(self, *args): return b"loud"
        def __len__(self): return 77
    class Field(enum.StrEnum):
        WIDTH = "width"
    class Old(str, enum.Enum):
        WIDTH = "width"
"""


class Loud(str):
    def __str__(self) -> str:
        return "loud"

    def __getitem__(self, key: object) -> str:
        return "loud"

    def __len__(self) -> int:
        return 77


class Folded(str):
    """A str that is another key than its text."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and plain(self).lower() == plain(other).lower()

    def __hash__(self) -> int:
        return hash(plain(self).lower())


def test_names_of_str_subclasses_are_converted_to_str() -> None:
    for text in ("", "a", "name", "\xe9t\xe9", "\u0416", "\U0001f600x"):
        for found in (plain(Loud(text)), private(Loud(text)), private_key(Loud(text))):
            assert type(found) is str and found == text


def test_key_that_differs_from_its_text_is_kept() -> None:
    folded = Folded("Name")
    assert not is_plain_key(folded) and private_key(folded) is folded
    for key in (None, 7, (1, 2), 2.5):
        assert private_key(key) is key


def test_class_names_ignore_a_metaclass_that_returns_other_names() -> None:
    class Meta(type):
        def __getattribute__(cls, name: str) -> object:
            return 5 if name == "__qualname__" else super().__getattribute__(name)

    made = Meta("Made", (), {"__module__": Loud("here")})
    assert made.__qualname__ == 5 and class_names(made) == ("here", "Made", "Made")


@pytest.mark.parametrize("make", ["Label", "Loud", "Field", "Old"])
def test_names_may_be_of_a_subclass_of_str(backend: fresh.Process, make: str) -> None:
    if PYPY and make == "Loud":
        pytest.skip("PyPy's code objects keep the results of the subclass's methods")
    backend.run(
        LABEL
        + f"""
    def name(text): return {make}(text) if {make} in (Label, Loud) else {make}.WIDTH
    text = "width"
    def f(): return "f"
    f.__name__, f.__qualname__, f.__module__ = name(text), name(text), name(text)
    setattr(f, name(text), [1])
    Kind = type(name(text), (), {{"__module__": "__main__", "__qualname__": name(text), name(text): 2}})
    Slots = type("Slots", (), {{"__slots__": (name(text),), "__module__": "__main__"}})
    slotted = Slots(); slotted.width = 3
    instance = Kind(); setattr(instance, name(text), 4)
    module = types.ModuleType(name("width"))
    exec("def reads(): return width, __name__", vars(module))
    del vars(module)["__name__"]; vars(module)["__name__"] = name(text)
    vars(module)[name(text)] = 5
    kept = types.FunctionType((lambda: width).__code__, {{name("width"): 6, "__name__": name(text)}})
    code = f.__code__.replace(co_name=name(text), co_filename=name(text))
    coded = types.FunctionType(code, {{}})
    words = functools.partial(dict, **{{name(text): 7}})
    def keywords(*, width=8): return width
    keywords.__kwdefaults__ = {{name(text): 9}}
    static = staticmethod(f); vars(static)[name(text)] = 10
    o = [f, Kind, slotted, instance, module, kept, coded, words, keywords, static]
    """,
        """
    f, Kind, slotted, instance, module, kept, coded, words, keywords, static = o
    assert (f.__name__, f.__qualname__, f.__module__) == ("width",) * 3 and f.width == [1]
    assert type(f.__name__) is type(f.__qualname__) is str
    assert (Kind.__name__, Kind.__qualname__, Kind.width) == ("width", "width", 2) and type(Kind.__name__) is str
    assert slotted.width == 3 and instance.width == 4
    assert module.__name__ == "width" and module.reads() == (5, "width") and module.width == 5
    assert kept() == 6 and coded.__code__.co_name == "width" and coded.__code__.co_filename == "width"
    assert words() == {"width": 7} and keywords() == 9 and static.width == 10
    """,
    )


@pytest.mark.skipif(PYPY, reason="PyPy's classes accept only str keys")
def test_keys_of_namespaces_may_be_anything(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "keys_of_namespaces_may_be_anything_dumped.py",
        PROGRAMS / "keys_of_namespaces_may_be_anything_loaded.py",
    )


@pytest.mark.skipif(PYPY, reason="PyPy's classes accept only str keys")
def test_class_with_a_cycle_through_an_unusual_key(backend: fresh.Process) -> None:
    backend.run(
        """
    Kind = type("Kind", (), {"__module__": "__main__", 7: []})
    vars(Kind)[7].append(Kind)
    o = Kind, Kind()
    """,
        """
    Kind, instance = o
    assert vars(Kind)[7] == [Kind] and type(instance) is Kind
    """,
    )


def test_namespaces_may_be_of_a_subclass_of_dict(backend: fresh.Process) -> None:
    backend.run(
        PROGRAMS / "namespaces_may_be_of_a_subclass_of_dict_dumped.py",
        PROGRAMS / "namespaces_may_be_of_a_subclass_of_dict_loaded.py",
    )


def test_instance_dictionary_of_a_subclass_may_override_pickling(backend: fresh.Process) -> None:
    backend.run(
        """
    import collections
    class Node: pass
    node = Node()
    node.__dict__ = collections.OrderedDict(__reduce_ex__=lambda protocol: (list, ((1, 2),)))
    o = [node]
    """,
        "assert o == [[1, 2]]",
    )


@pytest.mark.parametrize("name", ["5", "None", "('a', 1)", "[]"])
def test_modules_whose_name_is_no_str(backend: fresh.Process, name: str) -> None:
    backend.run(
        f"""
    import types
    module = types.ModuleType("made")
    exec("def f(): return value", vars(module))
    module.value, module.__name__ = 3, {name}
    def uses(): return module.value
    package = types.ModuleType("package"); package.__path__, package.__name__ = [], {name}
    def reaches(): return package.sub
    nameless = types.ModuleType("nameless"); del nameless.__name__; nameless.value = 4
    o = module, uses, reaches, nameless, module.f
    """,
        f"""
    module, uses, reaches, nameless, f = o
    assert module.__name__ == {name} and module.f() == uses() == f() == 3 and module.f is f
    assert nameless.value == 4 and "__name__" not in vars(nameless)
    """,
    )


def test_objects_named_by_a_subclass_of_str_are_found_in_their_module(backend: fresh.Process) -> None:
    modules = {
        "holding.py": """
            class Label(str): pass
            class Meta(type): pass
            def f(): pass
            class Kind:
                def method(self): pass
                class Inner: pass
            class Other(metaclass=Meta): pass
            class OnlyInner:
                def method(self): pass
            for each in (f, Kind, Kind.method, Kind.Inner, Other):
                each.__module__ = Label("holding")
            OnlyInner.method.__qualname__ = Label("OnlyInner.method")
            everything = [f, Kind, Kind.method, Kind.Inner, Other, OnlyInner.method]
        """
    }
    backend.run(
        "import holding; o = [*holding.everything, holding.Kind()]",
        """
        import holding
        *found, instance = o
        assert all(map(lambda one, other: one is other, found, holding.everything)) and type(instance) is holding.Kind
        """,
        modules=modules,
    )


def test_bases_ignore_a_metaclass_that_returns_others(backend: fresh.Process) -> None:
    backend.run(
        """
    class Meta(type):
        @property
        def __bases__(cls): return [1, 2, 3]
    class Base: value = 1
    o = Meta("Kind", (Base,), {"__module__": "__main__"})
    """,
        "assert o.value == 1 and o.__mro__[1].__name__ == 'Base' and o.__bases__ == [1, 2, 3]",
    )
