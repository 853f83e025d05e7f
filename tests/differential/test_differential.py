"""Never worse than `pickle` or cloudpickle: each subject goes through all three, into fresh processes.

Where the object that `pickle` or cloudpickle restores has the description of the original, the one that lambdapkl
restores has to have it too, and has to compare like theirs.  The subjects are in `subjects/`, a program a kind.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import fresh
import pytest
import sample
import shapes
from conftest import BACKENDS, Processes

pytestmark = pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy's pickle is another one")

HERE = Path(__file__).parent
DESCRIBING = (HERE / "describing.py").read_text(encoding="utf-8")
DUMPING = (HERE / "dumping.py").read_text(encoding="utf-8")
LOADING = (HERE / "loading.py").read_text(encoding="utf-8")
SHAPES = {"by_value": shapes.source(), "by_reference": "from shaped import SUBJECTS"}
KINDS = [*SHAPES, *sorted(path.stem for path in (HERE / "subjects").glob("*.py"))]
PEERS = ("pickle", "cloudpickle")

# All of the subjects in the long run, one in so many otherwise.
EVERYTHING = os.environ.get("LAMBDAPKL_DIFFERENTIAL") == "all"
EVERY = 1 if EVERYTHING else 24 * sample.EVERY

# Differences that are known: kind -> a subject that shows one -> which subjects differ in this way, and why.
EXPECTED: dict[str, dict[str, tuple[str, str]]] = {}


class Report:
    """What became of the subjects of one kind.

    Attributes
    ----------
    count
        How many subjects a peer dumped.
    right
        Pickler -> how many of them it has restored right.
    wrong
        Label -> what is wrong with the subject, which a peer restores and lambdapkl does not.
    """

    def __init__(self) -> None:
        self.count = 0
        self.right = dict.fromkeys((*PEERS, "lambdapkl"), 0)
        self.wrong: dict[str, str] = {}


def compare(source: str, backend: str, processes: Processes, protocol: int | None = None, **selected: Any) -> Report:
    """Dump the subjects of `source` with each pickler, load them in fresh processes and compare."""
    home = fresh.new_directory()
    modules = {"describing.py": DESCRIBING, "shaped.py": SHAPES["by_value"]}
    call = {"home": home, "modules": modules, "seconds": 3000 if EVERYTHING else fresh.SECONDS}
    dumped = processes(backend).execute(source + "\n" + DUMPING, protocol=protocol, **call, **selected)
    loaded: dict[str, dict[str, str]] = {}
    for pickler in (*PEERS, "lambdapkl"):
        payloads = {label: tried[pickler][0] for label, (_, tried) in dumped.items() if tried[pickler][0] is not None}
        loaded[pickler] = processes(backend, 3).execute(LOADING, payloads=payloads, **call)
    report = Report()
    report.count = len(dumped)
    for label, (original, tried) in dumped.items():
        right = [pickler for pickler in loaded if loaded[pickler].get(label) == original]
        for pickler in right:
            report.right[pickler] += 1
        for peer in [each for each in PEERS if each in right]:
            if tried["lambdapkl"][0] is None:
                report.wrong[label] = f"{peer} restores it, lambdapkl refuses it: {tried['lambdapkl'][1]}"
            elif loaded["lambdapkl"][label] != original:
                report.wrong[label] = f"{peer} restores it; was:\n    {original}\n  is:\n    {loaded['lambdapkl'][label]}"
            elif "True" in tried[peer][1] and tried["lambdapkl"][1] != tried[peer][1]:
                both = f"{peer} {tried[peer][1]}, lambdapkl {tried['lambdapkl'][1]}"
                report.wrong[label] = f"(identical, equal, same hash): {both}"
    return report


@pytest.mark.parametrize("backend_name", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
def test_as_good_as_pickle_and_cloudpickle(kind: str, backend_name: str, processes: Processes) -> None:
    source = SHAPES.get(kind) or (HERE / "subjects" / f"{kind}.py").read_text(encoding="utf-8")
    expected = EXPECTED.get(kind, {})
    first = sys.version_info.minor % EVERY
    report = compare(source, backend_name, processes, every=EVERY, first=first, always=list(expected))
    print(f"{kind}, {backend_name}: {report.count} objects, restored right by {report.right}")
    assert report.count > 0
    patterns = [pattern for pattern, _ in expected.values()]
    wrong = {label: text for label, text in report.wrong.items() if not any(re.fullmatch(each, label) for each in patterns)}
    text = "\n".join(f"{label}: {text}" for label, text in wrong.items())
    assert not wrong, f"{len(wrong)} differences\n{text}"
    mended = [label for label in expected if label not in report.wrong]
    assert not mended, f"no longer different, take them off the list: {mended}"
