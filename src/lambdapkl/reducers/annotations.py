"""Reducers for type variables, new types, type aliases and parametrised classes."""

from __future__ import annotations

import gc
import sys
import typing
from types import FunctionType
from typing import Any

from .. import wire
from ..identity import keys
from ..identity.digest import value_digest
from ..restorers.annotations import deferred
from ..rules import byvalue
from ..rules.names import private

_FLAGS = ("__covariant__", "__contravariant__", "__infer_variance__")
# Option of the constructor, attribute with the value, attribute with the function that computes it (3.14).
_EVALUATORS = (
    ("bound", "__bound__", "evaluate_bound"),
    ("constraints", "__constraints__", "evaluate_constraints"),
    ("default", "__default__", "evaluate_default"),
)


def reduce_type_variable(variable: Any) -> Any:
    """Reduce a TypeVar, ParamSpec or TypeVarTuple: by reference if its module has it, else by value."""
    name = variable.__name__
    if byvalue.by_reference(variable, name):
        return private(name)
    options: dict[str, Any] = {private(flag): True for flag in _FLAGS if getattr(variable, flag, False)}
    deferred_parts = _evaluators(variable)
    for option, attribute, evaluator in _EVALUATORS:
        evaluate = deferred_parts.get(evaluator)
        if type(evaluate) is FunctionType:
            options[private(evaluator)] = deferred(evaluate, evaluator)
            continue
        value = getattr(variable, attribute, None)
        # `ParamSpec` turns a bound of None, the default, into NoneType.
        if value not in (None, type(None), ()) and value is not getattr(typing, "NoDefault", None):
            options[private(option)] = value
    module = byvalue.module_in_payload(variable.__module__)
    args = (private(type(variable).__name__), private(name), private(module) if isinstance(module, str) else module)
    if getattr(variable, "__infer_variance__", False):
        # No key: a parameter of PEP 695 syntax belongs to one function, class or alias only.
        key: tuple[Any, ...] = ()
    else:
        key = keys.key_of(variable, module, name, _variable_digest)[2:]
    return wire.type_variable, (*args, options, *key) if options or key else args


def _evaluators(variable: Any) -> dict[str, Any]:
    """The functions that compute the deferred parts of a type parameter of PEP 695 syntax."""
    if hasattr(variable, "evaluate_default"):
        return {evaluator: getattr(variable, evaluator, None) for _, _, evaluator in _EVALUATORS}
    functions = [each for each in gc.get_referents(variable) if type(each) is FunctionType]
    found = {}
    if functions and sys.version_info >= (3, 13) and variable.has_default():
        found["evaluate_default"] = functions.pop()
    if functions:
        found["evaluate_constraints" if _returns_display(functions[0]) else "evaluate_bound"] = functions[0]
    return found


def _returns_display(function: FunctionType) -> bool:
    """Whether a function returns a tuple display, which the compiler treats as constraints."""
    import dis

    last = [each for each in dis.get_instructions(function) if each.opname not in ("RETURN_VALUE", "NOP")][-1]
    return last.opname == "BUILD_TUPLE" or type(last.argval) is tuple


def _variable_digest(variable: Any) -> bytes:
    parts = [type(variable).__name__, *(getattr(variable, flag, False) for flag in _FLAGS)]
    parts += [getattr(variable, attribute, None) for _, attribute, _ in _EVALUATORS]
    return value_digest(parts)


def reduce_new_type(new_type: Any) -> Any:
    """Reduce a NewType; its own reducer pickles by reference only."""
    qualname = new_type.__qualname__
    if byvalue.by_reference(new_type, qualname):
        return private(qualname)
    module = byvalue.module_in_payload(new_type.__module__)
    key = keys.key_of(new_type, module, qualname, _new_type_digest)
    return wire.new_type, (private(qualname), private(module), *key[2:], new_type.__supertype__)


def _new_type_digest(new_type: Any) -> bytes:
    return value_digest(["NewType", new_type.__supertype__])


def reduce_type_alias(alias: Any) -> Any:
    """Reduce a ``type X = ...`` alias without evaluating its value."""
    name = alias.__name__
    if byvalue.by_reference(alias, name):
        return private(name)
    module = byvalue.module_in_payload(alias.__module__)
    evaluate = getattr(alias, "evaluate_value", None)
    if evaluate is None:
        # In 3.12 and 3.13 no attribute leads to the function that computes the value.
        evaluate = next((each for each in gc.get_referents(alias) if type(each) is FunctionType), None)
    spelled = private(name), private(module) if isinstance(module, str) else module
    if type(evaluate) is FunctionType:
        return wire.type_alias, (*spelled, alias.__type_params__, deferred(evaluate, "evaluate"), True)
    return wire.type_alias, (*spelled, alias.__type_params__, alias.__value__, False)


def reduce_param_spec_part(part: Any) -> Any:
    """Reduce ``P.args`` or ``P.kwargs``."""
    return type(part), (part.__origin__,)


def reduce_generic_alias(alias: Any) -> Any:
    """Reduce ``C[int]`` of a class pickled by value, so that loading does not call the class.

    The class may be incomplete when the alias is loaded.
    """
    origin = alias.__origin__
    if not isinstance(origin, type) or byvalue.by_reference(origin):
        return NotImplemented
    return wire.generic_alias, (origin, alias.__args__)


REDUCERS: dict[type, Any] = {
    typing.TypeVar: reduce_type_variable,
    typing.ParamSpec: reduce_type_variable,
    typing.TypeVarTuple: reduce_type_variable,
    typing.ParamSpecArgs: reduce_param_spec_part,
    typing.ParamSpecKwargs: reduce_param_spec_part,
    typing.NewType: reduce_new_type,
}
if sys.version_info >= (3, 12):
    REDUCERS[typing.TypeAliasType] = reduce_type_alias

INHERITED: dict[type, Any] = {typing._GenericAlias: reduce_generic_alias}  # type: ignore[attr-defined]
