"""The tree against the published vectors of RFC 6962's reference implementation, and against its own definition."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.tree import (
    EMPTY_ROOT,
    HASH,
    WIDTH,
    BadProof,
    Tree,
    grow,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(x)
    for x in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
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
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", E, ROOTS[3]]),
    (2, 5, [B, D]),
]


class Shelf:
    """Tiles in memory, as the log keeps them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = self.reads = 0

    def fetch(self, level: int, index: int, width: int) -> bytes:
        self.reads += 1
        return self.tiles[level, index][: width * HASH]

    def add(self, hashes: Sequence[bytes]) -> None:
        for tile in list(grow(self.fetch, self.size, hashes)):
            old = self.tiles.get((tile.level, tile.index), b"")
            assert tile.hashes.startswith(old)
            assert len(tile.hashes) == tile.width * HASH
            self.tiles[tile.level, tile.index] = tile.hashes
        self.size += len(hashes)

    def tree(self, size: int | None = None) -> Tree:
        return Tree(self.size if size is None else size, self.fetch)


def shelf(leaves: Sequence[bytes]) -> Shelf:
    made = Shelf()
    made.add([leaf_hash(x) for x in leaves])
    return made


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def numbered(n: int) -> list[bytes]:
    return [i.to_bytes(4) for i in range(n)]


BIG = numbered(2 * WIDTH * 3 + 77)
BIG_SHELF = shelf(BIG)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_come_out(size: int) -> None:
    assert shelf(LEAVES[:size]).tree().root().hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert shelf([]).tree().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_published_inclusion_proofs_come_out_and_verify(index: int, size: int, proof: list[str]) -> None:
    made = shelf(LEAVES).tree(size).inclusion(index)
    assert [p.hex() for p in made] == proof
    verify_inclusion(index, size, leaf_hash(LEAVES[index]), made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_the_published_consistency_proofs_come_out_and_verify(old: int, new: int, proof: list[str]) -> None:
    made = shelf(LEAVES).tree(new).consistency(old)
    assert [p.hex() for p in made] == proof
    verify_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), made)


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_an_inclusion_proof_that_is_bent_anywhere_fails(index: int, size: int, proof: list[str]) -> None:
    path, leaf, root = [bytes.fromhex(p) for p in proof], leaf_hash(LEAVES[index]), bytes.fromhex(ROOTS[size - 1])
    bent: list[tuple[int, int, bytes, list[bytes], bytes]] = [
        (index - 1, size, leaf, path, root),
        (index + 1, size, leaf, path, root),
        (index ^ 2, size, leaf, path, root),
        (index, size * 2, leaf, path, root),
        (index, size // 2, leaf, path, root),
        (index, size, b"WrongLeaf", path, root),
        (index, size, leaf, path, EMPTY_ROOT),
        (index, size, leaf, [*path, b""], root),
        (index, size, leaf, [*path, root], root),
        (index, size, leaf, [b"", *path], root),
        (index, size, leaf, [root, *path], root),
        *((index, size, leaf, [*path[:i], EMPTY_ROOT, *path[i + 1 :]], root) for i in range(len(path))),
        *([(index, size, leaf, path[:-1], root)] if path else []),
    ]
    for case in bent:
        with pytest.raises(BadProof):
            verify_inclusion(*case)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY[1:])
