"""The arguments and states that `pickle` writes for the names in the guard's ready-made lists.

The lists include `lambdapkl.wire`. The guard refuses any other arguments and states for these
names. All other allowed names may be called with anything.
"""

from __future__ import annotations

import builtins
import collections
from collections.abc import Callable, Iterable

from .lists import ADDRESSES, EXCEPTIONS, KINDS_OF_WIRE, NUMPY, PANDAS, PATHS, STANDARD
from .numpy_rules import is_array_state, is_dtype_state, is_structure
from .stdlib_rules import DATE_RULES, is_address, is_unicode_error
from .values import Value, is_bytes

Rule = Callable[[list[Value]], bool]
StateRule = Callable[[Value, Value], bool]

READY_MADE = STANDARD | NUMPY | PANDAS
_WIRE = "lambdapkl.wire."
_SAFE_UUID = "uuid.SafeUUID"

# Callables whose results the payload may not change: modules, enumeration members, finished objects.
SHARED = frozenset(_WIRE + name for name in KINDS_OF_WIRE) | {_SAFE_UUID} | {name for name in PANDAS if "nat_unpickle" in name}
_NEW = frozenset(name for name in PANDAS if name.rpartition(".")[2].startswith("_new_"))
# Callables that call their first argument if it is a class.
CALLS_FIRST_ARGUMENT = SHARED | _NEW
# Constructors that fill an object they returned before when they are called with it.
FILLED_BY_CALL = frozenset(_WIRE + name for name in ("exception", "simple_queue", "thread_local", "weak_container"))

_HASHING = ("Counter", "OrderedDict", "defaultdict")
_MAPPINGS = frozenset((*(f"collections.{name}" for name in _HASHING), "builtins.dict"))
# Names of the ready-made lists whose results may get items from opcodes.
ITEMS = _MAPPINGS | {"builtins.list", "builtins.set", "collections.deque"}

# Callables that create an empty array for a state to fill.
ARRAYS = frozenset(f"numpy.{core}.multiarray._reconstruct" for core in ("_core", "core"))


def _full(value: Value) -> str:
    return ".".join(value.data)


def _made_by(value: Value, names: Iterable[str]) -> bool:
    return value.kind in ("object", "shared") and _full(value) in names


def is_exception(value: Value) -> bool:
    """Whether a value is a builtin exception, or one created by `wire.exception`."""
    return _made_by(value, EXCEPTIONS) or _made_by(value, (f"{_WIRE}exception",))


def is_state_made_by_call(value: Value) -> bool:
    """Whether a value may be a dictionary with unknown keys."""
    return value.kind in ("object", "shared") and (_full(value) in _MAPPINGS or _full(value) not in READY_MADE)


# ---- parts of rules ----


def _never(*values: object) -> bool:
    return False


def _fits(value: Value, kinds: str) -> bool:
    if kinds[0] == "=":
        return value.kind == "str" and value.data == kinds[1:]
    return any(value.kind == kind or (kind == "bytes" and is_bytes(value)) for kind in kinds.split("|"))


def _is(*kinds: str) -> Rule:
    """Require these kinds of arguments; ``|`` separates alternatives, ``=text`` requires that string."""
    return lambda args: len(args) == len(kinds) and all(map(_fits, args, kinds))


def _any(*rules: Rule) -> Rule:
    return lambda args: any(rule(args) for rule in rules)


def _all(kinds: str) -> Rule:
    return lambda args: all(_fits(each, kinds) for each in args)


def _is_short_number(value: Value, without: str = "\0") -> bool:
    return value.kind == "str" and value.data is not None and len(value.data) <= 1000 and without not in value.data.lower()


def _has_pairs(args: list[Value]) -> bool:
    """Whether every pair in the last argument is a list or tuple.

    Unpacking any other object could run its `__iter__`.
    """
    last = args[-1]
    if last.kind == "dict":
        return True
    known = last.data if last.kind == "tuple" else last.unfinished
    return all(each.kind in ("list", "tuple") for each in known)


def _pairs_after(*kinds: str) -> Rule:
    """Require arguments of `kinds`, and then the pairs of a dictionary."""
    rule = _is(*kinds, "list|tuple|dict")
    return lambda args: rule(args) and _has_pairs(args)


def _reconstruct(args: list[Value]) -> bool:
    """Whether the call creates an array of size 0, which its state fills."""
    if len(args) != 3 or args[0].kind != "global" or args[0].data != ("numpy", "ndarray") or args[1].kind != "tuple":
        return False
    return [each.data for each in args[1].data] == [0] and is_bytes(args[2])


def _makes_one_of(prefix: str) -> Rule:
    """Require a class whose full name starts with `prefix` as the first argument."""
    return lambda args: bool(args) and args[0].kind == "global" and _full(args[0]).startswith(prefix)


def _dtype_and_bytes(args: list[Value]) -> bool:
    """Whether a NumPy scalar is created from bytes, or a structure with objects from an array.

    NumPy would return anything else as it is.
    """
    if len(args) != 2 or not _made_by(args[0], ("numpy.dtype",)):
        return False
    return is_bytes(args[1]) or (is_structure(args[0]) and _made_by(args[1], ARRAYS))


