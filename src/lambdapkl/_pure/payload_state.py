"""The frequent reducers, in Python.

A function is pickled in two steps. The constructor creates an empty function from its code and the
name of its module, so that it can be memoized before the objects that it refers to. The state
follows: the globals that its code can reach, the contents of its cells, its defaults and its
attributes. Both steps name the same callable, because each global costs 15 bytes and 0.4
microseconds.
"""

from __future__ import annotations

import copyreg
import pickle
import sys
from types import CellType, CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from .. import wire
from ..code.code_info import CodeInfo, code_info
from ..reducers import (
    classes,
    descriptors,
    edits,
    loaded_files,
    modules,
    named_globals,
    namespaces,
    running_methods,
    sentinels,
    shared_cells,
    skeletons,
    subclass_state,
)
from ..rules import builtin_types, byvalue, edited_annotations, finders, own_builtins
from ..rules.names import NAMED_ANNOTATE, OVERRIDING, is_plain_key, plain, private
from ..rules.reducer_tables import INHERITED, RECREATED, Fallback, WithPayloadState
from . import plans
from .lookups import MISSING, NEVER_SENT, find_global, same
from .packages import Packages

_DEFERRED_ANNOTATIONS = sys.version_info >= (3, 14)
_TYPE_PARAMS = sys.version_info >= (3, 12)

_TYPE_HASH: Any = type.__hash__


