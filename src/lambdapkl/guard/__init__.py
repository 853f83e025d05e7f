"""`guard.loads`: payloads of somebody who is not trusted, as far as an allow-list goes.

The payload is read twice.  First its opcodes are followed here, without doing anything: which names it would import, what it
would call with what, how deep and how large it gets.  Whatever `pickle` itself does not write is refused: opcodes of the
text protocols, extension codes, memo entries written twice, bytes after the end.  Only what passes goes to the
unpickler of the standard library, which then finds no other names than those that were accepted.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any, NamedTuple

from ..files import Path
from ..restorers.contexts import private_context_var
from ..stdlib_picklers import StrictUnpickler
from ..unpickler import Reader
from .follow import follow
from .lists import BUILTINS, KINDS_OF_WIRE, NUMPY, PANDAS, STANDARD, Kind
from .machine import Machine, python3_name
from .values import GuardError, Limits, Policy

__all__ = [
    "BUILTINS",
    "CODE",
    "FILES",
    "MODULES",
    "NUMPY",
    "OBJECTS",
    "PANDAS",
    "STANDARD",
    "GuardError",
    "Report",
    "check",
    "load",
    "loads",
]

CODE, FILES, MODULES, OBJECTS = Kind.CODE, Kind.FILES, Kind.MODULES, Kind.OBJECTS

_WIRE = "lambdapkl.wire"
_MISSING = object()

# Used where nothing else is said.
MAX_SIZE = 1 << 30
MAX_DEPTH = 200
MAX_MEMORY = 1 << 32


class Report(NamedTuple):
    """What a payload that passed would do.

    Attributes
    ----------
    names
        What it would import, as ``module:name``, sorted.
    calls
        Which of them it would call.
    memory
        About how many bytes what it holds would take.
    depth
        How deep its containers are nested.
    """

    names: tuple[str, ...]
    calls: tuple[str, ...]
    memory: int
    depth: int


def check(
    data: Any,
    *,
    allow: Iterable[str | Kind] = BUILTINS,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_memory: int = MAX_MEMORY,
) -> Report:
    """Follow a payload without importing, calling or making anything of it.

    Parameters
    ----------
    data
        Bytes, or anything with a buffer of them.
    allow
        What it may name: ``"module.name"`` or ``"module:name"`` for one thing; ``"module:Outer.Inner"`` for a nested class;
        ``"module"`` for everything that this module itself defines, also where it is called ``"package.module"``, unless the
        package has something else of that name; `CODE`, `FILES`, `MODULES` and `OBJECTS` for what lambdapkl makes.
        `BUILTINS`, `STANDARD`, `NUMPY` and `PANDAS` are sets to begin with; ``|`` puts them together.
    max_size, max_memory
        Bytes: of the payload, and about, of what it holds.
    max_depth
        Of containers in each other.

    Raises
    ------
    GuardError
        It is refused: what, at which byte, and what would allow it.
    TypeError
        `data` is not bytes, or `allow` is one name instead of several.
    """
    view = memoryview(data).cast("B")
    policy = _Allowed(allow)
    machine = follow(view, policy, Limits(max_size, max_depth, max_memory))
    return Report(
        tuple(sorted(f"{module}:{name}" for module, name in machine.names)),
        tuple(sorted(f"{module}:{name}" for module, name in machine.called)),
        machine.memory,
        machine.deepest,
    )


def loads(
    data: Any,
    *,
    allow: Iterable[str | Kind] = BUILTINS,
    buffers: Iterable[Any] | None = None,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_memory: int = MAX_MEMORY,
) -> Any:
    """Return what a pickle holds, if it names and calls nothing but what is allowed.

    Parameters are those of `check`.

    Parameters
    ----------
    buffers
        As for `pickle.loads`.

    Raises
    ------
    GuardError
        It is refused, before anything is imported or called; or while it is loaded, as the message says then: by what it calls,
        or since a module does not have what was allowed.
    """
    if type(data) is not bytes:
        # A copy, so that what is loaded is what was followed, whoever else writes to it.
        data = bytes(memoryview(data).cast("B"))
    policy = _Allowed(allow)
    machine = follow(memoryview(data), policy, Limits(max_size, max_depth, max_memory))
    unpickler = _Unpickler(io.BytesIO(data), buffers, machine, policy)
    del machine  # its descriptions take as much memory as the values
    try:
        return unpickler.load()
    except MemoryError:
        raise
    except GuardError as error:
        raise GuardError(f"refused while it was loaded, after what comes before was done: {error}") from error
    except Exception as error:
        raise GuardError(f"refused while it was loaded: {type(error).__name__}: {error}") from error


def load(file: Reader | Path, **options: Any) -> Any:
    """Return what the pickle in a file or at a path holds; see `loads`, which has the other parameters and the errors.

    No more than `max_size` bytes are read.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return load(opened, **options)
    limit = options.get("max_size", MAX_SIZE)
    return loads(file.read(limit + 1), **options)


