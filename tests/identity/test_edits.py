"""Changes of a class, and of what its methods reach, get to a process that has loaded the class before."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import fresh
import pytest

SUPPORT = str(Path(__file__).parents[1] / "support")
BEGIN = f"""
import gc, sys
sys.path.insert(0, {SUPPORT!r})
import lambdapkl
from long_lived import Reader
reader = Reader()
run = reader.run
"""
END = "\nreader.__exit__()\n"

# What a program changes in a class, and how the reader sees it.
CASES = {
    "attribute set": """
        class A:
            rate = 1
        run("first = type(obj)", A())
        A.rate = 2
        assert run("answer = obj.rate, type(obj) is first, first.rate", A()) == (2, True, 2)
        A.rate = 3
        assert run("answer = obj.rate, type(obj) is first, first.rate", A()) == (3, True, 3)
    """,
    "attribute added": """
        class A:
            pass
        run("first = obj", A())
        A.rate = 1
        A.double = lambda self: self.rate * 2
        assert run("answer = first.rate, first.double()", A()) == (1, 2)
    """,
    "changed back": """
        class A:
            rate = 0.1
        seen = []
        for A.rate in (0.1, 0.2, 0.1, 0.1, 0.2, 0.1):
            seen.append(run("answer = obj.rate", A()))
        assert seen == [0.1, 0.2, 0.1, 0.1, 0.2, 0.1], seen
    """,
    "2,000 edits": """
        class A:
            rate = 0
            def get(self): return self.rate
        run("", A())
        for number in range(1, 2001):
            A.rate = number
            data = lambdapkl.dumps(A())
            if number % 100 == 0:
                assert reader.load("answer = obj.get()", data) == number
        from lambdapkl.identity import keys
        assert len([key for key in keys._by_key if key[1] == "A"]) == 2
        size = len(data)
        A.rate = 2001
        assert len(lambdapkl.dumps(A())) == size
    """,
    "two functions in turn at one address": """
        class A:
            def get(self): return 0
        for number in range(50):
            A.get = eval(f"lambda self: {number}")
            assert run("answer = obj.get()", A()) == number
    """,
    "method replaced and added": """
        class A:
            def get(self): return 1
        run("kept = obj", A())
        A.get = lambda self: self.more() + 1
        A.more = lambda self: 10
        assert run("answer = kept.get(), obj.get()", A()) == (11, 11)
    """,
    "static, class method, property": """
        factor = 1
        class A:
            @staticmethod
            def s(): return factor
            @classmethod
            def c(cls): return factor, cls.__name__
            @property
            def p(self): return factor
        assert run("kept = obj; answer = obj.s(), obj.c(), obj.p", A()) == (1, (1, "A"), 1)
        factor = 2
        assert run("answer = kept.s(), kept.c(), kept.p", A()) == (2, (2, "A"), 2)
        A.p = property(lambda self: factor * 100)
        assert run("answer = kept.s(), kept.c(), kept.p", A()) == (2, (2, "A"), 200)
        factor = 3
        assert run("answer = kept.s(), kept.c(), kept.p", A()) == (3, (3, "A"), 300)
    """,
    "names deleted": """
        class Base:
            timeout = 30
        class A(Base):
            timeout = 1
            retries = 5
            def go(self): return 1
        run("kept = obj", A())
        del A.timeout, A.retries, A.go
        assert run("answer = kept.timeout, hasattr(kept, 'retries'), hasattr(kept, 'go')", A()) == (30, False, False)
        A.retries = 6
        assert run("answer = kept.retries", A()) == 6
        del A.retries
        assert run("answer = hasattr(kept, 'retries')", A()) is False
    """,
    "a deleted name that the reader has set": """
        class A:
            limit = 5
            other = 5
        run("type(obj).limit = 7", A())
        del A.limit, A.other
        assert run("answer = obj.limit, hasattr(obj, 'other')", A()) == (7, False)
    """,
    "what the reader sets stays": """
        class A:
            rate = 1
            def get(self): return self.rate
        run("type(obj).cache = 'warm'; type(obj).count = 3", A())
        A.rate = 2
        assert run("answer = obj.rate, obj.cache, obj.count", A()) == (2, "warm", 3)
        run("type(obj).rate = 5")
        assert run("answer = obj.rate", A()) == 5  # the writer has not changed it again
        A.rate = 6
        assert run("answer = obj.rate", A()) == 6
    """,
    "both sides changed a container": """
        table = {"a": 1}
        class A:
            names = ["x"]
            known = {"x": 1}
            def get(self): return table
        run("type(obj).names.append('reader'); kept = obj", A())
        A.names.append("writer")
        A.known["y"] = 2
        table["b"] = 2
        assert run("answer = kept.names, kept.known, kept.get()", A()) == (["x", "reader"], {"x": 1, "y": 2}, {"a": 1, "b": 2})
        run("kept.get()['own'] = 1")
        table["c"] = 3
        assert run("answer = kept.get()", A()) == {"a": 1, "b": 2, "own": 1}
    """,
    "a nested container, a set, and one that holds functions": """
        def low(): return "low"
        def high(): return bonus
        bonus = 1
        class A:
            nested = {"a": [1, {2}]}
            steps = [low]
            def go(self): return [step() for step in self.steps]
        run("kept = obj", A())
        A.nested["a"][1].add(3)
        A.steps.append(high)
        assert run("answer = kept.nested, kept.go()", A()) == ({"a": [1, {2, 3}]}, ["low", 1])
        bonus = 2
        assert run("answer = kept.go()", A()) == ["low", 2]
    """,
    "function and constant redefined": """
        factor = 10
        def price(item): return len(item) * factor
        class A:
            def total(self, *items): return sum(map(price, items))
        assert run("kept = obj; method = obj.total; answer = obj.total('abc')", A()) == 30
        factor = 1
        assert run("answer = kept.total('abc'), method('abc')", A()) == (3, 3)
        def price(item): return 5 + extra
        extra = 1
        assert run("answer = kept.total('abc'), method('abc')", A()) == (6, 6)
        extra = 2
        assert run("answer = kept.total('abc'), method('abc')", A()) == (7, 7)
        factor = 3
        def price(item): return factor
        assert run("answer = kept.total('abc'), method('abc')", A()) == (3, 3)
        del price
        def price(item): return factor + 1
        assert run("answer = kept.total('abc'), method('abc')", A()) == (4, 4)
    """,
    "the reader's globals stay": """
        calls, unit = 0, "m"
        class A:
            def hit(self):
                global calls
                calls += 1
                return calls, unit
        assert run("kept = obj; answer = obj.hit()", A()) == (1, "m")
        unit = "km"
        assert run("answer = obj.hit()", A()) == (2, "km")
        A.hit = lambda self: (calls, unit, "new")
        assert run("answer = kept.hit()", A()) == (2, "km", "new")
    """,
    "cell, defaults, attributes of functions": """
        def make(rate):
            def scale(value): return value * rate
            def change(to):
                nonlocal rate
                rate = to
            class A:
                def get(self, value=1, *, plus=0): return scale(value) + plus
                def set(self, to): change(to)
                def show(self): return self.get.label
            A.get.label = "one"
            A.change = staticmethod(change)
            return A
        A = make(2)
        assert run("kept = obj; answer = obj.get(), obj.show()", A()) == (2, "one")
        A.change(5)
        assert run("answer = kept.get()", A()) == 5
        A.get.__defaults__ = (3,)
        A.get.__kwdefaults__ = {"plus": 1}
        A.get.label = "two"
        assert run("answer = kept.get(), kept.show()", A()) == (16, "two")
        run("kept.set(1)")
        A.get.more = 1
        assert run("answer = kept.get(), kept.get.more", A()) == (4, 1)
        A.get.__defaults__ = None
        assert run("answer = kept.get.__defaults__", A()) is None
    """,
    "decorated functions": """
        import functools
        factor = 1
        def twice(f):
            @functools.wraps(f)
            def inner(*args): return 2 * f(*args)
            return inner
        @functools.lru_cache
        def cached(x): return x + factor
        @twice
        def price(x): return x * factor
        class A:
            @twice
            def get(self): return price(10) + cached(5)
            @functools.cached_property
            def once(self): return factor
        assert run("kept = obj; answer = obj.get()", A()) == 52
        factor = 2
        assert run("answer = kept.get(), obj.once", A()) == (2 * (40 + 6), 2)
        @functools.lru_cache
        def cached(x): return 100 * factor
        assert run("answer = kept.get()", A()) == 2 * (40 + 200)
        factor = 3
        run("kept.get.__globals__['cached'].cache_clear()", A())
        assert run("answer = kept.get()", A()) == 2 * (60 + 300)
    """,
    "base class edited": """
        class Base:
            rate = 1
            def get(self): return self.rate
        class A(Base):
            pass
        assert run("kept = obj; answer = obj.get()", A()) == 1
        Base.rate = 2
        assert run("answer = kept.get()", A()) == 2
        Base.get = lambda self: -self.rate
        assert run("answer = kept.get()", A()) == -2
    """,
    "dataclass": """
        import dataclasses
        @dataclasses.dataclass
        class Order:
            item: str
            count: int = 1
            tags: list = dataclasses.field(default_factory=list)
            def total(self): return self.count
        run("kept = obj", Order("x"))
        Order.total = lambda self: self.count * 100
        Order.unit = "kg"
        assert run("answer = kept.total(), kept.unit, kept == obj", Order("x")) == (100, "kg", True)
    """,
    "enumeration": """
        import enum
        factor = 1
        class Color(enum.Enum):
            RED = 1
            BLUE = 2
            def scaled(self): return self.value * factor
        class Level(enum.IntFlag):
            LOW = 1
            HIGH = 2
        run("kept = obj[0]", [Color.RED, Level.LOW | Level.HIGH])
        factor = 10
        assert run("answer = kept.scaled(), kept is obj", Color.RED) == (10, True)
        Color.scaled = lambda self: self.name
        Color.extra = property(lambda self: "extra")
        assert run("answer = kept.scaled(), kept.extra, len(type(kept))", Color.RED) == ("RED", "extra", 2)
        Level.doc = "levels"
        assert run("answer = obj.doc, int(obj)", Level.LOW | Level.HIGH) == ("levels", 3)
    """,
    "exception, abstract class, generic, named tuple, slots": """
        import abc, collections, typing
        class Failed(ValueError):
            code = 1
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...
            def twice(self): return 2 * self.area()
        class Square(Shape):
            def area(self): return 4
        class Box(typing.Generic[typing.TypeVar("T")]):
            kind = "box"
        class Pair(collections.namedtuple("Pair", "a b")):
            def total(self): return self.a + self.b
        class Slim:
            __slots__ = ("a",)
            kind = 1
        objects = [Failed("x"), Square(), Box(), Pair(1, 2), Slim()]
        run("kept = obj", objects)
        Failed.code = 2
        Shape.twice = lambda self: 20 * self.area()
        Box.kind = "chest"
        Pair.total = lambda self: 10 * (self.a + self.b)
        Slim.kind = 2
        code = "answer = kept[0].code, kept[1].twice(), kept[2].kind, kept[3].total(), kept[4].kind"
        assert run(code, objects) == (2, 80, "chest", 30, 2)
    """,
    "a third process": """
        class A:
            rate = 0.1
            def get(self): return self.rate
        third = Reader()
        third.run("kept = obj", A())
        run("import pickle, lambdapkl; kept = obj", A())
        A.rate = 0.2
        data = run("answer = lambdapkl.dumps(obj)", A())
        assert third.load("answer = kept.get(), obj.get()", data) == (0.2, 0.2)
        A.rate = 0.1
        data = run("answer = lambdapkl.dumps(obj)", A())
        assert third.load("answer = kept.get(), obj.get()", data) == (0.1, 0.1)
        data = run("kept.__class__.rate = 0.7; answer = lambdapkl.dumps(kept)")
        assert third.load("answer = kept.get(), obj.get()", data) == (0.7, 0.7)
        # What comes back changes nothing here.
        lambdapkl.loads(data)
        assert A.rate == 0.1 and type(lambdapkl.loads(data)) is A
        third.__exit__()
    """,
    "a reader that has met the class in its present state only": """
        class A:
            rate = 2
        now = lambdapkl.dumps(A())
        namespace = {"__name__": "__main__"}
        exec("class A:\\n    rate = 1", namespace)
        B = namespace["A"]
        B.__firstlineno__ = A.__firstlineno__ if hasattr(A, "__firstlineno__") else None
        if B.__firstlineno__ is None:
            del B.__firstlineno__
        lambdapkl.dumps(B())
        B.rate = 2
        from lambdapkl.identity.digest import class_digest
        if class_digest(A) == class_digest(B):
            # Two live classes of one process are two.
            reader.load("first = type(obj)", now)
            assert run("answer = type(obj) is first, obj.rate", B()) == (False, 2)
    """,
    "an old payload after a newer one": """
        class A:
            rate, unit = 1, "m"
        first = lambdapkl.dumps(A())
        A.rate = 2
        second = lambdapkl.dumps(A())
        A.rate, A.unit = 3, "km"
        third = lambdapkl.dumps(A())
        get = "answer = obj.rate, obj.unit"
        assert reader.load(get, third) == (3, "km")
        assert reader.load(get, second) == (2, "km")  # per attribute, what was loaded last
        assert reader.load(get, first) == (2, "km")  # from before the first change: it names none
        assert reader.load(get, third) == (3, "km")
    """,
    "the edited state first": """
        class A:
            rate = 1
            def get(self): return self.rate
        lambdapkl.dumps(A())
        A.rate = 2
        assert run("kept = obj; answer = obj.get()", A()) == 2
        run("type(kept).rate = 9")
        assert run("answer = kept.get(), type(obj) is type(kept)", A()) == (9, True)
        A.rate = 3
        assert run("answer = kept.get()", A()) == 3
    """,
    "bytes of an unchanged class": """
        factor = 1
        source = "def price(): return factor"
        exec(source)
        class A:
            names = [1, 2]
            rate = 0.5
            def get(self): return price() * self.rate
        before = lambdapkl.dumps(A())
        exec(source)
        factor, A.rate, A.names = int("1"), float("0.5"), [1, 2]
        A.get = A.get
        assert lambdapkl.dumps(A()) == before
        A.rate = 1
        changed = lambdapkl.dumps(A())
        assert changed != before and changed == lambdapkl.dumps(A())
    """,
    "deterministic and fingerprint": """
        class A:
            rate = 1
        options = {"deterministic": True}
        bytes_of = lambda: (lambdapkl.dumps(A, deterministic=True), lambdapkl.fingerprint(A))
        before = bytes_of()
        lambdapkl.dumps(A)
        A.rate = 2
        lambdapkl.dumps(A)
        other = bytes_of()
        assert before[0] != other[0] and before[1] != other[1]
        A.rate = 1
        lambdapkl.dumps(A)
        assert bytes_of() == before
        assert lambdapkl.loads(before[0]) is A and lambdapkl.loads(other[0]) is A
    """,
    "no class is kept alive": """
        import weakref
        helper_rate = 1
        def make():
            def helper(x): return x * helper_rate
            class A:
                names = [helper]
                def get(self): return helper(1), A
            return A
        A = make()
        lambdapkl.dumps(A)
        A.rate = 1
        lambdapkl.dumps(A)
        watch = weakref.ref(A)
        ident = id(A)
        del A
        gc.collect()
        from lambdapkl.identity import edits, keys
        assert watch() is None and ident not in edits.records and ident not in keys._aliases
        reader.run("import gc, weakref; watch = weakref.ref(obj)", (A := make()))
        A.rate = 1
        reader.run("watch = weakref.ref(obj)", A)
        assert run("del obj; gc.collect(); answer = watch() is None") is True
    """,
    "portable": """
        factor = 1
        class A:
            rate = 1
            def get(self): return self.rate * factor
        run("kept = obj", A(), portable=True)
        A.rate, factor = 2, 10
        assert run("answer = kept.get()", A(), portable=True) == 20
    """,
    "standalone": """
        class A:
            rate = 1
            def get(self): return self.rate
        run("kept = obj", A(), standalone=True)
        A.rate = 2
        assert run("answer = obj.get(), kept.get()", A(), standalone=True) == (2, 2)
    """,
    "inspect, weigh, explain": """
        import threading
        class A:
            rate = 1
            def get(self): return self.rate
        lambdapkl.dumps(A())
        A.rate = 2
        A.get = lambda self: -self.rate
        data = lambdapkl.dumps(A())
        assert "A" in str(lambdapkl.inspect(data)) and "rate" in str(lambdapkl.inspect(data))
        assert "A" in str(lambdapkl.weigh(A()))
        A.lock = threading.Lock()
        A.lock.acquire()
        try:
            lambdapkl.dumps(A())
        except Exception as error:
            assert "lock" in "".join(error.__notes__), error.__notes__
        else:
            raise AssertionError("pickled a held lock")
    """,
    "two classes that share what they reach": """
        rate = 1
        class A:
            def get(self): return rate
        class B:
            def get(self): return rate
        run("a, b = obj", (A(), B()))
        rate = 2
        assert run("answer = a.get(), b.get()", A()) == (2, 2)
        rate = 3
        assert run("answer = a.get(), b.get()", B()) == (3, 3)
        assert run("answer = a.get(), b.get()", (A(), B())) == (3, 3)
    """,
    "a function that is reached on another way": """
        rate = 1
        def helper(x=5): return x * rate
        helper.label = "x"
        class A:
            def get(self): return helper(), helper.label
        assert run("kept = obj; answer = obj.get()", A()) == (5, "x")
        A.early = staticmethod(helper)
        del A.get
        A.get = lambda self: (helper(), helper.label)
        assert run("answer = kept.get(), kept.early()", A()) == ((5, "x"), 5)
        rate = 2
        assert run("answer = kept.get(), kept.early()", A()) == ((10, "x"), 10)
    """,
    "a global that only another class still reaches": """
        rate = 1
        class A:
            def get(self): return rate
        class B:
            def get(self): return rate
        run("a, b = obj", (A(), B()))
        A.get = lambda self: 0
        assert run("answer = a.get(), b.get()", A()) == (0, 1)
        rate = 2
        A.get = lambda self: rate
        assert run("answer = a.get(), b.get()", A()) == (2, 2)
    """,
    "a third process gets what the reader had set to the same value": """
        class A:
            rate = 1
        third = Reader()
        third.run("kept = obj", A())
        run("import lambdapkl; kept = obj; lambdapkl.dumps(obj); type(obj).rate = 2", A())
        A.rate = 2
        assert third.load("answer = kept.rate", run("answer = lambdapkl.dumps(kept)", A())) == 2
        third.__exit__()
    """,
    "a class whose statement ran in the reader": """
        source = "class A: rate = 1"
        run(f"import sys; exec({source!r}, vars(sys.modules['__main__'])); own = sys.modules['__main__'].A")
        namespace = {"__name__": "__main__"}
        exec(source, namespace)
        A = namespace["A"]
        assert run("answer = type(obj) is own", A())
        A.rate = 2
        assert run("answer = type(obj) is own, own.rate, obj.rate", A()) == (True, 1, 1)
    """,
    "counters in class attributes": """
        class A:
            made = 0
            def __init__(self): A.made += 1
        for number in range(1, 6):
            assert run("answer = obj.made", A()) == number
    """,
    "renamed, and a class defined again": """
        class A:
            rate = 1
        run("first = type(obj)", A())
        class A:
            rate = 2
        assert run("answer = obj.rate, type(obj) is first, first.rate", A()) == (2, False, 1)
        A.rate = 3
        assert run("answer = obj.rate, first.rate", A()) == (3, 1)
        A.__qualname__ = "B"
        assert run("answer = obj.rate, type(obj).__qualname__", A()) == (3, "B")
    """,
}


# PyPy's caches are Python functions, so what they have computed counts as a change.
LEFT_OUT = {"decorated functions"} if sys.implementation.name == "pypy" else set()


@pytest.mark.parametrize("name", [name for name in CASES if name not in LEFT_OUT])
def test_edit_arrives(name: str, backend: fresh.Process) -> None:
    backend.execute(BEGIN + textwrap.dedent(CASES[name]) + END)


THREADS = """
import pickle, threading
rate = 0
def helper(): return rate
class A:
    count = 0
    def get(self): return self.count, helper()
