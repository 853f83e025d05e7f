"""What the values of a payload mean: functions, classes and instances, of lambdapkl's, cloudpickle's and dill's payloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import blobs
from .machine import ATOM, BUFFER, CALL, DICT, GLOBAL, PERSISTENT, SMALL, Entry, Long, Made, Ref, Value, resolve

__all__ = ["Meaning", "is_leaf", "meaning_of"]

_WIRE = "lambdapkl.wire."
_CLASSES = ("class_", "abc_class", "enum_class", "ctypes_class")

Label = Callable[[int], str]


class Meaning:
    """What a value is, and what is in it.

    Attributes
    ----------
    title
        What to call it where nothing names it.
    kind
        ``"function"``, ``"class"``, ``"module"``, ``"instance"``, ``"code"`` or ``"data"``.
    parts
        What is in it, each with what to call it.
    own
        Bytes that make it itself.
    module
        Of a function or class: where it was defined.
    code
        Of a function: what is known of its code.
    count
        How many small values are counted in `own`.
    imports
        Names of modules that the reader imports for it.
    labels
        Of a function: what its parts are called, the small ones too.
    """

    def __init__(self, title: str, kind: str = "data") -> None:
        self.title = title
        self.kind = kind
        self.parts: list[tuple[str, Value]] = []
        self.own = 0
        self.module: str | None = None
        self.code: blobs.Code | None = None
        self.count = 0
        self.imports: tuple[str, ...] = ()
        self.labels: list[str] = []

    def add(self, label: str, entry: Entry | None) -> None:
        """Take `entry` as a part, or, where it is small or was there before, among the bytes of the value itself."""
        if entry is None:
            return
        if self.kind == "function":
            self.labels.append(label)
        if isinstance(entry, Ref):
            self.own += entry.own
            return
        if is_leaf(entry) and entry.own < SMALL and entry.kind != BUFFER:
            self.own += entry.own
            self.count += 1
            return
        self.parts.append((label, entry))

    def open(self, entry: Entry | None, label: Label | str) -> None:
        """Take what is in a container that only brings it: its items are parts, the container itself is not seen."""
        made = None if isinstance(entry, Ref) else entry
        if not isinstance(made, Made) or made.kind in (CALL, PERSISTENT):
            self.add(label if isinstance(label, str) else label(0), entry)
            return
        self.own += made.own
        for index, item in enumerate(made.items):
            self.add(label if isinstance(label, str) else label(index), item)
        self._pairs(made, label if isinstance(label, str) else "item")

    def named(self, entry: Entry | None, prefix: str, special: dict[str, str] | None = None) -> None:
        """Take the values of a dictionary of names: attributes, globals."""
        made = None if isinstance(entry, Ref) else entry
        if not isinstance(made, Made) or made.kind != DICT:
            self.open(entry, prefix)
            return
        self.own += made.own
        self._pairs(made, prefix, special)

    def _pairs(self, made: Made, prefix: str, special: dict[str, str] | None = None) -> None:
        for index in range(0, len(made.pairs), 2):
            key, value = made.pairs[index], made.pairs[index + 1]
            text = _text(key)
            self.add(f"key of {prefix}", key)
            self.add((special or {}).get(text.strip("'")) or f"{prefix} {text}", value)


def is_leaf(value: Value) -> bool:
    """Whether nothing is in `value`."""
    return not isinstance(value, Made)


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
    elif name == _WIRE + "function" and type(_data(value, 0)) is not int:
        _function(found, value)
    elif name.startswith(_WIRE) and last in _CLASSES:
        _class(found, value, _data(value, 0), _data(value, 1))
    elif last in ("_make_function", "_create_function"):
        _foreign_function(found, value, dill=last == "_create_function")
    elif last in ("_make_skeleton_class", "_make_skeleton_enum", "_create_type"):
        _foreign_class(found, value)
    elif last in ("module", "subimport", "_import_module", "dynamic_module", "dynamic_subimport"):
        found.kind = "module"
        found.title = f"module {_data(value, 0)}"
        _generic(found, value)
    else:
        if last in ("cell", "_make_empty_cell", "_create_cell", "_make_cell"):
            found.title = "cell"
        elif name.startswith(_WIRE):
            found.title = last.strip("_").replace("_", " ")
        elif last in ("_builtin_type", "_load_type"):
            found.title = f"type {_data(value, 0)}"
        _generic(found, value)
    return found


def _of_leaf(value: Value) -> Meaning:
    data = value.data
    if value.kind == GLOBAL:
        found = Meaning(".".join(data))
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
    found._pairs(value, "item")
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
    if value.data in ("NEWOBJ", "NEWOBJ_EX", "INST", "OBJ") or isinstance(callee, Made):
        found.kind = "instance"
        found.title = name
    elif name == "copyreg._reconstructor":
        found.kind = "instance"
        found.title = _dotted(_item(value.args, 0))
    elif name.endswith(("._reconstruct", "._frombuffer")) and name.startswith("numpy"):
        found.title = "numpy.ndarray" + _shape(value)
    elif name == "builtins.getattr":
        found.title = f"{_dotted(_item(value.args, 0))}.{_data(value, 1)}"
    if isinstance(value.callee, Made):
        found.add(f"class {name}", value.callee)
    else:
        found.add("callable", value.callee)
    plain = value.data == "REDUCE" and found.title.startswith("numpy.ndarray")
    found.open(value.args, "data" if plain else lambda index: f"argument {index}")
    found.named(value.named, "argument")
    for index, item in enumerate(value.items):
        found.add(f"item {index}", item)
    found._pairs(value, "item")
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


def _shape(value: Made) -> str:
    shape = _item(value.args, 2)
    for state in value.states:
        if _item(state, 1) is not None:
            shape = _item(state, 1)
    made = resolve(shape)
    if not isinstance(made, Made) or made.kind != "tuple":
        return ""
    return f" {' x '.join(str(resolve(item).data) for item in made.items)}"


def _function(found: Meaning, value: Made) -> None:
    found.kind = "function"
    code = blobs.read(_data(value, 0)) or blobs.Code()
    code.file = _string(_data(value, 1)) or code.file
    found.code = code
    found.module = _string(_data(value, 2))
    qualname = code.qualname
    items = _items(value.args)
    found.own += value.args.own if value.args is not None else 0
    found.add("callable", value.callee)
    for label, entry in zip(("code", "file name", "globals of", "closure"), items, strict=False):
        found.open(entry, label) if label == "closure" else found.add(label, entry)
    for state in value.states:
        if isinstance(state, Ref) or resolve(state).kind != "tuple":
            found.add("state", state)
            continue
        found.own += state.own
        reached, contents, defaults, attributes, used = [*_items(state), None, None, None, None, None][:5]
        found.named(reached, "global")
        _cells(found, contents, code.free)
        count = len(_items(defaults))
        names = code.variables[code.arguments - count : code.arguments]
        found.open(defaults, lambda index, names=names: f"default of {names[index] if index < len(names) else index!r}")  # type: ignore[misc]
        found.named(attributes, "attribute", {"__annotations__": "annotations", "__annotate__": "annotations"})
        found.imports = tuple(str(resolve(each).data) for each in _items(used))
        found.open(used, "imported module")
        given = _by_key(attributes)
        qualname = _string(_key_data(given, "__qualname__")) or qualname
        found.module = _string(_key_data(given, "__module__")) or found.module
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
    found.module = _string(module)
    found.add("callable", value.callee)
    found.open(value.args, lambda index: "bases" if index == 3 else f"argument {index}")
    for state in value.states:
        if not isinstance(state, Ref) and resolve(state).kind == "tuple":
            found.own += state.own
            for half in _items(state):
                found.named(half, "attribute") if resolve(half).kind == DICT else found.open(half, "state")
        else:
            found.named(state, "attribute")


def _is_code(value: Made) -> bool:
    """Whether a call of cloudpickle's or dill's makes a code object."""
    callee = resolve(value.callee)
    if isinstance(callee, Made):
        return callee.kind == CALL and _data(callee, 0) == "CodeType"
    return _dotted(value.callee).endswith("._create_code")


def _code(found: Meaning, value: Made) -> None:
    found.kind = "code"
    found.code = code = blobs.read(_data(value, 0)) or blobs.Code()
    if not code.blob:
        # Fields as `types.CodeType` takes them since 3.11; dill has the line table before them.
        fields = [resolve(item) for item in _items(value.args)]
        while fields and type(fields[0].data) is not int:
            del fields[0]
        if len(fields) >= 18:
            code.arguments = fields[0].data
            code.names, code.variables, code.free = _strings(fields[8]), _strings(fields[9]), _strings(fields[16])
            code.file, code.name, code.qualname = (_string(each.data) or "" for each in fields[10:13])
            code.line = fields[13].data if type(fields[13].data) is int else 0
    else:
        code.file = _string(_data(value, 1)) or code.file
    found.title = f"code {code.qualname or '?'}"
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for entry in _items(value.args):
        if isinstance(entry, Made) and all(isinstance(item, Ref) or is_leaf(item) for item in entry.items):
            found.open(entry, "constant")
        else:
            found.add("constants", entry)


def _foreign_function(found: Meaning, value: Made, dill: bool) -> None:
    found.kind = "function"
    inner = resolve(_item(value.args, 0))
    known = meaning_of(inner).code if isinstance(inner, Made) and inner.kind == CALL else None
    found.code = code = known or blobs.Code()
    found.title = f"function {code.qualname or _data(value, 2) or '?'}"
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for index, entry in enumerate(_items(value.args)):
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
        for half in _items(state):
            for key, entry in _by_key(half).items():
                if key == "__module__":
                    found.module = _string(resolve(entry).data)
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
        text = _text(key).strip("'")
        found.add("key", key)
        if text == "__globals__":
            found.named(value, "global")
        elif text in ("_cloudpickle_submodules", "__closure__", "__defaults__"):
            found.open(value, text.strip("_"))
        else:
            found.add(f"attribute {text!r}", value)


def _foreign_class(found: Meaning, value: Made) -> None:
    found.kind = "class"
    found.title = f"class {_data(value, 1)}"
    attributes = _by_key(_item(value.args, 3))
    found.module = _string(_key_data(attributes, "__module__"))
    found.add("callable", value.callee)
    found.own += value.args.own if value.args is not None else 0
    for index, entry in enumerate(_items(value.args)):
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


def _items(entry: Entry | None) -> list[Entry]:
    made = resolve(entry)
    return made.items if isinstance(made, Made) else []


def _item(entry: Entry | None, index: int) -> Entry | None:
    items = _items(entry)
    return items[index] if index < len(items) else None


def _data(value: Made, index: int) -> Any:
    """The argument at `index` of a call, where it is plain data."""
    found = resolve(_item(value.args, index))
    return found.data if found is not None and found.kind == ATOM else None


def _by_key(entry: Entry | None) -> dict[str, Entry]:
    made = resolve(entry)
    pairs = made.pairs if isinstance(made, Made) else []
    return {
        resolve(pairs[index]).data: pairs[index + 1]
        for index in range(0, len(pairs), 2)
        if type(resolve(pairs[index]).data) is str
    }


def _key_data(found: dict[str, Entry], key: str) -> Any:
    value = resolve(found.get(key))
    return None if value is None else value.data


def _string(data: Any) -> str | None:
    return data if type(data) is str else None


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(str(resolve(item).data) for item in _items(value))


def _text(entry: Entry) -> str:
    value = resolve(entry)
    if value.kind == ATOM:
        return f"{value.data!r:.60}" if not isinstance(value.data, Long) else "..."
    if value.kind == "tuple" and all(resolve(item).kind == ATOM for item in value.items):
        return f"({', '.join(map(_text, value.items))})"
    return f"<{value.kind}>"


def _dotted(entry: Entry | None) -> str:
    """Return the name of what is called: a global's, or that of a class by value."""
    value = resolve(entry)
    if value is None:
        return ""
    if value.kind == GLOBAL:
        module, qualname = value.data
        return str(qualname) if module in ("builtins", "__builtin__", "__main__") else f"{module}.{qualname}"
    if isinstance(value, Made) and value.kind == CALL:
        name = _dotted(value.callee)
        if name.startswith(_WIRE) and name.rpartition(".")[2] in _CLASSES:
            return str(_data(value, 0))
        if name.endswith(("._make_skeleton_class", "._create_type", "._make_skeleton_enum")):
            return str(_data(value, 1))
        if name == _WIRE + "builtin_type" or name.endswith(("._builtin_type", "._load_type")):
            return str(_data(value, 0))
    return ""
