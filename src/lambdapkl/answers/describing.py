"""Recognize functions, classes and instances in payloads of lambdapkl, cloudpickle and dill."""

from __future__ import annotations

import builtins
from typing import Any

from ..code import blob_reader as blobs
from ..rules.builtin_types import TYPES
from .description import Description, is_leaf, text_of
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

__all__ = ["describe"]

_BUILTINS = ("builtins", "__builtin__")
_WIRE = "lambdapkl.wire."
_CLASSES = ("class_", "abc_class", "enum_class", "ctypes_class")
# What the picklers call to get a type that is in no module by its name; the name is the first argument.
_BUILTIN_TYPES = ("builtin_type", "_builtin_type", "_load_type")


def describe(value: Value) -> Description:
    """Describe a value of a payload."""
    if not isinstance(value, Made):
        return _of_leaf(value)
    if value.kind != CALL:
        description = Description("persistent object" if value.kind == PERSISTENT else value.kind)
        description.own = value.own
        description.count = value.more
        _contents(description, value)
        return description
    name = _dotted(value.callee)
    module, _, last = name.rpartition(".")
    description = Description(name or "call")
    description.own = value.own
    if name == _WIRE + "code" or _is_code(value):
        _code(description, value)
    elif not (module.startswith(("cloudpickle", "dill", "lambdapkl")) or "cloudpickle" in module):
        _instance(description, value, name)
    elif name == _WIRE + "function":
        number = data_of(value, 0)
        if type(number) is not int:
            _function(description, value)
        else:
            description.title = f"class {_numbered(number)}"
            _generic(description, value)
    elif name.startswith(_WIRE) and last in _CLASSES:
        description.module = string(data_of(value, 1))
        _class(description, value, name=0, bases=3)
    elif name == _WIRE + "edited_class":
        description.module = string(data_of(value, 3))
        _class(description, value, name=2, bases=5)
    elif last in ("_make_function", "_create_function"):
        _foreign_function(description, value, dill=last == "_create_function")
    elif last in ("_make_skeleton_class", "_make_skeleton_enum", "_create_type"):
        description.module = string(key_data(by_key(item_of(value.args, 3)), "__module__"))
        _class(description, value, name=1, bases=2)
    elif last in ("module", "subimport", "_import_module", "dynamic_module", "dynamic_subimport"):
        description.kind = "module"
        description.title = f"module {data_of(value, 0)}"
        _generic(description, value)
    else:
        if last in ("cell", "_make_empty_cell", "_create_cell", "_make_cell"):
            description.title = "cell"
        elif last in _BUILTIN_TYPES:
            description.title = f"class {data_of(value, 0)}"
        elif name == _WIRE + "exception":
            description.title = _dotted(item_of(value.args, 0)) or "exception"
        elif name == _WIRE + "enum_member":
            description.title = f"member of {_dotted(item_of(value.args, 0)) or 'an enumeration'}"
        elif name.startswith(_WIRE):
            description.title = last.strip("_").replace("_", " ")
        _generic(description, value)
    return description


def _of_leaf(value: Value) -> Description:
    data = value.data
    if value.kind == GLOBAL:
        is_class = data[0] in _BUILTINS and isinstance(getattr(builtins, data[1], None), type)
        description = Description(f"class {data[1]}" if is_class else ".".join(data))
    elif value.kind == BUFFER:
        description = Description(f"buffer {data}")
    elif isinstance(data, Long):
        description = Description(f"{data.kind.__name__} of length {data.length:,}")
    elif isinstance(data, (str, bytes, bytearray)):
        description = Description(f"{type(data).__name__} of length {len(data):,}")
    else:
        description = Description(type(data).__name__)
    description.own = value.own
    return description


def _contents(description: Description, value: Made) -> None:
    for index, item in enumerate(value.items):
        description.add("an element" if value.kind.endswith("set") else f"item {index}", item)
    description.add_pairs(value, "item")
    for state in value.states:
        description.state(state)


