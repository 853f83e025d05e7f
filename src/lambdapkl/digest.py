"""What a by-value class is made of, as a few bytes.

The digest tells apart classes that share module and qualified name: a class that was redefined, two classes that one
factory made of different arguments.  It is the same in every process that runs the same definition, so it goes by
content only: no ids, no hashes, sets in sorted order.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import (
    BuiltinFunctionType,
    CellType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from . import codes
from .byvalue import by_reference
from .options import variant
from .spelling import spell

DIGEST_SIZE = 8

# A class attribute may lead to any amount of data.  What is further away than this does not make a class another one.
MAX_DEPTH = 12
MAX_ITEMS = 10_000

# Made by the interpreter, or grown while a class is used (`copyreg` keeps `__slotnames__` there).
VOLATILE = frozenset(
    (
        "__dict__",
        "__weakref__",
        "__annotations_cache__",
        "__abstractmethods__",
        "_abc_impl",
        "_abc_registry",
        "_abc_cache",
        "_abc_negative_cache",
        "_abc_negative_cache_version",
        "__static_attributes__",
        "__slotnames__",
    )
)


def class_digest(cls: type) -> bytes:
    """Return `DIGEST_SIZE` bytes that stand for the definition of `cls`."""
    walk = _new_walk()
    walk.classes(cls, full=True)
    return hashed(b"".join(walk.parts))


def value_digest(value: Any) -> bytes:
    """Return `DIGEST_SIZE` bytes that stand for any other value."""
    walk = _new_walk()
    walk.add(value)
    return hashed(b"".join(walk.parts))


def _new_walk() -> Walk:
    if not variant().deterministic:
        return Walk()
    from .placeless import Walk as PlacelessWalk  # few programs need it

    return PlacelessWalk()


def hashed(data: bytes) -> bytes:
    """Return the digest of what a walk found."""
    digest: bytes = _blake2b()(data, digest_size=DIGEST_SIZE).digest()
    return digest


@cache
def _blake2b() -> Any:
    # Not at import: it takes as long as all of this package.
    from hashlib import blake2b

    return blake2b


# What `codes.pack` returns for a code object; a backend puts its own here, which remembers it.
packed: Callable[[CodeType], tuple[bytes, str | None, tuple[Any, ...]]] = codes.pack


# Types of which `spell` tells all.
SPELLED = frozenset((bool, int, float, complex, range, slice, type(Ellipsis)))


class Walk:
    """What was found so far, each part with its type and length; the compiled backend has it in C."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.seen: dict[int, int] = {}
        self.alive: list[Any] = []
        self.depth = 0

    def text(self, tag: str, value: str) -> None:
        data = value.encode("utf-8", "surrogatepass")
        self.parts.append(b"%s%d:%s" % (tag.encode(), len(data), data))

    def add(self, obj: Any) -> None:
        kind = type(obj)
        if kind is str:
            self.text("s", obj)
        elif kind is bytes:
            self.parts.append(b"b%d:%s" % (len(obj), obj))
        elif obj is None or kind in SPELLED:
            self.text("a", spell(obj))
        elif self.depth >= MAX_DEPTH or len(self.parts) >= MAX_ITEMS:
            self.name("deep", kind)
        elif id(obj) in self.seen:
            self.text("r", str(self.seen[id(obj)]))
        else:
            self.seen[id(obj)] = len(self.seen)
            # Objects made on the way (bound methods, copies) must not hand their id to the next one.
            self.alive.append(obj)
            self.depth += 1
            try:
                FEEDERS.get(kind, feed_other)(self, obj)
            finally:
                self.depth -= 1

    def items(self, tag: str, items: Any) -> None:
        items = list(items)
        self.text(tag, str(len(items)))
        for item in items:
            self.add(item)

    def unordered(self, items: Any) -> None:
        """Add a set: each element by itself, the results sorted."""
        whole, self.parts = self.parts, []
        found = []
        for item in items:
            self.parts = []
            self.add(item)
            found.append(b"".join(self.parts))
        self.parts = whole
        self.parts += sorted(found)

    def name(self, tag: str, obj: Any) -> None:
        module = getattr(obj, "__module__", None)
        qualname = getattr(obj, "__qualname__", None)
        self.text(tag, f"{module}:{qualname}")

    def classes(self, cls: type, full: bool = False) -> None:
        self.name("class", cls)
        if not full:
            return
        self.seen[id(cls)] = len(self.seen)
        self.name("meta", type(cls))
        for base in cls.__bases__:
            self.name("base", base)
        self.attributes(vars(cls))

    def attributes(self, own: Mapping[str, Any]) -> None:
        """Add the dictionary of a class."""
        for key, value in own.items():
            if key not in VOLATILE:
                self.text("k", key)
                self.add(value)


