"""Gives each constant a text that is the same in every process and differs between constants."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

__all__ = ["spell", "spell_constant"]

# Integers with more bits are written in hexadecimal. Decimal text takes quadratic time, and is
# refused beyond a limit that a program may lower to 640 digits (`sys.set_int_max_str_digits`).
_MAX_DECIMAL_BITS = 2000


def spell(value: Any) -> str:
    """Return the `repr` of a value whose type has an exact one; long integers are hexadecimal."""
    kind = type(value)
    if kind is int and value.bit_length() > _MAX_DECIMAL_BITS:
        return hex(value)
    if kind is range or kind is slice:
        return f"{kind.__name__}({', '.join([spell(each) for each in (value.start, value.stop, value.step)])})"
    return repr(value)


def spell_constant(constant: Any, code_digest: Callable[[CodeType], bytes]) -> str:
    """Return a text for a constant of a code object.

    An object that the compiler never makes a constant is described by its type alone.
    """
    kind = type(constant)
    if kind is CodeType:
        return f"code {code_digest(constant).hex()}"
    if kind is tuple:
        return f"tuple {[spell_constant(item, code_digest) for item in constant]}"
    if kind is frozenset:
        return f"frozenset {sorted(spell_constant(item, code_digest) for item in constant)}"
    if kind is slice:
        return f"slice {[spell_constant(item, code_digest) for item in (constant.start, constant.stop, constant.step)]}"
    if kind in (int, float, complex, str, bytes, bool, type(None), type(...)):
        return f"{kind.__name__} {spell(constant)}"
    return f"{kind.__module__}.{kind.__qualname__}"