def _generic(description: Description, value: Made) -> None:
    """Describe an unknown call by its callable and its arguments."""
    description.add("callable", value.callee)
    description.open(value.args, lambda index: f"argument {index}")
    description.named(value.named, "argument")
    _contents(description, value)


def _instance(description: Description, value: Made, name: str) -> None:
    callee = resolve(value.callee)
    if name == "type" and item_of(value.args, 0) is not None:
        description.title = f"class {_type_of(resolve(item_of(value.args, 0)))}"
    elif value.data in ("NEWOBJ", "NEWOBJ_EX", "INST", "OBJ") or isinstance(callee, Made):
        description.kind = "instance"
        # `object.__new__` may be called as a function, with the class.
        description.title = name or _dotted(item_of(value.args, 0)) or "instance"
    elif name == "object.__new__" or name.endswith(".__new__"):
        description.kind = "instance"
        description.title = _dotted(item_of(value.args, 0)) or name
    elif name == "copyreg._reconstructor":
        description.kind = "instance"
        description.title = _dotted(item_of(value.args, 0))
    elif name.endswith(("._reconstruct", "._frombuffer")) and name.startswith("numpy"):
        description.title = "numpy.ndarray" + _shape(value)
    elif name == "getattr":
        description.title = f"{_dotted(item_of(value.args, 0)) or '(...)'}.{data_of(value, 1)}"
    description.add(f"class {name}" if name and isinstance(value.callee, Made) else "callable", value.callee)
    is_array = description.title.startswith("numpy.ndarray")
    description.open(value.args, "data" if is_array else lambda index: f"argument {index}")
    description.named(value.named, "argument")
    if is_array:
        for state in value.states:
            description.open(state, "data")
    else:
        _contents(description, value)


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


def _function(description: Description, value: Made) -> None:
    description.kind = "function"
    code = blobs.read(data_of(value, 0)) or blobs.Code()
    code.file = string(data_of(value, 1)) or code.file
    description.code = code
    description.module = string(data_of(value, 2))
    qualname = code.qualname
    description.add("callable", value.callee)
    labels = ("code", "file name", "globals of", "closure")
    for label, entry in zip(labels, description.items(value.args), strict=False):
        description.open(entry, label) if label == "closure" else description.add(label, entry)
    for state in value.states:
        if isinstance(state, Ref) or resolve(state).kind != "tuple":
            description.add("state", state)
            continue
        reached, contents, defaults, attributes, used = [*description.items(state), None, None, None, None, None][:5]
        description.named(reached, "global")
        _cells(description, contents, code.free)
        count = len(items_of(defaults))
        names = code.variables[code.arguments - count : code.arguments]
        description.open(defaults, lambda index, names=names: f"default of {names[index] if index < len(names) else index!r}")  # type: ignore[misc]
        description.named(attributes, "attribute", {"__annotations__": "annotations", "__annotate__": "annotations"})
        description.imports = tuple(str(resolve(each).data) for each in items_of(used))
        description.open(used, "imported module")
        names_in_state = by_key(attributes)
        qualname = string(key_data(names_in_state, "__qualname__")) or qualname
        description.module = string(key_data(names_in_state, "__module__")) or description.module
    code.qualname = qualname
    code.name = qualname.rpartition(".")[2]
    description.title = f"function {qualname or '?'}"


def _cells(description: Description, contents: Entry | None, free: tuple[str, ...]) -> None:
    def label(index: Any) -> str:
        return f"closure cell {free[index]!r}" if type(index) is int and 0 <= index < len(free) else "closure cell"

    if isinstance(contents, Made) and contents.kind == DICT:
        description.own += contents.own
        for key, value in contents.keyed():
            description.add("key", key)
            description.add(label(resolve(key).data), value)
    else:
        description.open(contents, label)


