"""The hash tree of RFC 6962: hashes, the growing right edge, and the checking of proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 || body). The prefix keeps a leaf from being passed off as an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows, kept as its right edge: one hash for each set bit of `size`, the largest subtree first.

    Appending costs O(1) hashes on average and O(log n) at worst; the edge of 2^40 leaves is at most 40 hashes.
    """

    __slots__ = ("_edge", "_size")

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self._size = size
        self._edge = list(edge)
        if size < 0 or len(self._edge) != size.bit_count() or any(len(h) != HASH_BYTES for h in self._edge):
            raise ValueError("the edge must hold one 32-byte hash for each set bit of the size")

    @property
    def size(self) -> int:
        return self._size

    @property
    def edge(self) -> tuple[bytes, ...]:
        return tuple(self._edge)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash; returns the subtrees now complete as (level, index, hash), the leaf itself first.

        Level n, index i covers the leaves [i * 2^n, (i + 1) * 2^n). Stored once, these never change again.
        """
        level, index, edge = 0, self._size, self._edge
        made = [(0, index, leaf)]
        while index & 1:
            leaf = node_hash(edge.pop(), leaf)
            level, index = level + 1, index >> 1
            made.append((level, index, leaf))
        edge.append(leaf)
        self._size += 1
        return made

    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far; SHA-256 of nothing for none."""
        if not self._edge:
            return EMPTY_ROOT
        value = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            value = node_hash(left, value)
        return value


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` (a hash) stands at `index` of the tree of `size` leaves with `root`.

    RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or not _all_hashes((leaf, root, *proof)):
        return False
    here, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            value = node_hash(sibling, value)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `second` leaves begins with the tree of `first` leaves.

    RFC 9162 §2.1.4.2. The empty tree is the beginning of every tree, by an empty proof.
    """
    if not 0 <= first <= second or not _all_hashes((first_root, second_root, *proof)):
        return False
    if first == second:
        return not proof and first_root == second_root and (first > 0 or first_root == EMPTY_ROOT)
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)  # a complete first tree is a node of the second and is left out of the proof
    if not path:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def _all_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
