"""Put several copies into one file for the printer."""

import io
from collections.abc import Iterable

import pikepdf

from watermark.errors import BrokenFileError, NoPagesError


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
            except pikepdf.PdfError as error:
                raise BrokenFileError(reason=type(error).__name__) from error
            if duplex and len(target.pages) % 2:
                left, bottom, right, top = map(float, target.pages[-1].mediabox)
                target.add_blank_page(page_size=(right - left, top - bottom))
        if not len(target.pages):
            raise NoPagesError
        target.save(
            joined,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return joined.getvalue()
