"""`lambdapkl.explain`: every culprit, with its path, and what travels."""

from __future__ import annotations

import fresh
import pytest
import sample
from conftest import Processes
from corpus import _run, all_cases

# How deep it can go is tried by itself, below: it takes longer than all of these.
CASES = [
    case
    for case in all_cases()
    if not case.by_value and not case.modules and not case.pure_refuses and not case.name.startswith("deep nest of")
]
# A third of those that are pickled shows as much as all of them.
CASES = [case for case in CASES if case.refused is not None] + [case for case in CASES if case.refused is None][::3]

SETUP = """
import sqlite3, sys, threading, lambdapkl
from lambdapkl import explain
held = threading.Lock(); held.acquire()
connection = f"{sqlite3.Connection.__module__}.Connection"  # PyPy has it in `_sqlite3`
class Client:
    def __init__(self):
        self._conn = sqlite3.connect(":memory:")
        self.locks = [held, {"k": (1, held)}]
"""


def test_every_culprit_with_path_reason_and_remedy(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
def make():
    db = Client()
    generated = (x for x in "ab")
    match = __import__("re").match("a", "a")
    def train(x, default=match):
        return db, held
    return train
answer = explain(make())
assert not answer.ok
found = {" -> ".join(each.path): each for each in answer.culprits}
lock = f"{type(held).__module__}.{type(held).__qualname__}"
train = "function make.<locals>.train"
assert set(found) == {
    f"{train} -> global 'held' ({lock})",
    f"{train} -> closure cell 'db' -> attribute '_conn' ({connection})",
    f"{train} -> default of 'default' (re.Match)",
}, set(found)
conn = found[f"{train} -> closure cell 'db' -> attribute '_conn' ({connection})"]
assert conn.type == connection and conn.why == "a connection belongs to this process"
assert "connect there" in conn.remedies[0]
assert "leave '_conn' out in Client.__getstate__()" in conn.remedies[1]
assert f"copyreg.pickle({connection}" in conn.remedies[2]
held_one = found[f"{train} -> global 'held' ({lock})"]
assert held_one.again == 2 and any("pass 'held'" in each for each in held_one.remedies)
text = str(answer)
for each in found:
    assert each in text, text
assert "3 culprits" in text and "also in 2 more places" in text
"""
    )


def test_what_travels(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
import json, collections
RATE, UNUSED = 2, 3
def helper(): return RATE
class Model:
    def fit(self): return json.dumps(helper())
def task(): return Model, collections.OrderedDict, UNUSED
answer = explain(task)
assert answer.ok and answer.culprits == ()
by_value = {each.name: each for each in answer.by_value}
assert set(by_value) == {"__main__.task", "__main__.Model", "__main__.Model.fit", "__main__.helper"}, set(by_value)
assert by_value["__main__.task"].globals == ("Model", "UNUSED", "collections")
assert by_value["__main__.Model.fit"].globals == ("helper", "json")
assert by_value["__main__.Model"].kind == "class" and by_value["__main__.Model"].path[-1] == "global 'Model' (type)"
by_reference = {each.name: each.kind for each in answer.by_reference}
assert by_reference == {"json": "module", "collections": "module"}, by_reference
assert "it can be pickled" in str(answer) and "globals that come with a function" in str(answer)
names = {each.name for each in explain([len, json.dumps, json.JSONDecoder, int]).by_reference}
assert {"len", "json.dumps", "json.decoder.JSONDecoder", "int"} == names, names
"""
    )


