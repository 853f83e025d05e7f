"""Distinguishes damaged payloads from errors of the program's classes when a load fails.

`pickle` raises any error that occurs. If the traceback has a frame of the program, the program's
code raised the error. Otherwise the payload is read again without running it. If a pickler can have
written it, it is not damaged, and a call of a class or function failed: for example, an argument is
missing, or an attribute has no setter.
"""

from __future__ import annotations

import re
from traceback import walk_tb
from types import CodeType, FrameType
from typing import Any

from . import wire
from .answers import opcodes
from .answers.describing import describe
from .answers.values import CALL, DICT, GLOBAL, LIST, PERSISTENT, SET, Entry, Made, resolve
from .errors import DamagedPayloadError

__all__ = ["explain_load_error"]

# How messages begin that already explain the error: wrong arguments of `loads`, names that the
# reader's process lacks, newer protocols.
_CLEAR_MESSAGES = (
    "Can't get attribute",
    "module ",
    "unregistered extension code",
    "unsupported pickle protocol",
    "a bytes-like object is required",
    "file must have",
)
# Modules whose code runs during every load.
_LOADING_MODULES = ("lambdapkl", "pickle", "weakref")
# The modules among them that call classes of the program.
_CALLING_MODULES = ("lambdapkl.restorers.exceptions", "lambdapkl.restorers.threads")
# Modules whose callables any payload may call; they are not named in notes.
_INTERNAL_MODULES = ("lambdapkl.wire", "builtins", "_codecs", "copyreg")
# Messages of `pickle` for a value of a wrong type. They are used for files that cannot be read a
# second time.
_DAMAGE_MESSAGES = re.compile(
    r"'(?:int|str|bytes|tuple|list|dict|set|float|bool|NoneType)' object "
    r"(?:is not (?:callable|iterable)|has no attribute '(?:append|extend|add|__dict__)'|does not support item assignment)"
    r"|unhashable type: '(?:list|dict|set|bytearray)'|.*codec can't decode"
)
# How many names a note lists.
_MAX_NAMES = 3


def explain_load_error(error: Exception, data: Any) -> None:
    """Add a note that says what was being restored, or raise DamagedPayloadError instead.

    Parameters
    ----------
    error
        What the load has raised.
    data
        Bytes that begin with the payload; None if it cannot be read again.

    Raises
    ------
    DamagedPayloadError
        The payload is damaged.
    """
    kind = next((each for each in type(error).__mro__ if each.__name__ in vars(DamagedPayloadError)), None)
    if isinstance(error, UnicodeDecodeError) and error.encoding.lower().replace("_", "-") != "utf-8":
        return  # a pickle of Python 2, loaded with the wrong `encoding`
    frames = _frames(error)
    program_frames = [frame for frame in frames if not _is_of(frame, (*_LOADING_MODULES, "importlib"))]
    if program_frames:
        error.add_note(f"while {_activity(program_frames[0])}")
        return
    if kind is None or str(error).startswith(_CLEAR_MESSAGES):
        return
    if frames:
        # lambdapkl's constructors fail only for arguments that no pickler writes, except those that
        # call a class of the program.
        instance = _instance_restored_by(frames[-1]) if _is_of(frames[-1], _CALLING_MODULES) else None
        if instance is not None:
            error.add_note(f"while restoring {instance}")
            return
    elif data is None:
        if _DAMAGE_MESSAGES.match(str(error)) is None:
            return
    else:
        names = _names_called_by(data)
        if names and not _is_from_wire(str(error)):
            error.add_note(f"while restoring an instance of {_choose(names, str(error))}")
            return
    text = f"the payload is damaged: {type(error).__name__}: {error}"
    damaged = getattr(DamagedPayloadError, kind.__name__)
    raise damaged(*(error.args if isinstance(error, UnicodeDecodeError) else (text,))) from error


def _is_from_wire(message: str) -> bool:
    """Whether a message is about a wrong number of arguments for a constructor of lambdapkl."""
    match = re.match(r"(\w+)\(\) ", message)
    return match is not None and match[1] in wire.__all__


# ---- the traceback ----


def _frames(error: Exception) -> list[FrameType]:
    """Return the frames below `loads`, outermost first."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    return [frame for frame in frames if frame.f_globals.get("__name__") != "lambdapkl.unpickler"]


def _is_of(frame: FrameType, modules: tuple[str, ...]) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name in modules or name.partition(".")[0] in modules


def _activity(frame: FrameType) -> str:
    """Return what the load was doing when it ran the code of a frame."""
    code = frame.f_code
    if code.co_name == "<module>":
        return f"importing module {frame.f_globals.get('__name__')}"
    if code.co_argcount:
        first = frame.f_locals.get(code.co_varnames[0])
        if isinstance(first, type) and _has_method(first, code):
            return f"restoring {_instance_of(first)} (in {code.co_name})"
        if _has_method(type(first), code):
            if isinstance(first, type):
                return f"restoring the class {_full_name(first)} or an instance of it (in {code.co_name} of its metaclass)"
            return f"restoring {_instance_of(type(first))} (in {code.co_name})"
    return f"restoring the result of {frame.f_globals.get('__name__')}.{code.co_qualname}()"


# A metaclass of the program cannot override these.
_get_mro = type.__dict__["__mro__"].__get__
_get_namespace = type.__dict__["__dict__"].__get__


def _has_method(kind: type, code: CodeType) -> bool:
    for base in _get_mro(kind):
        method = _get_namespace(base).get(code.co_name)
        if getattr(getattr(method, "__func__", method), "__code__", None) is code:
            return True
    return False


def _instance_restored_by(frame: FrameType) -> str | None:
    """Describe the instance that a constructor of lambdapkl restores, or return None."""
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

# Opcode -> the kind of container that it fills; it may also fill the result of a call.
_TARGETS = {"APPEND": LIST, "APPENDS": LIST, "ADDITEMS": SET, "SETITEM": DICT, "SETITEMS": DICT, "BUILD": CALL}
_UNHASHABLE = (LIST, DICT, SET)


class _Checker(opcodes.Machine):
    """Reads a payload, checks the kinds of its values, and records what it calls."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, None)
        self.called: dict[str, None] = {}
        self.opcode = ""

    def step(self, name: str, argument: Any, own: int) -> None:
        self.opcode = name
        if name == "FRAME" and argument > self.length - self.at:
            raise ValueError("a frame beyond the end of the payload")
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
        target = super().target()
        if target.kind not in (_TARGETS.get(self.opcode, target.kind), CALL, PERSISTENT):
            raise ValueError(f"{self.opcode} for a {target.kind}")
        return target

    def call(self, callee: Entry, args: Entry, own: int) -> Made:
        kind, data = resolve(callee).kind, resolve(callee).data
        if kind == CALL:
            self.called[describe(resolve(callee)).title] = None
        elif kind == GLOBAL and data[0] not in _INTERNAL_MODULES:
            self.called[".".join(data)] = None
        return super().call(callee, args, own)


def _names_called_by(data: Any) -> list[str]:
    """Return the names of the program's callables that a payload calls; [] if it is damaged."""
    checker = _Checker(data)
    try:
        checker.run()
    except Exception:
        return []
    return list(checker.called)


def _choose(names: list[str], message: str) -> str:
    """Return the names that occur in an error's message; if none does, the first of all."""
    likely = [name for name in names if re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", message)] or names
    if len(likely) == 1:
        return likely[0]
    more = f" or {len(likely) - _MAX_NAMES} others" if len(likely) > _MAX_NAMES else ""
    return f"one of {', '.join(likely[:_MAX_NAMES])}{more}"
