"""The process of a program of size: what a pickler pays for the modules that are loaded."""

from __future__ import annotations

import sys
from typing import Any

from candidates import BY_VALUE
from workloads import Workload, add, define

MODULES = 1600
FAMILY = "1,600 modules"


def crowd() -> None:
    """Load numpy, pandas and scikit-learn, and more until 1,600 modules are loaded."""
    from importlib import import_module

    more = (
        "numpy pandas sklearn.linear_model sklearn.ensemble sklearn.cluster sklearn.svm sklearn.pipeline sklearn.manifold"
        " sklearn.neural_network sklearn.gaussian_process scipy.signal scipy.stats scipy.interpolate asyncio unittest.mock"
    )
    for name in more.split():
        import_module(name)
    assert len(sys.modules) >= MODULES, len(sys.modules)


def _numpy() -> Any:
    crowd()
    import numpy as np

    return define("f = lambda x: np.linalg.norm(x) + np.sqrt(x).sum()", np=np)["f"]


def _sklearn() -> Any:
    crowd()
    import sklearn

    return define("f = lambda c: sklearn.linear_model.LogisticRegression(C=c)", sklearn=sklearn)["f"]


def _pandas() -> Any:
    crowd()
    import pandas as pd

    return define("f = lambda rows: pd.DataFrame(rows).mean()", pd=pd)["f"]


def _add(name: str, make: Any, check: Any) -> None:
    needs = ("numpy", "pandas", "sklearn")
    add(Workload(name, FAMILY, make, check, among=BY_VALUE, needs=needs, quick=name == "lambda with numpy"))


_add("lambda with numpy", _numpy, lambda f: f([9.0]) == 12.0)
_add("lambda with scikit-learn", _sklearn, lambda f: f(2.0).C == 2.0)
_add("lambda with pandas", _pandas, lambda f: f({"a": [1, 3]})["a"] == 2)
