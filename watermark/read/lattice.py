"""Grow a lattice from a seed over all points, following every slow bend of the sheet.

Blocks of the picture are fitted one after the other, the best supported neighbour first: each starts from the block it
was reached from and may differ a little. A polynomial and the smoothed rest then say where every lattice point lies.

Lattice coordinates are (u, v): integers at lattice points, u to the right and v down as far as the seed can tell, which
is up to a quarter turn. Pixels are (x, y).
"""

import heapq
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.read.spectrum import Points, Seed

_BLOCK = 24  # pitches along a block's side: 8 mm of the fine grid
_FAR = 0.35  # points farther from a lattice point say nothing; a random point is nearer in 38 of 100 cases
# What a block inherits counts as so many points: dots scatter by 0.06 pitches; a feed that changes its speed by 0.3 %
# from one block to the next moves the far side by 0.07 pitches.
_INHERITED = np.diag((0.4, 0.7, 0.7))
_ROUNDS = 3
_NEARBY = 0.6  # blocks; a feed that hunts with a period of 60 mm bends by half a pitch over three blocks
_LEAST_POINTS = 12
_RIDGE = 1e-3
_PRIOR = 4.0  # a block's share of the smoothed rest counts as much as this many points at zero
_TERMS = {
    10: 400,
    6: 120,
    3: 0,
}  # terms of a cubic, quadratic, affine map and the points it takes: forty a term
_AFFINE_TERMS = 3
_MOST_ACROSS = 4096  # lattice points along a side: 1.4 m of paper


@dataclass(frozen=True)
class Lattice:
    """A fitted lattice.

    Attributes:
        first: ``(2,)`` integer (u, v) of the first sampled point.
        where: ``(V, U, 2)`` float32, pixel position of every lattice point from ``first`` on.
        coherence: Weighted mean of ``cos 2 pi d`` over the points, d the distance along an axis: 1 perfect, 0 random.
        pitch_px: Typical pitch.
        turn_deg: Direction of u in the picture, clockwise, -45…45.
    """

    first: NDArray[np.intp]
    where: NDArray[np.float32]
    coherence: float
    pitch_px: float
    turn_deg: float


def fit_lattice(seed: Seed, points: Points, weights: NDArray[np.float64]) -> Lattice | None:
    """Return the lattice through most of the points; None when too few agree with any."""
    return _sampled(_grown(seed, points, weights), points, weights)


def _grown(seed: Seed, points: Points, weights: NDArray[np.float64]) -> Points:
    """Return lattice coordinates of all points."""
    side = _BLOCK / float(np.sqrt(abs(np.linalg.det(seed.rows))))
    cell = np.floor(points / side).astype(np.intp)
    members: dict[tuple[int, int], list[int]] = {}
    for index, (col, row) in enumerate(cell.tolist()):
        members.setdefault((col, row), []).append(index)
    last_col, last_row = (int(value) for value in cell.max(axis=0))
    start = tuple(int(value) for value in np.clip(np.floor(seed.centre / side), 0, (last_col, last_row)))
    coordinates: Points = np.zeros(points.shape)
    # (-support, column, row) and, beside the heap, what the block inherits: rows 1, x, y; columns u, v.
    first = (start[0], start[1])
    middle = (np.array(first) + 0.5) * side
    inherited = {first: np.vstack((seed.rows @ middle - seed.origin, seed.rows.T * side))}
    waiting = [(0.0, *first)]
    best: dict[tuple[int, int], float] = {}
    done: set[tuple[int, int]] = set()
    while waiting:
        _, col, row = heapq.heappop(waiting)
        if (col, row) in done:
            continue
        done.add((col, row))
        around = [
            index for dc in (-1, 0, 1) for dr in (-1, 0, 1) for index in members.get((col + dc, row + dr), ())
        ]
        fit, support = inherited[col, row], 0.0
        if around:
            local = points[around] / side - (np.array((col, row)) + 0.5)
            close = np.exp(-0.5 * (local**2).sum(axis=1) / _NEARBY**2)
            fit, support = _block(local, weights[around] * close, fit)
        own = members.get((col, row))
        if own:
            coordinates[own] = _affine(points[own] / side - (np.array((col, row)) + 0.5)) @ fit
        for dc, dr in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            reached = (col + dc, row + dr)
            if reached in done or not (0 <= reached[0] <= last_col and 0 <= reached[1] <= last_row):
                continue
            if support > best.get(reached, -1.0):
                best[reached] = support
                inherited[reached] = np.vstack((fit[0] + dc * fit[1] + dr * fit[2], fit[1:]))
                heapq.heappush(waiting, (-support, *reached))
    return coordinates


