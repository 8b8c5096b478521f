"""Proofs from the tree of RFC 6962: that an entry is in it, and that a later tree only added to an earlier one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ledger.merkle import EMPTY_ROOT, Frontier, node_hash


class Nodes(Protocol):
    """Where hashes of complete subtrees are kept: a Tree in memory, or rows in a database."""

    def node(self, level: int, index: int) -> bytes:
        """The hash over the leaves [index * 2^level, (index + 1) * 2^level); raises LookupError where there is none."""


class Tree:
    """All complete subtrees of a tree in memory, about 64 bytes of hashes a leaf."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self._frontier = Frontier()
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return self._frontier.size

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash; returns its index."""
        for level, _index, value in self._frontier.append(leaf):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)
        return len(self) - 1

    def node(self, level: int, index: int) -> bytes:
        if index < 0 or level >= len(self._levels):
            raise LookupError(f"no complete subtree {index} at level {level}")
        return self._levels[level][index]


def root(nodes: Nodes, size: int) -> bytes:
    """The root over the first `size` leaves."""
    return _span(nodes, 0, size) if size else EMPTY_ROOT


def frontier(nodes: Nodes, size: int) -> Frontier:
    """The right edge at `size`, to go on appending where a process left off."""
    return Frontier(size, (nodes.node(level, start >> level) for level, start in _parts(0, size)))


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Hashes from the leaf's sibling up to the root's child (RFC 9162 §2.1.3.1). ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            path.append(_span(nodes, split, stop))
            stop = split
        else:
            path.append(_span(nodes, start, split))
            start = split
    return path[::-1]


def consistency_proof(nodes: Nodes, first: int, second: int) -> list[bytes]:
    """Hashes that link the tree of `first` leaves to that of `second` (RFC 9162 §2.1.4.1).

    Empty where there is nothing to show: from the empty tree, or to the same size.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} cannot extend a tree of {first}")
    if first in (0, second):
        return []
    path: list[bytes] = []
    start, stop = 0, second
    while stop != first:
        split = start + _split(stop - start)
        if first <= split:
            path.append(_span(nodes, split, stop))
            stop = split
        else:
            path.append(_span(nodes, start, split))
            start = split
    if start:  # the whole first tree is known to the verifier; only a part of it must be told
        path.append(_span(nodes, start, stop))
    return path[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _parts(start: int, stop: int) -> list[tuple[int, int]]:
    """[start, stop) as complete subtrees (level, first leaf), the largest first; start is a multiple of the largest."""
    parts = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        parts.append((level, start))
        start += 1 << level
    return parts


def _span(nodes: Nodes, start: int, stop: int) -> bytes:
    hashes = [nodes.node(level, first >> level) for level, first in _parts(start, stop)]
    value = hashes.pop()
    while hashes:
        value = node_hash(hashes.pop(), value)
    return value
