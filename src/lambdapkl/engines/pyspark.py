"""The daemon that forks PySpark's Python workers, with lambdapkl installed in it: ``spark.python.daemon.module``.

Set that option to the name of this module, on the builder of the session or with ``--conf``; Spark then starts
``python -m lambdapkl.engines.pyspark`` where it would start ``python -m pyspark.daemon``.
"""

from __future__ import annotations

import importlib

from .install import install

__all__ = ["main"]


def main() -> None:
    """Install lambdapkl and do what ``python -m pyspark.daemon`` does: workers are forked with it."""
    install()
    importlib.import_module("pyspark.daemon").manager()


if __name__ == "__main__":
    main()
