"""Read the dots of a registered page at the places where they can be.

A cell has one dot at one of sixteen places, and registration says where they are to a fraction of their distance. What
is darker than its surroundings by about the size of a dot answers; how strongly dots and paper answer is measured on
the picture itself.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.marks.dots import FINE_PER_CELL, cell_mm, places
from watermark.payload import SYMBOLS
from watermark.plan import DotStyle
from watermark.trace.flat import Flat

#: Width of a dot as seen: its own and the blur of printing and looking, mm.
_DOT_MM, _AROUND_MM = 0.085, 0.20
_BLOCK_CELLS: Final = 8
_FLOOR: Final = 0.02  # of a density: bounds what one place can say to about e^4, whatever lies there
_SHIFTS: Final = 9


@dataclass(frozen=True, eq=False)
class CellsSeen:
    """What the cells of a page say.

    Attributes:
        rows: ``(m,)``: which cells were seen.
        cols: ``(m,)``.
        logits: ``(m, 16)``: log-likelihood of a dot at each place against none there.
    """

    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    logits: NDArray[np.float64]


def see_cells(flat: Flat, cells: NDArray[np.bool_], style: DotStyle) -> CellsSeen:
    """Return what the cells of a page say in its flattened picture.

    Args:
        flat: What the picture shows.
        cells: ``(rows, cols)``: where dots are.
        style: How they are printed.
    """
    rows, cols = np.nonzero(cells)
    middle = (np.column_stack((cols, rows)) + 0.5) * cell_mm(style)
    reach = np.rint((middle - cell_mm(style) / 2) * flat.px_per_mm).astype(np.intp)
    beyond = np.rint((middle + cell_mm(style) / 2) * flat.px_per_mm).astype(np.intp)
    height, width = flat.seen.shape
    inside = (reach >= 0).all(axis=1) & (beyond[:, 0] < width) & (beyond[:, 1] < height)
    rows, cols, reach, beyond = rows[inside], cols[inside], reach[inside], beyond[inside]
    seen = cv2.integral(flat.seen.astype(np.uint8))
    area = (
        seen[beyond[:, 1], beyond[:, 0]]
        - seen[reach[:, 1], beyond[:, 0]]
        - seen[beyond[:, 1], reach[:, 0]]
        + seen[reach[:, 1], reach[:, 0]]
    )
    whole = area == np.prod(beyond - reach, axis=1)
    rows, cols = rows[whole], cols[whole]
    if not len(rows):
        return CellsSeen(rows, cols, np.zeros((0, SYMBOLS)))
    answer = _answer(flat)
    fine = np.column_stack((cols, rows))[:, None, :] * FINE_PER_CELL + places()[None, :, ::-1] + 0.5
    at_px = np.asarray(fine * style.pitch_mm * flat.px_per_mm - 0.5, np.float64)
    taken = _sampled(answer, at_px)
    return CellsSeen(rows, cols, _logits(taken))


def _answer(flat: Flat) -> NDArray[np.float32]:
    """Return how much darker each spot is than its surroundings."""
    dark = 1 - flat.tone
    dot = cv2.GaussianBlur(dark, (0, 0), _DOT_MM * flat.px_per_mm)
    around = cv2.GaussianBlur(dark, (0, 0), _AROUND_MM * flat.px_per_mm)
    return np.asarray(dot - around, np.float32)


def _sampled(picture: NDArray[np.float32], at_px: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.ascontiguousarray(at_px.astype(np.float32)).reshape(-1, SYMBOLS, 2).transpose(2, 0, 1)
    # OpenCV wants pictures of at most 32,767 rows.
    parts = [
        cv2.remap(
            picture,
            np.ascontiguousarray(x[at : at + 30_000]),
            np.ascontiguousarray(y[at : at + 30_000]),
            cv2.INTER_LINEAR,
        )
        for at in range(0, len(x), 30_000)
    ]
    return np.concatenate(parts).astype(np.float64)


def _logits(taken: NDArray[np.float64]) -> NDArray[np.float64]:
    strongest = taken.max(axis=1)
    others = np.sort(taken, axis=1)[:, :-1]
    middle, quiet = float(np.median(others)), float(np.median(np.abs(others - np.median(others)))) / 0.6745
    quiet = max(quiet, 1e-4)
    level = max(float(np.median(strongest)) - middle, 2 * quiet)
    value = taken - middle
    dot = _bell(value, level, max(0.35 * level, quiet))
    paper = _bell(value, 0.0, max(0.12 * level, quiet))
    return np.asarray(np.log((dot + _FLOOR) / (paper + _FLOOR)), np.float64)


def _bell(value: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * ((value - middle) / width) ** 2), np.float64)
