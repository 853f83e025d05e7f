"""Constants as text that is the same in every process, and of which each has its own."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

__all__ = ["spell", "spell_constant"]

# In bits.  Decimal text of longer integers is refused from a length on that a program can choose (`sys.set_int_max_str_digits`,
# at least 640 digits), and takes quadratic time.
_LONGEST_DECIMAL = 2000


def spell(value: Any) -> str:
    """Return the `repr` of a value of which that tells all; of long integers another text."""
    kind = type(value)
    if kind is int and value.bit_length() > _LONGEST_DECIMAL:
        return hex(value)
    if kind is range or kind is slice:
        return f"{kind.__name__}({', '.join([spell(each) for each in (value.start, value.stop, value.step)])})"
    return repr(value)


def spell_constant(constant: Any, code_digest: Callable[[CodeType], bytes]) -> str:
    """Return a text for a constant of a code object; of what the compiler never puts there, its type."""
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
