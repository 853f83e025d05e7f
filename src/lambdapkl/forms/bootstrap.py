"""The code that a standalone payload executes first: it creates the package for constructors.

`standalone` writes the text of this module into payloads, so it uses only the standard library. All
payloads of one release of lambdapkl share one package. Its name in `sys.modules` is `_lambdapkl.`
and a digest of the release's sources. Each payload adds the definitions that are missing. So a
class that two payloads contain is loaded once.
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
    """The package of one release. A call of it returns a constructor.

    `restorers.adoption` of other releases uses the names `found`, `lock` and `texts`: keep them.

    Attributes
    ----------
    found
        Constructors by name: lambdapkl's if it can be imported, else those from `texts`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.lock = threading.RLock()
        self.found: dict[str, Any] = {}
        # Chunks of definitions that were not executed yet. While lambdapkl has all constructors,
        # they are not needed.
        self.texts: list[bytes] = []
        # Module and number of each executed definition.
        self.done: set[tuple[str, str]] = set()
        if hasattr(os, "register_at_fork"):
            # The child of a fork lacks the thread that would release the lock.
            release = self.lock.release
            os.register_at_fork(before=self.lock.acquire, after_in_parent=release, after_in_child=release)

    def __call__(self, name: str, text: bytes) -> Any:
        """Return the constructor `name`; `text` has the definitions that are new in the payload."""
        if name in self.found:
            return self.found[name]
        # Import without the lock: a thread that is importing lambdapkl now waits for it
        # (`adoption`).
        try:
            imported = getattr(importlib.import_module("lambdapkl.wire"), name, None)
        except ImportError:
            imported = None
        with self.lock:
            self.texts.append(text)
            if name not in self.found:
                self.found[name] = imported or self.make(name)
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
        """Return the module `name` of this package; create it if there is none."""
        full = f"{self.__name__}.{name}"
        if full not in sys.modules:
            parent, _, last = name.rpartition(".")
            package: Any = self.module(parent) if parent else self
            package.__path__ = []
            module: Any = ModuleType(full)
            sys.modules[full] = module
            module.__package__ = package.__name__
            setattr(package, last, module)
        return sys.modules[full]


def package_of(key: str) -> Any:
    """Return the package of the release whose digest is `key`."""
    parent: Any = sys.modules.setdefault("_lambdapkl", ModuleType("_lambdapkl"))
    package = sys.modules.setdefault(f"_lambdapkl.{key}", Carried(f"_lambdapkl.{key}"))
    vars(parent)[key] = package
    return package
