"""Compile functions for an interpreter with other bytecode, and recreate dataclass methods."""

from __future__ import annotations

import pickle
import sys
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from ..code import blobs
from ..code.carried import remember
from ..identity.building import unfinished
from .classes import abc_class, class_

_FUTURE = 0x1FE0000  # CO_FUTURE_DIVISION to CO_FUTURE_ANNOTATIONS: flags of a code object that `compile` takes
# Flags that do not follow from the text of a function: whether it is nested in another function
# (CO_NESTED) or directly in a class (CO_METHOD, since 3.14), or changed by `types.coroutine`
# (CO_ITERABLE_COROUTINE).
_NESTED, _METHOD, _AWAITABLE = 0x10, 0x8000000, 0x100
_FROM_PAYLOAD = _NESTED | _AWAITABLE | (_METHOD if sys.version_info >= (3, 14) else 0)
FLAGS = _FUTURE | _NESTED | _METHOD | _AWAITABLE
# The method for `copy.replace`, which dataclasses have since 3.13.
REPLACE = "__replace__"


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
    """Return the code object of `blob`, or if that is for another interpreter, compile the source text.

    Parameters
    ----------
    blob, file_name
        As for `blobs.unpack`.
    text
        The lines of a definition, without decorators and perhaps indented, or a lambda.
    qualname
        The qualified name of the function. Private names are mangled with the class in it.
    first_line
        Its first line number in its file.
    free
        Its closure variables, in order.
    flags
        The flags of its code object that are in `FLAGS`.
    optimize
        The writer's optimization level, ``-O`` (1) or ``-OO`` (2). Globals that only a removed
        `assert` names are not in the payload.
    """
    origin = text, qualname, first_line, free, flags, optimize
    if type(blob) is bytes and blob[:2] == blobs.MAGIC:
        code = blobs.unpack(blob, file_name)
        remember(code, origin)
        return code
    if not (
        [type(each) for each in (text, qualname, first_line, free, flags, optimize)] == [str, str, int, tuple, int, int]
        and type(file_name) in (str, type(None))
        and all(type(each) is str and each.isidentifier() for each in free)
        and flags & ~FLAGS == 0
        and optimize in (0, 1, 2)
    ):
        raise pickle.UnpicklingError("the payload is damaged: source code of a function with wrong arguments")
    return _compiled(file_name, *origin)


@lru_cache(maxsize=1024)
def _compiled(file_name: str | None, text: str, *rest: Any) -> CodeType:
    code = compile_function(text, file_name or "<unknown>", *rest)
    remember(code, (text, *rest))
    return code


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
        Statements to compile beside the function, as some of them influence the compiler.

    Raises
    ------
    pickle.UnpicklingError
        This version of Python cannot compile the text, or compiles it to a different function.
    """
    import ast  # imported late, here and below, as few payloads need it

    try:
        node, prepended = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise pickle.UnpicklingError(f"this version of Python cannot compile {qualname}: {error}") from error
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
        args, name = node.value.args, "<lambda>"
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        args, name = node.args, node.name
        # No code can refer to this name, so it does not shadow a global of the function.
        node.name = "<function>"
        node.returns = None
        if hasattr(node, "type_params"):
            node.type_params = []
    else:
        raise pickle.UnpicklingError(f"the payload is damaged: the source of {qualname} does not define one function")
    if name != qualname.rpartition(".")[2]:
        raise pickle.UnpicklingError(f"the payload is damaged: the source of {qualname} defines {name}")
    # Defaults and annotations are evaluated outside the function. They may bind names or contain
    # lambdas.
    args.defaults, args.kw_defaults = [], [None] * len(args.kwonlyargs)
    for each in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if each is not None:
            each.annotation = None
    ast.increment_lineno(node, first_line - 1 - prepended)
    # An outer function has the closure variables as parameters. A class of the right name mangles
    # private names. It is inside a second class, so that its name is not visible to the function.
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
        raise pickle.UnpicklingError(f"{qualname} has other closure variables in this version of Python")
    code = code.replace(co_flags=code.co_flags & ~_FROM_PAYLOAD | flags & _FROM_PAYLOAD, co_name=name)
    return _renamed(code, code.co_qualname, qualname)


def _parsed(text: str) -> tuple[Any, int]:
    """Return the only statement in `text` or None, and how many lines were inserted before it."""
    import ast

    if text[:1] not in (" ", "\t"):
        body = ast.parse(text).body
        return body[0] if len(body) == 1 else None, 0
    # The text stays indented as it was in its class; dedenting it would change multi-line strings.
    body = ast.parse(f"if 1:\n{text}").body
    block = body[0] if len(body) == 1 else None
    alone = isinstance(block, ast.If) and len(block.body) == 1 and not block.orelse
    return block.body[0] if alone else None, 1  # type: ignore[union-attr]


def _class_of(qualname: str) -> str | None:
    """Return the innermost class around a function, which may be inside other functions, too."""
    parts = qualname.split(".")
    for name, after in zip(parts[-2::-1], parts[:0:-1], strict=True):
        if not name.startswith("<") and after != "<locals>":
            return name if name.isidentifier() else None
    return None


def _renamed(code: CodeType, old: str, new: str) -> CodeType:
    """Return `code` with `old` replaced by `new` in its qualified name and in those of the code inside it.

    String constants are replaced, too: a class body has its qualified name in one, and functions on
    PyPy.
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
    """Set the attributes of a class, and those that this version's `dataclasses` and `typing` generate.

    Parameters
    ----------
    state
        The state of `class_` or `abc_class`, and the names of the methods that `dataclasses`
        generates. A protocol or an implementing class has a third part, the names of the attributes
        that `typing` adds.
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
            raise pickle.UnpicklingError(
                f"this version of Python does not generate {name} for the dataclass {cls.__qualname__}"
            )
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
    """Return a dataclass with only the fields of `cls`, including inherited ones."""
    import dataclasses

    fields = []
    for each in cls.__dataclass_fields__.values():
        kind = each._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        names = ("init", "repr", "hash", "compare", "metadata", "kw_only", "default", "default_factory")
        options = {name: getattr(each, name) for name in names if getattr(each, name) is not dataclasses.MISSING}
        fields.append(
            (each.name, dataclasses.InitVar[object] if kind == "_FIELD_INITVAR" else each.type, dataclasses.field(**options))
        )
    params = cls.__dataclass_params__
    # The generated `__init__` depends only on the existence of `__post_init__`.
    namespace = {"__post_init__": lambda self, *args: None} if hasattr(cls, "__post_init__") else {}
    return dataclasses.make_dataclass(
        cls.__name__,
        fields,
        namespace=namespace,
        **{name: getattr(params, name) for name in ("init", "repr", "eq", "order", "unsafe_hash", "frozen")},
    )


def _annotate_init_vars(cls: Any, method: FunctionType) -> None:
    """Set the annotations of the `InitVar` parameters of `__init__` to the types that the class states."""
    fields = cls.__dataclass_fields__
    if method.__name__ == "__init__" and any(each._field_type.name == "_FIELD_INITVAR" for each in fields.values()):
        annotations = method.__annotations__
        method.__annotations__ = {name: fields[name].type if name in fields else annotations[name] for name in annotations}
