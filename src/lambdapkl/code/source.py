"""`getsource`: the text of a function or class, where `inspect` does not get it or gets too much."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any, cast

from . import blobs
from .texts import Function, Text, first_line

__all__ = ["find", "find_function", "getsource"]

# The longest definition, in lines, that is looked for in a history.
_LONGEST = 200
_COMPREHENSIONS = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<module>")
# Where IPython and Jupyter say that a cell is, and the interactive interpreter and `-c` their input.
_TYPED = ("<ipython-input-", "<python-input-", "<stdin>", "<string>")


def getsource(obj: Any) -> str:
    """Return the source text of a function or class, typed into a session or written in a file.

    Of a lambda it is the lambda alone, not the line that it stands in; of a function or class the whole definition, decorators
    included, without common indentation.  Name, parameters and lines are compared with those of the code: where the text has
    changed so far that they differ, that is an error and not the wrong text.  A class without methods is found by its name;
    up to 3.12, in a session, that is the last one that was typed.

    Parameters
    ----------
    obj
        A function, method, class, `functools.partial`, `property`, or code object; what `functools.wraps` has decorated
        stands for what it wraps.

    Raises
    ------
    OSError
        The text cannot be had here, and why: it was typed into another process, or into an interpreter that keeps no history;
        its file is not there or has changed.
    TypeError
        `obj` has no source in Python.
    """
    target = _unwrap(obj)
    if isinstance(target, type):
        return _class_source(target)
    return _cut(*find(target, target if isinstance(target, CodeType) else target.__code__))


def find(target: Any, code: CodeType, read: Callable[[str], Text] = Text) -> tuple[Text, Function]:
    """Return the text that `code`, that of the function `target` or itself that, stands in, and its node there.

    Parameters
    ----------
    read
        Parses a text, or knows it already.

    Raises
    ------
    OSError, TypeError
        Those of `getsource`.
    """
    if code.co_name in _COMPREHENSIONS:
        raise TypeError(f"{code.co_name} is no function that has been written down")
    text = _text_of(target, code)
    if text is not None:
        whole = read(text)
        node = find_function(whole, code)
        if node is not None:
            return whole, node
    found = _from_history(code)
    if found is not None:
        return found
    # Everything that is typed may be called `<stdin>`, and all that `exec` runs `<string>`: that text is another's.
    if text is None or code.co_filename.startswith("<"):
        raise OSError(_why_missing(code))
    place = f"{code.co_filename}:{code.co_firstlineno}"
    raise OSError(f"the text of {code.co_qualname}, {place}, has changed since, or is not Python")


def _unwrap(obj: Any) -> Any:
    """Return the function, class or code object that `obj` stands for."""
    for _ in range(100):
        if isinstance(obj, (type, CodeType)):
            return obj
        if hasattr(obj, "__wrapped__"):
            obj = obj.__wrapped__
        elif isinstance(obj, (MethodType, staticmethod, classmethod)):
            obj = obj.__func__
        elif isinstance(obj, (functools.partial, functools.partialmethod)):
            obj = obj.func
        elif isinstance(obj, property):
            obj = obj.fget
        elif isinstance(obj, functools.cached_property):
            obj = obj.func
        elif isinstance(obj, FunctionType):
            return obj
        else:
            break
    raise TypeError(f"{type(obj).__qualname__} has no source in Python; functions, methods and classes have")


def _text_of(target: Any, code: CodeType) -> str | None:
    """Return the whole text that `code` was compiled from, None where it is not known."""
    if os.path.exists(code.co_filename) and not os.path.isfile(code.co_filename):
        return None  # a pipe or a device, which may have no end
    linecache.checkcache(code.co_filename)
    namespace = getattr(target, "__globals__", None)
    archived = _archived(namespace, code)
    if archived is not None:
        return archived
    lines = linecache.getlines(code.co_filename, namespace)
    if not lines and code.co_filename.startswith("<"):
        try:
            # Since 3.13 the interactive interpreter keeps its input, by code object.
            lines = inspect.findsource(target)[0]
        except (OSError, TypeError, IndexError):
            return None
    return "".join(lines) or None


def _archived(namespace: Any, code: CodeType) -> str | None:
    """Return what the loader of a module in an archive has; `linecache` would split it where Python does not."""
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
        where = "was typed into a session or made by exec: the text was never written to a file"
        return f"no source for {name} ({file}): it {where}, and this process did not read it, or has kept no history"
    return f"no source for {name}: its file {file} is not there; did it come from another machine?"


# ---- in a text -------------------------------------------------------------------------------------------------------


def find_function(text: Text, code: CodeType) -> Function | None:
    """Return the node in `text` that `code` was made of, or None."""
    candidates = [node for node in text.functions.get(code.co_firstlineno, ()) if _may_be(node, code)]
    if len(candidates) > 1:
        # Several lambdas in a line; one within another is covered by both.
        covering = [node for node in candidates if _covers(node, code)]
        candidates = [min(covering, key=lambda node: len(_cut(text, node)))] if covering else candidates
    if len(candidates) > 1:
        # On 3.12 the instructions for a constant have no place.
        candidates = [node for node in candidates if any(_same(code, each) for each in _compiled(node))]
    if len({_cut(text, node) for node in candidates}) == 1:
        return candidates[0]
    return None


def _may_be(node: ast.AST, code: CodeType) -> bool:
    """Whether name, place and parameters of `node` are those of `code`."""
    if isinstance(node, ast.Lambda):
        if code.co_name != "<lambda>" or node.lineno != code.co_firstlineno:
            return False
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if node.name != code.co_name or first_line(node) != code.co_firstlineno:
            return False
    else:
        return False
    lines = [line for _, _, line in code.co_lines() if line is not None]
    names = code.co_varnames[: blobs.parameter_count(code)]
    return _agree(_parameters(node), names) and max(lines, default=0) <= (node.end_lineno or 0)


def _agree(written: list[str], names: tuple[str, ...]) -> bool:
    """Whether parameters are called as they are written; in a class, the compiler puts its name before private ones."""
    if len(written) != len(names):
        return False
    return all(
        name == each or (each.startswith("__") and name.endswith(each)) for each, name in zip(written, names, strict=True)
    )


def _parameters(node: Function) -> list[str]:
    """Names in the order in which code objects have them."""
    args = node.args
    found = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [each.arg for each in (*found, *(last for last in (args.vararg, args.kwarg) if last is not None))]


def _covers(node: ast.AST, code: CodeType) -> bool:
    """Whether the instructions of `code` stand where the body of the lambda `node` does."""
    if not isinstance(node, ast.Lambda):
        return True
    body = node.body
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    places = [place for place in code.co_positions() if None not in place and place[3]]
    # `RESUME` and the like have the place of the lambda itself, or none.
    return any(start <= (line, first) and (last_line, last) <= end for line, last_line, first, last in places)


def _compiled(node: Any) -> Iterator[CodeType]:
    """Yield the code of `node` compiled by itself."""
    tree = ast.Expression(node) if isinstance(node, ast.Lambda) else ast.Module([node], [])
    whole = compile(tree, "<text>", "eval" if isinstance(node, ast.Lambda) else "exec", dont_inherit=True)
    yield from (constant for constant in whole.co_consts if isinstance(constant, CodeType))


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same, wherever they were written."""
    parts: tuple[Callable[[CodeType], Any], ...] = (
        lambda code: code.co_code,
        lambda code: code.co_names,
        lambda code: code.co_varnames,
        lambda code: code.co_freevars,
        lambda code: len(code.co_consts),
    )
    if one.co_name != other.co_name or any(part(one) != part(other) for part in parts):
        return False
    return all(
        _same(left, right) if isinstance(left, CodeType) and isinstance(right, CodeType) else repr(left) == repr(right)
        for left, right in zip(one.co_consts, other.co_consts, strict=True)
    )


