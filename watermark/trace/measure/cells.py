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

from watermark.marks.dots import Cells, cell_mm
from watermark.payload import SYMBOLS
from watermark.plan import DotStyle
from watermark.trace.place.flat import Flat

#: Width of a dot as seen: its own and the blur of printing and looking, mm.
_DOT_MM, _AROUND_MM = 0.085, 0.20
#: Blocks of so many cells a side, 16 mm, share a shift, and lean on their neighbours for it.
_BLOCK_CELLS: Final = 8
_BLOCK_BLUR: Final = 0.8
#: So many cells of a page are enough to find the shifts.
_MOST_CELLS: Final = 2500
_REMAP_COLUMNS: Final = 8192
READINGS: Final = 2
"""Ways in which dots may have come: all of them, or those few that copiers left."""
_FLOOR: Final = 0.02  # of a density: bounds what one place can say to about e^4, whatever lies there
#: What copiers left stands out like this many deviations of the paper between, which is hardly ever as dark.
_LEFT: Final = 5.0
_LEFT_FLOOR, _LEAST_LEFT = 0.005, 0.02
#: Shifts are tried up to half the distance of two places, beyond which another place is meant.
_SHIFT_PITCHES: Final = 0.45
_SHIFTS: Final = 9
#: What blocks of words leave undecided is some hundredths of a millimetre, a fifth of the distance of two places.
_SHIFT_ERROR: Final = 0.2
_LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True, eq=False)
class CellsSeen:
    """What the cells of a page say.

    Attributes:
        boxes_mm: ``(m, 4)``: left, top, right, bottom of each cell that was seen.
        tile: ``(m,)``: which cell of the tile each of them says, 0 … 255.
        logits: ``(2, m, 16)``: log-likelihood of a dot at each place against none there, if every cell kept its dot,
            and if some did.
    """

    boxes_mm: NDArray[np.float64]
    tile: NDArray[np.intp]
    logits: NDArray[np.float64]


def see_cells(flat: Flat, cells: Cells, style: DotStyle) -> CellsSeen:
    """Return what the cells of a page say in its flattened picture.

    Args:
        flat: What the picture shows.
        cells: Where dots are.
        style: How they are printed.
    """
    boxes = cells.boxes_mm(style)
    whole = _seen_whole(flat, boxes)
    boxes, tile = boxes[whole], cells.tile()[whole]
    if not len(boxes):
        return CellsSeen(boxes, tile, np.zeros((READINGS, 0, SYMBOLS)))
    answer = _answer(flat)
    at_px = cells.places_mm(style)[whole] * flat.px_per_mm - 0.5
    blocks = (boxes[:, :2] + boxes[:, 2:]) / 2 / cell_mm(style) / _BLOCK_CELLS
    shift_px = _shifts_px(answer, at_px, blocks, style.pitch_mm * flat.px_per_mm)
    return CellsSeen(boxes, tile, _logits(_sampled(answer, at_px + shift_px[:, None, :])))


