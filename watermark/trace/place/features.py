"""Landmarks of a picture: small neighbourhoods that look the same however the paper lies, and which of them agree.

SIFT [Lowe 2004] with the square root of its descriptors [Arandjelović & Zisserman 2012]. Letters repeat all over a
page, so one landmark has many likenesses; what tells the true one is that all true ones ask for the same turn, the
same scale and the same place.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_CONTRAST: Final = 0.03
_EDGE: Final = 12.0
_NEIGHBOURS: Final = 3
#: A likeness counts if it is nearer than this share of the distance of the first that is not looked at.
_RATIO: Final = 0.92
_TURN_BINS: Final = 36
#: Bins of the logarithm of the scale, each a quarter of an octave.
_SCALE_BINS: Final = 40
_BINS_PER_OCTAVE: Final = 4.0
_WAYS: Final = 3
#: Perspective at 30 degrees of tilt changes turn and scale this much over a page.
_TURN_SPREAD: Final = np.deg2rad(18.0)
_SCALE_SPREAD: Final = 0.4
_PLACE_BIN_MM: Final = 10.0
_PLACE_SPREAD_MM: Final = 25.0
_BLOCK: Final = 2048
#: Bands of a large picture, and what they see beyond: the neighbourhood of a landmark of letter size.
_BAND_PX, _BAND_EDGE_PX = 400, 60


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Landmarks of a picture.

    Attributes:
        points: ``(n, 2)``: x, y; pixels of the picture.
        sizes: ``(n,)``: diameters in pixels.
        turns: ``(n,)``: directions in radians, clockwise.
        looks: ``(n, 128)``: unit vectors.
    """

    points: NDArray[np.float32]
    sizes: NDArray[np.float32]
    turns: NDArray[np.float32]
    looks: NDArray[np.float32]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.points)

    def largest(self, most: int, smallest: float) -> "Landmarks":
        """Return those of at least this size, thinned evenly to ``most``; small ones are lost first by blur."""
        fit = np.flatnonzero(self.sizes >= smallest)
        if len(fit) > most:
            fit = fit[np.linspace(0, len(fit) - 1, most).astype(np.intp)]
        return Landmarks(self.points[fit], self.sizes[fit], self.turns[fit], self.looks[fit])


def find_landmarks(gray: NDArray[np.uint8]) -> Landmarks:
    """Return the landmarks of a ``(H, W)`` picture, 0 black."""
    found, looks = cv2.SIFT.create(contrastThreshold=_CONTRAST, edgeThreshold=_EDGE).detectAndCompute(
        gray, None
    )
    if not found:
        none = np.zeros(0, np.float32)
        return Landmarks(none.reshape(0, 2), none, none, none.reshape(0, 128))
    sums = np.maximum(looks.sum(axis=1, keepdims=True), np.float32(1e-6))
    return Landmarks(
        np.array([mark.pt for mark in found], np.float32),
        np.array([mark.size for mark in found], np.float32),
        np.deg2rad(np.array([mark.angle for mark in found], np.float32)),
        np.sqrt(looks / sums).astype(np.float32),
    )


def find_landmarks_in_bands(gray: NDArray[np.uint8]) -> Landmarks:
    """Return the landmarks of a large picture, band by band: SIFT takes two hundred bytes a pixel at once."""
    found = []
    for top in range(0, len(gray), _BAND_PX):
        above = max(0, top - _BAND_EDGE_PX)
        band = find_landmarks(gray[above : top + _BAND_PX + _BAND_EDGE_PX])
        within = (band.points[:, 1] >= top - above) & (band.points[:, 1] < top - above + _BAND_PX)
        place = band.points[within] + np.array([0, above], np.float32)
        found.append(Landmarks(place, band.sizes[within], band.turns[within], band.looks[within]))
    return Landmarks(
        np.concatenate([part.points for part in found]),
        np.concatenate([part.sizes for part in found]),
        np.concatenate([part.turns for part in found]),
        np.concatenate([part.looks for part in found]),
    )


@dataclass(frozen=True, eq=False)
class Pairs:
    """Landmarks that look alike: ``of`` (m,) in the picture, ``to`` (m,) in the reference."""

    of: NDArray[np.intp]
    to: NDArray[np.intp]


