"""The symbols of copies in a file: what their words say is looked up there, not drawn anew.

A file keeps the symbols of some copies of one document under one key, one bit each; a page of 500 words costs 125 bytes
a copy. It is a secret like the key: whoever reads it can forge the words of every copy in it. So it can be sealed, each
row by itself, as the index of pages is. It is never changed once it has its name.

A file is its name, the identities, the rows of each page, then its head and the length and checksum of that.
"""

import hmac
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.errors import BaseFormatError, PageIndexError
from watermark.marks import layout
from watermark.trace.mapped import Seal, sync_folder

_MAGIC: Final = b"FOLIOTRACE-CODES 2\n"
_KEY_LABEL: Final = b"foliotrace code book, name of the key\x00"
_KEY_NAME_BYTES: Final = 8
_TRAILER: Final = struct.Struct("<II")
AT_ONCE: Final = 20_000
"""Copies that are drawn or read at once, so that memory stays the same however many there are."""
_IDENTITIES: Final = 0
"""Section of the identities; that of a page is its number."""

Rows = NDArray[np.uint8]
"""``(copies, ceil(words / 4))``: bits of words, right and down in turns, 1 for +1."""


def key_name(key: bytes) -> str:
    """Return what a key is called in files."""
    return hmac.digest(key, _KEY_LABEL, "sha256")[:_KEY_NAME_BYTES].hex()


@dataclass(frozen=True, eq=False)
class CodeFile:
    """Some copies of one document under one key, as they stand in an open file.

    Attributes:
        file: The file; whoever opened it closes it.
        key: Name of the key.
        identities: ``(copies,)``.
        units: How many words each page can displace.
        begins: Where the rows of each page begin.
        checksums: CRC-32 of each section as it stands in the file.
        seal: By which it is sealed; None for a file that is not.
    """

    file: BinaryIO
    key: str
    identities: NDArray[np.uint64]
    units: Mapping[int, int]
    begins: Mapping[int, int]
    checksums: Mapping[int, int]
    seal: Seal | None

    @classmethod
    def open(cls, file: BinaryIO, secret: bytes | None = None) -> Self:
        """Read the head of a file.

        Args:
            file: What :func:`write` wrote.
            secret: Under which it was sealed; None for a file that was not.

        Raises:
            BaseFormatError: not such a file, one of another version or secret, or one that is cut off.
        """
        try:
            head, end = _read_head(file)
            if ("seal" in head) != (secret is not None):
                raise BaseFormatError(reason="key")
            seal = Seal.of_head(secret, head["seal"]) if secret is not None else None
            copies = int(head["copies"])
            units = {int(page): int(count) for page, count in head["units"].items()}
            begins, place = {}, len(_MAGIC) + 8 * copies
            for page, count in units.items():
                begins[page] = place
                place += copies * width(count)
            if place != end:
                raise BaseFormatError(reason="cut-off")
            checksums = {int(section): int(crc) for section, crc in head["checksums"].items()}
            identities = _read(file, len(_MAGIC), np.dtype("<u8"), range(copies), (seal, _IDENTITIES))
            return cls(file, str(head["key"]), identities, units, begins, checksums, seal)
        except PageIndexError as error:
            raise BaseFormatError(reason="key") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise BaseFormatError(reason="damaged") from error

    def require_sound(self) -> None:
        """Read all of it.

        Raises:
            BaseFormatError: a bit has changed.
        """
        sizes = {_IDENTITIES: 8 * len(self.identities)} | {
            page: len(self.identities) * width(count) for page, count in self.units.items()
        }
        places = {_IDENTITIES: len(_MAGIC), **self.begins}
        for section, size in sizes.items():
            self.file.seek(places[section])
            crc, left = 0, size
            while left and (part := self.file.read(min(left, 1 << 24))):
                crc, left = zlib.crc32(part, crc), left - len(part)
            if left or crc != self.checksums.get(section):
                raise BaseFormatError(reason="damaged")

    def rows(self, page: int) -> Iterator[Rows]:
        """Yield the rows of a page in parts.

        Raises:
            BaseFormatError: the file was cut off since it was opened.
        """
        kind = np.dtype(f"V{width(self.units[page])}")
        for begin in range(0, len(self.identities), AT_ONCE):
            numbers = range(begin, min(begin + AT_ONCE, len(self.identities)))
            found = _read(self.file, self.begins[page], kind, numbers, (self.seal, page))
            yield found.view(np.uint8).reshape(len(numbers), kind.itemsize)


