"""Runs the script that follows on the command line where lambdapkl cannot be imported; whatever else is installed can be."""

import runpy
import sys


class Hiding:
    """A finder that comes before all others."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "lambdapkl":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "__main__":
    sys.meta_path.insert(0, Hiding())
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
