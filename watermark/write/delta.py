"""What is a copy's own: the packed data of its slots, and how a whole copy is put together from them.

A delta is what has to be kept of a copy; with the base it was made on it gives the same bytes at any time, whatever
packs or draws by then, since nothing is packed again. Bytes: the magic line with the version, 16 bytes that name the
base, the number of slots and the length of each as four bytes, most significant first, then their data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from watermark.errors import BaseFormatError, MarkMismatchError
from watermark.write.base import Base

_MAGIC: Final = b"FOLIOTRACE-DELTA 2\n"
_NAME_BYTES: Final = 16
_LENGTH: Final = np.dtype(">u4")


@dataclass(frozen=True)
class Delta:
    """A copy's own bytes.

    Attributes:
        base_id: Names the base they belong to.
        blobs: Packed data of each slot.
    """

    base_id: bytes
    blobs: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the delta as a file."""
        lengths = np.array([len(self.blobs), *map(len, self.blobs)], dtype=_LENGTH)
        return b"".join((_MAGIC, self.base_id, lengths.tobytes(), *self.blobs))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the delta in a file.

        Raises:
            BaseFormatError: not a delta, one of another version, or one that was cut off.
        """
        if not data.startswith(_MAGIC):
            raise BaseFormatError(reason="version")
        head = len(_MAGIC) + _NAME_BYTES
        count = int.from_bytes(data[head : head + _LENGTH.itemsize], "big")
        begin = head + _LENGTH.itemsize * (1 + count)
        table = data[head + _LENGTH.itemsize : begin]
        if len(table) != count * _LENGTH.itemsize:
            raise BaseFormatError(reason="damaged")
        lengths = np.frombuffer(table, dtype=_LENGTH).astype(np.int64)
        ends = begin + np.cumsum(lengths)
        if begin + int(lengths.sum()) != len(data):
            raise BaseFormatError(reason="damaged")
        blobs = tuple(
            data[end - length : end] for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)
        )
        return cls(data[len(_MAGIC) : head], blobs)


@dataclass(frozen=True)
class Fingerprint:
    """What a whole copy is known by: its SHA-256 in hexadecimal, and its length in bytes."""

    sha256: str
    size: int


def chunks(base: Base, delta: Delta) -> Iterator[bytes]:
    """Yield the whole PDF of a copy, what all copies share first.

    Raises:
        MarkMismatchError: the delta is of another base.
    """
    require_of(base, delta)
    yield base.skeleton.prefix
    yield from base.skeleton.after_prefix(delta.blobs)


def fingerprint(base: Base, delta: Delta) -> Fingerprint:
    """Return what the whole copy is known by; the hash goes on from the state after the constant part.

    Raises:
        MarkMismatchError: the delta is of another base.
    """
    require_of(base, delta)
    known, size = base.skeleton.constant_hash.copy(), len(base.skeleton.prefix)
    for part in base.skeleton.after_prefix(delta.blobs):
        known.update(part)
        size += len(part)
    return Fingerprint(known.hexdigest(), size)


def require_of(base: Base, delta: Delta) -> None:
    """Pass when a delta was made on this base.

    Raises:
        MarkMismatchError: it was not.
    """
    if delta.base_id != base.skeleton.identity or len(delta.blobs) != len(base.slots):
        raise MarkMismatchError(reason="another base")
