"""Writing to files: all of a payload or none of it, whatever fails."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

__all__ = ["Nowhere", "Path", "replacing", "write_all"]

Path = str | os.PathLike[str] | os.PathLike[bytes]


class Nowhere:
    """A file to write to that keeps nothing."""

    def write(self, data: Any) -> None:
        """Drop `data`."""


def write_all(file: Any, data: bytes) -> None:
    """Write `data` to a file.

    A file without a buffer (`io.RawIOBase`) may take a part of it: a pipe does, and a disk that fills up.  It gets the rest in
    further calls.  Any other file takes all in one call, and what its `write` returns does not count, as with `pickle.dump`.

    Raises
    ------
    OSError
        With the name of the file, where it has one.
    """
    name = getattr(file, "name", None)
    with _naming(name) if isinstance(name, (str, os.PathLike)) else contextlib.nullcontext():
        # `tempfile` wraps its files.
        if not isinstance(getattr(file, "file", file), io.RawIOBase):
            file.write(data)
            return
        rest: Any = data
        while rest:
            count = file.write(rest)
            if count is None:
                raise BlockingIOError(f"the file takes no more now: {len(rest)} of {len(data)} bytes are not written")
            if not 0 < count <= len(rest):
                raise OSError(f"the file says that it took {count} of {len(rest)} bytes")
            rest = memoryview(rest)[count:]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place, on disk, when the block ends without an error.

    At every moment the file is the old one or all of the new one.  It keeps its permissions, and its owner where the system
    lets it; a symbolic link stays one; another hard link keeps the old file.  A device, a named pipe or an open descriptor
    (``/dev/stdout``, ``/dev/fd/3``) is written to as it is.

    Raises
    ------
    OSError
        With the path.  The old file is as it was, and the new one is gone.
    """
    name = os.fsdecode(path)
    if name.endswith((os.sep, os.altsep or os.sep)):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    descriptor = _descriptor(name)
    if descriptor is not None:
        with _naming(name), open(os.dup(descriptor), "wb") as file:
            yield file
        return
    try:
        old = os.stat(name)
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with _naming(name), open(name, "wb") as file:
            yield file
        return
    target = os.path.realpath(name) if os.path.islink(name) else name
    folder, base = os.path.split(target)
    # Names have at most 255 bytes, a character has at most four.
    draft = os.path.join(folder, f".{base[:60]}.{os.urandom(4).hex()}")
    with _naming(name, draft):
        try:
            # Nobody who may not read the old file can read the new one while it is written.
            opened = os.open(draft, _NEW, 0o666 if old is None else 0o600)
            with open(opened, "wb") as file:
                if old is not None:
                    _keep_owner_and_permissions(draft, old)
                yield file
                file.flush()
                os.fsync(file.fileno())
            with _synced(folder):
                os.replace(draft, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_OWN_DESCRIPTOR = re.compile(r"/dev/(?:fd/([0-9]+)|stdin|(stdout)|(stderr))|/proc/(?:self|thread-self|([0-9]+))/fd/([0-9]+)")


def _descriptor(name: str) -> int | None:
    """Return the descriptor of this process that a path names, or None: to replace the file behind it would lose its rest."""
    if os.name != "posix":
        return None
    for _ in range(40):  # as many links as Linux follows
        name = os.path.abspath(name)
        found = _OWN_DESCRIPTOR.fullmatch(name)
        if found is not None:
            of_fd, out, err, process, of_process = found.groups()
            if process is not None and int(process) != os.getpid():
                return None
            return int(of_fd or of_process or (1 if out else 2 if err else 0))
        try:
            name = os.path.join(os.path.dirname(name), os.readlink(name))
        except OSError:
            return None
    return None


def _keep_owner_and_permissions(draft: str, old: os.stat_result) -> None:
    # Pyodide has `chown`, but no users.
    if hasattr(os, "chown") and hasattr(os, "geteuid") and (os.geteuid(), os.getegid()) != (old.st_uid, old.st_gid):
        # Only root may give files away; a group, to which one belongs, anybody.
        for owner in (old.st_uid, -1):
            try:
                os.chown(draft, owner, old.st_gid)
            except OSError:
                continue
            break
    os.chmod(draft, stat.S_IMODE(old.st_mode))


@contextlib.contextmanager
def _synced(folder: str) -> Iterator[None]:
    """Have what the block renames in a folder on disk: the new name is there once the folder is.

    A folder that may be written to and not read cannot be opened, and not all file systems can do it: that the file itself is
    on disk has to be enough there.
    """
    descriptor = None
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder or os.curdir, os.O_RDONLY)
    try:
        yield
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextlib.contextmanager
def _naming(path: str | os.PathLike[str], *instead_of: str) -> Iterator[None]:
    """Let an error of the system that names no file, or one that the user has not heard of, name `path`."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = path
        elif error.filename in instead_of:
            raise OSError(error.errno, error.strerror, path) from error
        raise
