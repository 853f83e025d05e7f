"""`inspect`: what is in a payload, without running it."""

from __future__ import annotations

import dis
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..code import blobs
from ..code.blob_reader import Code
from .notebook import notebook_html
from .opcodes import read
from .text import Branch, draw, rich_tree, size
from .tree import Item, tree_of

__all__ = ["Class", "Function", "Inspection", "inspect"]

_SHOWN = 30
_SHOWN_LINES = 40


@dataclass(frozen=True)
class Function:
    """A function that travels by value.

    Attributes
    ----------
    name
        Its qualified name.
    module, file, line
        Where it was defined, as far as the payload tells: None or 0 where it does not.
    size
        Its bytes, with all that it brings.
    path
        The steps from the root to it.
    globals, closure
        Names of the globals that come with it, and of its closure's variables.
    python
        The interpreter that its bytecode is for, "" where the payload does not tell.
    """

    name: str
    module: str | None
    file: str | None
    line: int
    size: int
    path: tuple[str, ...]
    globals: tuple[str, ...]
    closure: tuple[str, ...]
    python: str
    _code: Code

    def disassemble(self) -> str:
        """Return its bytecode as `dis` shows it.

        Raises
        ------
        ValueError
            The bytecode is that of another interpreter, or was not written by lambdapkl.
        pickle.UnpicklingError
            It is damaged.
        """
        if not self._code.blob:
            raise ValueError(f"the bytecode of {self.name} was not written by lambdapkl: use pickletools.dis")
        if self._code.blob[:2] != blobs.MAGIC:
            raise ValueError(f"{self.name} has bytecode of {self.python}: disassemble it there")
        out = io.StringIO()
        try:
            # Makes a code object, and does not run it.
            dis.dis(blobs.unpack(self._code.blob, self.file), file=out)
        except (ValueError, EOFError, TypeError, IndexError) as error:
            raise pickle.UnpicklingError(f"the payload is damaged: the code of {self.name}: {error}") from error
        return out.getvalue()


@dataclass(frozen=True)
class Class:
    """A class that travels by value: its qualified name, module, bytes with all that it brings, and path."""

    name: str
    module: str | None
    size: int
    path: tuple[str, ...]


