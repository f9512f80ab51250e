"""Guess square lattices under scattered points, without knowing scale or turn.

The averaged power spectrum of many small windows shows the reciprocal lattice, however the lattice bends between
windows; the window where its lines are clearest gives an affine seed, from which :mod:`watermark.read.lattice` grows.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

PITCHES_PX = (2.1, 9.0)
"""Pitches looked for. Below two pixels a lattice cannot be sampled; nine are the fine grid at 675 dpi."""

_WINDOW_PX = 256  # 22 mm at 300 dpi: small enough to be flat, large enough for 40 dots between lines of text
_OVERSAMPLED = 2  # points are splatted at this resolution so that lines up to 1 cycle per pixel are seen
_MOST_WINDOWS = 48
_FLANK_BINS = 4  # lines nearer than this are one: each reaches two bins to either side
_LEAST_POINTS = 12
_SEED_SPAN_BINS, _SEED_STEP_BINS = 1.5, 0.125


@dataclass(frozen=True)
class Seed:
    """A first guess in one window: ``u = rows @ (x, y) - origin``.

    Attributes:
        rows: ``(2, 2)`` cycles per pixel.
        origin: ``(2,)``.
        centre: ``(2,)`` of the window in pixels.
        strength: Mean of both axes' coherence, 0…1.
    """

    rows: NDArray[np.float64]
    origin: NDArray[np.float64]
    centre: NDArray[np.float64]
    strength: float


def find_seeds(points: Points, weights: NDArray[np.float64], most: int) -> list[Seed]:
    """Return up to ``most`` seeds, the most promising lattice first."""
    windows = _windows(points)
    if not windows:
        return []
    spectrum = np.mean(
        [_power(points[chosen], weights[chosen], corner) for chosen, corner in windows], axis=0
    )
    seeds = []
    for first in _candidates(spectrum, most):
        second = np.array((-first[1], first[0]))
        tried = (
            _seed(points[chosen], weights[chosen], corner, (first, second)) for chosen, corner in windows
        )
        seeds.append(max(tried, key=lambda seed: seed.strength))
    return seeds


def _windows(points: Points) -> list[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Return point indices and corner of windows that hold enough points, half overlapping, evenly thinned."""
    step = _WINDOW_PX // 2
    if len(points) < _LEAST_POINTS:
        return []
    cell = np.floor(points / step).astype(np.intp)
    found = []
    for row in range(int(cell[:, 1].max()) + 1):
        in_rows = np.flatnonzero((cell[:, 1] == row) | (cell[:, 1] == row + 1))
        for col in range(int(cell[:, 0].max()) + 1):
            chosen = in_rows[(cell[in_rows, 0] == col) | (cell[in_rows, 0] == col + 1)]
            if len(chosen) >= _LEAST_POINTS:
                found.append((chosen, np.array((col, row), float) * step))
    if len(found) > _MOST_WINDOWS:
        found = [found[index] for index in np.linspace(0, len(found) - 1, _MOST_WINDOWS).astype(int)]
    return found


def _power(points: Points, weights: NDArray[np.float64], corner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the window's power, ``(2 W, 2 W)`` bins of 1 / W cycles per pixel, 0 in the middle; 1 if random."""
    side = _WINDOW_PX * _OVERSAMPLED
    place = np.clip((points - corner) * _OVERSAMPLED, 0, side - 1.001)
    whole = place.astype(np.intp)
    part = place - whole
    drawn = np.zeros((side + 1, side + 1), np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            share = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]) * weights
            np.add.at(drawn, (whole[:, 1] + dy, whole[:, 0] + dx), share)
    power = np.abs(np.fft.fftshift(np.fft.fft2(drawn[:side, :side]))) ** 2
    return np.asarray(power / (weights**2).sum(), np.float64)


def _candidates(spectrum: NDArray[np.float64], most: int) -> list[NDArray[np.float64]]:
    """Return frequencies (cycles per pixel) whose quarter turn and diagonal sums are lines of the spectrum too."""
    middle = spectrum.shape[0] // 2
    excess = np.maximum(spectrum - np.median(spectrum), 0).astype(np.float32)
    nearby = np.asarray(cv2.dilate(excess, np.ones((3, 3), np.uint8)), np.float32)
    wider = np.asarray(cv2.dilate(excess, np.ones((5, 5), np.uint8)), np.float32)
    low, high = (_WINDOW_PX / pitch for pitch in reversed(PITCHES_PX))
    a, b = np.meshgrid(np.arange(1, int(high) + 1), np.arange(-int(high), int(high) + 1))
    length = np.hypot(a, b)
    fits = (length >= low) & (length <= high) & (np.abs(b) <= a)
    a, b = a[fits], b[fits]
    straight = np.sqrt(excess[middle + b, middle + a] * nearby[middle + a, middle - b])
    diagonal = np.sqrt(_at(wider, a + b, b - a) * _at(wider, a - b, a + b))
    score = straight + 0.5 * diagonal
    chosen: list[NDArray[np.float64]] = []
    for index in np.argsort(-score):
        line = np.array((a[index], b[index]), float)
        if not any(_repeats(line, other) for other in chosen):
            chosen.append(line)
        if len(chosen) == most or score[index] <= 0:
            break
    return [line / _WINDOW_PX for line in chosen]


def _repeats(line: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether a line is another one again, or the diagonal or double that every square lattice has as well."""
    quarter = np.array((-other[1], other[0]))
    known = (other, quarter, -quarter, other + quarter, other - quarter, 2 * other)
    return any(np.hypot(*(line - same)) <= _FLANK_BINS for same in known)


def _at(spectrum: NDArray[np.float32], a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the spectrum at bins (a, b), nothing outside."""
    middle = spectrum.shape[0] // 2
    inside = (np.abs(a) < middle) & (np.abs(b) < middle)
    value = spectrum[np.where(inside, middle + b, 0), np.where(inside, middle + a, 0)]
    return np.where(inside, value, 0).astype(np.float32)


def _seed(
    points: Points,
    weights: NDArray[np.float64],
    corner: NDArray[np.float64],
    lines: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Seed:
    """Sharpen both lines in one window; the two are free of each other, so shear and stretch are found too."""
    centre = corner + _WINDOW_PX / 2
    local = points - centre
    offset = np.arange(-_SEED_SPAN_BINS, _SEED_SPAN_BINS + 1e-9, _SEED_STEP_BINS) / _WINDOW_PX
    rows, origin, strength = [], [], 0.0
    for line in lines:
        along_x = np.exp(-2j * np.pi * np.outer(line[0] + offset, local[:, 0]))
        along_y = np.exp(-2j * np.pi * np.outer(line[1] + offset, local[:, 1]))
        total = (along_y * weights) @ along_x.T
        best_y, best_x = np.unravel_index(int(np.abs(total).argmax()), total.shape)
        frequency = line + np.array((offset[best_x], offset[best_y]))
        rows.append(frequency)
        origin.append(frequency @ centre - np.angle(total[best_y, best_x]) / (2 * np.pi))
        # Beyond the mean of random points: a window with few points is not strong by chance.
        strength += (abs(total[best_y, best_x]) ** 2 - (weights**2).sum()) / weights.sum() / 2
    return Seed(np.array(rows), np.array(origin), centre, float(strength))
