"""`inspect`: show the contents of a payload without loading it."""

from __future__ import annotations

import dis
import io
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..code import blobs
from ..code.blob_reader import Code
from .answer import Answer
from .opcodes import read
from .text import Branch, Line, grow, size
from .tree import Item, tree_of

__all__ = ["Class", "Function", "Inspection", "inspect"]

_SHOWN = 30


@dataclass(frozen=True)
class Function:
    """A function pickled by value.

    Attributes
    ----------
    name
        Its qualified name.
    module, file, line
        Where it was defined; None or 0 if the payload does not say.
    size
        Size in bytes, including everything pickled with it.
    path
        The steps from the root to it.
    globals, closure
        Names of the globals pickled with it, and of its closure variables.
    python
        The interpreter that its bytecode is for; "" if the payload does not say.
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
        """Return the output of `dis` for its bytecode.

        Raises
        ------
        ValueError
            The bytecode is for another interpreter, or was not written by lambdapkl.
        pickle.UnpicklingError
            The bytecode is damaged.
        """
        if not self._code.blob:
            raise ValueError(f"the bytecode of {self.name} was not written by lambdapkl: use pickletools.dis")
        if self._code.blob[:2] != blobs.MAGIC:
            raise ValueError(f"{self.name} has bytecode for {self.python}; disassemble it with that interpreter")
        out = io.StringIO()
        try:
            # This creates a code object but does not run it.
            dis.dis(blobs.unpack(self._code.blob, self.file), file=out)
        except (ValueError, EOFError, TypeError, IndexError) as error:
            raise pickle.UnpicklingError(f"the payload is damaged: the code of {self.name}: {error}") from error
        return out.getvalue()


@dataclass(frozen=True)
class Class:
    """A class pickled by value: qualified name, module, size with everything pickled with it, and path."""

    name: str
    module: str | None
    size: int
    path: tuple[str, ...]


class Inspection(Answer):
    """The result of `inspect`; `str`, `rich.print` and notebooks show it, `to_dict` returns plain data.

    Attributes
    ----------
    protocol
        The pickle protocol.
    writer
        ``"lambdapkl"``, ``"cloudpickle"``, ``"dill"`` or ``"pickle"``, guessed from the names that the
        payload imports.
    pythons
        The interpreters that the bytecode in the payload is for.
    root
        A description of the object that the payload holds.
    size, trailing, buffers
        Bytes of the payload, bytes after its end, and the number of out-of-band buffers.
    functions, classes
        The functions and classes pickled by value.
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
        self._tree = tree_of(payload)
        self.root = self._tree.title
        items = list(self._tree.walk())
        self.functions = tuple(
            _function(item) for item in items if item.description.kind == "function" and item.description.code
        )
        self.classes = tuple(
            Class(item.title.removeprefix("class "), item.description.module, item.size, tuple(item.path()))
            for item in items
            if item.description.kind == "class"
        )
        names = {f"{module}.{name}" for module, name in payload.globals}
        self.writer = _writer({module for module, _ in payload.globals})
        modules = {item.title.removeprefix("module ") for item in items if item.description.kind == "module"}
        used = {name for item in items for name in item.description.imports}
        self.imports = tuple(sorted(names | modules | used))
        self.pythons = tuple(sorted({each.python for each in self.functions if each.python}))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for JSON."""
        return {
            **{name: value for name, value in vars(self).items() if not name.startswith("_")},
            "functions": [{name: value for name, value in vars(each).items() if name != "_code"} for each in self.functions],
            "classes": [vars(each) for each in self.classes],
        }

    def __repr__(self) -> str:
        return f"<Inspection of {self.root}: {self._summary()}>"

    def _summary(self) -> str:
        python = f", for {' and '.join(self.pythons)}" if self.pythons else ""
        return f"{size(self.size)}, protocol {self.protocol}, written by {self.writer}{python}"

    def _above(self) -> list[Line]:
        lines: list[str] = []
        if self.trailing:
            lines.append(f"{size(self.trailing)} follow after its end")
        if self.buffers:
            lines.append(f"{self.buffers:,} buffers are stored out of band")
        if self.persistent:
            lines.append(f"{self.persistent:,} objects are referred to by a persistent id")
        functions = [
            f"{each.name}  {each.file or 'no file'}:{each.line}  {size(each.size)}"
            + (f", with {', '.join(each.globals)}" if each.globals else "")
            for each in self.functions
        ]
        classes = [f"{f'{each.module}.' if each.module else ''}{each.name}  {size(each.size)}" for each in self.classes]
        for title, names in (
            ("functions by value", functions),
            ("classes by value", classes),
            ("names that the reader imports", self.imports),
        ):
            if names:
                lines += ["", f"{title}:", *(f"  {name}" for name in names[:_SHOWN])]
            if len(names) > _SHOWN:
                lines.append(f"  and {len(names) - _SHOWN:,} more")
        return [(f"{self.root}: {self._summary()}", "bold"), *((line, "") for line in lines)]

    def _branch(self) -> Branch:
        return grow(self._tree, _leaf, _parts)


def inspect(payload: Any, *, progress: Callable[[int, int], None] | None = None) -> Inspection:
    """Show the contents of a payload of lambdapkl or any other pickler.

    Nothing in the payload is executed or imported. Its opcodes are read, and calls are only named.

    Parameters
    ----------
    payload
        bytes, bytearray or memoryview.
    progress
        Called from time to time with the number of bytes read and the total.

    Raises
    ------
    pickle.UnpicklingError
        The payload is damaged, truncated or not a pickle.
    TypeError
        The payload is not bytes.
    """
    if not isinstance(payload, (bytes, bytearray, memoryview)):
        raise TypeError(f"a payload must be bytes, not {type(payload).__name__}; use lambdapkl.explain() for other objects")
    return Inspection(payload, progress)


def _writer(modules: set[str]) -> str:
    parts = {part for module in modules for part in module.split(".")}
    # Other packages contain copies of cloudpickle: `ray.cloudpickle`, `joblib.externals.cloudpickle`.
    if "lambdapkl.wire" in modules:
        return "lambdapkl"
    return next((writer for writer in ("cloudpickle", "dill") if writer in parts), "pickle")


def _function(item: Item) -> Function:
    code = item.description.code
    assert code is not None
    brought = tuple(name[len("global '") : -1] for name in item.description.labels if name.startswith("global '"))
    name = code.qualname or item.title.removeprefix("function ")
    module, path = item.description.module, tuple(item.path())
    return Function(name, module, code.file, code.line, item.size, path, brought, code.free, code.python, code)


def _leaf(item: Item) -> Branch:
    return Branch(item.name, size(item.size), "yellow" if item.description.kind in ("function", "class") else "")


def _parts(item: Item) -> Iterator[Item | Branch]:
    yield from item.children[:_SHOWN]
    if len(item.children) > _SHOWN:
        yield Branch(f"{len(item.children) - _SHOWN:,} more", style="dim")
