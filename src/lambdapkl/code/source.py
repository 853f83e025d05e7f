"""`getsource`: the source of functions and classes, also where `inspect.getsource` fails."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from operator import attrgetter
from types import CodeType, FunctionType, MethodType
from typing import Any, cast

from . import blobs
from .texts import Function, Text, first_line

__all__ = ["find", "find_function", "getsource"]

# How many lines a definition in a history may have.
_MAX_LINES = 200
_NOT_FUNCTIONS = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<module>")
# How the file names of typed code begin in IPython and Jupyter, the interactive interpreter, `-c`.
_TYPED = ("<ipython-input-", "<python-input-", "<stdin>", "<string>")


def getsource(obj: Any) -> str:
    """Return the source text of a function or class, typed into a session or written in a file.

    For a lambda, this is the lambda expression alone, not its whole line. For a function or class,
    it is the whole definition with its decorators, without common indentation.

    Name, parameters and lines of the text are compared with those of the code object. If the file
    has changed and they differ, the result is an error, never the wrong text. A class without
    methods is found by its name; in a session up to Python 3.12, the last definition is returned.

    Parameters
    ----------
    obj
        A function, method, class, `functools.partial`, `property`, or code object. For a wrapper
        that `functools.wraps` made, the source of the wrapped function is returned.

    Returns
    -------
    str
        The source text.

    Raises
    ------
    OSError
        The text is not available; the message says why. For example, it was typed into another
        process, or its file is missing or has changed.
    TypeError
        `obj` is not defined by Python source.
    """
    target = _unwrap(obj)
    if isinstance(target, type):
        return _class_source(target)
    return _cut(*find(target, target if isinstance(target, CodeType) else target.__code__))


def find(target: Any, code: CodeType, read: Callable[[str], Text] = Text) -> tuple[Text, Function]:
    """Return the text that contains the definition of `code`, and the definition's node in it.

    Parameters
    ----------
    target
        A function with this code, or `code` itself.
    read
        Parses a text. A caller can pass a function that caches the results.

    Raises
    ------
    OSError, TypeError
        As for `getsource`.
    """
    if code.co_name in _NOT_FUNCTIONS:
        raise TypeError(f"{code.co_name} is not the definition of a function: getsource has no text for it")
    text = _text_of(target, code)
    if text is not None:
        whole = read(text)
        node = find_function(whole, code)
        if node is not None:
            return whole, node
    from_history = _from_history(code)
    if from_history is not None:
        return from_history
    # `<stdin>` is the file name of all typed code, and `<string>` of all code that `exec` runs, so
    # `text` may belong to other code.
    if text is None or code.co_filename.startswith("<"):
        raise OSError(_why_missing(code))
    place = f"{code.co_filename}:{code.co_firstlineno}"
    raise OSError(f"the source of {code.co_qualname} ({place}) has changed since it was compiled, or is not Python")


def _unwrap(obj: Any) -> Any:
    """Return the function, class or code object that `obj` wraps."""
    for _ in range(100):
        if isinstance(obj, (type, CodeType)):
            return obj
        if hasattr(obj, "__wrapped__"):
            obj = obj.__wrapped__
        elif isinstance(obj, (MethodType, staticmethod, classmethod)):
            obj = obj.__func__
        elif isinstance(obj, (functools.partial, functools.partialmethod, functools.cached_property)):
            obj = obj.func
        elif isinstance(obj, property):
            obj = obj.fget
        elif isinstance(obj, FunctionType):
            return obj
        else:
            break
    raise TypeError(f"an object of type {type(obj).__qualname__} has no Python source; pass a function, method or class")


def _text_of(target: Any, code: CodeType) -> str | None:
    """Return the whole text that `code` was compiled from, or None if it is not known."""
    if os.path.exists(code.co_filename) and not os.path.isfile(code.co_filename):
        return None  # a pipe or a device, which may never end
    linecache.checkcache(code.co_filename)
    namespace = getattr(target, "__globals__", None)
    archived = _source_in_archive(namespace, code)
    if archived is not None:
        return archived
    lines = linecache.getlines(code.co_filename, namespace)
    if not lines and code.co_filename.startswith("<"):
        try:
            # Since 3.13, the interactive interpreter keeps its input by code object.
            lines = inspect.findsource(target)[0]
        except (OSError, TypeError, IndexError):
            return None
    return "".join(lines) or None


def _source_in_archive(namespace: Any, code: CodeType) -> str | None:
    """Return the source of a module in an archive, from the module's loader.

    `linecache` would split it at separators at which Python does not.
    """
    spec: Any = None if namespace is None else namespace.get("__spec__")
    loader: Any = getattr(spec, "loader", None)
    if not hasattr(loader, "get_source") or spec.origin != code.co_filename or os.path.exists(code.co_filename):
        return None
    try:
        return cast("str | None", loader.get_source(spec.name))
    except (ImportError, OSError):
        return None


def _why_missing(code: CodeType) -> str:
    name, file = code.co_qualname, code.co_filename
    if file.startswith("<") or "ipykernel" in file:
        return (
            f"no source for {name} ({file}): it was typed into a session or executed by exec, "
            "and this process did not read its text, or keeps no history"
        )
    return f"no source for {name}: its file {file} does not exist; the function may come from another machine"


# ---- functions -----------------------------------------------------------------------------------


def find_function(text: Text, code: CodeType) -> Function | None:
    """Return the node in `text` that `code` was compiled from, or None."""
    candidates = [node for node in text.functions.get(code.co_firstlineno, ()) if _may_be(node, code)]
    if len(candidates) > 1:
        # One line has several lambdas. A nested one is covered by the outer lambda, too: take the
        # shortest.
        covering = [node for node in candidates if _covers(node, code)]
        candidates = [min(covering, key=lambda node: len(_cut(text, node)))] if covering else candidates
    if len(candidates) > 1:
        # Python 3.12 gives the instructions for a constant no position.
        candidates = [node for node in candidates if any(_same(code, each) for each in _compiled(node))]
    if len({_cut(text, node) for node in candidates}) == 1:
        return candidates[0]
    return None


def _may_be(node: ast.AST, code: CodeType) -> bool:
    """Whether `node` and `code` have the same name, lines and parameters."""
    if not isinstance(node, Function) or (_name_of(node), first_line(node)) != (code.co_name, code.co_firstlineno):
        return False
    lines = [line for _, _, line in code.co_lines() if line is not None]
    names = code.co_varnames[: blobs.parameter_count(code)]
    return _same_names(_parameters(node), names) and max(lines, default=0) <= (node.end_lineno or 0)


def _name_of(node: Function) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _same_names(written: list[str], compiled: tuple[str, ...]) -> bool:
    """Whether the names are equal, or are private names that the compiler mangled in a class."""
    if len(written) != len(compiled):
        return False
    return all(
        name == each or (each.startswith("__") and name.endswith(each)) for each, name in zip(written, compiled, strict=True)
    )


def _parameters(node: Function) -> list[str]:
    """Return the names of the parameters, in the order of code objects."""
    args = node.args
    ordered = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    return [each.arg for each in ordered if each is not None]


def _covers(node: ast.AST, code: CodeType) -> bool:
    """Whether the lambda `node` contains an instruction of `code`; True for other nodes."""
    if not isinstance(node, ast.Lambda):
        return True
    body = node.body
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    positions = [each for each in code.co_positions() if None not in each and each[3]]
    # Instructions such as `RESUME` have the position of the whole lambda, or none.
    return any(start <= (line, first) and (last_line, last) <= end for line, last_line, first, last in positions)


def _compiled(node: Any) -> Iterator[CodeType]:
    """Compile `node` alone, and yield its code."""
    tree = ast.Expression(node) if isinstance(node, ast.Lambda) else ast.Module([node], [])
    whole = compile(tree, "<text>", "eval" if isinstance(node, ast.Lambda) else "exec", dont_inherit=True)
    yield from (constant for constant in whole.co_consts if isinstance(constant, CodeType))


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


_behaviour = attrgetter("co_name", "co_code", "co_names", "co_varnames", "co_freevars")


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same; file names and lines may differ."""
    if _behaviour(one) != _behaviour(other) or len(one.co_consts) != len(other.co_consts):
        return False
    return all(
        _same(left, right) if isinstance(left, CodeType) and isinstance(right, CodeType) else repr(left) == repr(right)
        for left, right in zip(one.co_consts, other.co_consts, strict=True)
    )


