"""The serializer ``lambdapkl`` for kombu and Celery, found by the entry point group ``kombu.serializers``.

Celery sends with it if ``task_serializer="lambdapkl"`` and accepts it if
``accept_content=["lambdapkl", "json"]``.
"""

from __future__ import annotations

import importlib

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["CONTENT_TYPE", "SERIALIZER"]

CONTENT_TYPE = "application/x-lambdapkl"

# The arguments of `kombu.serialization.register` after the name. They must be set before the import below:
# kombu reads its entry points during that import, and finds this module partly initialized.
SERIALIZER = (dumps, loads, CONTENT_TYPE, "binary")

# kombu disables its own unsafe serializers before it reads entry points, so it would leave this one enabled.
# Unpickling executes arbitrary code, so a consumer must accept it explicitly.
importlib.import_module("kombu.serialization").registry.disable(CONTENT_TYPE)
