"""Lay a registered page over a picture: first as a flat sheet, then as the bent one it was.

Landmarks that agree give a plane projection; blocks of the page, looked for in the picture around where that puts
them, give the rest: curl, lens and feed bend the paper slowly, so that what blocks ask for is smoothed. What is left
after that is what marks do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.place.bending import BLOCK_MM, blocks, smoothed
from watermark.trace.place.features import Landmarks, agreeing, alike, find_landmarks
from watermark.trace.place.flat import Flattening, even_tone
from watermark.trace.place.pieces import Laid, Way, found, habits, laid, likeness, ways
from watermark.trace.place.reference import Reference
from watermark.units import MM_PER_INCH

#: A picture is searched for landmarks with at most so many pixels: a sheet that fills it is seen at 130 dpi.
_MOST_PX: Final = 1_700_000
#: A smaller one is enlarged: its letters may be too coarse for landmarks.
_LEAST_PX: Final = 250_000
_MOST_ENLARGED: Final = 3.0
_MOST_LANDMARKS: Final = 5000
_SMALLEST_PX: Final = 2.0
_LEAST_MATCHES: Final = 10
#: A piece this small has few landmarks and no perspective to speak of: parallels stay parallel.
_SMALL_MM: Final = 45.0
_SMALL_FLAT_MM: Final = 0.35
_LEAST_SMALL_MATCHES: Final = 6
#: Two more numbers to be found than a turn, a scale and a shift have, each by one landmark with which one other agrees;
#: and how much longer one way is than across it: at 50 degrees.
_LEAST_SLANTED_MATCHES, _MOST_SLANTED = 9, 1.55
#: Where a picture has so few landmarks, all of a page's are compared with them.
_FEW_LANDMARKS: Final = 2500
#: Blocks of a page are less like a picture than this where another page was laid over it.
_LEAST_AGREEMENT: Final = 0.55
#: Where half of the lines and more are blacked out, half of the blocks are like nothing, and landmarks still speak for
#: a page: 68 to 527 of them, at 0.47 and more. Another page comes to 0.45, with 31 landmarks at most of those tried.
_COVERED_AGREEMENT, _COVERED_MATCHES = 0.46, 60
#: A piece this alike the page lies where it is; scans are at 0.95, photocopies of photocopies at 0.85.
_LIES_WELL: Final = 0.8
#: Another page's text is less alike, whichever way it is turned: its lines may fall together, its words do not.
_LEAST_LIKENESS: Final = 0.65
#: How far landmarks may lie from a flat sheet: bent paper is up to this far from one.
_FLAT_MM: Final = 1.2
_CONFIDENCE: Final = 0.9999
_ITERATIONS: Final = 4000
#: A sheet seen at a slant: how far the scale may differ between its parts seen, and between its directions.
_MOST_FORESHORTENED: Final = 4.0

MESH_MM: Final = 5.0
"""Distance of the points of a mesh."""

_LANDMARKS_REACH_MM: Final = 35.0
_LANDMARKS_TO_BEND: Final = 500
#: How far blocks are looked for, and over which distance what they ask for is smoothed; coarse to fine.
_ROUNDS: Final = ((1.4, 30.0), (0.7, 20.0), (0.4, 25.0))
_SMALL_ROUNDS: Final = ((0.8, 25.0), (0.5, 20.0), (0.4, 20.0))
_LEAST_BLOCKS: Final = 2


@dataclass(frozen=True, eq=False)
class Placing:
    """A page laid over a picture.

    Attributes:
        mesh_px: ``(rows, cols, 2)``: x, y in the picture of points of the page, from corner to corner, evenly spaced.
        matches: Landmarks that agree.
        agreement: Median likeness of blocks of the page with what is seen at their places, 0 to 1.
        error_mm: Median distance by which blocks still ask to be moved.
        dpi: Pixels of the picture per inch of paper where it is seen.
    """

    mesh_px: NDArray[np.float32]
    matches: int
    agreement: float
    error_mm: float
    dpi: float

    @property
    def is_seen(self) -> bool:
        """Whether the page is there, and no other one."""
        is_covered = self.matches >= _COVERED_MATCHES and self.agreement >= _COVERED_AGREEMENT
        return self.agreement >= _LEAST_AGREEMENT or is_covered


def landmarks_of(picture: NDArray[np.uint8]) -> Landmarks:
    """Return the landmarks of a picture, where they stand in its pixels."""
    factor = (_MOST_PX / picture.size) ** 0.5
    if factor >= 1:
        factor = min(max((_LEAST_PX / picture.size) ** 0.5, 1.0), _MOST_ENLARGED)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    shown = picture if factor == 1 else cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how)
    found = find_landmarks(np.asarray(shown, np.uint8)).largest(_MOST_LANDMARKS, _SMALLEST_PX)
    return replace(
        found,
        points=((found.points + 0.5) / factor - 0.5).astype(np.float32),
        sizes=(found.sizes / factor).astype(np.float32),
    )


def place(
    picture: NDArray[np.uint8], landmarks: Landmarks, reference: Reference, *, pieces: bool = True
) -> list[Placing]:
    """Return the ways in which a page may lie in a picture, the best first; empty if it is not seen.

    Args:
        picture: ``(H, W)``, 0 black.
        landmarks: Its landmarks, from :func:`landmarks_of`.
        reference: The page.
        pieces: Whether small pieces, whose landmarks do not tell where they lie, are compared with the page everywhere.
    """
    placed = _laid(picture, landmarks, reference, reference.landmarks)
    if pieces and len(landmarks) <= _FEW_LANDMARKS and all(_is_piece(picture, each) for each in placed):
        placed += _pieces(picture, landmarks, reference)
        if not any(each.is_seen for each in placed):
            # What lies at a slant, pieces are not compared with; of all landmarks of a page more agree.
            placed += _laid(picture, landmarks, reference, reference.fine_landmarks)
        # Which way fits best, all of the piece tells better than how many landmarks or blocks agree.
        fits = {id(each): _likeness(picture, each, reference) for each in placed}
        return sorted(placed, key=lambda each: (not each.is_seen, -fits[id(each)]))
    return sorted(placed, key=lambda each: (not each.is_seen, -each.matches))


def _is_piece(picture: NDArray[np.uint8], placing: Placing) -> bool:
    return bool(min(picture.shape) * MM_PER_INCH < _SMALL_MM * placing.dpi)


def _likeness(picture: NDArray[np.uint8], placing: Placing, reference: Reference) -> float:
    """Return how alike a picture and the page laid over it are, from −1 to 1."""
    shown = even_tone(reference.halved, reference.px_per_mm / 2)
    flat = Flattening(picture, placing.dpi).at(
        placing.mesh_px, reference.size_mm, shown.shape, reference.dpi / 2
    )
    return likeness(flat, shown)


def _pieces(picture: NDArray[np.uint8], landmarks: Landmarks, reference: Reference) -> list[Placing]:
    """Return the ways in which a page may lie over a small piece of it, the likeliest only."""
    best: Laid | None = None
    for asked in _guesses(landmarks, reference):
        for about in found(picture, asked, reference):
            piece = laid(picture, about, reference)
            if piece is not None and (best is None or piece.likeness > best.likeness):
                best = piece
        if best is not None and best.likeness >= _LIES_WELL:
            break
    if best is None or best.likeness < _LEAST_LIKENESS:
        return []
    seen_px = projected(best.where_mm, best.there).astype(np.float32)
    return [_bent(picture, reference, best.there, seen_px, best.where_mm.astype(np.float32))]


def _guesses(landmarks: Landmarks, reference: Reference) -> Iterator[Iterable[Way]]:
    """Yield how a piece may lie, what is quickly known first: all landmarks of a page take long to find."""
    yield chain(ways(landmarks, reference.landmarks, reference.px_per_mm), habits())
    yield ways(landmarks, reference.fine_landmarks, reference.px_per_mm)


def _laid(
    picture: NDArray[np.uint8], landmarks: Landmarks, reference: Reference, known: Landmarks
) -> list[Placing]:
    """Return the ways in which landmarks of the page let it lie in a picture."""
    placed = []
    for kept in agreeing(landmarks, known, alike(landmarks, known), reference_px_per_mm=reference.px_per_mm):
        flat = _flat(landmarks.points[kept.of], known.points[kept.to] / reference.px_per_mm)
        if flat is not None:
            placed.append(_bent(picture, reference, *flat))
    return placed


def _flat(
    seen_px: NDArray[np.float32], known_mm: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]] | None:
    """Return the plane projection from paper to picture, and the landmarks that agree with it; None if few do."""
    if len(seen_px) < _LEAST_SMALL_MATCHES:
        return None
    if np.ptp(known_mm, axis=0).max() < _SMALL_MM:
        return _small(seen_px, known_mm)
    back, fit = cv2.findHomography(
        seen_px, known_mm, cv2.USAC_MAGSAC, _FLAT_MM, maxIters=_ITERATIONS, confidence=_CONFIDENCE
    )
    if np.shape(back) != (3, 3):
        return None
    kept = np.asarray(fit).ravel() > 0
    seen_px, known_mm = seen_px[kept], known_mm[kept]
    if len(np.unique(np.rint(known_mm * 2), axis=0)) < _LEAST_MATCHES:
        return None
    there = np.asarray(cv2.findHomography(known_mm, seen_px, 0)[0], np.float64)
    if there.shape != (3, 3) or not _is_seen_from_the_front(there, known_mm):
        return None
    return there, seen_px, known_mm


def _small(
    seen_px: NDArray[np.float32], known_mm: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]] | None:
    """Return the like of :func:`_flat` for a small piece: it is turned, scaled and shifted, and stretched at a slant.

    A slant is believed if more landmarks agree with it, beyond those that it takes, than without.
    """
    best, excess = None, -1
    for fitted, least in (
        (cv2.estimateAffinePartial2D, _LEAST_SMALL_MATCHES),
        (cv2.estimateAffine2D, _LEAST_SLANTED_MATCHES),
    ):
        back, fit = fitted(
            seen_px,
            known_mm,
            method=cv2.RANSAC,
            ransacReprojThreshold=_SMALL_FLAT_MM,
            maxIters=_ITERATIONS,
            confidence=_CONFIDENCE,
        )
        if np.shape(back) != (2, 3):
            continue
        kept = np.asarray(fit).ravel() > 0
        more = len(np.unique(np.rint(known_mm[kept] * 2), axis=0)) - least
        long, short = np.linalg.svd(back[:, :2], compute_uv=False)
        if more > excess and np.linalg.det(back[:, :2]) > 0 and long <= _MOST_SLANTED * short:
            there = np.linalg.inv(np.vstack((np.asarray(back, np.float64), (0.0, 0.0, 1.0))))
            best, excess = (there, seen_px[kept], known_mm[kept]), more
    return best


def _is_seen_from_the_front(there: NDArray[np.float64], known_mm: NDArray[np.float32]) -> bool:
    """Tell whether a projection shows the paper unmirrored, and at a slant that a camera can take."""
    low, high = known_mm.min(axis=0), known_mm.max(axis=0)
    corners = np.array([(x, y) for x in (low[0], high[0]) for y in (low[1], high[1])], np.float64)
    depth = np.column_stack((corners, np.ones(4))) @ there[2]
    if depth.min() * depth.max() <= 0:
        return False
    area = []
    for x, y in corners:
        weight = there[2, 0] * x + there[2, 1] * y + there[2, 2]
        across = (there[:2, :2] * weight - np.outer(there[:2] @ (x, y, 1.0), there[2, :2])) / weight**2
        stretch = np.linalg.svd(across, compute_uv=False)
        if np.linalg.det(across) <= 0 or stretch[0] > _MOST_FORESHORTENED * stretch[1]:
            return False
        area.append(float(np.prod(stretch)))
    return max(area) <= _MOST_FORESHORTENED**2 * min(area)


def mesh_mm(reference: Reference) -> NDArray[np.float64]:
    """Return ``(rows, cols, 2)``: x, y on the page of the points of its mesh."""
    cols = max(2, round(reference.width_mm / MESH_MM) + 1)
    rows = max(2, round(reference.height_mm / MESH_MM) + 1)
    x, y = np.linspace(0, reference.width_mm, cols), np.linspace(0, reference.height_mm, rows)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _bent(
    picture: NDArray[np.uint8],
    reference: Reference,
    there: NDArray[np.float64],
    seen_px: NDArray[np.float32],
    known_mm: NDArray[np.float32],
) -> Placing:
    """Bend a flat sheet to the picture."""
    grid = mesh_mm(reference)
    mesh = projected(grid, there)
    off = seen_px - projected(known_mm, there)
    thin = np.linspace(0, len(off) - 1, min(len(off), _LANDMARKS_TO_BEND)).astype(np.intp)
    mesh = mesh + smoothed(known_mm[thin], off[thin], grid, reach_mm=_LANDMARKS_REACH_MM)
    dpi = _px_per_mm(mesh, grid, known_mm) * MM_PER_INCH
    flattening = Flattening(picture, dpi)
    shown = even_tone(reference.halved, reference.px_per_mm / 2)
    agreement, off_mm = 0.0, np.zeros((0, 2))
    is_small = min(picture.shape) * MM_PER_INCH / dpi < _SMALL_MM
    block_mm, rounds = (BLOCK_MM / 2, _SMALL_ROUNDS) if is_small else (BLOCK_MM, _ROUNDS)
    for search_mm, reach_mm in rounds:
        flat = flattening.at(mesh, reference.size_mm, shown.shape, reference.dpi / 2)
        where_mm, off_mm, alike_by = blocks(flat, shown, search_mm, block_mm=block_mm)
        if len(where_mm) < _LEAST_BLOCKS:
            return Placing(mesh.astype(np.float32), len(known_mm), 0.0, np.inf, dpi)
        bent = smoothed(where_mm, off_mm, grid, reach_mm=reach_mm, is_laid=is_small)
        mesh = mesh + _in_picture(mesh, grid, bent)
        agreement = float(np.median(alike_by))
    left = np.linalg.norm(off_mm - np.median(off_mm, axis=0), axis=1)
    return Placing(mesh.astype(np.float32), len(known_mm), agreement, float(np.median(left)), dpi)


def projected(
    points: NDArray[np.float64] | NDArray[np.float32], there: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return where a plane projection has points, ``(…, 2)``."""
    flat = points.astype(np.float64).reshape(-1, 1, 2)
    return np.asarray(cv2.perspectiveTransform(flat, there), np.float64).reshape(points.shape)


def _in_picture(
    mesh: NDArray[np.float64], grid: NDArray[np.float64], shift_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far the points of a mesh move in the picture when they move on paper."""
    across = np.gradient(mesh, grid[0, :, 0], axis=1)
    down = np.gradient(mesh, grid[:, 0, 1], axis=0)
    return np.asarray(across * shift_mm[..., :1] + down * shift_mm[..., 1:], np.float64)


def _px_per_mm(mesh: NDArray[np.float64], grid: NDArray[np.float64], seen_mm: NDArray[np.float32]) -> float:
    """Return the scale of the picture in the middle of what is seen of the page."""
    middle = np.median(seen_mm, axis=0)
    row, col = np.unravel_index(int(np.linalg.norm(grid - middle, axis=2).argmin()), grid.shape[:2])
    across = np.gradient(mesh, grid[0, :, 0], axis=1)[row, col]
    down = np.gradient(mesh, grid[:, 0, 1], axis=0)[row, col]
    return float(abs(across[0] * down[1] - across[1] * down[0]) ** 0.5)
