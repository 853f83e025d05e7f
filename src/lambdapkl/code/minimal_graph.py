"""Merges equivalent nodes of a graph, and describes the result as lines of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

__all__ = ["Node", "canonical_lines"]


class Node(NamedTuple):
    """A node of a graph.

    Attributes
    ----------
    does
        A text that describes the node without its edges.
    edges
        The kind of each edge, and the key of the node that it leads to. A node has at most one edge
        of a kind. All nodes have their kinds in the same order.
    """

    does: str
    edges: tuple[tuple[str, int], ...]


def canonical_lines(start: int, nodes: Mapping[int, Node]) -> Iterator[str]:
    """Yield a line for each node of the minimal graph, in the order in which `start` reaches them.

    Two graphs have the same lines if and only if they have the same paths from their start.
    """
    blocks = _blocks(nodes)
    numbers = {blocks[start]: 0}
    waiting = [start]
    while waiting:
        node = nodes[waiting.pop()]
        words = [node.does]
        for kind, target in node.edges:
            block = blocks[target]
            if block not in numbers:
                numbers[block] = len(numbers)
                waiting.append(target)
            words.append(f"{kind} {numbers[block]}")
        yield " ".join(words)


def _blocks(nodes: Mapping[int, Node]) -> dict[int, int]:
    """Return the block of each node; nodes that no path from them distinguishes share a block.

    This is Hopcroft's algorithm, which takes O(n log n). Refining all blocks in rounds would take
    as many rounds as the longest path has steps.
    """
    first: dict[tuple[str, ...], int] = {}
    members: list[set[int]] = []
    block_of: dict[int, int] = {}
    predecessors: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for key, node in nodes.items():
        signature = node.does, *[kind for kind, _ in node.edges]
        block = first.setdefault(signature, len(members))
        if block == len(members):
            members.append(set())
        members[block].add(key)
        block_of[key] = block
        for kind, target in node.edges:
            predecessors[target].append((kind, key))
    waiting = set(range(len(members)))
    while waiting and len(members) < len(nodes):
        by_kind: dict[str, list[int]] = defaultdict(list)
        for target in members[waiting.pop()]:
            for kind, key in predecessors.get(target, ()):
                by_kind[kind].append(key)
        for keys in by_kind.values():
            parts: dict[int, set[int]] = defaultdict(set)
            for key in keys:
                parts[block_of[key]].add(key)
            for block, part in parts.items():
                rest = members[block]
                if len(part) == len(rest):
                    continue
                rest -= part
                new = len(members)
                members.append(part)
                for key in part:
                    block_of[key] = new
                waiting.add(new if block in waiting or len(part) <= len(rest) else block)
    return block_of
