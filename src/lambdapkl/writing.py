"""Writing to files: all of a payload or none of it, whatever fails."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

__all__ = ["Path", "replacing", "write_all"]

Path = str | os.PathLike[str]


def write_all(file: Any, data: bytes) -> None:
    """Write `data` to a file in as many calls of its `write` as that takes.

    A pipe, or a file without a buffer on a disk that fills up, may take a part of it.

    Raises
    ------
    OSError
        With the name of the file, where it has one.
    """
    rest: Any = data
    try:
        while True:
            count = file.write(rest)
            if type(count) is not int or count >= len(rest):
                if count is None and isinstance(file, io.RawIOBase):
                    raise BlockingIOError(
                        f"the file takes no more at present: {len(rest)} of {len(data)} bytes are not written"
                    )
                return
            rest = memoryview(rest)[count:]
    except OSError as error:
        _name(error, getattr(file, "name", None))
        raise


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place, on disk, when the block ends without an error.

    At every moment the file is the old one or all of the new one.  It keeps its permissions, and a symbolic link stays one.

    Raises
    ------
    OSError
        With the path.  The old file is as it was, and the new one is gone.
    """
    target = os.path.realpath(path)
    folder, base = os.path.split(target)
    draft = os.path.join(folder, f".{base}.{os.urandom(4).hex()}")
    try:
        with open(draft, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(draft, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(draft, target)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        if isinstance(error, OSError) and error.filename in (None, draft):
            error.filename, error.filename2 = os.fspath(path), None
        raise
    if os.name == "posix":
        # The new name itself is on disk once the folder is.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name(error: OSError, name: Any) -> None:
    if error.filename is None and error.errno is not None and isinstance(name, (str, bytes, os.PathLike)):
        error.filename = name
