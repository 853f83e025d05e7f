"""Find out from the pickler's error why an object cannot be pickled, and what a user can do."""

from __future__ import annotations

import pickle
import re
import sys
from types import FunctionType
from typing import Any

from ..walking.parts import type_name
from ..walking.walk import Node

__all__ = ["why_and_remedies"]

# lambdapkl's own errors read "cannot pickle 'X' object: reason; remedy".
_REFUSAL = re.compile(r"cannot pickle [^:;]*: (?P<reason>.*?); (?P<remedy>.*)", re.DOTALL)
# Messages of `pickle` when an object cannot be found under its name.
_NOT_FOUND = re.compile(r"not (the same object|found as)|attribute lookup|import of module|it's not found", re.IGNORECASE)


def why_and_remedies(node: Node) -> tuple[str, tuple[str, ...]]:
    """Return why the object at `node` cannot be pickled, and remedies, the most specific first."""
    error = node.error
    text = str(error)
    refusal = _REFUSAL.fullmatch(text) if isinstance(error, pickle.PicklingError) else None
    remedies: list[str] = []
    if refusal is not None:
        why = refusal["reason"]
        remedies.append(refusal["remedy"])
    elif isinstance(error, (pickle.PicklingError, TypeError)):
        why = text
        if _NOT_FOUND.search(text):
            remedies.append(_of_name(node.obj))
    else:
        why = f"its own code raised {type(error).__name__}: {text}"
        remedies.append(f"correct the pickling methods of {type_name(node.obj)}")
    remedies += _by_place(node)
    remedies += _of_type(node.obj)
    return why, tuple(remedies)


def _of_name(obj: Any) -> str:
    module = getattr(obj, "__module__", None)
    if isinstance(obj, (FunctionType, type)) and module in sys.modules:
        return f"pickle it by value: lambdapkl.register_pickle_by_value(sys.modules[{module!r}])"
    return "use the object that its module has under this name, or add the object to the module"


def _by_place(node: Node) -> list[str]:
    """Remedies for the object that holds the one that cannot be pickled."""
    held: Node | None = node
    while held is not None and held.parent is not None:
        holder = held.parent.obj
        label = held.label
        quoted = label.partition(" ")[2] if "'" in label else ""
        name = label[label.index("'") + 1 : -1] if quoted.endswith("'") else label
        if isinstance(holder, FunctionType):
            function = holder.__qualname__
            if label.startswith("global "):
                return [
                    f"pass {name!r} to {function}() as an argument, or create it inside the function",
                    f"define {function}() in a module that the reader can import; then it is pickled by reference",
                ]
            if label.startswith("closure cell "):
                return [f"create {name!r} inside {function}(), or pass it as an argument"]
            if label.startswith("default of "):
                return [f"make None the default of {name!r}, and create the object inside {function}()"]
        elif label.startswith("attribute ") and isinstance(holder, type):
            return [f"create {name!r} where it is needed, not as an attribute of the class {holder.__qualname__}"]
        elif label.startswith("attribute "):
            kind = type(holder)
            remedy = f"leave {name!r} out in {kind.__qualname__}.__getstate__() and recreate it in __setstate__()"
            if _is_of_user(kind):
                return [remedy]
            return [f"subclass {type_name(holder)}: {remedy}"]
        # For an item of a list in an attribute, the holder of the list is what a user can change.
        held = held.parent
    return []


def _of_type(obj: Any) -> list[str]:
    kind = type(obj)
    if isinstance(obj, (type, FunctionType)):
        return []
    if _is_of_user(kind):
        return [f"give {kind.__qualname__} a __reduce__() that returns a callable and arguments to recreate it"]
    return [f"register a reducer: copyreg.pickle({type_name(obj)}, reducer)"]


def _is_of_user(kind: type) -> bool:
    """Whether `kind` is probably a class whose source the user can edit."""
    if not any(isinstance(value, FunctionType) for value in vars(kind).values()):
        return False
    root = str(kind.__module__).partition(".")[0]
    return root not in sys.stdlib_module_names or root == "__main__"