def alike(picture: Landmarks, reference: Landmarks) -> Pairs:
    """Return for each landmark of the picture those of the reference that look like it, three at most."""
    if len(picture) == 0 or len(reference) <= _NEIGHBOURS:
        return Pairs(np.zeros(0, np.intp), np.zeros(0, np.intp))
    of, to = [], []
    looks = np.ascontiguousarray(reference.looks.T)
    for begin in range(0, len(picture), _BLOCK):
        likeness = picture.looks[begin : begin + _BLOCK] @ looks
        near = np.argpartition(-likeness, _NEIGHBOURS, axis=1)[:, : _NEIGHBOURS + 1]
        close = np.take_along_axis(likeness, near, axis=1)
        order = np.argsort(-close, axis=1)
        near, close = np.take_along_axis(near, order, axis=1), np.take_along_axis(close, order, axis=1)
        apart = np.sqrt(np.maximum(2 - 2 * close, 0))
        rows, ranks = np.nonzero(apart[:, :_NEIGHBOURS] < _RATIO * apart[:, _NEIGHBOURS:])
        of.append(rows + begin)
        to.append(near[rows, ranks])
    return Pairs(np.concatenate(of), np.concatenate(to))


def agreeing(
    picture: Landmarks, reference: Landmarks, pairs: Pairs, *, reference_px_per_mm: float
) -> list[Pairs]:
    """Return the pairs that ask for one turn, scale and place: the most populous ways first, three at most."""
    turn = np.mod(picture.turns[pairs.of] - reference.turns[pairs.to], 2 * np.pi)
    scale = np.log2(picture.sizes[pairs.of] / reference.sizes[pairs.to])
    turn_bin = (turn / (2 * np.pi) * _TURN_BINS).astype(np.intp) % _TURN_BINS
    scale_bin = np.clip(scale * _BINS_PER_OCTAVE + _SCALE_BINS / 2, 0, _SCALE_BINS - 1).astype(np.intp)
    votes = np.zeros((_TURN_BINS, _SCALE_BINS))
    np.add.at(votes, (turn_bin, scale_bin), 1.0)
    around = np.sum([np.roll(votes, by, 0) for by in (-1, 0, 1)], axis=0)
    smooth = np.asarray(cv2.blur(around, (3, 1), borderType=cv2.BORDER_REPLICATE), np.float64)
    found = []
    for _ in range(_WAYS):
        turned, scaled = np.unravel_index(int(smooth.argmax()), smooth.shape)
        if smooth[turned, scaled] <= 0:
            break
        middle = (turned + 0.5) * 2 * np.pi / _TURN_BINS
        octave = (scaled + 0.5 - _SCALE_BINS / 2) / _BINS_PER_OCTAVE
        off = np.abs(np.mod(turn - middle + np.pi, 2 * np.pi) - np.pi)
        fit = np.flatnonzero((off < _TURN_SPREAD) & (np.abs(scale - octave) < _SCALE_SPREAD))
        found.append(
            _in_place(
                picture,
                reference,
                pairs,
                fit,
                turn=middle,
                scale=2.0**octave,
                px_per_mm=reference_px_per_mm,
            )
        )
        for by in range(-2, 3):
            smooth[(turned + by) % _TURN_BINS, max(scaled - 2, 0) : scaled + 3] = 0
    return sorted(found, key=lambda kept: -len(kept.of))


def _in_place(
    picture: Landmarks,
    reference: Landmarks,
    pairs: Pairs,
    fit: NDArray[np.intp],
    *,
    turn: float,
    scale: float,
    px_per_mm: float,
) -> Pairs:
    """Return the pairs among ``fit`` that put the reference in about the same place."""
    if not len(fit):
        return Pairs(pairs.of[fit], pairs.to[fit])
    cos, sin = np.cos(turn), np.sin(turn)
    seen, known = picture.points[pairs.of[fit]], reference.points[pairs.to[fit]]
    # The picture turned and scaled back onto the reference; what is left is a shift.
    back = seen @ np.array([[cos, -sin], [sin, cos]], np.float32) / scale
    shift_mm = (known - back) / px_per_mm
    low = shift_mm.min(axis=0)
    cells = ((shift_mm - low) / _PLACE_BIN_MM).astype(np.intp)
    votes = np.zeros(tuple(cells.max(axis=0) + 1), np.float32)
    np.add.at(votes, tuple(cells.T), 1.0)
    votes = cv2.GaussianBlur(votes, (0, 0), 1.0, borderType=cv2.BORDER_CONSTANT)
    top = np.array(np.unravel_index(int(votes.argmax()), votes.shape))
    middle = low + (top + 0.5) * _PLACE_BIN_MM
    kept = fit[np.abs(shift_mm - middle).max(axis=1) < _PLACE_SPREAD_MM]
    return Pairs(pairs.of[kept], pairs.to[kept])
