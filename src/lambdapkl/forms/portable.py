"""``dumps(portable=True)``: payloads that another version of Python can load.

Bytecode works in one minor version, and source in many. So the payload has the source of each
function besides its bytecode. `code.source` finds the source. It is compiled here and compared with
the bytecode, to be sure that it is the right one. Attributes that each version computes
differently, such as methods of dataclasses, are left out or evaluated.
"""

from __future__ import annotations

import ast
import functools
import importlib
import pickle
import sys
import typing
import weakref
from types import CodeType, FunctionType
from typing import Any

from .. import wire
from ..code import carried
from ..code.behaviour import code_digest
from ..code.code_info import CodeInfo
from ..code.source import find, find_function
from ..code.texts import Function, Text
from ..code.texts import first_line as first_line_of
from ..frames import suspended
from ..options import FILE_NAME, current_form
from ..reducers.annotations import REDUCERS as IN_TYPING
from ..restorers.source_code import FLAGS, REPLACE, compile_function
from ..rules.names import private, private_key

__all__ = ["adapt", "adapt_annotations", "forget", "reduce_code", "reduce_special", "source_of"]

# Attributes that evaluate annotations. The last one is a cell with the class namespace, which
# NamedTuple leaves in the class.
_ANNOTATE = ("__annotate__", ".__annotate__", "__annotate_func__", "__classdictcell__")

# Descriptors whose constructor creates attributes that only some versions have: locks up to 3.11,
# caches since 3.13.
_OF_FUNCTIONS = (functools.cached_property, functools.singledispatchmethod)
_CREATED = ("func", "lock", "_method_cache", "_all_weakrefable_instances")
_LAZILY_EVALUATED = [kind for kind in IN_TYPING if kind.__name__ in ("TypeAliasType", "TypeVar", "TypeVarTuple", "ParamSpec")]
# Methods that `typing` adds to protocols, and its tables of their members.
_OF_TYPING = ("__subclasshook__", "__init__")
_MEMBERS = ("__protocol_attrs__", "__callable_proto_members_only__", "__non_callable_proto_members__")
_OPTIMIZE = min(sys.flags.optimize, 2)

# Code object -> qualified name, text, and first line. Equal code objects share an entry: they have
# the same text, but may have another qualified name, which decides how private names are mangled.
_texts: weakref.WeakKeyDictionary[CodeType, tuple[str, str, int]] = weakref.WeakKeyDictionary()


@functools.lru_cache(maxsize=16)
def _read(text: str) -> Text:
    """Parse a text once for all of its functions in a payload."""
    return Text(text)


# Called after each dump, because the syntax trees are large.
forget = _read.cache_clear


def reduce_special(obj: Any) -> Any:
    """Reduce objects with attributes that only some versions of Python have, else NotImplemented.

    Raises
    ------
    pickle.PicklingError
        `obj` is a suspended generator or coroutine, or refers to code without source.
    """
    if suspended.is_suspended(obj):
        raise pickle.PicklingError(
            f"cannot pickle {type(obj).__name__} {obj.__qualname__!r} with portable=True: a suspended frame belongs to "
            "one version of Python; pickle its function, and call that in the reader"
        )
    if type(obj) is typing.ForwardRef:
        return typing.ForwardRef, (private(obj.__forward_arg__),)
    if type(obj) in _LAZILY_EVALUATED:
        _check_lazily_evaluated(obj)
    if type(obj) in _OF_FUNCTIONS:
        state = {private_key(name): value for name, value in list(vars(obj).items()) if name not in _CREATED}
        return type(obj), (vars(obj)["func"],), state
    return NotImplemented


def _check_lazily_evaluated(obj: Any) -> None:
    """Refuse type aliases and type parameters that refer to code without source."""
    reduced = IN_TYPING[type(obj)](obj)
    if type(reduced) is not tuple:
        return
    what, instead = f"the type parameter {obj.__name__!r}", "create it with typing.TypeVar"
    if reduced[0] is wire.type_alias:
        what, instead = f"the type alias {obj.__name__!r}", f"write {obj.__name__} = ... without `type`"
    elif not any(type(each) is dict and any(name.startswith("evaluate_") for name in each) for each in reduced[1]):
        return
    raise pickle.PicklingError(
        f"cannot pickle {what} with portable=True: its value, bound or default is code without source; {instead}"
    )


