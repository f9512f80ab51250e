"""Which registered pages have points that look like those of a picture: the index, in memory or mapped from a file.

Points are kept twice: by page, as they are, and as entries by the first bits of their codes, one *bucket* for each
value, so that a bucket is found by one look-up. What a file holds is checked before it is used. Which page it is, its
geometry decides in :mod:`watermark.trace.find.pages`.
"""

import io
import json
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from watermark.errors import PageIndexError
from watermark.trace.find.code import KEY_BITS
from watermark.trace.find.points import POINT, PagePoints, PicturePoints
from watermark.trace.mapped import Seal, SealedArray, sync_folder

MAGIC: Final = b"FOLIOTRACE-PAGES 1\n"

PAGE: Final = np.dtype(
    [("begin", "<u8"), ("document", "<u4"), ("number", "<u4"), ("width_mm", "<f4"), ("height_mm", "<f4")]
)
ENTRY: Final = np.dtype([("rest", "<u4"), ("point", "<u4")])
_BUCKETS: Final = np.dtype("<u8")
_SECTIONS: Final = {"pages": PAGE, "points": POINT, "entries": ENTRY, "buckets": _BUCKETS}

_ALIGNED: Final = 64
_HEAD_DIGITS: Final = 8
_REST_BITS: Final = 32
_FEWEST_BITS: Final = 10
_A_BUCKET: Final = 4  # entries on average: less would be more look-ups for the same pages
_CHUNK_BYTES: Final = 1 << 24
A_PART: Final = 2000
"""Pages of which an index is built in memory at once: 0.1 GB."""
_MERGED_AT_ONCE: Final = 1 << 22  # entries: 0.2 GB while they are sorted
_MOST_POINTS: Final = 1 << 32
_CROWDED: Final = 24  # times the average: such a bucket tells nothing
_TIPPED: Final = 5  # bits: 32 buckets for a point; finds 0.6 of the points that are the same, 6 bits 0.65
_TIPPED_OF_FEW: Final = 6  # where the picture has few points, a small piece
_FEW: Final = 280
_FARTHEST: Final = 7  # of the last 32 bits; 96 of 100 points that are the same, 3 in 1000 of others
_COMMON: Final = (32, 0.01)  # and per page: points that look like more than so many tell nothing


class PageKey(NamedTuple):
    """A registered page.

    Attributes:
        document: The caller's name of the document.
        page: Its page, from 1.
    """

    document: str
    page: int


