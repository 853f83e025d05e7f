"""What changes the digest of a class, and what does not; readers compare classes by it."""

from __future__ import annotations

import textwrap

import fresh
import pytest
from conftest import BACKENDS, Processes

SEEDS = range(4)

# Contents of a class; the value in them is 1 in one class and 2 in the other.
CONTENTS = {
    "date": "__import__('datetime').date(2020, 1, {})",
    "timedelta": "__import__('datetime').timedelta(days={})",
    "deque": "collections.deque([{}])",
    "bounded deque": "collections.deque([], {})",
    "ordered dict": "collections.OrderedDict(a={})",
    "defaultdict": "collections.defaultdict(int, a={})",
    "counter": "collections.Counter(a={})",
    "namedtuple": "collections.namedtuple('N', 'a')({})",
    "decimal": "__import__('decimal').Decimal({})",
    "fraction": "__import__('fractions').Fraction({}, 7)",
    "bytearray": "bytearray([{}])",
    "array": "__import__('array').array('i', [{}])",
    "pattern": "__import__('re').compile('a' * {})",
    "path": "__import__('pathlib').PurePosixPath(str({}))",
    "proxy": "types.MappingProxyType({{'a': {}}})",
    "metadata of a field": "__import__('dataclasses').field(metadata={{'a': {}}})",
    "count": "itertools.count({})",
    "repeat": "itertools.repeat('x', {})",
    "itemgetter": "__import__('operator').itemgetter({})",
    "exception": "ValueError({})",
    "exception with attributes": "sets(ValueError(), note={})",
    "bytes file": "__import__('io').BytesIO(bytes([{}]))",
    "list of a subclass": "type('L', (list,), {{}})([{}])",
    "dict of a subclass": "type('D', (dict,), {{}})(a={})",
    "tuple of a subclass": "type('T', (tuple,), {{}})([{}])",
    "set of a subclass": "type('S', (set,), {{}})([{}])",
    "frozenset of a subclass": "type('F', (frozenset,), {{}})([{}])",
    "int of a subclass": "type('I', (int,), {{}})({})",
    "str of a subclass": "type('S', (str,), {{}})({})",
    "list with a reducer": "type('L', (list,), {{'__reduce__': lambda self: (type(self), (list(self),))}})([{}])",
    "lru_cache": "functools.lru_cache({})(len)",
    "partial": "functools.partial(len, {})",
    "generic alias": "[list[int], list[str]][{} - 1]",
    "union": "[int | str, int | bytes][{} - 1]",
    "kind of set": "[{{1}}, frozenset({{1}})][{} - 1]",
    "method of an instance": "collections.Counter(a={}).most_common",
    "namespace": "types.SimpleNamespace(a={})",
    "integer enumeration": "__import__('enum').IntEnum('E', [('A', {})]).A",
}

KEEPS = """
import collections, functools, itertools, types
def sets(obj, **attributes):
    vars(obj).update(attributes)
    return obj
class A:
    kept = {}
o = pickler.dumps(A)
"""


@pytest.mark.parametrize("name", CONTENTS)
def test_different_contents_make_a_different_class(name: str, backend: fresh.Process) -> None:
    one, other, again = (kept(backend, CONTENTS[name].format(value)) for value in (1, 2, 1))
    backend.execute(
        f"import pickle\na, b, c = map(pickle.loads, {(one, other, again)!r})\n"
        "assert a is not b, 'the reader keeps what it had'\nassert a is c, 'one definition, two classes'\nresult = None"
    )


def kept(backend: fresh.Process, contents: str) -> bytes:
    payload: bytes = backend.execute("import lambdapkl as pickler\n" + KEEPS.format(contents) + "result = o")
    return payload


def test_method_annotations_change_the_digest(backend: fresh.Process) -> None:
    made = []
    for kind in ("int", "str", "int"):
        source = f"class A:\n    def m(self, x: {kind}) -> None:\n        return\n"
        # Each program here is in a file of its own.
        program = f"import lambdapkl\nexec(compile({source!r}, 'a.py', 'exec'))\nresult = lambdapkl.dumps(A)"
        made.append(backend.execute(program))
    one, other, again = made
    backend.execute(
        f"import pickle\na, b, c = map(pickle.loads, {(one, other, again)!r})\nassert a is not b and a is c\n"
        "assert a.m.__annotations__['x'] is int and b.m.__annotations__['x'] is str\nresult = None"
    )


