"""`dump` to a path or a file: all of it or an error that names the file; a path keeps what it had."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


def test_path(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "path.py")


@posix
def test_permissions_and_links_stay(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, os, stat
        lambdapkl.dump(1, 'real')
        os.chmod('real', 0o640)
        os.symlink('real', 'link')
        lambdapkl.dump(2, 'link')
        assert os.path.islink('link') and lambdapkl.load('real') == 2
        assert stat.S_IMODE(os.stat('real').st_mode) == 0o640
        os.umask(0o077)
        lambdapkl.dump(3, 'new')
        assert stat.S_IMODE(os.stat('new').st_mode) == 0o600
        """
    )


def test_a_system_without_users(backend: fresh.Process) -> None:
    """Pyodide has `os.chown`, but no `os.geteuid`."""
    backend.execute(
        """
        import lambdapkl, os
        lambdapkl.dump('old', 'job.pickle')
        for name in 'geteuid', 'getegid', 'getuid', 'getgid':
            if hasattr(os, name):
                delattr(os, name)
        lambdapkl.dump('new', 'job.pickle')
        assert lambdapkl.load('job.pickle') == 'new' and os.listdir().count('job.pickle') == 1
        """
    )


def test_an_object_that_cannot_be_pickled_leaves_the_file_alone(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, lambdapkl, os, pickle, threading
        lambdapkl.dump('old', 'job.pickle')
        held = threading.Lock()
        held.acquire()
        for target in 'job.pickle', 'none.pickle', io.BytesIO():
            try:
                lambdapkl.dump([1, held], target)
            except pickle.PicklingError as error:
                assert 'item 1' in error.__notes__[0], error.__notes__
            else:
                raise AssertionError(target)
        assert target.getvalue() == b''
        assert lambdapkl.load('job.pickle') == 'old' and [each for each in os.listdir('.') if 'pickle' in each] == ['job.pickle']
        """
    )


@posix
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="PyPy handles SIGXFSZ in its own way")
def test_a_full_disk(backend: fresh.Process) -> None:
    """A limit on the size of files fails in the middle of a write, as a full disk does."""
    backend.execute(PROGRAMS / "a_full_disk.py")


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_device_that_is_full(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        with open('/dev/full', 'wb', buffering=0) as full:
            try:
                lambdapkl.dump([1], full)
            except OSError as error:
                assert error.filename == '/dev/full', error
            else:
                raise AssertionError('no error')
        """
    )


@posix
def test_pipes(backend: fresh.Process) -> None:
    """A pipe that takes a part at a time gets all; one that nobody reads is an error; one that would block says so."""
    backend.execute(PROGRAMS / "pipes.py")


def test_a_file_that_fails_or_takes_little(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "a_file_that_fails_or_takes_little.py")


@posix
def test_devices_and_named_pipes_stay(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "devices_and_named_pipes_stay.py")


@posix
@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="no names for open descriptors")
def test_open_descriptors_are_written_to(backend: fresh.Process) -> None:
    """What the shell, or another process, wrote there before and writes after it stays."""
    backend.execute(PROGRAMS / "open_descriptors_are_written_to.py")


@posix
def test_nobody_reads_what_is_written_before_it_is_in_place(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "nobody_reads_what_is_written_before_it_is_in_place.py")


@posix
def test_a_folder_that_cannot_be_read(backend: fresh.Process) -> None:
    """The file in it is replaced, and that is no error."""
    backend.execute(PROGRAMS / "a_folder_that_cannot_be_read.py")


def test_names_of_every_kind(backend: fresh.Process) -> None:
    backend.execute(PROGRAMS / "names_of_every_kind.py")


def test_what_is_not_there(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl
        for call in (lambda: lambdapkl.load('none.pickle'), lambda: lambdapkl.dump(1, 'no-folder/job.pickle')):
            try:
                call()
            except FileNotFoundError as error:
                assert error.filename in ('none.pickle', 'no-folder/job.pickle'), error
            else:
                raise AssertionError('no error')
        """
    )