def reduce_code(code: CodeType, target: Any, info: CodeInfo, file_name: Any) -> tuple[Any, ...]:
    """Reduce a code object to its bytecode and its source.

    Parameters
    ----------
    target
        A function with this code, or the code itself. The globals of a function help to find source
        that is in no file.
    info
        The bytecode that is written.
    file_name
        The file name that is written; None for that of the code.

    Raises
    ------
    pickle.PicklingError
        The source is not available, or is not the one that the code was compiled from.
    """
    optimize = _OPTIMIZE
    brought = _brought_source(code)
    if brought is not None:
        text, first_line, optimize = brought
    else:
        known = _texts.get(code)
        if known is None or known[0] != code.co_qualname:
            known = _texts[code] = code.co_qualname, *source_of(code, target)
        _, text, first_line = known
    if current_form().deterministic:
        file_name, first_line = FILE_NAME, 1
    elif file_name is None:
        file_name = private(code.co_filename)
    args = (info.blob, file_name, text, code.co_qualname, first_line, code.co_freevars, code.co_flags & FLAGS)
    return wire.source_code, (*args, optimize) if optimize else args


def _brought_source(code: CodeType) -> tuple[str, int, int] | None:
    """Return text, first line and optimization of code from a portable payload, else None."""
    found = carried.origin_of(code)
    if found is None:
        return None
    (text, qualname, line, free, flags, optimize), path = found
    if not path:
        return text, line, optimize
    # A loaded function created the object with this code. Find the code in the text of that function,
    # as this version of Python compiles it.
    indented = text[:1] in (" ", "\t")
    whole = _read(f"if 1:\n{text}" if indented else text)
    inner = compile_function(text, code.co_filename, qualname, 1 + indented, free, flags, optimize)
    for index in path:
        inside = carried.codes_in(inner)
        if index >= len(inside):
            return None
        inner = inside[index]
    node = find_function(whole, inner)
    if node is None or inner.co_qualname != code.co_qualname:
        return None
    text = _undecorated(whole, node)
    line = code.co_firstlineno + node.lineno - first_line_of(node)
    args = (text, code.co_filename, code.co_qualname, line, code.co_freevars, code.co_flags & FLAGS, optimize)
    return (text, line, optimize) if code_digest(compile_function(*args)) == code_digest(inner) else None


def source_of(code: CodeType, target: Any) -> tuple[str, int]:
    """Return the text from which `code` can be compiled, and its first line.

    The parameters and errors are those of `reduce_code`.
    """
    generated = _generated_text(code)
    try:
        if generated is None:
            whole, node = find(target, code, _read)
        else:
            whole = Text(generated)
            node = whole.functions[1][0]
        text = _undecorated(whole, node)
    except (OSError, TypeError, ValueError) as error:
        raise _refusal(code, str(error)) from error
    line = code.co_firstlineno + node.lineno - first_line_of(node)
    args = (text, code.co_filename, code.co_qualname, line, code.co_freevars, code.co_flags & FLAGS, _OPTIMIZE)
    # Code that is typed into a session is compiled without the imports before it.
    for context in dict.fromkeys((whole.context, "")):
        try:
            compiled = compile_function(*args, context)
        except pickle.UnpicklingError as error:
            raise _refusal(code, str(error)) from error
        if code_digest(compiled) == code_digest(code):
            return text, line
    raise _refusal(code, "its source compiles to other bytecode: it has changed since, or an import hook rewrites the module")


def _refusal(code: CodeType, reason: str) -> pickle.PicklingError:
    return pickle.PicklingError(f"cannot pickle {code.co_qualname!r} with portable=True, which needs its source: {reason}")


def _undecorated(whole: Text, node: Function) -> str:
    """Return the text of a lambda, or the lines of a definition without its decorators.

    The lines are not dedented, because they may contain strings of several lines.
    """
    if isinstance(node, ast.Lambda):
        return f"({whole.segment(node)})"
    text = whole.definition(node.lineno, node)
    # A form feed resets the indentation.
    blank = len(text) - len(text.lstrip(" \t\f"))
    return text[text.rfind("\f", 0, blank) + 1 :]


