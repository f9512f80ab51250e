"""What the sandbox makes of an offered document: the cleaned file, a picture and the proof of each page."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PIL import Image

from watermark import (
    Finding,
    Inspection,
    MarkPlan,
    PageMark,
    Proof,
    find_heads,
    glance,
    head_findings,
    inspect,
    prepare,
    prove,
    read_qr,
    render_page,
    words_left_out,
)

PICTURE_DPI: Final = 100
"""Small print (6 pt) is readable, A4 has 827 x 1169 px."""
PICTURE_TYPE: Final = "image/webp"
GLANCED_PAGES: Final = 3
"""How many pages of an offered document are looked at for dots: each may cost a second or two of processor time."""
GLANCE_DPI: Final = 300
_QUALITY: Final = 80
"""Text keeps its edges; about 60 kB for a page of it, a sixth of the same page as PNG."""


def inspect_document(pdf: bytes, mark: str) -> Inspection:
    """Return a document inspected; what it shows as its secrecy mark is compared with ``mark``, that of the register.

    Raises:
        UnusableFileError: one of its subclasses says why the file cannot be used.
    """
    found = inspect(pdf)
    told = head_findings(find_heads(found.cleaned), mark)
    return replace(found, findings=(*found.findings, *told))


def assess_document(
    cleaned: bytes, plan: MarkPlan, longest: PageMark
) -> tuple[Proof, tuple[Finding, ...], bytes]:
    """Return how traceable a cleaned document is under a plan, what was noticed in preparing it, and its survey.

    The document is prepared as it will be for a print run, so that what stands in the way of its marks is known while
    the clerk who has the file is there, and not at the printer; so is tried what a copy may say at the longest.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    base = prepare(cleaned, plan=plan)
    return prove(base), (*base.findings, *words_left_out(base, longest)), base.survey.to_bytes()


def draw_pages(
    cleaned: bytes, pages: int, keys: Sequence[bytes]
) -> tuple[tuple[bytes, ...], tuple[str, ...], tuple[int, ...]]:
    """Return a picture of each of so many pages as it will be printed, and what marks on them say.

    Args:
        cleaned: The document.
        pages: How many pages it has.
        keys: Secrets under which dots were made here, oldest first.

    Returns:
        The pictures; the texts of the QR codes on them; what dots on the first pages say, see `GLANCED_PAGES`.
    """
    pictures = tuple(_picture(cleaned, page) for page in range(1, pages + 1))
    codes = tuple(found.text for picture in pictures for found in read_qr(picture))
    glanced = (
        glance(render_page(cleaned, page, GLANCE_DPI, gray=True), keys)
        for page in range(1, min(pages, GLANCED_PAGES) + 1)
    )
    return pictures, codes, tuple(found.identity for found in glanced if found is not None)


def _picture(pdf: bytes, page: int) -> bytes:
    target = io.BytesIO()
    Image.fromarray(render_page(pdf, page, PICTURE_DPI)).save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()
