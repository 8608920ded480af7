"""RFC 6962 Merkle trees over SHA-256: roots, inclusion and consistency proofs. Pure; hashes come from the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()

Subtree = Callable[[int, int], bytes]
"""`subtree(level, index)`: the hash of the full subtree of 2**level leaves that starts at leaf index * 2**level."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256 over 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one full subtree per set bit of its size, largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError("a frontier has one peak per set bit of its size")

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; return every full subtree (level, index, hash) this completes, the leaf first."""
        made = [(0, self.size, leaf)]
        level, index, current = 0, self.size, leaf
        while index & 1:
            current = node_hash(self.peaks.pop(), current)
            level, index = level + 1, index >> 1
            made.append((level, index, current))
        self.peaks.append(current)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The tree's root hash."""
        if not self.peaks:
            return EMPTY_ROOT
        current = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            current = node_hash(peak, current)
        return current

    def copy(self) -> Frontier:
        """An independent frontier of the same tree."""
        return Frontier(self.size, self.peaks)


def frontier(size: int, subtree: Subtree) -> Frontier:
    """The frontier of the first `size` leaves."""
    peaks, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            peaks.append(subtree(level, start >> level))
            start += 1 << level
    return Frontier(size, peaks)


def root(size: int, subtree: Subtree) -> bytes:
    """Root of the first `size` leaves."""
    return frontier(size, subtree).root()


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """RFC 6962, section 2.1.1: the path that proves leaf `index` in the tree of `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _path(index, 0, size, subtree)


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """RFC 6962, section 2.1.2: proves that the tree of `new` leaves extends the tree of `old` leaves."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not extend one of {old}")
    return [_range_root(start, size, subtree) for start, size in _subproof(old, new)]


def consistency_beyond(old: int, held: int, new: int, proof: list[bytes], subtree: Subtree) -> list[bytes]:
    """The consistency proof from `old` to `new` for one who holds `held` leaves and `proof`, that from there to `new`.

    Meaningful only where `proof` was verified. Raises ValueError where it has another length than such a proof has.
    """
    beyond = dict(zip(_subproof(held, new), proof, strict=True))

    def over(start: int, size: int) -> bytes:
        if (start, size) in beyond:
            return beyond[start, size]
        if start + size <= held:
            return _range_root(start, size, subtree)
        left = _split(size)
        return node_hash(over(start, left), over(start + left, size - left))

    return [over(start, size) for start, size in _subproof(old, new)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], expected_root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` of the tree with this size and root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, current = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            current = node_hash(sibling, current)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            current = node_hash(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and current == expected_root


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether `proof` shows that the new tree extends the old one (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    return _roots(old, old_root, new, proof) == (old_root, new_root)


def other_beginning(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> list[bytes] | None:
    """Where this proof leads to the new tree from another root at size `old` than `old_root`: that one, then the proof.

    Proofs from a size that is a power of two do not hold that root: there it stands before the proof. None where it
    leads nowhere or fits.
    """
    claimed, *path = (proof or [b""]) if old & (old - 1) == 0 else [old_root, *proof]
    first, second = _roots(old, claimed, new, path) or (b"", b"")
    return [first, *path] if second == new_root and first != old_root else None


def _roots(old: int, old_root: bytes, new: int, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    """Old and new root that a consistency proof leads to (RFC 9162, section 2.1.4.2, steps 2 to 7)."""
    if not 0 < old < new or not proof:
        return None
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    return (first, second) if sn == 0 else None


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _range_root(start: int, size: int, subtree: Subtree) -> bytes:
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return subtree(level, start >> level)
    left = _split(size)
    return node_hash(_range_root(start, left, subtree), _range_root(start + left, size - left, subtree))


def _path(index: int, start: int, size: int, subtree: Subtree) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        return [*_path(index, start, left, subtree), _range_root(start + left, size - left, subtree)]
    return [*_path(index - left, start + left, size - left, subtree), _range_root(start, left, subtree)]


def _subproof(old: int, new: int) -> list[tuple[int, int]]:
    """What the proof from `old` to `new` consists of, in its order: (first leaf, leaves) of each hash."""
    return [] if old in (0, new) else _ranges(old, 0, new, True)


def _ranges(old: int, start: int, size: int, whole: bool) -> list[tuple[int, int]]:
    if old == size:
        return [] if whole else [(start, size)]
    left = _split(size)
    if old <= left:
        return [*_ranges(old, start, left, whole), (start + left, size - left)]
    return [*_ranges(old - left, start + left, size - left, False), (start, left)]
