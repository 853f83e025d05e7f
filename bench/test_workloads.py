"""One test for each workload and operation; see the modules that `workloads.load_all` imports."""

from __future__ import annotations

from typing import Any

import pytest
from timing import operations
from workloads import load_all

WORKLOADS = list(load_all().values())
# Last, for what they import slows down whatever comes after.
CROWDED = [each for each in WORKLOADS if each.family == "1,600 modules"]
OTHERS = [each for each in WORKLOADS if each not in CROWDED]


@pytest.mark.parametrize(("workload", "operation"), operations(OTHERS))
def test_workload(workload: Any, operation: str, contest: Any, benchmark: Any) -> None:
    contest(workload).run(operation, benchmark)


@pytest.mark.parametrize(("workload", "operation"), operations(CROWDED))
def test_crowded(workload: Any, operation: str, contest: Any, benchmark: Any) -> None:
    contest(workload).run(operation, benchmark)
