"""The note of an error with the path to what cannot be pickled."""

from __future__ import annotations

import sys

import fresh
import pytest


@pytest.mark.skipif(sys.version_info < (3, 14), reason="pickle's own notes came with 3.14")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's pickle is another one")
def test_notes_of_pickle_are_kept_and_the_path_comes_last(backend: fresh.Process) -> None:
    backend.execute(
        """
        import io, pickle, threading, lambdapkl

        class Client:
            def __init__(self): self.lock = threading.Lock(); self.lock.acquire()
        class Raises:
            def __reduce__(self): raise ZeroDivisionError

        def dump(obj):
            lambdapkl.Pickler(io.BytesIO()).dump(obj)

        def notes(call, obj):
            try: call(obj)
            except Exception as error: return error.__notes__

        for call in lambdapkl.dumps, dump:
            found = notes(call, [1, Raises()])
            assert found[:-1] == notes(pickle.dumps, [1, Raises()]) == ["when serializing list item 1"], found
            assert found[-1].startswith("path: list -> item 1"), found
            found = notes(call, [Client()])
            assert found[0].startswith("when serializing "), found
            assert found[-2:-1] == ["when serializing list item 0"], found
            assert "attribute 'lock'" in found[-1], found
        """
    )
