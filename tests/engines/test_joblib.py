"""joblib and loky: their own processes, pickled by lambdapkl."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import run, run_source

pytest.importorskip("joblib")

EXAMPLES = Path(__file__).parents[2] / "examples"

# Whether a worker imported lambdapkl for what it was sent, and what it pickles its own results with.
WORK = """
import sys

def check(executor):
    offset = 10
    class Local:
        def __init__(self, x): self.x = x
    values = [future.result(30) for future in [executor.submit(lambda x: Local(x + offset), i) for i in range(3)]]
    assert [value.x for value in values] == [10, 11, 12] and type(values[0]) is Local
    assert executor.submit(lambda: "lambdapkl.wire" in sys.modules).result(30)
    def fail(): raise ValueError(f"bad {offset}")
    assert str(executor.submit(fail).exception(30)) == "bad 10"
    assert executor.submit(lambda: (lambda: offset)).result(30)() == 10
"""


@pytest.mark.parametrize("how", ["variable", "call", "install"])
def test_loky(how: str, tmp_path: Path) -> None:
    pytest.importorskip("loky")
    text = (
        WORK
        + f"""
if __name__ == "__main__":
    import loky
    how = {how!r}
    if how == "call":
        loky.set_loky_pickler("lambdapkl")
    if how == "install":
        import lambdapkl
        lambdapkl.install()
    from loky.backend.reduction import get_loky_pickler
    import lambdapkl, io, pickle
    file = io.BytesIO()
    get_loky_pickler()(file).dump(lambda: 1)
    assert b"lambdapkl" in file.getvalue()
    executor = loky.ProcessPoolExecutor(2)
    check(executor)
    executor.shutdown()
    print("done")
"""
    )
    environment = {"LOKY_PICKLER": "lambdapkl"} if how == "variable" else {}
    assert "done" in run_source(tmp_path, text, **environment)


@pytest.mark.parametrize("how", ["variable", "install"])
def test_joblib_and_its_memmaps(how: str, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    text = f"""
import sys
if __name__ == "__main__":
    import lambdapkl, numpy
    if {how!r} == "install":
        lambdapkl.install()
    from joblib import Parallel, delayed
    offset = 10
    assert Parallel(2)(delayed(lambda x: x + offset)(i) for i in range(4)) == [10, 11, 12, 13]
    big = numpy.arange(1_000_000.0)
    kinds = Parallel(2, max_nbytes="1M")(
        delayed(lambda a, i: (type(a).__name__, float(a[i]), "lambdapkl.wire" in sys.modules))(big, i) for i in range(3))
    assert kinds == [("memmap", float(i), True) for i in range(3)], kinds
    small = Parallel(2, max_nbytes=None)(delayed(lambda a: type(a).__name__)(big) for _ in range(2))
    assert small == ["ndarray"] * 2, small
    print("done")
"""
    environment = {"LOKY_PICKLER": "lambdapkl"} if how == "variable" else {}
    assert "done" in run_source(tmp_path, text, **environment)


def test_example() -> None:
    assert run(EXAMPLES / "joblib_lambdas.py").strip() == "[10, 11, 14, 19, 26]"
