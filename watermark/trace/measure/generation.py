"""Tell a first print from a photocopy by the dots of a copy that is named already.

A laser printer lays all dots of a page down alike, on one even grid. A copier looks at them through a raster of its
own, decides for each point between black and white, and prints what it decided: dots come out larger and smaller, moved
to and fro, and some not at all. So two things are measured on dots whose places are known: how much their ink differs
from dot to dot, and how far they stand off the even grid of their neighbours, each beyond what the picture itself does
to even dots. The laws:

* Both must point the same way, else nothing is said.
* What is expected of printers and copiers is derived from their rasters and edges, not fitted to pictures.
* A dot that is not seen says nothing: filters of scanners and chat programs erase dots as copiers do.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.marks.dots import centres_mm
from watermark.trace.measure.seeing import PageSeen
from watermark.trace.measure.spots import Spots, even_spots, fit_spots, spread_of
from watermark.units import MM_PER_INCH

#: Standard deviation of a printed edge from its line, "raggedness" of ISO/IEC 24790: 4 to 9 µm for office lasers.
#: Along the side of a dot it may be the same, or vary so that its mean varies by 0.63 of it: between both.
_RAGGED_MM: Final = 0.006
_OF_A_SIDE: Final = 0.79
#: Copiers look at 400 or 600 points an inch: here between both. An edge falls anywhere between two points: rounding it
#: moves it by a standard deviation of 0.29 points; a width, rounded up or down, varies by 0.39 on the average.
_RASTER_MM: Final = MM_PER_INCH / 490
_ROUNDED_EDGE: Final = 0.29
_ROUNDED_WIDTH: Final = 0.39
#: A dot that is about to be lost has anything from no ink to twice the usual: the most that ink can vary.
_AT_THE_CUT: Final = 3**-0.5
#: How far devices differ from these, as a factor, one standard deviation; twice that takes in worn printers, and
#: copiers of 300 and of 1200 points. What makes ink vary makes places vary too.
_FACTOR_OF_PRINTERS: Final = 1.55
_FACTOR_OF_COPIERS: Final = 1.5
_TOGETHER: Final = 0.5

SAID_LOG10: Final = 2.0
"""A likelihood ratio of 100: below it nothing is said."""
_MOST_LOG10: Final = 4.0  # devices differ more than such models know
_LEAST_DOTS: Final = 80
_MOST_DOTS: Final = 900
#: Pictures that would themselves make even dots differ as copiers do cannot tell; a share of that is the limit.
_MOST_OF_COPIERS: Final = 0.6
#: Scanned in black and white, or cut so later: a raster like a copier's, whichever machine did it.
#: Edges of type alone have more shades than black pixels in any scan with shades.
_TWO_TONE: Final = 0.25
_NEAR_BLACK, _NEAR_WHITE = 24, 231
#: Paper in a scan has grain, and is pure white in a half of its pixels at the most; levels pulled later make it all so.
_PAPER, _PURE_WHITE = 200, 252
_WASHED_OUT: Final = 0.8
#: Pixels of ink that are the middle one of the nine around them: 0.41 to 0.48 of them in scans and phone photos near
#: 300 dpi, 0.61 to 0.72 after a median filter, which makes dots uneven that are not larger than it (simulated).
_FILTERED: Final = 0.55
_FILTERS_SPARE_PX: Final = 2.5
_BLOCK_MM: Final = 16.0
_STEP_MM: Final = 0.5
#: Dots are seen alone so far around their middle.
_ALONE_MM: Final = 0.40
#: So many of the dots must be seen: where fewer are, those are the largest ones, and not like the others.
_LEAST_SEEN: Final = 0.25


class Generation(StrEnum):
    """Whether a photocopier stands between the print and the picture."""

    ORIGINAL = "original"
    """The dots are as even as a printer makes them: the picture shows the print itself, or the page as a file."""
    COPY = "copy"
    """They are as uneven as copiers make them."""
    UNSURE = "cannot-say"


class Why(StrEnum):
    """On what it rests, or why nothing can be said."""

    EVEN_DOTS = "even-dots"
    UNEVEN_DOTS = "uneven-dots"
    UNDECIDED = "undecided"
    """Dots are too uneven for a print and too even for a copy, or size and place say different things."""
    TOO_COARSE = "too-coarse"
    """The picture is too coarse, too blurred or too noisy to compare dots."""
    TWO_TONE = "two-tone"
    """The picture is black and white only, which makes all dots uneven."""
    EDITED = "edited"
    """The dots are uneven, but so are any print's once its picture was smoothed or its paper made pure white."""
    FEW_DOTS = "few-dots"
    """Too few dots are seen."""


