"""Look at every page of a cleaned document and choose the places of its marks, from what its margins leave free."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark import errors, render
from watermark.limits import Limits
from watermark.marks import dots
from watermark.placement import Paper, Placement, place, reserve
from watermark.plan import MarkPlan
from watermark.units import PT_PER_INCH, mm_from_pt
from watermark.write.base import BasePage
from watermark.write.heads import find_heads

#: Ink is looked for at this resolution: the dots keep 0.45 mm away from it, here 2.1 pixels.
_INK_DPI: Final = 120.0
_INK_PX: Final = 12_000_000

#: Darker than the paper by more than this counts as ink: a tenth of the way from white to black.
_INK_STEP: Final = 26
#: On darker paper than this nothing black can be read.
_DARKEST_PAPER: Final = 140
_PAPER_PERCENTILE: Final = 90

#: Heads and page numbers of the document keep this much clear paper, so that ours do not read as theirs.
_CARRIED_CLEAR_MM: Final = 2.0


def ink_of(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a grey ``(H, W)`` page picture is darker than its paper; everywhere if the paper itself is dark."""
    paper = float(np.percentile(picture, _PAPER_PERCENTILE))
    if paper < _DARKEST_PAPER:
        return np.ones(picture.shape, dtype=np.bool_)
    ink: NDArray[np.bool_] = picture < paper - _INK_STEP
    return ink


def survey(cleaned: bytes, plan: MarkPlan, limits: Limits) -> tuple[BasePage, ...]:
    """Look at every page and choose the places of its marks and dots."""
    pages = []
    heads = {head.page: head for head in find_heads(cleaned, limits=limits)}
    with render.opened(cleaned, limits) as drawn:
        for number in range(1, len(drawn) + 1):
            width_pt, height_pt = drawn.size_pt(number)
            inches = width_pt * height_pt / PT_PER_INCH**2
            dpi = min(_INK_DPI, (min(_INK_PX, limits.picture_px) / inches) ** 0.5)
            ink = ink_of(drawn.draw(number, dpi, gray=True))
            paper = Paper(mm_from_pt(width_pt), mm_from_pt(height_pt), ink, dpi)
            head = heads.get(number)
            for carried in head.places if head else ():
                paper.cut(carried.grown(_CARRIED_CLEAR_MM))[:] = True
            try:
                placement = place(
                    paper, official=plan.heads and number == 1, carries_mark=bool(head and head.mark)
                )
            except errors.PageTooSmallError as error:
                raise errors.PageTooSmallError(page=number, **error.facts) from error
            pages.append(BasePage(width_pt, height_pt, placement, _cells(paper, placement, plan)))
    return tuple(pages)


def _cells(paper: Paper, placement: Placement, plan: MarkPlan) -> NDArray[np.bool_]:
    """Return the cells of a page that may bear a dot."""
    style = plan.dots or dots.USUAL
    cells = dots.usable_cells(reserve(paper, placement), paper.dpi, style)
    return cells if plan.dots else np.zeros_like(cells)
