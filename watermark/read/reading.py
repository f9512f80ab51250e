"""Everything one picture says, carrier by carrier: claims from its QR codes, evidence from its dots.

What follows from a reading (which copy, who held it) is for others to decide.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.marks import qr
from watermark.read.dots import COARSEST_DPI, DotReading, read_dots
from watermark.read.images import Picture, ReadLimits, open_pages


@dataclass(frozen=True)
class QrReading:
    """A QR code seen in a picture: a claim, never proof.

    Attributes:
        text: What it says.
        corners: Top left, top right, bottom right, bottom left of the code as printed; x, y in pixels of the picture.
    """

    text: str
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PageReading:
    """What one page of a picture says.

    Attributes:
        picture_page: Number of the page within the file, from 1.
        width_px: Width of the picture, upright.
        height_px: Height of the picture, upright.
        qr: The QR codes found.
        dots: The copy and page that the dots name, if beyond doubt.
        notes: Codes that help whoever took the picture: ``picture-too-coarse`` (the file claims a resolution at
            which no dot can be told from the next), ``no-dot-lattice`` (nothing regular was seen), ``dots-unread`` (a
            lattice was seen, but nothing beyond doubt in it: another installation's, too small a piece, or print of
            another kind).
    """

    picture_page: int
    width_px: int
    height_px: int
    qr: tuple[QrReading, ...]
    dots: DotReading | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Readings:
    """What a file says: one reading per page, in order."""

    pages: tuple[PageReading, ...]


def read(
    picture: bytes,
    *,
    key: bytes = b"",
    limits: ReadLimits = ReadLimits(),  # noqa: B008 -- a frozen value
) -> Readings:
    """Return what a scan or photograph says, without knowing the document.

    Args:
        picture: PNG, JPEG, TIFF, WEBP, BMP or PDF.
        key: Secret under which the dots were made; another one reads nothing.
        limits: Bounds on the file.

    Raises:
        UnusableFileError: the file is no picture, is damaged, or is beyond the limits.
    """
    return Readings(
        tuple(_page(number, page, key) for number, page in enumerate(open_pages(picture, limits), start=1))
    )


def read_qr(
    picture: bytes,
    *,
    limits: ReadLimits = ReadLimits(),  # noqa: B008 -- a frozen value
) -> tuple[QrReading, ...]:
    """Return only the QR codes of all pages of a picture; for gates, where seconds count."""
    return tuple(found for page in open_pages(picture, limits) for found in _codes(page))


def qr_texts(page: NDArray[np.uint8]) -> tuple[str, ...]:
    """Return what the QR codes of an opened page say, ``(H, W)``, 0 black."""
    return tuple(found.text for found in qr.find(page))


def _page(number: int, page: Picture, key: bytes) -> PageReading:
    dots, lattice_seen = read_dots(page.gray, key)
    notes = []
    if dots is None:
        if page.claimed_dpi is not None and page.claimed_dpi < COARSEST_DPI:
            notes.append("picture-too-coarse")
        notes.append("dots-unread" if lattice_seen else "no-dot-lattice")
    height, width = page.gray.shape
    return PageReading(number, width, height, _codes(page), dots, tuple(notes))


def _codes(page: Picture) -> tuple[QrReading, ...]:
    return tuple(
        QrReading(found.text, tuple((float(x), float(y)) for x, y in found.corners_px))
        for found in qr.find(page.gray)
    )