@dataclass(frozen=True)
class PrintSeen:
    """What a picture says of how the page came to it.

    Attributes:
        generation: The answer.
        why: On what it rests.
        log10_ratio: How much likelier what was measured is of a photocopy than of a first print; 0 where none is told.
        dots: Dots that were compared.
        unevenness: Standard deviation of their ink, as a share of it, beyond the picture's own; None if not measured.
        stray_mm: Standard deviation of their places, along the better axis, beyond the picture's own; None likewise.
    """

    generation: Generation
    why: Why
    log10_ratio: float = 0.0
    dots: int = 0
    unevenness: float | None = None
    stray_mm: float | None = None


@dataclass(frozen=True, eq=False)
class DotsExpected:
    """Where the dots of a copy are in a picture.

    Attributes:
        at_mm: ``(n, 2)``: x, y on the page.
        at_px: ``(n, 2)``: x, y in the picture.
        px_per_mm: ``(n, 2, 2)``: how the picture moves, x then y, when the page moves right (column 0) and down (1).
        side_mm: Side of a dot.
    """

    at_mm: NDArray[np.float64]
    at_px: NDArray[np.float64]
    px_per_mm: NDArray[np.float64]
    side_mm: float


def expected_dots(
    mesh_px: NDArray[np.float32],
    size_mm: tuple[float, float],
    at_mm: NDArray[np.float64],
    side_mm: float,
) -> DotsExpected:
    """Return where dots are in a picture.

    Args:
        mesh_px: Where the page lies, see :class:`watermark.trace.place.placing.Placing`.
        size_mm: Width and height of the page.
        at_mm: ``(n, 2)``: middles of the dots, from :func:`watermark.marks.dots.centres_mm`.
        side_mm: Side of a dot.
    """
    moved = [
        (_in_picture(mesh_px, size_mm, at_mm + step) - _in_picture(mesh_px, size_mm, at_mm - step))
        / (2 * _STEP_MM)
        for step in (np.array([_STEP_MM, 0.0]), np.array([0.0, _STEP_MM]))
    ]
    return DotsExpected(at_mm, _in_picture(mesh_px, size_mm, at_mm), np.stack(moved, axis=-1), side_mm)


def print_seen(picture: NDArray[np.uint8], seen: PageSeen, identity: int, key: bytes) -> PrintSeen | None:
    """Return whether a picture shows a first print of a copy's page or a photocopy; None if the page has no dots.

    Args:
        picture: ``(H, W)``, 0 black.
        seen: The page, laid over it.
        identity: The 64 bits of the copy that is shown, beyond doubt.
        key: The secret under which it was made.
    """
    page = seen.reference
    if page.dots is None or not page.cells.lattice.count:
        return None
    # The lattice alone: a dot is compared with its even neighbours.
    at_mm = centres_mm(identity, page.dots_page, page.cells.lattice, key, page.dots)
    dots = expected_dots(seen.placing.mesh_px, page.size_mm, at_mm, page.dots.side_mm)
    return tell_generation(picture, dots, seen.placing.dpi)


