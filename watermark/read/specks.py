"""Small dark specks on a sheet: flatten the paper, take the text away, answer what might be a dot.

Nothing here knows the lattice or the key; a speck is only a place darker than its surroundings and smaller than
writing.
Pictures are ``(H, W)``, 8-bit, 0 black, origin top left; positions are x to the right and y down in pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_PAPER_STEP = 8  # the paper's tone is looked for on a picture this much smaller
_PAPER_REACH = 15  # and is the brightest in a square of that many steps: wider than a line of writing
_DARK = 0.3  # strokes of writing reach this darkness at all resolutions; so do well-scanned dots
_SPECK_PX = 7  # a dot of 0.127 mm with blur covers 2 to 6 px at 150 to 600 dpi; writing is larger
_GUARD_PX = 3  # dots keep 0.45 mm from ink: 2.7 px at 150 dpi
_CENTRE_PX, _AROUND_PX = (
    1.0,
    2.5,
)  # difference of Gaussians: the width of a scanned dot, and half the way to the next
_LEAST_SIGMA = 4.5  # about three false specks in a million blank pixels
_MOST_SPECKS = 40_000  # an A4 page has 15,000 cells


@dataclass(frozen=True)
class Specks:
    """What is left of a picture once paper and writing are gone.

    Attributes:
        response: ``(H, W)`` float32, how much like a dot, in units of the paper's noise; 0 where hidden.
        hidden: ``(H, W)`` uint8, 1 where writing makes the response meaningless.
        points: ``(n, 2)`` positions of local maxima, subpixel.
        weights: ``(n,)``, 0…1, how strong they are against the typical one.
    """

    response: NDArray[np.float32]
    hidden: NDArray[np.uint8]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]


def find_specks(gray: NDArray[np.uint8]) -> Specks:
    """Return the specks of a picture of at least 16 x 16 px."""
    darkness = _darkness(gray)
    hidden = _writing(darkness)
    darkness[hidden > 0] = 0
    response = cv2.GaussianBlur(darkness, (0, 0), _CENTRE_PX) - cv2.GaussianBlur(darkness, (0, 0), _AROUND_PX)
    response[hidden > 0] = 0
    seen = response[::3, ::3][hidden[::3, ::3] == 0]
    noise = float(np.median(np.abs(seen))) / 0.6745 if seen.size else 0.0
    response /= max(
        noise, 0.5 / 255 / 10
    )  # a drawing without noise: a tenth of what rounding to 8 bits would leave
    points, strengths = _maxima(response)
    typical = float(np.median(strengths)) if strengths.size else 1.0
    return Specks(response, hidden, points, np.minimum(strengths / typical, 1.0))


def _darkness(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return 0 paper … 1 black, with uneven light taken out."""
    height, width = gray.shape
    size = max(width // _PAPER_STEP, 1), max(height // _PAPER_STEP, 1)
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((_PAPER_REACH, _PAPER_REACH), np.uint8))
    paper = cv2.GaussianBlur(paper.astype(np.float32), (0, 0), _PAPER_REACH / 2)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(1 - gray / np.maximum(paper, 1), 0, 1), np.float32)


def _writing(darkness: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 1 on and closely around dark pieces too large to be a dot."""
    dark = (darkness > _DARK).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8, ltype=cv2.CV_32S)
    large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) > _SPECK_PX
    large[0] = False
    side = 2 * _GUARD_PX + 1
    return np.asarray(cv2.dilate(large[labels].astype(np.uint8), np.ones((side, side), np.uint8)), np.uint8)


def _maxima(response: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return subpixel positions ``(n, 2)`` and heights ``(n,)`` of the strongest local maxima."""
    highest = cv2.dilate(response, np.ones((5, 5), np.uint8))
    rows, cols = np.nonzero((response >= highest) & (response > _LEAST_SIGMA))
    inside = (rows > 0) & (cols > 0) & (rows < response.shape[0] - 1) & (cols < response.shape[1] - 1)
    rows, cols = rows[inside], cols[inside]
    height = response[rows, cols].astype(np.float64)
    if height.size > _MOST_SPECKS:
        strongest = np.argpartition(height, -_MOST_SPECKS)[-_MOST_SPECKS:]
        rows, cols, height = rows[strongest], cols[strongest], height[strongest]
    x = cols + _vertex(response[rows, cols - 1], height, response[rows, cols + 1])
    y = rows + _vertex(response[rows - 1, cols], height, response[rows + 1, cols])
    return np.column_stack((x, y)), height


def _vertex(
    before: NDArray[np.float32], at: NDArray[np.float64], after: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return where between -0.5 and 0.5 the parabola through three neighbours peaks."""
    bend = np.maximum(2 * at - before - after, 1e-9)
    vertex: NDArray[np.float64] = np.clip((after.astype(np.float64) - before) / (2 * bend), -0.5, 0.5)
    return vertex
