"""How much a file may ask for before it is refused; what a process may use is limited by whoever starts it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on an offered file.

    Attributes:
        file_bytes: Size of the file; a colour scan of 200 pages is about 125 MB.
        pages: Number of pages.
        objects: Number of objects; a long report with links and tags has some ten thousand.
        stream_bytes: One stream of drawing operators, letters or data, unpacked, and the content of one page; a large
            map takes 30 MB. Pictures are bounded by their pixels.
        image_px: Pixels of one embedded picture; A1 scanned at 600 dpi has 280 million.
        nesting: Forms within forms. PDFium draws 35 levels and silently leaves out the 40th (tried); our own forms take
            two.
        side_mm: Longest side of a page; A0 is 1,189 mm.
        picture_px: Pixels of one rendered page; A4 at 600 dpi is 35 million.
    """

    file_bytes: int = 256 * 1024 * 1024
    pages: int = 3000
    objects: int = 500_000
    stream_bytes: int = 64 * 1024 * 1024
    image_px: int = 300_000_000
    nesting: int = 24
    side_mm: float = 2000.0
    picture_px: int = 80_000_000
