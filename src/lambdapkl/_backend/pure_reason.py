"""Explains why the pure backend runs, and warns about it in a program's main script.

Without ``-v``, pip does not show that a build had no C compiler, so users would not notice.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from importlib.util import find_spec
from opcode import opmap

from . import IS_PURE_CHOSEN

__all__ = ["notice", "reason", "warn_main_script"]

# The wheels with the compiled backend: see [tool.cibuildwheel] in pyproject.toml, and the workflow.
_WHEEL_PLATFORMS = ("linux-x86_64", "linux-aarch64", "macosx-", "win-amd64")
_WHEEL_PYTHONS = ((3, 11), (3, 15))
_REINSTALL = "python -m pip install --force-reinstall --no-cache-dir"
# The console script and `python -m lambdapkl` import these; their commands report the backend
# themselves.
_COMMAND_LINE = ("lambdapkl.cli", "lambdapkl.__main__")


def reason() -> tuple[str, str]:
    """Return why the pure backend runs, and what to do to get the compiled one ("" if nothing can be done)."""
    if IS_PURE_CHOSEN:
        return "LAMBDAPKL_PURE is set", "to get the compiled backend, unset it"
    if sys.implementation.name != "cpython":
        return f"the compiled backend is for CPython, this is {sys.implementation.name}", ""
    if _is_built():
        return "this interpreter is a subinterpreter, which cannot load the extension lambdapkl._fast", ""
    return (
        "the extension lambdapkl._fast is not built for this interpreter",
        f"to get the compiled backend, install a C compiler, then lambdapkl again, with `{_REINSTALL}`",
    )


def notice() -> tuple[str, ...]:
    """Return lines of text: that the pure backend runs, why, and how to get the compiled one."""
    why, remedy = reason()
    first = f"lambdapkl runs in pure Python, several times slower than its compiled backend: {why}."
    return (first, f"{remedy[0].upper()}{remedy[1:]}.") if remedy else (first,)


def warn_main_script() -> None:
    """Warn if a program's main script imports lambdapkl and the compiled backend could have been installed.

    An import by `pickle` or by another module gives no warning. Never raises, not even with
    ``-W error``.
    """
    if IS_PURE_CHOSEN or not _has_wheel() or _is_built():
        return
    place = _importing_main_script()
    if place is not None:
        silence = "LAMBDAPKL_PURE=1 in the environment chooses pure Python and silences this warning."
        text = " ".join((*notice(), silence))
        with contextlib.suppress(Exception):
            warnings.warn_explicit(text, RuntimeWarning, *place, module="__main__")


def _is_built() -> bool:
    return find_spec("lambdapkl._fast") is not None


def _has_wheel() -> bool:
    """Whether there is a wheel with the compiled backend for this interpreter."""
    first, last = _WHEEL_PYTHONS
    if sys.implementation.name != "cpython" or not first <= sys.version_info[:2] <= last or sys.maxsize <= 2**32:
        return False
    import sysconfig  # takes a millisecond, and is rarely needed

    return sysconfig.get_platform().startswith(_WHEEL_PLATFORMS)


def _importing_main_script() -> tuple[str, int] | None:
    """Return file and line of the statement in ``__main__`` that imports lambdapkl; None if something else imports it.

    `pickle` in C has no frame. If it imports lambdapkl, the frame of its caller is at a call, not
    at an import statement.
    """
    frame = sys._getframe()
    imported = ""
    while frame.f_globals.get("__name__") == __name__ or frame.f_globals.get("__name__") == "lambdapkl":
        if frame.f_back is None:
            return None
        frame = frame.f_back
    # Frames of the import system. The outermost has the name from the statement.
    while frame.f_code.co_filename.startswith("<frozen importlib"):
        imported = frame.f_locals.get("name", imported)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    ours = imported == "lambdapkl" or (imported.startswith("lambdapkl.") and imported not in _COMMAND_LINE)
    if not ours or frame.f_globals.get("__name__") != "__main__":
        return None
    if frame.f_lasti < 0 or frame.f_code.co_code[frame.f_lasti] != opmap["IMPORT_NAME"]:
        return None
    return frame.f_code.co_filename, frame.f_lineno
