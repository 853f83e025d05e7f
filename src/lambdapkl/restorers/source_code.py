"""Code by its source, for an interpreter with another bytecode; and what `dataclasses` makes of a class, made again."""

from __future__ import annotations

import pickle
import sys
from types import CodeType, FunctionType
from typing import Any

from ..code import blobs
from ..code.carried import remember
from ..identity.building import unfinished
from .classes import abc_class, class_

_FUTURE = 0x1FE0000  # CO_FUTURE_DIVISION to CO_FUTURE_ANNOTATIONS: flags of a code object that `compile` takes
# Whether a function stands in another one (CO_NESTED) or directly in a class (CO_METHOD, since 3.14), which its text does not
# tell, and whether `types.coroutine` has changed it (CO_ITERABLE_COROUTINE).
_NESTED, _METHOD, _AWAITABLE = 0x10, 0x8000000, 0x100
_GIVEN = _NESTED | _AWAITABLE | (_METHOD if sys.version_info >= (3, 14) else 0)
FLAGS = _FUTURE | _NESTED | _METHOD | _AWAITABLE
_MAX_CACHED = 1024
# For `copy.replace`; dataclasses have it since 3.13.
REPLACE = "__replace__"

_compiled: dict[tuple[Any, ...], CodeType] = {}


def source_code(
    blob: Any,
    file_name: Any,
    text: Any,
    qualname: Any,
    first_line: Any,
    free: Any = (),
    flags: Any = 0,
    optimize: Any = 0,
) -> CodeType:
    """Return the code object of a blob, or if that is another interpreter's, of the source text of a function.

    Parameters
    ----------
    blob, file_name
        Those of `blobs.unpack`.
    text
        The lines of a definition, without decorators and perhaps indented, or a lambda.
    qualname
        Its qualified name; the class in it is the one that private names belong to.
    first_line
        Where it starts in its file.
    free
        The variables of its closure, in order.
    flags
        Those of its code object that are in `FLAGS`.
    optimize
        What ``-O`` (1) or ``-OO`` (2) left out where it was written: globals that only an `assert` names did not travel.
    """
    origin = text, qualname, first_line, free, flags, optimize
    if type(blob) is bytes and blob[:2] == blobs.MAGIC:
        code = blobs.unpack(blob, file_name)
        remember(code, origin)
        return code
    key = file_name, origin
    if not (
        [type(each) for each in (text, qualname, first_line, free, flags, optimize)] == [str, str, int, tuple, int, int]
        and type(file_name) in (str, type(None))
        and all(type(each) is str and each.isidentifier() for each in free)
        and flags & ~FLAGS == 0
        and optimize in (0, 1, 2)
    ):
        raise pickle.UnpicklingError("the payload is damaged: code by its source, of wrong parts")
    found = _compiled.get(key)
    if found is None:
        found = compile_function(text, file_name or "<unknown>", qualname, first_line, free, flags, optimize)
        if len(_compiled) >= _MAX_CACHED:
            _compiled.clear()
        _compiled[key] = found
        remember(found, origin)
    return found


def compile_function(
    text: str,
    file_name: str,
    qualname: str,
    first_line: int,
    free: tuple[str, ...],
    flags: int,
    optimize: int = 0,
    context: str = "",
) -> CodeType:
    """Return the code object of one function; see `source_code`.

    Parameters
    ----------
    context
        Statements that are to stand beside the function, for the compiler goes by some of them.

    Raises
    ------
    pickle.UnpicklingError
        This version of Python does not take the text, or makes something else of it.
    """
    import ast  # here and below: few payloads need it

    try:
        node, prepended = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise pickle.UnpicklingError(f"this version of Python cannot compile {qualname}: {error}") from error
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
        args, name = node.value.args, "<lambda>"
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        args, name = node.args, node.name
        # No code can name it, so that it hides nothing from the function, as a name around it would.
        node.name = "<function>"
        node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []
    else:
        raise pickle.UnpicklingError(f"the payload is damaged: the source of {qualname} is not that of a function")
    if name != qualname.rpartition(".")[2]:
        raise pickle.UnpicklingError(f"the payload is damaged: no function {qualname} in its source")
    # Only the function's own code is wanted, and these are evaluated outside: they may bind names, or have lambdas in them.
    args.defaults, args.kw_defaults = [], [None] * len(args.kwonlyargs)
    for each in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if each is not None:
            each.annotation = None
    ast.increment_lineno(node, first_line - 1 - prepended)
    # Parameters of a function around it are what its closure refers to; in a class of this name, private names get theirs.
    # That class stands in another one, whose names the function does not see.
    owner = _class_of(qualname)
    path = ["<around>", *(["<hidden>", owner] if owner is not None else [])]
    inner: ast.stmt = node
    for each_class in reversed(path[1:]):
        (outer,) = ast.parse("class _: pass").body
        outer.name, outer.body = each_class, [inner]  # type: ignore[attr-defined]
        inner = outer
    (around,) = ast.parse(f"def _({', '.join(free)}): pass").body
    around.name, around.body = path[0], [inner]  # type: ignore[attr-defined]
    try:
        code = compile(
            ast.Module([*ast.parse(context).body, around], []),
            file_name,
            "exec",
            flags=flags & _FUTURE,
            dont_inherit=True,
            optimize=optimize,
        )
    except (SyntaxError, ValueError, RecursionError) as error:
        raise pickle.UnpicklingError(f"this version of Python cannot compile {qualname}: {error}") from error
    for step in (*path, "<lambda>" if name == "<lambda>" else "<function>"):
        code = next(each for each in code.co_consts if type(each) is CodeType and each.co_name == step)
    if code.co_freevars != free:
        raise pickle.UnpicklingError(f"{qualname} takes other variables from around it in this version of Python")
    code = code.replace(co_flags=code.co_flags & ~_GIVEN | flags & _GIVEN, co_name=name)
    return _renamed(code, code.co_qualname, qualname)


