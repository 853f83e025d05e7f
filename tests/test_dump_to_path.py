"""`dump` to a path or a file: all of it or an error that names the file; a path keeps what it had."""

from __future__ import annotations

import os
import sys

import fresh
import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


def test_path(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, os, pathlib, pickle
        k = 3
        for path in 'job.pickle', pathlib.Path('folder/job.pickle'):
            os.makedirs('folder', exist_ok=True)
            lambdapkl.dump(lambda x: x + k, path)
            assert lambdapkl.load(path)(4) == 7
            with open(path, 'rb') as file:
                assert pickle.load(file)(4) == 7
            lambdapkl.dump([1], path, protocol=4)
            assert lambdapkl.load(path) == [1]
            assert os.listdir(os.path.dirname(path) or '.').count('job.pickle') == 1
        assert sorted(os.listdir('folder')) == ['job.pickle']
        buffers = []
        lambdapkl.dump(pickle.PickleBuffer(bytearray(100)), 'job.pickle', buffer_callback=buffers.append)
        assert bytes(lambdapkl.load('job.pickle', buffers=buffers)) == bytes(100)
        """
    )


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
    backend.execute(
        """
        import errno, lambdapkl, os, resource, signal
        lambdapkl.dump('old', 'job.pickle')
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        def fails(call, name):
            try:
                call()
            except OSError as error:
                assert error.errno in (errno.EFBIG, errno.ENOSPC), error
                assert name in str(error), str(error)
            else:
                raise AssertionError('no error')
        big = [bytes(300_000)]
        fails(lambda: lambdapkl.dump(big, 'job.pickle'), "'job.pickle'")
        assert lambdapkl.load('job.pickle') == 'old'
        fails(lambda: lambdapkl.dump(big, 'other.pickle'), "'other.pickle'")
        with open('third.pickle', 'wb', buffering=0) as raw:
            fails(lambda: lambdapkl.dump(big, raw), "'third.pickle'")
        assert sorted(each for each in os.listdir('.') if 'pickle' in each) == ['job.pickle', 'third.pickle']
        """
    )


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
    backend.execute(
        """
        import lambdapkl, os, pickle, threading
        data = [bytes(1_000_000), lambda: 5]
        read, write = os.pipe()
        found = []
        def reader():
            with open(read, 'rb') as file:
                found.append(pickle.load(file))
        thread = threading.Thread(target=reader)
        thread.start()
        with open(write, 'wb', buffering=0) as file:
            lambdapkl.dump(data, file)
        thread.join()
        assert found[0][0] == data[0] and found[0][1]() == 5
        read, write = os.pipe()
        os.close(read)
        with open(write, 'wb', buffering=0) as file:
            try:
                lambdapkl.dump(data, file)
            except BrokenPipeError:
                pass
            else:
                raise AssertionError('no error')
        read, write = os.pipe()
        os.set_blocking(write, False)
        with open(write, 'wb', buffering=0) as file, open(read, 'rb'):
            try:
                lambdapkl.dump(data, file)
            except BlockingIOError as error:
                assert 'are not written' in str(error)
            else:
                raise AssertionError('no error')
        """
    )


def test_a_file_that_fails_or_takes_little(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, lambdapkl, pickle
        class Slow(io.RawIOBase):
            def __init__(self): self.parts = []
            def write(self, data):
                self.parts.append(bytes(data[:7]))
                return len(self.parts[-1])
        slow = Slow()
        lambdapkl.dump(list(range(100)), slow)
        assert pickle.loads(b''.join(slow.parts)) == list(range(100)) and len(slow.parts) > 10
        class Failing(io.RawIOBase):
            name = 'the-file'
            written = 0
            def write(self, data):
                if self.written:
                    raise OSError(5, 'Input/output error')
                self.written += 10
                return 10
        try:
            lambdapkl.dump(list(range(100)), Failing())
        except OSError as error:
            assert str(error) == "[Errno 5] Input/output error: 'the-file'", error
        else:
            raise AssertionError('no error')
        class Silent:
            def write(self, data): self.data = data
        silent = Silent()
        lambdapkl.dump([1], silent)
        assert pickle.loads(silent.data) == [1]
        # What a file with a buffer returns does not count, as for `pickle.dump`: it may be the size after compression.
        class Packing(Silent):
            def write(self, data):
                super().write(data)
                return 3
        packing = Packing()
        lambdapkl.dump([1], packing)
        assert pickle.loads(packing.data) == [1]
        for wrong in 0, -1, 10**6:
            class Strange(io.RawIOBase):
                def write(self, data): return wrong
            try:
                lambdapkl.dump([1], Strange())
            except OSError as error:
                assert f'took {wrong} of' in str(error), error
            else:
                raise AssertionError('no error')
        """
    )


