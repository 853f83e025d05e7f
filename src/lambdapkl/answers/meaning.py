"""What the values of a payload mean: functions, classes and instances, of lambdapkl's, cloudpickle's and dill's payloads."""

from __future__ import annotations

import builtins
from typing import Any

from ..code import blob_reader as blobs
from ..rules.builtin_types import TYPES
from .description import Meaning, is_leaf, text_of
from .values import (
    ATOM,
    BUFFER,
    CALL,
    DICT,
    GLOBAL,
    PERSISTENT,
    Entry,
    Long,
    Made,
    Ref,
    Value,
    by_key,
    data_of,
    item_of,
    items_of,
    key_data,
    resolve,
    string,
    strings,
)

__all__ = ["meaning_of"]

_BUILTINS = ("builtins", "__builtin__")
_WIRE = "lambdapkl.wire."
_CLASSES = ("class_", "abc_class", "enum_class", "ctypes_class")
# What the picklers call to get a type that is in no module by its name; the name is the first argument.
_BUILTIN_TYPES = ("builtin_type", "_builtin_type", "_load_type")


def meaning_of(value: Value) -> Meaning:
    """Return what `value` means."""
    if not isinstance(value, Made):
        return _of_leaf(value)
    if value.kind != CALL:
        found = Meaning(value.kind)
        found.own = value.own
        found.count = value.more
        if value.kind == PERSISTENT:
            found.title = "persistent object"
        _contents(found, value)
        return found
    name = _dotted(value.callee)
    module, _, last = name.rpartition(".")
    found = Meaning(name or "call")
    found.own = value.own
    if name == _WIRE + "code" or _is_code(value):
        _code(found, value)
    elif not (module.startswith(("cloudpickle", "dill", "lambdapkl")) or "cloudpickle" in module):
        _instance(found, value, name)
    elif name == _WIRE + "function":
        number = data_of(value, 0)
        if type(number) is not int:
            _function(found, value)
        else:
            found.title = f"class {_numbered(number)}"
            _generic(found, value)
    elif name.startswith(_WIRE) and last in _CLASSES:
        _class(found, value, data_of(value, 0), data_of(value, 1))
    elif last in ("_make_function", "_create_function"):
        _foreign_function(found, value, dill=last == "_create_function")
    elif last in ("_make_skeleton_class", "_make_skeleton_enum", "_create_type"):
        _foreign_class(found, value)
    elif last in ("module", "subimport", "_import_module", "dynamic_module", "dynamic_subimport"):
        found.kind = "module"
        found.title = f"module {data_of(value, 0)}"
        _generic(found, value)
    else:
        if last in ("cell", "_make_empty_cell", "_create_cell", "_make_cell"):
            found.title = "cell"
        elif last in _BUILTIN_TYPES:
            found.title = f"class {data_of(value, 0)}"
        elif name == _WIRE + "exception":
            found.title = _dotted(item_of(value.args, 0)) or "exception"
        elif name == _WIRE + "enum_member":
            found.title = f"member of {_dotted(item_of(value.args, 0)) or 'an enumeration'}"
        elif name.startswith(_WIRE):
            found.title = last.strip("_").replace("_", " ")
        _generic(found, value)
    return found


def _of_leaf(value: Value) -> Meaning:
    data = value.data
    if value.kind == GLOBAL:
        is_class = data[0] in _BUILTINS and isinstance(getattr(builtins, data[1], None), type)
        found = Meaning(f"class {data[1]}" if is_class else ".".join(data))
    elif value.kind == BUFFER:
        found = Meaning(f"buffer {data}")
    elif isinstance(data, Long):
        found = Meaning(f"{data.kind.__name__} of length {data.length:,}")
    elif isinstance(data, (str, bytes, bytearray)):
        found = Meaning(f"{type(data).__name__} of length {len(data):,}")
    else:
        found = Meaning(type(data).__name__)
    found.own = value.own
    return found


def _contents(found: Meaning, value: Made) -> None:
    for index, item in enumerate(value.items):
        found.add("an element" if value.kind.endswith("set") else f"item {index}", item)
    found.add_pairs(value, "item")
    for state in value.states:
        found.named(state, "attribute")


def _generic(found: Meaning, value: Made) -> None:
    """A call of which no more is known than what is called with what."""
    found.add("callable", value.callee)
    found.open(value.args, lambda index: f"argument {index}")
    found.named(value.named, "argument")
    _contents(found, value)


