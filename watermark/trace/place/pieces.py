"""Lay a page over a small piece of it.

A piece has few landmarks, and letters repeat: what agrees may be wrong, or right but inexact. So landmarks only say how
the piece may be turned and scaled; where it lies, the page's picture says, compared with the piece everywhere. Then
blocks are looked for and all of the piece is moved, turned, scaled and sheared to them, until it lies.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.place.bending import blocks
from watermark.trace.place.features import Landmarks, agreeing, alike
from watermark.trace.place.flat import Flat, Flattening, even_tone
from watermark.trace.place.reference import Reference
from watermark.units import MM_PER_INCH

#: What is compared everywhere: the middle of the piece at half a letter's stroke a pixel. A turn of 2 degrees or a
#: scale of 3 % too much moves its edge by a third of a millimetre, which letters of 2 mm bear.
_WINDOW_MM: Final = 16.0
_PX_PER_MM: Final = 2.2
_TURNS: Final = np.deg2rad((-3.0, 0.0, 3.0))
_SCALES: Final = (0.95, 1.0, 1.05)
#: Resolutions that scanners offer, upright and upside down: a guess that costs little and is believed only if it fits.
_SCAN_DPI: Final = (150, 200, 300, 400, 600)
_LEAST_WINDOW_PX: Final = 14
_LEAST_SPREAD: Final = 4.0
_MOST_PLACES: Final = 3
#: Blocks are looked for so far around their places, in turn.
_SEARCH_MM: Final = (1.0, 0.7, 0.5, 0.35)
_BLOCK_MM: Final = 4.0
_LEAST_LIKENESS: Final = 0.6
_LEAST_BLOCKS: Final = 2
#: Errors that blocks have in common, and how much a slant of 15 degrees stretches a piece, half of it each way.
_BLOCK_OFF_MM: Final = 0.1
_STRETCH: Final = 0.017
#: Tukey's constant, 95 % as efficient as least squares for bell curves; no error is below a hundredth of a millimetre.
_TUKEY: Final = 4.685
_LEAST_OFF_MM: Final = 0.01
_PASSES: Final = 6

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """How a piece may lie: turned clockwise from the page, in radians, and how many of its pixels a millimetre has."""

    turn: float
    px_per_mm: float


@dataclass(frozen=True, eq=False)
class Laid:
    """A page laid flat over a piece.

    Attributes:
        there: ``(3, 3)``: from millimetres of the page to pixels of the piece.
        where_mm: ``(n, 2)``: middles of the blocks that were found.
        likeness: How alike page and piece are, from −1 to 1.
    """

    there: Matrix
    where_mm: NDArray[np.float64]
    likeness: float


def ways(picture: Landmarks, known: Landmarks, px_per_mm: float) -> Iterator[Way]:
    """Yield how a piece may lie, as its landmarks and those of the page have it, ``px_per_mm`` of which are known."""
    pairs = alike(picture, known)
    for kept in agreeing(picture, known, pairs, reference_px_per_mm=px_per_mm):
        if not len(kept.of):
            continue
        turns = np.exp(1j * (picture.turns[kept.of] - known.turns[kept.to]))
        scale = float(np.median(picture.sizes[kept.of] / known.sizes[kept.to]))
        turn = float(np.angle(np.median(turns.real) + 1j * np.median(turns.imag)))
        yield Way(turn, scale * px_per_mm)


def habits() -> Iterator[Way]:
    """Yield how a piece of a scan may lie."""
    for dpi in _SCAN_DPI:
        for turn in (0.0, np.pi):
            yield Way(turn, dpi / MM_PER_INCH)


def found(picture: NDArray[np.uint8], asked: Iterable[Way], reference: Reference) -> list[Matrix]:
    """Return where a piece may lie on a page, the likeliest places first: millimetres of the page to its pixels.

    Args:
        picture: ``(H, W)``, 0 black.
        asked: How it may lie.
        reference: The page.
    """
    shrunk = _PX_PER_MM / reference.px_per_mm
    page = cv2.resize(reference.gray, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
    places: list[tuple[float, Matrix]] = []
    seen: set[tuple[int, int]] = set()
    for way in asked:
        for turn in way.turn + _TURNS:
            for scale in way.px_per_mm * np.array(_SCALES):
                asked_for = round(float(np.rad2deg(turn)) / 2) % 180, round(float(np.log(scale)) / 0.03)
                window = None if asked_for in seen else _window(picture, float(turn), float(scale))
                seen.add(asked_for)
                if window is None or min(np.subtract(page.shape, window.shape)) < 0:
                    continue
                match = cv2.matchTemplate(page, window, cv2.TM_CCOEFF_NORMED)
                _, best, _, (x, y) = cv2.minMaxLoc(match)
                middle = (np.array([x, y]) + np.array(window.shape[::-1]) / 2) / _PX_PER_MM
                places.append((best, _similarity(picture, middle, float(turn), float(scale))))
    places.sort(key=lambda each: -each[0])
    return [there for _, there in places[:_MOST_PLACES]]


def laid(picture: NDArray[np.uint8], there: Matrix, reference: Reference) -> Laid | None:
    """Return a page laid exactly over a piece that it lies on about so; None if it does not.

    Args:
        picture: ``(H, W)``, 0 black.
        there: ``(3, 3)``: about where the page lies, millimetres to pixels.
        reference: The page.
    """
    dpi = float(abs(np.linalg.det(there[:2, :2])) ** 0.5) * MM_PER_INCH
    flattening = Flattening(picture, dpi)
    shown = even_tone(reference.halved, reference.px_per_mm / 2)
    where = np.zeros((0, 2))
    for search_mm in _SEARCH_MM:
        flat = flattening.at(_corners(there, reference), reference.size_mm, shown.shape, reference.dpi / 2)
        where, off, alike_by = blocks(flat, shown, search_mm, block_mm=_BLOCK_MM)
        alike_enough = alike_by >= _LEAST_LIKENESS
        where, off = where[alike_enough], off[alike_enough]
        if len(where) < _LEAST_BLOCKS:
            return None
        there = there @ _moved(where, off)
    flat = flattening.at(_corners(there, reference), reference.size_mm, shown.shape, reference.dpi / 2)
    return Laid(there, where, likeness(flat, shown))


def likeness(flat: Flat, shown: NDArray[np.float32]) -> float:
    """Return how alike a flattened picture and its page are where it is seen, from −1 to 1; 0 if nothing is there.

    Args:
        flat: What a picture shows.
        shown: The page itself, of the same size, even in tone.
    """
    tone, known = flat.tone[flat.seen], shown[flat.seen]
    if not len(tone) or min(tone.std(), known.std()) <= 0:
        return 0.0
    return float(np.corrcoef(tone, known)[0, 1])


def _window(picture: NDArray[np.uint8], turn: float, px_per_mm: float) -> NDArray[np.uint8] | None:
    """Return the upright middle of a piece, as it is compared; None if there is little on it or little of it."""
    height, width = picture.shape
    cos, sin = abs(np.cos(turn)), abs(np.sin(turn))
    # The greatest upright square in a turned one, and in an oblong less.
    side_mm = min(_WINDOW_MM, min(height, width) / (cos + sin) / px_per_mm)
    side = int(side_mm * _PX_PER_MM)
    if side < _LEAST_WINDOW_PX:
        return None
    there = _similarity(picture, np.full(2, side / 2 / _PX_PER_MM), turn, px_per_mm)
    to_picture = there[:2] @ np.diag([1 / _PX_PER_MM, 1 / _PX_PER_MM, 1.0])
    to_picture[:, 2] += to_picture[:, :2] @ (0.5, 0.5) - 0.5
    coarse = px_per_mm / _PX_PER_MM
    soft = cv2.GaussianBlur(picture, (0, 0), 0.45 * coarse) if coarse > 1 else picture
    window = cv2.warpAffine(
        soft,
        to_picture,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(window, np.uint8) if window.std() >= _LEAST_SPREAD else None


def _similarity(picture: NDArray[np.uint8], middle_mm: Matrix, turn: float, px_per_mm: float) -> Matrix:
    """Return the matrix that puts a place of the page into the middle of the picture."""
    height, width = picture.shape
    turned = px_per_mm * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    there = np.eye(3)
    there[:2, :2] = turned
    there[:2, 2] = np.array([width, height]) / 2 - turned @ middle_mm
    return there


def _corners(there: Matrix, reference: Reference) -> Matrix:
    """Return the mesh of a flat page, ``(2, 2, 2)``."""
    x, y = np.meshgrid((0.0, reference.width_mm), (0.0, reference.height_mm))
    return np.stack((x, y), axis=-1) @ there[:2, :2].T + there[:2, 2]


def _moved(where: Matrix, off: Matrix) -> Matrix:
    """Return the matrix that moves blocks by what they ask for, as most of them do."""
    middle = where.mean(axis=0)
    x, y = (where - middle).T
    none, one = np.zeros_like(x), np.ones_like(x)
    # Shift right and down, scale, turn; then two ways to stretch, as a slant does, which few blocks may not ask for.
    right, down = (one, none, x, -y, x, y), (none, one, y, x, -y, x)
    held = np.diag((0, 0, 0, 0, 1, 1)) * (_BLOCK_OFF_MM / _STRETCH)
    terms = np.concatenate((np.column_stack(right), np.column_stack(down)))
    asked = np.concatenate((off[:, 0], off[:, 1]))
    weight = np.ones(len(where))
    fit = np.zeros(terms.shape[1])
    for _ in range(_PASSES):
        by = np.sqrt(np.tile(weight, 2))
        fit, *_ = np.linalg.lstsq(
            np.vstack((terms * by[:, None], held)),
            np.concatenate((asked * by, np.zeros(len(held)))),
            rcond=None,
        )
        left = np.hypot(*(asked - terms @ fit).reshape(2, -1))
        limit = _TUKEY * max(float(np.median(left)), _LEAST_OFF_MM)
        weight = np.clip(1 - (left / limit) ** 2, 0, 1) ** 2
    _, _, scale, turn, longer, aslant = fit.tolist()
    across = np.array([[scale + longer, aslant - turn], [aslant + turn, scale - longer]])
    moved = np.eye(3)
    moved[:2, :2] += across
    moved[:2, 2] = fit[:2] - across @ middle
    return moved
