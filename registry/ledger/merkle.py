"""The Merkle tree of RFC 9162 §2.1: bytes in, bytes out.

Keeps nothing. Complete subtrees never change once they are full, so whoever stores their hashes can prove anything
about any size of the tree. A subtree is addressed by its ``level`` (0 is a leaf, level n covers 2ⁿ leaves) and its
``index`` from the left among the subtrees of that level. Sizes count leaves; leaf indexes start at 0.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

HASH_BYTES = 32
MOST_LEVELS = 64
EMPTY_ROOT = hashlib.sha256(b"").digest()

Subtrees: TypeAlias = Callable[[int, int], bytes]
"""Returns the hash of the complete subtree at (level, index)."""


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Subtree:
    """A subtree that has just become complete."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to append: the size, and the hashes of the complete subtrees it is made of, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or self.size.bit_count() != len(self.hashes):
            raise ValueError(
                f"got {len(self.hashes)} hashes for size {self.size}, wanted {self.size.bit_count()}"
            )

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "Frontier":
        """Return the frontier that `to_bytes` packed."""
        if len(packed) % HASH_BYTES:
            raise ValueError(f"got {len(packed)} bytes, wanted a multiple of {HASH_BYTES}")
        return cls(
            size, tuple(packed[start : start + HASH_BYTES] for start in range(0, len(packed), HASH_BYTES))
        )

    def to_bytes(self) -> bytes:
        """Return the hashes one after the other."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> tuple["Frontier", tuple[Subtree, ...]]:
        """Return the frontier one leaf later, and the inner subtrees that this leaf completed, smallest first."""
        hashes, level, index, current = list(self.hashes), 0, self.size, leaf
        completed: list[Subtree] = []
        while index & 1:
            level, index, current = level + 1, index >> 1, node_hash(hashes.pop(), current)
            completed.append(Subtree(level, index, current))
        return Frontier(self.size + 1, (*hashes, current)), tuple(completed)

    def root(self) -> bytes:
        """Return the root of the tree of this size."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(size: int, subtrees: Subtrees) -> bytes:
    """Return the root of the tree of ``size`` leaves."""
    return _range_hash(0, size, subtrees) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> tuple[bytes, ...]:
    """Return the audit path of a leaf, nearest sibling first (RFC 9162 §2.1.3.1).

    Raises:
        ValueError: the tree of that size has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"got leaf {index} of a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, subtrees))
            end = middle
        else:
            path.append(_range_hash(start, middle, subtrees))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, subtrees: Subtrees) -> tuple[bytes, ...]:
    """Return the proof that the tree of ``new`` leaves continues the one of ``old`` (RFC 9162 §2.1.4.1).

    Raises:
        ValueError: ``old`` is zero or larger than ``new``; everything continues the empty tree, so it proves nothing.
    """
    if not 0 < old <= new:
        raise ValueError(f"got sizes {old} and {new}, wanted 0 < old <= new")
    proof: list[bytes] = []
    start, end, is_known = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_hash(middle, end, subtrees))
            end = middle
        else:
            proof.append(_range_hash(start, middle, subtrees))
            start, is_known = middle, False
    if not is_known:
        proof.append(_range_hash(start, end, subtrees))
    return tuple(reversed(proof))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether ``path`` proves that the leaf stands at ``index`` of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether ``proof`` shows that the newer tree continues the older (RFC 9162 §2.1.4.2).

    Never true from size 0.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    from_old = from_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            from_old, from_new = node_hash(sibling, from_old), node_hash(sibling, from_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            from_new = node_hash(from_new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and from_old == old_root and from_new == new_root


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, end: int, subtrees: Subtrees) -> bytes:
    """Return the hash over the leaves from ``start`` to before ``end``; ``start`` is aligned as the splits leave it."""
    hashes: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(subtrees(level, start >> level))
        start += 1 << level
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root
