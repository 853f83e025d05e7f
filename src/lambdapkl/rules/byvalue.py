"""By reference or by value: the registry of modules and the one lookup rule.

An object is pickled by reference when the reader can find it under its module and qualified name.  Otherwise, and
always when its module is ``__main__`` or has been registered here, it travels by value.  The rule and the three
registry functions are cloudpickle's.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from .names import plain

__all__ = ["list_registry_pickle_by_value", "register_pickle_by_value", "unregister_pickle_by_value"]

# A child that `multiprocessing` spawns has the parent's script as a module of this name, which only the parent can import.
SPAWNED_MAIN = "__mp_main__"
MAIN_MODULES = frozenset(("__main__", SPAWNED_MAIN))

registry: set[str] = set()


def register_pickle_by_value(module: ModuleType) -> None:
    """Pickle the functions and classes of `module`, and of its submodules, by value from now on.

    Parameters
    ----------
    module
        An imported module; a reader then needs no copy of it.

    Raises
    ------
    ValueError
        `module` is no module, or is not in ``sys.modules``.
    """
    if not isinstance(module, ModuleType):
        raise ValueError(f"Input should be a module object, got {module} instead")
    if module.__name__ not in sys.modules:
        raise ValueError(f"{module} was not imported correctly, have you used an `import` statement to access it?")
    registry.add(plain(module.__name__))


def unregister_pickle_by_value(module: ModuleType) -> None:
    """Undo `register_pickle_by_value`.

    Raises
    ------
    ValueError
        `module` is no module, or is not registered.
    """
    if not isinstance(module, ModuleType):
        raise ValueError(f"Input should be a module object, got {module} instead")
    if module.__name__ not in registry:
        raise ValueError(f"{module} is not registered for pickle by value")
    registry.remove(module.__name__)


def list_registry_pickle_by_value() -> set[str]:
    """Return the names of the registered modules, as a new set."""
    return registry.copy()


def module_in_payload(text: Any) -> Any:
    """Return `text`, a module's name or a docstring that has one, as it is in the parent of a spawned child."""
    return text.replace(SPAWNED_MAIN, "__main__") if type(text) is str and SPAWNED_MAIN in text else text


def is_registered(name: str) -> bool:
    """Whether the module called `name`, or one of its parent packages, is registered."""
    while name:
        if name in registry:
            return True
        name = name.rpartition(".")[0]
    return False


def is_dynamic(module: ModuleType) -> bool:
    """Whether `module` was made at run time, so that no other process can import it.

    An imported module has a ``__spec__``.  Extension modules make submodules without one while they are imported: a
    module inside an importable package counts as importable.
    """
    name = getattr(module, "__name__", None)
    if getattr(module, "__spec__", None) is not None:
        return False
    if not isinstance(name, str):
        return True
    if name in sys.builtin_module_names or name.startswith("_pypy_"):  # parts of PyPy, without a spec
        return False
    parent = sys.modules.get(name.rpartition(".")[0])
    return parent is None or is_dynamic(parent)


def imported_name(module: ModuleType) -> str:
    """Return the name under which `module` can be imported: ``_collections_abc`` says that it is ``collections.abc``.

    It is empty where ``__name__`` is no str, or not there.
    """
    name = getattr(module, "__name__", None)
    if not isinstance(name, str):
        return ""
    if sys.modules.get(name) is not module:
        spec = getattr(module, "__spec__", None)
        if spec is not None and sys.modules.get(spec.name) is module:
            return str(spec.name)
    return name


def module_by_reference(module: ModuleType) -> bool:
    """Whether a module object is pickled by its name."""
    name = imported_name(module)
    if name in MAIN_MODULES:
        return sys.modules.get(name) is module
    return name in sys.modules and not is_registered(name) and not is_dynamic(module)