def _seen_whole(flat: Flat, boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which boxes, in millimetres, the picture shows all of."""
    corners = np.rint(boxes * flat.px_per_mm).astype(np.intp)
    height, width = flat.seen.shape
    inside = np.flatnonzero(
        (corners[:, :2] >= 0).all(axis=1) & (corners[:, 2] < width) & (corners[:, 3] < height)
    )
    seen = cv2.integral(flat.seen.astype(np.uint8))
    left, top, right, bottom = corners[inside].T
    area = seen[bottom, right] - seen[top, right] - seen[bottom, left] + seen[top, left]
    whole: NDArray[np.intp] = inside[area == (right - left) * (bottom - top)]
    return whole


def _shifts_px(
    answer: NDArray[np.float32],
    at_px: NDArray[np.float64],
    blocks: NDArray[np.float64],
    pitch_px: float,
) -> NDArray[np.float64]:
    """Return ``(m, 2)``: how far right and down the dots around each cell lie from where words have them.

    Words say how paper lies where they are; between them, and in margins, dots say it better. All shifts up to half a
    pitch are tried, and blocks of cells keep the one under which one place of each stands out most from the next:
    writing nearby darkens several. It is the same picture for every copy, so nothing is owed for the choice.

    Args:
        answer: How strongly each spot answers.
        at_px: ``(m, 16, 2)``: the places of each cell.
        blocks: ``(m, 2)``: x and y of the middle of each cell, counted in blocks.
        pitch_px: Distance of two places.
    """
    steps = np.linspace(-_SHIFT_PITCHES, _SHIFT_PITCHES, _SHIFTS) * pitch_px
    across, deep = (int(most) + 1 for most in blocks.max(axis=0))
    shape = deep, across
    some = slice(None, None, -(-len(blocks) // _MOST_CELLS))
    block = tuple(blocks[some, ::-1].T.astype(np.intp))
    stands = np.zeros((_SHIFTS, _SHIFTS, *shape))
    for down, along in np.ndindex(_SHIFTS, _SHIFTS):
        taken = _sampled(answer, at_px[some] + np.array([steps[along], steps[down]]))
        second, first = np.partition(taken, -2, axis=1)[:, -2:].T
        np.add.at(stands[down, along], block, first - second)
    flat = stands.reshape(_SHIFTS * _SHIFTS, *shape)
    blurred = np.stack(
        [cv2.GaussianBlur(each, (0, 0), _BLOCK_BLUR, borderType=cv2.BORDER_CONSTANT) for each in flat]
    )
    # How far each shift stands out from the others, against how far registration may err.
    usual = np.median(blurred, axis=0)
    spread = np.median(np.abs(blurred - usual), axis=0) / 0.6745 + _LEAST_SPREAD
    told = 0.5 * np.maximum((blurred - usual) / spread, 0) ** 2
    apart = (steps[:, None] ** 2 + steps[None, :] ** 2).reshape(-1, 1, 1) / (_SHIFT_ERROR * pitch_px) ** 2
    down, along = np.unravel_index((told - 0.5 * apart).argmax(axis=0), (_SHIFTS, _SHIFTS))
    field = np.stack([steps[along], steps[down]], axis=-1).astype(np.float32)
    smooth = cv2.GaussianBlur(field, (0, 0), _BLOCK_BLUR, borderType=cv2.BORDER_REPLICATE).reshape(*shape, 2)
    x, y = (blocks - 0.5).astype(np.float32).T[:, None]
    found = [
        _remapped(np.ascontiguousarray(smooth[..., axis]).astype(np.float32), x, y).reshape(-1)
        for axis in range(2)
    ]
    return np.stack(found, axis=1).astype(np.float64)


def _answer(flat: Flat) -> NDArray[np.float32]:
    """Return how much darker each spot is than its surroundings."""
    dark = 1 - flat.tone
    dot = cv2.GaussianBlur(dark, (0, 0), _DOT_MM * flat.px_per_mm)
    around = cv2.GaussianBlur(dark, (0, 0), _AROUND_MM * flat.px_per_mm)
    return np.asarray(dot - around, np.float32)


def _sampled(picture: NDArray[np.float32], at_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a picture has at ``(m, 16, 2)`` points, ``(m, 16)``."""
    x, y = np.ascontiguousarray(at_px.astype(np.float32).transpose(2, 0, 1))
    return _remapped(picture, x, y).astype(np.float64)


def _remapped(
    picture: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return a picture at points of any shape, its edge going on outside."""
    # OpenCV wants pictures of at most 32,767 rows and columns.
    flat_x, flat_y = x.reshape(-1), y.reshape(-1)
    rows = -(-flat_x.size // _REMAP_COLUMNS)
    at = (np.resize(part, (rows, _REMAP_COLUMNS)).astype(np.float32) for part in (flat_x, flat_y))
    taken = cv2.remap(picture, next(at), next(at), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, np.float32).reshape(-1)[: x.size].reshape(x.shape)


def _logits(taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what was taken at ``(m, 16)`` places says, in both ways; see :class:`CellsSeen`."""
    strongest = taken.max(axis=1)
    others = np.sort(taken, axis=1)[:, :-1]
    middle, quiet = float(np.median(others)), float(np.median(np.abs(others - np.median(others)))) / 0.6745
    quiet = max(quiet, 1e-4)
    value = taken - middle
    level = max(float(np.median(strongest)) - middle, 2 * quiet)
    kept = strongest[strongest - middle > _LEFT * quiet]
    share = max(len(kept) / len(taken), _LEAST_LEFT)
    kept_level = float(np.median(kept)) - middle if len(kept) else 2 * _LEFT * quiet
    some = 1 - share + share * _odds(value, kept_level, quiet, _LEFT_FLOOR)
    return np.log(np.stack([_odds(value, level, quiet, _FLOOR), some]))


def _odds(value: NDArray[np.float64], level: float, quiet: float, floor: float) -> NDArray[np.float64]:
    """Return how much likelier dots of this darkness look like that than paper does."""
    # What is darker than most dots is one all the more: where copiers lost many, those left stand far out.
    dot = _bell(np.minimum(value, level), level, max(0.35 * level, quiet))
    paper = _bell(value, 0.0, max(0.12 * level, quiet))
    return np.asarray((dot + floor) / (paper + floor), np.float64)


def _bell(value: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * ((value - middle) / width) ** 2), np.float64)
