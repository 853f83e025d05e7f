"""Writes payloads to files, completely or not at all."""

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
    """A writable file that discards what it gets."""

    def write(self, data: Any) -> None:
        """Discard `data`."""


def write_all(file: Any, data: bytes) -> None:
    """Write all of `data` to a file.

    An unbuffered file (`io.RawIOBase`) may write only a part, for example if it is a pipe or the
    disk is full; the rest is written by further calls. Any other file gets all data in one call,
    and the result of its `write` is ignored, as in `pickle.dump`.

    Raises
    ------
    OSError
        The data was not written completely. The error has the file's name, if there is one.
    """
    name = getattr(file, "name", None)
    with _naming(name) if isinstance(name, (str, os.PathLike)) else contextlib.nullcontext():
        # The wrappers of `tempfile` have the real file as their attribute `file`.
        if not isinstance(getattr(file, "file", file), io.RawIOBase):
            file.write(data)
            return
        rest: Any = data
        while rest:
            count = file.write(rest)
            if count is None:
                raise BlockingIOError(f"the file would block: {len(rest)} of {len(data)} bytes are not written")
            if not 0 < count <= len(rest):
                raise OSError(f"the file's write() returned {count} for {len(rest)} bytes")
            rest = memoryview(rest)[count:]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that replaces `path` when the block ends without an error.

    At every moment, `path` is either the old file or the complete new one, also on disk.

    - Permissions are kept, and the owner if the system permits it.
    - A symbolic link stays a link; its target is replaced.
    - Other hard links keep the old contents.
    - Devices, named pipes and open descriptors (``/dev/stdout``, ``/dev/fd/3``) are written to
      directly.

    Raises
    ------
    OSError
        Writing failed; the error has the path. The old file is unchanged, and the new one is
        deleted.
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
    # A file name has at most 255 bytes, and a character at most four.
    draft = os.path.join(folder, f".{base[:60]}.{os.urandom(4).hex()}")
    with _naming(name, draft):
        try:
            # The new file must not have wider permissions than the old one, not even for a moment.
            opened = os.open(draft, _NEW, 0o666 if old is None else 0o600)
            with open(opened, "wb") as file:
                if old is not None:
                    _keep_owner_and_permissions(draft, old)
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
            _sync(folder)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_OWN_DESCRIPTOR = re.compile(r"/dev/(?:fd/([0-9]+)|stdin|(stdout)|(stderr))|/proc/(?:self|thread-self|([0-9]+))/fd/([0-9]+)")


def _descriptor(name: str) -> int | None:
    """Return the open descriptor of this process that a path refers to, or None.

    A file that is open under such a path must be written through the descriptor: replacing it would
    lose what the process writes later.
    """
    if os.name != "posix":
        return None
    for _ in range(40):  # Linux follows as many links
        name = os.path.abspath(name)
        match = _OWN_DESCRIPTOR.fullmatch(name)
        if match is not None:
            of_fd, out, err, process, of_process = match.groups()
            if process is not None and int(process) != os.getpid():
                return None
            return int(of_fd or of_process or (1 if out else 2 if err else 0))
        try:
            name = os.path.join(os.path.dirname(name), os.readlink(name))
        except OSError:
            return None
    return None


def _keep_owner_and_permissions(draft: str, old: os.stat_result) -> None:
    # Pyodide has `chown`, but no user ids.
    if hasattr(os, "chown") and hasattr(os, "geteuid") and (os.geteuid(), os.getegid()) != (old.st_uid, old.st_gid):
        # Only root may change the owner. A user may change the group to one of their own groups.
        for owner in (old.st_uid, -1):
            try:
                os.chown(draft, owner, old.st_gid)
            except OSError:
                continue
            break
    os.chmod(draft, stat.S_IMODE(old.st_mode))


def _sync(folder: str) -> None:
    """Sync a folder after a file in it was renamed, so that the new name is on disk.

    Errors are ignored: a folder without read permission cannot be opened, and some file systems
    cannot sync folders. The contents of the file are on disk in any case.
    """
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder or os.curdir, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def _naming(path: str | os.PathLike[str], *instead_of: str) -> Iterator[None]:
    """Put `path` into an OSError that has no file name, or one of the names `instead_of`."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = path
        elif error.filename in instead_of:
            raise OSError(error.errno, error.strerror, path) from error
        raise
