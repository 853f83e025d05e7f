"""`explain`, `fingerprint` and ``portable=True`` end for a program that creates new objects forever."""

from __future__ import annotations

import os
from pathlib import Path

import fresh
import pytest

PROGRAMS = Path(__file__).with_name("programs")

SMALL_LIMITS = """
import itertools, pickle, lambdapkl
from lambdapkl.walking import walk
walk.MAX_DEPTH = walk.MAX_PARTS = 3000
"""


def test_explain_ends_for_an_endless_chain_of_new_objects(backend: fresh.Process) -> None:
    backend.execute(
        SMALL_LIMITS
        + """
class Chain:
    def __reduce__(self): return Chain, (Chain(),)
class State:
    def __getstate__(self): return {"next": State()}
for obj in (Chain(), State(), [1, {"a": Chain()}]):
    answer = lambdapkl.explain(obj)
    assert not answer.ok and len(answer.culprits) == 1, answer
    assert "a chain that is too long" in answer.culprits[0].why and str(answer)
    for options in ({}, {"portable": True}, {"deterministic": True}):
        try: lambdapkl.dumps(obj, **options)
        except pickle.PicklingError as error: assert "recursion" in str(error)
        else: assert False
"""
    )


def test_explain_ends_for_an_object_with_endless_parts(backend: fresh.Process) -> None:
    backend.execute(
        SMALL_LIMITS
        + """
class Items(list):
    def __iter__(self): return itertools.count()
class Reduced:
    def __reduce__(self): return list, (), None, ([index] for index in itertools.count())
class Pairs:
    def __reduce__(self): return dict, (), None, None, ((index, [index]) for index in itertools.count())
for kind in (Items, Reduced, Pairs):
    answer = lambdapkl.explain({"a": kind()})
    assert len(answer.culprits) == 1 and "may never end" in answer.culprits[0].why, answer
    assert answer.culprits[0].path[1] == f"item 'a' ({kind.__name__})", answer.culprits[0].path
assert lambdapkl.explain({"a": list(range(5000)), "b": [[index] for index in range(5000)]}).ok
"""
    )


def test_fingerprint_ends_for_equal_endless_objects(backend: fresh.Process) -> None:
    """Globals with the same name are compared; the objects that they reach may be endless."""
    backend.execute(PROGRAMS / "fingerprint_ends.py")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_portable_does_not_wait_for_source_in_a_pipe(backend: fresh.Process) -> None:
    backend.execute(
        """
        import os, pickle, lambdapkl
        os.mkfifo("pipe.py")
        for place in ("pipe.py", "/dev/zero"):
            f = lambda: 1
            f.__code__ = f.__code__.replace(co_filename=place)
            try: lambdapkl.dumps(f, portable=True)
            except pickle.PicklingError as error: assert "needs its source" in str(error)
            else: assert False
            lambdapkl.fingerprint(f), lambdapkl.explain(f)
        """
    )
