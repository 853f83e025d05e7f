"""What the guard can allow: kinds, and ready-made lists of names."""

from __future__ import annotations

import enum
from typing import Any

__all__ = ["ADDRESSES", "BUILTINS", "EXCEPTIONS", "KINDS_OF_WIRE", "NUMPY", "PANDAS", "PATHS", "STANDARD", "Kind"]


class Kind(enum.Enum):
    """What a payload of lambdapkl may contain besides data and names.

    Attributes
    ----------
    CODE
        Functions, classes, generators, and everything else that contains or wraps code. It can do
        anything.
    FILES
        Files, which are opened when the payload is loaded.
    MODULES
        Modules, which are imported.
    OBJECTS
        Locks, queues, weak references, exceptions and views.
    """

    def __or__(self, other: Any) -> frozenset[Any]:
        """Combine it with another kind, or with a set of names."""
        if isinstance(other, Kind):
            return frozenset((self, other))
        return frozenset((self, *other)) if isinstance(other, (set, frozenset)) else NotImplemented

    __ror__ = __or__

    CODE = "by-value code"
    FILES = "files"
    MODULES = "modules"
    OBJECTS = "objects"


_FILES = "closed_file file file_in_memory layered_file standard_stream"
_MODULES = "lazy_import module"
_OBJECTS = """
context_var dict_view exception lock mapping_proxy memory_view simple_queue thread_local weak_container weak_reference
"""
# `builtin_type` returns the types of code and functions. `enum_member` calls a class, and
# `json_scanner` the functions in its options.
_CODE = """
abc_class async_generator_asend attribute awaited_coroutine builtin_type cell class_ class_cell class_dict class_namespace
class_part code comparison_key context ctypes_array ctypes_class dataclass_annotate dataclass_field dataclass_methods
dataclass_params descriptor dynamic_module edited_class enum_class enum_member finished_generator frame from_file function
function_wrapper generator generic_alias iterator json_scanner last lru_cache method named_global new_generator new_type
partial_method property_ raised recursive_repr source_code subclass_state traceback type_alias type_variable ufunc
"""
# Name in `lambdapkl.wire` -> its kind.
KINDS_OF_WIRE: dict[str, Kind] = {
    name: kind
    for names, kind in ((_CODE, Kind.CODE), (_FILES, Kind.FILES), (_MODULES, Kind.MODULES), (_OBJECTS, Kind.OBJECTS))
    for name in names.split()
}


def _of(module: str, names: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for name in names.split())


