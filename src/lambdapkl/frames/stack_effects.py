"""What each instruction needs on top of the stack, and what it leaves there (see `slot_kinds`).

An effect is a pair of strings. The first one has a letter for each value that the instruction
needs, the topmost value last: a kind, or a letter of `_CLASSES`. The second one has the kinds that
replace these values; ``=`` stands for a value that stays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from .slot_kinds import KINDS, OBJECTS, Unproven

__all__ = ["apply", "at_depth", "effect_of"]

_VERSION = sys.version_info[1]
# No code of the compiler has a larger argument.
_MAX_ARGUMENT = 1 << 24

Effect = tuple[str, str]

_CLASSES = {
    "O": OBJECTS,
    "?": OBJECTS + "nm",
    ".": KINDS,
    "i": "nx",  # the index of an iterator, or NULL
    "d": "Dn",
    "t": "TU",
    "a": "TUD",
    "p": "EP",
    "r": "ER",
    "e": "EPR",
    "k": "".join([kind for kind in OBJECTS if kind not in "XR"]),  # what a tuple may hold
}
_FIXED: dict[str, Effect] = {
    name: (needs, leaves)
    for needs, leaves, names in (
        ("", "", "CACHE DELETE_GLOBAL DELETE_NAME KW_NAMES NOP NOT_TAKEN PRECALL RESUME RETURN_CONST SETUP_ANNOTATIONS"),
        ("", "o", "LOAD_ASSERTION_ERROR LOAD_BUILD_CLASS LOAD_COMMON_CONSTANT LOAD_LOCALS LOAD_NAME LOAD_SMALL_INT"),
        ("", "o", "RETURN_GENERATOR"),
        ("", "n", "PUSH_NULL"),
        ("O", "", "DELETE_ATTR IMPORT_STAR INTERPRETER_EXIT PRINT_EXPR RETURN_VALUE STORE_GLOBAL STORE_NAME"),
        ("O", "o", "ASYNC_GEN_WRAP CONVERT_VALUE FORMAT_SIMPLE GET_AITER GET_AWAITABLE GET_YIELD_FROM_ITER"),
        ("O", "o", "LOAD_FROM_DICT_OR_GLOBALS TO_BOOL UNARY_INVERT UNARY_NEGATIVE UNARY_NOT UNARY_POSITIVE"),
        ("O", "oo", "BEFORE_ASYNC_WITH BEFORE_WITH GET_ANEXT GET_LEN IMPORT_FROM MATCH_MAPPING MATCH_SEQUENCE"),
        ("", "o", "LOAD_CLASSDEREF LOAD_DEREF"),
        ("", "c", "LOAD_CLOSURE"),
        ("", "", "DELETE_DEREF"),
        ("O", "", "STORE_DEREF"),
        ("O", "o", "LOAD_FROM_DICT_OR_DEREF"),
        ("O", "mo", "LOAD_METHOD"),
        ("O", "om", "LOAD_SPECIAL"),
        ("OO", "", "DELETE_SUBSCR STORE_ATTR"),
        ("OO", "o", "BINARY_OP BINARY_SUBSCR COMPARE_OP CONTAINS_OP FORMAT_WITH_SPEC IMPORT_NAME IS_OP"),
        ("OOO", "", "STORE_SUBSCR"),
        ("OOO", "o", "BINARY_SLICE"),
        ("OOOO", "", "STORE_SLICE"),
        ("O" if _VERSION < 14 else ".", "", "POP_TOP"),
        ("L", "T", "LIST_TO_TUPLE"),
        ("UO", "o", "BUILD_TEMPLATE"),
        ("t", "=o", "MATCH_KEYS"),
        ("OOt", "o", "MATCH_CLASS"),
        ("OO" if _VERSION == 12 else "O", "", "END_FOR"),
        (".." if _VERSION >= 15 else "O", "", "POP_ITER"),
        ("...E", "ono", "CLEANUP_THROW") if _VERSION >= 15 else ("..E", "oo", "CLEANUP_THROW"),
        (".E", "", "END_ASYNC_FOR"),
        ("E", "PE", "PUSH_EXC_INFO"),
        ("p", "", "POP_EXCEPT"),
        ("EO", "=o", "CHECK_EXC_MATCH"),
        ("pO", "PP", "CHECK_EG_MATCH"),
        ("EG", "R", "PREP_RERAISE_STAR"),
        ("O.X.E", "=====o", "WITH_EXCEPT_START") if _VERSION >= 14 else ("OX.E", "====o", "WITH_EXCEPT_START"),
    )
    for name in names.split()
}


def at_depth(kind: str, depth: int) -> str:
    """Return what an instruction needs that uses the value at this depth; 1 is the top."""
    if not 0 < depth <= _MAX_ARGUMENT:
        raise Unproven(f"no value at depth {depth}")
    return kind + "." * (depth - 1)


def _call(arg: int) -> Effect:
    return ("O?" if _VERSION >= 13 else "?O") + "O" * arg, "K"


def _call_function_ex(arg: int) -> Effect:
    if _VERSION >= 14:
        return "O?Od", "o"
    return ("O?O" if _VERSION >= 13 else "?OO") + "D" * (arg & 1), "o"


def _make_function(arg: int) -> Effect:
    attributes = [kinds for bit, kinds in _ATTRIBUTES.items() if arg & bit] if _VERSION < 13 else []
    return "".join(attributes) + "O", "o"


def _add_to(container: str, count: int = 1) -> Callable[[int], Effect]:
    """Return the effect of adding values to a container further down the stack."""
    return lambda arg: (at_depth(container, arg) + "O" * count, "=" * arg)


# Argument of MAKE_FUNCTION or SET_FUNCTION_ATTRIBUTE -> the attribute's kind.
_ATTRIBUTES = {1: "t", 2: "D", 4: "a", 8: "t"}
# Argument of CALL_INTRINSIC_1 -> its effect: STOPITERATION_ERROR, LIST_TO_TUPLE.
_CONVERSIONS = {3: ("E", "E"), 6: ("L", "T")}
_BY_ARGUMENT: dict[str, Callable[[int], Effect]] = {
    "LOAD_GLOBAL": lambda arg: ("", "o" if not arg & 1 else "on" if _VERSION >= 13 else "no"),
    "LOAD_ATTR": lambda arg: ("O", "o" if not arg & 1 or _VERSION == 11 else "om" if _VERSION >= 13 else "mo"),
    "LOAD_SUPER_ATTR": lambda arg: ("OOO", "o" if not arg & 1 else "om" if _VERSION >= 13 else "mo"),
    "CALL": _call,
    "CALL_KW": lambda arg: _call(arg + 1),
    "CALL_FUNCTION_EX": _call_function_ex,
    "CALL_INTRINSIC_1": lambda arg: _CONVERSIONS.get(arg, ("O", "o")),
    "CALL_INTRINSIC_2": lambda arg: ("EG", "R") if arg == 1 else ("OO", "o"),
    "MAKE_FUNCTION": _make_function,
    "SET_FUNCTION_ATTRIBUTE": lambda arg: (_ATTRIBUTES.get(arg, "O") + "O", "o"),
    "BUILD_SET": lambda arg: ("O" * arg, "S"),
    "BUILD_SLICE": lambda arg: ("O" * arg, "o"),
    "BUILD_STRING": lambda arg: ("O" * arg, "o"),
    "BUILD_TUPLE": lambda arg: ("k" * arg, "T"),
    "BUILD_LIST": lambda arg: ("O" * arg, "L"),
    "BUILD_MAP": lambda arg: ("O" * 2 * arg, "D"),
    "BUILD_CONST_KEY_MAP": lambda arg: ("O" * (arg + 1), "D"),
    "BUILD_INTERPOLATION": lambda arg: ("OOO" if arg & 1 else "OO", "V"),
    "FORMAT_VALUE": lambda arg: ("OO" if arg & 4 else "O", "o"),
    "LIST_APPEND": _add_to("L"),
    "LIST_EXTEND": _add_to("L"),
    "SET_ADD": _add_to("S"),
    "SET_UPDATE": _add_to("S"),
    "MAP_ADD": _add_to("D", 2),
    "DICT_UPDATE": _add_to("D"),
    "DICT_MERGE": _add_to("D"),
    "UNPACK_SEQUENCE": lambda arg: ("O", "o" * arg),
    "UNPACK_EX": lambda arg: ("O", "o" * ((arg & 0xFF) + 1 + (arg >> 8))),
    # The argument marks a `yield from`, which accepts coroutines, too.
    "GET_ITER": lambda arg: ("O", "I" if _VERSION < 15 else "ox" if arg else "Qx"),
    "RERAISE": lambda arg: (at_depth("X", arg) + "r" if arg else "r", ""),
    "RAISE_VARARGS": lambda arg: ("O" * arg, ""),
}


def effect_of(name: str, arg: int) -> Effect:
    """Return the effect of an instruction."""
    if name in _FIXED:
        return _FIXED[name]
    if name not in _BY_ARGUMENT or arg > _MAX_ARGUMENT:
        raise Unproven(f"the verifier does not know {name} {arg}")
    return _BY_ARGUMENT[name](arg)


def apply(effect: Effect, stack: str) -> str:
    """Return the stack after an instruction with this effect."""
    needs, leaves = effect
    base = len(stack) - len(needs)
    if base < 0 or not all(kind in _CLASSES.get(need, need) for need, kind in zip(needs, stack[base:], strict=True)):
        raise Unproven(f"an instruction needs {needs!r} on top of the stack {stack!r}")
    return stack[:base] + "".join([stack[base + index] if kind == "=" else kind for index, kind in enumerate(leaves)])
