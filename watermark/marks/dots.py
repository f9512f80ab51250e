"""Where the micro-dots of a page lie: from symbols to millimetres for the stamper, and back to symbols for the reader.

A square lattice of cells starts at the top left of the visible, upright page. Each cell is a 6 x 6 *fine grid*; the
inner 4 x 4 points are its places, and exactly one of them bears a dot that says the cell's symbol (row-major, 0 top
left). The empty frame keeps dots of neighbouring cells apart and lets a reader find the cells. Which symbols they are,
:mod:`watermark.payload` decides.

The law: a cell is used only when all its places are free, so what is printed nearby tells nothing about the symbol.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.payload import SYMBOLS, TILE, tile_symbols
from watermark.plan import DotStyle
from watermark.units import MM_PER_INCH

USUAL = DotStyle()
"""Dots of 3 device pixels at 600 dpi = 0.127 mm, seen at reading distance as a faint even haze; their pitch of 8 device
pixels lets printers at 600 and 1200 dpi round no dot."""
FINE_MM = USUAL.pitch_mm
"""Pitch of the usual fine grid."""
FINE_PER_CELL = 6
PLACES = 4
"""Places along each side of a cell."""
FIRST_PLACE = 1
"""Fine-grid index of the first place; index ``i`` lies ``i + 0.5`` pitches from the edge of its cell."""
CLEAR_MM = 0.45
"""Least distance between a dot's edge and ink, so that no dot reads as a point or an accent."""
WORD_GAP_MM = 3.0
"""Gaps in a line of text up to this width count as text: three times the word space of 12-pt type, and two thirds
of an em of 12-pt Chinese. A dot there could be read as a point between figures."""


def cell_mm(style: DotStyle = USUAL) -> float:
    """Return the side of a cell."""
    return FINE_PER_CELL * style.pitch_mm


def usable_cells(ink: NDArray[np.bool_], dpi: float, style: DotStyle = USUAL) -> NDArray[np.bool_]:
    """Return which cells of the page may bear a dot.

    Args:
        ink: ``(H, W)``, the visible page upright, origin top left; True where there is ink or will be a mark of ours.
        dpi: Pixels per inch of ``ink``; 100 and more keep the loss by rounding below one cell in ten.
        style: Size and pitch of the dots.

    Returns:
        ``(rows, cols)``: True where the whole area of the 16 places and ``CLEAR_MM`` around it is free. Cells that the
        page's edge cuts are left out.

    Raises:
        ValueError: ``ink`` is not two-dimensional, or ``dpi`` not positive.
    """
    height, width = ink.shape
    if dpi <= 0:
        raise ValueError(f"dpi must be positive, got {dpi}")
    px_per_mm = dpi / MM_PER_INCH
    covered = _close_word_gaps(ink, int(WORD_GAP_MM * px_per_mm))
    total = cv2.integral(covered)
    reach_mm = (PLACES - 1) / 2 * style.pitch_mm + style.side_mm / 2 + CLEAR_MM
    top, bottom = _spans(height, px_per_mm, reach_mm, cell_mm(style))
    left, right = _spans(width, px_per_mm, reach_mm, cell_mm(style))
    found = (
        total[np.ix_(bottom, right)]
        - total[np.ix_(top, right)]
        - total[np.ix_(bottom, left)]
        + total[np.ix_(top, left)]
    )
    free: NDArray[np.bool_] = found == 0
    return free


def centres_mm(
    identity: int, page: int, cells: NDArray[np.bool_], key: bytes, style: DotStyle = USUAL
) -> NDArray[np.float64]:
    """Return where to print the dots of a page.

    Args:
        identity: 64-bit identity of the copy.
        page: Page number, 0 … 32767.
        cells: ``(rows, cols)`` from :func:`usable_cells`.
        key: Secret of the installation.
        style: Size and pitch of the dots.

    Returns:
        ``(n, 2)``: x to the right, y down, mm from the top left of the visible page; one per usable cell, row by row.
    """
    rows, cols = np.nonzero(cells)
    symbols = tile_symbols(identity, page, key)[rows % TILE, cols % TILE]
    place = places()[symbols]
    fine = np.column_stack((cols, rows)) * FINE_PER_CELL + place[:, ::-1]
    return np.asarray((fine + 0.5) * style.pitch_mm, np.float64)


@lru_cache(maxsize=1)
def places() -> NDArray[np.intp]:
    """Return ``(16, 2)``: row and column on a cell's fine grid for each symbol."""
    return np.column_stack(np.divmod(np.arange(SYMBOLS), PLACES)) + FIRST_PLACE


def cells_of(fine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lies at the places of each cell; the inverse of the layout above.

    Args:
        fine: ``(6 * rows, 6 * cols)``, one value per point of the fine grid, starting at the corner of a cell.

    Returns:
        ``(rows, cols, 16)`` by symbol.
    """
    rows, cols = fine.shape[0] // FINE_PER_CELL, fine.shape[1] // FINE_PER_CELL
    split = fine.reshape(rows, FINE_PER_CELL, cols, FINE_PER_CELL).transpose(0, 2, 1, 3)
    inner = slice(FIRST_PLACE, FIRST_PLACE + PLACES)
    return split[:, :, inner, inner].reshape(rows, cols, SYMBOLS)


def _close_word_gaps(ink: NDArray[np.bool_], gap_px: int) -> NDArray[np.uint8]:
    """Fill runs of at most ``gap_px`` blank pixels between two inked ones on the same row; 1 = covered."""
    # The page's edge is not ink: without blank columns outside, closing would fill the gap to the edge too.
    padded = np.pad(ink.astype(np.uint8), ((0, 0), (gap_px + 1, gap_px + 1)))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap_px + 1), np.uint8))
    return np.ascontiguousarray(closed[:, gap_px + 1 : -gap_px - 1], dtype=np.uint8)


def _spans(
    length_px: int, px_per_mm: float, reach_mm: float, side_mm: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first pixel and past-the-last pixel of the area around each cell's centre that must be free."""
    count = int(length_px / px_per_mm / side_mm + 1e-6)
    centre = (np.arange(count) + 0.5) * side_mm
    first = np.floor((centre - reach_mm) * px_per_mm + 1e-6).astype(np.intp)
    last = np.ceil((centre + reach_mm) * px_per_mm - 1e-6).astype(np.intp)
    return np.clip(first, 0, length_px), np.clip(last, 0, length_px)