# ---- lambdapkl.wire ----


def _refill(name: str, *kinds: str) -> Rule:
    """Require a result of the same constructor, and then arguments of `kinds` to fill it with."""
    rest = _is(*kinds)
    return lambda args: bool(args) and args[0].kind == "shared" and _made_by(args[0], (_WIRE + name,)) and rest(args[1:])


def _exception_state(args: list[Value]) -> bool:
    if not _refill("exception", "tuple")(args) or len(args[1].data) > 6:
        return False
    parts = args[1].data
    if parts[5:] and not _are_links(parts[5]):
        return False
    if parts and parts[0].kind != "none":
        made = args[0].args[0]
        known = parts[0].data if parts[0].kind == "dict" else None
        if known is None or any(key[:2] == "__" and key != "__notes__" for key in known):
            return False
        if _full(made) in EXCEPTIONS and not _exception_attributes(
            _full(made), {key: value for key, value in known.items() if key != "__notes__"}
        ):
            return False
    return all(map(_fits, parts[1:5], ("none|shared|object", "none|shared|object", "none|bool", "none|object")))


def _are_links(links: Value) -> bool:
    """Whether these are pairs of an exception and a number, which says whether its cause, its context or both are the group."""
    if links.kind != "tuple":
        return False
    return all(link.kind == "tuple" and len(link.data) == 2 and _is("object|shared", "int")(link.data) for link in links.data)


def linked(args: list[Value]) -> list[Value]:
    """Return the exceptions that refer to the group `args[0]` once it has the state `args[1]`."""
    parts = args[1].data
    return [link.data[0] for link in parts[5].data] if len(parts) > 5 else []


def _new(args: list[Value]) -> bool:
    """Whether a class is called with arguments that it accepts without a constructor of lambdapkl.

    A range is refused: a subclass that unpacks its argument would not end with a huge one.
    """
    if not _is("global", "tuple")(args) or any(_made_by(each, ("builtins.range",)) for each in args[1].data):
        return False
    rule = RULES.get(_full(args[0]))
    return rule is None or rule(args[1].data)


def _is_view(args: list[Value]) -> bool:
    if len(args) != 2 or args[1].kind != "str" or args[1].data not in ("keys", "values", "items"):
        return False
    # A state could have set an attribute that replaces the method keys, values or items.
    return args[0].kind == "dict" or (_made_by(args[0], _MAPPINGS) and not args[0].filled)


_REFERENCES = frozenset(
    (*(f"weakref.{name}" for name in ("ReferenceType", "ProxyType", "CallableProxyType", "proxy", "ref")), "_weakref.proxy")
)
_WEAK_CONTAINERS = frozenset(
    ("_weakrefset.WeakSet", *(f"weakref.{name}" for name in ("WeakSet", "WeakKeyDictionary", "WeakValueDictionary")))
)


def _is_reference(args: list[Value]) -> bool:
    if not args or is_referent(args):
        return True
    if args[0].kind != "global" or _full(args[0]) not in _REFERENCES:
        return False
    return len(args) <= 2 or (len(args) == 3 and args[2].kind == "none")


def is_referent(args: list[Value]) -> bool:
    """Whether `weak_reference` returns its second argument itself, in place of a proxy of it."""
    return len(args) == 2 and args[0].kind == "none"


def _is_weak_container(args: list[Value]) -> bool:
    return _is("global")(args) and _full(args[0]) in _WEAK_CONTAINERS


def _fills_weak_container(args: list[Value]) -> bool:
    """Whether a weak set gets a list, or a weak dictionary a list of real pairs."""
    if not _refill("weak_container", "list")(args):
        return False
    return _full(args[0].args[0]).endswith("WeakSet") or _has_pairs(args)


_FILES = frozenset(("BytesIO", "BufferedReader", "BufferedWriter", "BufferedRandom", "TextIOWrapper"))


def _is_layer(args: list[Value]) -> bool:
    if not _is("global", "object|shared", "none|tuple", "int")(args) or args[0].data[0] not in ("_io", "io", "_pyio"):
        return False
    inner = _full(args[1])
    return args[0].data[1] in _FILES and (inner.startswith(_WIRE) or inner in ("_io.BytesIO", "_io.FileIO"))


_TEXT = "none|tuple"
_WIRE_RULES: dict[str, Rule] = {
    "closed_file": _is("str", "bool", _TEXT, "str"),
    # The name must be a string. A number would be a file descriptor of the reader.
    "file": _is("str", "bool", _TEXT, "str", "int"),
    "file_in_memory": _is("str|bytes|bytearray", "int", "str"),
    "layered_file": _is_layer,
    "standard_stream": _is("str"),
    "module": lambda args: bool(args) and _all("str")(args),
    "lazy_import": _any(_is("str"), _is("str", "str"), _is("str", "str", "str")),
    "context_var": lambda args: _is("str", "bytes", "int")(args[:3]) and len(args) <= 4,
    "dict_view": _is_view,
    "exception": _any(_new, _exception_state),
    "lock": _any(_is(), _is("str")),
    "mapping_proxy": _is("dict|object"),
    "memory_view": _is("bytes|bytearray|buffer|object|shared", "str", "tuple", "bool"),
    "simple_queue": _any(_is(), _refill("simple_queue", "list")),
    "thread_local": _any(_new, _refill("thread_local", "dict|none")),
    "weak_container": _any(_is_weak_container, _fills_weak_container),
    "weak_reference": _is_reference,
}


