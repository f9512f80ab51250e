"""Put many copies into one file for the printer, streamed.

What copies share is in it once, and no more than one copy is in memory at a time. Laid out as a single copy is
(:mod:`watermark.write.revision`): all that is constant, then for each copy its marks and after them its pages, then the
catalog. Cut off anywhere, a page that can be found has its marks before it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.errors import NoPagesError
from watermark.geometry import Rect
from watermark.marks import visible
from watermark.units import mm_from_pt
from watermark.write import paint
from watermark.write.base import Base
from watermark.write.delta import Delta, require_of
from watermark.write.revision import (
    PLAIN,
    Entry,
    as_table,
    closing,
    copy_objects,
    packed_objects,
    root_objects,
    stream_object,
    streams_for,
)

#: A face sheet is read by whoever sorts a stack: its type is large.
_FACE_PT: Final = 16.0
_FACE_MARGIN: Final = 0.12


@dataclass(frozen=True)
class BoundCopy:
    """A copy in a file for the printer.

    Attributes:
        delta: What is its own.
        face: Lines of a sheet before it; none for no sheet. Their letters were announced to ``prepare``.
    """

    delta: Delta
    face: tuple[str, ...] = ()


def sheets(base: Base, *, duplex: bool, face: bool) -> int:
    """Return how many sheets of paper one copy takes."""
    return face - (-len(base.pages) // (1 + duplex))


def bind(
    base: Base, copies: Iterable[BoundCopy], *, duplex: bool = False, first_sheet: int = 1
) -> Iterator[bytes]:
    """Yield one PDF with all copies in order.

    Args:
        base: What they were made on.
        copies: The copies.
        duplex: Printed on both sides: each copy, and each face, begins on a sheet of its own.
        first_sheet: Leave out the sheets before this one, counted from 1 over all copies.

    Raises:
        MarkMismatchError: a delta is of another base.
        NoPagesError: no sheet is left.
        TextNotPreparedError, TextTooLongError: a face cannot be printed.
        ValueError: sheets are counted from 1.
    """
    if first_sheet < 1:
        raise ValueError(f"sheets are counted from 1, got {first_sheet}")
    return _Binding(base, duplex=duplex).written(copies, first_sheet - 1)


class _Binding:
    """A file on its way out: what was written is known by its length and its objects' places only."""

    def __init__(self, base: Base, *, duplex: bool) -> None:
        self._base = base
        self._sides = 1 + duplex
        self._offset = 0
        self._root = len(base.skeleton.table)
        self._next = self._root + 2  # the catalog follows the root
        self._tables: list[NDArray[np.void]] = []
        self._kids: list[int] = []
        self._count = 0
        self._seen = hashlib.sha256()

    def written(self, copies: Iterable[BoundCopy], skipped: int) -> Iterator[bytes]:
        """Yield the file without its first ``skipped`` sheets."""
        yield self._sent(self._base.skeleton.prefix)
        for copy in copies:
            require_of(self._base, copy.delta)
            if copy.face:
                if not skipped:
                    yield self._face(copy.face)
                skipped = max(0, skipped - 1)
            first = skipped * self._sides
            if first < len(self._base.pages):
                yield self._copy(copy.delta, first)
            skipped = max(0, skipped - sheets(self._base, duplex=self._sides > 1, face=False))
        if not self._count:
            raise NoPagesError
        yield self._end()

    def _copy(self, delta: Delta, first_page: int) -> bytes:
        """Return the marks and pages of a copy from a page on, counted from 0."""
        bones = self._base.skeleton
        leaves = bones.leaves[first_page:]
        first = self._next
        entries: dict[int, Entry] = {}
        out = bytearray()
        for slot, packed in enumerate(delta.blobs):
            entries[first + slot] = self._here(out)
            out += bones.slot_object(first, slot, packed)
            self._seen.update(packed)
        node = first + len(delta.blobs)
        pages = list(copy_objects(leaves, first, node, self._root))
        self._kids.append(node)
        self._count += len(leaves)
        end = node + 1 + len(leaves)
        if len(leaves) % self._sides:
            pages.append((end, self._blank(leaves[-1].width_pt, leaves[-1].height_pt)))
            self._add_page(end)
            end += 1
        return self._packed(out, pages, entries, first, end)

    def _face(self, lines: Sequence[str]) -> bytes:
        """Return a sheet that tells which copy follows, as large as the first page."""
        leaf, number = self._base.skeleton.leaves[0], self._next
        entries: dict[int, Entry] = {number: self._here(b"")}
        out = bytearray(stream_object(number, b"", self._face_content(lines)))
        box = b"/MediaBox[0 0 %.5f %.5f]/Resources %d 0 R" % (
            leaf.width_pt,
            leaf.height_pt,
            self._base.resources,
        )
        page = b"<</Type/Page/Parent %d 0 R%s/Contents %d 0 R>>" % (self._root, box, number)
        pages = [(number + 1, page)]
        self._add_page(number + 1)
        if self._sides > 1:
            pages.append((number + 2, self._blank(leaf.width_pt, leaf.height_pt)))
            self._add_page(number + 2)
        return self._packed(out, pages, entries, number, number + 1 + len(pages))

    def _face_content(self, lines: Sequence[str]) -> bytes:
        """Return what is drawn on a face."""
        leaf, face = self._base.skeleton.leaves[0], self._base.face
        width, height = mm_from_pt(leaf.width_pt), mm_from_pt(leaf.height_pt)
        room = Rect(
            width * _FACE_MARGIN,
            height * _FACE_MARGIN,
            width * (1 - _FACE_MARGIN),
            height * (1 - _FACE_MARGIN),
        )
        rows = visible.typeset(
            [face.printable(line) for line in lines],
            room,
            size_pt=_FACE_PT,
            advance=face.advance,
            align=visible.Align.LEFT,
            bottom=False,
        )
        return paint.words((), rows, face, leaf.height_pt)

    def _packed(
        self,
        out: bytearray,
        objects: Sequence[tuple[int, bytes]],
        entries: dict[int, Entry],
        first: int,
        end: int,
    ) -> bytes:
        """Add objects to ``out`` in object streams numbered from ``end``, and send all of it."""
        packs, more = packed_objects(objects, end, self._here(out)[1])
        self._next = end + streams_for(len(objects))
        self._tables.append(as_table(entries | more, first, self._next))
        return self._sent(bytes(out) + packs)

    def _end(self) -> bytes:
        """Return the catalog and the cross-reference stream."""
        bones = self._base.skeleton
        top, more = packed_objects(
            root_objects(self._root, self._kids, self._count, bones.catalog), self._next, self._offset
        )
        start = self._offset + len(top)
        last = {number: entry for number, entry in more.items() if number >= self._next}
        first = {number: entry for number, entry in more.items() if number < self._next}
        tables = (
            bones.table,
            as_table(first, self._root, self._root + 2),
            *self._tables,
            as_table(last | {self._next + 1: (PLAIN, start, 0)}, self._next, self._next + 2),
        )
        entries = np.zeros(sum(map(len, tables)), dtype=bones.table.dtype)
        begin = 0
        for table in tables:
            entries[begin : begin + len(table)] = table
            begin += len(table)
        return top + closing(entries, self._root + 1, start, bones.identity, self._seen.digest())

    def _blank(self, width_pt: float, height_pt: float) -> bytes:
        """Return an empty page below the root."""
        box = b"/MediaBox[0 0 %.5f %.5f]" % (width_pt, height_pt)
        return b"<</Type/Page/Parent %d 0 R%s/Resources<<>>>>" % (self._root, box)

    def _add_page(self, number: int) -> None:
        """Count a page that hangs below the root itself."""
        self._kids.append(number)
        self._count += 1

    def _here(self, out: bytes | bytearray) -> Entry:
        """Return the entry of an object that is written after ``out``."""
        return (PLAIN, self._offset + len(out), 0)

    def _sent(self, data: bytes) -> bytes:
        """Return what goes out, counted."""
        self._offset += len(data)
        return data
