"""What the sandbox makes of an offered document: the cleaned file, a picture and the proof of each page."""

import io
from dataclasses import replace
from typing import Final

from PIL import Image

from watermark import (
    Finding,
    Inspection,
    MarkPlan,
    Proof,
    find_heads,
    head_findings,
    inspect,
    prepare,
    prove,
    render_page,
)

PICTURE_DPI: Final = 100
"""Small print (6 pt) is readable, A4 has 827 x 1169 px."""
PICTURE_TYPE: Final = "image/webp"
_QUALITY: Final = 80
"""Text keeps its edges; about 60 kB for a page of it, a sixth of the same page as PNG."""


def inspect_document(
    pdf: bytes, mark: str, plan: MarkPlan
) -> tuple[Inspection, tuple[bytes, ...], Proof, tuple[Finding, ...]]:
    """Return a document inspected, a picture of each page as it will be printed, and what trying out its marks told.

    The document is prepared as it will be for a print run, so that what stands in the way of its marks is known while
    the clerk who has the file is there, and not at the printer.

    Args:
        pdf: The document.
        mark: The secrecy mark that it is registered under; what it shows itself is compared with it.
        plan: Which marks its pages will get.

    Raises:
        UnusableFileError: one of its subclasses says why the file cannot be used.
    """
    found = inspect(pdf)
    told = head_findings(find_heads(found.cleaned), mark)
    found = replace(found, findings=(*found.findings, *told))
    proof, noticed = assess_document(found.cleaned, plan)
    pictures = tuple(_picture(found.cleaned, page) for page in range(1, found.pages + 1))
    return found, pictures, proof, tuple(finding for finding in noticed if finding not in found.findings)


def assess_document(cleaned: bytes, plan: MarkPlan) -> tuple[Proof, tuple[Finding, ...]]:
    """Return how traceable a cleaned document is under a plan, and what was noticed in preparing it.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    base = prepare(cleaned, plan=plan)
    return prove(base), base.findings


def _picture(pdf: bytes, page: int) -> bytes:
    target = io.BytesIO()
    Image.fromarray(render_page(pdf, page, PICTURE_DPI)).save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()