def _class(description: Description, value: Made, name: int, bases: int) -> None:
    """Describe a class; `name` and `bases` are the positions of arguments."""
    description.kind = "class"
    description.title = f"class {data_of(value, name)}"
    description.add("callable", value.callee)
    for index, entry in enumerate(description.items(value.args)):
        if resolve(entry).kind == DICT:
            description.named(entry, "attribute")
        else:
            description.open(entry, "bases" if index == bases else f"argument {index}")
    for state in value.states:
        if _dotted(value.callee) != _WIRE + "edited_class" or len(items_of(state)) != 3:
            description.state(state)
            continue
        setter, attributes, changes = description.items(state)
        description.add("callable", setter)
        description.state(attributes)
        description.named(changes, "change of")


def _is_code(value: Made) -> bool:
    """Whether a call in a payload of cloudpickle or dill creates a code object."""
    callee = resolve(value.callee)
    if isinstance(callee, Made):
        return callee.kind == CALL and data_of(callee, 0) == "CodeType"
    return _dotted(value.callee).endswith("._create_code")


def _code(description: Description, value: Made) -> None:
    description.kind = "code"
    description.code = code = blobs.read(data_of(value, 0)) or blobs.Code()
    if not code.blob:
        # The arguments of `types.CodeType` since 3.11; dill puts the line table before them.
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
    description.title = f"code {code.qualname or '?'}"
    description.add("callable", value.callee)
    for entry in description.items(value.args):
        if isinstance(entry, Made) and all(isinstance(item, Ref) or is_leaf(item) for item in entry.items):
            description.open(entry, "constant")
        else:
            description.add("constants", entry)


def _foreign_function(description: Description, value: Made, dill: bool) -> None:
    description.kind = "function"
    inner = resolve(item_of(value.args, 0))
    known = describe(inner).code if isinstance(inner, Made) and inner.kind == CALL else None
    description.code = code = known or blobs.Code()
    description.title = f"function {code.qualname or data_of(value, 2) or '?'}"
    description.add("callable", value.callee)
    for index, entry in enumerate(description.items(value.args)):
        if index == 1 and resolve(entry).kind == DICT:
            description.named(entry, "global")
        elif index == 4:
            _cells(description, entry, code.free)
        elif index == 3:
            description.open(entry, "default")
        else:
            description.add("code" if index == 0 else f"argument {index}", entry)
    for state in value.states:
        if isinstance(state, Ref) or resolve(state).kind != "tuple":
            description.named(state, "global" if dill else "attribute")
            continue
        for half in description.items(state):
            description.module = string(key_data(by_key(half), "__module__")) or description.module
            _slots(description, half)


def _slots(description: Description, entry: Entry) -> None:
    """Add cloudpickle's state of a function: a dictionary whose item ``__globals__`` is another one."""
    if not isinstance(entry, Made) or entry.kind != DICT:
        description.open(entry, "state")
        return
    description.own += entry.own
    for key, value in entry.keyed():
        text = text_of(key).strip("'")
        description.add("key", key)
        if text == "__globals__":
            description.named(value, "global")
        elif text in ("_cloudpickle_submodules", "__closure__", "__defaults__"):
            description.open(value, text.strip("_"))
        else:
            description.add(f"attribute {text!r}", value)


def _dotted(entry: Entry | None) -> str:
    """Return the dotted name of a callable: of a global, or of a class pickled by value."""
    value = resolve(entry)
    if value is None:
        return ""
    if value.kind == GLOBAL:
        module, qualname = value.data
        return str(qualname) if module in (*_BUILTINS, "__main__") else f"{module}.{qualname}"
    if isinstance(value, Made) and value.kind == CALL:
        name = _dotted(value.callee)
        last = name.rpartition(".")[2]
        if last in _BUILTIN_TYPES or (name.startswith(_WIRE) and last in _CLASSES):
            return str(data_of(value, 0))
        if name.endswith(("._make_skeleton_class", "._create_type", "._make_skeleton_enum")):
            return str(data_of(value, 1))
        number = data_of(value, 0)
        if name == _WIRE + "function" and type(number) is int:
            return _numbered(number)
    return ""


def _numbered(number: int) -> str:
    """Return the name of the builtin type that a payload has the number of."""
    return TYPES[number].__name__ if 0 <= number < len(TYPES) else f"number {number}"