class Alike(NamedTuple):
    """Points of pages that look like points of a picture.

    Attributes:
        seen: ``(n,)`` number of the picture's point.
        kept: ``(n,)`` number of the index's point.
        apart: ``(n,)`` by how many of the 32 bits that were compared they differ.
    """

    seen: NDArray[np.intp]
    kept: NDArray[np.int64]
    apart: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Segment:
    """An index that does not change any more.

    Attributes:
        documents: Names of its documents.
        pages: ``(pages,)`` of :data:`PAGE`; the points of a page begin where it says and end where the next begins.
        points: ``(n,)`` of :data:`watermark.trace.find.points.POINT`, page after page.
        entries: ``(n,)`` of :data:`ENTRY`: the last 32 bits of the code, and the number of the point.
        buckets: ``(2 ** bits + 1,)``: where the entries of each bucket begin.
        mapped: The file, if it is in one.
    """

    documents: tuple[str, ...]
    pages: NDArray[np.void]
    points: NDArray[np.void] | SealedArray
    entries: NDArray[np.void] | SealedArray
    buckets: NDArray[np.uint64] | SealedArray
    mapped: mmap.mmap | None = None

    @classmethod
    def of(cls, pages: Iterable[tuple[PageKey, PagePoints]]) -> Self:
        """Return the index of some pages.

        Raises:
            ValueError: more points than can be numbered.
        """
        names: dict[str, int] = {}
        rows: list[tuple[int, int, int, float, float]] = []
        parts: list[NDArray[np.void]] = [np.zeros(0, POINT)]
        begin = 0
        for key, page in pages:
            document = names.setdefault(key.document, len(names))
            rows.append((begin, document, key.page, page.width_mm, page.height_mm))
            parts.append(page.points)
            begin += len(page.points)
        points = np.concatenate(parts)
        _require_numbered(len(points))
        bits = _bits_for(len(points))
        keys = _first_bits(points["code"], bits)
        order = np.argsort(keys, kind="stable")
        entries = np.empty(len(points), ENTRY)
        entries["point"], entries["rest"] = order, points["code"][order] & _mask(_REST_BITS)
        buckets = np.searchsorted(keys[order], np.arange((1 << bits) + 1)).astype(_BUCKETS)
        return cls(tuple(names), np.array(rows, PAGE), points, entries, buckets)

    @classmethod
    def open(cls, path: Path, *, checked: bool = True, secret: bytes | None = None) -> Self:
        """Map the index in a file; its pages are read when they are wanted.

        Args:
            path: What :func:`write` wrote.
            checked: Read it all once, about a second for a gigabyte, and refuse it if a bit has changed. Only a file
                that this installation wrote itself since it started may go unchecked.
            secret: Under which it was sealed; None for a file that was not.

        Raises:
            PageIndexError: not such a file, one of another version or secret, cut off or changed.
        """
        try:
            return cls._mapped(path, checked=checked, secret=secret)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise PageIndexError(reason="damaged") from error

    @classmethod
    def _mapped(cls, path: Path, *, checked: bool, secret: bytes | None) -> Self:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise PageIndexError(reason="version")
            head = _read_head(file)
            end = file.seek(0, io.SEEK_END)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if ("seal" in head) != (secret is not None):
            raise PageIndexError(reason="key")
        seal = Seal.of_head(secret, head["seal"]) if secret else None
        arrays: dict[str, Any] = {}
        for section, (name, dtype) in enumerate(_SECTIONS.items()):
            begin, count, crc = (int(value) for value in head[name])
            if begin < 0 or count < 0 or begin + count * dtype.itemsize > end:
                raise PageIndexError(reason="cut-off")
            if checked and _checksum(path, begin, count * dtype.itemsize) != crc:
                raise PageIndexError(reason="damaged")
            array = np.frombuffer(mapped, dtype, count, begin) if count else np.zeros(0, dtype)
            arrays[name] = SealedArray(array, seal, section) if seal else array
        arrays["pages"] = np.asarray(arrays["pages"])
        segment = cls(tuple(head["documents"]), **arrays, mapped=mapped)
        segment.require_whole()
        return segment

    def require_whole(self) -> None:
        """Let nothing point beyond what is there.

        Raises:
            PageIndexError: something does.
        """
        count = len(self.points)
        ends = np.append(self.pages["begin"], np.uint64(count)).astype(np.int64)
        whole = (
            len(self.entries) == count
            and len(self.buckets) == (1 << self.bits) + 1
            and int(self.buckets[0]) == 0
            and int(self.buckets[-1]) == count
            and bool((np.diff(ends) >= 0).all())
            and (
                len(self.pages) == 0
                or (int(ends[0]) == 0 and int(self.pages["document"].max()) < len(self.documents))
            )
        )
        if not whole:
            raise PageIndexError(reason="damaged")

    @property
    def bits(self) -> int:
        """How many bits of a code choose the bucket."""
        return max(len(self.buckets) - 1, 1).bit_length() - 1

    @cached_property
    def begins(self) -> NDArray[np.int64]:
        """Where the points of each page begin, and the last ones end: ``(pages + 1,)``."""
        return np.append(self.pages["begin"], np.uint64(len(self.points))).astype(np.int64)

    def key_of(self, page: int) -> PageKey:
        """Return which page one is, by its number in this index from 0."""
        row = self.pages[page]
        return PageKey(self.documents[int(row["document"])], int(row["number"]))

    def points_of(self, page: int) -> NDArray[np.void]:
        """Return the points of a page, by its number in this index from 0."""
        return np.asarray(self.points[self.begins[page] : self.begins[page + 1]])

    def let_go(self) -> None:
        """Let the system have back what was mapped to be looked at; it is mapped again when it is wanted."""
        if self.mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)

    def kept(self) -> Iterator[tuple[PageKey, PagePoints]]:
        """Yield each page with its points."""
        for number, row in enumerate(self.pages):
            size = float(row["width_mm"]), float(row["height_mm"])
            yield self.key_of(number), PagePoints(self.points_of(number), *size)

    def pages_of(self, points: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return to which page each of these points belongs."""
        return np.searchsorted(self.begins, points, side="right") - 1

    def alike(self, seen: PicturePoints, voting: NDArray[np.intp]) -> Alike:
        """Return which points look like some of those of a picture; most of them by chance."""
        keys, crowd = (
            _probes(seen, voting, self.bits),
            _CROWDED * max(_A_BUCKET, len(self.points) >> self.bits),
        )
        begin, end = (np.asarray(self.buckets[keys + step]).astype(np.int64).ravel() for step in (0, 1))
        count = np.where(end - begin > crowd, 0, end - begin)
        probe = np.repeat(np.arange(len(count)), count)
        before = np.repeat(np.cumsum(count) - count, count)
        found = np.asarray(self.entries[begin[probe] + np.arange(len(probe)) - before])
        owner = voting[probe // keys.shape[1]]
        rest = (seen.codes & _mask(_REST_BITS)).astype(np.uint32)
        apart = np.bitwise_count(found["rest"] ^ rest[owner])
        near = apart <= _FARTHEST
        owner, found, apart = owner[near], found[near], apart[near]
        tells = (np.bincount(owner, minlength=len(seen)) <= _COMMON[0] + _COMMON[1] * len(self.pages))[owner]
        return Alike(owner[tells], found["point"][tells].astype(np.int64), apart[tells])


def write(segments: Sequence[Segment], path: Path, secret: bytes | None = None) -> None:
    """Write indexes as one, in memory that does not grow with them.

    A file of that name is replaced once the new one is whole and on the disk.

    Args:
        segments: The indexes.
        path: Where to.
        secret: Of the installation, to seal the file; None leaves it readable to all who have it.

    Raises:
        ValueError: more points than can be numbered.
    """
    counts = [len(segment.points) for segment in segments]
    total = sum(counts)
    _require_numbered(total)
    bits = _bits_for(total)
    seal = Seal.fresh(secret) if secret is not None else None
    partial = path.with_name(path.name + ".partial")
    names, pages = _all_pages(segments)
    with partial.open("w+b") as file:
        widest = _as_json(names, dict.fromkeys(_SECTIONS, (1 << 50,) * 3), seal)
        room = len(MAGIC) + _HEAD_DIGITS * 2 + 2 + len(widest)
        place = room + -room % _ALIGNED
        sections: dict[str, tuple[int, int, int]] = {}
        buckets = np.zeros((1 << bits) + 1, _BUCKETS)
        # In the order of the sections; buckets are counted while entries are written.
        written = (
            iter((pages,)),
            (part for segment in segments for part in _chunks(segment.points)),
            _merged(segments, bits, buckets),
            _chunks(buckets),
        )
        for section, (name, parts) in enumerate(zip(_SECTIONS, written, strict=True)):
            file.seek(place)
            count, crc = 0, 0
            for part in parts:
                if seal is not None:
                    part = seal.applied(part, section, np.arange(count, count + len(part)))  # noqa: PLW2901 - the same, sealed
                data = np.ascontiguousarray(part).view(np.uint8).data
                file.write(data)
                count, crc = count + len(part), zlib.crc32(data, crc)
            sections[name] = (place, count, crc)
            place = file.tell() + -file.tell() % _ALIGNED
        file.seek(0)
        told = _as_json(names, sections, seal)
        file.write(MAGIC + b"%08x %08x\n" % (len(told), zlib.crc32(told)) + told)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def _merged(
    segments: Sequence[Segment], bits: int, buckets: NDArray[np.uint64]
) -> Iterator[NDArray[np.void]]:
    """Yield the entries of all, by bucket, and count them into ``buckets``."""
    firsts = np.cumsum([0, *(len(segment.points) for segment in segments)])
    coarse = min((segment.bits for segment in segments), default=bits)
    ends = [
        np.asarray(segment.buckets[:: 1 << (segment.bits - coarse)]).astype(np.int64) for segment in segments
    ]
    step = max(1, int((1 << coarse) * _MERGED_AT_ONCE / max(int(firsts[-1]), 1)))
    for low in range(0, 1 << coarse, step):
        high = min(low + step, 1 << coarse)
        keys, parts = [np.zeros(0, np.uint32)], [np.zeros(0, ENTRY)]
        for segment, end, first in zip(segments, ends, firsts, strict=False):
            part = np.array(segment.entries[end[low] : end[high]])
            keys.append(_first_bits(np.asarray(segment.points[part["point"]])["code"], bits))
            part["point"] += np.uint32(first)
            parts.append(part)
        key = np.concatenate(keys)
        order = np.argsort(key, kind="stable")
        begin, end_ = low << (bits - coarse), high << (bits - coarse)
        buckets[begin + 1 : end_ + 1] = buckets[begin] + np.searchsorted(
            key[order], np.arange(begin, end_), side="right"
        ).astype(_BUCKETS)
        yield np.concatenate(parts)[order]


def _all_pages(segments: Sequence[Segment]) -> tuple[list[str], NDArray[np.void]]:
    """Return the names of all documents, and all pages with the places and names they have among all."""
    names: dict[str, int] = {}
    parts: list[NDArray[np.void]] = [np.zeros(0, PAGE)]
    first = 0
    for segment in segments:
        part = np.array(segment.pages)
        known = np.array([names.setdefault(name, len(names)) for name in segment.documents], "<u4")
        if len(part):
            part["document"], part["begin"] = known[part["document"]], part["begin"] + np.uint64(first)
        parts.append(part)
        first += len(segment.points)
    return list(names), np.concatenate(parts)


def _probes(seen: PicturePoints, voting: NDArray[np.intp], bits: int) -> NDArray[np.intp]:
    """Return ``(n, probes)`` buckets: that of each point, and those of its least certain bits tipped over."""
    keys = _first_bits(seen.codes[voting], bits).astype(np.intp)
    flips = np.zeros((len(keys), 1), np.intp)
    weak = np.argsort(seen.margins[voting, :bits], axis=1, kind="stable")
    tipped = _TIPPED if len(seen) > _FEW else _TIPPED_OF_FEW
    for bit in (1 << (bits - 1 - weak[:, :tipped])).T:
        flips = np.concatenate((flips, flips ^ bit[:, None]), axis=1)
    return keys[:, None] ^ flips


def _bits_for(points: int) -> int:
    return int(np.clip(round(np.log2(max(points, 1) / _A_BUCKET)), _FEWEST_BITS, KEY_BITS))


def _first_bits(codes: NDArray[np.uint64], bits: int) -> NDArray[np.uint32]:
    return (codes >> np.uint64(64 - bits)).astype(np.uint32)


def _mask(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def _require_numbered(points: int) -> None:
    if points >= _MOST_POINTS:
        raise ValueError(f"an index holds fewer than {_MOST_POINTS} points, got {points}")


def _chunks(array: NDArray[Any] | SealedArray) -> Iterator[NDArray[Any]]:
    step = _CHUNK_BYTES // array.dtype.itemsize
    for begin in range(0, len(array), step):
        yield np.asarray(array[begin : begin + step])


def _checksum(path: Path, begin: int, size: int) -> int:
    """Return that of a part of a file, read and not mapped, so that no memory is held."""
    crc = 0
    with path.open("rb") as file:
        file.seek(begin)
        while size > 0 and (part := file.read(min(size, _CHUNK_BYTES))):
            crc, size = zlib.crc32(part, crc), size - len(part)
    return crc


def _as_json(names: Sequence[str], sections: Mapping[str, tuple[int, int, int]], seal: Seal | None) -> bytes:
    told = {"documents": list(names), **sections} | ({"seal": seal.head()} if seal else {})
    return json.dumps(told, separators=(",", ":")).encode("ascii")


def _read_head(file: BinaryIO) -> dict[str, Any]:
    lengths = file.read(2 * _HEAD_DIGITS + 2)
    size, crc = (int(value, 16) for value in lengths.split())
    told = file.read(size)
    if zlib.crc32(told) != crc:
        raise PageIndexError(reason="damaged")
    head: dict[str, Any] = json.loads(told)
    return head
