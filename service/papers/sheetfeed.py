"""Sheets that were scanned or photographed, read in the sandbox: plain bytes go in, what each sheet says comes out."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

import watermark
from registry.rules.codes import InvalidMark, parse_qr_text
from service.papers.references import unpack
from watermark import CERTAIN_LOG10, DotReading, ReadLimits, TraceGrade

MOST_SHEETS: Final = 120
"""In one scan; a page takes about half a second where its QR is read."""
MOST_KEPT: Final = 12
"""Pages that are looked at more closely: each takes seconds."""
_GLANCES_S: Final = 30.0
"""Processor time in which the dots of pages whose QR was read are compared with it; the others are not compared."""
_GLANCE_S: Final = 0.4
#: Longer side of the picture, in pixels, in which a page is looked at for print: about 100 dots per inch. There hidden
#: dots are a quarter darker than paper, strokes and rules a half and more; dirt is a few pixels.
_BLANK_PX: Final = 1200
_DARK_SHARE: Final = 0.65
_DIRT: Final = 1e-4

Look = tuple[tuple[str, ...], tuple[int, int] | None, bool, bool, bytes]
"""QR texts; identity and page that the dots name, page 0 where they tell none; whether the dots were looked at;
whether the page is blank; the page as PNG where neither names a page."""
Named = tuple[str, int, int | None]
"""Document, page, and the identity of the copy where that is beyond doubt."""


def look_through(files: Sequence[bytes], keys: Sequence[bytes]) -> tuple[Look, ...]:
    """Return what the QR codes and the dots of each page of a scan say, file by file.

    Args:
        files: PNG, JPEG, TIFF, WEBP, BMP or PDF.
        keys: Secrets under which dots were made here, oldest first.

    Raises:
        UnusableFileError: a file is no picture, is damaged, or there are too many pages.
    """
    began = time.process_time()
    looks: list[Look] = []
    kept = 0
    for file in files:
        limits = ReadLimits(pages=max(1, MOST_SHEETS - len(looks)))
        for page in watermark.open_pages(file, limits):
            texts = watermark.qr_texts(page.gray)
            if any(_is_like_ours(text) for text in texts):
                looks_closer = time.process_time() - began < _GLANCES_S
                dots = watermark.glance(page.gray, keys, budget_s=_GLANCE_S) if looks_closer else None
                looks.append((texts, _told(dots), looks_closer, False, b""))
            elif _is_blank(page.gray):
                looks.append((texts, None, False, True, b""))
            elif kept < MOST_KEPT:
                dots = _read_dots(page.gray, keys)
                is_named = dots is not None and dots.page > 0
                kept += not is_named
                looks.append((texts, _told(dots), True, False, b"" if is_named else _png(page.gray)))
            else:
                looks.append((texts, None, False, False, b""))
    return tuple(looks)


def name_sheets(
    pages: Sequence[bytes],
    references: Sequence[bytes],
    codes: Mapping[str, NDArray[np.uint64]],
    keys: Sequence[bytes],
) -> tuple[Named | None, ...]:
    """Return for each page which registered page it shows, and of which copy, if its marks tell that beyond doubt.

    Args:
        pages: One picture each; every one is a case of its own, and all count as tries.
        references: Registered pages, as ``service.papers.comparing`` makes them.
        codes: For the name of each document the identities of its copies.
        keys: Secrets under which marks were made here, oldest first.

    Raises:
        UnusableFileError: a page is no picture.
    """
    known = [unpack(reference) for reference in references]
    limits = ReadLimits(pages=1)
    named: list[Named | None] = []
    for page in pages:
        (opened,) = watermark.open_pages(page, limits)
        found = watermark.identify([opened.gray], known, codes, keys)
        best = next(iter(found.candidates), None)
        is_sure = (
            best is not None
            and found.grade is TraceGrade.CERTAIN
            and best.log10_chance + np.log10(len(pages)) <= CERTAIN_LOG10
        )
        laid = [place for place in found.placed if best is None or place.document == best.document]
        if not laid:
            named.append(None)
            continue
        place = max(laid, key=lambda each: each.matches)
        named.append((place.document, place.page, int(best.identity) if best and is_sure else None))
    return tuple(named)


def _read_dots(gray: NDArray[np.uint8], keys: Sequence[bytes]) -> DotReading | None:
    """Return what the dots of a page say under the newest key that says anything."""
    for key in reversed(keys):
        found, is_lattice = watermark.read_dots(gray, key)
        if found is not None or not is_lattice:
            return found
    return None


def _told(dots: DotReading | None) -> tuple[int, int] | None:
    return None if dots is None else (int(dots.identity), int(dots.page))


def _is_like_ours(text: str) -> bool:
    try:
        parse_qr_text(text)
    except InvalidMark:
        return False
    return True


def _is_blank(gray: NDArray[np.uint8]) -> bool:
    """Tell whether there is nothing on a page but specks."""
    factor = min(1.0, _BLANK_PX / max(gray.shape))
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    edge = max(2, small.shape[0] // 40)
    inner = small[edge:-edge, edge:-edge]
    return bool(inner.size) and bool((inner < _DARK_SHARE * float(np.median(inner))).mean() < _DIRT)


def _png(gray: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", gray, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])
