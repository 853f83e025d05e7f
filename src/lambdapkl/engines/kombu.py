"""What kombu, and with it Celery, reads from the entry point group ``kombu.serializers``.

With lambdapkl installed, kombu knows the serializer ``lambdapkl``: Celery sends by it with ``task_serializer="lambdapkl"`` and
takes it in with ``accept_content=["lambdapkl", "json"]``.
"""

from __future__ import annotations

import importlib

from ..pickler import dumps
from ..unpickler import loads

__all__ = ["CONTENT_TYPE", "SERIALIZER"]

CONTENT_TYPE = "application/x-lambdapkl"

# The arguments of `kombu.serialization.register` after the name.  They stand before kombu is imported: kombu reads the entry
# points while it is, and then finds this module half done.
SERIALIZER = (dumps, loads, CONTENT_TYPE, "binary")

# kombu disables what it knows itself but JSON, and reads entry points after that: theirs would be taken from anyone by a
# consumer that was not told what to accept.  Loading a pickle runs what it says, so the user has to ask for it.
importlib.import_module("kombu.serialization").registry.disable(CONTENT_TYPE)
