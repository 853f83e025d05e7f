"""``lambdapkl doctor``"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
from importlib import metadata
from typing import Any

from .._backend.pure_reason import reason
from .common import NO, OK, tell_if_pure

# Distribution -> how lambdapkl gets into it.
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
_OTHERS = ("dill", "numpy", "pandas", "plotly", "rich", "tqdm")
_VARIABLES = ("LAMBDAPKL_PURE", "LAMBDAPKL_INSTALL", "LOKY_PICKLER")
_CHECK = "import pickle, sys; sys.exit(0 if pickle.loads(sys.stdin.buffer.read())(20) == 42 else 1)"


def add(commands: Any) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "doctor",
        help="which backend runs, which versions and engines are there and how each is wired",
        description="Tell which backend runs and why, which engines are installed and how lambdapkl gets into each, and check "
        "that a function loads and runs in a fresh process. Exits with 1 if it does not.",
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .. import COMPILED, __version__

    tell_if_pure(options.json)
    works = _works()
    grafts = _grafts()
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    found = {
        "lambdapkl": __version__,
        "backend": "compiled" if COMPILED else "pure Python",
        "why": "the extension is built for this interpreter" if COMPILED else reason()[0],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "executable": sys.executable,
        "platform": platform.platform(),
        "protocol": pickle.HIGHEST_PROTOCOL,
        "environment": environment,
        "installed_into": grafts,
        "engines": {name: {"version": version, "wired": _ENGINES[name]} for name in _ENGINES if (version := _version(name))},
        "libraries": {name: version for name in _OTHERS if (version := _version(name))},
        "works": works == "",
    }
    if options.json:
        print(json.dumps(found, indent=1))
        return OK if not works else NO
    print(f"lambdapkl {__version__}, {found['backend']} backend: {found['why']}")
    print(f"{found['python']} on {found['platform']}, {sys.executable}")
    print(f"pickle protocol {pickle.HIGHEST_PROTOCOL}")
    for name, value in environment.items():
        print(f"environment: {name}={value}")
    if grafts:
        print(f"lambdapkl pickles in place of: {', '.join(grafts)}")
    print(f"a function in a fresh process: {works or 'loads and runs'}")
    print("\nengines:")
    for name, how in _ENGINES.items():
        version = _version(name)
        print(f"  {name:12} {version or 'not installed':14} {how if version else ''}".rstrip())
    print("\nlibraries:")
    for name in _OTHERS:
        print(f"  {name:12} {_version(name) or 'not installed'}")
    return OK if not works else NO


def _grafts() -> list[str]:
    """The modules in whose place lambdapkl pickles in this process, as ``LAMBDAPKL_INSTALL=1`` has it do in all."""
    from ..engines.install import installed

    return installed()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _works() -> str:
    """Load and run a function in a fresh process; return what went wrong."""
    from ..pickler import dumps

    def double(x: int) -> int:
        return 2 * x + 2

    double.__module__ = "__main__"
    try:
        done = subprocess.run([sys.executable, "-c", _CHECK], input=dumps(double), capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode:
        return f"it fails: {done.stderr.decode(errors='replace').strip()[-300:]}"
    return ""
