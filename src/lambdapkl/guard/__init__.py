"""`guard.loads`: load an untrusted payload that imports and calls only what an allow-list permits.

The payload is read twice. The first pass executes nothing. It follows the opcodes and records which
names the payload would import, what it would call with which arguments, and how deep and large its
values would get. It refuses anything that `pickle` itself does not write: opcodes of the text
protocols, extension codes, memo entries written twice, bytes after the end. A payload that passes
goes to the standard library's unpickler, which resolves only the names accepted in the first pass.
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
from .lists import BUILTINS, NUMPY, PANDAS, STANDARD, Kind
from .machine import Machine, python3_name
from .opcodes import STEPS
from .policy import WIRE, Policy
from .values import GuardError, Limits

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

_MISSING = object()
_BUG = "this is a bug in lambdapkl.guard, please report it"

# Default limits.
MAX_SIZE = 1 << 30
MAX_DEPTH = 200
MAX_MEMORY = 1 << 32


class Report(NamedTuple):
    """What an accepted payload would do when it is loaded.

    Attributes
    ----------
    names
        The names it would import, as ``module:name``, sorted.
    calls
        The imported names that it would call.
    memory
        Estimated size of the loaded values, in bytes.
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
    """Check a payload without importing, calling or creating anything.

    Parameters
    ----------
    data
        The payload, as bytes or an object with a buffer.
    allow
        The names that the payload may use:

        - ``"module.name"`` or ``"module:name"`` allows one object.
        - ``"module:Outer.Inner"`` allows a nested class.
        - ``"module"`` allows everything that the module itself defines. An entry with a dot, such as
          ``"package.module"``, may also be a module. If `package` has an attribute ``module`` that
          is not a module, the entry allows only that attribute.
        - `CODE`, `FILES`, `MODULES` and `OBJECTS` allow kinds of objects that lambdapkl creates.

        `BUILTINS`, `STANDARD`, `NUMPY` and `PANDAS` are sets to start from; combine them with ``|``.
    max_size
        Largest size of the payload, in bytes.
    max_depth
        How deep containers may be nested.
    max_memory
        Largest estimated size of the loaded values, in bytes.

    Raises
    ------
    GuardError
        The payload is refused. The message says what was refused, at which byte, and which entry of
        `allow` would allow it.
    TypeError
        `data` is not bytes, or `allow` is one name instead of a collection.
    """
    machine = Machine(memoryview(data).cast("B"), Policy(allow), Limits(max_size, max_depth, max_memory))
    machine.run(STEPS)
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
    """Load a pickle, if it imports and calls only what is allowed.

    The other parameters are those of `check`.

    Parameters
    ----------
    buffers
        As for `pickle.loads`.

    Raises
    ------
    GuardError
        The payload is refused. Normally nothing has been imported or called by then. Some problems
        show only during loading: an allowed callable raises an error, or a module does not define
        the allowed name. The message then says "refused while it was loaded".
    """
    if type(data) is not bytes:
        # Copied, so that nobody can change the data between the check and the load.
        data = bytes(memoryview(data).cast("B"))
    policy = Policy(allow)
    machine = Machine(memoryview(data), policy, Limits(max_size, max_depth, max_memory))
    machine.run(STEPS)
    unpickler = _Unpickler(io.BytesIO(data), buffers, machine, policy)
    del machine  # its `Value` objects take as much memory as the loaded values
    try:
        return unpickler.load()
    except MemoryError:
        raise
    except GuardError as error:
        raise GuardError(f"refused while it was loaded, after everything before this point was executed: {error}") from error
    except Exception as error:
        raise GuardError(f"refused while it was loaded: {type(error).__name__}: {error}") from error


def load(file: Reader | Path, **options: Any) -> Any:
    """Load the pickle in a file or at a path, like `loads`.

    The other parameters and the errors are those of `loads`. At most `max_size` bytes are accepted.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return load(opened, **options)
    limit = options.get("max_size", MAX_SIZE)
    return loads(file.read(limit + 1), **options)


class _Unpickler(StrictUnpickler):
    """Resolves only the accepted names, and only to objects that their module itself defines."""

    def __init__(self, file: io.BytesIO, buffers: Any, machine: Machine, policy: Policy) -> None:
        super().__init__(file, fix_imports=False, buffers=buffers)
        self._names = machine.names
        self._old_names = machine.protocol < 3
        self._uses = machine.uses
        self._policy = policy

    def find_class(self, module: str, name: str) -> Any:
        if self._old_names:
            module, name = python3_name(module, name)
        if (module, name) not in self._names:
            raise GuardError(f"{module}.{name} was not seen when the payload was checked; {_BUG}")
        found: Any = importlib.import_module(module)
        *outer, last = name.split(".")
        for part in outer:
            found = vars(found).get(part)
            if not isinstance(found, type):
                raise GuardError(f"{module}:{name} cannot be resolved: {part!r} is not a class")
        exact = f"{module}:{name}" in self._policy.exact or module == WIRE
        # `getattr` only for exact entries: a module's `__getattr__` (PEP 562) may run any code.
        found = getattr(found, last) if exact else vars(found).get(last, _MISSING)
        if isinstance(found, ModuleType):
            raise GuardError(f"{module}.{name} is a module; a payload may not import modules by name")
        if not exact and (last[:2] == "__" == last[-2:] or getattr(found, "__module__", None) != module):
            raise GuardError(f"{module}.{name} is not defined in {module}; an entry for a module allows only what it defines")
        if not exact:
            package, _, attribute = module.rpartition(".")
            other = vars(sys.modules[package]).get(attribute) if package in sys.modules else None
            if not (other is None or isinstance(other, ModuleType) or other is found):
                raise GuardError(f"the entry {module!r} means the attribute {attribute!r} of {package}, not the module")
        if self._policy.any_code:
            return found
        if isinstance(found, type) and (module, name) in self._uses:
            why = self._uses[module, name].judge(found)
            if why is not None:
                raise GuardError(f"{module}.{name} {why}")
        return private_context_var if (module, name) == (WIRE, "context_var") else found

    def persistent_load(self, pid: Any) -> Any:
        raise GuardError(f"the payload had no persistent id when it was checked; {_BUG}")
