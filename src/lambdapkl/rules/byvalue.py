"""Decides whether a function, class or module is pickled by reference or by value.

An object is pickled by reference if the reader can find it by its module and qualified name. It is
pickled by value if not, or if its module is ``__main__`` or registered here. This rule and the
three functions of the registry are those of cloudpickle.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from . import finders
from .names import plain

__all__ = ["list_registry_pickle_by_value", "register_pickle_by_value", "unregister_pickle_by_value"]

# In a child that `multiprocessing` spawns, this is the name of the parent's script. No other
# process can import it.
SPAWNED_MAIN = "__mp_main__"
MAIN_MODULES = frozenset(("__main__", SPAWNED_MAIN))

registry: set[str] = set()


def register_pickle_by_value(module: ModuleType) -> None:
    """Pickle the functions and classes of `module` and its submodules by value from now on.

    Parameters
    ----------
    module
        An imported module. Readers then need not have it installed.

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

    Parameters
    ----------
    module
        A registered module.

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
    """Return a module's name, or a text that contains one, as a spawned child's parent has it."""
    return text.replace(SPAWNED_MAIN, "__main__") if type(text) is str and SPAWNED_MAIN in text else text


def is_registered(name: str) -> bool:
    """Whether the module called `name`, or one of its parent packages, is registered."""
    while name:
        if name in registry:
            return True
        name = name.rpartition(".")[0]
    return False


def is_dynamic(module: ModuleType) -> bool:
    """Whether `module` was created at run time, so that no other process can import it.

    An imported module has a ``__spec__``. Some extension modules create submodules without one when
    they are imported, so a module inside an importable package counts as importable.
    """
    name = getattr(module, "__name__", None)
    spec = getattr(module, "__spec__", None)
    if spec is not None:
        return not finders.is_found(spec)
    if not isinstance(name, str):
        return True
    if name in sys.builtin_module_names or name.startswith("_pypy_"):  # some of PyPy's have no spec
        return False
    parent = sys.modules.get(name.rpartition(".")[0])
    return parent is None or is_dynamic(parent)


def imported_name(module: ModuleType) -> str:
    """Return the name under which `module` can be imported, or "" if its ``__name__`` is no str.

    The ``__name__`` may be another one: that of ``_collections_abc`` is ``collections.abc``.
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
    """Whether a module is pickled by its name."""
    name = imported_name(module)
    if name in MAIN_MODULES:
        return sys.modules.get(name) is module
    return name in sys.modules and not is_registered(name) and not is_dynamic(module)


def by_reference(obj: Any, qualname: str | None = None) -> bool:
    """Whether `obj`, which has a qualified name, is pickled by reference.

    Parameters
    ----------
    qualname
        The name to look up in its module; ``obj.__qualname__`` by default.
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
        # An extension type has no attributes in Python that could be pickled by value.
        return isinstance(obj, type) and _is_extension_type(obj, module_name)
    return not (isinstance(module, ModuleType) and is_dynamic(module))


def lookup(module: Any, qualname: str) -> Any:
    """Return the object with this qualified name in `module`, or None."""
    obj = module
    try:
        for part in qualname.split("."):
            obj = getattr(obj, part)
    # A module's `__getattr__` may raise any exception if it lacks the name.
    except Exception:
        return None
    return obj


def bound_name(function: Any, owner: Any) -> str | None:
    """Return the name of the attribute of `owner` that is `function` bound to `owner`, or None.

    The attribute must come from a class that is pickled by reference.
    """
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
            # Attributes may run code of the program.
            except Exception:
                continue
            if type(bound) is MethodType and bound.__func__ is function and bound.__self__ is owner:
                return name
    return None


def owner_of(function: FunctionType) -> tuple[type, str] | None:
    """Return the class that contains `function`, and its name there, or None.

    The class must be pickled by reference. This finds functions that `lookup` does not find: the
    qualified name of a class method gives the bound method, and private names are mangled.
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


HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE


def is_mutable(cls: type) -> bool:
    """Whether attributes of `cls` can be set. This holds for every class of a class statement."""
    return cls.__flags__ & (HEAP_TYPE | _IMMUTABLE_TYPE) == HEAP_TYPE


def is_reduced_by_object(obj: Any) -> bool:
    """Whether `obj.__reduce_ex__`, which `pickle` looks up in the instance, is the method of `object`.

    A proxy answers with the method of what it stands for.
    """
    kind: Any = type(obj)
    if kind.__getattribute__ is object.__getattribute__:
        return True
    try:
        found = obj.__reduce_ex__
    except Exception:  # `pickle` will raise it
        return False
    expected = object.__reduce_ex__.__get__(obj)
    return type(found) is type(expected) and found == expected


def is_extension_type(cls: type) -> bool:
    """Whether `cls` is a class that no class statement can create."""
    if not is_mutable(cls):
        return True
    new = vars(cls).get("__new__")
    return isinstance(new, BuiltinFunctionType) and new.__self__ is cls


def _is_extension_type(cls: type, module_name: str) -> bool:
    # C code can also create ordinary classes, such as those of the syntax tree in `_ast`. The name
    # of such an accelerator module begins with an underscore (PEP 399).
    accelerator = sys.modules.get(f"_{module_name}")
    return is_extension_type(cls) or (accelerator is not None and lookup(accelerator, cls.__qualname__) is cls)


def other_name(cls: type) -> str | None:
    """Return the name of `cls` in its module, or None.

    It may differ from ``__name__``: ``_json.make_scanner`` is the class `Scanner`.
    """
    module = sys.modules.get(cls.__module__)
    for name, value in vars(module).items() if isinstance(module, ModuleType) else ():
        if value is cls:
            return name
    return None


def _found_anywhere(obj: Any, qualname: str) -> bool:
    """Whether an imported module contains `obj`, which has no ``__module__``; as in `pickle`."""
    first = qualname.partition(".")[0]
    # Check the namespace first: most modules lack the name, and their `__getattr__` may import.
    return any(
        first in vars(module) and lookup(module, qualname) is obj and not is_dynamic(module)
        for _, module in unregistered_modules()
    )


def unregistered_modules() -> Iterator[tuple[str, ModuleType]]:
    """Yield names and modules of ``sys.modules``, except registered ones and ``__main__``."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name not in MAIN_MODULES and not is_registered(name):
            yield name, module
