"""Values of the standard library's types, and of NumPy's where it is there, alone and shared in containers."""

import array
import ast
import calendar
import collections
import contextlib
import datetime
import decimal
import email.message
import email.policy
import fractions
import functools
import http.cookies
import inspect
import io
import ipaddress
import itertools
import logging
import operator
import os
import pathlib
import queue
import random
import re
import signal
import socket
import string
import struct
import time
import types
import typing
import urllib.parse
import uuid
import weakref
import xml.dom.minidom
import xml.etree.ElementTree as ET
import zoneinfo

EXPRESSIONS = r"""
None; True; Ellipsis; NotImplemented; 0; -1; 1 << 70; -1 << 2100; 1.5; -0.0; float("inf"); float("nan"); 1j; complex("nan")
"text"; "\udc80"; "\0"; "x" * 70000; b""; b"\xff"; bytes(70000); bytearray(b"abc"); bytearray(); memoryview(b"abc")
(); (1,); (1, 2, 3, 4); []; [[]]; {}; {"a": {}}; set(); {1, "a", None}; frozenset({1, 2}); frozenset({frozenset()})
range(3); range(10, 0, -3); slice(1, 2, 3); slice(None); iter([1, 2]); iter((1, 2)); iter("ab"); iter(range(3)); iter({1: 2})
iter({1: 2}.items()); iter({1}); reversed([1, 2]); enumerate("ab", 3); zip("ab", [1, 2]); map(str, [1, 2]); filter(None, [0, 1])
iter(bytearray(b"ab")); iter(b"ab"); iter(int, 1); reversed(range(3)); {1: 2}.keys(); {1: 2}.items(); {1: 2}.values()
int; type; object; type(None); type(Ellipsis); type(NotImplemented); type(len); types.FunctionType; types.CodeType
len; "x".join; [].append; str.upper; int.__add__; (3).__add__; dict.fromkeys; int.from_bytes; object.__reduce_ex__; math_floor
property(str); staticmethod(len); classmethod(len); super(bool, True); types.SimpleNamespace(a=1, b=[2])
types.MappingProxyType({"a": 1}); types.GenericAlias(list, (int,)); list[int]; dict[str, list[int]]; tuple[int, ...]
int | str; int | None; typing.Optional[int]; typing.Callable[[int], str]; typing.List[int]; typing.Any; typing.Literal[1, "a"]
typing.Annotated[int, "note"]; typing.ClassVar[int]; typing.TypeVar; typing.AnyStr; typing.ForwardRef("x")
typing.NamedTuple; typing.Union[int, str]; typing.NoReturn; typing.Type[int]; typing.Generic; typing.Protocol; typing.IO[str]
collections.OrderedDict(a=1, b=2); collections.Counter("abca"); collections.deque([1, 2], 5); collections.deque()
collections.defaultdict(list, {"a": [1]}); collections.ChainMap({"a": 1}, {"b": 2}); collections.UserDict(a=1)
collections.UserList([1]); collections.UserString("x"); iter(collections.deque([1])); iter(collections.OrderedDict(a=1))
datetime.date(2020, 1, 2); datetime.datetime(2020, 1, 2, 3, 4, 5, 6, fold=1); datetime.time(1, 2, fold=1)
datetime.timedelta(1, 2, 3); datetime.timezone.utc; datetime.timezone(datetime.timedelta(hours=1), "X"); datetime.UTC
datetime.datetime.now(datetime.timezone.utc).replace(year=1); zoneinfo.ZoneInfo("UTC"); zoneinfo.ZoneInfo.no_cache("UTC")
decimal.Decimal("1.50"); decimal.Decimal("sNaN1"); decimal.Decimal("-Infinity"); decimal.Context(prec=5); decimal.ExtendedContext
fractions.Fraction(1, 3); uuid.UUID(int=5); uuid.SafeUUID.safe; random.Random(3); random.SystemRandom()
re.compile("a(b)", re.I); re.compile(b"x"); re.I | re.M; re.match("a", "a"); string.Template("$a"); string.Formatter()
pathlib.Path("a/b"); pathlib.PurePosixPath("/x"); pathlib.PureWindowsPath("C:\\x"); os.stat("/"); os.terminal_size((1, 2))
os.environ; time.gmtime(0); time.localtime; struct.Struct("<i"); array.array("i", [1, 2]); array.array("d"); array.array("u", "a")
iter(array.array("i", [1, 2])); functools.partial(int, base=2); functools.partial(print, 1, end=""); functools.lru_cache
functools.partialmethod(int, base=2); functools.cmp_to_key(len); functools.reduce; functools.singledispatch
operator.itemgetter(1, "a"); operator.attrgetter("a.b"); operator.methodcaller("f", 1, k=2); operator.add
itertools.count(3, 2); itertools.cycle("ab"); itertools.repeat(1, 3); itertools.chain("ab", [1]); itertools.islice("abcd", 1, 3)
itertools.product("ab", [1, 2]); itertools.permutations("abc", 2); itertools.accumulate([1, 2]); itertools.groupby("aab")
itertools.tee("ab"); itertools.starmap(pow, [(2, 3)]); itertools.takewhile(bool, [1, 0]); itertools.zip_longest("a", "bc")
ipaddress.ip_address("1.2.3.4"); ipaddress.ip_network("10.0.0.0/8"); ipaddress.ip_interface("::1/64")
signal.SIGINT; socket.AF_INET; socket.SOCK_STREAM; logging.getLogger("a.b"); logging.getLogger(); logging.LogRecord("n", 1, "p", 2, "m", (), None)
logging.Formatter("%(message)s"); logging.INFO; logging.Filter("x"); logging.StreamHandler
urllib.parse.urlparse("http://a/b"); urllib.parse.urlsplit(b"http://a/b"); http.cookies.SimpleCookie("a=b"); http.cookies.Morsel()
io.BytesIO(b"ab"); io.StringIO("ab"); email.message.EmailMessage(); email.policy.default; email.policy.SMTP
inspect.signature(inspect.getfile); inspect.Parameter("a", inspect.Parameter.KEYWORD_ONLY, default=1); inspect.Parameter.empty
ET.fromstring("<a b='1'><c/>t</a>"); ET.ElementTree(ET.Element("r")); xml.dom.minidom.parseString("<a b='1'/>"); ET.QName("a")
ast.parse("x = 1\ndef f(a): return a"); ast.Constant(3); ast.Load(); calendar.Calendar(); calendar.TextCalendar(2); calendar.MONDAY
weakref.WeakKeyDictionary(); weakref.WeakSet(); weakref.WeakValueDictionary(); weakref.ref; queue.Queue; queue.Empty()
contextlib.nullcontext(3); contextlib.suppress(KeyError); contextlib.ExitStack(); contextlib.closing(io.StringIO("a"))
"""