_EXCEPTIONS = """
ArithmeticError AssertionError AttributeError BufferError EOFError Exception FileExistsError FileNotFoundError ImportError
IndexError KeyError LookupError MemoryError ModuleNotFoundError NameError NotImplementedError OSError OverflowError
PermissionError RecursionError ReferenceError RuntimeError StopIteration SyntaxError TimeoutError TypeError UnicodeDecodeError
UnicodeEncodeError UnicodeError ValueError ZeroDivisionError
"""
EXCEPTIONS = _of("builtins", _EXCEPTIONS)
BUILTINS = (
    _of("builtins", "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple")
    | _of("builtins", "Ellipsis NotImplemented")
    | EXCEPTIONS
    | _of("_codecs", "encode")
)
_PATHS = "PurePath PurePosixPath PureWindowsPath"
PATHS = _of("pathlib", _PATHS) | _of("pathlib._local", _PATHS)
ADDRESSES = _of("ipaddress", "IPv4Address IPv4Network IPv6Address IPv6Network")
STANDARD = (
    BUILTINS
    | _of("datetime", "date datetime time timedelta timezone")
    | _of("decimal", "Decimal")
    | _of("fractions", "Fraction")
    | _of("uuid", "UUID SafeUUID")
    | _of("collections", "Counter OrderedDict defaultdict deque")
    | PATHS
    | ADDRESSES
)
_MULTIARRAY = "_reconstruct scalar"
NUMPY = (
    BUILTINS
    | _of("numpy", "dtype ndarray")
    | _of("numpy._core.multiarray", _MULTIARRAY)
    | _of("numpy.core.multiarray", _MULTIARRAY)
    | _of("numpy._core.numeric", "_frombuffer")
    | _of("numpy.core.numeric", "_frombuffer")
)
_ARRAYS = """
BooleanArray Categorical DatetimeArray FloatingArray IntegerArray IntervalArray PeriodArray SparseArray StringArray
TimedeltaArray
"""
_INDEXES = "CategoricalIndex DatetimeIndex Index IntervalIndex MultiIndex PeriodIndex RangeIndex TimedeltaIndex"
_NUMBER_DTYPES = """
BooleanDtype Float32Dtype Float64Dtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype
"""
_DTYPES = "CategoricalDtype DatetimeTZDtype IntervalDtype PeriodDtype SparseDtype"
# The names of pandas 3 first, then those of pandas 2. Tested with 3.1.1 and 2.3.3.
PANDAS = (
    NUMPY
    | STANDARD
    | _of("pandas", f"Categorical DataFrame NA Period Series StringDtype Timedelta Timestamp {_NUMBER_DTYPES}")
    | _of("pandas", f"Interval {_INDEXES} {_DTYPES}")
    | _of("pandas.arrays", _ARRAYS)
    | _of("pandas.core.frame", "DataFrame")
    | _of("pandas.core.series", "Series")
    | _of("pandas.core.flags", "Flags")
    | _of("pandas.core.internals.managers", "BlockManager SingleBlockManager")
    | _of("pandas.core.indexes.base", "Index _new_Index")
    | _of("pandas.core.indexes.category", "CategoricalIndex")
    | _of("pandas.core.indexes.datetimes", "DatetimeIndex _new_DatetimeIndex")
    | _of("pandas.core.indexes.interval", "IntervalIndex _new_IntervalIndex")
    | _of("pandas.core.indexes.multi", "MultiIndex")
    | _of("pandas.core.indexes.period", "PeriodIndex _new_PeriodIndex")
    | _of("pandas.core.indexes.range", "RangeIndex")
    | _of("pandas.core.indexes.timedeltas", "TimedeltaIndex _new_TimedeltaIndex")
    | _of("pandas.core.arrays.boolean", "BooleanArray BooleanDtype")
    | _of("pandas.core.arrays.categorical", "Categorical")
    | _of("pandas.core.arrays.datetimes", "DatetimeArray")
    | _of("pandas.core.arrays.floating", f"FloatingArray {_NUMBER_DTYPES}")
    | _of("pandas.core.arrays.integer", f"IntegerArray {_NUMBER_DTYPES}")
    | _of("pandas.core.arrays.interval", "IntervalArray")
    | _of("pandas.core.arrays.period", "PeriodArray")
    | _of("pandas.core.arrays.sparse.array", "SparseArray")
    | _of("pandas.core.arrays.string_", "StringArray StringDtype")
    | _of("pandas.core.arrays.timedeltas", "TimedeltaArray")
    | _of("pandas.core.dtypes.dtypes", _DTYPES)
    | _of("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked")
    | _of("pandas._libs.internals", "_unpickle_block")
    | _of("pandas._libs.interval", "Interval __pyx_unpickle_IntervalMixin")
    | _of("pandas._libs.missing", "NA")
    | _of("pandas._libs.sparse", "IntIndex BlockIndex")
    | _of("pandas._libs.tslibs.nattype", "_nat_unpickle __nat_unpickle")
    | _of(
        "pandas._libs.tslibs.offsets",
        "BusinessDay Day Hour Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd",
    )
    | _of("pandas._libs.tslibs.offsets", "Second Week YearBegin YearEnd")
    | _of("pandas._libs.tslibs.period", "Period")
    | _of("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle")
    | _of("pandas._libs.tslibs.timestamps", "_unpickle_timestamp")
)