class PayloadState(Packages):
    """What a payload contains so far, as far as reducers need to know it.

    Attributes
    ----------
    table
        The pickler's dispatch table. A reducer of the user for a metaclass there comes first.
    protocol
        The pickler's protocol. Since protocol 2 the compiled backend reduces instances of
        importable classes itself; in Python that is not faster than `pickle`.
    root, pickler, held, dumped
        For weak references: the object that is being pickled, its `Pickler` or None, the objects
        that `reducers.weakrefs` found, and the objects that this `Pickler` dumped since its memo
        was empty.
    opened
        The functions and classes by value whose state is being written, each with its reduced
        value; None if the payload cannot be given up. See `reducers.running_methods`.
    openings
        How many were opened so far.
    """

    def __init__(self, table: Any) -> None:
        self.table = table
        self.protocol = pickle.HIGHEST_PROTOCOL
        self.root: Any = None
        self.pickler: Any = None
        self.opened: list[tuple[Any, Any]] | None = None
        self.openings = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything, as the pickler's memo does."""
        self._names: dict[str, str] = {}
        self._blobs: dict[bytes, bytes] = {}
        # id of a globals dict -> the function or module that has it in the payload, and the names
        # that were pickled
        self._globals: dict[int, tuple[Any, set[str]]] = {}
        # id of a cell -> the first function that has it, and its index in the closure
        self._cells: dict[int, tuple[FunctionType, int]] = {}
        # Cells that were pickled before a function that has them
        self._loose_cells: dict[int, CellType] = {}
        # id of a cell -> where a class has it, for cells that a function shares with a class
        self._class_cells: dict[int, shared_cells.Place] = {}
        self._plain: dict[type, bool | str | subclass_state.Plan] = {}
        # id and qualified name of a class in the payload -> the class
        self.class_dicts: dict[Any, type] = {}
        # An object that reducers write more than once -> its only copy
        self.shared: dict[Any, Any] = {}
        self.held: Any = None
        self.dumped: list[Any] = []
        self.clear_packages()
        # id of an `object()` -> the module that has it, and its name
        self._sentinels: dict[int, tuple[str, str]] = {}
        # ids of `__annotate__` functions that get their qualified name from the function they
        # belong to
        self._derived_annotates: set[int] = set()
        # Whether the payload has named `wire.function`
        self.numbers_builtin_types = False
        self._ended: list[Any] = []

    def info(self, code: CodeType) -> CodeInfo:
        """Return what is pickled of `code`."""
        return code_info(code)

    def global_names(self, code: CodeType) -> tuple[str, ...]:
        """Return the names that `code`, and the code nested in it, may look up as globals."""
        return code_info(code).names

    def name(self, text: str) -> str:
        """Return the payload's own copy of a string that a reducer writes; see `private`."""
        if type(text) is not str:
            # A subclass may define a hash.
            text = plain(text)
        try:
            return self._names[text]
        except KeyError:
            if text == byvalue.SPAWNED_MAIN:
                own = self._names[text] = self.name("__main__")
            else:
                own = self._names[text] = private(text)
            return own

    def key(self, key: Any) -> Any:
        """Return what is written for a key of a namespace; see `names.private_key`."""
        return self.name(key) if is_plain_key(key) else key

    def reduce(self, obj: Any) -> Any:
        """Reduce `obj`, or return NotImplemented to leave it to the pickler."""
        opened = self.opened
        if opened is None:
            return self._reduce(obj)
        self.close_ended()
        if opened and running_methods.is_instance(obj):
            running_methods.check(type(obj), [each for each, _ in opened], self)
        reduced = self._reduce(obj)
        if type(reduced) is tuple and len(reduced) > 2 and (type(obj) is FunctionType or issubclass(type(obj), type)):
            opened.append((obj, reduced))
            self.openings += 1
        return reduced

    def close_ended(self) -> None:
        """Remove from `opened` what the pickler has written: it has dropped the reduced value."""
        opened = self.opened
        while opened and _references(opened[-1][1]) <= _UNUSED:
            # Freed at the end only: `__del__` could change a dictionary to which the pickler in C
            # has borrowed references.
            self._ended.append(opened.pop())

    def close(self, obj: Any) -> None:
        """Remove `obj` from `opened`."""
        if self.opened and self.opened[-1][0] is obj:
            self.opened.pop()

    def _reduce(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is FunctionType:
            # Built-in functions of PyPy have another type of code, and reducers.
            if byvalue.by_reference(obj) or type(obj.__code__) is not CodeType:
                return classes.reduce_by_name(obj, self)
            reduced = descriptors.reduce_function_of_class(obj)
            if reduced is not None:
                return reduced
            reduced = self._reduce_function(obj)
            return loaded_files.from_file(obj, reduced, self) if finders.not_found else reduced
        if issubclass(kind, type):
            if kind is not type and kind in self.table:
                return NotImplemented
            if self.numbers_builtin_types and id(obj) in builtin_types.NUMBERS:
                return wire.function, builtin_types.NUMBERS[id(obj)]
            return classes.reduce_class(obj, self)
        if (kind is CellType or kind is CodeType or issubclass(kind, ModuleType)) and self._is_left_to_table(kind):
            return NotImplemented
        if kind is CellType:
            return self._reduce_cell(obj)
        if kind is CodeType:
            info = self.info(obj)
            return wire.code, (self._blob(info), self._file_name(info), *info.constants)
        if issubclass(kind, ModuleType):
            return modules.reduce_module(obj, self)
        if type(kind) is not type and kind not in self.table:
            reduced = classes.reduce_instance(obj, self)
            if reduced is not NotImplemented:
                return reduced
        if kind is object and id(obj) in self._sentinels:
            module, name = self._sentinels[id(obj)]
            return wire.attribute, (self.name(module), self.name(name))
        ancestor: Any = kind
        while ancestor is not object:
            # A metaclass may define a hash.
            if type(ancestor).__hash__ is _TYPE_HASH and ancestor in INHERITED:
                if kind in self.table:
                    return NotImplemented
                reducer = INHERITED[ancestor]
                return reducer.reduce(obj, self) if isinstance(reducer, WithPayloadState) else reducer(obj)
            ancestor = ancestor.__base__
        plain = self._plain.get(kind)
        if plain is None:
            plain = self._plain[kind] = self._plan(kind)
        if plain is True:
            return self._reduce_plain(obj)
        if plain is plans.BY_METHOD:
            return named_globals.reduce_by_method(obj, self)
        return NotImplemented if isinstance(plain, (bool, str)) else subclass_state.reduce_subclass(obj, plain, self)

    def _is_left_to_table(self, kind: type) -> bool:
        """Whether the program has a reducer for a type that `PayloadState` reduces."""
        reducer = self.table.get(kind)
        return reducer is not None and reducer is not copyreg.dispatch_table.get(kind) and type(reducer) is not Fallback

    def describe(self, cls: type) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments for the skeleton of `cls`, and its attributes; see `reducers.skeletons.describe`."""
        described: tuple[tuple[Any, ...], dict[str, Any]] = skeletons.describe(cls, self)
        return described

    def with_edits(self, cls: type, reduced: Any) -> Any:
        return edits.with_edits(cls, reduced, self)

    def own_globals(self, namespace: dict[str, Any], owner: Any) -> None:
        """Record that the reader creates `namespace` with `owner`, a module that is pickled by value."""
        self._globals[id(namespace)] = owner, set(namespace)

    def _plan(self, kind: Any) -> bool | str | subclass_state.Plan:
        return plans.plan_of(kind, self.table)

    def _reduce_plain(self, obj: Any) -> Any:
        """Reduce an instance as `object` does, but copy the names of its attributes.

        Attribute names are interned. The memo would treat an equal user string as the same object
        before a round trip but not after, so the bytes would differ.
        """
        if not byvalue.is_reduced_by_object(obj):
            return NotImplemented
        namespace = getattr(obj, "__dict__", ())
        if not OVERRIDING.isdisjoint(namespace):
            return NotImplemented
        reduced: Any = object.__reduce_ex__(obj, 2)
        if namespace is obj:
            return *reduced[:2], (obj,), *reduced[3:], wire.subclass_state
        state = reduced[2]
        if type(state) is dict:
            named: Any = self._named(state)
        elif type(state) is tuple and len(state) == 2:
            named = tuple(self._named(half) if type(half) is dict else half for half in state)
        else:
            return reduced
        return (*reduced[:2], named, *reduced[3:])

    def _named(self, state: dict[Any, Any]) -> dict[Any, Any]:
        named = {self.name(key) if type(key) is str else key: value for key, value in state.items()}
        subclass_state.adapt_attributes(named, self)
        return named

    def _blob(self, info: CodeInfo) -> bytes:
        # Equal code becomes one code object when it is loaded, so equal blobs are one object here.
        return self._blobs.setdefault(info.blob, info.blob)

    def _file_name(self, info: CodeInfo) -> str | None:
        return None if info.file_name is None else self.name(info.file_name)

    def _reduce_function(self, func: FunctionType) -> tuple[Any, ...]:
        self.numbers_builtin_types = True
        code = func.__code__
        info = self.info(code)
        namespace = func.__globals__
        module_name = find_global(namespace, "__name__")
        has_name = module_name is not MISSING
        if not isinstance(module_name, str):
            module_name = None
        known = RECREATED.get(id(code))
        recreated = None if known is None else known[1](func)
        if recreated is not None:
            constructor, arguments, defaults = recreated
            attributes = {
                name: value
                for name, value in self._attributes(func, code, info, module_name).items()
                if name not in defaults or not same(defaults[name], value)
            }
            if not attributes:
                return constructor, arguments
            return constructor, arguments, (None, None, None, attributes), None, None, wire.function

        if func.__closure__:
            self._class_cells.update(shared_cells.in_classes(func))
        owner, sent = self._globals.get(id(namespace), (None, set()))
        place = shared_cells.place_for(func, self._class_cells) if self._class_cells else None
        holder = func if place is None else shared_cells.holder_of_globals(func, place, info.names)
        if holder is None:
            owner, sent = None, set()
        elif owner is None or owner is func:
            owner, sent = holder, set()
            self._globals[id(namespace)] = owner, sent
        if owner is None or owner is func:
            where: Any = module_name if module_name is None else self.name(module_name)
        else:
            where = owner

        reached: dict[str, Any] = {}
        used: list[str] = []
        for name in info.names:
            value = find_global(namespace, name)
            if value is MISSING or name in NEVER_SENT:
                continue
            if isinstance(value, ModuleType):
                self._add_submodules(value, info, used)
            elif type(value) is object:
                self._note_sentinel(value, namespace)
            if name not in sent:
                sent.add(name)
                reached[self.name(name)] = value
        if info.imports and "__package__" not in sent:
            value = find_global(namespace, "__package__")
            if value is not MISSING and value:
                sent.add("__package__")
                reached[self.name("__package__")] = value
        if has_name and module_name is None and "__name__" not in sent:
            value = find_global(namespace, "__name__")
            if value is not MISSING:
                sent.add("__name__")
                reached[self.name("__name__")] = value

        closure, contents = self._close(func, info, used)
        self._add_submodules_of_defaults(func, info, used)
        if own_builtins.of(func) is not own_builtins.STANDARD and own_builtins.are_needed(func, info.names, info.imports):
            where = where, own_builtins.in_payload(func)
        args: tuple[Any, ...] = (self._blob(info), self._file_name(info), where)
        if closure is not None:
            args = (*args, closure)
        state = [
            reached or None,
            contents or None,
            func.__defaults__,
            self._attributes(func, code, info, module_name) or None,
            tuple(used) or None,
        ]
        while state and state[-1] is None:
            state.pop()
        if not state:
            return wire.function, args
        return wire.function, args, tuple(state), None, None, wire.function

    def _close(self, func: FunctionType, info: CodeInfo, used: list[str]) -> tuple[Any, Any]:
        """Return which cells of `func` the payload already has, and the contents of the others."""
        cells = func.__closure__
        if not cells:
            return None, None
        closure: list[Any] = []
        contents: dict[int, Any] = {}
        for index, cell in enumerate(cells):
            of_class = self._class_cells.get(id(cell))
            if id(cell) in self._loose_cells or (of_class is not None and id(func) not in of_class[4]):
                closure.append(cell)
                continue
            known = self._cells.setdefault(id(cell), (func, index))
            owner, place = known
            if owner is not func or place != index:
                # `FunctionType` allows a closure with the same cell twice.
                closure.append(place if owner is func else known)
                continue
            closure.append(None)
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            if isinstance(value, ModuleType):
                self._add_submodules(value, info, used)
            elif type(value) in (dict, MappingProxyType) and func.__code__.co_freevars[index] == "__classdict__":
                value = namespaces.class_dict(value, func, self)
            contents[index] = value
        shared = None if closure.count(None) == len(closure) else tuple(closure)
        if len(contents) == len(cells):
            return shared, tuple(contents.values())
        return shared, contents

    def _note_sentinel(self, value: object, namespace: dict[str, Any]) -> None:
        found = sentinels.in_modules(value, namespace)
        if found is not None:
            self._sentinels[id(value)] = found

    def _attributes(self, func: FunctionType, code: CodeType, info: CodeInfo, module_name: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if info.constants:
            # The constructor cannot take these constants: they may refer to the function.
            found["__code__"] = code
        if func.__name__ != code.co_name:
            found["__name__"] = self.name(func.__name__)
        if func.__qualname__ != code.co_qualname and id(func) not in self._derived_annotates:
            found["__qualname__"] = self.name(func.__qualname__)
        if func.__module__ != module_name:
            module = func.__module__
            found["__module__"] = self.name(module) if isinstance(module, str) else module
        doc = func.__doc__
        if doc is not info.doc and doc != info.doc:
            found["__doc__"] = doc
        if func.__kwdefaults__ is not None:
            found["__kwdefaults__"] = func.__kwdefaults__
        if _DEFERRED_ANNOTATIONS and func.__annotate__ is not None:  # type: ignore[attr-defined]
            kept = edited_annotations.cached(func)
            annotations = None if kept is None else edited_annotations.edited(func, kept)
            if annotations is not None:
                found["__annotations__"] = annotations
            else:
                annotate = func.__annotate__  # type: ignore[attr-defined]
                found[self._annotate_key(func, annotate)] = annotate
        elif func.__annotations__:
            found["__annotations__"] = func.__annotations__
        if _TYPE_PARAMS and func.__type_params__:
            found["__type_params__"] = func.__type_params__
        found.update(func.__dict__)
        return {self.key(key): value for key, value in found.items()}

    def _annotate_key(self, func: FunctionType, annotate: Any) -> str:
        """Return the key of ``__annotate__`` in the state: another one if the reader can derive its qualified name."""
        if type(annotate) is FunctionType and annotate.__qualname__ == func.__qualname__ + NAMED_ANNOTATE:
            if annotate.__code__.co_qualname != annotate.__qualname__:
                self._derived_annotates.add(id(annotate))
                return NAMED_ANNOTATE
        return "__annotate__"

    def _reduce_cell(self, cell: CellType) -> tuple[Any, ...]:
        owner = self._cells.get(id(cell))
        place = self._class_cells.get(id(cell))
        reduced = None if place is None else shared_cells.reduce_cell(cell, place, owner, self)
        if reduced is not None:
            return reduced
        if owner is not None:
            return wire.cell, owner
        self._loose_cells[id(cell)] = cell
        try:
            contents = cell.cell_contents
        except ValueError:
            return wire.cell, ()
        return wire.cell, (), (contents,), None, None, wire.cell


# PyPy has no reference counts; there the pickler says when it has written an object.
_references: Any = getattr(sys, "getrefcount", lambda _: sys.maxsize)
_example = [(None, tuple([None]))]  # noqa: C409 - a constant has more references
_UNUSED: int = _references(_example[-1][1]) if hasattr(sys, "getrefcount") else 0
