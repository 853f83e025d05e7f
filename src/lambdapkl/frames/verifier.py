"""Abstract interpretation of bytecode: what a frame holds at each point where it can be suspended.

The interpreter does not check the contents of a frame: an instruction that expects a list uses any
object as a list. So a restored frame must hold only what its code could have put there. The verifier
runs the bytecode over *kinds* of values (see `slot_kinds`) instead of values. At each suspension point
it records the kind of each local variable and each slot of the stack.

It checks every instruction that expects a particular type. It refuses code that it cannot prove safe,
and code with unknown instructions. The tests hold that it accepts all code from CPython's compiler.
"""

from __future__ import annotations

import sys
from types import CodeType

from ..code import blobs, bytecode
from .slot_kinds import TAGGED, Unproven, exception, join, kind_of, need, objects, pop, untagged, with_kind

_VERSION = sys.version_info[1]

# Instruction -> number of values it pops, kinds it pushes.
_SIMPLE: dict[str, tuple[int, str]] = {
    name: (pops, pushes)
    for pops, pushes, names in (
        (0, "", "CACHE DELETE_GLOBAL DELETE_NAME KW_NAMES NOP NOT_TAKEN PRECALL RESUME SETUP_ANNOTATIONS"),
        (0, "o", "LOAD_ASSERTION_ERROR LOAD_BUILD_CLASS LOAD_COMMON_CONSTANT LOAD_LOCALS LOAD_NAME LOAD_SMALL_INT"),
        (0, "n", "PUSH_NULL"),
        (1, "", "DELETE_ATTR IMPORT_STAR PRINT_EXPR STORE_GLOBAL STORE_NAME"),
        (1, "o", "ASYNC_GEN_WRAP CONVERT_VALUE FORMAT_SIMPLE GET_AITER GET_AWAITABLE GET_YIELD_FROM_ITER"),
        (1, "o", "LOAD_FROM_DICT_OR_GLOBALS TO_BOOL UNARY_INVERT UNARY_NEGATIVE UNARY_NOT UNARY_POSITIVE"),
        (1, "oo", "BEFORE_ASYNC_WITH BEFORE_WITH GET_ANEXT GET_LEN IMPORT_FROM MATCH_MAPPING MATCH_SEQUENCE"),
        (1, "mo", "LOAD_METHOD"),
        (1, "om", "LOAD_SPECIAL"),
        (2, "", "DELETE_SUBSCR STORE_ATTR"),
        (2, "o", "BINARY_OP BINARY_SUBSCR COMPARE_OP CONTAINS_OP FORMAT_WITH_SPEC IMPORT_NAME IS_OP"),
        (3, "", "STORE_SUBSCR"),
        (3, "o", "BINARY_SLICE"),
        (4, "", "STORE_SLICE"),
    )
    for name in names.split()
}
# Instructions that pop as many values as their argument says -> the kind they push.
_COUNTED = {"BUILD_SET": "S", "BUILD_SLICE": "o", "BUILD_STRING": "o"}
# Instructions that add values to a container further down the stack -> number of values, its kind.
_ADDING = {
    "LIST_APPEND": (1, "L"),
    "LIST_EXTEND": (1, "L"),
    "SET_ADD": (1, "S"),
    "SET_UPDATE": (1, "S"),
    "MAP_ADD": (2, "D"),
    "DICT_UPDATE": (1, "D"),
    "DICT_MERGE": (1, "D"),
}
# Instructions that raise nothing.
_QUIET = frozenset(("COPY", "LOAD_CONST", "LOAD_FAST_BORROW", "LOAD_SMALL_INT", "NOP", "PUSH_NULL", "STORE_FAST", "SWAP"))
_ENDS = frozenset(("INTERPRETER_EXIT", "RETURN_CONST", "RETURN_VALUE", "RERAISE", "RAISE_VARARGS"))
# Argument of CALL_INTRINSIC_1 -> kind of its result, if not "o": STOPITERATION_ERROR, LIST_TO_TUPLE.
_CONVERSIONS = {3: "E", 6: "T"}
_ATTRIBUTES = ((1, "TU"), (2, "D"), (4, "TUD"), (8, "TU"))

State = tuple[str, str]


class Point:
    """A point where a frame can be suspended.

    Attributes
    ----------
    slot_kinds
        The kind of each local variable, then of each slot of the stack.
    from_another
        Whether it is a ``yield from`` or an ``await``.
    """

    __slots__ = ("from_another", "slot_kinds")

    def __init__(self, slot_kinds: str, from_another: bool) -> None:
        self.slot_kinds = slot_kinds
        self.from_another = from_another


def points(code: CodeType) -> tuple[dict[int, Point], int]:
    """Return the suspension points of `code` and its number of local variables.

    The key of a point is the index of its RESUME instruction, in code units.

    Raises
    ------
    Unproven
        The verifier cannot prove that the code is safe.
    """
    run = _Run(code)
    run.go()
    return run.points, len(run.start)


class _Run:
    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.points: dict[int, Point] = {}
        self.units = len(code.co_code) // 2
        self.instructions = dict(bytecode.instructions(code.co_code))
        try:
            self.handlers = list(bytecode.exception_table(code.co_exceptiontable))
        except ValueError as error:
            raise Unproven(str(error)) from None
        new_cells = [name for name in code.co_cellvars if name not in code.co_varnames]
        count = blobs.parameter_count(code)
        size = len(code.co_varnames) + len(new_cells) + len(code.co_freevars)
        self.start = "o" * count + "n" * (size - count)
        if takes_iterator(code):
            self.start = "I" + self.start[1:]
        self.states: dict[int, State] = {}
        self.waiting: list[int] = []

    def go(self) -> None:
        self.reach(0, self.start, "")
        while self.waiting:
            at = self.waiting.pop()
            self.step(at, *self.states[at])

    def reach(self, at: int, slots: str, stack: str) -> None:
        if at not in self.instructions:
            raise Unproven(f"a jump to {at}, where no instruction starts")
        if len(stack) > self.code.co_stacksize:
            raise Unproven(f"more values on the stack at {at} than co_stacksize")
        known = self.states.get(at)
        if known is not None:
            if len(known[1]) != len(stack):
                raise Unproven(f"different stack depths at {at}")
            slots, stack = join(known[0], slots), join(known[1], stack)
            if (slots, stack) == known:
                return
        self.states[at] = slots, stack
        self.waiting.append(at)

    def step(self, at: int, slots: str, stack: str) -> None:
        name, arg, after = self.instructions[at]
        for start, end, target, depth, lasti in self.handlers if name not in _QUIET else ():
            if start <= at < end:
                # Entries of 3.15 extend past the end of a loop. Nothing can be raised there, and the
                # stack may be too short.
                if depth <= len(stack):
                    self.reach(target, slots, stack[:depth] + ("X" if lasti else "") + "E")
        jump = bytecode.target(name, arg, after)
        if name == "YIELD_VALUE":
            objects(stack[-1:])
            if self.instructions.get(after, ("",))[0] != "RESUME":
                raise Unproven(f"no RESUME at {after}")
            if "R" in stack or not stack:
                raise Unproven(f"a yield at {at} inside an exception-group handler or with an empty stack")
            slot_kinds = slots + stack[:-1].replace("K", "o")
            self.points[after] = Point(slot_kinds, _VERSION >= 13 and arg & 1 == 1)
            self.reach(after, slots, stack[:-1].replace("K", "o") + "o")
        elif name == "FOR_ITER":
            self.for_iter(slots, stack, jump, after)
        elif name == "SEND":
            depth = 3 if _VERSION >= 15 else 2
            objects(stack[-1:] + stack[-depth : len(stack) - depth + 1])
            if depth == 3 and stack[-2] not in "nx":
                raise Unproven(f"no index at {at}")
            self.reach(after, slots, stack[:-1] + "o")
            self.reach(jump, slots, stack[: -2 if _VERSION == 11 else -1] + "o")
        elif name.startswith("JUMP_IF"):
            objects(stack[-1:])
            self.reach(jump, slots, stack)
            self.reach(after, slots, stack[:-1])
        elif name.startswith("POP_JUMP"):
            objects(stack[-1:])
            self.reach(jump, slots, stack[:-1])
            self.reach(after, slots, stack[:-1])
        elif name.startswith("JUMP_"):
            self.reach(jump, slots, stack)
        else:
            slots, stack = self.transfer(name, arg, at, slots, stack)
            if name not in _ENDS:
                self.reach(after, slots, stack)

    def for_iter(self, slots: str, stack: str, jump: int, after: int) -> None:
        wanted = ("Qx", "Kx", "Kn") if _VERSION >= 15 else ("I", "K")
        if not stack.endswith(wanted):
            raise Unproven("a loop over an object that is not an iterator")
        stack = stack[: -len(wanted[0])] + wanted[0]
        self.reach(after, slots, stack + "o")
        self.reach(jump, slots, stack[:-1] if _VERSION == 11 else stack + "o")

    def transfer(self, name: str, arg: int, at: int, slots: str, stack: str) -> State:
        """Return the slots and the stack after an instruction that does not jump."""
        simple = _SIMPLE.get(name)
        if simple is not None:
            pops, pushed = simple
            return slots, pop(stack, pops) + pushed
        if "FAST" in name or "DEREF" in name or name in ("LOAD_CLOSURE", "MAKE_CELL", "COPY_FREE_VARS"):
            return _variables(name, arg, slots, stack)
        return slots, self.on_stack(name, arg, at, stack)

    def on_stack(self, name: str, arg: int, at: int, stack: str) -> str:
        if name == "LOAD_CONST":
            return stack + kind_of(self.code.co_consts[arg])
        if name == "LOAD_GLOBAL":
            return stack + ("o" if not arg & 1 else "on" if _VERSION >= 13 else "no")
        if name in ("LOAD_ATTR", "LOAD_SUPER_ATTR"):
            pushed = "o" if not arg & 1 or _VERSION == 11 else "om" if _VERSION >= 13 else "mo"
            return pop(stack, 1 if name == "LOAD_ATTR" else 3) + pushed
        if name in ("CALL", "CALL_KW"):
            count = arg + (name == "CALL_KW")
            stack = pop(stack, count)
            objects(stack[-2] if _VERSION >= 13 else stack[-1])
            untagged(stack[-2:])
            return stack[:-2] + "K"
        if name == "CALL_FUNCTION_EX":
            return _call_ex(arg, stack)
        if name == "POP_TOP":
            if _VERSION < 14:
                objects(stack[-1:])
            return need(stack, 1)[:-1]
        if name == "COPY":
            copied = need(stack, arg)[-arg]
            objects(copied)
            return stack + copied
        if name == "SWAP":
            below = need(stack, arg)[-arg]
            return stack[:-arg] + stack[-1] + stack[len(stack) - arg + 1 : -1] + below
        if name in _ADDING:
            count, wanted = _ADDING[name]
            added = stack[-count:]
            stack = pop(stack, count)
            target = need(stack, arg)[-arg]
            if target != wanted and not (name == "LIST_APPEND" and target == "G" and added in "EPR"):
                raise Unproven(f"{name} to a value of kind {target}, not {wanted}")
            return stack
        if name in _COUNTED:
            return pop(stack, arg) + _COUNTED[name]
        if name == "BUILD_TUPLE":
            strings = set(stack[len(stack) - arg :]) <= {"s"}
            if any(kind in "nmxXR" for kind in stack[len(stack) - arg :]):
                raise Unproven("a tuple with NULL or an integer in it")
            return stack[: len(stack) - arg] + ("U" if strings else "T")
        if name == "BUILD_LIST":
            return pop(stack, arg) + ("G" if self.collects_exceptions(at, arg) else "L")
        if name in ("BUILD_MAP", "BUILD_CONST_KEY_MAP"):
            return pop(stack, 2 * arg if name == "BUILD_MAP" else arg + 1) + "D"
        if name == "FORMAT_VALUE":
            return pop(stack, 2 if arg & 4 else 1) + "o"
        if name == "BUILD_INTERPOLATION":
            return pop(stack, 3 if arg & 1 else 2) + "V"
        if name == "BUILD_TEMPLATE":
            if stack[-2:-1] != "U":
                raise Unproven("a template without a tuple of strings")
            return pop(stack, 2) + "o"
        if name == "UNPACK_SEQUENCE":
            return pop(stack, 1) + "o" * arg
        if name == "UNPACK_EX":
            return pop(stack, 1) + "o" * ((arg & 0xFF) + 1 + (arg >> 8))
        if name in ("MATCH_KEYS", "MATCH_CLASS"):
            if stack[-1:] not in ("T", "U"):
                raise Unproven(f"{name} without a tuple")
            return stack + "o" if name == "MATCH_KEYS" else pop(stack, 3) + "o"
        if name == "MAKE_FUNCTION":
            return _make_function(arg, stack)
        if name == "SET_FUNCTION_ATTRIBUTE":
            for bit, wanted in _ATTRIBUTES:
                if arg == bit and stack[-2] not in wanted:
                    raise Unproven("a function with an attribute of the wrong type")
            return pop(stack, 2) + "o"
        if name == "CALL_INTRINSIC_1":
            if (arg == 3 and stack[-1:] != "E") or (arg == 6 and stack[-1:] != "L"):
                raise Unproven("a conversion of the wrong type")
            return pop(stack, 1) + _CONVERSIONS.get(arg, "o")
        if name == "PREP_RERAISE_STAR" or (name == "CALL_INTRINSIC_2" and arg == 1):
            if stack[-2:] != "EG":
                raise Unproven("no exceptions to reraise")
            return stack[:-2] + "R"
        if name == "CALL_INTRINSIC_2":
            return pop(stack, 2) + "o"
        if name == "RETURN_GENERATOR":
            return stack + "o"
        if name == "LIST_TO_TUPLE":
            if stack[-1:] != "L":
                raise Unproven("a conversion of the wrong type")
            return stack[:-1] + "T"
        if name in ("RETURN_VALUE", "RETURN_CONST", "INTERPRETER_EXIT", "RAISE_VARARGS"):
            objects(stack[len(stack) - (arg if name == "RAISE_VARARGS" else int(name != "RETURN_CONST")) :])
            return stack
        return self.loops_and_exceptions(name, arg, stack)

    def loops_and_exceptions(self, name: str, arg: int, stack: str) -> str:
        if name == "GET_ITER":
            # The argument marks a `yield from`, which accepts coroutines, too.
            return pop(stack, 1) + ("I" if _VERSION < 15 else "ox" if arg else "Qx")
        if name == "END_FOR":
            return pop(stack, 2 if _VERSION == 12 else 1)
        if name == "POP_ITER":
            return need(stack, 2)[:-2] if _VERSION >= 15 else pop(stack, 1)
        if name == "END_SEND":
            objects(stack[-1:])
            depth = 3 if _VERSION >= 15 else 2
            return need(stack, depth)[:-depth] + stack[-1]
        if name == "CLEANUP_THROW":
            exception(stack, 1)
            return need(stack, 4)[:-4] + "ono" if _VERSION >= 15 else need(stack, 3)[:-3] + "oo"
        if name == "END_ASYNC_FOR":
            exception(stack, 1)
            return need(stack, 2)[:-2]
        if name == "PUSH_EXC_INFO":
            exception(stack, 1)
            return stack[:-1] + "PE"
        if name == "POP_EXCEPT":
            if stack[-1:] not in ("P", "E"):
                raise Unproven("POP_EXCEPT without an exception")
            return stack[:-1]
        if name == "RERAISE":
            if stack[-1:] != "R":
                exception(stack, 1)
            if arg and need(stack, arg + 1)[-arg - 1] != "X":
                raise Unproven("RERAISE without an instruction index")
            return stack
        if name == "CHECK_EXC_MATCH":
            exception(stack, 2)
            return pop(stack, 1) + "o"
        if name == "CHECK_EG_MATCH":
            if stack[-2:-1] not in ("E", "P"):
                raise Unproven("no exceptions to match")
            return pop(stack, 1)[:-1] + "PP"
        if name == "WITH_EXCEPT_START":
            exception(stack, 1)
            if need(stack, 5 if _VERSION >= 14 else 4)[-3] != "X":
                raise Unproven("WITH_EXCEPT_START without an instruction index")
            objects(stack[-5] if _VERSION >= 14 else stack[-4])
            return stack + "o"
        raise Unproven(f"the verifier does not know {name}")

    def collects_exceptions(self, at: int, arg: int) -> bool:
        """Whether BUILD_LIST creates the list to which ``except*`` appends exceptions."""
        before, behind = self.instructions.get(at - 1), self.instructions.get(at + 1)
        if arg or before is None or behind is None:
            return False
        return (before[0], behind[:2]) == ("PUSH_EXC_INFO", ("COPY", 2)) or (before[:2], behind[:2]) == (
            ("COPY", 1),
            ("SWAP", 2),
        )


