"""``dumps(portable=True)``: what travels so that another version of Python can read it.

Bytecode is good for one minor version.  Its source is good for many: beside the bytecode goes the text of the one
function that it was compiled from, found by `source`, and compiled and compared here before it is trusted.  What a version
computes from source when it makes a class or evaluates annotations is left out or evaluated.
"""

from __future__ import annotations

import ast
import functools
import importlib
import pickle
import sys
import typing
import weakref
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import Any

from .. import wire
from ..code import carried
from ..code.behaviour import code_digest
from ..code.code_info import CodeInfo
from ..code.placeless import FILE_NAME
from ..code.source import find, find_function
from ..code.texts import Function, Text
from ..code.texts import first_line as first_line_of
from ..frames import suspended
from ..options import variant
from ..reducers.annotations import REDUCERS as IN_TYPING
from ..restorers.source_code import FLAGS, REPLACE, compile_function
from ..rules.names import private, private_key

__all__ = ["adapt", "adapt_annotations", "forget", "reduce_code", "reduce_special", "source_of"]

_GENERATORS = (GeneratorType, CoroutineType, AsyncGeneratorType)
# The last one NamedTuple leaves behind: a cell with the dictionary of the class.
_ANNOTATE = ("__annotate__", ".__annotate__", "__annotate_func__", "__classdictcell__")

# What the constructor makes of a function alone: locks up to 3.11, caches since 3.13.
_OF_FUNCTIONS = (functools.cached_property, functools.singledispatchmethod)
_OF_ONE_VERSION = ("func", "lock", "_method_cache", "_all_weakrefable_instances")
_DEFERRING = [kind for kind in IN_TYPING if kind.__name__ in ("TypeAliasType", "TypeVar", "TypeVarTuple", "ParamSpec")]
# What `typing` gives to protocols, and the tables that it keeps of their members.
_OF_TYPING = ("__subclasshook__", "__init__")
_MEMBERS = ("__protocol_attrs__", "__callable_proto_members_only__", "__non_callable_proto_members__")
_OPTIMIZE = min(sys.flags.optimize, 2)

# Equal code is of one text; the file may be another one, and so may the class that private names belong to.
_texts: weakref.WeakKeyDictionary[CodeType, tuple[str, str, int]] = weakref.WeakKeyDictionary()


@functools.lru_cache(maxsize=16)
def _read(text: str) -> Text:
    """Parse a text once for all the functions in it that one payload takes."""
    return Text(text)


# What they hold is large.
forget = _read.cache_clear


def reduce_special(obj: Any) -> Any:
    """Reduce what keeps code that has no source of its own; refuse what belongs to one version of Python.

    Raises
    ------
    pickle.PicklingError
        It is a generator or coroutine that is not finished, or keeps code without source.
    """
    if isinstance(obj, _GENERATORS) and suspended.state_of(obj) != suspended.FINISHED:
        raise pickle.PicklingError(
            f"cannot pickle {type(obj).__name__} {obj.__qualname__!r} with portable=True: a frame belongs to one version of "
            "Python; pickle its function, and call it where it is loaded"
        )
    if type(obj) is typing.ForwardRef:
        return typing.ForwardRef, (private(obj.__forward_arg__),)
    if type(obj) in _DEFERRING:
        _check_deferred(obj)
    if type(obj) in _OF_FUNCTIONS:
        state = {private_key(name): value for name, value in list(vars(obj).items()) if name not in _OF_ONE_VERSION}
        return type(obj), (vars(obj)["func"],), state
    return NotImplemented


def _check_deferred(obj: Any) -> None:
    """Refuse what `type`, or a bound or default of a type parameter, makes a function of, which stands nowhere by itself."""
    reduced = IN_TYPING[type(obj)](obj)
    if type(reduced) is not tuple:
        return
    what, instead = f"the type parameter {obj.__name__!r}", "make it with typing.TypeVar"
    if reduced[0] is wire.type_alias:
        what, instead = f"the type alias {obj.__name__!r}", f"write {obj.__name__} = ... without `type`"
    elif not any(type(each) is dict and any(name.startswith("evaluate_") for name in each) for each in reduced[1]):
        return
    raise pickle.PicklingError(
        f"cannot pickle {what} with portable=True: of its value, bound or default the interpreter keeps only code; {instead}"
    )