# Full name -> rule for its arguments; names without a rule may be called with anything. A name with
# the rule `_never` may be referred to, but not called.
RULES: dict[str, Rule] = {
    **{_WIRE + name: rule for name, rule in _WIRE_RULES.items()},
    **dict.fromkeys(("builtins.int", "builtins.str", "builtins.float", "builtins.bool", "builtins.tuple"), _never),
    **dict.fromkeys(("builtins.Ellipsis", "builtins.NotImplemented", "numpy.ndarray"), _never),
    "builtins.object": _is(),
    "builtins.range": _all("int"),
    "builtins.complex": _all("int|float"),
    # Not a number: it would allocate that many bytes.
    "builtins.bytes": _is(),
    "builtins.bytearray": _any(_is(), _is("bytes|buffer"), _is("str", "=latin-1")),
    "_codecs.encode": _is("str", "=latin1"),
    **dict.fromkeys(("builtins.set", "builtins.frozenset", "builtins.list"), _any(_is(), _is("list|tuple"))),
    "builtins.dict": _any(_is(), _pairs_after()),
    "collections.Counter": _any(_is(), _is("dict|list|tuple")),
    "collections.OrderedDict": _any(_is(), _pairs_after()),
    "collections.defaultdict": _any(_is(), _is("global|none"), _pairs_after("global|none")),
    "collections.deque": _any(_is(), _is("list|tuple"), _is("list|tuple", "int|none")),
    **dict.fromkeys(("builtins.UnicodeDecodeError", "builtins.UnicodeEncodeError"), _any(_is(), is_unicode_error)),
    # It converts its second argument to a tuple, which may run an `__iter__`.
    "builtins.SyntaxError": lambda args: len(args) < 2 or args[1].kind in ("none", "tuple"),
    # Short texts only; Fraction without an exponent, which would create thousands of digits.
    "decimal.Decimal": lambda args: len(args) == 1 and _is_short_number(args[0]),
    "fractions.Fraction": lambda args: all(each.kind == "int" or _is_short_number(each, "e") for each in args),
    "uuid.UUID": _any(_is(), _is("str")),
    _SAFE_UUID: _is("int|none"),
    **DATE_RULES,
    **dict.fromkeys(ADDRESSES, is_address),
    **dict.fromkeys(PATHS, _all("str")),
    "numpy.dtype": _any(_is("str", "bool|int", "bool|int"), _is("str")),
    **dict.fromkeys(ARRAYS, _reconstruct),
    **dict.fromkeys(("numpy._core.multiarray.scalar", "numpy.core.multiarray.scalar"), _dtype_and_bytes),
    **dict.fromkeys(_NEW, _makes_one_of("pandas.")),
}

# ---- states ----

# Attributes that builtin exceptions keep in C. CPython does not check some of them, and frees others
# recursively without a limit.
_IN_C = {each: frozenset(dir(getattr(builtins, each.partition(".")[2]))) for each in EXCEPTIONS}
# The attributes of `_IN_C` that a state may set -> their kinds.
_WRITTEN = {"args": "tuple", "name": "str|none", "name_from": "str|none", "path": "str|none"}


def _exception_attributes(full: str, known: dict[str, Value]) -> bool:
    return all(
        key[:2] != "__" and (key not in _IN_C[full] or (key in _WRITTEN and _fits(value, _WRITTEN[key])))
        for key, value in known.items()
    )


def _exception_state_alone(target: Value, state: Value) -> bool:
    return state.kind == "dict" and state.data is not None and _exception_attributes(_full(target), state.data)


_METHODS = frozenset((*dir(collections.Counter), *dir(collections.OrderedDict)))


def _no_methods(target: Value, state: Value) -> bool:
    """Whether no attribute in the state replaces a method of the mapping."""
    return state.kind == "dict" and state.data is not None and not _METHODS.intersection(state.data)


def _uuid_state(target: Value, state: Value) -> bool:
    if state.kind != "dict" or state.data is None or not {"int"} <= state.data.keys() <= {"int", "is_safe"}:
        return False
    return all(each.kind in ("int", "shared", "none") for each in state.data.values()) and state.data["int"].kind == "int"


# Full name -> rule for the states of its results.
STATES: dict[str, StateRule] = {
    **dict.fromkeys(EXCEPTIONS, _exception_state_alone),
    **dict.fromkeys(("collections.Counter", "collections.OrderedDict"), _no_methods),
    "uuid.UUID": _uuid_state,
    # Their constructors take all values. A state could change the hash.
    **dict.fromkeys((*ADDRESSES, *PATHS, "fractions.Fraction"), _never),
    "numpy.dtype": is_dtype_state,
    **dict.fromkeys(ARRAYS, is_array_state),
}
