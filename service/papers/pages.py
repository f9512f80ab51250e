"""What the sandbox makes of an offered document: the cleaned file and a picture of each page."""

import io
from dataclasses import replace
from typing import Final

from PIL import Image

from watermark import Inspection, find_heads, head_findings, inspect, render_page

PICTURE_DPI: Final = 100
"""Small print (6 pt) is readable, A4 has 827 x 1169 px."""
PICTURE_TYPE: Final = "image/webp"
_QUALITY: Final = 80
"""Text keeps its edges; about 60 kB for a page of it, a sixth of the same page as PNG."""


def inspect_document(pdf: bytes, mark: str) -> tuple[Inspection, tuple[bytes, ...]]:
    """Return a document inspected, and a picture of each page as it will be printed.

    Args:
        pdf: The document.
        mark: The secrecy mark that it is registered under; what it shows itself is compared with it.

    Raises:
        UnusableFileError: one of its subclasses says why the file cannot be used.
    """
    found = inspect(pdf)
    told = head_findings(find_heads(found.cleaned), mark)
    found = replace(found, findings=(*found.findings, *told))
    return found, tuple(_picture(found.cleaned, page) for page in range(1, found.pages + 1))


def _picture(pdf: bytes, page: int) -> bytes:
    target = io.BytesIO()
    Image.fromarray(render_page(pdf, page, PICTURE_DPI)).save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()