def _instance(found: Meaning, value: Made, name: str) -> None:
    callee = resolve(value.callee)
    if name == "type" and item_of(value.args, 0) is not None:
        found.title = f"class {_type_of(resolve(item_of(value.args, 0)))}"
    elif value.data in ("NEWOBJ", "NEWOBJ_EX", "INST", "OBJ") or isinstance(callee, Made):
        found.kind = "instance"
        # `object.__new__` may be called as a function, with the class.
        found.title = name or _dotted(item_of(value.args, 0)) or "instance"
    elif name == "object.__new__" or name.endswith(".__new__"):
        found.kind = "instance"
        found.title = _dotted(item_of(value.args, 0)) or name
    elif name == "copyreg._reconstructor":
        found.kind = "instance"
        found.title = _dotted(item_of(value.args, 0))
    elif name.endswith(("._reconstruct", "._frombuffer")) and name.startswith("numpy"):
        found.title = "numpy.ndarray" + _shape(value)
    elif name == "getattr":
        found.title = f"{_dotted(item_of(value.args, 0)) or '(...)'}.{data_of(value, 1)}"
    if isinstance(value.callee, Made):
        found.add(f"class {name}" if name else "callable", value.callee)
    else:
        found.add("callable", value.callee)
    plain = value.data == "REDUCE" and found.title.startswith("numpy.ndarray")
    found.open(value.args, "data" if plain else lambda index: f"argument {index}")
    found.named(value.named, "argument")
    for index, item in enumerate(value.items):
        found.add(f"item {index}", item)
    found.add_pairs(value, "item")
    for state in value.states:
        if plain:
            found.open(state, "data")
        elif resolve(state).kind == "tuple":
            made = resolve(state)
            # What `object` makes of slots: a dictionary or None, and one of slots.
            if not isinstance(state, Ref):
                found.own += state.own
                for half in made.items:
                    found.named(half, "attribute" if resolve(half).kind == DICT else "state")
        else:
            found.named(state, "attribute" if resolve(state).kind == DICT else "state")


def _type_of(value: Value) -> str:
    """Return the name of the type of a value; `pickle` writes the types of None, Ellipsis and NotImplemented like this."""
    data = value.data
    if value.kind == GLOBAL:
        data = getattr(builtins, data[1], None) if data[0] in _BUILTINS else None
    return type(data).__name__ if value.kind in (ATOM, GLOBAL) else "of an object"


def _shape(value: Made) -> str:
    shape = item_of(value.args, 2)
    for state in value.states:
        if item_of(state, 1) is not None:
            shape = item_of(state, 1)
    made = resolve(shape)
    if not isinstance(made, Made) or made.kind != "tuple":
        return ""
    return f" {' x '.join(str(resolve(item).data) for item in made.items)}"


def _function(found: Meaning, value: Made) -> None:
    found.kind = "function"
    code = blobs.read(data_of(value, 0)) or blobs.Code()
    code.file = string(data_of(value, 1)) or code.file
    found.code = code
    found.module = string(data_of(value, 2))
    qualname = code.qualname
    items = items_of(value.args)
    found.own += value.args.own if value.args is not None else 0
    found.add("callable", value.callee)
    for label, entry in zip(("code", "file name", "globals of", "closure"), items, strict=False):
        found.open(entry, label) if label == "closure" else found.add(label, entry)
    for state in value.states:
        if isinstance(state, Ref) or resolve(state).kind != "tuple":
            found.add("state", state)
            continue
        found.own += state.own
        reached, contents, defaults, attributes, used = [*items_of(state), None, None, None, None, None][:5]
        found.named(reached, "global")
        _cells(found, contents, code.free)
        count = len(items_of(defaults))
        names = code.variables[code.arguments - count : code.arguments]
        found.open(defaults, lambda index, names=names: f"default of {names[index] if index < len(names) else index!r}")  # type: ignore[misc]
        found.named(attributes, "attribute", {"__annotations__": "annotations", "__annotate__": "annotations"})
        found.imports = tuple(str(resolve(each).data) for each in items_of(used))
        found.open(used, "imported module")
        given = by_key(attributes)
        qualname = string(key_data(given, "__qualname__")) or qualname
        found.module = string(key_data(given, "__module__")) or found.module
    code.qualname = qualname
    code.name = qualname.rpartition(".")[2]
    found.title = f"function {qualname or '?'}"


def _cells(found: Meaning, contents: Entry | None, free: tuple[str, ...]) -> None:
    def label(index: Any) -> str:
        return f"closure cell {free[index]!r}" if type(index) is int and 0 <= index < len(free) else "closure cell"

    made = None if isinstance(contents, Ref) else contents
    if isinstance(made, Made) and made.kind == DICT:
        found.own += made.own
        for index in range(0, len(made.pairs), 2):
            found.add("key", made.pairs[index])
            found.add(label(resolve(made.pairs[index]).data), made.pairs[index + 1])
    else:
        found.open(contents, label)


def _class(found: Meaning, value: Made, qualname: Any, module: Any) -> None:
    found.kind = "class"
    found.title = f"class {qualname}"
    found.module = string(module)
    found.add("callable", value.callee)
    found.open(value.args, lambda index: "bases" if index == 3 else f"argument {index}")
    for state in value.states:
        if not isinstance(state, Ref) and resolve(state).kind == "tuple":
            found.own += state.own
            for half in items_of(state):
                found.named(half, "attribute") if resolve(half).kind == DICT else found.open(half, "state")
        else:
            found.named(state, "attribute")


