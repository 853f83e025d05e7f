import json
import time

from __main__ import held
from lambdapkl import explain


class Node:
    def __init__(self, i):
        self.i, self.next, self.own = i, None, [i]


first = Node(0)
first.next = first
a = [first]
a.append(a)
first.own = a
assert explain(a).ok
t = ([],)
t[0].append(t)
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
for _ in range(100_000):
    deep = [deep]
answer = explain(deep)
assert not answer.ok and "chain that is too long" in answer.culprits[0].why, answer
assert len(answer.culprits[0].path) <= 41 and "..." in answer.culprits[0].path
chain = None
for _ in range(20_000):
    chain = (lambda inner: lambda: inner)(chain)
answer = explain(chain)
assert not answer.ok
json.dumps(answer.to_dict()), str(answer)
while deep:
    deep = deep[0]
while chain is not None:
    chain = chain.__closure__[0].cell_contents  # type: ignore[index]
for atom in (1, None, "x", b"y", 2.5, ...):
    assert explain(atom).ok
