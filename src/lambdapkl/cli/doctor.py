"""``lambdapkl doctor``"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import sys
from importlib import metadata
from operator import methodcaller
from typing import Any

from .._backend.pure_reason import reason
from .common import BACKEND, NO, OK, tell_if_pure

# Distribution -> how it uses lambdapkl.
_ENGINES = {
    "cloudpickle": "lambdapkl.install() or `lambdapkl run` puts lambdapkl in its place",
    "joblib": "LOKY_PICKLER=lambdapkl, or lambdapkl.install()",
    "loky": 'LOKY_PICKLER=lambdapkl, or loky.set_loky_pickler("lambdapkl")',
    "distributed": "lambdapkl.install()",
    "ray": 'lambdapkl.install(), and ray.init(runtime_env={"worker_process_setup_hook": "lambdapkl.install"})',
    "pyspark": "lambdapkl.install(), and spark.python.daemon.module=lambdapkl.engines.pyspark",
    "celery": "lambdapkl.engines.celery.setup(app)",
    "rq": "rq worker --serializer lambdapkl.engines.rq.Serializer, and Queue(serializer=...)",
}
_OTHERS = ("dill", "numpy", "pandas", "rich")
_VARIABLES = ("LAMBDAPKL_PURE", "LAMBDAPKL_INSTALL", "LOKY_PICKLER")


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "doctor",
        help="show the backend, versions and installed engines, and test a function in a new process",
        description="Show which backend runs and why, which engines are installed and how each uses lambdapkl, and check that "
        "a function loads and runs in a new process. Exits with 1 if it does not.",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .. import COMPILED, __version__
    from ..engines.install import installed

    tell_if_pure(options.json)
    problem = _problem()
    versions = {name: _version(name) for name in (*_ENGINES, *_OTHERS)}
    found: dict[str, Any] = {
        "lambdapkl": __version__,
        "backend": BACKEND,
        "why": "the extension is built for this interpreter" if COMPILED else reason()[0],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "executable": sys.executable,
        "platform": platform.platform(),
        "protocol": pickle.HIGHEST_PROTOCOL,
        # The modules that `LAMBDAPKL_INSTALL=1` has changed in this process; it does so in all.
        "installed_into": installed(),
        "works": problem == "",
        "environment": {name: os.environ[name] for name in _VARIABLES if name in os.environ},
        "engines": {name: {"version": versions[name], "wired": _ENGINES[name]} for name in _ENGINES if versions[name]},
        "libraries": {name: versions[name] for name in _OTHERS if versions[name]},
    }
    if options.json:
        print(json.dumps(found, indent=1))
        return NO if problem else OK
    print(f"a function in a fresh process: {problem or 'loads and runs'}")
    for name, value in found.items():
        if isinstance(value, dict):
            texts = {key: "  ".join(each.values()) if isinstance(each, dict) else each for key, each in value.items()}
            print("", f"{name}:", *(f"  {key:12} {text}" for key, text in texts.items()), sep="\n")
        else:
            print(f"{name}: {value}")
    return NO if problem else OK


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _problem() -> str:
    """Load and run a function in a fresh process; return what went wrong, or ""."""
    from ..tools.checking import CheckError, check

    def double(x: int) -> int:
        return 2 * x + 2

    double.__module__ = "__main__"
    try:
        answer = check(double, methodcaller("__call__", 20)).result
    except (CheckError, OSError) as error:
        return str(error)
    return "" if answer == 42 else f"it returns {answer!r}, not 42"
