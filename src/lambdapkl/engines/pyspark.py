"""The daemon that forks PySpark's Python workers, with lambdapkl installed in it.

Set the option ``spark.python.daemon.module`` to the name of this module, on the builder of the session or
with ``--conf``. Spark then runs ``python -m lambdapkl.engines.pyspark`` instead of
``python -m pyspark.daemon``.
"""

from __future__ import annotations

import importlib

from .install import install

__all__ = ["main"]


def main() -> None:
    """Install lambdapkl and run PySpark's daemon, so that the workers it forks have lambdapkl."""
    install()
    importlib.import_module("pyspark.daemon").manager()


if __name__ == "__main__":
    main()
