"""An assembled PDF is taken apart: into what every copy has alike, and the streams and pages that each copy brings.

A stream becomes a slot when it is marked as one while the document is assembled; what refers to slots becomes a
template. How the parts are written as a file is decided in :mod:`watermark.write.revision`.
"""

import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray

from watermark.errors import BrokenFileError
from watermark.write.revision import (
    PAGES_ZLIB_LEVEL,
    PLAIN,
    Entry,
    Leaf,
    Skeleton,
    Template,
    as_table,
    copy_objects,
    packed_objects,
    root_objects,
    stream_object,
    streams_for,
)

_HEADER: Final = b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n"

#: Marks a stream of the assembled document whose data each copy brings; the value is the number of its slot.
SLOT_KEY: Final = "/FtSlot"

#: Set with it where the data are the same in every copy.
HELD_KEY: Final = "/FtHeld"

_REFERENCE: Final = re.compile(rb"(?<![0-9])([0-9]+) 0 R")


def skeleton(pdf: pikepdf.Pdf, slots: Sequence[Template | None], leaves: Sequence[Leaf]) -> Skeleton:
    """Take apart a PDF that was saved without object streams.

    Args:
        pdf: The open PDF. A stream with ``SLOT_KEY`` becomes that slot, see :func:`take_as_slot`.
        slots: The dictionary entries of the slots by number; None for those that are streams of ``pdf``.
        leaves: How the pages are written.
    """
    not_kept = _tree_numbers(pdf) | {pdf.Root.objgen[0]}
    told = {number: slot for number, slot in enumerate(slots) if slot is not None}
    held: dict[int, bytes] = {}
    objects = {item.objgen[0]: item for item in pdf.objects if item.objgen[0] not in not_kept}
    count = max(objects, default=0) + 1
    prefix = bytearray(_HEADER % _version(pdf).encode())
    table: dict[int, Entry] = {}
    small: list[tuple[int, bytes]] = []
    taken: set[int] = set()
    kept: dict[int, bytes] = {}
    for number, item in sorted(objects.items()):
        if not isinstance(item, pikepdf.Stream):
            small.append((number, item.unparse(resolved=True)))
        elif SLOT_KEY in item.stream_dict:
            slot = int(item.stream_dict[SLOT_KEY])
            taken.add(number)
            told[slot] = _slot_of(item)
            if HELD_KEY in item.stream_dict:
                held[slot] = zlib.compress(item.read_bytes(), PAGES_ZLIB_LEVEL)
        elif item.get("/Type") not in ("/XRef", "/ObjStm"):
            table[number] = (PLAIN, len(prefix), 0)
            kept[number] = entries_of(item)
            prefix += stream_object(number, kept[number], item.read_raw_bytes())
    catalog = entries_of(pdf.Root, without={"/Type", "/Pages"})
    drawn = (*(slot.text for slot in told.values()), *(page.entries.text for page in leaves), catalog)
    _require_apart(taken, kept | dict(small), drawn)
    packs, entries = packed_objects(small, count, len(prefix), level=9)
    prefix += packs
    table |= entries
    first = max(table, default=0) + 1
    tail, tail_table = _tail(leaves, catalog, first, first + len(slots))
    return Skeleton(
        bytes(prefix),
        as_table(table, 0, first),
        tuple(told[number] for number in range(len(slots))),
        tuple(held.get(number, b"") for number in range(len(slots))),
        tuple(leaves),
        catalog,
        tail,
        tail_table,
    )


def _require_apart(taken: Collection[int], kept: Mapping[int, bytes], drawn: Iterable[bytes]) -> None:
    """Pass when nothing that is drawn refers to a stream that became a slot, which would lose what it draws.

    Args:
        taken: Object numbers of the streams that became slots.
        kept: Text of each constant object by its number, without data.
        drawn: Templates of pages and slots, and the catalog: where references begin.

    Raises:
        BrokenFileError: something does: the form is drawn in a way that was not seen.
    """
    waiting = [int(number) for text in drawn for number in _REFERENCE.findall(text)]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in taken:
            raise BrokenFileError(reason="shared form")
        if number not in seen:
            seen.add(number)
            waiting += map(int, _REFERENCE.findall(kept.get(number, b"")))