def _cut(text: Text, node: Function | ast.ClassDef) -> str:
    """Return the text of `node`, that of a definition as lines."""
    if isinstance(node, ast.Lambda):
        return text.segment(node)
    return textwrap.dedent(text.definition(first_line(node), node))


# ---- classes ---------------------------------------------------------------------------------------------------------


def _class_source(cls: type) -> str:
    """Return the text of a class: that around its methods, or the last one typed under its name."""
    name = cls.__qualname__
    codes = [each.__code__ for each in map(_function_of, vars(cls).values()) if each is not None]
    own = [code for code in codes if code.co_qualname.startswith(f"{name}.")]
    for code in own:
        whole = Text(_text_of(code, code) or "")
        for node in ast.walk(whole.tree) if whole.tree is not None else ():
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__ and any(_may_be(each, code) for each in node.body):
                return _cut(whole, node)
    line = vars(cls).get("__firstlineno__")
    for text in _texts_of_class(cls):
        whole = Text(text)
        found = _classes(whole, cls, line)
        if found and not own:
            return _cut(whole, found[-1])
    if not codes and not isinstance(getattr(sys.modules.get(cls.__module__), "__file__", None), str):
        raise OSError(
            f"no source for class {name}: it has no method that tells where it was written, and no cell of this session has it"
        )
    if own:
        raise OSError(_why_missing(own[0]))
    raise OSError(f"no source for class {name}: its module {cls.__module__!r} does not have it")


