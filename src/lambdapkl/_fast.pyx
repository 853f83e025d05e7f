# cython: language_level=3, binding=False, boundscheck=False, wraparound=False, initializedcheck=False, autotestdict=False
# cython: freethreading_compatible=True
"""The compiled backend. It does the same as `_pure/`, which has the explanations, and writes the same bytes.

It is faster because facts about a code object are stored on that object, fields of functions are
read without a lookup, and picklers are reused. This file is the table of contents of
`_fast_parts/`.
"""

import builtins
import copyreg
import functools
import operator
import pickle
import sys
import weakref
from opcode import opmap as _opmap
from types import MappingProxyType

from .code import blobs, compact, spelling
from .identity import building, digest, edits, keys, reached, traces_of_use, walk as digest_walk
# Not the module: once the package is imported, `lambdapkl.options` is the function.
from .options import DEFAULT as _default_options, _current as _options
from .rules import builtin_types, byvalue, finders, names, own_builtins, preamble, reducer_tables, submodules
from .rules import edited_annotations, process_lock

COMPILED = True

# CPython's types, fields and functions.
include "_fast_parts/cpython.pxi"
# Objects that are looked up once, and the lookup in dictionaries.
include "_fast_parts/lookups.pxi"
# Bytes that grow.
include "_fast_parts/buffer.pxi"
# Compact marshalled code, written directly from code objects.
include "_fast_parts/compact.pxi"
# Facts about code objects, and code objects as blobs.
include "_fast_parts/blobs.pxi"
# The digest of a class.
include "_fast_parts/digest.pxi"
# By reference or by value.
include "_fast_parts/byvalue.pxi"
# `PayloadState`: what a payload contains so far, and which reducer an object gets.
include "_fast_parts/payload_state.pxi"
# Functions: globals, closure, state.
include "_fast_parts/functions.pxi"
# Submodules of packages that functions use.
include "_fast_parts/packages.pxi"
# Cells that functions share with classes, and sentinels.
include "_fast_parts/shared_cells.pxi"
# Classes: skeleton, attributes, key.
include "_fast_parts/classes.pxi"
# What the program has changed in a class.
include "_fast_parts/edits.pxi"
# Enumerations.
include "_fast_parts/enumerations.pxi"
# Fields of dataclasses.
include "_fast_parts/dataclasses.pxi"
# Instances.
include "_fast_parts/instances.pxi"
# `dumps` and its pool of picklers.
include "_fast_parts/dumps.pxi"
# The constructors that payloads call.
include "_fast_parts/constructors.pxi"
# Frames of suspended generators and coroutines.
include "_fast_parts/frames.pxi"
# Tracebacks.
include "_fast_parts/tracebacks.pxi"
# Objects of the layers above: `bind` and `set_callbacks`.
include "_fast_parts/upper_layers.pxi"