def _cut(text: Text, node: Function | ast.ClassDef) -> str:
    """Return the text of `node`; for a definition, whole lines without common indentation."""
    if isinstance(node, ast.Lambda):
        return text.segment(node)
    return textwrap.dedent(text.definition(first_line(node), node))


# ---- classes -------------------------------------------------------------------------------------


def _class_source(cls: type) -> str:
    """Return the text of a class: the one around its methods, or the last one with its name."""
    name = cls.__qualname__
    codes = [each.__code__ for each in map(_function_of, vars(cls).values()) if each is not None]
    written_inside = [code for code in codes if code.co_qualname.startswith(f"{name}.")]
    for code in written_inside:
        whole = Text(_text_of(code, code) or "")
        for node in whole.nodes():
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__ and any(_may_be(each, code) for each in node.body):
                return _cut(whole, node)
    line = vars(cls).get("__firstlineno__")
    for text in _texts_of_class(cls):
        whole = Text(text)
        named = [node for node in whole.nodes() if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
        nodes = [node for node in named if line is None or first_line(node) == line]
        if nodes and not written_inside:
            return _cut(whole, nodes[-1])
    if not codes and not isinstance(getattr(sys.modules.get(cls.__module__), "__file__", None), str):
        raise OSError(
            f"no source for class {name}: it has no method with a line number, and no cell of this session contains it"
        )
    if written_inside:
        raise OSError(_why_missing(written_inside[0]))
    raise OSError(f"no source for class {name}: its module {cls.__module__!r} does not contain it")


def _function_of(value: Any) -> FunctionType | None:
    try:
        target = _unwrap(value)
    except TypeError:
        return None
    return target if isinstance(target, FunctionType) else None


def _texts_of_class(cls: type) -> Iterator[str]:
    """Yield the texts that may contain a class without methods.

    These are the file of its module, and the cells of the session, the last one first.
    """
    try:
        yield "".join(linecache.getlines(inspect.getfile(cls)))
    except (OSError, TypeError):
        pass
    if cls.__module__ == "__main__":
        for file in reversed(list(linecache.cache)):
            if str(file).startswith(_TYPED) or "ipykernel_" in str(file):
                yield "".join(linecache.getlines(file))


# ---- the history of the interactive interpreter --------------------------------------------------


def _from_history(code: CodeType) -> tuple[Text, Function] | None:
    """Return the latest text in readline's history that compiles to `code`."""
    readline: Any = sys.modules.get("readline")
    if readline is None or code.co_filename != "<stdin>":
        return None
    items = [readline.get_history_item(index + 1) or "" for index in range(readline.get_current_history_length())]
    lines = "\n".join(items).split("\n")
    starts = ("@", "async ", "class ", "def ") if code.co_name != "<lambda>" else ("",)
    for start in reversed(range(len(lines))):
        if not lines[start].startswith(starts) or lines[start][:1] in ("", " ", "\t") or lines[start - 1].startswith("@"):
            continue
        for end in range(start + 1, min(len(lines), start + _MAX_LINES) + 1):
            text = "\n".join(lines[start:end]) + "\n"
            whole = Text(text)
            for node in whole.nodes():
                if isinstance(node, Function) and any(_same(code, each) for each in _codes_of(text, node)):
                    return whole, node
            if end < len(lines) and lines[end][:1] not in ("", " ", "\t") and whole.tree is not None:
                break  # the statement is complete
    return None


def _codes_of(text: str, node: Function) -> Iterator[CodeType]:
    """Compile `text`, and yield the code of `node` in it."""
    for code in _nested(compile(text, "<stdin>", "exec", dont_inherit=True)):
        if (code.co_name, code.co_firstlineno) == (_name_of(node), first_line(node)) and _covers(node, code):
            yield code
