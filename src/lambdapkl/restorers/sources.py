"""Code by its source, for an interpreter with another bytecode; and what `dataclasses` makes of a class, made again."""

from __future__ import annotations

import pickle
from types import CodeType, FunctionType
from typing import Any

from .. import codes, tracking
from .classes import class_

_FUTURE = 0x1FE0000  # CO_FUTURE_DIVISION to CO_FUTURE_ANNOTATIONS: flags of a code object that `compile` takes
# Whether a function stands in another one (CO_NESTED): here it always does.
_NESTED = 0x10
FLAGS = _FUTURE | _NESTED
_MAX_CACHED = 1024
# For `copy.replace`; dataclasses have it since 3.13.
REPLACE = "__replace__"

_compiled: dict[tuple[Any, ...], CodeType] = {}


def source_code(
    blob: Any, file_name: Any, text: Any, qualname: Any, first_line: Any, free: Any = (), flags: Any = 0
) -> CodeType:
    """Return the code object of a blob, or if that is another interpreter's, of the source text of a function.

    Parameters
    ----------
    blob, file_name
        Those of `codes.unpack`.
    text
        A definition without decorators, or a lambda.
    qualname
        Its qualified name; the class in it is the one that private names belong to.
    first_line
        Where it starts in its file.
    free
        The variables of its closure, in order.
    flags
        Those of its code object that are in `FLAGS`.
    """
    if type(blob) is bytes and blob[:2] == codes.MAGIC:
        return codes.unpack(blob, file_name)
    key = text, file_name, qualname, first_line, free, flags
    if not (
        [type(each) for each in (text, qualname, first_line, free, flags)] == [str, str, int, tuple, int]
        and type(file_name) in (str, type(None))
        and all(type(each) is str and each.isidentifier() for each in free)
        and flags & ~FLAGS == 0
    ):
        raise pickle.UnpicklingError("the payload is damaged: code by its source, of wrong parts")
    found = _compiled.get(key)
    if found is None:
        found = compile_function(text, file_name or "<unknown>", qualname, first_line, free, flags)
        if len(_compiled) >= _MAX_CACHED:
            _compiled.clear()
        _compiled[key] = found
    return found


def compile_function(text: str, file_name: str, qualname: str, first_line: int, free: tuple[str, ...], flags: int) -> CodeType:
    """Return the code object of one function; see `source_code`.

    Raises
    ------
    pickle.UnpicklingError
        This version of Python does not take the text, or makes something else of it.
    """
    import ast  # here and below: few payloads need it

    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise pickle.UnpicklingError(f"this version of Python cannot compile {qualname}: {error}") from error
    node = body[0] if len(body) == 1 else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
        pass
    elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise pickle.UnpicklingError(f"the payload is damaged: the source of {qualname} is not that of a function")
    assert node is not None
    ast.increment_lineno(node, first_line - 1)
    owner = _class_of(qualname)
    # Parameters of a function around it are what its closure refers to; in a class of this name, private names get theirs.
    inner: list[ast.stmt] = [node]
    if owner is not None:
        inner = list(ast.parse(f"class {owner}: pass").body)
        inner[0].body = [node]  # type: ignore[attr-defined]
    (around,) = ast.parse(f"def around({', '.join(free)}): pass").body
    around.body = inner  # type: ignore[attr-defined]
    try:
        whole = compile(ast.Module([around], []), file_name, "exec", flags=flags & _FUTURE, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise pickle.UnpicklingError(f"this version of Python cannot compile {qualname}: {error}") from error
    code = _nested(whole, "around")
    if owner is not None:
        code = _nested(code, owner)
    code = _nested(code, qualname.rpartition(".")[2])
    if code.co_freevars != free:
        raise pickle.UnpicklingError(f"{qualname} takes other variables from around it in this version of Python")
    code = code.replace(co_flags=code.co_flags & ~_NESTED | flags & _NESTED)
    return _renamed(code, code.co_qualname, qualname)


def _class_of(qualname: str) -> str | None:
    """Return the class whose body a function stands in, perhaps within other functions."""
    parts = qualname.split(".")
    for name, after in zip(parts[-2::-1], parts[:0:-1], strict=True):
        if name != "<locals>" and after != "<locals>":
            return name if name.isidentifier() else None
    return None


def _nested(code: CodeType, name: str) -> CodeType:
    for each in code.co_consts:
        if type(each) is CodeType and each.co_name == name:
            return each
    raise pickle.UnpicklingError(f"the payload is damaged: no function {name} in its source")


def _renamed(code: CodeType, old: str, new: str) -> CodeType:
    """Return `code` with the start of its qualified name, and of those in it, replaced."""
    constants = tuple([_renamed(each, old, new) if type(each) is CodeType else each for each in code.co_consts])
    qualname = new + code.co_qualname[len(old) :] if code.co_qualname.startswith(old) else code.co_qualname
    return code.replace(co_qualname=qualname, co_consts=constants)


def dataclass_methods(cls: Any, state: Any) -> Any:
    """Give a class its attributes, and the methods that `dataclasses` makes of its fields in this version of Python.

    Parameters
    ----------
    state
        The state of `class_`, and the names of the methods.
    """
    if type(state) is not tuple or len(state) != 2 or not isinstance(cls, type):
        raise pickle.UnpicklingError("the payload is damaged: a wrong state for a dataclass")
    attributes, names = state
    if not tracking.unfinished(cls):
        return class_(cls, attributes)
    made = class_(cls, attributes)
    template = _template(cls)
    for name in names:
        method = vars(template).get(name)
        if not isinstance(method, FunctionType):
            raise pickle.UnpicklingError(f"this version of Python makes no {name} for the dataclass {cls.__qualname__}")
        for cell in method.__closure__ or ():
            if cell.cell_contents is template:
                cell.cell_contents = cls
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        method.__module__ = cls.__module__
        type.__setattr__(cls, name, method)
    if hasattr(template, REPLACE) and REPLACE not in vars(cls):
        type.__setattr__(cls, REPLACE, vars(template)[REPLACE])
    return made


def _template(cls: Any) -> type:
    """Return a dataclass with the fields of `cls`, inherited ones as well, and nothing else."""
    import dataclasses

    fields = []
    for each in cls.__dataclass_fields__.values():
        kind = each._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        options = {name: getattr(each, name) for name in ("init", "repr", "hash", "compare", "metadata", "kw_only")}
        options |= {
            name: getattr(each, name)
            for name in ("default", "default_factory")
            if getattr(each, name) is not dataclasses.MISSING
        }
        fields.append(
            (each.name, dataclasses.InitVar[object] if kind == "_FIELD_INITVAR" else each.type, dataclasses.field(**options))
        )
    params = cls.__dataclass_params__
    namespace = {"__post_init__": _nothing} if hasattr(cls, "__post_init__") else {}
    return dataclasses.make_dataclass(
        cls.__name__,
        fields,
        namespace=namespace,
        **{name: getattr(params, name) for name in ("init", "repr", "eq", "order", "unsafe_hash", "frozen")},
    )


def _nothing(self: Any, *args: Any) -> None:
    """Stand for ``__post_init__``: that there is one is all that the methods go by."""
