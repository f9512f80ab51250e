"""A registered page as the reader needs it: its picture without marks, and where its marks would be."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark import render
from watermark.limits import Limits
from watermark.marks.dots import Cells
from watermark.plan import DotStyle
from watermark.trace.place.features import Landmarks, find_landmarks, find_landmarks_in_bands
from watermark.units import MM_PER_INCH, PT_PER_INCH, mm_from_pt
from watermark.write.surveyed import Survey

REFERENCE_DPI: Final = 220.0
"""A dot is 1.1 pixels, a displacement 0.43; the resolution at which displacements were measured best."""
_MOST_PX: Final = 6_000_000
_MOST_LANDMARKS: Final = 9000
_MOST_FINE_LANDMARKS: Final = 40_000
#: Diameter in pixels of the smallest landmark used: 0.55 mm, about a stroke and its surroundings.
_SMALLEST_PX: Final = 2.4


@dataclass(frozen=True, eq=False)
class Reference:
    """A registered page.

    Attributes:
        document: The caller's name of the document.
        page: Its page, from 1.
        gray: ``(H, W)``: the page without marks, 0 black.
        dpi: Pixels per inch of ``gray``.
        width_mm: Width of the visible page.
        height_mm: Its height.
        units_mm: ``(n, 4)``: left, top, right, bottom of each displaced word.
        cells: Where dots are.
        dots: How they are printed; None for none.
        per_page: Whether the dots say the page's number; if not, all pages of a copy share a field.
    """

    document: str
    page: int
    gray: NDArray[np.uint8]
    dpi: float
    width_mm: float
    height_mm: float
    units_mm: NDArray[np.float32]
    cells: Cells
    dots: DotStyle | None
    per_page: bool

    @property
    def px_per_mm(self) -> float:
        """Pixels of ``gray`` per millimetre of paper."""
        return self.dpi / MM_PER_INCH

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the page."""
        return self.width_mm, self.height_mm

    @property
    def dots_page(self) -> int:
        """Number of the page that its dots say; 0 where all pages of a copy share a field."""
        return self.page if self.per_page else 0

    @cached_property
    def halved(self) -> NDArray[np.uint8]:
        """The page at half the resolution; its corner is the page's."""
        height, width = self.gray.shape
        even = np.pad(self.gray, ((0, height % 2), (0, width % 2)), mode="edge")
        size = even.shape[1] // 2, even.shape[0] // 2
        return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def landmarks(self) -> Landmarks:
        """Landmarks of the halved page, where they stand in pixels of ``gray``; found when first asked for."""
        found = find_landmarks(self.halved).largest(_MOST_LANDMARKS, _SMALLEST_PX)
        return Landmarks(found.points * 2 + np.float32(0.5), found.sizes * 2, found.turns, found.looks)

    @cached_property
    def fine_landmarks(self) -> Landmarks:
        """All landmarks of the page, down to strokes of letters: for small pieces, which have few large ones."""
        return find_landmarks_in_bands(self.gray).largest(_MOST_FINE_LANDMARKS, 0.0)


def references(
    document: bytes,
    survey: Survey,
    *,
    name: str,
    pages: Collection[int] | None = None,
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> tuple[Reference, ...]:
    """Return the pages of a document as the reader needs them.

    Args:
        document: As ``inspect`` cleaned it.
        survey: What was found out when it was prepared.
        name: What the caller calls it.
        pages: Which of its pages, from 1; all if None. One takes 5 MB.
        limits: Bounds the pictures of its pages.

    Raises:
        UnusableFileError: the document cannot be drawn.
    """
    wanted = range(1, len(survey.pages) + 1) if pages is None else pages
    return tuple(_drawn(document, survey, name, wanted, limits))


def _drawn(
    document: bytes, survey: Survey, name: str, wanted: Collection[int], limits: Limits
) -> Iterator[Reference]:
    with render.opened(document, limits) as pages:
        for number in wanted:
            page = survey.pages[number - 1]
            inches = page.width_pt * page.height_pt / PT_PER_INCH**2
            dpi = min(REFERENCE_DPI, (min(_MOST_PX, limits.picture_px) / inches) ** 0.5)
            yield Reference(
                name,
                number,
                pages.draw_exactly(number, dpi),
                dpi,
                mm_from_pt(page.width_pt),
                mm_from_pt(page.height_pt),
                page.units,
                page.cells,
                survey.plan.dots,
                survey.plan.per_page,
            )
