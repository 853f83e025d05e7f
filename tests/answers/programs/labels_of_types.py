import collections
import enum
import pickle
import sys

import lambdapkl


class E(Exception):
    pass


class Colour(enum.Enum):
    RED = 1


class Made:
    def __reduce_ex__(self, protocol):
        return object.__new__, (Made,), {"x": 1}


def raised(kind):
    try:
        raise kind("x")
    except kind as error:
        return error


def area(width: int, sides: list, *rest: None) -> range:
    return range(width)


EXPECTED = [
    (int, "class int"),
    (range, "class range"),
    (OSError, "class OSError"),
    (type, "class type"),
    (type(None), "class NoneType"),
    (type(...), "class ellipsis"),
    (type(NotImplemented), "class NotImplementedType"),
    (type(area), "class function"),
    (E, "class E"),
    (Colour, "class Colour"),
    (len, "builtins.len"),
    (collections.OrderedDict, "collections.OrderedDict"),
    (range(3), "range"),
    (slice(1), "slice"),
    (1j, "complex"),
    (object(), "object"),
    (ValueError("x"), "ValueError"),
    (raised(E), "E"),
    (raised(ValueError), "ValueError"),
    (Colour.RED, "member of Colour"),
    (Made(), "Made"),
    (collections.Counter("a"), "collections.Counter"),
    (area, "function area"),
]
for obj, title in EXPECTED:
    payload = lambdapkl.dumps(obj)
    assert lambdapkl.inspect(payload).root == lambdapkl.weigh(payload).root.title == title, (
        obj,
        lambdapkl.inspect(payload).root,
    )

# In a payload that calls `wire.function`, builtin types have numbers.
for obj in [area, lambda: (float, range(3)), lambda x=range(3), y=dict: Made()]:
    for text in (str(lambdapkl.inspect(lambdapkl.dumps(obj))), str(lambdapkl.weigh(obj))):
        for line in text.splitlines():
            assert "(function)" not in line and "()" not in line and "class )" not in line, line
text = str(lambdapkl.weigh(area))
if sys.version_info < (3, 14):  # later, annotations are code
    for label in ("item 'width' (class int)", "item 'return' (class range)", "item 'sides' (class list)"):
        assert label in text, text
for protocol in range(6):
    assert lambdapkl.weigh(pickle.dumps(dict, protocol)).root.title == "class dict"
    assert lambdapkl.weigh(pickle.dumps(type(None), protocol)).root.title == "class NoneType"
