"""Memory runs out at each allocation in turn: an exception each time, never a crash, and the next call works."""

from __future__ import annotations

import sys

import fresh
import pytest
from conftest import GIL

if sys.implementation.name != "cpython":
    pytest.skip("nothing here lets memory run out", allow_module_level=True)  # PyPy would compile its `_testcapi`
pytest.importorskip("_testcapi", reason="not every build has it")

OBJECTS = {
    "function": "lambda x: x + k",
    "recursive function": "recursive",
    "class": "A",
    "instance": "A()",
    "method": "A().f",
    "partial": "functools.partial(recursive, 1)",
    "enumeration": "E",
    "member": "E.R",
    "iterator": "iter([1, 2])",
    "dataclass": "D",
    "named tuple": "N(1, 2)",
    "generator": "started",
    "sets": "[{'a', 'b', 'c'}, frozenset(map(str, range(300))), lambda x: x in {k}, b'x' * 70000, {'a', 'x' * 70000}]",
    "all": "[A, D, E, N, recursive, started]",
}
# The interpreter itself frees the code of a generator expression twice then: `def f(a): return tuple(x for x in a)` is enough;
# and on debug builds of 3.14 and 3.15 the same function fails an assertion of it.
if (3, 12) <= sys.version_info < (3, 14):
    SPOILT = {"dataclass", "named tuple", "generator", "all"}
else:
    SPOILT = {"generator", "all"} if hasattr(sys, "gettotalrefcount") else set()


# Without the GIL, 3.13's `PyList_New` frees a list that it has not filled; a debugger showed that of one called by `_pickle`.
@pytest.mark.skipif(not GIL, reason="CPython 3.13t crashes in PyList_New")
@pytest.mark.parametrize("backend", ["compiled"], indirect=True)
@pytest.mark.parametrize("name", [name for name in OBJECTS if name not in SPOILT])
def test_memory_runs_out(name: str, backend: fresh.Process) -> None:
    failures = backend.execute(
        """
        import _testcapi, collections, dataclasses, enum, functools, gc, pickle
        import lambdapkl
        k = 3
        class A:
            def f(self):
                return super().__repr__() + str(k)
            @property
            def p(self):
                return self
        @dataclasses.dataclass
        class D:
            a: int = 1
        class E(enum.Enum):
            R = 1
        N = collections.namedtuple('N', 'a b')
        def recursive(n):
            return recursive(n - 1) if n else [len, k]
        def steps():
            for x in [1, 2]:
                yield x
        started = steps()
        next(started)
        obj = OBJECT
        # A partial is written with its `__dict__` once somebody has asked for that, as the walk after an error does.
        getattr(obj, "__dict__", None)
        payload = lambdapkl.dumps(obj)
        gc.disable()

        def survive(call, argument):
            failures = 0
            for once in True, False:
                fine = 0
                for number in range(500):
                    _testcapi.set_nomemory(number, number + 1 if once else 0)
                    try:
                        call(argument)
                    except MemoryError:
                        failed = True
                    except pickle.PicklingError as error:
                        # What `pickle` says of a global when it cannot allocate what it looks it up with.
                        failed = "import of module" in str(error)
                        if not failed:
                            raise
                    else:
                        failed = False
                    finally:
                        _testcapi.remove_mem_hooks()
                    failures += failed
                    fine = 0 if failed else fine + 1
                    if fine > 20:
                        break
            return failures

        failures = survive(lambdapkl.dumps, obj), survive(pickle.loads, payload)
        assert lambdapkl.dumps(obj) == payload
        result = failures
        """.replace("OBJECT", OBJECTS[name])
    )
    assert min(failures) > 5
