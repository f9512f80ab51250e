"""Read the dot field blind: no reference page, no known scale, any of four ways up.

In this order: specks, lattice, the frame of the cells, soft symbols, sync over all shifts and
quarter turns, decoding, the bound.

The law: nothing is named unless an unmarked picture would have given as good a match with a chance of at most
``10 ** MOST_LOG10_CHANCE``, all tries counted. The bound is the payload's; nothing measured here can weaken it.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.marks.dots import FINE_MM, FINE_PER_CELL, cells_of
from watermark.payload import MESSAGE_BITS, TILE, Decoded, decode, sync_evidence, tile_symbols
from watermark.read.lattice import Lattice, fit_lattice
from watermark.read.specks import Specks, find_specks
from watermark.read.spectrum import PITCHES_PX, find_seeds
from watermark.units import MM_PER_INCH

MOST_LOG10_CHANCE = -9.0
"""At a million pictures a year, one false reading in a thousand years."""

COARSEST_DPI = PITCHES_PX[0] * MM_PER_INCH / FINE_MM
"""Below this resolution the fine grid cannot be sampled."""

_MOST_PIXELS = 20_000_000  # A3 at 300 dpi has 17 million; an A4 sheet at 600 dpi is halved and loses nothing
_LEAST_SIDE_PX = 96  # 8 mm at 300 dpi; 22 dots need 9.5 mm of blank paper
_MOST_SEEDS = 3
_MOST_FRAMES = 6  # of 36; the right one is the first unless few dots are seen or many are inlaid
_MOST_DECODES = 6
_LEAST_SYNC = 4.0  # natural logarithm; the best of 6,144 alignments reaches 4 by chance, forty dots reach 10
_LEAST_COHERENCE = 0.1  # of random points at most 0.06 in trials with 100 points; only saves time
_TRIES = _MOST_SEEDS * _MOST_FRAMES * 4 * TILE * TILE
_STANDING_OUT = 0.5  # of a typical speck's height
_FLOOR = 0.02  # of a density: bounds what one place can say to about e^4, whatever lies there


@dataclass(frozen=True)
class DotReading:
    """What the dots of a picture say.

    Attributes:
        identity: 64-bit identity of the copy.
        page: Page number.
        log10_chance: Decimal logarithm of the chance that an unmarked picture gives as good a reading, tries included.
        cells_read: Cells in which some place stood out.
        cells_agreeing: Those whose strongest place is the one that the reading asks for.
        dpi: Pixels per inch of the picture on the printed page.
        turn_deg: How far the page lies turned clockwise in the picture, -180…180.
    """

    identity: int
    page: int
    log10_chance: float
    cells_read: int
    cells_agreeing: int
    dpi: float
    turn_deg: float


@dataclass(frozen=True)
class _Frame:
    """Soft symbols of a lattice cut into cells one way: ``cells`` (rows, cols, 16) log-likelihoods."""

    lattice: Lattice
    cells: NDArray[np.float64]


@dataclass(frozen=True)
class _Place:
    """One alignment to be tried: frame, quarter turns (counter-clockwise) to upright, first cell of the tile."""

    sync: float
    frame: _Frame
    quarter_turns: int
    row: int
    col: int


def read_dots(gray: NDArray[np.uint8], key: bytes) -> tuple[DotReading | None, bool]:
    """Return the reading of a picture, if it is beyond doubt, and whether a dot lattice was seen at all.

    Args:
        gray: ``(H, W)``, 8-bit, 0 black.
        key: Secret of the installation.
    """
    if min(gray.shape) < _LEAST_SIDE_PX:
        return None, False
    shrunk = 1
    while gray.size > _MOST_PIXELS:
        gray = np.asarray(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        shrunk *= 2
    specks = find_specks(gray)
    need = MESSAGE_BITS * math.log10(2) + math.log10(_TRIES)
    seen = False
    for seed in find_seeds(specks.points, specks.weights, _MOST_SEEDS):
        lattice = fit_lattice(seed, specks.points, specks.weights)
        if lattice is None or lattice.coherence < _LEAST_COHERENCE:
            continue
        seen = True
        for place in _alignments(_frames(lattice, specks), key):
            tile = np.roll(
                _upright(_folded(place.frame.cells), place.quarter_turns), (-place.row, -place.col), (0, 1)
            )
            decoded = decode(tile, key, enough=need - MOST_LOG10_CHANCE)
            if need - decoded.log10_evidence <= MOST_LOG10_CHANCE:
                return _reading(decoded, need, place, key, shrunk), True
    return None, seen


def _frames(lattice: Lattice, specks: Specks) -> list[_Frame]:
    """Cut the lattice into cells where its points are emptiest, the most likely ways first."""
    fine = _taken(specks.response, lattice, cv2.INTER_CUBIC, outside=0)
    hidden = _taken(specks.hidden, lattice, cv2.INTER_NEAREST, outside=1)
    typical = float(np.median(specks.response[tuple(np.rint(specks.points[:, ::-1]).astype(int).T)]))
    height, width = (side // FINE_PER_CELL * FINE_PER_CELL for side in fine.shape)
    strength = np.clip(fine[:height, :width] / typical, 0, 1)
    by_phase = strength.reshape(-1, FINE_PER_CELL, width // FINE_PER_CELL, FINE_PER_CELL).sum(axis=(0, 2))
    inside = np.zeros((FINE_PER_CELL, FINE_PER_CELL))
    for row in range(FINE_PER_CELL):
        for col in range(FINE_PER_CELL):
            inside[row, col] = cells_of(np.roll(by_phase, (-row, -col), (0, 1))).sum()
    best = np.argsort(-inside, axis=None)[:_MOST_FRAMES]
    return [
        _Frame(lattice, _soft_symbols(fine[row:, col:], hidden[row:, col:], typical))
        for row, col in zip(*np.unravel_index(best, inside.shape), strict=True)
    ]


def _taken(
    picture: NDArray[np.float32] | NDArray[np.uint8], lattice: Lattice, how: int, outside: int
) -> NDArray[np.float32]:
    """Return the picture at the lattice points."""
    x, y = (np.ascontiguousarray(lattice.where[:, :, axis]) for axis in (0, 1))
    taken = cv2.remap(picture, x, y, how, borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,))
    return np.asarray(taken, np.float32)


def _soft_symbols(
    fine: NDArray[np.float32], hidden: NDArray[np.float32], typical: float
) -> NDArray[np.float64]:
    """Return ``(rows, cols, 16)`` log-likelihoods of "the dot is here"; all 0 in cells that writing hides.

    Two bell curves measured on this picture, dots and paper, each on a floor.
    """
    height, width = (side // FINE_PER_CELL * FINE_PER_CELL for side in fine.shape)
    response = cells_of(fine[:height, :width].astype(np.float64) / typical)
    free = cells_of(hidden[:height, :width].astype(np.float64)).max(axis=2) == 0
    if not free.any():
        return np.zeros_like(response)
    strongest = response[free].max(axis=1)
    standing_out = strongest[strongest > _STANDING_OUT]
    level = float(np.median(standing_out)) if standing_out.size else 1.0
    quiet = float(np.median(np.abs(response[free]))) / 0.6745
    dot = _bell(response, level, max(0.3 * level, quiet))
    paper = _bell(response, 0.0, max(0.12 * level, quiet))
    likelihood = np.log((dot + _FLOOR) / (paper + _FLOOR))
    likelihood[~free] = 0
    return np.asarray(likelihood, np.float64)


def _bell(value: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    return np.exp(-0.5 * ((value - middle) / width) ** 2) / width


def _folded(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up all cells that say the same thing: ``(16, 16, 16)``."""
    rows, cols = (-side % TILE for side in cells.shape[:2])
    padded = np.pad(cells, ((0, rows), (0, cols), (0, 0)))
    total: NDArray[np.float64] = padded.reshape(-1, TILE, padded.shape[1] // TILE, TILE, cells.shape[2]).sum(
        (0, 2)
    )
    return total


