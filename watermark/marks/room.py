"""Which cells of a page have room for a dot.

The law: a cell is used only when all its places are free, so what is printed nearby tells nothing about the symbol.
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.marks.dots import LAYERS, USUAL, Cells, Layer
from watermark.plan import DotStyle
from watermark.units import MM_PER_INCH

CLEAR_MM: Final = 0.45
"""Least distance between a dot's edge and ink, so that no dot reads as a point or an accent."""
WORD_GAP_MM: Final = 3.0
"""Gaps in a line of text up to this width count as text: three times the word space of 12-pt type, and two thirds
of an em of 12-pt Chinese. A dot there could be read as a point between figures."""
#: Places of two layers keep so many pitches apart, as the dots of neighbouring flat cells do.
_APART: Final = 2
#: Parts of a pixel and of a pitch that are rounding.
_ROUNDING: Final = 1e-6

_AXES: Final = 2

Span = NDArray[np.intp]
Floats = NDArray[np.float64]
Picture = NDArray[np.integer[Any] | np.floating[Any]]


def usable_cells(ink: NDArray[np.bool_], dpi: float, style: DotStyle = USUAL) -> Cells:
    """Return which cells of the page may bear a dot.

    Args:
        ink: ``(H, W)``, the visible page upright, origin top left; True where there is ink or will be a mark of ours.
        dpi: Pixels per inch of ``ink``; 100 and more keep the loss by rounding below one cell in ten.
        style: Size and pitch of the dots.

    Returns:
        Those that the page holds whole, whose places are ``CLEAR_MM`` from all ink and two pitches from the places of
        earlier layers.

    Raises:
        ValueError: ``ink`` is not two-dimensional, or ``dpi`` not positive.
    """
    if ink.ndim != _AXES:
        raise ValueError(f"ink must be (H, W), got {ink.shape}")
    if dpi <= 0:
        raise ValueError(f"dpi must be positive, got {dpi}")
    px_per_mm = dpi / MM_PER_INCH
    inked = cv2.integral(_close_word_gaps(ink, int(WORD_GAP_MM * px_per_mm)))
    pitch_px, clear_px = style.pitch_mm * px_per_mm, (style.side_mm / 2 + CLEAR_MM) * px_per_mm
    taken = np.zeros([int(side / pitch_px) + 1 for side in ink.shape], np.uint8)
    layers = []
    for layer in LAYERS:
        places = [_first_places(ink.shape[axis] / pitch_px, layer, axis) for axis in range(_AXES)]
        reach = np.ptp(layer.shape.places, axis=0)
        near_ink = [
            _around((at + 0.5) * pitch_px, length * pitch_px, clear_px, side)
            for at, length, side in zip(places, reach, ink.shape, strict=True)
        ]
        near_dots = [
            _around(at, length + 1, _APART - 1, side)
            for at, length, side in zip(places, reach, taken.shape, strict=True)
        ]
        free = (_sums(inked, *near_ink) == 0) & (_sums(cv2.integral(taken), *near_dots) == 0)
        _take(taken, free, layer, places)
        layers.append(free)
    return Cells(tuple(layers))


def _first_places(length_fine: float, layer: Layer, axis: int) -> Floats:
    """Return the fine-grid index of the first place of each cell along an axis, of those that the page holds whole."""
    begin, side = (layer.down_fine, layer.right_fine)[axis], layer.shape.fine[axis]
    count = max(0, int((length_fine - begin) / side + _ROUNDING))
    return np.asarray(begin + np.arange(count) * side + layer.shape.places[0, axis], np.float64)


def _around(first: Floats, length: float, clear: float, side: int) -> Span:
    """Return ``(2, n)``: first and past-the-last index of what lies within ``clear`` of each row of places."""
    low = np.floor(first - clear + _ROUNDING).astype(np.intp)
    high = np.ceil(first + length + clear - _ROUNDING).astype(np.intp)
    return np.stack((low, high)).clip(0, side)


def _sums(total: Picture, rows: Span, cols: Span) -> Picture:
    """Return ``(rows, cols)``: sums over areas of a picture, from its integral."""
    (top, bottom), (left, right) = rows, cols
    return np.asarray(
        total[np.ix_(bottom, right)]
        - total[np.ix_(top, right)]
        - total[np.ix_(bottom, left)]
        + total[np.ix_(top, left)]
    )


def _take(taken: NDArray[np.uint8], free: NDArray[np.bool_], layer: Layer, first: list[Floats]) -> None:
    """Mark the places of free cells as taken, point by point of the fine grid."""
    if not free.size:
        return
    (top, left), steps = (int(at[0]) for at in first), layer.shape.fine
    for down, right in (layer.shape.places - layer.shape.places[0]).tolist():
        y, x = top + down, left + right
        here = taken[y : y + free.shape[0] * steps[0] : steps[0], x : x + free.shape[1] * steps[1] : steps[1]]
        here |= free


def _close_word_gaps(ink: NDArray[np.bool_], gap_px: int) -> NDArray[np.uint8]:
    """Fill runs of at most ``gap_px`` blank pixels between two inked ones on the same row; 1 = covered."""
    # The page's edge is not ink: without blank columns outside, closing would fill the gap to the edge too.
    padded = np.pad(ink.astype(np.uint8), ((0, 0), (gap_px + 1, gap_px + 1)))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap_px + 1), np.uint8))
    return np.ascontiguousarray(closed[:, gap_px + 1 : -gap_px - 1], dtype=np.uint8)
