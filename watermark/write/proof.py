"""Can this page be traced? What its dots and displaced words will yield when it leaks, told before it is printed.

A score is the expected evidence for the true copy in decades, log10 E, as tracing will add it up: 15 decades name one
copy of a million with an error below 10^-9. The visible carriers are never counted: whoever leaks a page cuts them off.

Laws: more free cells or more displaced words never lower a score; what is told are whole decades, rounded down. All
yields come from simulated printing and picture taking, at ordinary severity: no printer and no telephone was tried.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.marks import dots
from watermark.marks.dots import Cells
from watermark.payload import EVIDENCE, SYMBOLS, TILE
from watermark.plan import DotStyle, MarkPlan
from watermark.write.base import Base
from watermark.write.surveyed import BasePage

VERSION: Final = 1


class Channel(StrEnum):
    """How a page leaks."""

    SCAN = "scan"
    PHONE = "phone"
    PHOTOCOPY = "photocopy"
    """A copy of a copy."""
    CROP = "crop"
    """A piece of 60 x 60 mm of a phone photo."""


class Grade(StrEnum):
    """What a score means to people."""

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"
    UNTRACEABLE = "untraceable"


LEAST_DECADES: Final[Mapping[Grade, int]] = MappingProxyType(
    {
        # Half of the evidence may be lost and 15 are left; phone photos of bad severity keep a quarter (54 of 230).
        Grade.CERTAIN: 30,
        # One copy of 10^6 with an error below 10^-9: Markov's inequality over all copies.
        Grade.LIKELY: 15,
        # One copy of a print run of 1,000 with an error below 10^-6: a hint, to be backed by other facts.
        Grade.DOUBTFUL: 9,
        Grade.UNTRACEABLE: 0,
    }
)
"""From how many decades on a score has a grade."""

#: One of 16 places, read without doubt.
_DECADES_PER_CELL: Final = math.log10(SYMBOLS)

# Share of a cell's decades that one printed cell yields, by side of the dot in device pixels.
# - Scan: the wall is 22 visible dots for 15 decades, 15 / (22 x 1.204) = 0.57; 2 px survive scans as well.
# - Phone: a crop of 60 mm gave 106 decades (3 px), 104 (4 px), 46 (2 px) of 231; dense text leaves about 1.8 printed
#   cells a symbol there, so 1 - (1 - y)^1.8 = 106 / 231 gives 0.29, and 0.12 for 2 px.
# - Photocopy: a second copy, piece of 40 mm, gave 72 decades (3 px) and 33 (4 px) of about 105 that lay in it. The
#   lower figure is used for both, since runs with other damage lost more. 2 px were lost (-60).
_CELL_YIELD: Final[Mapping[Channel, Mapping[int, float]]] = MappingProxyType(
    {
        Channel.SCAN: {2: 0.57, 3: 0.57, 4: 0.57},
        Channel.PHONE: {2: 0.12, 3: 0.29, 4: 0.29},
        Channel.PHOTOCOPY: {2: 0.0, 3: 0.31, 4: 0.31},
    }
)

# Decades that one displaced word yields. A word read without doubt carries 0.60; a full page gave, for some 540 words,
# 221-328 decades from scans, 67-130 from phones, 141-211 from third copies: the lower ends. A piece of 60 mm of a phone
# photo, with about 49 words, gave 3-7.
_UNIT_DECADES: Final[Mapping[Channel, float]] = MappingProxyType(
    {
        Channel.SCAN: 221 / 540,
        Channel.PHONE: 67 / 540,
        Channel.PHOTOCOPY: 141 / 540,
        Channel.CROP: 3 / 49,
    }
)

CROP_MM: Final = 60.0
_ROUNDING_MM: Final = 1e-6
#: Nine of ten places of a page yield at least the score of its pieces.
_CROP_QUANTILE: Final = 0.1
#: Pieces are tried this far apart: a sixth of their side, so that no gap between two tries hides a poor place ...
_CROP_STEP_CELLS: Final = 5
#: ... and on large sheets so far that a side has at most about this many.
_CROP_TRIES: Final = 24

FEW_UNITS: Final = 25
"""Below so many displaced words 15 decades cannot be reached: 25 x 0.60."""
FEW_CELLS: Final = 22
"""Below so many dots a scan does not name a copy."""


@dataclass(frozen=True)
class PageProof:
    """What one page can carry, and what that yields.

    Attributes:
        cells: Dots that tell one copy from another.
        units: Displaced words.
        decades: Expected evidence for the true copy by leak channel, whole decades, rounded down.
        obstacles: What is missing, as stable words: ``no-live-text``, ``few-words``, ``no-free-paper``,
            ``little-free-paper``, ``dots-off``, ``shifts-off``, ``code-over-content``, ``text-over-content``.
    """

    cells: int
    units: int
    decades: Mapping[Channel, int]
    obstacles: tuple[str, ...] = ()

    def grade(self, channel: Channel) -> Grade:
        """Return what the score of a channel means."""
        return grade_of(self.decades[channel])

    def as_json(self) -> dict[str, Any]:
        """Return the page as a JSON value."""
        return {
            "cells": self.cells,
            "units": self.units,
            "decades": {str(channel): self.decades[channel] for channel in Channel},
            "obstacles": list(self.obstacles),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return the page that :meth:`as_json` gave this value for."""
        decades = {channel: int(value["decades"][channel]) for channel in Channel}
        return cls(value["cells"], value["units"], decades, tuple(value["obstacles"]))


