"""Put lambdapkl's pickler into a copy of cloudpickle, and take it out again.

References to cloudpickle are everywhere once a program runs: ``from cloudpickle import dumps`` in modules, partials of it,
subclasses of its `CloudPickler`.  So no name is bound anew.  The functions keep their identity and get other code; the
class keeps its identity and gets other methods, which subclasses then inherit.  What loads payloads is not touched: what
was pickled by cloudpickle still loads.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from .. import pickler
from .._backend.dumps import PayloadState
from ..options import current
from ..reducers.table import DispatchTable
from ..rules import byvalue
from ..rules.reducer_tables import OVERRIDES, TABLE, Fallback

__all__ = ["Graft", "is_copy"]

_ABSENT: Any = object()
# On PyPy our pickler extends another class than cloudpickle's does (see `stdlib_picklers`), so its methods do not fit there.
# PyPy 8 cannot import cloudpickle 3.1 at all; of a version that it can import, the functions are changed.
_CPYTHON = sys.implementation.name != "pypy"


# They take these, in this order.
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
    """Whether a copy has to go on writing payloads that load without lambdapkl."""
    return module.__name__.startswith(_LEFT_ALONE)


def unknown_parameters(module: ModuleType) -> list[str]:
    """Return what functions of a copy take and lambdapkl does not: each as ``dumps(config)``."""
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
        if function is value and code.co_freevars:  # the code of ours cannot take its place
            unknown.append("a closure")
        found += [f"{name}({each})" for each in unknown]
    return found


def is_copy(module: Any) -> bool:
    """Whether `module` is the one of a copy of cloudpickle, of any version since 1.5, that defines its pickler."""
    kind = vars(module).get("CloudPickler") if isinstance(module, ModuleType) else None
    return (
        isinstance(kind, type)
        and kind.__module__ == module.__name__
        and issubclass(kind, (pickle.Pickler, pickle._Pickler))
        and not issubclass(kind, pickler.Pickler)
        and all(isinstance(vars(module).get(name), FunctionType) for name in ("dump", "dumps"))
    )


# The code of these replaces that of cloudpickle's functions.  Their graft is a default: a call that is under way when `remove`
# comes has it.


def _dumps(
    obj: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True, _graft: Any
) -> bytes:
    result: bytes = _graft.dumps(obj, protocol, buffer_callback, fix_imports)
    return result


def _dump(
    obj: Any, file: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True, _graft: Any
) -> None:
    _graft.dump(obj, file, protocol, buffer_callback, fix_imports)


def _register_pickle_by_value(module: ModuleType, *, _graft: Any) -> None:
    _graft.register(module)


def _unregister_pickle_by_value(module: ModuleType, *, _graft: Any) -> None:
    _graft.unregister(module)


def _list_registry_pickle_by_value(*, _graft: Any) -> set[str]:
    names: set[str] = _graft.list_registry()
    return names


_FUNCTIONS: dict[str, Any] = {
    "dumps": _dumps,
    "dump": _dump,
    "register_pickle_by_value": _register_pickle_by_value,
    "unregister_pickle_by_value": _unregister_pickle_by_value,
    "list_registry_pickle_by_value": _list_registry_pickle_by_value,
}


def _state_of(instance: Any) -> PayloadState:
    """Return the `PayloadState` of a pickler, a new one where it has none.

    Another thread may have made it by cloudpickle's methods, and use it with ours since, or the other way round.  So what of
    ours runs first creates the state, and keeps it in the pickler, not in what `remove` takes away.
    """
    try:
        payload_state: PayloadState = instance._payload_state
    except AttributeError:
        payload_state = instance._payload_state = PayloadState(type(instance).dispatch_table)
        payload_state.protocol = pickle.HIGHEST_PROTOCOL
    return payload_state


class _DispatchTable(pickler._DispatchTable):
    """`dispatch_table` of a copy's pickler.

    An AttributeError in it would be taken by `_pickle` to say that there is none, and code would be refused.
    """

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            _state_of(instance)
        return super().__get__(instance, owner)

    def __set__(self, instance: Any, table: Any) -> None:
        _state_of(instance)
        super().__set__(instance, table)


def _bound_to(cls: type, function: FunctionType) -> FunctionType:
    """Return a copy of a method of ours whose ``super()`` starts at `cls`."""
    cells = tuple(CellType(cls) if name == "__class__" else cell for name, cell in _cells(function))
    copied = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    copied.__kwdefaults__ = function.__kwdefaults__
    copied.__doc__, copied.__qualname__, copied.__module__ = function.__doc__, function.__qualname__, function.__module__
    return copied


def _cells(function: FunctionType) -> list[tuple[str, CellType]]:
    return list(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


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
        # What the engine registered with the copy before, and will until `remove`; the rest are cloudpickle's own.
        self._old = vars(self.kind).get("dispatch_table")
        old = dict(self._old.maps[0]) if hasattr(self._old, "maps") else {}
        self._user = {kind: reduce for kind, reduce in old.items() if not self._is_own(reduce)}
        # For a pickler of another thread that was made before `remove` and is used after it: cloudpickle's reducers need these.
        late: dict[type, Any] = {kind: Fallback(old[kind]) for kind in (CodeType, CellType, ModuleType) if kind in old}
        self._table = DispatchTable(self._user, OVERRIDES, copyreg.dispatch_table, TABLE, late)

    def _is_own(self, reduce: Any) -> bool:
        return getattr(reduce, "__module__", None) == self.module.__name__

    # ---- what the functions of the copy do ------------------------------------------------------------------------

    def dumps(self, obj: Any, protocol: int | None, buffer_callback: Any, fix_imports: bool = True) -> bytes:
        """Do what the copy's `dumps` does; with the reducers that were registered with the copy."""
        if self.deterministic or current().deterministic:
            from ..forms import dumps as forms  # few programs need it

            return forms.dumps(obj, protocol, buffer_callback, fix_imports, True, False, False, self._table)
        if not self._user or not _CPYTHON:
            return pickler.dumps(obj, protocol, buffer_callback, fix_imports=fix_imports)
        with io.BytesIO() as file:
            options = {} if fix_imports else {"fix_imports": False}
            self.kind(file, protocol=protocol, buffer_callback=buffer_callback, **options).dump(obj)
            return file.getvalue()

    def dump(
        self, obj: Any, file: pickler.Writer, protocol: int | None, buffer_callback: Any, fix_imports: bool = True
    ) -> None:
        """Do what the copy's `dump` does."""
        file.write(self.dumps(obj, protocol, buffer_callback, fix_imports))

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
        """Change the copy.  A pickler that another thread is using meanwhile ends as it began."""
        self._registered = self._own_registry() - byvalue.registry
        byvalue.registry.update(self._registered)
        if _CPYTHON:
            self._change_class()
        for name, template in _FUNCTIONS.items():
            function = getattr(self.module, name, None)
            if not isinstance(function, FunctionType):
                continue
            self._functions[function] = function.__code__, function.__defaults__, function.__kwdefaults__
            function.__defaults__, function.__kwdefaults__ = (
                template.__defaults__,
                {**(template.__kwdefaults__ or {}), "_graft": self},
            )
            function.__code__ = template.__code__

    def _change_class(self) -> None:
        ours = vars(pickler.Pickler)
        start, clear = _bound_to(self.kind, ours["__init__"]), _bound_to(self.kind, ours["clear_memo"])
        write = _bound_to(self.kind, ours["dump"])
        graft = self

        def initialize(
            self: Any, file: Any, protocol: int | None = None, buffer_callback: Any = None, *, fix_imports: bool = True
        ) -> None:
            payload_state = _state_of(self)
            start(self, file, protocol, buffer_callback, fix_imports=fix_imports)
            # cloudpickle's own methods want these, should they be put back before this pickler is used.
            self.globals_ref, self.proto = {}, payload_state.protocol

        def reducer_override(self: Any, obj: Any) -> Any:
            return _state_of(self).reduce(obj)

        def clear_memo(self: Any) -> None:
            _state_of(self)
            clear(self)

        def dump(self: Any, obj: Any) -> None:
            if graft.deterministic:
                pickler.refuse_deterministic(type(self).__qualname__)
            _state_of(self)
            write(self, obj)

        members: dict[str, Any] = {
            "dispatch_table": _DispatchTable(self._table, merged=True),
            "dispatch": self._table,
            "__new__": staticmethod(_bound_to(self.kind, vars(pickler.StatefulPickler)["__new__"].__func__)),
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
        self._return_reducers()
        byvalue.registry.difference_update(self._registered)

    def _return_reducers(self) -> None:
        if not hasattr(self._old, "maps"):
            return
        theirs: dict[type, Callable[..., Any]] = self._old.maps[0]
        for kind, reduce in list(theirs.items()):
            if kind not in self._user and not self._is_own(reduce):
                del theirs[kind]
        theirs.update(self._user)
