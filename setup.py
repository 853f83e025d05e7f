"""Build the compiled backend; install without it where that cannot be done.

The extension is optional: lambdapkl works in pure Python, more slowly.  ``LAMBDAPKL_PURE=1`` leaves it out,
``LAMBDAPKL_REQUIRE_EXTENSION=1`` makes a failure to build it an error.
"""

import os
import re
import sys
import tomllib
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.dist import Distribution

SOURCE = "src/lambdapkl/_fast.pyx"


def flag(name):
    return os.environ.get(name, "0") not in ("", "0")


REQUIRED = flag("LAMBDAPKL_REQUIRE_EXTENSION")


def give_up(reason):
    """Say that the pure backend is what gets installed (pip shows it with ``-v``), or fail where that was ruled out."""
    if REQUIRED:
        raise SystemExit(f"lambdapkl: LAMBDAPKL_REQUIRE_EXTENSION is set, but the compiled backend cannot be built: {reason}")
    line = "*" * 78
    message = (
        f"\n{line}\nlambdapkl: the compiled backend was NOT built: {reason}\n"
        f"lambdapkl will run in pure Python, several times slower (lambdapkl.COMPILED is False).\n{line}\n"
    )
    print(message, file=sys.stderr, flush=True)


def compiler_options():
    """Return the options for gcc and clang: optimize, and leave debug information out, unless CFLAGS says otherwise.

    Python's own flags often contain ``-g``, which makes the extension seven times as large.
    """
    if sys.platform == "win32":
        return []
    chosen = os.environ.get("CFLAGS", "").split()
    return [option for option in ("-O2", "-g0") if not any(flag.startswith(option[:2]) for flag in chosen)]


def extensions():
    """Return the extension, translated to C, or nothing where there is no point or no way."""
    if flag("LAMBDAPKL_PURE"):
        give_up("LAMBDAPKL_PURE is set")
        return []
    if sys.implementation.name != "cpython":
        give_up(f"it is for CPython, this is {sys.implementation.name}")
        return []
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError
    except ImportError as error:
        give_up(f"Cython is missing ({error})")
        return []
    folder = os.path.dirname(SOURCE)
    extension = Extension(
        "lambdapkl._fast",
        [SOURCE],
        depends=glob(f"{folder}/_fast_parts/*"),
        include_dirs=[f"{folder}/_fast_parts"],
        extra_compile_args=compiler_options(),
    )
    try:
        return cythonize([extension], build_dir="build/cython", language_level=3)
    except CompileError as error:
        give_up(f"Cython cannot translate it ({error})")
        return []


class OptionalBuild(build_ext):
    """`build_ext` for which a failing compiler is no failure."""

    def run(self):
        try:
            super().run()
        except Exception as error:
            self._forget(error)

    def _forget(self, error):
        give_up(f"{type(error).__name__}: {error}")
        # What an earlier build left, in the build folder or in src/, is out of date: it would be imported, and would get
        # into a wheel that is for every platform.
        for extension in self.extensions:
            for self.inplace in (False, True):
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)
        self.extensions = []
        self.distribution.ext_modules = []


class TaggedDistribution(Distribution):
    """A distribution whose wheel is for one platform only if the extension could be built."""

    def has_ext_modules(self):
        return bool(self.ext_modules)


def platform_wheel():
    """A `bdist_wheel` that chooses its tag after the build, when it is known whether there is an extension."""
    from setuptools.command.bdist_wheel import bdist_wheel

    class LateTag(bdist_wheel):
        def run(self):
            self.run_command("build_ext")
            self.root_is_pure = not self.distribution.has_ext_modules()
            super().run()

    return LateTag


def readme():
    """Return README.md with absolute links, as an index of packages needs them.  Their base is the URL in pyproject.toml."""
    base = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Source"]
    text = Path("README.md").read_text(encoding="utf-8")
    text = re.sub(r"(!\[[^]]*\]\()(?!https?:)", rf"\1{base}/raw/main/", text)
    return re.sub(r"(\]\()(?!https?:|#)", rf"\1{base}/blob/main/", text)


setup(
    long_description=readme(),
    long_description_content_type="text/markdown",
    ext_modules=extensions(),
    cmdclass={"build_ext": OptionalBuild, "bdist_wheel": platform_wheel()},
    distclass=TaggedDistribution,
)
