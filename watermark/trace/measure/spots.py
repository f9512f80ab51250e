"""Measure small spots one by one: how much ink each has, and where exactly it stands.

A round bell of one width for all is fitted to each; the width is the one that fits most of them best. Light is taken
as proportional to the stored value to the power 2.2, which is how cameras and scanners store it (IEC 61966-2-1).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GAMMA: Final = 2.2
_PAPER_PERCENT: Final = 80
_LEAST_PAPER: Final = 0.1
#: Half-widths of bells that are tried, mm: a sharp scan of a small dot to a blurred photo of a large one.
_WIDTHS_MM: Final = (0.045, 0.055, 0.065, 0.08, 0.10, 0.125, 0.15)
_FIRST_WIDTH_MM: Final = 0.10
_NARROWEST_PX: Final = 0.45  # narrower bells fall between pixels
_STEPS: Final = 5
_MOST_STEP_PX: Final = 0.7
_LEAST_DEPTH: Final = 1e-3
_RIDGE: Final = 1e-9
#: Registration is this good or better; a spot farther from where its neighbours say is another one.
_REACH_MM: Final = 0.2
_AGREEING_MM: Final = 0.12
_LEAST_SURE: Final = 4.0
_LEAST_INK: Final = 0.25
_LEAST_NEIGHBOURS: Final = 10
_PLANE: Final = 3
_MAD: Final = 0.6745
_FINE: Final = 5


@dataclass(frozen=True, eq=False)
class Spots:
    """Spots of a picture, measured.

    Attributes:
        from_px: ``(n, 2)``: where each was expected, as a fraction of a pixel from its middle pixel.
        off_px: ``(n, 2)``: x, y from there to where it stands.
        off_doubt_px: ``(n, 2)``: standard deviation of that.
        ink: ``(n,)``: depth of its bell, 1 as dark as nothing at all.
        ink_doubt: ``(n,)``.
        is_seen: ``(n,)``: it stands where its neighbours have it, and out of the noise.
        width_px: Standard deviation of the bell.
    """

    from_px: Floats
    off_px: Floats
    off_doubt_px: Floats
    ink: Floats
    ink_doubt: Floats
    is_seen: NDArray[np.bool_]
    width_px: float


@dataclass(frozen=True, eq=False)
class _Fit:
    at_px: Floats
    doubt_px: Floats
    ink: Floats
    ink_doubt: Floats
    rest: Floats


def fit_spots(
    picture: NDArray[np.uint8], at_px: Floats, px_per_mm: float, around_px: int, block: NDArray[np.intp]
) -> Spots:
    """Return the spots around places of a picture.

    Args:
        picture: ``(H, W)``, 0 black.
        at_px: ``(n, 2)``: x, y where they are expected, ``around_px`` and more from the edge.
        px_per_mm: Pixels per millimetre of paper.
        around_px: How far from its middle a spot is alone.
        block: ``(n,)``: number of the neighbourhood of each; all in one are displaced alike, or nearly so.
    """
    middle = np.rint(at_px).astype(np.intp)
    grid = _grid(around_px)
    patches = picture[
        middle[:, 1, None] + grid[1].astype(np.intp), middle[:, 0, None] + grid[0].astype(np.intp)
    ]
    dark = _darkness(patches.astype(np.float64) / 255)
    expected = at_px - middle
    first = _fitted(dark, grid, expected, max(_FIRST_WIDTH_MM * px_per_mm, _NARROWEST_PX))
    is_sure = _stands_out(first) & (np.abs(first.at_px - expected).max(axis=1) < _REACH_MM * px_per_mm)
    start = expected + _shared(first.at_px - expected, is_sure, block)
    widths = sorted({max(width * px_per_mm, _NARROWEST_PX) for width in _WIDTHS_MM})
    fits = [(width, _fitted(dark, grid, start, width)) for width in widths]
    told = is_sure if is_sure.any() else np.ones(len(expected), np.bool_)
    width_px, best = min(fits, key=lambda each: float(np.median(each[1].rest[told])))
    typical = float(np.median(best.ink[told]))
    is_seen = (
        _stands_out(best)
        & (best.ink > _LEAST_INK * typical)
        & (np.abs(best.at_px - start).max(axis=1) < _AGREEING_MM * px_per_mm)
    )
    return Spots(expected, best.at_px - expected, best.doubt_px, best.ink, best.ink_doubt, is_seen, width_px)


def even_spots(spots: Spots, side_mm: float, px_per_mm: float, around_px: int) -> Spots:
    """Return what would have been measured of spots that are all alike and stand where they should.

    Pixels are coarse: how deep and where a spot seems to be depends on where it falls between them. That is the
    picture's doing, and not the spot's.

    Args:
        spots: What was measured.
        side_mm: Side of a square spot.
        px_per_mm: Pixels per millimetre of paper.
        around_px: As for :func:`fit_spots`.
    """
    side_px = side_mm * px_per_mm
    blur_px = np.sqrt(max(spots.width_px**2 - side_px**2 / 12 - 1 / 12, (0.15 * side_px) ** 2))
    stands = spots.from_px + np.where(spots.is_seen[:, None], spots.off_px, 0.0)
    along = np.arange(-around_px, around_px + 1, dtype=np.float64)
    within = (np.arange(_FINE) + 0.5) / _FINE - 0.5

    def profile(middle: Floats) -> Floats:
        off = along[None, :, None] + within[None, None, :] - middle[:, None, None]
        return np.asarray(
            (_below((off + side_px / 2) / blur_px) - _below((off - side_px / 2) / blur_px)).mean(axis=2),
            np.float64,
        )

    dark = (profile(stands[:, 1])[:, :, None] * profile(stands[:, 0])[:, None, :]).reshape(len(stands), -1)
    fit = _fitted(dark, _grid(around_px), stands, spots.width_px)
    off = fit.at_px - stands
    return Spots(spots.from_px, off, fit.doubt_px, fit.ink, fit.ink_doubt, spots.is_seen, spots.width_px)


def spread_of(
    spots: Spots,
    some: NDArray[np.intp],
    at_mm: Floats,
    to_mm: NDArray[np.float64],
    block: NDArray[np.intp],
) -> tuple[float, Floats]:
    """Return how much spots differ from their neighbours: in ink, as a share of it, and in place, ``(2,)`` mm.

    Args:
        spots: What was measured.
        some: ``(m,)``: which of them.
        at_mm: ``(n, 2)``: where they stand on the page.
        to_mm: ``(m, 2, 2)``: from pixels to the page, for those.
        block: ``(n,)``: the neighbourhood of each; what changes evenly over one is the paper's.
    """
    off_mm = np.einsum("mij,mj->mi", to_mm, spots.off_px[some])
    inks, strays = [], []
    for number in np.unique(block[some]):
        here = np.flatnonzero(block[some] == number)
        if len(here) < _LEAST_NEIGHBOURS:
            continue
        ink = spots.ink[some[here]]
        typical = float(np.median(ink))
        inks.append((ink / typical - np.mean(ink / typical)) * np.sqrt(len(here) / (len(here) - 1)))
        places = at_mm[some[here]]
        plane = np.column_stack((np.ones(len(here)), places - places.mean(axis=0)))
        fitted = plane @ np.linalg.lstsq(plane, off_mm[here], rcond=None)[0]
        strays.append((off_mm[here] - fitted) * np.sqrt(len(here) / (len(here) - _PLANE)))
    if not inks:
        return float("nan"), np.full(2, np.nan)
    return float(_width(np.concatenate(inks)[:, None])[0]), _width(np.concatenate(strays))


def _below(value: Floats) -> Floats:
    """Return the share of a bell curve below a value, to 2e-4 (E. Page, Applied Statistics 26, 1977)."""
    return np.asarray(0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (value + 0.044715 * value**3))), np.float64)


def _width(values: Floats) -> Floats:
    """Return the standard deviation of each column as the middle half of it tells."""
    return np.asarray(np.median(np.abs(values - np.median(values, axis=0)), axis=0) / _MAD, np.float64)


def _grid(around_px: int) -> Floats:
    """Return ``(2, p)``: x and y of the pixels of a patch from its middle."""
    y, x = np.mgrid[-around_px : around_px + 1, -around_px : around_px + 1]
    return np.stack((x.reshape(-1), y.reshape(-1))).astype(np.float64)


def _darkness(patches: Floats) -> Floats:
    """Return how much light is missing, as a share of what the paper around gives."""
    paper = np.maximum(np.percentile(patches, _PAPER_PERCENT, axis=1, keepdims=True), _LEAST_PAPER)
    return np.asarray(1 - (patches / paper) ** _GAMMA, np.float64)


def _stands_out(fit: _Fit) -> NDArray[np.bool_]:
    return np.asarray(fit.ink > _LEAST_SURE * fit.ink_doubt, np.bool_)


def _shared(off: Floats, is_sure: NDArray[np.bool_], block: NDArray[np.intp]) -> Floats:
    """Return how far the spots of each neighbourhood lie off together."""
    common = np.median(off[is_sure], axis=0) if is_sure.any() else np.zeros(2)
    shared = np.tile(common, (len(off), 1))
    for number in np.unique(block):
        here = (block == number) & is_sure
        if here.sum() >= _LEAST_NEIGHBOURS // 2:
            shared[block == number] = np.median(off[here], axis=0)
    return np.asarray(shared, np.float64)


def _fitted(dark: Floats, grid: Floats, start: Floats, width_px: float) -> _Fit:
    """Fit bells of one width to patches, ``(n, p)``: depth, place and an even tone, by Gauss-Newton steps."""
    at = start
    for _ in range(_STEPS - 1):
        at = at + _solved(dark, grid, at, width_px)[2]
    fit, spread, step = _solved(dark, grid, at, width_px)
    ink = np.maximum(fit[:, 0], _LEAST_DEPTH)
    return _Fit(at + step, spread[:, 1:3] / ink[:, None], fit[:, 0], spread[:, 0], spread[:, -1] ** 2)


def _solved(dark: Floats, grid: Floats, at: Floats, width_px: float) -> tuple[Floats, Floats, Floats]:
    """Return the best terms of bells that stand at ``at``, their standard deviations, and where they should go.

    Returns:
        ``(n, 4)``: depth, slopes along and across, even tone; ``(n, 5)``: of these, and of the pixels; ``(n, 2)``.
    """
    x, y = grid[0] - at[:, :1], grid[1] - at[:, 1:]
    bell = np.exp(-0.5 * (x**2 + y**2) / width_px**2)
    terms = np.stack((bell, bell * x / width_px**2, bell * y / width_px**2, np.ones_like(bell)), axis=1)
    inverse = np.linalg.inv(terms @ terms.transpose(0, 2, 1) + _RIDGE * np.eye(terms.shape[1]))
    fit = np.einsum("nij,nj->ni", inverse, np.einsum("nip,np->ni", terms, dark))
    rest = dark - np.einsum("ni,nip->np", fit, terms)
    noise = (rest**2).sum(axis=1, keepdims=True) / (dark.shape[1] - terms.shape[1])
    spread = np.sqrt(noise * np.diagonal(inverse, axis1=1, axis2=2))
    step = fit[:, 1:3] / np.maximum(fit[:, :1], _LEAST_DEPTH)
    return fit, np.hstack((spread, np.sqrt(noise))), np.clip(step, -_MOST_STEP_PX, _MOST_STEP_PX)
