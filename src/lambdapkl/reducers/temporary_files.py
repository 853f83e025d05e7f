"""Temporary files."""

from __future__ import annotations

import tempfile
from typing import Any

from ..errors import NotPicklableError
from ..rules.names import private


def reduce_temporary_file(file: Any) -> Any:
    """`tempfile.NamedTemporaryFile`: a file like any other, unless it is deleted when this process closes it."""
    if getattr(file, "delete", None) or getattr(file._closer, "delete", False):
        raise NotPicklableError(
            f"cannot pickle the temporary file {file.name!r}: it is deleted with this process's object; make it with "
            "delete=False, or pickle what is in it"
        )
    return type(file), (file.file, private(file.name), False)


REDUCERS: dict[type, Any] = {tempfile._TemporaryFileWrapper: reduce_temporary_file}