def test_numpy_arrays_change_the_digest(backend: fresh.Process) -> None:
    pytest.importorskip("numpy")
    one, other = (kept(backend, f"__import__('numpy').array([{value}])") for value in (1, 2))
    backend.execute(f"import pickle\na, b = map(pickle.loads, {(one, other)!r})\nassert a is not b\nresult = None")


# Definitions whose key must not depend on the hash seed or on addresses.
DEFINITIONS = {
    "elements that recur": """
        class A:
            all = {("aa", 1), ("bb", 2), ("cc", 3)}
            first = ("aa", 1)
    """,
    "elements with common parts": """
        part = ["p"]
        class P:
            def __init__(self, name): self.name, self.part = name, part
        class A:
            all = {P("a"), P("b"), P("c")}
            part = part
    """,
    "elements that recur, with a number that no order gives": """
        class P:
            def __init__(self, name): self.name, self.own = name, [name]
        a, b, c = map(P, "abc")
        class A:
            all = {a, b, c}
            nested = {(a, frozenset((b, c))), (b, frozenset((a, c)))}
            names = [c.own, a, b.own]
    """,
    "equal elements": """
        class P: x = 1
        p, q, r = P(), P(), P()
        class A:
            all = {p, q, frozenset((q, r))}
            first = [q, p, r]
    """,
    "subclasses of sets": """
        class Tags(frozenset): pass
        class Marks(set): pass
        class A:
            tags, marks = Tags("abcdef"), Marks(("a", ("b", 1), ("c", 2)))
    """,
    "a graph": """
        class N:
            def __init__(self, name): self.name, self.near = name, set()
        nodes = [N(each) for each in "abcdefgh"]
        for n in nodes: n.near = {*nodes} - {n}
        class A:
            root = nodes[0]
    """,
    "iterators": """
        class A:
            over = iter({"a", "b", "c"})
    """,
    "a weak set": """
        import weakref
        class N:
            def __init__(self, name): self.name = name
        nodes = [N(each) for each in "abcdef"]
        class A:
            all, known = nodes, weakref.WeakSet(nodes)
    """,
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_key_is_the_same_in_every_process(name: str, processes: Processes) -> None:
    # Allocate other objects first, so that addresses have another order.
    source = "import lambdapkl as pickler\npad = [[0] * (i % 7) for i in range(hash('x') % 997)]\n{}\nresult = {}"
    source = source.format(
        textwrap.dedent(DEFINITIONS[name]),
        "pickler.dumps(A) and __import__('lambdapkl.identity.keys').identity.keys.keys[id(A)][1][2], "
        "__import__('lambdapkl.identity.digest').identity.digest.class_digest(A)",
    )
    keys = {processes(backend, seed).execute(source) for backend in BACKENDS for seed in SEEDS for _ in range(2)}
    assert len(keys) == 1


USES = {
    "asking for annotations": ("class A: pass", "A.__annotations__"),
    "members": ("class A: pass", "import inspect; inspect.getmembers(A)"),
    "inverted flag": ("import enum\nclass A(enum.Flag):\n    R = 1\n    W = 2", "~A.R"),
    "combined flags": ("import enum\nclass A(enum.Flag):\n    R = 1\n    W = 2", "A.R | A.W"),
    "inverted integer flag": ("import enum\nclass A(enum.IntFlag):\n    R = 1\n    W = 2", "~A.R, A.R | 8"),
    "flag that is kept": (
        "import enum\nclass F(enum.Flag):\n    R = 1\n    W = 2\nclass A:\n    f = F.R\n    other = [F.W]",
        "~F.R, ~F.W",
    ),
}


@pytest.mark.parametrize("deterministic", [False, True], ids=["as it is", "deterministic"])
@pytest.mark.parametrize("name", USES)
def test_use_does_not_change_the_digest(name: str, deterministic: bool, backend: fresh.Process) -> None:
    definition, use = USES[name]
    source = "import lambdapkl\n{}\n{}\nresult = lambdapkl.dumps(A, deterministic={})"
    unused, used = (backend.execute(source.format(definition, each, deterministic)) for each in ("", use))
    assert used == unused
    backend.execute(
        f"import enum, pickle\nA = pickle.loads({used!r})\n"
        "if isinstance(A, enum.EnumType): assert ~A.R == A.W and A.R | A.W\nresult = None"
    )
