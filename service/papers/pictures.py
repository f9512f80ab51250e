"""What the sandbox makes of an offered picture of a leaked page: the same pixels, redrawn for screens."""

from typing import Final

from watermark import ReadLimits, show_pages

LONGEST_PX: Final = 1600
"""Small print (6 pt) on an A4 page is readable."""
MOST_PAGES: Final = 20
"""In one case: a page takes about two seconds to read, and the sandbox gives a file one minute."""


def show_picture(picture: bytes) -> tuple[bytes, ...]:
    """Return the pages of a picture for screens, WebP.

    Raises:
        UnusableFileError: one of its subclasses says why the file cannot be used.
    """
    return show_pages(picture, LONGEST_PX, limits=ReadLimits(pages=MOST_PAGES))
