"""Pictures from outside, redrawn for screens: nothing of the file is passed on but its pixels, as readers see them."""

import io
from typing import Final

from PIL import Image

from watermark.read.images import ReadLimits, open_pages

_QUALITY: Final = 80  # text keeps its edges; a scanned page of 1600 px takes about 300 kB


def show_pages(
    picture: bytes,
    longest_px: int,
    *,
    limits: ReadLimits = ReadLimits(),  # noqa: B008 -- a frozen value
) -> tuple[bytes, ...]:
    """Return each page as a small WebP, upright and grey, its longer side at most ``longest_px``.

    Args:
        picture: PNG, JPEG, TIFF, WEBP, BMP or PDF.
        longest_px: Longer side of what is returned; smaller pages keep their size.
        limits: Bounds on the file.

    Raises:
        UnusableFileError: the file is no picture, is damaged, or is beyond the limits.
    """
    shown = []
    for page in open_pages(picture, limits):
        image = Image.fromarray(page.gray)
        image.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
        target = io.BytesIO()
        image.save(target, "WEBP", quality=_QUALITY)
        shown.append(target.getvalue())
    return tuple(shown)
