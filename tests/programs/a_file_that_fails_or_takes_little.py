import io
import pickle

import lambdapkl


class Slow(io.RawIOBase):
    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data[:7]))
        return len(self.parts[-1])


slow = Slow()
lambdapkl.dump(list(range(100)), slow)
assert pickle.loads(b"".join(slow.parts)) == list(range(100)) and len(slow.parts) > 10


class Failing(io.RawIOBase):
    name = "the-file"
    written = 0

    def write(self, data):
        if self.written:
            raise OSError(5, "Input/output error")
        self.written += 10
        return 10


try:
    lambdapkl.dump(list(range(100)), Failing())
except OSError as error:
    assert str(error) == "[Errno 5] Input/output error: 'the-file'", error
else:
    raise AssertionError("no error")


class Silent:
    def write(self, data):
        self.data = data


silent = Silent()
lambdapkl.dump([1], silent)
assert pickle.loads(silent.data) == [1]


# As in `pickle.dump`, the result of a buffered file's `write` is ignored. It may be the compressed size.
class Packing(Silent):
    def write(self, data):
        super().write(data)
        return 3


packing = Packing()
lambdapkl.dump([1], packing)
assert pickle.loads(packing.data) == [1]
for wrong in 0, -1, 10**6:

    class Strange(io.RawIOBase):
        def write(self, data):
            return wrong

    try:
        lambdapkl.dump([1], Strange())
    except OSError as error:
        assert f"returned {wrong} for" in str(error), error
    else:
        raise AssertionError("no error")
