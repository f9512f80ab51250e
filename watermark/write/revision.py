"""The bytes of a stamped PDF: one revision, put together from parts that never change and the slots that do.

Layout of every file: header, all that is constant (content, pictures, fonts), **then** the slots with the marks, then
the object streams that hold pages and catalog, then one cross-reference stream. A file cut off anywhere has lost its
pages before it loses a mark; there is no earlier revision to go back to. Clauses: ISO 32000-2 §7.5.7 (object streams),
§7.5.8 (cross-reference streams).

How a document is taken apart into these is decided in :mod:`watermark.write.dissect`. The pages of a copy that is a
file of its own are packed once, when the base is made. A file of several copies for the printer is laid
out alike, one copy after the other: see :mod:`watermark.write.bind`.
"""

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

FREE: Final = 0
PLAIN: Final = 1
COMPRESSED: Final = 2

_OBJECTS_PER_STREAM: Final = 200
#: An entry of a cross-reference stream with ``/W [1 8 2]``: kind, offset or object stream, index.
ENTRY: Final = np.dtype([("kind", ">u1"), ("where", ">u8"), ("index", ">u2")])

#: Pages are packed once per base, or once per copy in a file for the printer: level 1 is nearly as small.
PAGES_ZLIB_LEVEL: Final = 1

#: A slot's data are one ``FlateDecode`` stream.
_SLOT: Final = b"%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n"

Entry = tuple[int, int, int]


@dataclass(frozen=True)
class Template:
    """Entries of a dictionary that refers to slots, whose object numbers differ from copy to copy.

    Attributes:
        text: The entries with a ``%d`` for each reference.
        slots: Which slots are referred to, in that order.
    """

    text: bytes
    slots: tuple[int, ...] = ()

    def written(self, first_slot: int) -> bytes:
        """Return the entries for the copy whose slots begin at an object number."""
        return self.text % tuple(first_slot + slot for slot in self.slots)


