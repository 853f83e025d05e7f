"""Complete protocols of another version of Python with the attributes that `typing` adds here."""

from __future__ import annotations

import typing
from types import FunctionType
from typing import Any

# Attributes that every class has in some versions only. In other versions `typing` takes them for
# members.
_OF_SOME_VERSIONS = ("__static_attributes__", "__firstlineno__", "__type_params__")


def protocol_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return `attributes` without those that `typing` would mistake for members of the protocol."""
    known: Any = typing.EXCLUDED_ATTRIBUTES  # type: ignore[attr-defined]
    return {name: value for name, value in attributes.items() if name not in _OF_SOME_VERSIONS or name in known}


def complete_protocol(cls: Any, names: tuple[str, ...]) -> None:
    """Set the attributes `names` of a protocol or implementing class, and the tables of its members."""
    template = _template()
    for name in names:
        value: Any = vars(template).get(name)
        if type(value) is FunctionType:
            for cell in value.__closure__ or ():
                if cell.cell_contents is template:
                    cell.cell_contents = cls
        if value is not None:
            type.__setattr__(cls, name, value)
    if not vars(cls).get("_is_protocol"):
        return
    members = typing._get_protocol_attrs(cls)  # type: ignore[attr-defined]
    data = {name for name in members if not callable(getattr(cls, name, None))}
    tables = {"__protocol_attrs__": members, "__callable_proto_members_only__": not data}
    if vars(cls).get("_is_runtime_protocol"):
        tables["__non_callable_proto_members__"] = data
    for name in tables.keys() & vars(template).keys():
        type.__setattr__(cls, name, tables[name])


def _template() -> type:
    """Return a protocol with the attributes that `typing` gives to every protocol."""

    @typing.runtime_checkable
    class Template(typing.Protocol):
        pass

    return Template
