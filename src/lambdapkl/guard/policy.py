"""What the caller of the guard allows."""

from __future__ import annotations

from collections.abc import Iterable

from .lists import KINDS_OF_WIRE, Kind

__all__ = ["WIRE", "Policy"]

WIRE = "lambdapkl.wire"


class Policy:
    """The entries of `allow`, looked up by module and name.

    Attributes
    ----------
    kinds, modules, exact
        The kinds, the entries without a colon, and the entries that name one object.
    any_code
        Whether code by value is allowed. Calls and states are then not checked: such code could do
        anything anyway.
    """

    def __init__(self, allow: Iterable[str | Kind]) -> None:
        if isinstance(allow, (str, Kind)):
            raise TypeError("allow must be a collection of names, not a single one")
        allow = frozenset(allow)
        self.kinds = frozenset(each for each in allow if isinstance(each, Kind))
        entries = frozenset(each for each in allow if isinstance(each, str))
        if len(entries) + len(self.kinds) != len(allow):
            raise TypeError("the items of allow must be strings or kinds such as guard.CODE")
        self.modules = frozenset(each for each in entries if ":" not in each)
        self.exact = frozenset(each for each in entries if ":" in each) | {
            ":".join(each.rpartition(".")[::2]) for each in self.modules if "." in each
        }
        self.any_code = Kind.CODE in self.kinds

    def allows(self, module: str, name: str) -> str | None:
        """Return None if a name is allowed, else the reason why not."""
        if module == WIRE:
            kind = KINDS_OF_WIRE.get(name)
            if kind is None:
                return "lambdapkl has no such constructor"
            return None if kind in self.kinds else f"it has the kind {kind.value}; allow=[..., guard.{kind.name}] allows it"
        if f"{module}:{name}" in self.exact or (module in self.modules and "." not in name):
            return None
        entry = f"{module}.{name}" if "." not in name else f"{module}:{name}"
        return f"allow=[..., {entry!r}] would allow it; add that only if calling it is safe with any arguments"
