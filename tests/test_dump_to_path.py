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
        class Failing:
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
