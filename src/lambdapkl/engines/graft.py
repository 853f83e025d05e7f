"""Put lambdapkl's pickler into a copy of cloudpickle, and take it out again.

A running program has references to cloudpickle everywhere: ``from cloudpickle import dumps`` in modules, partials,
subclasses of `CloudPickler`. So no name is rebound. The functions keep their identity and get other code. The class keeps
its identity and gets other methods, which subclasses inherit. Loading is not changed: payloads of cloudpickle still load.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
from collections import ChainMap
from collections.abc import MutableMapping
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from .. import pickler
from ..options import current
from ..reducers.table import DispatchTable
from ..rules import byvalue
from ..rules.reducer_tables import OVERRIDES, TABLE, Fallback

__all__ = ["Graft", "is_copy"]

_ABSENT: Any = object()
# On PyPy, our pickler and cloudpickle's have different base classes (see `stdlib_picklers`), so only the functions are
# changed. PyPy 8 cannot import cloudpickle 3.1 at all.
_CPYTHON = sys.implementation.name != "pypy"


# The parameters that lambdapkl has, in this order.
_PARAMETERS = {
    "dumps": ("obj", "protocol", "buffer_callback"),
    "dump": ("obj", "file", "protocol", "buffer_callback"),
    "CloudPickler": ("self", "file", "protocol", "buffer_callback"),
}
_KEYWORDS = frozenset(("fix_imports",))
_VARIABLE = 0x04 | 0x08  # CO_VARARGS, CO_VARKEYWORDS

# numba writes its compile cache with its copy; programs without lambdapkl load that.
_LEFT_ALONE = ("numba.",)


def is_left_alone(module: ModuleType) -> bool:
    """Whether a copy must still write payloads that load without lambdapkl."""
    return module.__name__.startswith(_LEFT_ALONE)


def unknown_parameters(module: ModuleType) -> list[str]:
    """Return the parameters that a copy has and lambdapkl has not, each as ``dumps(config)``."""
    found = []
    for name, known in _PARAMETERS.items():
        value = vars(module)[name]
        function = vars(value).get("__init__") if isinstance(value, type) else value
        if not isinstance(function, FunctionType):
            continue
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        unknown = [each for place, each in enumerate(names) if each not in (*known[place : place + 1], *_KEYWORDS)]
        if code.co_flags & _VARIABLE:
            unknown.append("*")
        if function is value and code.co_freevars:  # our code cannot replace code with free variables
            unknown.append("a closure")
        found += [f"{name}({each})" for each in unknown]
    return found


def is_copy(module: Any) -> bool:
    """Whether `module` defines the pickler of a copy of cloudpickle 1.5 or later."""
    kind = vars(module).get("CloudPickler") if isinstance(module, ModuleType) else None
    return (
        isinstance(kind, type)
        and kind.__module__ == module.__name__
        and issubclass(kind, (pickle.Pickler, pickle._Pickler))
        and not issubclass(kind, pickler.Pickler)
        and all(isinstance(vars(module).get(name), FunctionType) for name in ("dump", "dumps"))
    )


# The code of these functions replaces the code of cloudpickle's. `_graft` is a default of the parameter, so that a call that
# runs during `remove` still has it.


def _dumps(obj: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True, _graft: Any) -> Any:
    return _graft.dumps(obj, protocol, buffer_callback, fix_imports)


def _dump(
    obj: Any, file: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True, _graft: Any
) -> None:
    file.write(_graft.dumps(obj, protocol, buffer_callback, fix_imports))


def _register_pickle_by_value(module: ModuleType, *, _graft: Any) -> None:
    _graft.register(module)


def _unregister_pickle_by_value(module: ModuleType, *, _graft: Any) -> None:
    _graft.unregister(module)


def _list_registry_pickle_by_value(*, _graft: Any) -> Any:
    return _graft.list_registry()


_FUNCTIONS: dict[str, Any] = {
    each.__name__.removeprefix("_"): each
    for each in (_dumps, _dump, _register_pickle_by_value, _unregister_pickle_by_value, _list_registry_pickle_by_value)
}


def _bound_to(cls: type, method: FunctionType) -> FunctionType:
    """Return a copy of a method of ours whose ``super()`` starts at `cls`."""
    # The only free variable of such a method is `__class__`.
    copied = FunctionType(method.__code__, method.__globals__, method.__name__, method.__defaults__, (CellType(cls),))
    copied.__kwdefaults__ = method.__kwdefaults__
    copied.__doc__, copied.__qualname__, copied.__module__ = method.__doc__, method.__qualname__, method.__module__
    return copied


class Graft:
    """One copy of cloudpickle with our pickler in it.

    Parameters
    ----------
    module
        A module for which `is_copy` is true.
    deterministic
        Whether its `dumps` and `dump` write with ``deterministic=True``, and its pickler refuses to write.
    """

    def __init__(self, module: ModuleType, deterministic: bool = False) -> None:
        self.module = module
        self.deterministic = deterministic
        self.kind: Any = vars(module)["CloudPickler"]
        self._functions: dict[FunctionType, tuple[Any, Any, Any]] = {}
        self._attributes: dict[str, Any] = {}
        self._registered: set[str] = set()
        table = vars(self.kind).get("dispatch_table")
        self._theirs: MutableMapping[type, Any] = table.maps[0] if isinstance(table, ChainMap) else {}
        old = dict(self._theirs)
        # The reducers that the engine has registered with the copy, or will until `remove`; the others are cloudpickle's own.
        self._user = {kind: reduce for kind, reduce in old.items() if not self._is_own(reduce)}
        # For a pickler of another thread that was created before `remove` and is used after it: cloudpickle's reducers need
        # these types.
        late: dict[type, Any] = {kind: Fallback(old[kind]) for kind in (CodeType, CellType, ModuleType) if kind in old}
        self._table = DispatchTable(self._user, OVERRIDES, copyreg.dispatch_table, TABLE, late)

    def _is_own(self, reduce: Any) -> bool:
        return getattr(reduce, "__module__", None) == self.module.__name__

    # ---- what the functions of the copy do ------------------------------------------------------------------------

    def dumps(self, obj: Any, protocol: int | None, buffer_callback: Any, fix_imports: bool = True) -> bytes:
        """Pickle with lambdapkl and the reducers that were registered with the copy."""
        if self.deterministic or current().deterministic:
            from ..forms import dumps as forms  # few programs need it

            return forms.dumps(obj, protocol, buffer_callback, fix_imports, True, False, False, self._table)
        if not self._user or not _CPYTHON:
            return pickler.dumps(obj, protocol, buffer_callback, fix_imports=fix_imports)
        with io.BytesIO() as file:
            options = {} if fix_imports else {"fix_imports": False}
            self.kind(file, protocol=protocol, buffer_callback=buffer_callback, **options).dump(obj)
            return file.getvalue()

    def register(self, module: ModuleType) -> None:
        """Register a module in our registry, and in the copy's for the time after `remove`."""
        known = module.__name__ in byvalue.registry if isinstance(module, ModuleType) else False
        byvalue.register_pickle_by_value(module)
        self._own_registry().add(module.__name__)
        if not known:
            self._registered.add(module.__name__)

    def unregister(self, module: ModuleType) -> None:
        """Undo `register`."""
        byvalue.unregister_pickle_by_value(module)
        self._own_registry().discard(module.__name__)
        self._registered.discard(module.__name__)

    def list_registry(self) -> set[str]:
        """Return the names of the modules registered with any copy, or with lambdapkl."""
        return byvalue.list_registry_pickle_by_value()

    def _own_registry(self) -> set[str]:
        # cloudpickle 2's `cloudpickle_fast` has the functions, and `cloudpickle` beside it the registry.
        for name in (self.module.__name__, self.module.__name__.removesuffix("_fast")):
            registry = getattr(sys.modules.get(name), "_PICKLE_BY_VALUE_MODULES", None)
            if isinstance(registry, set):
                return registry
        return set()

    # ---- in and out -----------------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Change the copy. A pickler that another thread uses meanwhile completes its payload as it began."""
        self._registered = self._own_registry() - byvalue.registry
        byvalue.registry.update(self._registered)
        if _CPYTHON:
            self._change_class()
        for name, template in _FUNCTIONS.items():
            function = getattr(self.module, name, None)
            if not isinstance(function, FunctionType):
                continue
            self._functions[function] = function.__code__, function.__defaults__, function.__kwdefaults__
            function.__defaults__ = template.__defaults__
            function.__kwdefaults__ = {**(template.__kwdefaults__ or {}), "_graft": self}
            function.__code__ = template.__code__

    def _change_class(self) -> None:
        ours = vars(pickler.Pickler)
        start, clear, write = (_bound_to(self.kind, ours[name]) for name in ("__init__", "clear_memo", "dump"))
        graft = self

        # The pickler may have been created by cloudpickle's methods in another thread. So each method of ours first creates
        # the state, and keeps it in the pickler, not in an attribute of the class that `remove` takes away.

        def initialize(
            self: Any, file: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True
        ) -> None:
            payload_state = pickler.state_of(self)
            start(self, file, protocol, buffer_callback, fix_imports=fix_imports)
            # cloudpickle's own methods need these, if they are put back before this pickler is used.
            self.globals_ref, self.proto = {}, payload_state.protocol

        def reducer_override(self: Any, obj: Any) -> Any:
            return pickler.state_of(self).reduce(obj)

        def clear_memo(self: Any) -> None:
            pickler.state_of(self)
            clear(self)

        def dump(self: Any, obj: Any) -> None:
            if graft.deterministic:
                pickler.refuse_deterministic(type(self).__qualname__)
            pickler.state_of(self)
            write(self, obj)

        members: dict[str, Any] = {
            "dispatch_table": pickler.SharedTable(self._table, merged=True),
            "dispatch": self._table,
            "__init__": initialize,
            "reducer_override": reducer_override,
            "clear_memo": clear_memo,
            "dump": dump,
        }
        for name, value in members.items():
            self._attributes[name] = vars(self.kind).get(name, _ABSENT)
            setattr(self.kind, name, value)

    def remove(self) -> None:
        """Put everything back; what engines registered in the meantime goes to cloudpickle's tables."""
        for function, (code, defaults, keywords) in self._functions.items():
            function.__code__ = code
            function.__defaults__, function.__kwdefaults__ = defaults, keywords
        for name, value in reversed(self._attributes.items()):
            delattr(self.kind, name) if value is _ABSENT else setattr(self.kind, name, value)
        for kind, reduce in list(self._theirs.items()):
            if kind not in self._user and not self._is_own(reduce):
                del self._theirs[kind]
        self._theirs.update(self._user)
        byvalue.registry.difference_update(self._registered)
