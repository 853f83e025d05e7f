"""Writing to files: all of a payload or none of it, whatever fails."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

__all__ = ["Nowhere", "Path", "replacing", "write_all"]

Path = str | os.PathLike[str]


class Nowhere:
    """A file to write to that keeps nothing."""

    def write(self, data: Any) -> None:
        """Drop `data`."""


def write_all(file: Any, data: bytes) -> None:
    """Write `data` to a file in as many calls of its `write` as that takes.

    A pipe, or a file without a buffer on a disk that fills up, may take a part of it.

    Raises
    ------
    OSError
        With the name of the file, where it has one.
    """
    rest: Any = data
    name = getattr(file, "name", None)
    with _naming(name) if isinstance(name, (str, os.PathLike)) else contextlib.nullcontext():
        while True:
            count = file.write(rest)
            if type(count) is not int or count >= len(rest):
                break
            rest = memoryview(rest)[count:]
    if count is None and isinstance(file, io.RawIOBase):
        raise BlockingIOError(f"the file takes no more now: {len(rest)} of {len(data)} bytes are not written")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place, on disk, when the block ends without an error.

    At every moment the file is the old one or all of the new one.  It keeps its permissions, and a symbolic link stays one.  A
    device or a named pipe is written to as it is.

    Raises
    ------
    OSError
        With the path.  The old file is as it was, and the new one is gone.
    """
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with _naming(path), open(target, "wb") as file:
            yield file
        return
    folder, base = os.path.split(target)
    draft = os.path.join(folder, f".{base}.{os.urandom(4).hex()}")
    with _naming(path, draft):
        try:
            with open(draft, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                os.chmod(draft, stat.S_IMODE(mode))
            os.replace(draft, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise
    if os.name == "posix":
        # The new name itself is on disk once the folder is.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _naming(path: Path, *instead_of: str) -> Iterator[None]:
    """Let an error of the system that names no file, or one that the user has not heard of, name `path`."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = os.fspath(path)
        elif error.filename in instead_of:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise
