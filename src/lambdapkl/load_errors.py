"""What an error means that was raised while a payload was loaded: the payload is damaged, or code that it calls has failed.

`pickle` raises whatever comes up.  Where the traceback leads into the program's code, that is where the error is from.  Where
it leads nowhere, the payload is read again without running it: if a pickler can have written it, its bytes are not damaged,
and the error is that of a class or function which is called: its argument is missing, its attribute has no setter.
"""

from __future__ import annotations

import re
from types import CodeType, FrameType
from typing import Any

from . import wire
from .answers import opcodes
from .answers.describing import describe
from .answers.values import CALL, DICT, GLOBAL, LIST, PERSISTENT, SET, Entry, Made, resolve
from .errors import DamagedPayloadError

__all__ = ["explain_load_error"]

# Arguments of `loads` that are wrong, what the reader's process lacks, a protocol of the future.
_TELLING = (
    "Can't get attribute",
    "module ",
    "unregistered extension code",
    "unsupported pickle protocol",
    "a bytes-like object is required",
    "file must have",
)
# Modules whose code runs while a payload is read, and does not run the program's.
_READING = ("lambdapkl", "pickle", "weakref")
# Those of them that call the program's classes.
_CALLING = ("lambdapkl.restorers.exceptions", "lambdapkl.restorers.threads")
# Modules whose callables are called for every payload; none of them is what the user asks about.
_PLUMBING = ("lambdapkl.wire", "builtins", "_codecs", "copyreg")
# What `pickle` itself says of a value of a wrong type, for files that cannot be read a second time.
_OF_READING = re.compile(
    r"'(?:int|str|bytes|tuple|list|dict|set|float|bool|NoneType)' object "
    r"(?:is not (?:callable|iterable)|has no attribute '(?:append|extend|add|__dict__)'|does not support item assignment)"
    r"|unhashable type: '(?:list|dict|set|bytearray)'|.*codec can't decode"
)
_MOST_NAMED = 3


def explain_load_error(error: Exception, data: Any) -> None:
    """Add a note to an error of a load that says what was being restored, or raise DamagedPayloadError in its place.

    Parameters
    ----------
    data
        The payload, or what begins with it; None where it cannot be read again.

    Raises
    ------
    DamagedPayloadError
        The payload is damaged.
    """
    kind = next((each for each in type(error).__mro__ if each.__name__ in vars(DamagedPayloadError)), None)
    if isinstance(error, UnicodeDecodeError) and error.encoding.lower().replace("_", "-") != "utf-8":
        return  # a pickle of Python 2, for which `encoding` is wrong
    frames = _frames(error)
    calling = [frame for frame in frames if not _is_of(frame, (*_READING, "importlib"))]
    if calling:
        _add_note(error, _called(calling[0]))
        return
    if kind is None or str(error).startswith(_TELLING):
        return
    if frames:
        # Lambdapkl's own constructors do not fail, unless they are called with what no payload has.
        restored = _class_in(frames[-1]) if _is_of(frames[-1], _CALLING) else None
        if restored is not None:
            _add_note(error, restored)
            return
    elif data is None:
        if _OF_READING.match(str(error)) is None:
            return
    else:
        names = _called_by(data)
        if names and not _is_of_wire(str(error)):
            _add_note(error, _chosen(names, str(error)))
            return
    damaged = getattr(DamagedPayloadError, kind.__name__)
    raise damaged(*(error.args if isinstance(error, UnicodeDecodeError) else (_damaged_text(error),))) from error


def _damaged_text(error: Exception) -> str:
    return f"the payload is damaged: {type(error).__name__}: {error}"


def _is_of_wire(text: str) -> bool:
    """Whether a constructor of lambdapkl was called with too few or too many arguments."""
    found = re.match(r"(\w+)\(\) ", text)
    return found is not None and found[1] in wire.__all__


def _add_note(error: Exception, restored: str) -> None:
    error.add_note(f"while restoring {restored}")


# ---- the traceback ----


def _frames(error: Exception) -> list[FrameType]:
    """The frames below `loads`, outermost first."""
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        found.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return [frame for frame in found if frame.f_globals.get("__name__") != "lambdapkl.unpickler"]


def _is_of(frame: FrameType, modules: tuple[str, ...]) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name in modules or name.partition(".")[0] in modules


