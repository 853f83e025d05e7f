"""`install` and `uninstall`, each in a process of its own, with the real cloudpickle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("cloudpickle")

# A library that took what it uses, and made a class of its own, before anyone installed lambdapkl.
LIBRARY = """
import io
from cloudpickle import CloudPickler, dumps, loads
import cloudpickle as pickler

class Own(CloudPickler):
    pass

def own(obj):
    file = io.BytesIO()
    Own(file).dump(obj)
    return file.getvalue()
"""

ORDERS = {
    "library first": "import library\nlambdapkl.install()\n",
    "library later": "lambdapkl.install()\nimport library\n",
    "twice": "lambdapkl.install()\nimport library\nlambdapkl.install()\n",
}


def run(directory: Path, text: str) -> None:
    """Run `text` as ``__main__`` beside the library."""
    (directory / "library.py").write_text(LIBRARY)
    (directory / "byvalue.py").write_text("def f():\n    return 7\n")
    (directory / "main.py").write_text("import pickle, sys\nimport lambdapkl\n" + text)
    done = subprocess.run([sys.executable, "main.py"], cwd=directory, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("order", ORDERS)
def test_install_reaches_a_library(order: str, tmp_path: Path) -> None:
    run(
        tmp_path,
        ORDERS[order]
        + """
import cloudpickle
for dumps in (library.dumps, library.pickler.dumps, cloudpickle.cloudpickle.dumps, cloudpickle.dumps):
    assert dumps is lambdapkl.dumps
assert library.CloudPickler is cloudpickle.Pickler is lambdapkl.Pickler
assert library.loads(library.dumps(lambda: 3))() == 3
assert library.loads(library.own(lambda: 4))() == 4
""",
    )


def test_uninstall_undoes_it(tmp_path: Path) -> None:
    run(
        tmp_path,
        "import cloudpickle\ntheirs = cloudpickle.dumps, cloudpickle.CloudPickler, cloudpickle.register_pickle_by_value\n"
        + ORDERS["library first"]
        + """
path, maps = list(sys.meta_path), len(theirs[1].dispatch_table.maps)
lambdapkl.uninstall()
lambdapkl.uninstall()
assert (cloudpickle.dumps, cloudpickle.CloudPickler, cloudpickle.register_pickle_by_value) == theirs
assert library.dumps is theirs[0] and cloudpickle.cloudpickle.Pickler is theirs[1]
assert len(sys.meta_path) == len(path) - 1 and len(theirs[1].dispatch_table.maps) == maps - 1 == 2
assert b"lambdapkl" not in library.dumps(lambda: 1)
lambdapkl.install()
assert library.dumps is lambdapkl.dumps
""",
    )


def test_after_uninstall_an_import_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, "lambdapkl.install()\nlambdapkl.uninstall()\nimport library\nassert library.dumps is not lambdapkl.dumps\n")


def test_what_cloudpickle_pickled_loads(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
import library
class Local:
    def __init__(self, value):
        self.value = value
payload = library.dumps([lambda: 5, Local(6)])
lambdapkl.install()
function, instance = library.loads(payload)
assert function() == 5 and instance.value == 6
""",
    )


def test_registrations_serve_both(tmp_path: Path) -> None:
    """Modules by value, and reducers, of before and after."""
    run(
        tmp_path,
        """
import cloudpickle, library, byvalue
class A: pass
class B: pass
cloudpickle.register_pickle_by_value(byvalue)
library.CloudPickler.dispatch[A] = lambda obj: (str, ("A",))
lambdapkl.install()
library.CloudPickler.dispatch[B] = lambda obj: (str, ("B",))
def loaded():
    return [pickle.loads(dump([A(), B()])) for dump in (library.dumps, library.own)]
assert loaded() == [["A", "B"]] * 2, loaded()
assert b"byvalue\\nf" not in library.dumps(byvalue.f, 2)
assert cloudpickle.list_registry_pickle_by_value() == {"byvalue"}
lambdapkl.uninstall()
assert loaded() == [["A", "B"]] * 2, loaded()
""",
    )