def tell_generation(picture: NDArray[np.uint8], dots: DotsExpected, dpi: float) -> PrintSeen:
    """Return whether a picture shows a first print or a photocopy.

    Args:
        picture: ``(H, W)``, 0 black.
        dots: Where the dots of the copy that it shows are.
        dpi: Pixels of the picture per inch of paper.
    """
    px_per_mm = dpi / MM_PER_INCH
    around_px = math.ceil(_ALONE_MM * px_per_mm)
    dots = _some(dots, picture.shape, around_px)
    if len(dots.at_mm) < _LEAST_DOTS:
        return PrintSeen(Generation.UNSURE, Why.FEW_DOTS, dots=len(dots.at_mm))
    page = _part_of(picture, dots.at_px)
    if _is_two_tone(page):
        return PrintSeen(Generation.UNSURE, Why.TWO_TONE, dots=len(dots.at_mm))
    block = _blocks(dots.at_mm)
    spots = fit_spots(picture, dots.at_px, px_per_mm, around_px, block)
    seen = np.flatnonzero(spots.is_seen)
    if len(seen) < max(_LEAST_DOTS, _LEAST_SEEN * len(dots.at_mm)):
        return PrintSeen(Generation.UNSURE, Why.FEW_DOTS, dots=len(seen))
    to_mm = np.asarray(np.linalg.inv(dots.px_per_mm[seen]), np.float64)
    even = even_spots(spots, dots.side_mm, px_per_mm, around_px)
    ink, stray = spread_of(spots, seen, dots.at_mm, to_mm, block)
    own_ink, own_stray = spread_of(even, seen, dots.at_mm, to_mm, block)
    blur_ink, blur_stray = _own_noise(spots, seen, to_mm)
    axis = int(np.argmin(stray))
    found = _judged(
        len(seen),
        (ink, math.hypot(own_ink, blur_ink)),
        (stray[axis], math.hypot(own_stray[axis], blur_stray[axis])),
        dots.side_mm,
    )
    small = dots.side_mm * px_per_mm < _FILTERS_SPARE_PX
    if found.generation is Generation.COPY and (_is_washed_out(page) or (small and _is_filtered(page))):
        return replace(found, generation=Generation.UNSURE, why=Why.EDITED, log10_ratio=0.0)
    return found


def _judged(dots: int, ink: tuple[float, float], stray: tuple[float, float], side_mm: float) -> PrintSeen:
    """Return the answer to what was measured, and what even dots would have measured in the same picture."""
    printer_ink, copier_ink = _expected_ink(side_mm)
    printer_stray, copier_stray = _expected_stray()
    unevenness = math.sqrt(max(ink[0] ** 2 - ink[1] ** 2, 0.0))
    stray_mm = math.sqrt(max(stray[0] ** 2 - stray[1] ** 2, 0.0))

    def told(generation: Generation, why: Why, ratio: float = 0.0) -> PrintSeen:
        return PrintSeen(generation, why, round(ratio, 2), dots, round(unevenness, 4), round(stray_mm, 5))

    if ink[1] > _MOST_OF_COPIERS * copier_ink or stray[1] > _MOST_OF_COPIERS * copier_stray:
        return told(Generation.UNSURE, Why.TOO_COARSE)
    # More even than a good printer's is no more telling than that.
    measured = max(unevenness, printer_ink / 2), max(stray_mm, printer_stray / 2)
    printers = _lognormal(measured, (printer_ink, printer_stray), _FACTOR_OF_PRINTERS)
    copiers = _lognormal(measured, (copier_ink, copier_stray), _FACTOR_OF_COPIERS)
    halfway = math.sqrt(printer_ink * copier_ink), math.sqrt(printer_stray * copier_stray)
    if (unevenness > halfway[0]) != (stray_mm > halfway[1]):
        return told(Generation.UNSURE, Why.UNDECIDED)
    ratio = max(min((copiers - printers) / math.log(10), _MOST_LOG10), -_MOST_LOG10)
    if ratio >= SAID_LOG10:
        return told(Generation.COPY, Why.UNEVEN_DOTS, ratio)
    if ratio <= -SAID_LOG10:
        return told(Generation.ORIGINAL, Why.EVEN_DOTS, ratio)
    return told(Generation.UNSURE, Why.UNDECIDED, ratio)


def _expected_ink(side_mm: float) -> tuple[float, float]:
    """Return how uneven the ink of dots is from a printer and from a copier: standard deviations, shares of the ink.

    A printed dot has four ragged edges. A copied one has a width and a height that were rounded, at the least, and at
    the most is about to be lost: the copier's is between both.
    """
    rounded = min(math.sqrt(2) * _ROUNDED_WIDTH * _RASTER_MM / side_mm, _AT_THE_CUT)
    return 2 * _OF_A_SIDE * _RAGGED_MM / side_mm, math.sqrt(rounded * _AT_THE_CUT)


def _expected_stray() -> tuple[float, float]:
    """Return how far dots stray from a printer and from a copier, mm.

    The middle of a printed dot is between two ragged edges; that of a copied one between two that were rounded, or is
    the one point that was left of it: between both.
    """
    return _OF_A_SIDE * _RAGGED_MM / math.sqrt(2), _ROUNDED_EDGE * _RASTER_MM / 2**0.25


