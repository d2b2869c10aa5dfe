"""The Merkle tree of the log (RFC 6962, RFC 9162), read from tiles of 256 hashes (C2SP tlog-tiles). Pure.

Tile `(level, index)` holds the hashes of 256 neighbouring subtrees of 256**level leaves each. A node of the tree lies
in one tile, so a proof reads as many tiles as the tree has levels of tiles: four at four thousand million leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

HASH = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
EMPTY_ROOT = sha256(b"").digest()

Fetch = Callable[[int, int, int], bytes]
"""`(level, index, width)` to the first `width` hashes of a tile, joined."""


class BadProof(ValueError):
    """A proof that does not prove what it is said to."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@lru_cache(maxsize=4_096)
def perfect(hashes: bytes) -> bytes:
    """The hash over a power of two of hashes, joined. Remembered by content: the upper tiles are in every proof."""
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([sha256(b"\x01" + hashes[i : i + 2 * HASH]).digest() for i in pairs])
    return hashes


def _split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def tiles_of(leaf: int, size: int) -> set[tuple[int, int]]:
    """Level and index of the tiles that hold a leaf's proof and the root: those above the leaf, and the last of each."""
    found = set()
    level = 0
    while size >> HEIGHT * level:
        last = ((size >> HEIGHT * level) - 1) >> HEIGHT
        found |= {(level, leaf >> HEIGHT * (level + 1)), (level, last)}
        level += 1
    return {(level, index) for level, index in found if index <= ((size >> HEIGHT * level) - 1) >> HEIGHT}


@dataclass(slots=True)
class Tree:
    """The tree of the first `size` leaves. Tiles once fetched are kept as long as the object."""

    size: int
    fetch: Fetch
    _tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def _tile(self, level: int, index: int) -> bytes:
        tile = self._tiles.get((level, index))
        if tile is None:
            width = min(WIDTH, (self.size >> HEIGHT * level) - WIDTH * index)
            tile = self.fetch(level, index, width)
            if len(tile) != width * HASH:
                raise ValueError(f"tile {level}/{index} holds {len(tile)} bytes, not {width * HASH}")
            self._tiles[level, index] = tile
        return tile

    def _node(self, height: int, index: int) -> bytes:
        """The hash of the perfect subtree of 2**height leaves that begins at leaf index << height."""
        level, above = divmod(height, HEIGHT)
        first = index << above
        tile = self._tile(level, first >> HEIGHT)
        at = (first & WIDTH - 1) * HASH
        return perfect(tile[at : at + (HASH << above)])

    def _range(self, low: int, high: int) -> bytes:
        """MTH of the leaves [low, high), where low is a multiple of the power of two at or above high - low."""
        n = high - low
        if n & n - 1 == 0:
            height = n.bit_length() - 1
            return self._node(height, low >> height)
        middle = low + _split(n)
        return node_hash(self._range(low, middle), self._range(middle, high))

    def root(self) -> bytes:
        return self._range(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The audit path of a leaf (RFC 6962 section 2.1.1), from the leaf upwards."""
        if not 0 <= index < self.size:
            raise ValueError("no such leaf in this tree")
        path = []
        low, high = 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def root_over(self, index: int, path: Sequence[bytes]) -> bytes:
        """The root as a leaf and its audit path give it: the same as `root`, for a few hashes more."""
        leaf = self._node(0, index)
        return _fold_inclusion(index, self.size, leaf, path)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this tree continues the tree of the first `old` leaves (RFC 6962 section 2.1.2)."""
        if not 0 <= old <= self.size:
            raise ValueError("no such older tree")
        if old in {0, self.size}:
            return []
        path = []
        low, high, whole = 0, self.size, True
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low, whole = middle, False
        if not whole:
            path.append(self._range(low, high))
        return path[::-1]


def _fold_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    if not 0 <= index < size:
        raise BadProof("the leaf lies outside the tree")
    if any(len(p) != HASH for p in proof):
        raise BadProof("a hash of the proof has not 32 bytes")
    at, last, found = index, size - 1, leaf
    for p in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if at & 1 or at == last:
            found = node_hash(p, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, p)
        at, last = at >> 1, last >> 1
    if last:
        raise BadProof("the proof is too short")
    return found


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the proof shows the leaf (its hash) at `index` in the tree (RFC 9162 section 2.1.3.2)."""
    if _fold_inclusion(index, size, leaf, proof) != root:
        raise BadProof("the proof leads to another root")


def _fold_consistency(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The older and the newer root that the steps lead to."""
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = steps[0]
    for p in steps[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if at & 1 or at == last:
            was, now = node_hash(p, was), node_hash(p, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, p)
        at, last = at >> 1, last >> 1
    if last:
        raise BadProof("the proof is too short")
    return was, now


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises BadProof unless the new tree continues the old one (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new:
        raise BadProof("the older tree is the larger one")
    if any(len(p) != HASH for p in proof):
        raise BadProof("a hash of the proof has not 32 bytes")
    if old in {0, new}:
        if proof:
            raise BadProof("the proof is too long")
        if old_root != (new_root if old else EMPTY_ROOT):
            raise BadProof("the older root is another one")
        return
    steps = [old_root, *proof] if old & old - 1 == 0 else list(proof)
    if not steps:
        raise BadProof("the proof is too short")
    if _fold_consistency(old, new, steps) != (old_root, new_root):
        raise BadProof("the proof leads to other roots")


@dataclass(frozen=True, slots=True)
class Tile:
    level: int
    index: int
    width: int
    hashes: bytes


def grow(fetch: Fetch, size: int, leaves: Sequence[bytes]) -> Iterator[Tile]:
    """The tiles that are new once the leaf hashes follow the first `size`: the full ones, and the last of each level.

    Reads one unfinished tile a level.
    """
    level, added = 0, b"".join(leaves)
    while added:
        have = size >> HEIGHT * level
        index, width = divmod(have, WIDTH)
        row = (fetch(level, index, width) if width else b"") + added
        above = []
        for at in range(0, len(row), WIDTH * HASH):
            hashes = row[at : at + WIDTH * HASH]
            yield Tile(level, index + at // (WIDTH * HASH), len(hashes) // HASH, hashes)
            if len(hashes) == WIDTH * HASH:
                above.append(perfect(hashes))
        level, added = level + 1, b"".join(above)