payloads = []
for number in range(40):
    A.count = rate = number
    payloads.append(lambdapkl.dumps([A(), helper]))
reader.load("kept = obj[0]; results = []", payloads[0])
run('''
import threading
def load(payloads):
    try:
        for data in payloads:
            first, second = pickle.loads(data)[0].get()
            assert type(first) is int and type(second) is int
    except BaseException as error:
        results.append(repr(error))
threads = [threading.Thread(target=load, args=(obj[at:] + obj[:at],)) for at in (0, 10, 20, 30)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not results, results
''', payloads)
assert reader.load("answer = obj[0].get(), kept.get()", payloads[-1]) == ((39, 39), (39, 39))
"""


def test_edits_arrive_while_threads_load(backend: fresh.Process) -> None:
    backend.execute(BEGIN + THREADS + END)


GUARD = """
class A:
    rate = 1
lambdapkl.dumps(A())
A.rate = 2
data = lambdapkl.dumps(A())
try:
    lambdapkl.guard.loads(data)
except Exception as error:
    assert "by-value code" in str(error), error
else:
    raise AssertionError("the guard let by-value code pass")
"""


def test_guard_refuses_edited_classes(backend: fresh.Process) -> None:
    backend.execute(BEGIN + "import lambdapkl.guard\n" + GUARD + END)


def test_backends_write_the_same_bytes_for_edits(processes: object) -> None:
    source = """
    factor = 1
    def price(): return factor
    class Base: rate = 1
    class o(Base):
        names = ["a"]
        gone = 1
        def get(self): return price()
    import lambdapkl
    lambdapkl.dumps(o)
    Base.rate = 2
    o.names.append("b")
    del o.gone
    factor = 2
    def price(): return factor + more
    more = 1
    """
    directory = fresh.new_directory()
    payloads = [processes(name).dumps(source, home=directory) for name in ("compiled", "pure")]  # type: ignore[operator]
    assert payloads[0] == payloads[1]
