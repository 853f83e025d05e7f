"""Recognize functions, classes and instances in payloads of lambdapkl, cloudpickle and dill."""

from __future__ import annotations

import builtins
from typing import Any

from ..code import blob_reader as blobs
from ..rules.builtin_types import TYPES
from .description import Description
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
    data_of,
    item_of,
    items_of,
    resolve,
    string,
    strings,
    text_at,
)

__all__ = ["describe"]

_BUILTINS = ("builtins", "__builtin__")
_WIRE = "lambdapkl.wire."
# Last part of the name of a callable that creates a class -> the positions of the name and the bases in its arguments.
_CLASSES = {
    "edited_class": (2, 5),
    **dict.fromkeys(("class_", "abc_class", "enum_class", "ctypes_class"), (0, 3)),
    **dict.fromkeys(("_make_skeleton_class", "_make_skeleton_enum", "_create_type"), (1, 2)),
}
# What the picklers call to get a type that is in no module by its name; the name is the first argument.
_BUILTIN_TYPES = ("builtin_type", "_builtin_type", "_load_type")
_MODULES = ("module", "subimport", "_import_module", "dynamic_module", "dynamic_subimport")


def describe(value: Value) -> Description:
    """Describe a value of a payload."""
    if not isinstance(value, Made):
        return _of_leaf(value)
    description = Description("persistent object" if value.kind == PERSISTENT else value.kind)
    description.own = value.own
    if value.kind != CALL:
        _contents(description, value)
        return description
    name = _dotted(value.callee)
    module, _, last = name.rpartition(".")
    class_name = _name_of_class(value)
    description.title = f"class {class_name}" if class_name else name or "call"
    if name == _WIRE + "code" or _is_code(value):
        _code(description, value)
    elif not _is_of_pickler(module):
        _instance(description, value, name)
    elif last in _CLASSES:
        _class(description, value, last)
    elif class_name:
        _generic(description, value)
    elif name == _WIRE + "function":
        _function(description, value)
    elif last in ("_make_function", "_create_function"):
        _foreign_function(description, value)
    else:
        if last in _MODULES:
            description.kind = "module"
            description.title = f"module {data_of(value, 0)}"
        elif name == _WIRE + "exception":
            description.title = _dotted(item_of(value.args, 0)) or "exception"
        elif name == _WIRE + "enum_member":
            description.title = f"member of {_dotted(item_of(value.args, 0)) or 'an enumeration'}"
        else:
            description.title = last.strip("_").replace("_", " ")
        _generic(description, value)
    return description


def _is_of_pickler(module: str) -> bool:
    return "cloudpickle" in module or module.startswith(("dill", "lambdapkl"))


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


def _generic(description: Description, value: Made, callee: str = "callable") -> None:
    """Describe an unknown call by its callable and its arguments."""
    description.add(callee, value.callee)
    description.open(value.args, lambda index: f"argument {index}")
    description.named(value.named, "argument")
    _contents(description, value)


def _instance(description: Description, value: Made, name: str) -> None:
    first = item_of(value.args, 0)
    if name == "type" and first is not None:
        description.title = f"class {_type_of(resolve(first))}"
    elif value.data in ("NEWOBJ", "NEWOBJ_EX", "INST", "OBJ") or isinstance(resolve(value.callee), Made):
        description.kind = "instance"
        # `object.__new__` may be called as a function, with the class.
        description.title = name or _dotted(first) or "instance"
    elif name.endswith("__new__") or name == "copyreg._reconstructor":
        description.kind = "instance"
        description.title = _dotted(first) or name
    elif name.endswith(("._reconstruct", "._frombuffer")) and name.startswith("numpy"):
        description.title = "numpy.ndarray" + _shape(value)
    elif name == "getattr":
        description.title = f"{_dotted(first) or '(...)'}.{data_of(value, 1)}"
    _generic(description, value, f"class {name}" if name and isinstance(value.callee, Made) else "callable")


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
        description.named(attributes, "attribute")
        description.imports = tuple(str(resolve(each).data) for each in items_of(used))
        description.open(used, "imported module")
        qualname = text_at(attributes, "__qualname__") or qualname
        description.module = text_at(attributes, "__module__") or description.module
    code.qualname = qualname
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


def _class(description: Description, value: Made, creator: str) -> None:
    description.kind = "class"
    name, bases = _CLASSES[creator]
    # cloudpickle and dill have the attributes after the bases, lambdapkl the module after the name.
    if creator == "edited_class":
        description.module = string(data_of(value, 3))
    else:
        description.module = text_at(item_of(value.args, 3), "__module__") if name else string(data_of(value, 1))
    description.add("callable", value.callee)
    for index, entry in enumerate(description.items(value.args)):
        label = "attribute" if resolve(entry).kind == DICT else f"argument {index}"
        description.named(entry, "bases" if index == bases else label)
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
            code.free = strings(fields[16])
            code.file, code.qualname = string(fields[10].data) or "", string(fields[12].data) or ""
            code.line = fields[13].data if type(fields[13].data) is int else 0
    else:
        code.file = string(data_of(value, 1)) or code.file
    description.title = f"code {code.qualname or '?'}"
    description.add("callable", value.callee)
    for entry in description.items(value.args):
        description.open(entry, "constant")


def _foreign_function(description: Description, value: Made) -> None:
    """Describe a function in a payload of cloudpickle or dill; both have the same arguments."""
    description.kind = "function"
    inner = item_of(value.args, 0)
    description.code = code = (describe(resolve(inner)).code if inner is not None else None) or blobs.Code()
    description.title = f"function {code.qualname or data_of(value, 2) or '?'}"
    description.add("callable", value.callee)
    labels = ("code", "global", "name", "default", "closure")
    for label, entry in zip(labels, description.items(value.args), strict=False):
        if label == "closure":
            _cells(description, entry, code.free)
        else:
            description.named(entry, label)
    for state in value.states:
        for part in (state, *items_of(state)):
            description.module = text_at(part, "__module__") or description.module
        description.state(state)


def _dotted(entry: Entry | None) -> str:
    """Return the dotted name of a callable: of a global, or of a class pickled by value."""
    value = resolve(entry)
    if value is None:
        return ""
    if value.kind == GLOBAL:
        module, qualname = value.data
        return str(qualname) if module in (*_BUILTINS, "__main__") else f"{module}.{qualname}"
    return _name_of_class(value)


def _name_of_class(value: Value) -> str:
    """Return the name of the class that a call creates or gets, or ""."""
    if not isinstance(value, Made) or value.kind != CALL:
        return ""
    name = _dotted(value.callee)
    module, _, last = name.rpartition(".")
    number = data_of(value, 0)
    if not _is_of_pickler(module):
        return ""
    if name == _WIRE + "function" and type(number) is int:
        return TYPES[number].__name__ if 0 <= number < len(TYPES) else f"number {number}"
    if last in _BUILTIN_TYPES:
        return str(number)
    return str(data_of(value, _CLASSES[last][0])) if last in _CLASSES else ""
