"""Decide which of several pages a picture shows where their places overlap.

Pages of one form look alike, and landmarks agree with each of them; on paper there is but one. Their marks tell: the
page for which most speaks is taken. That is a choice made by looking, so every way to choose is counted as a try.
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.seeing import PageSeen

#: Pages whose visible parts share more than this of the smaller one lie on each other.
_OVERLAP: Final = 0.3
_LEAST_CORNERS: Final = 3


def chosen(
    seen: Sequence[PageSeen], says: Callable[[PageSeen], tuple[float, float]]
) -> tuple[list[PageSeen], int]:
    """Return the pages without those that lie on another of which more speaks, and in how many ways one could choose.

    Args:
        seen: Pages of one document.
        says: How much its marks speak for a page, and how well it lies.
    """
    kept: list[PageSeen] = []
    ways = 1
    for rivals in _piles(seen):
        ways *= len(rivals)
        kept.append(rivals[0] if len(rivals) == 1 else max(rivals, key=says))
    return kept, ways


def _piles(seen: Sequence[PageSeen]) -> list[list[PageSeen]]:
    """Return the pages in piles of those that lie on each other."""
    piles: list[list[PageSeen]] = []
    for page in seen:
        pile = next((pile for pile in piles if any(_lie_on_each_other(page, other) for other in pile)), None)
        if pile is None:
            piles.append([page])
        else:
            pile.append(page)
    return piles


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