def by_reference(obj: Any, qualname: str | None = None) -> bool:
    """Whether `obj`, a function, class or other named object, is pickled by module and qualified name.

    Parameters
    ----------
    qualname
        Where in its module to look; ``obj.__qualname__`` by default.
    """
    if qualname is None:
        qualname = obj.__qualname__
    module_name = getattr(obj, "__module__", None)
    if module_name is None:
        return _found_anywhere(obj, qualname)
    if not isinstance(module_name, str) or module_name in MAIN_MODULES:
        return False
    module = sys.modules.get(module_name)
    if module is None or lookup(module, qualname) is not obj:
        return False
    if is_registered(module_name):
        # An extension type has nothing that could be copied.
        return isinstance(obj, type) and _is_extension_type(obj, module_name)
    return not (isinstance(module, ModuleType) and is_dynamic(module))


def lookup(module: Any, qualname: str) -> Any:
    """Return what `qualname` names inside `module`, or None."""
    found = module
    try:
        for part in qualname.split("."):
            found = getattr(found, part)
    # A module's `__getattr__` may raise anything: then the name is not there.
    except Exception:
        return None
    return found


def bound_name(function: Any, owner: Any) -> str | None:
    """Return the name under which `owner` gives `function` bound to itself by a class that is pickled by reference, or None."""
    kind = type(owner)
    kinds = (*owner.__mro__, *kind.__mro__) if isinstance(owner, type) else kind.__mro__
    for each in kinds:
        if each is object or each is type or not by_reference(each):
            continue
        for name, value in vars(each).copy().items():
            if not _holds(value, function):
                continue
            try:
                bound = getattr(owner, name)
            # Attributes may be computed, by code of the program.
            except Exception:
                continue
            if type(bound) is MethodType and bound.__func__ is function and bound.__self__ is owner:
                return name
    return None


def owner_of(function: FunctionType) -> tuple[type, str] | None:
    """Return the class by reference that has a function which its qualified name does not lead to, and its name there; or None.

    The name of a class method leads to the bound method, and a private name is another one in the class.
    """
    path, _, name = function.__qualname__.rpartition(".")
    module = sys.modules.get(function.__module__) if isinstance(function.__module__, str) else None
    if not path or "<" in path or module is None or function.__module__ in MAIN_MODULES:
        return None
    owner = lookup(module, path)
    if not isinstance(owner, type) or not by_reference(owner):
        return None
    private = f"_{owner.__name__.lstrip('_')}{name}"
    return next(((owner, each) for each in (name, private) if _holds(vars(owner).get(each), function)), None)


def _holds(value: Any, function: Any) -> bool:
    return value is function or (type(value) in (classmethod, staticmethod) and value.__func__ is function)


_HEAP_TYPE, _IMMUTABLE_TYPE = 1 << 9, 1 << 8  # Py_TPFLAGS_HEAPTYPE, Py_TPFLAGS_IMMUTABLETYPE


def is_extension_type(cls: type) -> bool:
    """Whether `cls` is of a kind that no class statement can make."""
    if cls.__flags__ & (_HEAP_TYPE | _IMMUTABLE_TYPE) != _HEAP_TYPE:
        return True
    new = vars(cls).get("__new__")
    return isinstance(new, BuiltinFunctionType) and new.__self__ is cls


def _is_extension_type(cls: type, module_name: str) -> bool:
    # C code also makes classes that look like any other, the syntax tree's in `_ast`: an accelerator module (PEP 399)
    # has its name by an underscore in front.
    accelerator = sys.modules.get(f"_{module_name}")
    return is_extension_type(cls) or (accelerator is not None and lookup(accelerator, cls.__qualname__) is cls)


def other_name(cls: type) -> str | None:
    """Return the name under which the module of `cls` holds it, None if it does not: ``_json.make_scanner`` is a `Scanner`."""
    module = sys.modules.get(cls.__module__)
    for name, value in vars(module).items() if isinstance(module, ModuleType) else ():
        if value is cls:
            return name
    return None


def _found_anywhere(obj: Any, qualname: str) -> bool:
    """Whether any imported module holds `obj`, which names no module of its own; `pickle` searches them all, too."""
    first = qualname.partition(".")[0]
    for name, module in list(sys.modules.items()):
        if name in MAIN_MODULES or not isinstance(module, ModuleType) or is_registered(name):
            continue
        # Not `lookup` alone: a module's `__getattr__` may import, and most have no such name.
        if first in vars(module) and lookup(module, qualname) is obj and not is_dynamic(module):
            return True
    return False
