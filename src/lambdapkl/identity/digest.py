"""What a by-value class is made of, as a few bytes.

The digest tells apart classes that share module and qualified name: a class that was redefined, two classes that one
factory made of different arguments.  It is the same in every process that runs the same definition, so it goes by
content only: no ids, no hashes, sets in sorted order.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from functools import cache
from operator import itemgetter
from types import (
    BuiltinFunctionType,
    CellType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from ..code import blobs as codes
from ..code.spelling import spell
from ..options import variant
from ..rules.byvalue import module_in_payload
from .contents import feed_dict, feed_other, unused_enumeration

DIGEST_SIZE = 8

# A class attribute may lead to any amount of data.  What is further away than this does not make a class another one.
MAX_DEPTH = 12
MAX_ITEMS = 10_000
# Elements of sets are told one by one, with all that they share: so much of that in a class.
MAX_IN_SETS = 200_000

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


def is_answer(name: str, value: Any) -> bool:
    """Whether an attribute of a class may be there because somebody asked a class without annotations for them.

    It then keeps an empty dictionary up to 3.13, and None for what would evaluate them since 3.14.
    """
    if name == "__annotations__":
        return type(value) is dict and not value
    return name == "__annotate_func__" and value is None


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
    from ..code.placeless import Walk as PlacelessWalk  # few programs need it

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


_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)
# Types of which `spell` tells all.
SPELLED = frozenset((bool, int, float, complex, range, slice, type(Ellipsis)))


class Walk:
    """What was found so far, each part with its type and length; the compiled backend has it in C."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.seen: dict[int, int] = {}
        self.numbered = 0
        self.alive: list[Any] = []
        self.depth = 0
        self.limit = MAX_ITEMS
        # What is left for elements of sets; None inside of one.
        self.room: int | None = MAX_IN_SETS

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
        elif self.depth >= MAX_DEPTH or len(self.parts) >= self.limit:
            self.name("deep", kind)
        elif kind is tuple:
            # Of equal tuples, one object or several: that goes by the compiler, and by how a module was loaded.
            self._feed(obj, kind)
        elif id(obj) in self.seen:
            self.text("r", str(self.seen[id(obj)]))
        else:
            self.number(obj)
            # Objects made on the way (bound methods, copies) must not hand their id to the next one.
            self.alive.append(obj)
            self._feed(obj, kind)

    def number(self, obj: Any) -> None:
        self.seen[id(obj)] = self.numbered
        self.numbered += 1

    def _feed(self, obj: Any, kind: type) -> None:
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
        """Add a set: each element as if it came first, the results sorted, and only then numbered."""
        items = list(items)
        self.text("set", str(len(items)))
        if not items:
            return
        whole, limit, room, base = self.parts, self.limit, self.room, self.numbered
        # A share for each, or which elements get a place would go by the order in which they come.
        self.limit = min(MAX_ITEMS, max(0, limit - len(whole) if room is None else room) // len(items))
        self.room = None
        before = len(self.seen)
        found: list[tuple[bytes, int, list[tuple[int, int]]]] = []
        used = 0
        for item in items:
            self.parts = []
            self.numbered = base
            self.add(item)
            numbers = [self.seen.popitem() for _ in range(len(self.seen) - before)]
            found.append((b"".join(self.parts), self.numbered - base, numbers))
            used += len(self.parts)
        self.parts, self.limit, self.room = whole, limit, None if room is None else max(0, room - used)
        found.sort(key=itemgetter(0))
        self.numbered = start = base
        last: bytes | None = None
        for data, size, numbers in found:
            whole.append(data)
            # Nothing tells apart what is equal: they share their numbers.
            if data != last:
                last, start = data, self.numbered
                self.numbered += size
            for ident, number in reversed(numbers):
                self.seen.setdefault(ident, number - base + start)

    def name(self, tag: str, obj: Any) -> None:
        module = module_in_payload(getattr(obj, "__module__", None))
        qualname = getattr(obj, "__qualname__", None)
        self.text(tag, f"{module}:{qualname}")

    def classes(self, cls: type, full: bool = False) -> None:
        self.name("class", cls)
        if not full:
            return
        self.number(cls)
        self.name("meta", type(cls))
        for base in cls.__bases__:
            self.name("base", base)
        own = vars(cls)
        self.attributes(unused_enumeration(own) if "_member_map_" in own else own)

    def attributes(self, own: dict[str, Any] | MappingProxyType[str, Any]) -> None:
        """Add the dictionary of a class."""
        # A copy: code that runs for a value may change the class.
        for key, value in own.copy().items():
            if key not in VOLATILE and not is_answer(key, value):
                self.text("k", key)
                # That of a dataclass tells its signature, with types of the script.
                self.add(module_in_payload(value) if key in ("__module__", "__doc__") else value)


def _feed_function(walk: Walk, func: FunctionType) -> None:
    walk.name("function", func)
    if type(func.__code__) is not CodeType:  # PyPy's own functions
        return
    walk.add(func.__code__)
    walk.add(func.__defaults__)
    walk.add(func.__kwdefaults__)
    walk.add(func.__dict__)
    if _DEFERRED_ANNOTATIONS:
        walk.add(func.__annotate__)  # type: ignore[attr-defined]
    elif func.__annotations__:
        walk.add(func.__annotations__)
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


def _feed_frozenset(walk: Walk, items: frozenset[Any]) -> None:
    walk.text("frozen", "")
    walk.unordered(items)


def _feed_proxy(walk: Walk, proxy: MappingProxyType[Any, Any]) -> None:
    try:
        contents = dict(proxy)
    except Exception:  # of a mapping that the program made
        return
    walk.text("proxy", "")
    feed_dict(walk, contents)


def _feed_method(walk: Walk, method: MethodType) -> None:
    walk.add(method.__func__)
    walk.add(method.__self__)


def _name_only(walk: Walk, obj: Any) -> None:
    walk.text("named", f"{type(obj).__qualname__}:{getattr(obj, '__qualname__', getattr(obj, '__name__', ''))}")


FEEDERS: dict[type, Callable[[Walk, Any], None]] = {
    FunctionType: _feed_function,
    CodeType: _feed_code,
    CellType: _feed_cell,
    dict: feed_dict,
    list: lambda walk, obj: walk.items("list", obj),
    tuple: lambda walk, obj: walk.items("tuple", obj),
    set: lambda walk, obj: walk.unordered(obj),
    frozenset: _feed_frozenset,
    MappingProxyType: _feed_proxy,
    MethodType: _feed_method,
    ModuleType: _name_only,
    weakref.ref: _name_only,
    weakref.WeakSet: lambda walk, obj: walk.unordered(obj),
    # Copies of its own for each reading, in the order of the hash seed.
    type(iter(frozenset())): _name_only,
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