def _is_code(value: Made) -> bool:
    """Whether a call of cloudpickle's or dill's makes a code object."""
    callee = resolve(value.callee)
    if isinstance(callee, Made):
        return callee.kind == CALL and data_of(callee, 0) == "CodeType"
    return _dotted(value.callee).endswith("._create_code")


def _code(found: Meaning, value: Made) -> None:
    found.kind = "code"
    found.code = code = blobs.read(data_of(value, 0)) or blobs.Code()
    if not code.blob:
        # Fields as `types.CodeType` takes them since 3.11; dill has the line table before them.
        fields = [resolve(item) for item in items_of(value.args)]
        while fields and type(fields[0].data) is not int:
            del fields[0]
        if len(fields) >= 18:
            code.arguments = fields[0].data
            code.names, code.variables, code.free = strings(fields[8]), strings(fields[9]), strings(fields[16])
            code.file, code.name, code.qualname = (string(each.data) or "" for each in fields[10:13])
            code.line = fields[13].data if type(fields[13].data) is int else 0
    else:
        code.file = string(data_of(value, 1)) or code.file
    found.title = f"code {code.qualname or '?'}"
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for entry in items_of(value.args):
        if isinstance(entry, Made) and all(isinstance(item, Ref) or is_leaf(item) for item in entry.items):
            found.open(entry, "constant")
        else:
            found.add("constants", entry)


def _foreign_function(found: Meaning, value: Made, dill: bool) -> None:
    found.kind = "function"
    inner = resolve(item_of(value.args, 0))
    known = meaning_of(inner).code if isinstance(inner, Made) and inner.kind == CALL else None
    found.code = code = known or blobs.Code()
    found.title = f"function {code.qualname or data_of(value, 2) or '?'}"
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for index, entry in enumerate(items_of(value.args)):
        if index == 1 and resolve(entry).kind == DICT:
            found.named(entry, "global")
        elif index == 4:
            found.open(entry, lambda place: f"closure cell {code.free[place]!r}" if place < len(code.free) else "closure cell")
        elif index == 3:
            found.open(entry, "default")
        else:
            found.add("code" if index == 0 else f"argument {index}", entry)
    for state in value.states:
        if isinstance(state, Ref) or resolve(state).kind != "tuple":
            found.named(state, "global" if dill else "attribute")
            continue
        found.own += state.own
        for half in items_of(state):
            for key, entry in by_key(half).items():
                if key == "__module__":
                    found.module = string(resolve(entry).data)
            _slots(found, half)


def _slots(found: Meaning, entry: Entry) -> None:
    """The state of a function of cloudpickle's: a dictionary, in which that of its globals is one more."""
    made = None if isinstance(entry, Ref) else entry
    if not isinstance(made, Made) or made.kind != DICT:
        found.open(entry, "state")
        return
    found.own += made.own
    for index in range(0, len(made.pairs), 2):
        key, value = made.pairs[index], made.pairs[index + 1]
        text = text_of(key).strip("'")
        found.add("key", key)
        if text == "__globals__":
            found.named(value, "global")
        elif text in ("_cloudpickle_submodules", "__closure__", "__defaults__"):
            found.open(value, text.strip("_"))
        else:
            found.add(f"attribute {text!r}", value)


def _foreign_class(found: Meaning, value: Made) -> None:
    found.kind = "class"
    found.title = f"class {data_of(value, 1)}"
    attributes = by_key(item_of(value.args, 3))
    found.module = string(key_data(attributes, "__module__"))
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for index, entry in enumerate(items_of(value.args)):
        if resolve(entry).kind == DICT:
            found.named(entry, "attribute")
        else:
            found.open(entry, "bases" if index == 2 else f"argument {index}")
    for state in value.states:
        made = resolve(state)
        if not isinstance(state, Ref) and made.kind == "tuple":
            found.own += state.own
            for half in made.items:
                found.named(half, "attribute")
        else:
            found.named(state, "attribute")


def _dotted(entry: Entry | None) -> str:
    """Return the name of what is called: a global's, or that of a class by value."""
    value = resolve(entry)
    if value is None:
        return ""
    if value.kind == GLOBAL:
        module, qualname = value.data
        return str(qualname) if module in (*_BUILTINS, "__main__") else f"{module}.{qualname}"
    if isinstance(value, Made) and value.kind == CALL:
        name = _dotted(value.callee)
        if name.startswith(_WIRE) and name.rpartition(".")[2] in _CLASSES:
            return str(data_of(value, 0))
        if name.endswith(("._make_skeleton_class", "._create_type", "._make_skeleton_enum")):
            return str(data_of(value, 1))
        if name.rpartition(".")[2] in _BUILTIN_TYPES:
            return str(data_of(value, 0))
        number = data_of(value, 0)
        if name == _WIRE + "function" and type(number) is int:
            return _numbered(number)
    return ""


def _numbered(number: int) -> str:
    """Return the name of the builtin type that a payload has the number of."""
    return TYPES[number].__name__ if 0 <= number < len(TYPES) else f"number {number}"
