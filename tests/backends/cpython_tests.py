"""CPython's own tests of `pickle` (``test.pickletester``, ``test.test_pickle``), set up for lambdapkl.

They run under `unittest`, because one result has to stand for all subtests of a test.
``python cpython_tests.py`` runs them all with this interpreter's backend and prints the score.

PyPy does not have the package ``test``; Debian keeps it in ``libpython3.x-testsuite``, which may be unpacked into a
folder of ``PYTHONPATH``.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import sys
import unittest
from collections import Counter
from typing import Any

# What `pickle` promises and lambdapkl, by intention, does not: test -> how each of its subtests fails, and why.  A test
# of these that passes, or fails in another way, fails here.
REFUSES_LOCAL = "pickles the local function or class, by value"
LISTED: dict[str, tuple[str, str]] = {
    "test_local_lookup_error": (r"AssertionError: .* not raised", REFUSES_LOCAL),
    # On 3.14 and later they look at the error behind the subtest, too.
    **dict.fromkeys(
        ("test_unpickleable_newobj_class", "test_unpickleable_newobj_ex_class"),
        (r"AssertionError: .*PicklingError.* not raised|AttributeError: '_AssertRaisesContext'", REFUSES_LOCAL),
    ),
    **dict.fromkeys(
        ("test_c_methods", "test_py_methods"),
        ("AssertionError: TypeError not raised", "pickles staticmethod and classmethod objects"),
    ),
    "test_bad_getattr": ("PicklingError: .*recursion", "says PicklingError, as cloudpickle does"),
    "test_default_dispatch_table": ("AssertionError: AttributeError not raised", "has a table, as cloudpickle has"),
}


def _find_tests() -> tuple[dict[str, type[unittest.TestCase]], str]:
    """Return CPython's test classes set up for lambdapkl, and why there are none."""
    try:
        original: Any = importlib.import_module("test.test_pickle")
        abstract: Any = importlib.import_module("test.pickletester")
    except ImportError as error:
        return {}, f"this interpreter comes without CPython's tests: {error}"

    import lambdapkl

    class InMemory:
        def dumps(self, obj: Any, protocol: int | None = None, **options: Any) -> bytes:
            return lambdapkl.dumps(obj, protocol, **options)

        def loads(self, data: bytes, **options: Any) -> Any:
            return lambdapkl.loads(data, **options)

    class Hooked(abstract.AbstractCustomPicklerClass, lambdapkl.Pickler):  # type: ignore[misc, name-defined]
        pass

    class WithoutPaths(lambdapkl.Pickler):
        """The tests compare all notes of an error; ours is the last one."""

        def dump(self, obj: Any) -> None:
            try:
                super().dump(obj)
            except Exception as error:
                notes = getattr(error, "__notes__", [])
                if notes and notes[-1].startswith("path: "):
                    del notes[-1]
                raise

    both = {"pickler": lambdapkl.Pickler, "unpickler": lambdapkl.Unpickler}
    settings: dict[str, dict[str, Any]] = {
        "CPickleTests": {
            **{name: staticmethod(getattr(lambdapkl, name)) for name in ("dump", "dumps", "load", "loads")},
            "Pickler": lambdapkl.Pickler,
            "Unpickler": lambdapkl.Unpickler,
        },
        "CUnpicklerTests": {"unpickler": lambdapkl.Unpickler},
        "CPicklingErrorTests": {"pickler": WithoutPaths},
        "CPicklerTests": both,
        "CPersPicklerTests": both,
        "CIdPersPicklerTests": both,
        "InMemoryPickleTests": {name: vars(InMemory)[name] for name in ("dumps", "loads")},
        "CPicklerUnpicklerObjectTests": {"pickler_class": lambdapkl.Pickler, "unpickler_class": lambdapkl.Unpickler},
        "CDispatchTableTests": {"pickler_class": lambdapkl.Pickler},
        "CChainDispatchTableTests": {"pickler_class": lambdapkl.Pickler},
        "CPicklerHookTests": {"pickler_class": Hooked},
    }
    found = {}
    for name, attributes in settings.items():
        # Some came with a later version.
        if hasattr(original, name):
            found[name] = type(name, (getattr(original, name),), {**attributes, "__test__": False})
    return found, ""


CLASSES, MISSING = _find_tests()
TESTS = [f"{name}.{test}" for name, cls in CLASSES.items() for test in unittest.defaultTestLoader.getTestCaseNames(cls)]

Outcome = tuple[str, str]


def run(test: str) -> Outcome:
    """Run a test; return ``passed``, ``failed``, ``listed`` or ``skipped``, and what there is to say."""
    class_name, _, method = test.partition(".")
    result = unittest.TestResult()
    CLASSES[class_name](method).run(result)
    problems = [text for _, text in (*result.failures, *result.errors)]
    expected, reason = LISTED.get(method, ("", ""))
    if expected and not problems and not result.skipped:
        return "failed", f"listed because lambdapkl {reason}, but it passes"
    unexpected = [text for text in problems if not expected or not re.search(rf"^\S*(?:{expected})", text, re.MULTILINE)]
    if unexpected:
        return "failed", "\n".join(unexpected)
    if problems:
        return "listed", f"lambdapkl {reason}"
    if result.skipped:
        return "skipped", result.skipped[0][1]
    return "passed", ""


def main() -> None:
    """Run the tests named on the command line, or all, and print the score or (``--json``) every outcome."""
    import lambdapkl

    names = [name for name in sys.argv[1:] if name != "--json"] or TESTS
    # Some print, and the answer has to stay clean.
    with contextlib.redirect_stdout(sys.stderr):
        outcomes = {name: run(name) for name in names}
    if "--json" in sys.argv:
        json.dump({"compiled": lambdapkl.COMPILED, "outcomes": outcomes}, sys.stdout)
        return
    for name, (outcome, text) in outcomes.items():
        if outcome == "failed":
            print(f"FAILED {name}\n{text}")
    counts = Counter(outcome for outcome, _ in outcomes.values())
    print(f"{sys.version.split()[0]} compiled={lambdapkl.COMPILED}: run {len(outcomes) - counts['skipped']}, ", end="")
    print(", ".join(f"{name} {counts[name]}" for name in ("passed", "listed", "failed", "skipped")))
    if MISSING:
        print(MISSING)


if __name__ == "__main__":
    main()
