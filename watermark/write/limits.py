"""How much a file may ask for before it is refused; what a process may use is limited by whoever starts it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on an offered file.

    Attributes:
        file_bytes: Size of the file; a colour scan of 200 pages is about 125 MB.
        pages: Number of pages.
        side_mm: Longest side of a page; A0 is 1,189 mm.
        picture_px: Pixels of one rendered page; A4 at 600 dpi is 35 million.
    """

    file_bytes: int = 256 * 1024 * 1024
    pages: int = 3000
    side_mm: float = 2000.0
    picture_px: int = 80_000_000
