"""`trace`: print each object and its size while it is being pickled."""

from __future__ import annotations

import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any, TextIO

from .._backend.dumps import PayloadState
from ..answers.text import size as size_text
from ..error_paths import explain_error
from ..reducers.table import DISPATCH_TABLE, refresh
from ..rules import byvalue
from ..stdlib_picklers import PayloadStateMixin, PythonPickler
from ..walking.parts import Part, labels_of, name_of

__all__ = ["trace"]

_ATOMS = (str, bytes, bytearray, int, float, complex, bool, type(None))
# Strings and bytes of at least this length have a line of their own.
_LARGE = 1000


def trace(obj: Any, protocol: int | None = None, *, file: TextIO | None = None, depth: int = 12, limit: int = 30) -> None:
    """Pickle `obj` and print one line for each object: how it was reached, what it is, and its size.

    A line starts when pickling of the object starts. It ends, with the size, when everything that the
    object refers to is written. If pickling hangs or fails, the last line shows the object where that
    happened. An object that was written before takes two or three bytes and has no line.

    This pickler is pure Python and ten to a hundred times slower than `dumps`. Sizes differ from those
    of `dumps` by a few bytes per 64 KiB.

    Parameters
    ----------
    protocol
        As for `dumps`.
    file
        Where to print; ``sys.stderr`` by default.
    depth
        How many levels to print.
    limit
        How many objects to print inside one object; one line sums up the others.

    Raises
    ------
    pickle.PicklingError, TypeError
        An object cannot be pickled; the error's notes give the path to it.
    """
    refresh()
    tracer = _Tracer(protocol, sys.stderr if file is None else file, depth, limit)
    tracer._payload_state.root = obj
    try:
        tracer.dump(obj)
    except Exception as error:
        tracer.break_off(error)
        explain_error(error, obj)
        raise


class _Counter:
    """A file that counts the bytes written to it and discards them."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: Any) -> int:
        length = memoryview(data).nbytes
        self.size += length
        return length


class _Entry:
    """An object whose line has started, while the objects it refers to are being written."""

    __slots__ = ("hidden", "hidden_size", "labels", "obj", "shown")

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        self.labels: dict[int, Part] | None = None
        self.shown = 0
        self.hidden = 0
        self.hidden_size = 0

    def label(self, child: Any) -> str | None:
        """Return the user's label for `child` in this object, or None if it is an internal part."""
        if self.labels is None:
            self.labels = labels_of(self.obj)
        found = self.labels.get(id(child))
        return None if found is None else found[0]


class _Tracer(PayloadStateMixin, PythonPickler):
    """lambdapkl's pure-Python pickler, printing a line for each object."""

    def __init__(self, protocol: int | None, file: TextIO, depth: int, limit: int) -> None:
        self._counter = _Counter()
        super().__init__(self._counter, protocol)
        self._use(PayloadState(DISPATCH_TABLE), self.proto)
        self._out = file
        self._depth = depth
        self._limit = limit
        self._entries: list[_Entry] = []
        # Whether the last line has no size yet.
        self._open_line = False
        # Whether an object beyond `limit` or `depth` is being written; its parts have no lines either.
        self._quiet = False

    def _position(self) -> int:
        frame = self.framer.current_frame
        if frame is None:
            return self._counter.size
        # PyPy's frame is not a file.
        return self._counter.size + int(frame.tell() if hasattr(frame, "tell") else len(frame))

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if self._quiet or id(obj) in self.memo or not self._has_line(obj):
            super().save(obj, save_persistent_id)
            return
        parent = self._entries[-1] if self._entries else None
        start = self._position()
        if parent is not None and (parent.shown >= self._limit or len(self._entries) > self._depth):
            self._quiet = True
            try:
                super().save(obj, save_persistent_id)
            finally:
                self._quiet = False
            parent.hidden += 1
            parent.hidden_size += self._position() - start
            return
        if parent is not None:
            parent.shown += 1
        label = None if parent is None else parent.label(obj)
        text = _describe(obj)
        self._begin_line(text if label is None or text.startswith(label) else f"{label}: {text}")
        entry = _Entry(obj)
        self._entries.append(entry)
        super().save(obj, save_persistent_id)
        size = self._position() - start
        if entry.hidden:
            self._begin_line(f"{entry.hidden:,} more")
            self._end_line(entry.hidden_size)
        self._entries.pop()
        if not self._open_line:
            self._begin_line("all of it" if parent is None else "together")
        self._end_line(size)

    def _has_line(self, obj: Any) -> bool:
        kind = type(obj)
        if not self._entries:
            return True
        if kind in _ATOMS:
            return kind in (str, bytes, bytearray) and len(obj) >= _LARGE
        if kind is CodeType or self._entries[-1].label(obj) is not None:
            return True
        # Reducers create functions, tuples and dictionaries that a user would not recognize.
        return not (kind in (tuple, list, dict) or callable(obj))

    def _begin_line(self, text: str) -> None:
        if self._open_line:
            self._out.write("\n")
        self._out.write("│ " * len(self._entries) + text)
        self._out.flush()
        self._open_line = True

    def _end_line(self, size: int) -> None:
        self._out.write(f", {size_text(size)}\n")
        self._out.flush()
        self._open_line = False

    def break_off(self, error: Exception) -> None:
        """Print a last line that says that `error` stopped the pickler."""
        self._begin_line(f"failed: {type(error).__name__}")
        self._out.write("\n")
        self._out.flush()


def _describe(obj: Any) -> str:
    if isinstance(obj, CodeType):
        return f"code of {obj.co_qualname}"
    text = name_of(obj)
    if isinstance(obj, (FunctionType, type)):
        return f"{text}, by {'reference' if byvalue.by_reference(obj) else 'value'}"
    if isinstance(obj, ModuleType):
        return f"{text}, by {'reference' if byvalue.module_by_reference(obj) else 'value'}"
    if type(obj) in (str, bytes, bytearray, list, tuple, dict, set, frozenset):
        return f"{text} of {len(obj):,}"
    return text
