"""Look at every page of a cleaned document: what its margins leave free for marks, and which words can be displaced."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray

from watermark import errors, render
from watermark.clean.opening import as_broken_file
from watermark.displace.drawn import drawn_once
from watermark.displace.find import find_shifts
from watermark.displace.textwalk import form_at
from watermark.limits import Limits
from watermark.marks.dots import USUAL, Cells
from watermark.marks.room import usable_cells
from watermark.placement import Paper, Placement, place, reserve
from watermark.plan import MarkPlan
from watermark.units import PT_PER_INCH, mm_from_pt
from watermark.write.heads import find_heads
from watermark.write.surveyed import BasePage

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


def survey_pages(cleaned: bytes, plan: MarkPlan, limits: Limits) -> tuple[BasePage, ...]:
    """Look at every page: choose the places of its marks and dots, and find the words that can be displaced.

    Args:
        cleaned: The document as cleaning leaves it.
        plan: Which marks its pages get.
        limits: Bounds the pictures of its pages.

    Raises:
        PageTooSmallError: a page has no room for its marks.
    """
    pages = _with_places(cleaned, plan, limits)
    return tuple(_with_shifts(cleaned, pages, limits) if plan.shifts else pages)


def _with_places(cleaned: bytes, plan: MarkPlan, limits: Limits) -> list[BasePage]:
    """Return the pages with the places of their marks and dots."""
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
    return pages


def _with_shifts(cleaned: bytes, pages: Iterable[BasePage], limits: Limits) -> Iterator[BasePage]:
    """Yield the pages with what can be displaced on them."""
    with as_broken_file(), pikepdf.open(io.BytesIO(cleaned)) as pdf:
        once = drawn_once(pdf)
        for number, page in enumerate(pages, start=1):
            shifts = find_shifts(pdf, number, once=once, limits=limits)
            sheet = pdf.pages[number - 1].obj
            if shifts and all(_is_named(sheet, stream.path) for stream in shifts.streams):
                streams = tuple(replace(stream, target=None) for stream in shifts.streams)
                yield replace(page, shifts=replace(shifts, streams=streams))
            else:
                yield page


def _is_named(sheet: pikepdf.Object, path: Sequence[str]) -> bool:
    """Tell whether every form on a path has resources of its own, so that the next can be named in them."""
    return all("/Resources" in form_at(sheet, path[:length]) for length in range(1, len(path)))


def _cells(paper: Paper, placement: Placement, plan: MarkPlan) -> Cells:
    """Return the cells of a page that may bear a dot."""
    cells = usable_cells(reserve(paper, placement), paper.dpi, plan.dots or USUAL)
    return cells if plan.dots else cells.emptied()