def _block(
    local: Points, weights: NDArray[np.float64], inherited: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return a block's affine fit and how many points support it beyond what chance would give."""
    basis, fit = _affine(local), inherited
    for _ in range(_ROUNDS):
        target, closeness = _nearest(basis @ fit)
        heard = basis * (closeness * weights)[:, None]
        normal, moment = heard.T @ basis + _INHERITED, heard.T @ target + _INHERITED @ inherited
        fit = np.asarray(np.linalg.solve(normal, moment), np.float64)
    phase = np.cos(2 * np.pi * (basis @ fit)).mean(axis=1)
    return fit, max(float((phase * weights).sum()), 0.0)


def _affine(local: Points) -> NDArray[np.float64]:
    return np.column_stack((np.ones(len(local)), local))


def _monomials(local: Points) -> NDArray[np.float64]:
    x, y = local.T
    return np.column_stack((np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3))


def _nearest(coordinates: Points) -> tuple[Points, NDArray[np.float64]]:
    """Return the nearest lattice points and how much each deserves to be heard, 0…1."""
    target = np.rint(coordinates)
    distance = np.hypot(*(coordinates - target).T)
    return target, np.maximum(1 - (distance / _FAR) ** 2, 0) ** 2


def _solve(
    basis: NDArray[np.float64], target: Points, weights: NDArray[np.float64], like: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return weighted least squares, bent terms held back a little; terms not in ``basis`` become 0."""
    terms = basis.shape[1]
    normal = (basis * weights[:, None]).T @ basis
    normal[np.diag_indices(terms)] += (
        _RIDGE * np.where(np.arange(terms) < _AFFINE_TERMS, 1e-6, 1.0) * max(weights.sum(), 1e-9)
    )
    fit = np.zeros_like(like)
    fit[:terms] = np.linalg.solve(normal, (basis * weights[:, None]).T @ target)
    return fit


def _sampled(coordinates: Points, points: Points, weights: NDArray[np.float64]) -> Lattice | None:
    """Turn coordinates of points into positions of lattice points: a cubic, then what is left, smoothed."""
    target, closeness = _nearest(coordinates)
    heard = closeness * weights
    kept = closeness > 0
    if kept.sum() < _LEAST_POINTS:
        return None
    target, heard, seen = target[kept], heard[kept], points[kept]
    low = np.percentile(target, 1, axis=0).astype(np.intp) - 2 * _BLOCK
    high = np.percentile(target, 99, axis=0).astype(np.intp) + 2 * _BLOCK
    size = high - low + 1
    if size.max() > _MOST_ACROSS:
        return None
    middle, scale = (low + high) / 2, float(size.max()) / 2
    terms = next(terms for terms, least in _TERMS.items() if kept.sum() >= least)
    basis = _monomials((target - middle) / scale)[:, :terms]
    fit = _solve(basis, seen, heard, like=np.zeros((terms, 2)))
    u, v = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    lattice_points = np.column_stack(((u + low[0]).ravel(), (v + low[1]).ravel()))
    where = (_monomials((lattice_points - middle) / scale)[:, :terms] @ fit).reshape(size[1], size[0], 2)
    where += _smoothed_rest(target - low, seen - basis @ fit, heard, (int(size[0]), int(size[1])))
    along = fit[1] / scale
    down = fit[2] / scale
    phase = np.cos(2 * np.pi * (coordinates - np.rint(coordinates))).mean(axis=1)
    return Lattice(
        first=low,
        where=where.astype(np.float32),
        coherence=float((phase * weights).sum() / weights.sum()),
        pitch_px=float(np.sqrt(abs(along[0] * down[1] - along[1] * down[0]))),
        turn_deg=float(np.degrees(np.arctan2(along[1], along[0]))),
    )


def _smoothed_rest(
    target: Points, rest: Points, heard: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return ``(V, U, 2)`` px: local means of the rest over blocks, blurred, timid where points are few."""
    shape = (size[1] // _BLOCK + 1, size[0] // _BLOCK + 1)
    place = np.clip((target // _BLOCK).astype(np.intp), 0, np.array(shape[::-1]) - 1)
    flat = place[:, 1] * shape[1] + place[:, 0]

    def blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(flat, values, shape[0] * shape[1]).reshape(shape)
        return np.asarray(cv2.GaussianBlur(total, (0, 0), 0.8, borderType=cv2.BORDER_CONSTANT), np.float64)

    amount = blurred(heard) + _PRIOR / (2 * np.pi * 0.8**2)
    field = np.dstack([blurred(heard * rest[:, axis]) / amount for axis in (0, 1)]).astype(np.float32)
    u, v = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    to_block = np.float32(1 / _BLOCK), np.float32(0.5 - 0.5 / _BLOCK)
    return np.asarray(
        cv2.remap(
            field,
            u * to_block[0] - to_block[1],
            v * to_block[0] - to_block[1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float64,
    )