@dataclass(frozen=True)
class Proof:
    """How traceable each page of a document is, in their order."""

    pages: tuple[PageProof, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the proof as a JSON value; numbers in it are whole."""
        return {"version": VERSION, "pages": [page.as_json() for page in self.pages]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return the proof that :meth:`as_json` gave this value for.

        Raises:
            ValueError: the value is of another version.
        """
        if value["version"] != VERSION:
            raise ValueError(f"got a proof of version {value['version']}, wanted {VERSION}")
        return cls(tuple(map(PageProof.from_json, value["pages"])))


def grade_of(decades: int) -> Grade:
    """Return what a score means."""
    return next(grade for grade, least in LEAST_DECADES.items() if decades >= least)


def prove(base: Base) -> Proof:
    """Return how traceable each page of a prepared document is, under the plan it was prepared for."""
    return Proof(
        tuple(prove_page(page.cells, page.units, base.plan, covered=_covered(page)) for page in base.pages)
    )


def prove_page(
    cells: Cells,
    units: NDArray[np.float32],
    plan: MarkPlan,
    *,
    covered: Iterable[str] = (),
) -> PageProof:
    """Return how traceable a page is.

    Args:
        cells: Where a dot may be, sized as the plan says.
        units: ``(n, 4)``: left, top, right, bottom of each displaced word in mm from the top left of the visible page.
        plan: The carriers the document gets.
        covered: Obstacles that lie in the placing of the visible marks.
    """
    style = plan.dots or dots.USUAL
    printed = cells if plan.dots else cells.emptied()
    tile, boxes_mm = printed.tile(), printed.boxes_mm(style)
    # Those that say the same on every copy do not count.
    telling = EVIDENCE.reshape(-1)[tile]
    tile, boxes_mm = tile[telling], boxes_mm[telling]
    moved = units if plan.shifts and plan.flatten_dpi is None else units[:0]
    repeats = _repeats(tile)
    pairs = {
        channel: (_dot_decades(repeats, channel, style), len(moved) * _UNIT_DECADES[channel])
        for channel in (Channel.SCAN, Channel.PHONE, Channel.PHOTOCOPY)
    }
    decades = {channel: _mixed(*pair) for channel, pair in pairs.items()}
    decades[Channel.CROP] = _crop_decades(tile, boxes_mm, moved, cells.size_mm(style), style)
    dots_count, words_count = len(tile), len(moved)
    return PageProof(
        cells=dots_count,
        units=words_count,
        decades={channel: max(0, math.floor(decades[channel])) for channel in Channel},
        obstacles=(*_obstacles(dots_count, words_count, plan), *covered),
    )


def _repeats(tile: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return ``(256,)``: how often each symbol of the tile is printed."""
    return np.bincount(tile, minlength=TILE * TILE)


def _dot_decades(repeats: NDArray[np.intp], channel: Channel, style: DotStyle) -> float:
    """Return what the dots yield: a symbol printed again and again is read with less and less doubt, never twice."""
    cell_yield = _CELL_YIELD[channel][style.side_px]
    return float(_DECADES_PER_CELL * (1.0 - (1.0 - cell_yield) ** repeats).sum())


def _mixed(places: float, words: float) -> float:
    """Return the decades of ``mean(E_words * E_dots, E_words, E_dots)``, as tracing combines them."""
    highest = places + words
    summed = 1.0 + 10.0 ** (words - highest) + 10.0 ** (places - highest)
    return highest + math.log10(summed / 3.0)


def _crop_decades(
    tile: NDArray[np.intp],
    boxes_mm: NDArray[np.float64],
    units: NDArray[np.float32],
    size_mm: tuple[float, float],
    style: DotStyle,
) -> float:
    """Return what a piece of a phone photo yields at all but the poorest places of the page."""
    found = []
    for top in _starts_mm(size_mm[1], style):
        rows, words = _within(boxes_mm, top, 1), _within(units, top, 1)
        for left in _starts_mm(size_mm[0], style):
            seen = tile[rows][_within(boxes_mm[rows], left, 0)]
            read = _within(units[words], left, 0).sum() * _UNIT_DECADES[Channel.CROP]
            found.append(_mixed(_dot_decades(_repeats(seen), Channel.PHONE, style), read))
    return float(np.quantile(found, _CROP_QUANTILE))


def _starts_mm(length_mm: float, style: DotStyle) -> Sequence[float]:
    """Return where pieces begin along a side of the page, the last at its end; a small page is one piece."""
    cell_mm = dots.cell_mm(style)
    last = max(0, round(length_mm / cell_mm) - int(CROP_MM / cell_mm))
    starts = sorted({*range(0, last, max(_CROP_STEP_CELLS, last // _CROP_TRIES)), last})
    return [start * cell_mm for start in starts]


def _within(boxes: NDArray[np.floating[Any]], start_mm: float, axis: int) -> NDArray[np.bool_]:
    """Return which boxes lie wholly within a piece along an axis, 0 for x."""
    before, beyond = start_mm - _ROUNDING_MM, start_mm + CROP_MM + _ROUNDING_MM
    return np.asarray((boxes[:, axis] >= before) & (boxes[:, axis + 2] <= beyond), np.bool_)


def _covered(page: BasePage) -> Iterable[str]:
    if page.placement.code_over_content:
        yield "code-over-content"
    if any(room.over_content for room in page.placement.rooms):
        yield "text-over-content"


def _obstacles(cells: int, units: int, plan: MarkPlan) -> Iterable[str]:
    if not plan.dots:
        yield "dots-off"
    elif not cells:
        yield "no-free-paper"
    elif cells < FEW_CELLS:
        yield "little-free-paper"
    if not plan.shifts or plan.flatten_dpi is not None:
        yield "shifts-off"
    elif not units:
        yield "no-live-text"
    elif units < FEW_UNITS:
        yield "few-words"
