"""The tree of RFC 6962: hashing, growing at the right edge, proofs and their verification. Pure.

A complete subtree is named by its height and its index among those of that height: height 0 are the leaves.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Nodes = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree by height and index."""


class ProofError(ValueError):
    """A proof that does not hold; the message says why."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry: SHA-256(0x00 ‖ data)."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of the complete subtrees that it is made of, greatest first.

    `risen` is told (level, hash) of every subtree of 256, 256², … leaves (level 1, 2, …) as it becomes complete.
    """

    __slots__ = ("_risen", "peaks", "size")

    def __init__(self, risen: Callable[[int, bytes], None] | None = None) -> None:
        self.size = 0
        self.peaks: list[bytes] = []
        self._risen = risen

    def add(self, digest: bytes, level: int = 0) -> None:
        """Append a leaf hash; with `level` a whole subtree of 256**level leaves, at a size that is a multiple of it."""
        rest, height, peaks = self.size >> 8 * level, 8 * level, self.peaks
        while rest & 1:
            digest = sha256(b"\1" + peaks.pop() + digest).digest()
            rest >>= 1
            height += 1
            if not height & 7 and self._risen is not None:
                self._risen(height >> 3, digest)
        peaks.append(digest)
        self.size += 1 << 8 * level

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.peaks:
            return EMPTY
        digest = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            digest = sha256(b"\1" + peak + digest).digest()
        return digest


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    edge = Frontier()
    for digest in leaves:
        edge.add(digest)
    return edge.root()


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _span(low: int, high: int, nodes: Nodes) -> bytes:
    """The hash over the leaves from `low` to below `high`, where `low` fits the size of the span."""
    count = high - low
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return nodes(height, low >> height)
    middle = low + _split(count)
    return node_hash(_span(low, middle, nodes), _span(middle, high, nodes))


def root_at(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` leaves."""
    return _span(0, size, nodes) if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of a leaf, its sibling first. ValueError unless 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    low, high = 0, size
    spans = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return [_span(*span, nodes) for span in reversed(spans)]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `new`. ValueError unless 0 <= old <= new."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not follow one of {old}")
    if old == 0:
        return []
    low, high = 0, new
    spans = []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    if low:
        spans.append((low, high))
    return [_span(*span, nodes) for span in reversed(spans)]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofError unless the leaf hash stands at `index` in the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    place, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            digest = node_hash(digest, sibling)
        place >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if digest != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofError unless the tree of `new` leaves begins with that of `old`."""
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} does not follow one of {old}: the log shrank")
    if old in (0, new):
        same = old_root == (EMPTY if old == 0 else new_root)
        if proof or not same:
            raise ProofError("the same size and another root" if not proof else "the proof is too long")
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        raise ProofError("the proof is too short")
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    _climb(place, last, hashes, old_root, new_root)


def _climb(place: int, last: int, hashes: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """From the last subtree that both trees share up to both roots."""
    first = second = hashes[0]
    for digest in hashes[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            first, second = node_hash(digest, first), node_hash(digest, second)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            second = node_hash(second, digest)
        place >>= 1
        last >>= 1
    if last:
        raise ProofError("the proof is too short")
    if first != old_root or second != new_root:
        raise ProofError("the proof leads to another root: the log forked")
