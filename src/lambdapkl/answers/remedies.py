"""Why an object does not pickle, in the pickler's words, and what can be done about it."""

from __future__ import annotations

import pickle
import re
import sys
from types import FunctionType
from typing import Any

from ..walking.parts import type_name
from ..walking.walk import Node

__all__ = ["why_and_remedies"]

# "cannot pickle 'X' object: reason; remedy" is how the refusals of lambdapkl are worded.
_REFUSAL = re.compile(r"cannot pickle [^:;]*: (?P<reason>.*?); (?P<remedy>.*)", re.DOTALL)
# What `pickle` says where it looked for an object under its name.
_NOT_FOUND = re.compile(r"not (the same object|found as)|attribute lookup|import of module|it's not found", re.IGNORECASE)


def why_and_remedies(node: Node) -> tuple[str, tuple[str, ...]]:
    """Return why the culprit at `node` was refused, and what can be done, the most specific first."""
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
        remedies.append(f"correct what {type_name(node.obj)} does when it is pickled")
    remedies += _by_place(node)
    remedies += _of_type(node.obj)
    return why, tuple(remedies)


def _of_name(obj: Any) -> str:
    module = getattr(obj, "__module__", None)
    if isinstance(obj, (FunctionType, type)) and module in sys.modules:
        return f"lambdapkl.register_pickle_by_value(sys.modules[{module!r}]), so that it need not be found by name"
    return "use the object that its module holds under this name, or give the module one"


def _by_place(node: Node) -> list[str]:
    """What can be done where the culprit is held."""
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
                    f"pass {name!r} to {function}() as an argument, or make it inside, in the process that runs it",
                    f"define {function}() in a module that the reader can import: then only its name travels",
                ]
            if label.startswith("closure cell "):
                return [f"make {name!r} inside {function}(), in the process that runs it, or pass it as an argument"]
            if label.startswith("default of "):
                return [f"let the default of {name!r} be None, and make it inside {function}()"]
        elif label.startswith("attribute ") and isinstance(holder, type):
            return [f"make {name!r} where it is needed, not as an attribute of the class {holder.__qualname__}"]
        elif label.startswith("attribute "):
            kind = type(holder)
            place = f"leave {name!r} out in {kind.__qualname__}.__getstate__() and make it again in __setstate__()"
            if _is_of_user(kind):
                return [place]
            return [f"subclass {type_name(holder)}: {place}"]
        # An item of a list in an attribute: what holds the list is what can be changed.
        held = held.parent
    return []


def _of_type(obj: Any) -> list[str]:
    kind = type(obj)
    if isinstance(obj, (type, FunctionType)):
        return []
    if _is_of_user(kind):
        return [f"give {kind.__qualname__} a __reduce__() that returns how the reader makes it again"]
    return [f"tell how the reader makes it again: copyreg.pickle({type_name(obj)}, reducer)"]


def _is_of_user(kind: type) -> bool:
    """Whether `kind` comes from a class statement that can be edited, as far as one can see."""
    if not any(isinstance(value, FunctionType) for value in vars(kind).values()):
        return False
    root = str(kind.__module__).partition(".")[0]
    return root not in sys.stdlib_module_names or root == "__main__"
