"""NumPy ufuncs that a library has under a dotted name."""

from __future__ import annotations

import fresh
import pytest


def test_dotted_name(backend: fresh.Process) -> None:
    numpy = pytest.importorskip("numpy")
    library = """
import numpy
class Operations: pass
ufunc = numpy.frompyfunc(lambda x: x + 1, 1, 1)
# What C code names with a dot: here one of NumPy's own is found by another name.
Operations.plus = numpy.add
"""
    backend.run(
        """
        import numpy, operations
        from lambdapkl.reducers import ufuncs
        class Named:
            __name__, types, nin, nout, identity = "Operations.plus", [], 2, 1, None
        named = Named()
        operations.Operations.plus = named
        function, args = ufuncs.reduce_ufunc(named)
        assert args == ("operations", "Operations.plus")
        class Reduced:
            def __reduce__(self): return function, args
        o = Reduced()
        """,
        "import numpy\nassert o is numpy.add",
        modules={"operations.py": library},
    )
    assert numpy.add.__name__ == "add"