class _Allowed(Policy):
    """The entries of `allow`, looked up by module and name."""

    def __init__(self, allow: Iterable[str | Kind]) -> None:
        if isinstance(allow, (str, Kind)):
            raise TypeError("allow is a collection of names, not one")
        allow = frozenset(allow)
        self.kinds = frozenset(each for each in allow if isinstance(each, Kind))
        entries = frozenset(each for each in allow if isinstance(each, str))
        if len(entries) + len(self.kinds) != len(allow):
            raise TypeError("allow takes names and kinds")
        self.modules = frozenset(each for each in entries if ":" not in each)
        self.exact = frozenset(each for each in entries if ":" in each) | {
            ":".join(each.rpartition(".")[::2]) for each in self.modules if "." in each
        }
        self.any_code = Kind.CODE in self.kinds

    def allows(self, module: str, name: str) -> str | None:
        if module == _WIRE:
            kind = KINDS_OF_WIRE.get(name)
            if kind is None:
                return "lambdapkl has no such constructor"
            return None if kind in self.kinds else f"it is of the kind {kind.value}; allow=[..., guard.{kind.name}] lets it in"
        if f"{module}:{name}" in self.exact or (module in self.modules and "." not in name):
            return None
        entry = f"{module}.{name}" if "." not in name else f"{module}:{name}"
        return f"allow=[..., {entry!r}] would let it in; do that only if it is good for any arguments"


class _Unpickler(StrictUnpickler):
    """Finds the names that were accepted, and no attributes of modules that came from elsewhere."""

    def __init__(self, file: io.BytesIO, buffers: Any, machine: Machine, policy: _Allowed) -> None:
        super().__init__(file, fix_imports=False, buffers=buffers)
        self._names = machine.names
        self._old_names = machine.protocol < 3
        self._uses = machine.uses
        self._policy = policy

    def find_class(self, module: str, name: str) -> Any:
        if self._old_names:
            module, name = python3_name(module, name)
        if (module, name) not in self._names:
            raise GuardError(f"{module}.{name} was not met when the payload was followed: this is a bug of the guard")
        found: Any = importlib.import_module(module)
        *outer, last = name.split(".")
        for part in outer:
            found = vars(found).get(part)
            if not isinstance(found, type):
                raise GuardError(f"{module}:{name} leads through {part!r}, which is no class")
        exact = f"{module}:{name}" in self._policy.exact or module == _WIRE
        # Not by `getattr` without need: a module may have a function that makes or imports what it is asked for (PEP 562).
        found = getattr(found, last) if exact else vars(found).get(last, _MISSING)
        if isinstance(found, ModuleType):
            raise GuardError(f"{module}.{name} is a module, which is no value")
        if not exact and (last[:2] == "__" == last[-2:] or getattr(found, "__module__", None) != module):
            raise GuardError(f"{module}.{name} is not defined in {module}, which is all that was allowed")
        if not exact:
            package, _, own = module.rpartition(".")
            other = vars(sys.modules[package]).get(own) if package in sys.modules else None
            if not (other is None or isinstance(other, ModuleType) or other is found):
                raise GuardError(f"{module} stands for what {package} has under this name, and not for the module")
        if self._policy.any_code:
            return found
        if isinstance(found, type) and (module, name) in self._uses:
            why = self._uses[module, name].judge(found)
            if why is not None:
                raise GuardError(f"{module}.{name} {why}")
        return private_context_var if (module, name) == (_WIRE, "context_var") else found

    def persistent_load(self, pid: Any) -> Any:
        raise GuardError("a persistent id, which the payload did not have when it was followed: this is a bug of the guard")
