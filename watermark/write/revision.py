"""The bytes of a stamped PDF: one revision, put together from parts that never change and the slots that do.

Layout of every file: header, the constant streams (content, pictures, fonts), **then** the slots with the marks, then
the object streams that hold catalog and pages, then one cross-reference stream. A file cut off anywhere has lost its
pages before it loses a mark; there is no earlier revision to go back to. Clauses: ISO 32000-2 §7.5.7
(object streams), §7.5.8 (cross-reference streams).
"""

import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray

FREE: Final = 0
CONSTANT: Final = 1
COMPRESSED: Final = 2
#: Kinds that a file's cross-reference table does not know; both are written as ``CONSTANT`` with their final offset.
TAIL: Final = 3
SLOT: Final = 4

_HEADER: Final = b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n"
_OBJECTS_PER_STREAM: Final = 100
#: An entry of a cross-reference stream with ``/W [1 4 2]``: kind, offset or object stream, index.
ENTRY: Final = np.dtype([("kind", ">u1"), ("where", ">u4"), ("index", ">u2")])

#: Slots are compressed once per copy. Level 3 packs dots to 2.0 bytes each in 0.8 ms a page (1: 2.5, 0.5; 6: 1.6, 1.6).
SLOT_ZLIB_LEVEL: Final = 3


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A PDF without its slots.

    Attributes:
        prefix: Header and constant streams.
        tail: Object streams, to follow the slots.
        table: One entry per object number: its kind; its offset in prefix or tail, the number of its object stream, or
            the position of its slot; its index in the object stream.
        root: Object number of the catalog.
    """

    prefix: bytes
    tail: bytes
    table: NDArray[np.void]
    root: int

    def revision(self, slots: Sequence[tuple[bytes, bytes]]) -> bytes:
        """Return a whole PDF.

        Args:
            slots: For each slot, in the order of pages, the entries of its dictionary and its drawing operators.
        """
        numbers = np.flatnonzero(self.table["kind"] == SLOT)
        order = np.argsort(self.table["where"][numbers])
        entries = self.table.copy()
        body = bytearray()
        for number, (dictionary, operators) in zip(numbers[order].tolist(), slots, strict=True):
            entries[number] = (CONSTANT, len(self.prefix) + len(body), 0)
            body += _stream_object(
                number, dictionary + b"/Filter/FlateDecode", zlib.compress(operators, SLOT_ZLIB_LEVEL)
            )
        in_tail = entries["kind"] == TAIL
        entries["where"][in_tail] += len(self.prefix) + len(body)
        entries["kind"][in_tail] = CONSTANT
        start = len(self.prefix) + len(body) + len(self.tail)
        last = len(entries)
        base_id, copy_id = (hashlib.sha256(part).hexdigest()[:32].encode() for part in (self.tail, body))
        dictionary = b"/Type/XRef/Size %d/Root %d 0 R/ID[<%s><%s>]/W[1 4 2]/Filter/FlateDecode" % (
            last + 1,
            self.root,
            base_id,
            copy_id,
        )
        packed = zlib.compress(_joined(entries, [(CONSTANT, start, 0)]).tobytes(), SLOT_ZLIB_LEVEL)
        end = _stream_object(last, dictionary, packed) + b"startxref\n%d\n%%%%EOF\n" % start
        return b"".join((self.prefix, body, self.tail, end))


def skeleton(pdf: pikepdf.Pdf, slots: Sequence[pikepdf.Object]) -> Skeleton:
    """Take apart a PDF that was saved without object streams, so that its objects are numbered without gaps.

    Args:
        pdf: The open PDF; all its objects are written.
        slots: The stream objects whose place the slots take, in the order of pages.
    """
    positions = {slot.objgen[0]: position for position, slot in enumerate(slots)}
    objects = {item.objgen[0]: item for item in pdf.objects}
    count = max(objects) + 1
    prefix = bytearray(_HEADER % _version(pdf).encode())
    table = np.zeros(count, dtype=ENTRY)
    table[0] = (FREE, 0, 0xFFFF)
    small: list[tuple[int, bytes]] = []
    for number, item in sorted(objects.items()):
        if number in positions:
            table[number] = (SLOT, positions[number], 0)
        elif isinstance(item, pikepdf.Stream):
            if item.get("/Type") in ("/XRef", "/ObjStm"):
                continue
            table[number] = (CONSTANT, len(prefix), 0)
            prefix += _stream_copy(number, item)
        else:
            small.append((number, item.unparse(resolved=True)))
    tail = bytearray()
    packs: list[tuple[int, int, int]] = []
    for start in range(0, len(small), _OBJECTS_PER_STREAM):
        pack, number = small[start : start + _OBJECTS_PER_STREAM], count + len(packs)
        packs.append((TAIL, len(tail), 0))
        for index, (member, _) in enumerate(pack):
            table[member] = (COMPRESSED, number, index)
        tail += _object_stream(number, pack)
    return Skeleton(bytes(prefix), bytes(tail), _joined(table, packs), pdf.Root.objgen[0])


def _joined(table: NDArray[np.void], more: Sequence[tuple[int, int, int]]) -> NDArray[np.void]:
    """Return a table with entries added; numpy's own joining would turn the bytes into the machine's order."""
    joined = np.zeros(len(table) + len(more), dtype=ENTRY)
    joined[: len(table)] = table
    joined[len(table) :] = more
    return joined


def _version(pdf: pikepdf.Pdf) -> str:
    """Return the version for the header: object streams need 1.5, and nothing above 2.0 exists."""
    return "2.0" if pdf.pdf_version.startswith("2") else "1.7"


def _stream_copy(number: int, stream: pikepdf.Stream) -> bytes:
    """Return a stream object with its bytes as they are."""
    entries = pikepdf.Dictionary(
        {key: value for key, value in stream.stream_dict.items() if key != "/Length"}
    )
    return _stream_object(number, entries.unparse()[len(b"<<") : -len(b">>")], stream.read_raw_bytes())


def _stream_object(number: int, entries: bytes, data: bytes) -> bytes:
    """Return a whole stream object."""
    return b"%d 0 obj\n<<%s/Length %d>>stream\n%s\nendstream\nendobj\n" % (number, entries, len(data), data)


def _object_stream(number: int, members: Sequence[tuple[int, bytes]]) -> bytes:
    """Return an object stream with these members."""
    index = io.BytesIO()
    offset = 0
    for member, data in members:
        index.write(b"%d %d " % (member, offset))
        offset += len(data) + 1
    head = index.getvalue()
    data = zlib.compress(head + b"".join(data + b"\n" for _, data in members))
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(members), len(head))
    return _stream_object(number, entries, data)