def _feed_function(walk: Walk, func: FunctionType) -> None:
    walk.name("function", func)
    if type(func.__code__) is not CodeType:  # PyPy's own functions
        return
    walk.add(func.__code__)
    walk.add(func.__defaults__)
    walk.add(func.__kwdefaults__)
    walk.add(func.__dict__)
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
        # That one holds the dictionary of a class, with what changes while the class is used.
        if name != "__classdict__":
            walk.add(cell)


def _feed_code(walk: Walk, code: CodeType) -> None:
    blob, file_name, constants = packed(code)
    walk.add(blob)
    walk.add(file_name)
    walk.items("constants", constants)


def _feed_cell(walk: Walk, cell: CellType) -> None:
    try:
        contents = cell.cell_contents
    except ValueError:
        walk.text("cell", "empty")
    else:
        walk.add(contents)


def _feed_dict(walk: Walk, mapping: dict[Any, Any]) -> None:
    walk.text("dict", str(len(mapping)))
    for key, value in mapping.items():
        walk.add(key)
        walk.add(value)


def feed_other(walk: Walk, obj: Any) -> None:
    """An instance: its class, and the attributes that make it up."""
    kind = type(obj)
    if isinstance(obj, type):
        walk.classes(obj)
        return
    walk.name("instance", kind)
    if _reduces_itself(kind):
        try:
            reduced = obj.__reduce_ex__(4)
        except Exception:  # the dump will say what is wrong
            return
        walk.add(reduced if isinstance(reduced, str) else reduced[1:3])
        return
    for wrapper, parts in _WRAPPERS.items():
        if isinstance(obj, wrapper):
            for part in parts:
                walk.add(getattr(obj, part))
    attributes = getattr(obj, "__dict__", None)
    if type(attributes) is dict:
        _feed_dict(walk, attributes)
    for base in kind.__mro__:
        if base.__module__ == "builtins":
            continue
        for member in vars(base).values():
            if type(member) is MemberDescriptorType:
                try:
                    walk.add(member.__get__(obj))
                except AttributeError:
                    continue


def _reduces_itself(kind: type) -> bool:
    """Whether an importable class says in Python what its instances are: a logger is its name, not its handlers."""
    if not by_reference(kind):
        return False
    return any(type(vars(base).get(name)) is FunctionType for base in kind.__mro__ for name in ("__reduce__", "__reduce_ex__"))


def _name_only(walk: Walk, obj: Any) -> None:
    walk.text("named", f"{type(obj).__qualname__}:{getattr(obj, '__qualname__', getattr(obj, '__name__', ''))}")


# Wrappers written in C keep what they wrap in fields of their own.
_WRAPPERS: dict[type, tuple[str, ...]] = {
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
    partial: ("func", "args", "keywords"),
}

FEEDERS: dict[type, Callable[[Walk, Any], None]] = {
    FunctionType: _feed_function,
    CodeType: _feed_code,
    CellType: _feed_cell,
    dict: _feed_dict,
    list: lambda walk, obj: walk.items("list", obj),
    tuple: lambda walk, obj: walk.items("tuple", obj),
    set: lambda walk, obj: walk.unordered(obj),
    frozenset: lambda walk, obj: walk.unordered(obj),
    MethodType: lambda walk, obj: walk.add(obj.__func__),
    ModuleType: _name_only,
    weakref.ref: _name_only,
    **{
        kind: _name_only
        for kind in (
            BuiltinFunctionType,
            ClassMethodDescriptorType,
            GetSetDescriptorType,
            MemberDescriptorType,
            MethodDescriptorType,
            MethodWrapperType,
            WrapperDescriptorType,
        )
        # What PyPy has in place of the interpreter's own kinds.
        if kind not in (FunctionType, MethodType, classmethod)  # type: ignore[comparison-overlap]
    },
}
