"""``dumps(deterministic=True)`` and `fingerprint` of what holds sets: no order of hashes or addresses gets through."""

from __future__ import annotations

import textwrap
from typing import Any

import fresh
import pytest
import sample
from conftest import BACKENDS, Processes

import lambdapkl

GRAPH = """
        class N:
            def __init__(self, name): self.name = name
        nodes = [N(each) for each in "abcdef"]
        for i, n in enumerate(nodes): n.near = {}
        o = nodes[0], nodes
    """

# Objects that hold sets, each made by a program that has seen nothing of the others.
WITH_SETS = {
    "subclasses": """
        class Tags(frozenset): pass
        class Marks(set):
            def __init__(self, *args): super().__init__(*args); self.more = Tags("xyz")
        o = [Tags(["al", "be", "ga", "de"]), Marks([("a", 1), ("b", 2), ("c", 3)])]
    """,
    "a complete graph": GRAPH.format("{*nodes} - {n}"),
    "a ring": GRAPH.format("{nodes[i - 1], nodes[(i + 1) % 6], nodes[(i + 2) % 6]}"),
    "a path into a ring": GRAPH.format("{nodes[2 + (i - 1) % 4] if i > 1 else nodes[i + 1], nodes[5]}"),
    "two rings": GRAPH.format("{nodes[(i + 1) % 3 + i // 3 * 3], nodes[(i + 2) % 3 + i // 3 * 3], nodes[5], i}"),
    "frozen nodes": GRAPH.format("frozenset({*nodes[:i + 1]}), {frozenset({n, nodes[0]}), frozenset(nodes)}"),
    "itself": GRAPH.format("{n, n.name}"),
    "equal ones after one of them": """
        class N: name = "x"
        p, q, r = N(), N(), N()
        o = [q, {p, q, r}, frozenset((r, p))]
    """,
    "a weak set": """
        import weakref
        class N:
            def __init__(self, name): self.name = name
        nodes = [N(each) for each in "abcdef"]
        o = [weakref.WeakSet(nodes), nodes]
    """,
    "a registry": """
        import abc
        def make(i):
            class Local: v = i
            return Local
        class B(abc.ABC): pass
        made = [make(i) for i in range(8)]
        for each in made: B.register(each)
        o = B, made
    """,
    "a set in a class": """
        class K:
            all = {("aa", 1), ("bb", 2), ("cc", 3)}
            first = ("aa", 1)
        o = K()
    """,
}


@pytest.mark.parametrize("name", sample.part(sorted(WITH_SETS)))
def test_sets_are_in_order(name: str, processes: Processes) -> None:
    # Objects of another number and size, so that addresses come in another order.
    source = "import lambdapkl\npad = [[0] * (i % 7) for i in range(hash('x') % 997)]\n{}\nresult = lambdapkl.fingerprint(o)"
    source = source.format(textwrap.dedent(WITH_SETS[name]))
    assert len({processes(backend, seed).execute(source) for seed in range(3) for backend in BACKENDS for _ in range(2)}) == 1
    process = fresh.Process("lambdapkl")
    try:
        data = {
            describe_object(pure, seed, textwrap.dedent(WITH_SETS[name])) for pure, seed in ((False, 0), (False, 1), (True, 2))
        }
        (one,) = data
        again = process.execute(
            f"import lambdapkl\nkept = lambdapkl.loads({one!r})\nresult = lambdapkl.dumps(kept, deterministic=True)"
        )
    finally:
        process.close()
    assert again == one


def describe_object(pure: bool, seed: int, source: str) -> bytes:
    process = fresh.Process("lambdapkl", pure=pure, hash_seed=seed)
    try:
        data: bytes = process.execute(f"import lambdapkl\n{source}\nresult = lambdapkl.dumps(o, deterministic=True)")
    finally:
        process.close()
    return data


def test_iterators_of_sets_are_in_order() -> None:
    one, other = set([0, 8, 16]), set([16, 8, 0])
    assert list(one) != list(other)
    data = lambdapkl.dumps(iter(one), deterministic=True)
    assert data == lambdapkl.dumps(iter(other), deterministic=True)
    assert set(lambdapkl.loads(data)) == one


def test_large_graphs_of_sets_take_no_exponential_time() -> None:
    class Node:
        near: set[Any]

    nodes = [Node() for _ in range(60)]
    for index, node in enumerate(nodes):
        node.near = {*nodes} - {node} if index % 2 else {nodes[index - 1], nodes[index - 2]}
    (loaded, *others) = lambdapkl.loads(lambdapkl.dumps(nodes, deterministic=True))
    assert len(loaded.near) == 2 and loaded.near < {loaded, *others}

    class K:
        all = nodes[0]

    assert lambdapkl.loads(lambdapkl.dumps(K)) is K
