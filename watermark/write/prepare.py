"""Make a document ready for its copies: clean it, find room for marks on every page, and try the result once.

What is the same in every copy is done here, so that a copy costs only its own marks. A page on which a test mark cannot
be read back at its place is refused now, not at the printer.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark import errors
from watermark.marks import dots, qr
from watermark.placement import Paper, Placement, place, reserve
from watermark.plan import MarkPlan
from watermark.units import MM_PER_INCH, PT_PER_INCH, mm_from_pt, px_from_mm
from watermark.write import render
from watermark.write.assemble import assemble
from watermark.write.base import Base, BasePage
from watermark.write.clean import as_broken_file, inspect
from watermark.write.findings import Finding
from watermark.write.limits import Limits
from watermark.write.stamp import Mark, PageMark, stamp

#: Ink is looked for at this resolution: the dots keep 0.45 mm away from it, here 2.1 pixels.
_INK_DPI: Final = 120.0
_INK_PX: Final = 12_000_000

#: Darker than the paper by more than this counts as ink: a tenth of the way from white to black.
_INK_STEP: Final = 26
#: On darker paper than this nothing black can be read.
_DARKEST_PAPER: Final = 140
_PAPER_PERCENTILE: Final = 90

_TEST_TEXT: Final = "F10123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEST_PX_PER_MODULE: Final = 5
#: A code may be found this far from where it was put: the corner a reader reports varies by a module.
_TEST_TOLERANCE_MODULES: Final = 1.5


def prepare(
    pdf: bytes,
    *,
    texts: Iterable[str] = (),
    plan: MarkPlan = MarkPlan(),  # noqa: B008 -- a frozen value
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> Base:
    """Return the base of a document's copies.

    Args:
        pdf: The document as it came, or as ``inspect`` cleaned it.
        texts: Every text that marks of this batch may contain; their letters are embedded.
        plan: Which marks its pages get.
        limits: Bounds on the file.

    Raises:
        UnusableFileError: the file cannot be used, or one of its pages cannot be marked (``UnstampablePageError``).
    """
    inspection = inspect(pdf, limits=limits)
    pages = _pages(inspection.cleaned, plan, limits)
    findings = [
        Finding("mark-over-content", n) for n, page in enumerate(pages, 1) if page.placement.is_over_content
    ]
    with as_broken_file():
        base = assemble(inspection.cleaned, pages, plan, texts, limits)
    if base.face.missing:
        numbers = " ".join(f"U+{ord(character):04X}" for character in sorted(base.face.missing))
        findings.append(Finding("characters-missing", facts={"characters": numbers}))
    base = replace(base, findings=(*inspection.findings, *findings))
    if plan.qr:
        _try(base, limits)
    return base


def ink_of(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a grey ``(H, W)`` page picture is darker than its paper; everywhere if the paper itself is dark."""
    paper = float(np.percentile(picture, _PAPER_PERCENTILE))
    if paper < _DARKEST_PAPER:
        return np.ones(picture.shape, dtype=np.bool_)
    ink: NDArray[np.bool_] = picture < paper - _INK_STEP
    return ink


def _pages(cleaned: bytes, plan: MarkPlan, limits: Limits) -> tuple[BasePage, ...]:
    """Look at every page and choose the places of its marks and dots."""
    pages = []
    with render.opened(cleaned, limits) as drawn:
        for number in range(1, len(drawn) + 1):
            width_pt, height_pt = drawn.size_pt(number)
            inches = width_pt * height_pt / PT_PER_INCH**2
            dpi = min(_INK_DPI, (min(_INK_PX, limits.picture_px) / inches) ** 0.5)
            ink = ink_of(drawn.draw(number, dpi, gray=True))
            paper = Paper(mm_from_pt(width_pt), mm_from_pt(height_pt), ink, dpi)
            try:
                placement = place(paper)
            except errors.PageTooSmallError as error:
                raise errors.PageTooSmallError(page=number, **error.facts) from error
            pages.append(BasePage(width_pt, height_pt, placement, _cells(paper, placement, plan)))
    return tuple(pages)


def _cells(paper: Paper, placement: Placement, plan: MarkPlan) -> NDArray[np.bool_]:
    """Return the cells of a page that may bear a dot."""
    style = plan.dots or dots.USUAL
    cells = dots.usable_cells(reserve(paper, placement), paper.dpi, style)
    return cells if plan.dots else np.zeros_like(cells)


def _try(base: Base, limits: Limits) -> None:
    """Stamp a test copy and read every page's code where it should be."""
    mark = PageMark(_TEST_TEXT, "00000-00000-00000", ("",))
    stamped = stamp(base, Mark(0, b"", (mark,) * len(base.pages)))
    with render.opened(stamped, limits) as drawn:
        for number, page in enumerate(base.pages, start=1):
            module_mm = page.placement.module_mm
            dpi = _TEST_PX_PER_MODULE * MM_PER_INCH / module_mm
            picture = drawn.draw(number, dpi, gray=True, part=page.placement.code_box)
            if not _is_read(picture, page.placement, dpi):
                raise errors.UnstampablePageError(page=number)


def _is_read(picture: NDArray[np.uint8], placement: Placement, dpi: float) -> bool:
    """Tell whether a picture of the code's box shows the test code and nothing else, where it was put."""
    found = qr.find(picture)
    if [code.text for code in found] != [_TEST_TEXT]:
        return False
    box, code = placement.code_box, placement.code
    left, top = px_from_mm(code.left - max(box.left, 0), dpi), px_from_mm(code.top - max(box.top, 0), dpi)
    side = px_from_mm(code.width, dpi)
    expected = np.array([(left, top), (left + side, top), (left + side, top + side), (left, top + side)])
    off = np.abs(found[0].corners_px - expected).max()
    return bool(off <= px_from_mm(placement.module_mm, dpi) * _TEST_TOLERANCE_MODULES)
