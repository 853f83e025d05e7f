"""Run tests of CPython, and put each object that they pickle to the test: ``python cpython_tests.py MODULE...``.

`pickle.dumps` is replaced by a function that pickles the object with lambdapkl, too.  Whatever `pickle` restores with
the description of the original, lambdapkl has to restore so.  Prints the count of objects, and the differences, as JSON.
Whether the tests pass does not matter.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import pickle
import sys
import tempfile
import threading
import unittest
import warnings
from typing import Any

from describing import describe

import lambdapkl

original_dumps, original_loads = pickle.dumps, pickle.loads
ours = lambdapkl.dumps
counts = {"objects": 0, "right": 0}
differences: list[str] = []
busy = threading.local()


def recording(obj: Any, protocol: int | None = None, **options: Any) -> bytes:
    """Pickle as `pickle.dumps` does, and compare what lambdapkl makes of the object."""
    data = original_dumps(obj, protocol, **options)
    if not getattr(busy, "now", False) and not options:
        busy.now = True
        try:
            compare(obj, protocol, data)
        except Exception as error:  # of the comparison; a test must not see it
            differences.append(f"{type(obj)}: not compared: {error!r}"[:1000])
        finally:
            busy.now = False
    return data


def compare(obj: Any, protocol: int | None, data: bytes) -> None:
    counts["objects"] += 1
    try:
        expected = original_loads(data)
        same = describe(expected) == (description := describe(obj))
    except Exception:
        return
    if not same or hasattr(obj, "__next__"):  # describing an iterator has used it up
        return
    counts["right"] += 1
    try:
        restored = original_loads(ours(obj, protocol))
    except Exception as error:
        differences.append(f"{type(obj)}, protocol {protocol}: {type(error).__name__}: {error}\n    was: {description}"[:1500])
        return
    if describe(restored) != description:
        differences.append(f"{type(obj)}, protocol {protocol}: {describe(restored)}\n    was: {description}"[:3000])
        return
    with contextlib.suppress(Exception):
        if bool(expected == obj) and not bool(restored == obj):
            differences.append(f"{type(obj)}, protocol {protocol}: not equal\n    was: {description}"[:1500])


def main(names: list[str]) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore")
    faulthandler.dump_traceback_later(600, exit=True)
    pickle.dumps = recording  # type: ignore[assignment]
    os.chdir(tempfile.mkdtemp())
    for name in names:
        with contextlib.suppress(Exception, SystemExit):
            suite = unittest.defaultTestLoader.loadTestsFromName(name)
            unittest.TextTestRunner(stream=io.StringIO(), verbosity=0).run(suite)
    json.dump({**counts, "differences": differences}, answers)
    answers.close()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
