"""Exceptions whose class has an attribute, property, method or slot with the name of a field in C."""

import types
from typing import Any


class FullDisk(OSError):
    @property
    def errno(self) -> int:  # type: ignore[override]
        return 28


class PrettyError(OSError):
    @property
    def strerror(self) -> str:  # type: ignore[override]
        return f"pretty: {self.args[1]}"


class DefaultsError(OSError):
    errno = 5
    filename = "default"


class AssignsError(OSError):
    errno = 5

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.errno = 9


class MethodError(OSError):
    def strerror(self) -> str:  # type: ignore[override]
        return "x"


class SlotError(OSError):
    __slots__ = ("errno",)


class AnswersAllError(OSError):
    def __getattr__(self, name: str) -> Any:
        return self.__dict__["extra"].get(name)


class NamedImportError(ImportError):
    @property
    def name(self) -> str:  # type: ignore[override]
        return "other"


class CodeExit(SystemExit):
    code = 3


class ReasonError(UnicodeDecodeError):
    reason = "class"


class TitledGroup(ExceptionGroup[Exception]):
    @property
    def message(self) -> str:
        return "title"


class StateError(OSError):
    errno = 5

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state or {})


class CausedError(Exception):
    @property
    def __cause__(self) -> str:  # type: ignore[override]
        return "because"


class TracelessError(Exception):
    __traceback__ = None
    __context__ = None


def view(error: BaseException) -> Any:
    """Return the fields in C, the attributes and the text of an exception."""
    fields = {}
    for base in type(error).__mro__:
        if base.__module__ == "builtins":
            for name, field in vars(base).items():
                if type(field) in (types.MemberDescriptorType, types.GetSetDescriptorType) and name[:2] != "__":
                    try:
                        fields[name] = repr(field.__get__(error))
                    except AttributeError:
                        fields[name] = "unset"
    return fields, dict(error.__dict__), "" if isinstance(error, MethodError) else str(error)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def errors() -> list[BaseException]:
    answers_all = AnswersAllError(2, "x")
    answers_all.__dict__["extra"] = {}
    return [
        FullDisk("full"),
        FullDisk(1, "y", "/z"),
        PrettyError(2, "x"),
        DefaultsError("m"),
        DefaultsError(2, "No such file", "/x"),
        AssignsError(2, "x"),
        MethodError(2, "x"),
        SlotError(2, "x"),
        answers_all,
        NamedImportError("a", name="n"),
        CodeExit(4),
        ReasonError("ascii", b"a", 0, 1, "why"),
        TitledGroup("a", [ValueError(1)]),
        StateError(2, "x"),
        CausedError(2),
        TracelessError(3),
    ]


o = errors() + [raised(error) for error in errors()], [view(error) for error in errors()] * 2, view
