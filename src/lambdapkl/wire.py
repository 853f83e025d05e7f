"""The names that a payload calls when it is loaded.

These names are part of the format: names may be added, but a released name and its meaning never
change. `pickle.loads` imports this module, so a worker process need not import lambdapkl itself.
"""

from __future__ import annotations

import sys
from typing import Any

from ._backend.constructors import cell, code, function, quick_class
from .restorers.annotations import generic_alias, new_type, type_alias, type_variable
from .restorers.builtin import builtin_type
from .restorers.classes import abc_class, class_part
from .restorers.classes import class_ as make_class
from .restorers.containers import class_dict, class_namespace, dict_view, mapping_proxy, memory_view
from .restorers.contexts import attribute, context, context_var
from .restorers.ctypes_classes import ctypes_array, ctypes_class
from .restorers.dataclass_parts import dataclass_annotate, dataclass_field, dataclass_params
from .restorers.descriptors import descriptor, function_wrapper, method, property_
from .restorers.edits import edited_class
from .restorers.enumerations import enum_class, enum_member
from .restorers.exceptions import exception, raised
from .restorers.files import closed_file, file, file_in_memory, layered_file, standard_stream
from .restorers.imports import lazy_import
from .restorers.iterators import iterator
from .restorers.json_scanners import json_scanner
from .restorers.loaded_files import from_file
from .restorers.modules import dynamic_module, module
from .restorers.named_globals import named_global
from .restorers.queues import simple_queue
from .restorers.recursive_repr import recursive_repr
from .restorers.shared_cells import class_cell
from .restorers.source_code import dataclass_methods, source_code
from .restorers.steps import last
from .restorers.subclass_state import subclass_state
from .restorers.suspended import async_generator_asend, awaited_coroutine, finished_generator, generator, new_generator
from .restorers.threads import lock, thread_local
from .restorers.tracebacks import frame, traceback
from .restorers.ufuncs import ufunc
from .restorers.weakrefs import weak_container, weak_reference
from .restorers.wrappers import comparison_key, lru_cache, partial_method

__all__ = [
    "abc_class",
    "async_generator_asend",
    "attribute",
    "awaited_coroutine",
    "builtin_type",
    "cell",
    "class_",
    "class_cell",
    "class_dict",
    "class_namespace",
    "class_part",
    "closed_file",
    "code",
    "comparison_key",
    "context",
    "context_var",
    "ctypes_array",
    "ctypes_class",
    "dataclass_annotate",
    "dataclass_field",
    "dataclass_methods",
    "dataclass_params",
    "descriptor",
    "dict_view",
    "dynamic_module",
    "edited_class",
    "enum_class",
    "enum_member",
    "exception",
    "file",
    "file_in_memory",
    "finished_generator",
    "frame",
    "from_file",
    "function",
    "function_wrapper",
    "generator",
    "generic_alias",
    "iterator",
    "json_scanner",
    "last",
    "layered_file",
    "lazy_import",
    "lock",
    "lru_cache",
    "mapping_proxy",
    "memory_view",
    "method",
    "module",
    "named_global",
    "new_generator",
    "new_type",
    "partial_method",
    "property_",
    "raised",
    "recursive_repr",
    "simple_queue",
    "source_code",
    "standard_stream",
    "subclass_state",
    "thread_local",
    "traceback",
    "type_alias",
    "type_variable",
    "ufunc",
    "weak_container",
    "weak_reference",
]

class_ = quick_class(make_class)


def _claim(names: list[str]) -> None:
    """Make `pickle` write these callables as names of this module."""
    for name in names:
        value: Any = globals()[name]
        value.__module__ = __name__
        if value.__qualname__ != name:
            value.__qualname__ = name


_claim(__all__)

if "_lambdapkl" in sys.modules:
    # Standalone payloads were loaded in this process before lambdapkl could be imported.
    from .restorers.adoption import adopt

    adopt()
