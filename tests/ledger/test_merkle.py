"""The tree against the reference vectors, the recursion of the RFC word for word, and another library."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

import ledger
from ledger import Frontier, Tree, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion
from ledger.merkle import EMPTY_ROOT, node_hash

# RFC 6962 reference vectors: eight leaves, the root at each size, proofs.
LEAVES = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def tree_of(count: int) -> Tree:
    return Tree(leaf_hash(b"%d" % number) for number in range(count))


def test_roots_of_the_reference() -> None:
    tree, frontier = Tree(), Frontier()
    assert frontier.root() == ledger.root(tree, 0) == hashlib.sha256(b"").digest()
    for leaf, expected in zip(LEAVES, ROOTS, strict=True):
        tree.append(leaf_hash(leaf))
        frontier.append(leaf_hash(leaf))
        assert frontier.root().hex() == expected
        assert ledger.root(tree, len(tree)).hex() == expected


def test_proofs_of_the_reference() -> None:
    tree = Tree(map(leaf_hash, LEAVES))
    for (index, size), expected in INCLUSION.items():
        assert [value.hex() for value in inclusion_proof(tree, index, size)] == expected
    for (first, second), expected in CONSISTENCY.items():
        assert [value.hex() for value in consistency_proof(tree, first, second)] == expected


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 200), st.data())
def test_proofs_are_those_of_the_rfc(size: int, data: st.DataObject) -> None:
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    tree = tree_of(200)  # a tree that has grown beyond the size asked for gives the same proofs
    assert ledger.root(tree, size) == mth(leaves)
    assert inclusion_proof(tree, index, size) == path(index, leaves)
    assert consistency_proof(tree, first, size) == subproof(first, leaves, True)


def test_every_proof_up_to_70_verifies() -> None:
    tree = tree_of(70)
    roots = [ledger.root(tree, size) for size in range(71)]
    for size in range(71):
        for index in range(size):
            proof = inclusion_proof(tree, index, size)
            assert verify_inclusion(tree.node(0, index), index, size, proof, roots[size])
        for first in range(size + 1):
            proof = consistency_proof(tree, first, size)
            assert verify_consistency(first, size, roots[first], roots[size], proof)


def test_agrees_with_another_library_up_to_200() -> None:
    other, tree, frontier = InmemoryTree(algorithm="sha256"), Tree(), Frontier()
    chance = random.Random(62)
    for size in range(1, 201):
        body = chance.randbytes(chance.randrange(40))
        other.append_entry(body)
        tree.append(leaf_hash(body))
        frontier.append(leaf_hash(body))
        assert other.get_root(size) == ledger.root(tree, size) == frontier.root()
        index = chance.randrange(size)
        theirs = other.prove_inclusion(index + 1, size)
        assert theirs.path[1:] == inclusion_proof(tree, index, size)
        first = chance.randrange(1, size + 1)
        linked = other.prove_consistency(first, size)
        ours = consistency_proof(tree, first, size)
        assert set(ours) <= {*linked.path, ledger.root(tree, first), *subroots(tree, size)}
        assert verify_consistency(first, size, other.get_root(first), other.get_root(size), ours)


def subroots(tree: Tree, size: int) -> set[bytes]:
    """All hashes of spans that begin on a boundary: what an honest proof may hold."""
    leaves = [tree.node(0, number) for number in range(size)]
    steps = [1 << level for level in range(size.bit_length())]
    return {mth(leaves[start : start + step]) for step in steps for start in range(0, size, step)}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_goes_on_where_it_left_off(before: int, after: int) -> None:
    tree = tree_of(before)
    frontier = ledger.frontier(tree, before)
    kept = Frontier(frontier.size, frontier.edge)
    for number in range(before, before + after):
        made = kept.append(leaf_hash(b"%d" % number))
        tree.append(leaf_hash(b"%d" % number))
        assert all(tree.node(level, index) == value for level, index, value in made)
    assert kept.root() == ledger.root(tree, before + after)
    assert len(kept.edge) == (before + after).bit_count()


@pytest.mark.parametrize(("size", "edge"), [(1, []), (2, [b"x"]), (0, [bytes(32)]), (3, [bytes(32)]), (-1, [])])
def test_a_frontier_that_cannot_be_is_refused(size: int, edge: list[bytes]) -> None:
    with pytest.raises(ValueError, match="edge"):
        Frontier(size, edge)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(tree_of(5), index, size)
    assert not verify_inclusion(bytes(32), index, size, [], bytes(32))


def test_no_proof_backwards_or_beyond() -> None:
    tree = tree_of(5)
    with pytest.raises(ValueError, match="cannot extend"):
        consistency_proof(tree, 5, 4)
    with pytest.raises(LookupError):
        inclusion_proof(tree, 0, 9)
    assert not verify_consistency(5, 4, bytes(32), bytes(32), [])
    for level, index in ((3, 0), (0, -1), (0, 5)):
        with pytest.raises(LookupError):
            tree.node(level, index)


def test_the_empty_tree_begins_every_tree_and_nothing_else_does() -> None:
    tree = tree_of(4)
    assert verify_consistency(0, 4, EMPTY_ROOT, ledger.root(tree, 4), [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 4, bytes(32), ledger.root(tree, 4), [])
    assert not verify_consistency(0, 0, bytes(32), bytes(32), [])
    assert not verify_consistency(2, 4, ledger.root(tree, 2), ledger.root(tree, 4), [])
    assert not verify_consistency(3, 4, ledger.root(tree, 3), ledger.root(tree, 4), [])


def test_an_inner_node_is_no_leaf() -> None:
    tree = tree_of(8)
    proof = inclusion_proof(tree, 0, 8)
    assert not verify_inclusion(tree.node(1, 0), 0, 8, proof[1:], ledger.root(tree, 8))
    body = b"\x01" + tree.node(0, 0) + tree.node(0, 1)
    assert leaf_hash(body) != tree.node(1, 0)


def flip(value: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(value) * 8)
    return bytes(byte ^ (1 << place % 8 if number == place // 8 else 0) for number, byte in enumerate(value))


def forge(proof: list[bytes], chance: random.Random) -> list[bytes]:
    """Another list of hashes than `proof`."""
    kind = chance.randrange(5) if proof else 3
    place = chance.randrange(len(proof)) if proof else 0
    if kind == 0:
        return [*proof[:place], flip(proof[place], chance), *proof[place + 1 :]]
    if kind == 1:
        return [*proof[:place], *proof[place + 1 :]]
    if kind == 2:
        return [*proof[: place + 1], *proof[place:]]
    if kind == 3:
        return [*proof[:place], chance.randbytes(chance.choice([0, 31, 32, 33])), *proof[place:]]
    return proof[::-1] if proof != proof[::-1] else [*proof, bytes(32)]


def test_no_forged_proof_is_accepted() -> None:
    chance, tree, tried, accepted = random.Random(6962), tree_of(130), 0, 0
    roots = [ledger.root(tree, size) for size in range(131)]
    while tried < 10_000:
        size = chance.randrange(2, 131)
        index, first = chance.randrange(size), chance.randrange(1, size)
        inclusion, consistency = inclusion_proof(tree, index, size), consistency_proof(tree, first, size)
        leaf, other = tree.node(0, index), (index + chance.randrange(1, size)) % size
        accepted += verify_inclusion(leaf, index, size, forge(inclusion, chance), roots[size])
        accepted += verify_inclusion(flip(leaf, chance), index, size, inclusion, roots[size])
        accepted += verify_inclusion(leaf, other, size, inclusion, roots[size])
        accepted += verify_inclusion(leaf, index, size, inclusion, flip(roots[size], chance))
        accepted += verify_consistency(first, size, roots[first], roots[size], forge(consistency, chance))
        accepted += verify_consistency(first, size, flip(roots[first], chance), roots[size], consistency)
        accepted += verify_consistency(first, size, roots[first], flip(roots[size], chance), consistency)
        accepted += verify_consistency(size, first, roots[size], roots[first], consistency)
        tried += 8
    print(f"{tried} forged proofs, {accepted} accepted")
    assert accepted == 0
