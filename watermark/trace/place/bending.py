"""How paper is bent: what blocks of a page ask for, and what a sheet of paper can do of it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.place.flat import Flat

BLOCK_MM: Final = 8.0
"""Blocks of about a line and a half, wide enough that no other place nearby looks the same."""
_STEP: Final = 0.625
#: Blocks of an even tone say nothing; standard deviation, 0 black to 1 paper.
_LEAST_CONTRAST: Final = 0.05
_LEAST_LIKENESS: Final = 0.35
#: A share of this of the weight of all data keeps what is far from any from wandering.
_TIE: Final = 0.02
_PASSES: Final = 4
#: Tukey's constant, 95 % as efficient as least squares for bell curves.
_TUKEY: Final = 4.685
_LEAST_SPREAD: Final = 1e-3

Points = NDArray[np.float64]


def blocks(
    flat: Flat, shown: NDArray[np.float32], search_mm: float, *, block_mm: float = BLOCK_MM
) -> tuple[Points, Points, NDArray[np.float64]]:
    """Look for blocks of a page in its flattened picture, each around its place.

    Args:
        flat: What the picture shows.
        shown: The page itself, of the same size, even in tone.
        search_mm: How far from its place a block is looked for.
        block_mm: Their side.

    Returns:
        ``(n, 2)`` middles of the blocks in mm, ``(n, 2)`` how far right and down they were found, ``(n,)`` how alike.
    """
    height, width = shown.shape
    block = round(block_mm * flat.px_per_mm)
    step = max(1, round(_STEP * block))
    reach = max(2, round(search_mm * flat.px_per_mm))
    where, off, likeness = [], [], []
    seen = cv2.integral(flat.seen.astype(np.uint8))
    for top in range(reach, height - block - reach, step):
        for left in range(reach, width - block - reach, step):
            around = (top - reach, top + block + reach, left - reach, left + block + reach)
            upper, lower, near, far = around
            area = seen[lower, far] - seen[upper, far] - seen[lower, near] + seen[upper, near]
            if area < (lower - upper) * (far - near):
                continue
            wanted = shown[top : top + block, left : left + block]
            if cv2.meanStdDev(wanted)[1][0, 0] < _LEAST_CONTRAST:
                continue
            match = cv2.matchTemplate(flat.tone[upper:lower, near:far], wanted, cv2.TM_CCOEFF_NORMED)
            _, best, _, (x, y) = cv2.minMaxLoc(match)
            if best < _LEAST_LIKENESS or not (0 < x < 2 * reach and 0 < y < 2 * reach):
                continue
            where.append((left + block / 2, top + block / 2))
            off.append(
                (x - reach + _vertex(match[y, x - 1 : x + 2]), y - reach + _vertex(match[y - 1 : y + 2, x]))
            )
            likeness.append(best)
    return (
        np.array(where, np.float64).reshape(-1, 2) / flat.px_per_mm,
        np.array(off, np.float64).reshape(-1, 2) / flat.px_per_mm,
        np.array(likeness, np.float64),
    )


def _vertex(three: cv2.typing.MatLike) -> float:
    """Return where the parabola through three values has its top, in steps from the middle one."""
    before, middle, after = (float(value) for value in three)
    bend = before - 2 * middle + after
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def smoothed(
    where_mm: NDArray[np.float32] | Points,
    off: Points,
    at_mm: Points,
    *,
    reach_mm: float,
    is_laid: bool = False,
) -> Points:
    """Return the smooth field that follows most of the data: a plane cubic, and around it local means of what is left.

    Args:
        where_mm: ``(n, 2)``: where data is.
        off: ``(n, 2)``: what it says.
        at_mm: ``(rows, cols, 2)``: where the field is wanted.
        reach_mm: Width of the bell curve that local means are taken with.
        is_laid: Turn and scale are known well, and few data may not change them: one line of text says nothing of what
            lies below it.
    """
    where = where_mm.astype(np.float64)
    middle, spread = where.mean(axis=0), np.maximum(np.ptp(where, axis=0).max() / 2, 1.0)
    terms = _terms((where - middle) / spread)
    # Far outside of the data a cubic runs away; there the field keeps the value of the edge.
    wanted = np.clip((at_mm - middle) / spread, -1.25, 1.25).reshape(-1, 2)
    weight = np.ones(len(where))
    fit, rest = np.zeros((10, 2)), off
    for _ in range(_PASSES):
        by = np.sqrt(weight)[:, None]
        # Much curvature is not what paper does: the higher terms are held a little.
        tied = np.array([0, is_laid, is_laid, 1, 1, 1, 2, 2, 2, 2.0])
        held = np.diag(np.sqrt(_TIE * len(where)) * tied)
        left = np.vstack((terms * by, held))
        right = np.vstack((off * by, np.zeros((10, 2))))
        fit, *_ = np.linalg.lstsq(left, right, rcond=None)
        rest = off - terms @ fit
        weight = _tukey(rest)
    local = rest
    field = _terms(wanted) @ fit
    near = _near(where, where, reach_mm)
    there = _near(at_mm.reshape(-1, 2), where, reach_mm)
    for _ in range(_PASSES):
        field = field + _means(there, weight, local)
        local = local - _means(near, weight, local)
        weight = _tukey(local)
    return np.asarray(field.reshape(at_mm.shape), np.float64)


def _terms(at: Points) -> Points:
    x, y = at.T
    return np.column_stack((np.ones(len(x)), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3))


def _near(at: Points, where: Points, reach_mm: float) -> NDArray[np.float32]:
    """Return ``(m, n)`` bell-curve weights."""
    apart = (at**2).sum(axis=1)[:, None] + (where**2).sum(axis=1)[None, :] - 2 * at @ where.T
    return np.asarray(np.exp((-0.5 / reach_mm**2) * apart.astype(np.float32)), np.float32)


def _means(near: NDArray[np.float32], weight: NDArray[np.float64], value: Points) -> Points:
    weighted = np.column_stack((value * weight[:, None], weight)).astype(np.float32)
    total = near @ weighted
    return np.asarray(total[:, :2] / (total[:, 2:] + 0.5), np.float64)


def _tukey(rest: Points) -> NDArray[np.float64]:
    """Return weights that leave out what is far from the rest."""
    apart = np.linalg.norm(rest - np.median(rest, axis=0), axis=1)
    limit = _TUKEY * max(float(np.median(apart)), _LEAST_SPREAD)
    return np.asarray(np.clip(1 - (apart / limit) ** 2, 0, 1) ** 2, np.float64)
