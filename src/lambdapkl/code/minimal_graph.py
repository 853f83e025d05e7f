"""The least graph that does what another does: parts that are there twice are there once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

__all__ = ["Node", "lines"]


class Node(NamedTuple):
    """A node: what it does, and which node each kind of edge leads to.

    Attributes
    ----------
    does
        Text of which equal nodes have the same.
    edges
        Pairs of the kind of an edge and the key of a node; of each kind there is at most one, and kinds come in one order.
    """

    does: str
    edges: tuple[tuple[str, int], ...]


def lines(start: int, nodes: Mapping[int, Node]) -> Iterator[str]:
    """Yield a text for each node of the least graph, numbered as they are reached from `start`.

    Two graphs have the same texts if, and only if, each way through one is a way through the other.
    """
    blocks = _blocks(nodes)
    numbers = {blocks[start]: 0}
    waiting = [start]
    while waiting:
        node = nodes[waiting.pop()]
        found = [node.does]
        for kind, target in node.edges:
            block = blocks[target]
            if block not in numbers:
                numbers[block] = len(numbers)
                waiting.append(target)
            found.append(f"{kind} {numbers[block]}")
        yield " ".join(found)


def _blocks(nodes: Mapping[int, Node]) -> dict[int, int]:
    """Return for each node the number of its block: those that no way from them tells apart share one.

    Hopcroft's algorithm: linear but for a logarithm, where refining all at once takes as many rounds as the longest way.
    """
    first: dict[tuple[str, ...], int] = {}
    members: list[set[int]] = []
    block_of: dict[int, int] = {}
    before: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for key, node in nodes.items():
        signature = node.does, *[kind for kind, _ in node.edges]
        block = first.setdefault(signature, len(members))
        if block == len(members):
            members.append(set())
        members[block].add(key)
        block_of[key] = block
        for kind, target in node.edges:
            before[target].append((kind, key))
    waiting = set(range(len(members)))
    while waiting and len(members) < len(nodes):
        leading: dict[str, list[int]] = defaultdict(list)
        for target in members[waiting.pop()]:
            for kind, key in before.get(target, ()):
                leading[kind].append(key)
        for keys in leading.values():
            hit: dict[int, set[int]] = defaultdict(set)
            for key in keys:
                hit[block_of[key]].add(key)
            for block, part in hit.items():
                rest = members[block]
                if len(part) == len(rest):
                    continue
                rest -= part
                made = len(members)
                members.append(part)
                for key in part:
                    block_of[key] = made
                waiting.add(made if block in waiting or len(part) <= len(rest) else block)
    return block_of