def test_a_consistency_proof_that_is_bent_anywhere_fails(old: int, new: int, proof: list[str]) -> None:
    path = [bytes.fromhex(p) for p in proof]
    before, after = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    bent: list[tuple[int, int, bytes, bytes, list[bytes]]] = [
        *([(old - 1, new, before, after, path)] if old > 1 else []),
        (old + 1, new, before, after, path),
        (old ^ 2, new, before, after, path),
        (old, new * 2, before, after, path),
        (old, new // 2, before, after, path),
        (old, new, EMPTY_ROOT, after, path),
        (old, new, before, EMPTY_ROOT, path),
        (old, new, after, before, path),
        (old, new, before, after, []),
        (old, new, before, after, path[:-1]),
        (old, new, before, after, [*path, b""]),
        (old, new, before, after, [*path, before]),
        (old, new, before, after, [b"", *path]),
        (old, new, before, after, [path[0], *path]),
        *((old, new, before, after, [*path[:i], EMPTY_ROOT, *path[i + 1 :]]) for i in range(len(path))),
    ]
    for case in bent:
        with pytest.raises(BadProof):
            verify_consistency(*case)


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "proof"),
    [
        (1, 0, EMPTY_ROOT, EMPTY_ROOT, []),
        (2, 1, EMPTY_ROOT, EMPTY_ROOT, []),
        (1, 2, EMPTY_ROOT, EMPTY_ROOT, []),
        (1, 1, EMPTY_ROOT, bytes.fromhex(ROOTS[0]), []),
        (0, 1, EMPTY_ROOT, bytes.fromhex(ROOTS[0]), [EMPTY_ROOT]),
        (0, 1, bytes.fromhex(ROOTS[0]), bytes.fromhex(ROOTS[0]), []),
        (1, 1, EMPTY_ROOT, EMPTY_ROOT, [EMPTY_ROOT]),
    ],
)
def test_impossible_pasts_fail(old: int, new: int, before: bytes, after: bytes, proof: list[bytes]) -> None:
    with pytest.raises(BadProof):
        verify_consistency(old, new, before, after, proof)


@pytest.mark.parametrize("size", [0, 1])
def test_no_leaf_lies_outside_the_tree(size: int) -> None:
    with pytest.raises(BadProof):
        verify_inclusion(size, size, EMPTY_ROOT, [], EMPTY_ROOT)


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_tiles_give_what_the_definition_gives(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(leaves)))
    tree = shelf(leaves).tree(size)
    assert tree.root() == naive_root(leaves[:size])
    for index in range(size):
        assert tree.inclusion(index) == naive_path(index, leaves[:size])
    for old in range(1, size):
        assert tree.consistency(old) == naive_subproof(old, leaves[:size], whole=True)


@given(st.integers(1, len(BIG)), st.data())
def test_over_several_tiles_every_leaf_is_included_and_every_past_is_consistent(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    tree, root = BIG_SHELF.tree(size), naive_root(BIG[:size])
    assert tree.root() == root
    verify_inclusion(index, size, leaf_hash(BIG[index]), tree.inclusion(index), root)
    assert tree.root_over(index, tree.inclusion(index)) == root
    verify_consistency(old, size, BIG_SHELF.tree(old).root(), root, tree.consistency(old))


@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_however_the_leaves_come_in_batches_the_tiles_are_the_same(batches: list[int]) -> None:
    leaves, made, at = numbered(sum(batches)), Shelf(), 0
    for n in batches:
        made.add([leaf_hash(x) for x in leaves[at : at + n]])
        at += n
    assert made.tiles == shelf(leaves).tiles


@given(st.integers(1, 300), st.data())
def test_flipping_any_bit_of_a_proof_or_of_what_it_proves_is_found(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tree = BIG_SHELF.tree(size)
    root, leaf = tree.root(), leaf_hash(BIG[index])
    said = [leaf, root, *tree.inclusion(index)]
    which, bit = data.draw(st.integers(0, len(said) - 1)), data.draw(st.integers(0, 255))
    said[which] = (int.from_bytes(said[which]) ^ 1 << bit).to_bytes(HASH)
    with pytest.raises(BadProof):
        verify_inclusion(index, size, said[0], said[2:], said[1])
    said = [BIG_SHELF.tree(old).root(), root, *tree.consistency(old)]
    which = data.draw(st.integers(0, len(said) - 1))
    said[which] = (int.from_bytes(said[which]) ^ 1 << bit).to_bytes(HASH)
    with pytest.raises(BadProof):
        verify_consistency(old, size, said[0], said[1], said[2:])


def test_a_proof_reads_a_handful_of_tiles() -> None:
    made = Shelf()
    made.add([leaf_hash(x) for x in numbered(WIDTH * WIDTH + 5 * WIDTH + 9)])
    made.reads = 0
    made.tree().inclusion(WIDTH * 100 + 3)
    assert made.reads <= 6


def test_a_tile_that_is_too_short_is_no_tile() -> None:
    with pytest.raises(ValueError, match="tile 0/0"):
        Tree(3, lambda level, index, width: b"\0" * 32).root()


@pytest.mark.parametrize(("size", "index"), [(3, 3), (3, -1), (0, 0)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(size: int, index: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        shelf(LEAVES).tree(size).inclusion(index)