def write(
    path: Path,
    identities: NDArray[np.uint64],
    units: Mapping[int, int],
    key: bytes,
    secret: bytes | None = None,
) -> None:
    """Keep the symbols of copies in a file; one of that name is replaced once this is whole and on the disk.

    Args:
        path: Where to.
        identities: ``(copies,)``.
        units: How many words each page can displace.
        key: Secret of the installation under which copies were made.
        secret: Of the installation, to seal the file; None leaves it readable to all who have it.
    """

    def drawn(page: int) -> Iterator[Rows]:
        for begin in range(0, len(identities), AT_ONCE):
            yield drawn_rows(identities[begin : begin + AT_ONCE], page, units[page], key)

    _write(path, identities, units, key_name(key), drawn, secret=secret)


def join(path: Path, files: Sequence[CodeFile], secret: bytes | None = None) -> None:
    """Write several files of one document and key as one; a copy that is in two may be in it twice.

    Raises:
        ValueError: they are of different keys or pages.
    """
    first = files[0]
    if any(one.key != first.key or one.units != first.units for one in files):
        raise ValueError("files of different keys or pages cannot be joined")

    def joined(page: int) -> Iterator[Rows]:
        for one in files:
            yield from one.rows(page)

    identities = np.concatenate([one.identities for one in files])
    _write(path, identities, first.units, first.key, joined, secret=secret)


def drawn_rows(identities: NDArray[np.uint64], page: int, count: int, key: bytes) -> Rows:
    """Return the rows of copies for a page of so many words."""
    signs = layout.signs_of(identities.tolist(), page, count, key)
    return np.packbits(signs.reshape(len(identities), -1) > 0, axis=1)


def width(count: int) -> int:
    """Return how many bytes a row of so many words takes."""
    return -(-count // 4)


def _read(
    file: BinaryIO, section_at: int, kind: np.dtype[Any], numbers: range, sealed: tuple[Seal | None, int]
) -> NDArray[Any]:
    """Return the elements of these numbers in a section, opened."""
    file.seek(section_at + numbers.start * kind.itemsize)
    wanted = len(numbers) * kind.itemsize
    data = file.read(wanted)
    if len(data) != wanted:
        raise BaseFormatError(reason="cut-off")
    if not wanted:
        return np.zeros(len(numbers), kind)
    found = np.frombuffer(data, kind)
    seal, section = sealed
    return found if seal is None else seal.applied(found, section, np.asarray(numbers))


def _write(
    path: Path,
    identities: NDArray[np.uint64],
    units: Mapping[int, int],
    key: str,
    rows_of: Callable[[int], Iterator[Rows]],
    *,
    secret: bytes | None,
) -> None:
    seal = Seal.fresh(secret) if secret is not None else None
    partial = path.with_name(path.name + ".partial")
    checksums = {}
    with partial.open("wb") as file:
        file.write(_MAGIC)
        checksums[_IDENTITIES] = _put(file, iter((identities.astype("<u8"),)), (seal, _IDENTITIES))
        for page, count in units.items():
            kind = np.dtype(f"V{width(count)}")
            parts = (part.view(kind).reshape(-1) for part in rows_of(page)) if count else iter(())
            checksums[page] = _put(file, parts, (seal, page))
        told = {"copies": len(identities), "units": dict(units), "key": key, "checksums": checksums}
        head = json.dumps(told | ({"seal": seal.head()} if seal else {})).encode("ascii")
        file.write(head + _TRAILER.pack(len(head), zlib.crc32(head)))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def _put(file: BinaryIO, parts: Iterator[NDArray[Any]], sealed: tuple[Seal | None, int]) -> int:
    """Write a section; return its checksum."""
    seal, section = sealed
    crc = count = 0
    for part in parts:
        done = part if seal is None else seal.applied(part, section, np.arange(count, count + len(part)))
        data = np.ascontiguousarray(done).tobytes()
        file.write(data)
        crc, count = zlib.crc32(data, crc), count + len(part)
    return crc


def _read_head(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Return the head of a file, and where it begins."""
    file.seek(0)
    if file.read(len(_MAGIC)) != _MAGIC:
        raise BaseFormatError(reason="version")
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TRAILER.size, 0))
    length, crc = _TRAILER.unpack(file.read(_TRAILER.size))
    begin = size - _TRAILER.size - length
    if begin < len(_MAGIC):
        raise BaseFormatError(reason="cut-off")
    file.seek(begin)
    told = file.read(length)
    if zlib.crc32(told) != crc:
        raise BaseFormatError(reason="damaged")
    head: dict[str, Any] = json.loads(told)
    return head, begin