class Inspection:
    """The answer of `inspect`; `str`, `rich.print` and notebooks show it, `to_dict` gives plain data.

    Attributes
    ----------
    protocol
        The pickle protocol.
    writer
        ``"lambdapkl"``, ``"cloudpickle"``, ``"dill"`` or ``"pickle"``, by the names that the payload calls.
    pythons
        The interpreters that its bytecode is for, if it holds any that tells.
    root
        What the payload holds.
    size, trailing, buffers
        Bytes of the payload, bytes after its end, and how many buffers travelled beside it.
    functions, classes
        What travels by value.
    imports
        Names that the reader imports and may call.
    persistent
        How many objects are referred to by a persistent id.
    """

    def __init__(self, data: Any, progress: Callable[[int, int], None] | None = None) -> None:
        payload = read(data, progress)
        self.protocol = payload.protocol
        self.size = payload.size
        self.trailing = payload.trailing
        self.buffers = payload.buffers
        self.persistent = payload.persistent
        self.opcodes = sum(payload.opcodes.values())
        self._tree = tree_of(payload)
        self.root = self._tree.title
        items = _all(self._tree)
        self.functions = tuple(_function(item) for item in items if item.meaning.kind == "function" and item.meaning.code)
        self.classes = tuple(
            Class(item.title.removeprefix("class "), item.meaning.module, item.size, tuple(item.path()))
            for item in items
            if item.meaning.kind == "class"
        )
        names = {f"{module}.{name}" for module, name in payload.globals}
        self.writer = _writer({module for module, _ in payload.globals})
        modules = {item.title.removeprefix("module ") for item in items if item.meaning.kind == "module"}
        used = {name for item in items for name in item.meaning.imports}
        self.imports = tuple(sorted(names | modules | used))
        self.pythons = tuple(sorted({each.python for each in self.functions if each.python}))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, for JSON."""
        return {
            "root": self.root,
            "writer": self.writer,
            "protocol": self.protocol,
            "pythons": list(self.pythons),
            "size": self.size,
            "trailing": self.trailing,
            "buffers": self.buffers,
            "persistent": self.persistent,
            "opcodes": self.opcodes,
            "functions": [{name: value for name, value in vars(each).items() if name != "_code"} for each in self.functions],
            "classes": [vars(each) for each in self.classes],
            "imports": list(self.imports),
        }

    def __str__(self) -> str:
        return "\n".join([*self._lines(), "", *draw(self._branch(), _SHOWN_LINES)])

    def __repr__(self) -> str:
        return f"<Inspection of {self.root}: {self._summary()}>"

    def __rich__(self) -> Any:
        """Return what `rich.print` shows: the same, in colours."""
        from rich.console import Group
        from rich.text import Text

        first, *rest = self._lines()
        return Group(Text(first, style="bold"), Text("\n".join([*rest, ""])), rich_tree(self._branch(), _SHOWN_LINES))

    def _repr_html_(self) -> str:
        """Return what notebooks show."""
        first, *rest = self._lines()
        return notebook_html([(first, "bold"), *((line, "") for line in [*rest, ""])], self._branch())

    def _summary(self) -> str:
        python = f", for {' and '.join(self.pythons)}" if self.pythons else ""
        return f"{size(self.size)}, protocol {self.protocol}, written by {self.writer}{python}"

    def _lines(self) -> list[str]:
        lines = [f"{self.root}: {self._summary()}"]
        if self.trailing:
            lines.append(f"{size(self.trailing)} follow after its end")
        if self.buffers:
            lines.append(f"{self.buffers:,} buffers travel beside it")
        if self.persistent:
            lines.append(f"{self.persistent:,} objects are referred to by a persistent id")
        if self.functions:
            lines += ["", "functions by value:"]
            lines += _shown([f"{each.name}  {_place(each)}  {size(each.size)}{_brings(each)}" for each in self.functions])
        if self.classes:
            lines += ["", "classes by value:"]
            lines += _shown([f"{_full(each.module, each.name)}  {size(each.size)}" for each in self.classes])
        if self.imports:
            lines += ["", "names that the reader imports:"]
            lines += _shown(list(self.imports))
        return lines

    def _branch(self) -> Branch:
        top = Branch(self._tree.title, size(self._tree.size))
        stack = [(self._tree, top)]
        while stack:
            item, branch = stack.pop()
            for child in item.children[:_SHOWN]:
                leaf = Branch(child.name, size(child.size), "yellow" if child.meaning.kind in ("function", "class") else "")
                branch.children.append(leaf)
                stack.append((child, leaf))
            if len(item.children) > _SHOWN:
                branch.children.append(Branch(f"{len(item.children) - _SHOWN:,} more", "", "dim"))
        return top


def inspect(payload: Any, *, progress: Callable[[int, int], None] | None = None) -> Inspection:
    """Tell what is in a payload, of lambdapkl's or of any other pickler's.

    Nothing of it is run or imported: opcodes are read, and calls are only named.

    Parameters
    ----------
    payload
        bytes, bytearray or memoryview.
    progress
        Called now and then with the bytes that were read and all there are.

    Raises
    ------
    pickle.UnpicklingError
        The payload is damaged or cut short, or is no pickle.
    TypeError
        It is not bytes.
    """
    if not isinstance(payload, (bytes, bytearray, memoryview)):
        raise TypeError(f"a payload is bytes, not {type(payload).__name__}; lambdapkl.explain tells about objects")
    return Inspection(payload, progress)


def _writer(modules: set[str]) -> str:
    parts = {part for module in modules for part in module.split(".")}
    # cloudpickle is also a part of others: `ray.cloudpickle`, `joblib.externals.cloudpickle`.
    if "lambdapkl.wire" in modules:
        return "lambdapkl"
    return next((writer for writer in ("cloudpickle", "dill") if writer in parts), "pickle")


def _all(root: Item) -> list[Item]:
    found: list[Item] = []
    stack = [root]
    while stack:
        item = stack.pop()
        found.append(item)
        stack += reversed(item.children)
    return found


def _function(item: Item) -> Function:
    code = item.meaning.code
    assert code is not None
    brought = tuple(name[len("global '") : -1] for name in item.meaning.labels if name.startswith("global '"))
    name = code.qualname or item.title.removeprefix("function ")
    return Function(
        name,
        item.meaning.module,
        code.file,
        code.line,
        item.size,
        tuple(item.path()),
        brought,
        code.free,
        code.python,
        code,
    )


def _full(module: str | None, name: str) -> str:
    return f"{module}.{name}" if module else name


def _place(each: Function) -> str:
    return f"{each.file or 'no file'}:{each.line}"


def _brings(each: Function) -> str:
    return f", with {', '.join(each.globals)}" if each.globals else ""


def _shown(names: list[str]) -> list[str]:
    lines = [f"  {name}" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        lines.append(f"  and {len(names) - _SHOWN:,} more")
    return lines