def take_as_slot(stream: pikepdf.Stream, number: int, *, held: bool) -> None:
    """Let a stream of a document that is being assembled become a slot.

    Args:
        stream: The stream; a form that is drawn in one place only.
        number: Number of the slot.
        held: Its data are the same in every copy; what it draws is not.
    """
    stream.stream_dict[SLOT_KEY] = number
    if held:
        stream.stream_dict[HELD_KEY] = True


def forget_slot(stream: pikepdf.Stream) -> None:
    """Take from a stream of an untrusted document what would make a slot of it."""
    for key in (SLOT_KEY, HELD_KEY):
        if key in stream.stream_dict:
            del stream.stream_dict[key]


def _slot_of(stream: pikepdf.Stream) -> Template:
    """Return the dictionary of a stream that became a slot, with what it draws of other slots."""
    without = {SLOT_KEY, HELD_KEY, "/Filter", "/DecodeParms"}
    resources = stream.stream_dict.get("/Resources")
    forms = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    drawn = {}
    if isinstance(forms, pikepdf.Dictionary):
        for name, form in forms.items():
            if isinstance(form, pikepdf.Stream) and SLOT_KEY in form.stream_dict:
                drawn[name] = int(form.stream_dict[SLOT_KEY])
    if not drawn or resources is None:
        return Template(_template(stream, without=without))
    return Template(
        _template(stream, without={*without, "/Resources"}) + _resources(resources, drawn),
        tuple(drawn.values()),
    )


def leaf(page: pikepdf.Object, drawn: Mapping[str, int], contents: int) -> Leaf:
    """Return how a page of an assembled document is written.

    Args:
        page: Its dictionary, upright and with origin 0, as cleaning leaves it.
        drawn: The names by which it draws its slots, and their numbers.
        contents: Object number of its content.
    """
    entries = b"%s/Contents %d 0 R%s" % (
        _template(page, without={"/Type", "/Parent", "/Resources", "/Contents"}),
        contents,
        _resources(page.Resources, drawn),
    )
    box = [float(side) for side in page.MediaBox]
    return Leaf(Template(entries, tuple(drawn.values())), box[2], box[3])


def _resources(resources: pikepdf.Object, drawn: Mapping[str, int]) -> bytes:
    """Return a resource dictionary for a template, with a ``%d`` for each form that is a slot."""
    marks = b"".join(
        _template(pikepdf.Dictionary({name: 0}), without=()).rstrip()[:-1] + b"%d 0 R" for name in drawn
    )
    return b"/Resources<<%s/XObject<<%s%s>>>>" % (
        _template(resources, without={"/XObject"}),
        _template(resources.XObject, without=drawn),
        marks,
    )


def entries_of(dictionary: pikepdf.Object, *, without: Iterable[str] = ()) -> bytes:
    """Return the entries of a dictionary, or of a stream's but for its length, without those named."""
    left_out = {"/Length", *without}
    kept = {key: value for key, value in dictionary.items() if key not in left_out}
    return pikepdf.Dictionary(kept).unparse()[len(b"<<") : -len(b">>")]


def _tail(
    leaves: Sequence[Leaf], catalog: bytes, first_slot: int, node: int
) -> tuple[bytes, NDArray[np.void]]:
    """Return what follows the slots of a copy that is a file of its own; see :class:`Skeleton`."""
    root = node + len(leaves) + 1 + streams_for(len(leaves) + 1)
    pages, entries = packed_objects(
        list(copy_objects(leaves, first_slot, node, root)), node + len(leaves) + 1, 0
    )
    top, more = packed_objects(root_objects(root, [node], len(leaves), catalog), root + 2, len(pages))
    return pages + top, as_table(entries | more, node, root + 3)


def _tree_numbers(pdf: pikepdf.Pdf) -> set[int]:
    """Return the object numbers of pages and of the nodes above them; a node may claim to stand below itself."""
    found: set[int] = set()
    for page in pdf.pages:
        item: pikepdf.Object | None = page.obj
        while isinstance(item, pikepdf.Dictionary) and item.objgen[0] not in found:
            found.add(item.objgen[0])
            item = item.get("/Parent")
    return found


def _version(pdf: pikepdf.Pdf) -> str:
    """Return the version for the header: object streams need 1.5, and nothing above 2.0 exists."""
    return "2.0" if pdf.pdf_version.startswith("2") else "1.7"


def _template(dictionary: pikepdf.Object, *, without: Iterable[str]) -> bytes:
    """Return entries for a template, in which ``%`` means something."""
    return entries_of(dictionary, without=without).replace(b"%", b"%%")
