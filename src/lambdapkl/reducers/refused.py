"""What belongs to this process, and is refused with the reason and with what to do instead."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import NotPicklableError

Reason = tuple[str, str]

_CONNECTION = ("a connection belongs to this process", "open a new one where it is needed")
_EVENT_LOOP = ("it belongs to an event loop of this process", "await it and pickle its result, or pickle what it was made from")
_IN_C = ("what it has taken in so far is kept in C", "feed it to the end and pickle the result, or pickle the data")

# What the standard library pickled up to 3.13 (CPython issue 101588).
_STOPPED = (
    "accumulate",
    "combinations",
    "combinations_with_replacement",
    "compress",
    "cycle",
    "dropwhile",
    "filterfalse",
    "groupby",
    "islice",
    "permutations",
    "product",
    "repeat",
    "starmap",
    "takewhile",
    "zip_longest",
)
_IN_ITERTOOLS = (
    "since Python 3.14 the iterators of itertools do not tell their position",
    "pickle a list of what is left, or what it is made of",
)

# Module -> type in it, or a call that makes one -> why, and what to do.  Subclasses are refused with their base.
REASONS: dict[str, dict[str, Reason]] = {
    "_socket": {"socket": _CONNECTION},
    "_ssl": {"_SSLContext": ("it keeps keys in C", "make a new one where it is needed")},
    "sqlite3": {
        "Connection": (
            "a connection belongs to this process",
            "pickle the path, or the lines of iterdump(), and connect there",
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
    "select": {"epoll": ("it watches descriptors of this process", "make a new one where it is needed")},
    "mmap": {"mmap": ("it is memory of this process", "pickle the path, or bytes(map)")},
    "asyncio": {"Future": _EVENT_LOOP, "Task": _EVENT_LOOP, "AbstractEventLoop": _EVENT_LOOP},
    "_ctypes": {"_Pointer": ("a pointer is an address in this process", "pickle what it points to: its `contents`")},
    "_asyncio": {"Future": _EVENT_LOOP, "Task": _EVENT_LOOP},
    "weakref": {"finalize": ("it is registered with this interpreter", "make a new one where the object is loaded")},
    "itertools": {
        "batched": ("the size of its batches is kept in C", "pickle a list of the batches, or what it is made of"),
        **dict.fromkeys(_STOPPED if sys.version_info >= (3, 14) else (), _IN_ITERTOOLS),
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
            found[kind] = _Refuser(*why)
    return found


class _Refuser:
    def __init__(self, reason: str, remedy: str) -> None:
        self.text = f"{reason}; {remedy}"

    def __call__(self, obj: Any) -> Any:
        raise NotPicklableError(f"cannot pickle {type(obj).__name__!r} object: {self.text}")
