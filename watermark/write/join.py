"""Put several copies into one file for the printer; what they share, pictures above all, is in it once."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Final

import pikepdf

from watermark.errors import BrokenFileError, NoPagesError
from watermark.write import layers

#: Two of these may look alike and are still two: a layer that is hidden, and one of the same name that is shown.
_ALWAYS_APART: Final = frozenset({"/Page", "/Pages", "/Catalog", "/OCG"})

Number = tuple[int, int]


def join(pdfs: Iterable[bytes], *, duplex: bool = False) -> bytes:
    """Return one PDF with all pages in order.

    Args:
        pdfs: Stamped copies.
        duplex: End a copy with an odd number of pages by a blank one, so that the next begins on a sheet of its own.

    Raises:
        NoPagesError: there is nothing to join.
        BrokenFileError: one of them is not a readable PDF.
    """
    joined = io.BytesIO()
    with pikepdf.new() as target:
        for pdf in pdfs:
            try:
                with pikepdf.open(io.BytesIO(pdf)) as source:
                    target.pages.extend(source.pages)
                    layers.adopt(target, source)
            except pikepdf.PdfError as error:
                raise BrokenFileError(reason=type(error).__name__) from error
            if duplex and len(target.pages) % 2:
                left, bottom, right, top = map(float, target.pages[-1].mediabox)
                target.add_blank_page(page_size=(right - left, top - bottom))
        if not len(target.pages):
            raise NoPagesError
        _share(target)
        target.save(
            joined,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return joined.getvalue()


def _share(pdf: pikepdf.Pdf) -> None:
    """Let equal objects be one, from the leaves upwards: two fonts are equal once their glyphs are the same object."""
    data: dict[Number, bytes] = {}
    gone: set[Number] = set()
    while True:
        first: dict[bytes, pikepdf.Object] = {}
        replaced: dict[Number, pikepdf.Object] = {}
        for item in pdf.objects:
            if item.objgen in gone or not _may_be_shared(item):
                continue
            kept = first.setdefault(_fingerprint(item, data), item)
            if kept.objgen != item.objgen:
                replaced[item.objgen] = kept
        if not replaced:
            return
        gone |= replaced.keys()
        for item in pdf.objects:
            if item.objgen not in gone:
                _point_elsewhere(item, replaced)


def _may_be_shared(item: pikepdf.Object) -> bool:
    """Tell whether an object is one of the kinds that may stand for its equals."""
    if isinstance(item, pikepdf.Stream):
        return True
    return isinstance(item, pikepdf.Dictionary) and str(item.get("/Type")) not in _ALWAYS_APART


def _fingerprint(item: pikepdf.Object, data: dict[Number, bytes]) -> bytes:
    """Return a hash of an object as it stands in a file; ``data`` remembers those of streams' bytes."""
    if not isinstance(item, pikepdf.Stream):
        return hashlib.sha256(item.unparse(resolved=True)).digest()
    if item.objgen not in data:
        data[item.objgen] = hashlib.sha256(item.read_raw_bytes()).digest()
    return hashlib.sha256(b"stream" + item.stream_dict.unparse() + data[item.objgen]).digest()


def _point_elsewhere(item: pikepdf.Object, replaced: dict[Number, pikepdf.Object]) -> None:
    """Replace references in an object and in all that is written inside it."""
    waiting = [item]
    while waiting:
        container = waiting.pop()
        for key, child in list(_entries(container)):
            if not isinstance(child, pikepdf.Object):
                continue
            if child.is_indirect:
                if child.objgen in replaced:
                    container[key] = replaced[child.objgen]
            elif isinstance(child, pikepdf.Dictionary | pikepdf.Array):
                waiting.append(child)


def _entries(container: pikepdf.Object) -> Iterator[tuple[int | str, object]]:
    """Return keys and values of a dictionary, stream or array."""
    if isinstance(container, pikepdf.Array):
        return iter(enumerate(container))
    if isinstance(container, pikepdf.Dictionary | pikepdf.Stream):
        return iter([(key, container[key]) for key in container.keys()])  # noqa: SIM118 -- a PDF object, not a dict
    return iter(())