def test_user_hooks_decide(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
import copyreg, pickle
class Without:
    def __init__(self, bad=None): self.bad, self.good = bad, 1
    def __getstate__(self): return {"good": self.good}
class Reduced:
    def __init__(self, bad): self.bad = bad
    def __reduce__(self): return (Without, ())
class Raises:
    def __getstate__(self): return {}["missing"]
class Registered: pass
assert explain([Without(held), Reduced(held)]).ok
assert not explain(Registered().__dict__ | {"x": held}).ok
bad = explain({"x": Raises()})
assert bad.culprits[0].path == ("dict", "item 'x' (Raises)") and "KeyError" in bad.culprits[0].why
class Owner:
    def __reduce__(self): return (list, ([Client()],))
path = explain(Owner()).culprits[-1].path
assert path[0] == "Owner" and path[-1] == f"attribute '_conn' ({connection})", path
copyreg.pickle(sqlite3.Connection, lambda connection: (dict, ()))
assert [each.type for each in explain(Client()).culprits] == [type(held).__module__ + "." + type(held).__qualname__]
with lambdapkl.options(held_locks="unlocked"):
    assert explain(Client()).ok
"""
    )


def test_cycles_depth_and_size(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
import json, time
class Node:
    def __init__(self, i): self.i, self.next, self.own = i, None, [i]
first = Node(0); first.next = first
a = [first]; a.append(a); first.own = a
assert explain(a).ok
t = ([],); t[0].append(t)
assert explain(t).ok
nodes = [Node(i) for i in range(50_000)]
nodes[30_000].own.append(held)
started = time.monotonic()
seen = []
answer = explain(nodes, progress=seen.append)
taken = time.monotonic() - started
assert answer.objects >= 100_000 and seen and seen == sorted(seen)
assert [each.path[1:-1] for each in answer.culprits] == [("item 30000", "attribute 'own'")]
assert taken < 60, taken
deep = []
for _ in range(100_000): deep = [deep]
answer = explain(deep)
assert not answer.ok and "chain that is too long" in answer.culprits[0].why, answer
assert len(answer.culprits[0].path) <= 41 and "..." in answer.culprits[0].path
chain = None
for _ in range(20_000): chain = (lambda inner: lambda: inner)(chain)
answer = explain(chain)
assert not answer.ok
json.dumps(answer.to_dict()), str(answer)
while deep: deep = deep[0]
while chain is not None: chain = chain.__closure__[0].cell_contents
for atom in (1, None, "x", b"y", 2.5, ...):
    assert explain(atom).ok
""",
        seconds=120,
    )


def test_plain_data_and_many_alike(backend: fresh.Process) -> None:
    backend.execute(
        SETUP
        + """
import json
def lock():
    one = threading.Lock(); one.acquire(); return one
answer = explain([lock() for _ in range(500)])
assert len(answer.culprits) == 500
assert "500 culprits" in str(answer) and "and 497 more" in str(answer)
assert len(str(answer).splitlines()) < 100
data = json.loads(json.dumps(explain(lambda: held).to_dict()))
assert data["ok"] is False and data["culprits"][0]["path"][1].startswith("global 'held'")
assert data["tree"]["children"][0]["note"].startswith("CANNOT BE PICKLED")
assert "1 culprit" in repr(explain(held))
"""
    )


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("name", ["compiled", "pure"])
def test_it_decides_as_the_pickler_does(processes: Processes, name: str, part: int) -> None:
    """Over the corpus: explained to be fine exactly where a dump succeeds, and with the culprit the error names."""
    # Imported once: that takes many times as long as a case.
    process = processes(name, imports=("lambdapkl.answers.explain",))
    wrong = []
    for case in sample.part(CASES)[part::4]:
        if case.skip_reason():
            continue
        check = """
import lambdapkl, pickle
_again = globals()["o"]
try: lambdapkl.dumps(_again)
except Exception as _error: _failed = _error
else: _failed = None
_answer = lambdapkl.explain(_again)
assert _answer.ok is (_failed is None), (_failed, str(_answer))
str(_answer), _answer.to_dict()
if _failed is not None and getattr(_failed, "__notes__", None):
    assert "path: " + " -> ".join(_answer.culprits[0].path) in _failed.__notes__, (_failed.__notes__, _answer.culprits)
"""
        home, directory = _run._prepare(case, {})
        try:
            process.execute(fresh.dedent(case.define) + check, directory=directory, home=home, seconds=240)
        except fresh.Failed as failed:
            wrong.append(f"{case}: {failed}")
    assert not wrong, "\n".join(wrong)