def takes_iterator(code: CodeType) -> bool:
    """Whether the code loops over its first argument without GET_ITER, as generator expressions do."""
    if code.co_varnames[:1] != (".0",) or not code.co_argcount:
        return False
    names = [name for _, (name, _, _) in bytecode.instructions(code.co_code)]
    for index, name in enumerate(names[:-1]):
        if name.startswith("LOAD_FAST"):
            return names[index + 1] == "FOR_ITER"
    return False


def _call_ex(arg: int, stack: str) -> str:
    count = 4 if _VERSION >= 14 else 3 + (arg & 1)
    need(stack, count)
    if _VERSION >= 14 or arg & 1:
        if stack[-1] not in ("Dn" if _VERSION >= 14 else "D"):
            raise Unproven("keyword arguments that are not a dictionary")
        arguments = stack[-count:-1]
    else:
        arguments = stack[-count:]
    function, nothing = (arguments[0], arguments[1]) if _VERSION >= 13 else (arguments[1], arguments[0])
    objects(function + arguments[2])
    untagged(nothing)
    return stack[:-count] + "o"


def _make_function(arg: int, stack: str) -> str:
    stack = pop(stack, 1)
    if _VERSION < 13:
        for bit, wanted in reversed(_ATTRIBUTES):
            if arg & bit:
                if stack[-1:] not in tuple(wanted):
                    raise Unproven("a function with an attribute of the wrong type")
                stack = stack[:-1]
    return stack + "o"


