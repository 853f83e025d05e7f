"""Run in Pyodide: return a payload where there is none yet, otherwise load and use the one in `payload`."""

import base64
import pickle
import sys

sys.path.insert(0, "/wheel")

import lambdapkl

assert not lambdapkl.COMPILED
RATE = 3


def make(n):
    class Base:
        def name(self):
            return "base"

    class Local(Base):
        def name(self):
            return f"local {super().name()} {n}"

    def count(k):
        return n if k == 0 else 1 + count(k - 1)

    return (lambda x: x * RATE), count, Local


if not payload:  # noqa: F821
    result = base64.b64encode(lambdapkl.dumps(make(4))).decode()
else:
    del make
    function, count, Local = pickle.loads(base64.b64decode(payload))  # noqa: F821
    assert function(5) == 15 and count(3) == 7 and Local().name() == "local base 4"
    assert pickle.loads(lambdapkl.dumps(Local)) is Local
    for value in "old", "new":  # the second one replaces a file
        lambdapkl.dump(value, "/tmp/job.pickle")
        assert lambdapkl.load("/tmp/job.pickle") == value
    result = f"Pyodide, Python {sys.version.split()[0]} on {sys.platform}: a lambda, a closure and a class, right"
result
