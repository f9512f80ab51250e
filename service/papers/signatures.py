"""A drawn signature, opened in the sandbox and drawn again: what is kept and printed is our own picture."""

import io
from typing import Final

import numpy as np
from PIL import Image

from watermark import ReadLimits, open_pages

LIMITS: Final = ReadLimits(file_bytes=200_000, picture_px=4_000_000, pages=1)
"""A signature pad of a large screen at double density has less than 3 million pixels."""
INK: Final = 128
"""Darker is ink; the pad draws almost black on white."""
LEAST_INK_PX: Final = 40
"""Less is a touch of the pad, not a signature."""


def redraw(picture: bytes) -> bytes:
    """Return a signature as a grey PNG; nothing if there is no ink on it.

    Raises:
        UnusableFileError: no picture, damaged, moving, or too large.
    """
    gray = next(open_pages(picture, LIMITS)).gray
    if np.count_nonzero(gray < INK) < LEAST_INK_PX:
        return b""
    target = io.BytesIO()
    Image.fromarray(gray).save(target, "PNG", optimize=True)
    return target.getvalue()
