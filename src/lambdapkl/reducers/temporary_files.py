"""Reducer for temporary files."""

from __future__ import annotations

import tempfile
from typing import Any

from ..errors import NotPicklableError
from ..rules.names import private


def reduce_temporary_file(file: Any) -> Any:
    """Reduce a `tempfile.NamedTemporaryFile` like other files, unless closing it deletes the file."""
    if getattr(file, "delete", None) or getattr(file._closer, "delete", False):
        raise NotPicklableError(
            f"cannot pickle the temporary file {file.name!r}: this process deletes it on close; create it with "
            "delete=False, or pickle its contents"
        )
    return type(file), (file.file, private(file.name), False)


REDUCERS: dict[type, Any] = {tempfile._TemporaryFileWrapper: reduce_temporary_file}
