"""Notes of a `PayloadState` about packages whose submodules the code in the payload uses."""

from __future__ import annotations

from types import FunctionType, ModuleType

from ..code.code_info import CodeInfo
from ..rules import submodules


class Packages:
    """The part of a `PayloadState` that finds submodules for the reader to import."""

    def clear_packages(self) -> None:
        """Forget everything."""
        # Submodules that the reader imports, and those that no function or module has named yet
        self._imported: set[str] = set()
        self._to_import: list[str] = []
        # Code in the payload. It may use submodules of the packages in `_packages`, which the code
        # reaches in another way than by a name. Those in `_named_packages` have names.
        self._written_infos: list[CodeInfo] = []
        self._packages: dict[str, None] = {}
        self._named_packages: set[str] = set()

    def name(self, text: str) -> str:
        """Return the payload's own copy of `text`."""
        raise NotImplementedError

    def _add_submodules(self, module: ModuleType, info: CodeInfo, used: list[str]) -> None:
        if "__path__" not in vars(module) or not isinstance(module.__name__, str):
            return
        submodules.refresh()
        self._named_packages.add(module.__name__)
        self._use_submodules(module.__name__, info, used)

    def _use_submodules(self, package: str, info: CodeInfo, used: list[str]) -> None:
        for name in info.submodules(package):
            if name not in self._imported:
                self._imported.add(name)
                used.append(self.name(name))

    def _add_submodules_of_defaults(self, func: FunctionType, info: CodeInfo, used: list[str]) -> None:
        """Add submodules of packages that are not the values of names; `info` is about the code of `func`."""
        for value in (*(func.__defaults__ or ()), *(func.__kwdefaults__ or {}).values()):
            if isinstance(value, ModuleType):
                self.note_package(value)
        self._written_infos.append(info)
        for package in self._packages:
            self._use_submodules(package, info, used)
        used += self._to_import
        self._to_import.clear()

    def note_package(self, module: ModuleType) -> None:
        """Record a module that other code than functions with a name for it may use."""
        package = module.__name__
        if "__path__" in vars(module) and isinstance(package, str) and package not in self._packages:
            submodules.refresh()
            self._packages[package] = None
            for info in self._written_infos:
                self._use_submodules(package, info, self._to_import)

    def submodules_of(self, module: ModuleType) -> list[str]:
        """Return submodules that the reader imports with `module`, which is pickled by reference."""
        if module.__name__ not in self._named_packages:
            self.note_package(module)
        found, self._to_import = self._to_import, []
        return found
