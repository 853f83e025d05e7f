"""Recreate type variables, new types, type aliases and parametrised classes."""

from __future__ import annotations

import keyword
import pickle
import sys
from contextlib import suppress
from typing import Any

from ..identity import keys

# File name of code compiled here for objects that only syntax can create.
DEFERRED = "<lambdapkl: deferred>"

# Argument of a function that computes a deferred value: `annotationlib.Format.VALUE`, since 3.14.
_FORMAT = "1" if sys.version_info >= (3, 14) else ""

# Kind -> its prefix in the syntax of PEP 695. Only this syntax creates type parameters with
# inferred variance and deferred bounds.
_PREFIXES = {"TypeVar": "", "ParamSpec": "**", "TypeVarTuple": "*"}


def type_variable(
    kind: str, name: str, module: Any, options: dict[str, Any] | None = None, digest: bytes = b"", number: int = 0
) -> Any:
    """Return a TypeVar, ParamSpec or TypeVarTuple.

    Return the existing one if this process has one with that key.
    """
    import typing

    key = (module, name, digest, number)
    if digest and (found := keys.find(key)) is not None:
        return found
    parts = dict(options or {})
    if kind not in _PREFIXES:
        raise pickle.UnpicklingError(f"the payload is damaged: {kind!r} is not a kind of type variable")
    evaluators = [option for option in parts if option.startswith("evaluate_")]
    if evaluators:
        made = _deferred_variable(kind, name, module, {option: parts[option] for option in evaluators}, parts)
    else:
        constraints = parts.pop("constraints", ())
        keywords = {option.strip("_"): value for option, value in parts.items()}
        if sys.version_info < (3, 12):
            keywords.pop("infer_variance", None)
        made = getattr(typing, kind)(name, *constraints, **keywords)
        with suppress(AttributeError, TypeError):  # read-only in some versions, and only informative
            made.__module__ = module
    if digest:
        made = keys.track(key, made)
    return made


def _deferred_variable(kind: str, name: str, module: Any, evaluators: dict[str, Any], parts: dict[str, Any]) -> Any:
    namespace: dict[str, Any] = {"__name__": module, **evaluators}
    bound = default = ""
    if "evaluate_bound" in evaluators:
        bound = f": evaluate_bound({_FORMAT})"
    elif "evaluate_constraints" in evaluators:
        # The syntax needs a tuple display with one item for each constraint.
        count = display_length(evaluators["evaluate_constraints"]) or 0
        bound = f": ({', '.join(f'evaluate_constraints({_FORMAT})[{index}]' for index in range(count))},)"
    if "evaluate_default" in evaluators:
        default = f" = evaluate_default({_FORMAT})"
    elif "default" in parts:
        namespace["default"] = parts["default"]
        default = " = default"
    source = f"def function[{_PREFIXES[kind]}{_identifier(name)}{bound}{default}](): pass"
    exec(compile(source, DEFERRED, "exec"), namespace)
    return namespace["function"].__type_params__[0]


def display_length(evaluate: Any) -> int | None:
    """The number of elements in the tuple display that a function returns.

    The result is None if the function returns something else.
    """
    import dis

    last = [each for each in dis.get_instructions(evaluate) if each.opname not in ("RETURN_VALUE", "NOP")][-1]
    if last.opname == "BUILD_TUPLE":
        return last.arg
    return len(last.argval) if type(last.argval) is tuple else None


def deferred(evaluate: Any, name: str) -> Any:
    """Return the original function called `name` if `evaluate` is a wrapper compiled here."""
    while evaluate.__code__.co_filename == DEFERRED:
        evaluate = evaluate.__globals__[name]
    return evaluate


def _identifier(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise pickle.UnpicklingError(f"the payload is damaged: {name!r} cannot be the name of a type")
    return name


def new_type(qualname: str, module: Any, digest: bytes, number: int, supertype: Any) -> Any:
    """Return a NewType; the existing one if this process has one with that key."""
    import typing

    key = (module, qualname, digest, number)
    found = keys.find(key)
    if found is not None:
        return found
    made: Any = typing.NewType(qualname, supertype)  # type: ignore[misc]
    made.__module__ = module
    return keys.track(key, made)


def type_alias(name: str, module: Any, parameters: tuple[Any, ...], value: Any, is_deferred: bool) -> Any:
    """Return the alias of ``type name[parameters] = value``.

    A deferred `value` is a function that computes it.
    """
    namespace: dict[str, Any] = {"__name__": module, "evaluate": value}
    if is_deferred and all(map(_is_bare, parameters)):
        # Syntax defers the value. Computing it here would fail for an alias that refers to itself.
        listed = ", ".join(_PREFIXES[type(each).__name__] + _identifier(each.__name__) for each in parameters)
        head = f"{_identifier(name)}[{listed}]" if listed else _identifier(name)
        exec(compile(f"type {head} = evaluate({_FORMAT})", DEFERRED, "exec"), namespace)
        made = namespace[name]
        _exchange(value, parameters, made.__type_params__)
        return made
    # `TypeAliasType` takes the module from the caller's frame; its attribute is read-only.
    call = f"TypeAliasType(name, {f'evaluate({_FORMAT})' if is_deferred else 'evaluate'}, type_params=parameters)"
    import typing

    return eval(call, {**namespace, "TypeAliasType": typing.TypeAliasType, "name": name, "parameters": parameters})


def _is_bare(parameter: Any) -> bool:
    """Whether a type parameter has neither bound nor constraints nor default."""
    try:
        bound = getattr(parameter, "__bound__", None) or getattr(parameter, "__constraints__", ())
    except Exception:  # a deferred bound refers to a name that is not defined yet
        return False
    return not bound and not (hasattr(parameter, "has_default") and parameter.has_default())


def _exchange(evaluate: Any, parameters: tuple[Any, ...], made: tuple[Any, ...]) -> None:
    """Replace `parameters` by the new ones in the closure of the function that computes an alias."""
    for cell in evaluate.__closure__ or ():
        for parameter, new in zip(parameters, made, strict=True):
            try:
                if cell.cell_contents is parameter:
                    cell.cell_contents = new
            except ValueError:  # an empty cell
                break


def generic_alias(origin: Any, args: tuple[Any, ...]) -> Any:
    """Return ``origin[args]`` without calling `origin`, whose parameters may not be set yet."""
    import typing

    return typing._GenericAlias(origin, args)  # type: ignore[attr-defined]