@posix
def test_devices_and_named_pipes_stay(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, os, pickle, stat, threading
        lambdapkl.dump([1], os.devnull)
        assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
        os.mkfifo('pipe')
        found = []
        thread = threading.Thread(target=lambda: found.append(lambdapkl.load('pipe')))
        thread.start()
        lambdapkl.dump([2], 'pipe')
        thread.join()
        assert found == [[2]] and stat.S_ISFIFO(os.stat('pipe').st_mode)
        if os.path.exists('/dev/full'):
            try:
                lambdapkl.dump([1], '/dev/full')
            except OSError as error:
                assert error.filename == '/dev/full', error
            else:
                raise AssertionError('no error')
        """
    )


@posix
@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="no names for open descriptors")
def test_open_descriptors_are_written_to(backend: fresh.Process) -> None:
    """What the shell, or another process, wrote there before and writes after it stays."""
    backend.execute(
        """
        import lambdapkl, os, pickle
        os.makedirs('folder')
        file = os.open('out', os.O_WRONLY | os.O_CREAT)
        os.symlink(f'/dev/fd/{file}', 'link')
        for path in f'/dev/fd/{file}', 'link', '/dev/stdout':
            if path == '/dev/stdout':
                os.dup2(file, 1)
            os.write(file, b'before')
            lambdapkl.dump([1], path)
        os.write(file, b'after')
        with open('out', 'rb') as written:
            parts = written.read().split(b'before')
        assert parts[0] == b'' and parts[3].endswith(b'after') and [pickle.loads(part) for part in parts[1:]] == [[1]] * 3
        read, write = os.pipe()
        lambdapkl.dump([2], f'/dev/fd/{write}')
        os.close(write)
        with open(read, 'rb') as pipe:
            assert pickle.load(pipe) == [2]
        """
    )


@posix
def test_nobody_reads_what_is_written_before_it_is_in_place(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, os, stat
        lambdapkl.dump(1, 'secret')
        os.chmod('secret', 0o600)
        found, sync = [], os.fsync
        def fsync(descriptor):
            found.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
            sync(descriptor)
        os.umask(0)
        os.fsync = fsync
        lambdapkl.dump(2, 'secret')
        assert found[0] == 0o600, list(map(oct, found))
        if os.geteuid() == 0:
            os.chown('secret', 65534, 65534)
            lambdapkl.dump(3, 'secret')
            found = os.stat('secret')
            assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (65534, 65534, 0o600)
        """
    )


@posix
def test_a_folder_that_cannot_be_read(backend: fresh.Process) -> None:
    """The file in it is replaced, and that is no error."""
    backend.execute(
        """
        import lambdapkl, os
        os.makedirs('folder')
        os.chmod('.', 0o755)
        os.chmod('folder', 0o777)
        lambdapkl.dump('old', 'folder/job')
        os.chmod('folder', 0o333)
        if os.geteuid() == 0:
            os.chmod('folder/job', 0o666)
            # The working directory stays in reach by its relative name only.
            os.seteuid(65534)
        try:
            lambdapkl.dump('new', 'folder/job')
        finally:
            os.seteuid(os.getuid())
        assert lambdapkl.load('folder/job') == 'new'
        """
    )


def test_names_of_every_kind(backend: fresh.Process) -> None:
    backend.execute(
        """
        import lambdapkl, os
        for name in 'n' * 250, b'bytes'.decode():
            lambdapkl.dump(5, name)
            assert lambdapkl.load(name) == 5
        class Named:
            def __fspath__(self): return b'bytes'
        lambdapkl.dump(6, Named())
        assert lambdapkl.load('bytes') == 6
        for name in 'new/', '.':
            try:
                lambdapkl.dump(7, name)
            except (IsADirectoryError, PermissionError) as error:
                assert error.filename == name, error
            else:
                raise AssertionError('no error')
        assert not os.path.exists('new')
        """
    )


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