def _called(frame: FrameType) -> str:
    """What the code of a frame belongs to: a class, or a function."""
    code = frame.f_code
    if code.co_name == "<module>":
        return f"what is in module {frame.f_globals.get('__name__')}, which was being imported"
    if code.co_argcount:
        first = frame.f_locals.get(code.co_varnames[0])
        if isinstance(first, type) and _has_method(first, code):
            return f"{_instance_of(first)} (in {code.co_name})"
        if _has_method(type(first), code):
            if isinstance(first, type):
                return f"the class {_full_name(first)} or an instance of it (in {code.co_name} of its metaclass)"
            return f"{_instance_of(type(first))} (in {code.co_name})"
    return f"the result of {frame.f_globals.get('__name__')}.{code.co_qualname}()"


def _mro(kind: type) -> tuple[type, ...]:
    return type.__dict__["__mro__"].__get__(kind)  # type: ignore[no-any-return]


def _namespace(kind: type) -> Any:
    return type.__dict__["__dict__"].__get__(kind)


def _has_method(kind: type, code: CodeType) -> bool:
    for base in _mro(kind):
        method = _namespace(base).get(code.co_name)
        if getattr(getattr(method, "__func__", method), "__code__", None) is code:
            return True
    return False


def _class_in(frame: FrameType) -> str | None:
    """The class of the program that a constructor of lambdapkl has been called with, or an instance of it."""
    code = frame.f_code
    for name in code.co_varnames[: code.co_argcount]:
        value = frame.f_locals.get(name)
        kind = value if isinstance(value, type) else type(value)
        if kind.__module__ != "builtins":
            return _instance_of(kind)
    return None


def _instance_of(kind: type) -> str:
    return f"an instance of {_full_name(kind)}"


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


# ---- the payload ----

# Opcode -> what it fills, besides the results of calls.
_TARGETS = {
    "APPEND": LIST,
    "APPENDS": LIST,
    "ADDITEMS": SET,
    "SETITEM": DICT,
    "SETITEMS": DICT,
    "BUILD": CALL,
}
_UNHASHABLE = (LIST, DICT, SET)


class _Checker(opcodes.Machine):
    """Reads a payload as `opcodes` does, is strict about kinds of values, and notes what is called."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, None)
        self.called: dict[str, None] = {}
        self.opcode = ""

    def step(self, name: str, argument: Any, own: int) -> None:
        self.opcode = name
        if name == "FRAME" and argument > self.length - self.at:
            raise ValueError("a frame that goes beyond the end")
        if name == "SETITEM":
            self.check_key(self.stack[-2])
        elif name in ("SETITEMS", "DICT", "ADDITEMS", "FROZENSET"):
            mark = max(index for index, entry in enumerate(self.stack) if entry is opcodes.MARK)
            for key in self.stack[mark + 1 :: 2 if name in ("SETITEMS", "DICT") else 1]:
                self.check_key(key)
        super().step(name, argument, own)

    def check_key(self, entry: Entry) -> None:
        if resolve(entry).kind in _UNHASHABLE:
            raise ValueError("a key that cannot be hashed")

    def target(self) -> Made:
        made = super().target()
        if made.kind not in (_TARGETS.get(self.opcode, made.kind), CALL, PERSISTENT):
            raise ValueError(f"{self.opcode} of a {made.kind}")
        return made

    def call(self, callee: Entry, args: Entry, own: int) -> Made:
        kind, data = resolve(callee).kind, resolve(callee).data
        if kind == CALL:
            self.called[describe(resolve(callee)).title] = None
        elif kind == GLOBAL and data[0] not in _PLUMBING:
            self.called[".".join(data)] = None
        return super().call(callee, args, own)


def _called_by(data: Any) -> list[str]:
    """The names of what an intact payload calls, other than what every payload calls; nothing if it is damaged."""
    checker = _Checker(data)
    try:
        checker.run()
    except Exception:
        return []
    return list(checker.called)


def _chosen(names: list[str], text: str) -> str:
    """Those of several names that an error's text has, or else as many as fit into a line."""
    told = [name for name in names if re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", text)] or names
    if len(told) == 1:
        return f"an instance of {told[0]}"
    more = f" or {len(told) - _MOST_NAMED} others" if len(told) > _MOST_NAMED else ""
    return f"an instance of one of {', '.join(told[:_MOST_NAMED])}{more}"
