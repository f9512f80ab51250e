"""What a picture says, read in the sandbox: nothing but plain bytes goes in."""

from collections.abc import Sequence

import watermark
from watermark import Readings


def read_marks(picture: bytes, keys: Sequence[bytes]) -> Readings:
    """Return what a scan or photograph says under the first key, newest first, whose dots it holds.

    Args:
        picture: PNG, JPEG, TIFF, WEBP, BMP or PDF.
        keys: Secrets under which dots were made here, oldest first.

    Raises:
        UnusableFileError: the file is no picture, is damaged, or is beyond the limits.
    """
    newest, *older = reversed(keys)
    found = watermark.read(picture, key=newest)
    for key in older:
        if any(page.dots for page in found.pages):
            break
        found = watermark.read(picture, key=key)
    return found