math_floor = __import__("math").floor

SUBJECTS = {}
for expression in (each.strip() for line in EXPRESSIONS.strip().splitlines() for each in line.split("; ")):
    make = eval(f"lambda: {expression}")
    SUBJECTS[expression] = make
    SUBJECTS[f"shared {expression}"] = lambda make=make: [(each := make()), each, {"again": each}]


def cycle():
    found = []
    found.append({"self": found, "namespace": types.SimpleNamespace(back=found)})
    return found


SUBJECTS["cycle"] = cycle

try:
    import numpy as np
except ImportError:
    np = None
NUMPY = r"""
np.arange(6).reshape(2, 3); np.arange(6).reshape(2, 3).T; np.zeros((0, 3)); np.array(3); np.array([1, None], dtype=object)
np.array(["a", "bc"]); np.array([b"a"]); np.array([1.5 + 2j]); np.array(["2020-01-01"], "M8[D]"); np.array([1], "m8[s]")
np.zeros(2, [("a", "i4"), ("b", "U3")]); np.rec.array([(1, 2.0)], names="a,b"); np.ma.array([1, 2], mask=[0, 1]); np.ma.masked
np.matrix([[1, 2]]); np.float32(1.5); np.int8(3); np.str_("x"); np.bytes_(b"x"); np.datetime64("2020-01-01"); np.void(b"ab")
np.bool_(True); np.dtype("i4"); np.dtype(">f8"); np.dtype([("a", "i4", (2,))]); np.dtype("M8[ns]"); np.dtype("O"); np.dtype("U5")
np.dtype("i4", metadata={"a": 1}); np.add; np.sin; np.float64; np.ndarray; np.random.default_rng(3); np.random.RandomState(3)
np.random.PCG64(3); np.random.SeedSequence(3); np.random.SFC64(1); np.polynomial.Polynomial([1, 2]); np.poly1d([1, 2])
np.vectorize(len); np.iinfo("i4"); np.finfo("f4"); np.nan; np.newaxis; np.s_[1:2]; np.index_exp[..., 1]; np.array([np.array([1])], object)
np.asfortranarray(np.ones((2, 2))); np.ones(5)[::2]; np.broadcast_to(np.ones(2), (3, 2)); np.array([1], "f2"); np.longdouble(1)
np.strings.upper; np.linalg.norm; np.array([1]).sum; np.array([2]).dtype.type; np.random.default_rng(1).normal; np.ma.nomask
np.dtypes.StringDType(); np.array(["a", "b"], dtype=np.dtypes.StringDType()); np.memmap; np.char.array(["a"]); np.ndarray.sum
"""
if np is not None:
    for expression in (each.strip() for line in NUMPY.strip().splitlines() for each in line.split("; ")):
        make = eval(f"lambda: {expression}")
        SUBJECTS[expression] = make
        SUBJECTS[f"shared {expression}"] = lambda make=make: [(each := make()), each, {"again": each}]
