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
from ..restorers.annotations import deferred, display_length
from ..rules import byvalue
from ..rules.names import private

_FLAGS = ("__covariant__", "__contravariant__", "__infer_variance__")
# The attribute `__bound__` has the value of the option `bound`; `evaluate_bound` has the function
# that computes it (3.14).
_OPTIONS = ("bound", "constraints", "default")


def reduce_type_variable(variable: Any) -> Any:
    """Reduce a TypeVar, ParamSpec or TypeVarTuple by reference if its module has it, or by value."""
    name = variable.__name__
    if byvalue.by_reference(variable, name):
        return private(name)
    options: dict[str, Any] = {private(flag): True for flag in _FLAGS if getattr(variable, flag, False)}
    deferred_parts = _evaluators(variable)
    for option in _OPTIONS:
        evaluator = f"evaluate_{option}"
        evaluate = deferred_parts.get(evaluator)
        if type(evaluate) is FunctionType:
            options[private(evaluator)] = deferred(evaluate, evaluator)
            continue
        value = getattr(variable, f"__{option}__", None)
        # `ParamSpec` turns a bound of None, the default, into NoneType.
        if value not in (None, type(None), ()) and value is not getattr(typing, "NoDefault", None):
            options[private(option)] = value
    module = byvalue.module_in_payload(variable.__module__)
    args = (private(type(variable).__name__), private(name), private(module) if isinstance(module, str) else module)
    # A parameter of PEP 695 syntax has no key, as it belongs to one function, class or alias only.
    has_key = not getattr(variable, "__infer_variance__", False)
    key = keys.key_of(variable, module, name, _variable_digest)[2:] if has_key else ()
    return wire.type_variable, (*args, options, *key) if options or key else args


def _evaluators(variable: Any) -> dict[str, Any]:
    """The functions that compute the deferred parts of a type parameter of PEP 695 syntax."""
    if hasattr(variable, "evaluate_default"):
        return {f"evaluate_{option}": getattr(variable, f"evaluate_{option}", None) for option in _OPTIONS}
    functions = [each for each in gc.get_referents(variable) if type(each) is FunctionType]
    found = {}
    if functions and sys.version_info >= (3, 13) and variable.has_default():
        found["evaluate_default"] = functions.pop()
    if functions:
        # The compiler treats a tuple display as constraints.
        is_bound = display_length(functions[0]) is None
        found["evaluate_bound" if is_bound else "evaluate_constraints"] = functions[0]
    return found


def _variable_digest(variable: Any) -> bytes:
    parts = [type(variable).__name__, *(getattr(variable, flag, False) for flag in _FLAGS)]
    parts += [getattr(variable, f"__{option}__", None) for option in _OPTIONS]
    return value_digest(parts)


def reduce_new_type(new_type: Any) -> Any:
    """Reduce a NewType; its own reducer pickles by reference only."""
    qualname = new_type.__qualname__
    if byvalue.by_reference(new_type, qualname):
        return private(qualname)
    module = byvalue.module_in_payload(new_type.__module__)
    supertype = new_type.__supertype__
    key = keys.key_of(new_type, module, qualname, lambda _: value_digest(["NewType", supertype]))
    return wire.new_type, (private(qualname), private(module), *key[2:], supertype)


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