def _function_of(value: Any) -> FunctionType | None:
    try:
        found = _unwrap(value)
    except TypeError:
        return None
    return found if isinstance(found, FunctionType) else None


def _classes(text: Text, cls: type, line: int | None) -> list[ast.ClassDef]:
    named = [
        node
        for node in (ast.walk(text.tree) if text.tree is not None else ())
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    ]
    return [node for node in named if line is None or first_line(node) == line]


def _texts_of_class(cls: type) -> Iterator[str]:
    """Yield the texts that may hold a class without methods: its module's file, or cells of the session, the last one first."""
    try:
        yield "".join(linecache.getlines(inspect.getfile(cls)))
    except (OSError, TypeError):
        pass
    if cls.__module__ == "__main__":
        for file in reversed(list(linecache.cache)):
            if str(file).startswith(_TYPED) or "ipykernel_" in str(file):
                yield "".join(linecache.getlines(file))


# ---- in the history of the interactive interpreter -------------------------------------------------------------------


def _from_history(code: CodeType) -> tuple[Text, Function] | None:
    """Return what was typed and compiles to `code`, looked for in readline's history, the last lines first."""
    readline: Any = sys.modules.get("readline")
    if readline is None or code.co_filename != "<stdin>":
        return None
    items = [readline.get_history_item(index + 1) or "" for index in range(readline.get_current_history_length())]
    lines = "\n".join(items).split("\n")
    starts = ("@", "async ", "class ", "def ") if code.co_name != "<lambda>" else ("",)
    for start in reversed(range(len(lines))):
        if not lines[start].startswith(starts) or lines[start][:1] in ("", " ", "\t") or lines[start - 1].startswith("@"):
            continue
        for end in range(start + 1, min(len(lines), start + _LONGEST) + 1):
            text = "\n".join(lines[start:end]) + "\n"
            whole = Text(text)
            for node in ast.walk(whole.tree) if whole.tree is not None else ():
                if isinstance(node, Function) and any(_same(code, each) for each in _places(text, node)):
                    return whole, node
            if end < len(lines) and lines[end][:1] not in ("", " ", "\t") and whole.tree is not None:
                break  # a statement that is complete
    return None


def _places(text: str, node: Function) -> Iterator[CodeType]:
    line = first_line(node)
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    for code in _nested(compile(text, "<stdin>", "exec", dont_inherit=True)):
        if code.co_name == name and code.co_firstlineno == line and _covers(node, code):
            yield code