@dataclass(frozen=True)
class Leaf:
    """A page as it is written for each copy.

    Attributes:
        entries: Entries of its dictionary but for type and parent.
        width_pt: Width of the sheet.
        height_pt: Its height.
    """

    entries: Template
    width_pt: float
    height_pt: float

    def written(self, parent: int, first_slot: int) -> bytes:
        """Return the page dictionary below a node, for the copy whose slots begin at an object number."""
        return b"<</Type/Page/Parent %d 0 R%s>>" % (parent, self.entries.written(first_slot))


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A PDF without its slots.

    Attributes:
        prefix: Header and all constant objects.
        table: One entry for each of their numbers.
        slots: Entries of the dictionary of each slot, without filter and length.
        held: Packed data of each slot that is the same in every copy, and only refers to what is not; else empty.
        leaves: The pages.
        catalog: Entries of the catalog beside type and pages.
        tail: What follows the slots of a copy that is a file of its own, up to its cross-reference stream.
        tail_table: Entries of the object numbers after those of the slots; offsets count from the end of the slots.
    """

    prefix: bytes
    table: NDArray[np.void]
    slots: tuple[Template, ...]
    held: tuple[bytes, ...]
    leaves: tuple[Leaf, ...]
    catalog: bytes
    tail: bytes
    tail_table: NDArray[np.void]

    @cached_property
    def constant_hash(self) -> "hashlib._Hash":
        """SHA-256 over what every copy begins with; each goes on from a copy of it."""
        return hashlib.sha256(self.prefix)

    @cached_property
    def identity(self) -> bytes:
        """What tells this skeleton from every other, 16 bytes."""
        known = self.constant_hash.copy()
        for slot, packed in zip(self.slots, self.held, strict=True):
            known.update(slot.text + packed)
        known.update(self.tail)
        return known.digest()[:16]

    @property
    def first_slot(self) -> int:
        """Object number of the first slot of a copy that is a file of its own."""
        return len(self.table)

    def slot_object(self, first_slot: int, slot: int, packed: bytes) -> bytes:
        """Return a slot's whole object; ``packed`` is empty if the slot holds the same in every copy."""
        data = packed or self.held[slot]
        return _SLOT % (first_slot + slot, self.slots[slot].written(first_slot), len(data), data)

    def after_prefix(self, blobs: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return what follows ``prefix`` in a copy that is a file of its own.

        Args:
            blobs: The packed data of each slot.
        """
        objects = [self.slot_object(self.first_slot, slot, packed) for slot, packed in enumerate(blobs)]
        body = b"".join(objects)
        start = len(self.prefix)
        ends = start + np.cumsum([len(item) for item in objects], dtype=np.int64)
        entries = np.zeros(len(self.table) + len(objects) + len(self.tail_table) + 1, dtype=ENTRY)
        entries[: self.first_slot] = self.table
        marks = entries[self.first_slot : self.first_slot + len(objects)]
        marks["kind"] = PLAIN
        marks["where"] = np.concatenate(([start], ends[:-1])) if objects else ()
        tail = entries[self.first_slot + len(objects) : -1]
        tail[:] = self.tail_table
        tail["where"][tail["kind"] == PLAIN] += start + len(body)
        end = start + len(body) + len(self.tail)
        entries[-1] = (PLAIN, end, 0)
        root = len(entries) - 3  # catalog, the object stream it lies in, this table
        return body, self.tail, closing(entries, root, end, self.identity, hashlib.sha256(body).digest())


def closing(entries: NDArray[np.void], root: int, start: int, base_id: bytes, copy_id: bytes) -> bytes:
    """Return the end of a file: its cross-reference stream, which stands as it is so that no packer can vary it.

    Args:
        entries: One for each object number, that of the stream itself last.
        root: Object number of the catalog.
        start: Offset of the stream.
        base_id: First half of ``/ID``.
        copy_id: Second half.
    """
    ids = (base_id.hex()[:32].encode("ascii"), copy_id.hex()[:32].encode("ascii"))
    dictionary = b"/Type/XRef/Size %d/Root %d 0 R/ID[<%s><%s>]/W[1 8 2]" % (len(entries), root, *ids)
    return stream_object(len(entries) - 1, dictionary, entries.tobytes()) + (
        b"startxref\n%d\n%%%%EOF\n" % start
    )


def node_entries(parent: int, kids: Iterable[int], count: int) -> bytes:
    """Return a node of the page tree below a parent."""
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    return b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (parent, count, listed)


def root_objects(first: int, kids: Iterable[int], count: int, catalog: bytes) -> list[tuple[int, bytes]]:
    """Return the root of the page tree, numbered ``first``, and the catalog after it."""
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    tree = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, listed)
    return [(first, tree), (first + 1, b"<</Type/Catalog/Pages %d 0 R%s>>" % (first, catalog))]


def streams_for(objects: int) -> int:
    """Return how many object streams so many objects take."""
    return -(-objects // _OBJECTS_PER_STREAM)


def packed_objects(
    objects: Sequence[tuple[int, bytes]], first_stream: int, offset: int, *, level: int = PAGES_ZLIB_LEVEL
) -> tuple[bytes, dict[int, Entry]]:
    """Return objects in object streams, and their entries together with those of the streams.

    Args:
        objects: Number and text of each.
        first_stream: Number of the first object stream.
        offset: Where the first one will lie.
        level: How hard to pack.
    """
    out = bytearray()
    entries: dict[int, Entry] = {}
    for position, start in enumerate(range(0, len(objects), _OBJECTS_PER_STREAM)):
        number = first_stream + position
        members = objects[start : start + _OBJECTS_PER_STREAM]
        entries[number] = (PLAIN, offset + len(out), 0)
        entries |= {member: (COMPRESSED, number, index) for index, (member, _) in enumerate(members)}
        out += _object_stream(number, members, level)
    return bytes(out), entries


def stream_object(number: int, entries: bytes, data: bytes) -> bytes:
    """Return a whole stream object."""
    return b"%d 0 obj\n<<%s/Length %d>>stream\n%s\nendstream\nendobj\n" % (number, entries, len(data), data)


def as_table(entries: Mapping[int, Entry], first: int, end: int) -> NDArray[np.void]:
    """Return the entries of the object numbers from ``first`` to before ``end``; those without one are free."""
    table = np.zeros(end - first, dtype=ENTRY)
    for number, entry in entries.items():
        table[number - first] = entry
    if first == 0:
        table[0] = (FREE, 0, 0xFFFF)
    return table


def copy_objects(
    leaves: Iterable[Leaf], first_slot: int, node: int, root: int
) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a copy, numbered from after ``node``, and then the node above them."""
    number = node
    for number, page in enumerate(leaves, start=node + 1):
        yield number, page.written(node, first_slot)
    yield node, node_entries(root, range(node + 1, number + 1), number - node)


def _object_stream(number: int, members: Sequence[tuple[int, bytes]], level: int) -> bytes:
    """Return an object stream with these members."""
    index = io.BytesIO()
    offset = 0
    for member, data in members:
        index.write(b"%d %d " % (member, offset))
        offset += len(data) + 1
    head = index.getvalue()
    data = zlib.compress(head + b"".join(data + b"\n" for _, data in members), level)
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(members), len(head))
    return stream_object(number, entries, data)