def _variables(name: str, arg: int, slots: str, stack: str) -> State:
    if name == "COPY_FREE_VARS":
        return slots[: len(slots) - arg] + "c" * arg, stack
    if name == "MAKE_CELL":
        return with_kind(slots, arg, "c"), stack
    if name == "LOAD_FAST_AND_CLEAR":
        return with_kind(slots, arg, "n"), stack + slots[arg]
    if "DEREF" in name or name == "LOAD_CLOSURE":
        if slots[arg] != "c":
            raise Unproven("a cell variable that is not a cell")
        if name in ("LOAD_CLASSDEREF", "LOAD_DEREF"):
            return slots, stack + "o"
        if name == "LOAD_CLOSURE":
            return slots, stack + "c"
        if name == "DELETE_DEREF":
            return slots, stack
        return slots, pop(stack, 1) + ("" if name == "STORE_DEREF" else "o")
    if name == "DELETE_FAST":
        return with_kind(slots, arg, "n"), stack
    # In 3.11 every LOAD_FAST checks for NULL.
    checks_null = name == "LOAD_FAST_CHECK" or _VERSION == 11
    parts = name.split("_FAST")
    double = name.count("FAST") == 2
    for index, action in enumerate([part.strip("_").removeprefix("BORROW_") for part in parts[: 2 if double else 1]]):
        place = arg if not double else arg >> 4 if index == 0 else arg & 15
        if place >= len(slots):
            raise Unproven("a variable that does not exist")
        if action == "STORE":
            kind = need(stack, 1)[-1]
            if kind in TAGGED:
                raise Unproven("an integer stored in a variable")
            slots, stack = with_kind(slots, place, kind if kind in "cnm" else "o"), stack[:-1]
        elif action == "LOAD":
            kind = slots[place]
            if checks_null and kind in "nm":
                kind = "o"
                slots = with_kind(slots, place, "o")
            objects(kind)
            stack += kind
        else:
            raise Unproven(f"the verifier does not know {name}")
    return slots, stack