def _generated_text(code: CodeType) -> str | None:
    """Return the text of the lambda that `collections.namedtuple` generates and does not keep."""
    if code.co_names != ("_tuple_new",) or code.co_name != "<lambda>" or not code.co_varnames:
        return None
    first, *fields = code.co_varnames
    values = "".join([f"{each}, " for each in fields])
    return f"lambda {', '.join(code.co_varnames)}: _tuple_new({first}, ({values}))"


def adapt(obj: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the reduced value of `obj` without attributes that only some versions have.

    Raises
    ------
    pickle.PicklingError
        `obj` would be another object in other versions.
    """
    if reduced[0] is wire.edited_class:
        (constructor, identity, *args), (setter, state, changes) = reduced[1:3]
        adapted = adapt(obj, (constructor, tuple(args), state, None, None, setter))
        setter, state = adapted[5], adapted[2]
        return wire.edited_class, (adapted[0], identity, *adapted[1]), (setter, state, changes), *reduced[3:]
    if reduced[0] is wire.enum_class and hasattr(obj, "__dataclass_fields__"):
        raise pickle.PicklingError(
            f"cannot pickle the enumeration {obj.__qualname__!r} with portable=True: versions of Python treat an enumeration "
            "that inherits from a dataclass differently; set the attributes of its members in __init__"
        )
    return _adapt_class(obj, reduced) if isinstance(obj, type) else reduced


def _adapt_class(cls: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out the methods that `dataclasses` and `typing` have added; the reader adds its own."""
    is_abstract = reduced[0] is wire.abc_class and len(reduced) > 2
    if not is_abstract and (reduced[0] is not wire.class_ or type(reduced[2]) is not dict):
        return reduced
    attributes: dict[str, Any] = reduced[2][0] if is_abstract else reduced[2]
    of_typing: list[Any] = []
    if is_abstract and typing.Protocol in cls.__mro__:
        attributes, *of_typing = _without_protocol(attributes)
    generated = (
        [name for name, value in attributes.items() if _is_generated(value)] if "__dataclass_fields__" in vars(cls) else []
    )
    if not generated and not of_typing:
        return reduced
    if generated:
        import dataclasses  # the program has imported it

        replace = getattr(dataclasses, "_replace", None)
        attributes = {
            name: value
            for name, value in attributes.items()
            if name not in generated and not (name == REPLACE and value is replace)
        }
        if type(attributes.get("__doc__")) not in (str, type(None)):
            attributes["__doc__"] = cls.__doc__  # since 3.15, it is computed when it is first read
    state = (attributes, *reduced[2][1:]) if is_abstract else attributes
    return *reduced[:2], (state, tuple(generated), *of_typing), None, None, wire.dataclass_methods


def _without_protocol(attributes: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the attributes without those of `typing`, and the names of the methods it added."""
    added = [
        name
        for name in _OF_TYPING
        if getattr(getattr(attributes.get(name), "__func__", attributes.get(name)), "__module__", None) == "typing"
    ]
    remaining = {name: value for name, value in attributes.items() if name not in added and name not in _MEMBERS}
    return remaining, tuple(map(private, added))


def _is_generated(value: Any) -> bool:
    """Whether `dataclasses` has generated a method."""
    if not isinstance(value, FunctionType):
        return False
    # `reprlib.recursive_repr` wraps `__repr__`.
    code = getattr(value, "__wrapped__", value).__code__
    return code.co_filename == "<string>" and code.co_qualname.startswith("__create_fn__.<locals>.")


def adapt_annotations(owner: Any, attributes: Any, payload_state: Any) -> Any:
    """Replace the function that evaluates annotations by its result; it has no source (3.14)."""
    if sys.version_info < (3, 14) or type(attributes) is not dict or not any(name in attributes for name in _ANNOTATE):
        return attributes
    annotationlib: Any = importlib.import_module("annotationlib")

    values = annotationlib.get_annotations(owner, format=annotationlib.Format.FORWARDREF)
    if any(isinstance(each, annotationlib.ForwardRef) for each in values.values()):
        values = annotationlib.get_annotations(owner, format=annotationlib.Format.STRING)
    adapted = {name: value for name, value in attributes.items() if name not in _ANNOTATE}
    if values:
        adapted[payload_state.name("__annotations__")] = dict(values)
    return adapted
