"""What a standalone payload runs first where it is loaded: it keeps the constructors that payloads bring.

`standalone` sends the text of this module, so it uses nothing but the standard library.  All payloads of one release of
lambdapkl share one package, `_lambdapkl.` and a digest of the release's sources in `sys.modules`, and each adds to it the
definitions that are missing; so a class that two payloads bring is one class.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import zlib
from types import ModuleType
from typing import Any


class Carried(ModuleType):
    """The package of one release, called to get a constructor.

    Attributes
    ----------
    found
        Constructors by name: those of lambdapkl where that can be imported, else those of `texts`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.lock = threading.RLock()
        self.found: dict[str, Any] = {}
        # Chunks of definitions that nobody had a use for: lambdapkl has the constructors they are for.
        self.texts: list[bytes] = []
        # Module and number of the definitions that were executed.
        self.done: set[tuple[str, str]] = set()
        if hasattr(os, "register_at_fork"):
            # A child of a fork has no thread that would let go of it.
            release = self.lock.release
            os.register_at_fork(before=self.lock.acquire, after_in_parent=release, after_in_child=release)

    def __call__(self, name: str, text: bytes) -> Any:
        """Return the constructor `name`; `text` has what it is made of, but for what the payload has brought before."""
        if name in self.found:
            return self.found[name]
        # Not under the lock: whoever imports lambdapkl at this moment waits for that.
        try:
            found = getattr(importlib.import_module("lambdapkl.wire"), name, None)
        except ImportError:
            found = None
        with self.lock:
            self.texts.append(text)
            if name not in self.found:
                self.found[name] = found or self.make(name)
            return self.found[name]

    def make(self, name: str) -> Any:
        """Execute the definitions in `texts` and return the constructor `name`."""
        while self.texts:
            for part in zlib.decompress(self.texts[0]).decode().split("\1"):
                module, *units = part.split("\0")
                numbered = {(module, unit.partition(" ")[0]): unit.partition(" ")[2] for unit in units}
                missing = {key: source for key, source in numbered.items() if key not in self.done}
                exec(compile("\n".join(missing.values()), f"<lambdapkl: {module}>", "exec"), vars(self.module(module)))
                self.done.update(missing)
            del self.texts[0]
        return getattr(self.module("wire"), name)

    def module(self, name: str) -> Any:
        """Return the module `name` of this package, a new one at the first time."""
        full = f"{self.__name__}.{name}"
        if full not in sys.modules:
            parent, _, last = name.rpartition(".")
            package: Any = self.module(parent) if parent else self
            package.__path__ = []
            made: Any = ModuleType(full)
            sys.modules[full] = made
            made.__package__ = package.__name__
            setattr(package, last, made)
        return sys.modules[full]


def package_of(key: str) -> Any:
    """Return the package for the release with the digest `key`."""
    parent: Any = sys.modules.setdefault("_lambdapkl", ModuleType("_lambdapkl"))
    package = sys.modules.setdefault(f"_lambdapkl.{key}", Carried(f"_lambdapkl.{key}"))
    vars(parent)[key] = package
    return package