def _parsed(text: str) -> tuple[Any, int]:
    """Return the one statement in `text`, None if there are others, and how many lines were put before it."""
    import ast

    if text[:1] not in (" ", "\t"):
        body = ast.parse(text).body
        return body[0] if len(body) == 1 else None, 0
    # Indented as it was in its class: taking that away would change the strings in it.
    body = ast.parse(f"if 1:\n{text}").body
    block = body[0] if len(body) == 1 else None
    alone = isinstance(block, ast.If) and len(block.body) == 1 and not block.orelse
    return block.body[0] if alone else None, 1  # type: ignore[union-attr]


def _class_of(qualname: str) -> str | None:
    """Return the class whose body a function stands in, perhaps within other functions and comprehensions."""
    parts = qualname.split(".")
    for name, after in zip(parts[-2::-1], parts[:0:-1], strict=True):
        if not name.startswith("<") and after != "<locals>":
            return name if name.isidentifier() else None
    return None


def _renamed(code: CodeType, old: str, new: str) -> CodeType:
    """Return `code` with the start of its qualified name, and of those in it, replaced.

    A class takes its qualified name from a constant of its body, functions theirs from one beside them on PyPy.
    """

    def renamed(name: str) -> str:
        return new + name[len(old) :] if name == old or name.startswith(f"{old}.") else name

    constants = tuple(
        [
            _renamed(each, old, new) if type(each) is CodeType else renamed(each) if type(each) is str else each
            for each in code.co_consts
        ]
    )
    return code.replace(co_qualname=renamed(code.co_qualname), co_consts=constants)


def dataclass_methods(cls: Any, state: Any) -> Any:
    """Give a class its attributes, and what `dataclasses` and `typing` make of it in this version of Python.

    Parameters
    ----------
    state
        The state of `class_` or `abc_class`, and the names of the methods that `dataclasses` makes of the fields; then, for a
        protocol or what implements one, those of the attributes that `typing` gives to it.
    """
    if type(state) is not tuple or len(state) not in (2, 3) or not isinstance(cls, type):
        raise pickle.UnpicklingError("the payload is damaged: a wrong state for a dataclass")
    attributes, names, *of_typing = state
    fill: Any = abc_class if type(attributes) is tuple else class_
    if not unfinished(cls):
        return fill(cls, attributes)
    if of_typing:
        from .protocols import complete_protocol, protocol_attributes

        made = fill(cls, (protocol_attributes(attributes[0]), *attributes[1:]))
        complete_protocol(cls, *of_typing)
    else:
        made = fill(cls, attributes)
    return _with_methods(cls, names) if names else made


def _with_methods(cls: Any, names: tuple[str, ...]) -> Any:
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
        _annotate_init_vars(cls, method)
        type.__setattr__(cls, name, method)
    if hasattr(template, REPLACE) and REPLACE not in vars(cls):
        type.__setattr__(cls, REPLACE, vars(template)[REPLACE])
    return cls


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


def _annotate_init_vars(cls: Any, method: FunctionType) -> None:
    """Annotate parameters of `method` that are no fields with what the class says: as text it makes none in another class."""
    fields = cls.__dataclass_fields__
    if method.__name__ == "__init__" and any(each._field_type.name == "_FIELD_INITVAR" for each in fields.values()):
        annotations = method.__annotations__
        method.__annotations__ = {name: fields[name].type if name in fields else annotations[name] for name in annotations}


def _nothing(self: Any, *args: Any) -> None:
    """Stand for ``__post_init__``: that there is one is all that the methods go by."""