def _lognormal(measured: tuple[float, float], middles: tuple[float, float], factor: float) -> float:
    """Return the logarithm of the density of two standard deviations, up to a constant that is the same for all."""
    width = math.log(factor)
    first, second = (
        math.log(value / middle) / width for value, middle in zip(measured, middles, strict=True)
    )
    square = (first**2 - 2 * _TOGETHER * first * second + second**2) / (1 - _TOGETHER**2)
    return -square / 2 - 2 * math.log(width)


def _own_noise(
    spots: Spots, seen: NDArray[np.intp], to_mm: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return what the noise of the picture adds to the unevenness and the straying of its dots."""
    ink = float(np.sqrt(np.median((spots.ink_doubt[seen] / spots.ink[seen]) ** 2)))
    stray = np.sqrt(np.einsum("nij,nj->ni", to_mm**2, spots.off_doubt_px[seen] ** 2))
    return ink, np.asarray(np.median(stray, axis=0), np.float64)


def _part_of(picture: NDArray[np.uint8], at_px: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the part of a picture in which dots are."""
    low, high = at_px.min(axis=0).astype(int), at_px.max(axis=0).astype(int) + 1
    return picture[low[1] : high[1], low[0] : high[0]]


def _is_two_tone(page: NDArray[np.uint8]) -> bool:
    """Tell whether a picture has hardly a shade between black and white."""
    shades = ((page > _NEAR_BLACK) & (page < _NEAR_WHITE)).sum()
    return bool(shades < _TWO_TONE * (page <= _NEAR_BLACK).sum())


def _is_washed_out(page: NDArray[np.uint8]) -> bool:
    """Tell whether the paper has lost its shades: what was cut off above cut into the dots too, as copiers do."""
    paper = page[page > _PAPER]
    return bool((paper >= _PURE_WHITE).mean() > _WASHED_OUT) if paper.size else False


def _is_filtered(page: NDArray[np.uint8]) -> bool:
    """Tell whether a median filter went over a picture: what it left, it would leave again."""
    ink = page < _PAPER
    return (
        bool((cv2.medianBlur(np.ascontiguousarray(page), 3) == page)[ink].mean() > _FILTERED)
        if ink.any()
        else False
    )


def _some(dots: DotsExpected, shape: tuple[int, ...], around_px: int) -> DotsExpected:
    """Return the dots that lie well within a picture, block by block, as many as are enough."""
    room = around_px + 4
    within = (dots.at_px > room) & (dots.at_px < np.array([shape[1], shape[0]]) - 1 - room)
    inside = np.flatnonzero(within.all(axis=1))
    block = _blocks(dots.at_mm[inside])
    order = np.random.default_rng(0).permutation(int(block.max(initial=-1)) + 1)
    kept: list[NDArray[np.intp]] = []
    for each in order:
        if sum(map(len, kept)) >= _MOST_DOTS:
            break
        kept.append(inside[block == each])
    chosen = np.concatenate(kept) if kept else inside[:0]
    return DotsExpected(dots.at_mm[chosen], dots.at_px[chosen], dots.px_per_mm[chosen], dots.side_mm)


def _blocks(at_mm: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return for each dot the number of the square of the page that it is in."""
    if not len(at_mm):
        return np.zeros(0, np.intp)
    square = np.floor(at_mm / _BLOCK_MM).astype(np.intp)
    _, number = np.unique(square, axis=0, return_inverse=True)
    return np.asarray(number, np.intp).reshape(-1)


def _in_picture(
    mesh_px: NDArray[np.float32], size_mm: tuple[float, float], at_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return where a picture has places of the page."""
    rows, cols = mesh_px.shape[:2]
    x = (at_mm[:, 0] / size_mm[0] * (cols - 1)).astype(np.float32)[:, None]
    y = (at_mm[:, 1] / size_mm[1] * (rows - 1)).astype(np.float32)[:, None]
    found = [
        np.concatenate(
            [
                cv2.remap(
                    np.ascontiguousarray(axis),
                    part_x,
                    part_y,
                    cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_REPLICATE,
                )
                for part_x, part_y in zip(_split(x), _split(y), strict=True)
            ]
        )
        for axis in cv2.split(mesh_px)
    ]
    return np.column_stack([part[:, 0] for part in found]).astype(np.float64)


def _split(column: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return a column in parts that OpenCV takes: it wants pictures of at most 32,767 rows."""
    return [column[begin : begin + 30_000] for begin in range(0, max(len(column), 1), 30_000)]
