"""Decide which of several pages a picture shows where their places overlap.

Pages of one form look alike, and landmarks agree with each of them; on paper there is but one. Their marks tell: the
pages for which most speaks are taken, one after the other, as far as there is room. That is a choice made by looking,
so every set of pages that could have been taken is counted as a try.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.measure.seeing import PageSeen

#: Pages whose visible parts share more than this of the smaller one lie on each other.
_OVERLAP: Final = 0.3
_LEAST_CORNERS: Final = 3

Rivals = dict[int, frozenset[int]]
"""For each page those that it lies on, by their places in the sequence."""


def chosen(
    seen: Sequence[PageSeen], says: Callable[[PageSeen], tuple[float, float]]
) -> tuple[list[PageSeen], int]:
    """Return the pages without those that lie on another of which more speaks, and in how many ways one could choose.

    Args:
        seen: Pages of one document.
        says: How much its marks speak for a page, and how well it lies; asked only where pages lie on each other.
    """
    rivals = {
        at: frozenset(to for to, other in enumerate(seen) if to != at and _lie_on_each_other(page, other))
        for at, page in enumerate(seen)
    }
    kept: list[int] = []
    ways = 1
    for pile in _piles(rivals):
        if len(pile) > 1:
            ways *= _ways(pile, rivals)
            pile = sorted(pile, key=lambda at: says(seen[at]), reverse=True)  # noqa: PLW2901 - the same, the best first
        taken: set[int] = set()
        for at in pile:
            if not taken & rivals[at]:
                taken.add(at)
        kept += taken
    return [seen[at] for at in sorted(kept)], ways


def _piles(rivals: Rivals) -> list[list[int]]:
    """Return the pages in piles: whoever lies on one of a pile belongs to it."""
    piles: list[list[int]] = []
    for at in rivals:
        if not any(at in pile for pile in piles):
            pile = [at]
            for member in pile:
                pile += sorted(rivals[member] - set(pile))
            piles.append(pile)
    return piles


def _ways(pile: Sequence[int], rivals: Rivals) -> int:
    """Return how many sets of pages of a pile leave no room for another one and lie nowhere on each other."""
    return sum(
        all((at in taken) != bool(rivals[at] & set(taken)) for at in pile)
        for size in range(1, len(pile) + 1)
        for taken in combinations(pile, size)
    )


def _lie_on_each_other(one: PageSeen, other: PageSeen) -> bool:
    if one.picture != other.picture:
        return False
    first, second = _outline(one), _outline(other)
    if min(len(first), len(second)) < _LEAST_CORNERS:
        return True
    shared, _ = cv2.intersectConvexConvex(first, second)
    smaller = min(cv2.contourArea(first), cv2.contourArea(second))
    return bool(shared > _OVERLAP * smaller)


def _outline(page: PageSeen) -> NDArray[np.float32]:
    """Return the hull of what is seen of a page, in the picture."""
    points = page.placing.mesh_px.reshape(-1, 2)
    height, width = page.picture_px
    inside = ((points >= 0) & (points < np.array([width, height]))).all(axis=1)
    if inside.sum() < _LEAST_CORNERS:
        return np.zeros((0, 2), np.float32)
    return np.asarray(cv2.convexHull(points[inside]).reshape(-1, 2), np.float32)