def reduce_code(code: CodeType, target: Any, info: CodeInfo, file_name: Any) -> tuple[Any, ...]:
    """Reduce a code object to its bytecode and its source.

    Parameters
    ----------
    target
        A function with this code, whose globals may tell where a text is that is no file; or the code.

    Raises
    ------
    pickle.PicklingError
        Its source cannot be had, or is not what it was compiled from.
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
    if variant().deterministic:
        file_name, first_line = FILE_NAME, 1
    elif file_name is None:
        file_name = private(code.co_filename)
    args = (info.blob, file_name, text, code.co_qualname, first_line, code.co_freevars, code.co_flags & FLAGS)
    return wire.source_code, (*args, optimize) if optimize else args


def _brought_source(code: CodeType) -> tuple[str, int, int] | None:
    """Return text, first line and optimization of code that a portable payload brought, None if it came in another way."""
    found = carried.origin_of(code)
    if found is None:
        return None
    (text, qualname, line, free, flags, optimize), path = found
    if not path:
        return text, line, optimize
    # A loaded function has made it: it stands in the text of that one, where this version of Python compiles its like.
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
    """Return the text that makes `code` again, and its first line; parameters and errors are those of `reduce_code`."""
    made = _made_text(code)
    try:
        if made is None:
            whole, node = find(target, code, _read)
        else:
            whole = Text(made)
            node = whole.functions[1][0]
        text = _undecorated(whole, node)
    except (OSError, TypeError, ValueError) as error:
        raise _refusal(code, str(error)) from error
    line = code.co_firstlineno + node.lineno - first_line_of(node)
    args = (text, code.co_filename, code.co_qualname, line, code.co_freevars, code.co_flags & FLAGS, _OPTIMIZE)
    # What is typed into a session is compiled apart from the imports before it.
    for context in dict.fromkeys((whole.context, "")):
        try:
            again = compile_function(*args, context)
        except pickle.UnpicklingError as error:
            raise _refusal(code, str(error)) from error
        if code_digest(again) == code_digest(code):
            return text, line
    raise _refusal(code, "its source gives other bytecode than it has: it was changed since, or rewritten when imported")


def _refusal(code: CodeType, reason: str) -> pickle.PicklingError:
    return pickle.PicklingError(f"cannot pickle {code.co_qualname!r} with portable=True, which takes its source: {reason}")


def _undecorated(whole: Text, node: Function) -> str:
    """Return the text of a lambda, or the lines of a definition below its decorators, as they are: strings may be in them."""
    if isinstance(node, ast.Lambda):
        return f"({whole.segment(node)})"
    text = whole.definition(node.lineno, node)
    # A form feed starts the indentation anew.
    blank = len(text) - len(text.lstrip(" \t\f"))
    return text[text.rfind("\f", 0, blank) + 1 :]


def _made_text(code: CodeType) -> str | None:
    """Return the text of what `collections.namedtuple` makes, which it keeps nowhere."""
    if code.co_names != ("_tuple_new",) or code.co_name != "<lambda>" or not code.co_varnames:
        return None
    first, *fields = code.co_varnames
    values = "".join([f"{each}, " for each in fields])
    return f"lambda {', '.join(code.co_varnames)}: _tuple_new({first}, ({values}))"


def adapt(obj: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the reduced value of `obj` without what only one version has.

    Raises
    ------
    pickle.PicklingError
        Another version makes something else of it.
    """
    if reduced[0] is wire.enum_class and hasattr(obj, "__dataclass_fields__"):
        raise pickle.PicklingError(
            f"cannot pickle the enumeration {obj.__qualname__!r} with portable=True: versions differ in what they make of "
            "one whose values are those of a dataclass; set their attributes in __init__"
        )
    return _adapt_class(obj, reduced) if isinstance(obj, type) else reduced


def _adapt_class(cls: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out of a reduced class what `dataclasses` and `typing` have made; the reader's version makes that again."""
    is_abstract = reduced[0] is wire.abc_class and len(reduced) > 2
    if not is_abstract and (reduced[0] is not wire.class_ or type(reduced[2]) is not dict):
        return reduced
    attributes: dict[str, Any] = reduced[2][0] if is_abstract else reduced[2]
    of_typing: list[Any] = []
    if is_abstract and typing.Protocol in cls.__mro__:
        attributes, *of_typing = _without_protocol(attributes)
    made = [name for name, value in attributes.items() if _is_made(value)] if "__dataclass_fields__" in vars(cls) else []
    if not made and not of_typing:
        return reduced
    if made:
        import dataclasses  # the program has imported it

        replace = getattr(dataclasses, "_replace", None)
        attributes = {
            name: value for name, value in attributes.items() if name not in made and not (name == REPLACE and value is replace)
        }
        if type(attributes.get("__doc__")) not in (str, type(None)):
            attributes["__doc__"] = cls.__doc__  # since 3.15 it is made when it is asked for
    state = (attributes, *reduced[2][1:]) if is_abstract else attributes
    return *reduced[:2], (state, tuple(made), *of_typing), None, None, wire.dataclass_methods


def _without_protocol(attributes: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the attributes that `typing` has not made, and which others there are but tables of members."""
    made = [
        name
        for name in _OF_TYPING
        if getattr(getattr(attributes.get(name), "__func__", attributes.get(name)), "__module__", None) == "typing"
    ]
    left = {name: value for name, value in attributes.items() if name not in made and name not in _MEMBERS}
    return left, tuple(map(private, made))


def _is_made(value: Any) -> bool:
    if not isinstance(value, FunctionType):
        return False
    # `__repr__` is wrapped by `reprlib.recursive_repr`.
    code = getattr(value, "__wrapped__", value).__code__
    return code.co_filename == "<string>" and code.co_qualname.startswith("__create_fn__.<locals>.")


def adapt_annotations(owner: Any, found: Any, session: Any) -> Any:
    """Replace the function that evaluates annotations, which has no source of its own (3.14), by what it gives."""
    if sys.version_info < (3, 14) or type(found) is not dict or not any(name in found for name in _ANNOTATE):
        return found
    annotationlib: Any = importlib.import_module("annotationlib")

    values = annotationlib.get_annotations(owner, format=annotationlib.Format.FORWARDREF)
    if any(isinstance(each, annotationlib.ForwardRef) for each in values.values()):
        values = annotationlib.get_annotations(owner, format=annotationlib.Format.STRING)
    kept = {name: value for name, value in found.items() if name not in _ANNOTATE}
    if values:
        kept[session.name("__annotations__")] = dict(values)
    return kept
