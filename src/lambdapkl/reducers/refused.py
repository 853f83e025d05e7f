"""Types whose instances belong to this process: they are refused with a reason and a remedy."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..errors import NotPicklableError

Reason = tuple[str, str]

_CONNECTION = ("a connection belongs to this process", "open a new one where it is needed")
_EVENT_LOOP = ("it belongs to an event loop of this process", "await it and pickle its result, or pickle what it was made from")
_IN_C = ("C code hides the data that it has processed", "feed it to the end and pickle the result, or pickle the data")

# Module -> type in it, or a call that creates an instance -> reason, and what to do instead. Their
# subclasses are refused, too.
REASONS: dict[str, dict[str, Reason]] = {
    "_socket": {"socket": _CONNECTION},
    "_ssl": {"_SSLContext": ("it keeps keys in C", "create a new one where it is needed")},
    "sqlite3": {
        "Connection": (
            "a connection belongs to this process",
            "pickle the path, or the lines of iterdump(), and connect in the reader",
        ),
        "Cursor": ("it belongs to a connection of this process", "fetch the rows and pickle those"),
    },
    "subprocess": {"Popen": ("a process belongs to its parent", "pickle its output, and its returncode when it has finished")},
    "re": {"Match": ("it refers to the string and pattern in C", "keep its span(), or pickle group() and groupdict()")},
    "_hashlib": {"HASH": _IN_C, "HMAC": _IN_C},
    "_blake2": {"blake2b": _IN_C, "blake2s": _IN_C},
    "_bz2": {"BZ2Compressor": _IN_C, "BZ2Decompressor": _IN_C},
    "_lzma": {"LZMACompressor": _IN_C, "LZMADecompressor": _IN_C},
    "zlib": {"compressobj()": _IN_C, "decompressobj()": _IN_C},
    "select": {"epoll": ("it watches descriptors of this process", "create a new one where it is needed")},
    "mmap": {"mmap": ("it is memory of this process", "pickle the path, or bytes(map)")},
    "asyncio": {"Future": _EVENT_LOOP, "Task": _EVENT_LOOP, "AbstractEventLoop": _EVENT_LOOP},
    "_ctypes": {"_Pointer": ("a pointer is an address in this process", "pickle what it points to: its `contents`")},
    "weakref": {"finalize": ("it is registered with this interpreter", "create a new one where the object is loaded")},
    "contextvars": {"Token": ("it can reset only a context of this process", "pickle the value instead")},
    "threading": {
        "Thread": (
            "a thread belongs to the process that created it, even before its start",
            "pickle the data that it works on, and create a thread in the reader",
        )
    },
    "greenlet": {"greenlet": ("its stack is kept in C", "pickle the function and its arguments")},
}


def refusers(name: str, module: Any) -> dict[type, Any]:
    """Return the reducers that refuse the types of `module`, called `name`."""
    found: dict[type, Any] = {}
    for spelling, why in REASONS[name].items():
        kind = getattr(module, spelling.removesuffix("()"), None)
        if spelling.endswith("()") and kind is not None:
            kind = type(kind())
        if isinstance(kind, type):
            found[kind] = partial(_refuse, *why)
    return found


def _refuse(reason: str, remedy: str, obj: Any) -> Any:
    raise NotPicklableError(f"cannot pickle {type(obj).__name__!r} object: {reason}; {remedy}")
