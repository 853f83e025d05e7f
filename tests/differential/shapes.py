"""Source text of many small classes: each of many bases with each of many ways in which a class may pickle."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

IMPORTS = """
import abc, argparse, array, ast, collections, contextlib, dataclasses, datetime, decimal, email.message, enum, fractions
import functools, html.parser, http.cookies, io, ipaddress, json, logging, numbers, operator, pathlib, random, string, threading
import types, typing, uuid, weakref, xml.etree.ElementTree as ET
SUBJECTS = {}
"""

# Base -> arguments of an instance.
BASES = {
    "object": "",
    "int": "3",
    "float": "1.5",
    "complex": "1j",
    "str": "'x'",
    "bytes": "b'x'",
    "bytearray": "b'x'",
    "list": "[1, [2]]",
    "tuple": "(1, [2])",
    "dict": "{'a': [1]}",
    "set": "{1, 2}",
    "frozenset": "{1, 2}",
    "type": "'T', (), {'x': 1}",
    "property": "len",
    "staticmethod": "len",
    "types.SimpleNamespace": "",
    "types.ModuleType": "'m'",
    "Exception": "1, 'two'",
    "KeyError": "'k'",
    "OSError": "2, 'no', 'name'",
    "ImportError": "'text'",
    "SyntaxError": "'text', ('file', 1, 2, 'x', 1, 2)",
    "StopIteration": "5",
    "SystemExit": "5",
    "UnicodeDecodeError": "'utf-8', b'x', 0, 1, 'why'",
    "ExceptionGroup": "'text', [ValueError(1)]",
    "BaseException": "",
    "Warning": "'text'",
    "collections.OrderedDict": "a=1",
    "collections.defaultdict": "list, {'a': [1]}",
    "collections.Counter": "'aab'",
    "collections.deque": "[1, 2], 3",
    "collections.ChainMap": "{'a': 1}",
    "collections.UserDict": "a=1",
    "collections.UserList": "[1]",
    "collections.UserString": "'x'",
    "collections.namedtuple('N', 'a b')": "1, 2",
    "datetime.date": "2020, 1, 2",
    "datetime.datetime": "2020, 1, 2",
    "datetime.timedelta": "1",
    "datetime.tzinfo": "",
    "decimal.Decimal": "'1.5'",
    "fractions.Fraction": "1, 3",
    "pathlib.PurePosixPath": "'a/b'",
    "uuid.UUID": "int=5",
    "ipaddress.IPv4Address": "5",
    "array.array": "'i', [1]",
    "random.Random": "3",
    "functools.partial": "int, base=2",
    "io.BytesIO": "b'x'",
    "io.StringIO": "'x'",
    "string.Template": "'$a'",
    "string.Formatter": "",
    "logging.Logger": "'n'",
    "logging.Filter": "'n'",
    "logging.Formatter": "",
    "json.JSONEncoder": "",
    "json.JSONDecoder": "",
    "ast.Constant": "3",
    "argparse.Namespace": "a=1",
    "email.message.Message": "",
    "http.cookies.SimpleCookie": "'a=b'",
    "contextlib.ContextDecorator": "",
    "contextlib.ExitStack": "",
    "numbers.Number": "",
    "typing.Generic[typing.TypeVar('T')]": "",
    "abc.ABC": "",
    "enum.Enum": "",
    "enum.IntFlag": "",
    "weakref.WeakValueDictionary": "",
}

# Form -> the body of the class, which refers to itself as `THIS`.
FORMS = {
    "plain": "pass",
    "methods": """
        limit = {"a": [1]}
        def probe(self): return type(self).__name__, __class__.__name__, THIS.limit, len(super().__repr__()) > 0
        @staticmethod
        def fixed(x=3): return x
        @classmethod
        def of(cls, *args): return cls(*args)
        @property
        def size(self): return 1
    """,
    "slots": """
        __slots__ = ("first", "second")
        def prepare(self): self.first = [1]
    """,
    "slots_and_dict": """
        __slots__ = ("first", "__dict__")
        def prepare(self): self.first, self.more = 1, [2]
    """,
    "attributes": """
        def prepare(self): self.more, self.back = [1, "text"], self
    """,
    "reduce": """
        def __reduce__(self): return made, (THIS, ARGS, KEYWORDS)
    """,
    "reduce_with_state": """
        def prepare(self): self.more = 1
        def __reduce_ex__(self, protocol): return made, (THIS, ARGS, KEYWORDS), {"more": self.more}
    """,
    "getstate": """
        def prepare(self): self.more = 1
        def __getstate__(self): return {"saved": self.more}
        def __setstate__(self, state): self.more = state["saved"]
    """,
    "getstate_false": """
        def prepare(self): self.more = 0
        def __getstate__(self): return 0
        def __setstate__(self, state): self.more = state
    """,
    "getnewargs": """
        def __getnewargs_ex__(self): return ARGS, KEYWORDS
    """,
    "equal": """
        def __eq__(self, other): return type(other) is THIS
        def __hash__(self): return 7
    """,
    "init_subclass": """
        def __init_subclass__(cls, **more): super().__init_subclass__(**more); cls.seen = True
    """,
    "annotated": """
        first: int = 3
        second: "list[THIS]" = []
    """,
    "cached": """
        @functools.cached_property
        def size(self): return [1]
        @functools.lru_cache
        def count(self): return 2
        def prepare(self): self.size
    """,
    "lambda": """
        pick = staticmethod(lambda x, k=[1]: (x, k))
        key = functools.partial(int, base=2)
        def probe(self): return self.pick(3), self.key("11")
    """,
    "nested": """
        class Inner:
            value = 1
            def get(self): return self.value
        def probe(self): return self.Inner().get()
    """,
    "getattr": """
        def __getattr__(self, name):
            if name.startswith("__"): raise AttributeError(name)
            return name
        def probe(self): return self.anything
    """,
    "dataclass": """
        @dataclasses.dataclass
        class Data:
            a: int
            b: list = dataclasses.field(default_factory=list)
        def probe(self): return repr(self.Data(1))
    """,
}

HELPERS = """
def made(cls, args, keywords):
    return cls(*args, **keywords)

def arguments(*args, **keywords):
    return args, keywords

def subject(cls):
    def make():
        obj = cls(*cls.ARGS, **cls.KEYWORDS) if not issubclass(cls, enum.Enum) else list(cls)[0]
        if "prepare" in vars(cls):
            obj.prepare()
        return cls, obj, [obj]
    return make
"""


def source(bases: Iterable[str] = BASES, forms: Iterable[str] = FORMS) -> str:
    """Return a program that puts a class and an instance of each combination into ``SUBJECTS``."""
    lines = [IMPORTS, HELPERS]
    for number, base in enumerate(bases):
        for form in forms:
            name = f"C{number}_{form}"
            body = textwrap.dedent(FORMS[form]).strip()
            for word in ("THIS", "ARGS", "KEYWORDS"):
                body = body.replace(word, name if word == "THIS" else f"{name}.{word}")
            if base.startswith("enum."):
                body += "\nMEMBER = 1"
            text = f"class {name}({base}):\n{textwrap.indent(body, '    ')}\n"
            text += (
                f"{name}.ARGS, {name}.KEYWORDS = arguments({BASES[base]})\nSUBJECTS[{f'{base} {form}'!r}] = subject({name})\n"
            )
            # Some bases cannot be subclassed in some of the ways.
            lines.append(f"try:\n{textwrap.indent(text, '    ')}\nexcept Exception:\n    pass\n")
    return "\n".join(lines)