def _upright(tile: NDArray[np.float64], quarter_turns: int) -> NDArray[np.float64]:
    """Turn cells and, within them, places counter-clockwise."""
    side = math.isqrt(tile.shape[2])
    split = tile.reshape(*tile.shape[:2], side, side)
    turned = np.rot90(np.rot90(split, quarter_turns, (0, 1)), quarter_turns, (2, 3))
    return turned.reshape(*turned.shape[:2], -1)


def _alignments(frames: list[_Frame], key: bytes) -> list[_Place]:
    """Return the alignments whose sync cells fit best, best first."""
    found = []
    for frame in frames:
        folded = _folded(frame.cells)
        for quarter_turns in range(4):
            sync = sync_evidence(_upright(folded, quarter_turns), key)
            for index in np.argsort(-sync, axis=None)[:2]:
                row, col = (int(part) for part in np.unravel_index(index, sync.shape))
                found.append(_Place(float(sync[row, col]), frame, quarter_turns, row, col))
    found.sort(key=lambda place: -place.sync)
    return [place for place in found[:_MOST_DECODES] if place.sync >= _LEAST_SYNC]


def _reading(decoded: Decoded, need: float, place: _Place, key: bytes, shrunk: int) -> DotReading:
    """Say the accepted message with what can be counted and measured about it."""
    cells = _upright(place.frame.cells, place.quarter_turns)
    # The fold takes cells modulo the tile before the turn; undo that for pictures of any number of cells.
    rows, cols = place.frame.cells.shape[:2]
    shift_row, shift_col = {0: (0, 0), 1: (-cols, 0), 2: (-rows, -cols), 3: (0, -rows)}[place.quarter_turns]
    row, col = np.indices(cells.shape[:2])
    symbols = tile_symbols(decoded.identity, decoded.page, key)[
        (row + shift_row - place.row) % TILE, (col + shift_col - place.col) % TILE
    ]
    told = cells.max(axis=2) > 0
    turn = place.frame.lattice.turn_deg + 90 * place.quarter_turns
    return DotReading(
        identity=decoded.identity,
        page=decoded.page,
        log10_chance=need - decoded.log10_evidence,
        cells_read=int(told.sum()),
        cells_agreeing=int((told & (cells.argmax(axis=2) == symbols)).sum()),
        dpi=place.frame.lattice.pitch_px * shrunk * MM_PER_INCH / FINE_MM,
        turn_deg=(turn + 180) % 360 - 180,
    )
