"""Where the micro-dots of a page lie: from symbols to millimetres for the stamper, and back to symbols for the reader.

A page has a grid of cells, its *lattice*, from the top left of the visible, upright page. Each cell is a 6 x 6 *fine
grid*; the inner 4 x 4 points are its places, and exactly one of them bears a dot that says the cell's symbol
(row-major, 0 top left). The empty frame keeps dots of neighbouring cells apart and lets a reader find the cells. Which
symbols they are, :mod:`watermark.payload` decides; which cells a page has room for, :mod:`watermark.marks.room`.

Between lines of text few cells of the lattice have room. So further *layers* of cells are inlaid, on the same fine
grid: square ones as in the lattice, half a cell to the right and some points down, then flat ones whose sixteen places
are two rows of eight. They say cells of the same tile, others than the lattice says nearby, so that a small piece of a
page shows more of it. To a reader who sees only the lattice, half of the inlaid dots lie on frames of its cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.payload import EVIDENCE, SYMBOLS, TILE, tile_symbols
from watermark.plan import DotStyle

USUAL = DotStyle()
"""Dots of 3 device pixels at 600 dpi = 0.127 mm, seen at reading distance as a faint even haze; their pitch of 8 device
pixels lets printers at 600 and 1200 dpi round no dot."""
FINE_MM = USUAL.pitch_mm
"""Pitch of the usual fine grid."""
FINE_PER_CELL = 6
"""Points of the fine grid along each side of a cell of the lattice."""
PLACES = 4
"""Places along each side of a cell of the lattice."""
FIRST_PLACE = 1
"""Fine-grid index of the first place; index ``i`` lies ``i + 0.5`` pitches from the edge of its cell."""


@dataclass(frozen=True, eq=False)
class CellShape:
    """How the places of a cell lie.

    Attributes:
        fine: Height and width of a cell, in pitches.
        places: ``(16, 2)``: row and column on its fine grid for each symbol.
        says: ``(rows, cols)``: which cell of the tile, 0 … 255, each cell says; again and again over the page.
    """

    fine: tuple[int, int]
    places: NDArray[np.intp]
    says: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layer:
    """Cells of one shape, side by side over all of a page.

    Attributes:
        shape: Of the cells.
        right_fine: How far right of the page's corner the first of them begins, in pitches.
        down_fine: How far down.
        ahead: By how many cells, both ways, it is ahead in what cells of its shape say.
    """

    shape: CellShape
    right_fine: int = 0
    down_fine: int = 0
    ahead: int = 0


def _places(columns: int, first: int) -> NDArray[np.intp]:
    return np.column_stack(np.divmod(np.arange(SYMBOLS), columns)) + first


#: So many steps on among the cells of the tile that bear evidence says the next flat cell: neighbours are far apart.
_FLAT_STRIDE: Final = 89
_FLAT_ROWS, _FLAT_COLS = 16, 8

SQUARE: Final = CellShape(
    (FINE_PER_CELL, FINE_PER_CELL), _places(PLACES, FIRST_PLACE), np.arange(TILE * TILE).reshape(TILE, TILE)
)
FLAT: Final = CellShape(
    (3, 9),
    _places(SYMBOLS // 2, 0),
    np.flatnonzero(EVIDENCE)[np.arange(_FLAT_ROWS * _FLAT_COLS) * _FLAT_STRIDE % int(EVIDENCE.sum())].reshape(
        _FLAT_ROWS, _FLAT_COLS
    ),
)
LAYERS: Final = (
    Layer(SQUARE),
    # Half a tile ahead is as far as can be from where the lattice says the same.
    *(Layer(SQUARE, SQUARE.fine[1] // 2, down, TILE // 2) for down in range(SQUARE.fine[0])),
    *(Layer(FLAT, 0, down) for down in range(FLAT.fine[0])),
)
"""The layers of a page, the lattice first; where two would come near each other, the earlier one has the room."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cells of a page bear a dot.

    Attributes:
        layers: ``(rows, cols)`` each, in the order of :data:`LAYERS`; only the first if nothing is inlaid.
    """

    layers: tuple[NDArray[np.bool_], ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(int(layer.sum()) for layer in self.layers)

    @property
    def lattice(self) -> "Cells":
        """Those of the lattice alone."""
        return Cells(self.layers[:1])

    def emptied(self) -> "Cells":
        """Return a page of the same size without dots."""
        return Cells(tuple(np.zeros_like(layer) for layer in self.layers))

    def size_mm(self, style: DotStyle = USUAL) -> tuple[float, float]:
        """Return width and height of the lattice."""
        rows, cols = self.layers[0].shape
        return cols * cell_mm(style), rows * cell_mm(style)

    def has(self, shape: CellShape) -> bool:
        """Tell whether there are cells of a shape."""
        return any(layer.shape is shape and free.any() for layer, free in self._layers())

    def tile(self) -> NDArray[np.intp]:
        """Return ``(n,)``: which cell of the tile, 0 … 255, each cell says, layer by layer and row by row."""
        return np.concatenate(
            [
                layer.shape.says[tuple((at + layer.ahead).T % np.array(layer.shape.says.shape)[:, None])]
                for layer, at in self._at()
            ]
        )

    def boxes_mm(self, style: DotStyle = USUAL) -> NDArray[np.float64]:
        """Return ``(n, 4)``: left, top, right, bottom of each cell, in the order of :meth:`tile`."""
        boxes = [
            np.hstack((corner[:, ::-1], corner[:, ::-1] + layer.shape.fine[::-1]))
            for layer, corner in self._corners_fine()
        ]
        return np.asarray(np.concatenate(boxes) * style.pitch_mm, np.float64)

    def places_mm(self, style: DotStyle = USUAL) -> NDArray[np.float64]:
        """Return ``(n, 16, 2)``: x to the right and y down of the middle of each place, by symbol."""
        middles = [corner[:, None] + layer.shape.places + 0.5 for layer, corner in self._corners_fine()]
        return np.asarray(np.concatenate(middles)[..., ::-1] * style.pitch_mm, np.float64)

    def _layers(self) -> Iterator[tuple[Layer, NDArray[np.bool_]]]:
        """Yield each layer with its cells, those without dots included."""
        yield from zip(LAYERS, self.layers, strict=False)

    def _at(self) -> Iterator[tuple[Layer, NDArray[np.intp]]]:
        """Yield each layer with row and column of its cells, ``(n, 2)``."""
        for layer, free in self._layers():
            yield layer, np.argwhere(free)

    def _corners_fine(self) -> Iterator[tuple[Layer, NDArray[np.float64]]]:
        """Yield each layer with y and x of the top left corners of its cells, ``(n, 2)``."""
        for layer, at in self._at():
            yield layer, at * layer.shape.fine + np.array([layer.down_fine, layer.right_fine])


def cell_mm(style: DotStyle = USUAL) -> float:
    """Return the side of a cell of the lattice."""
    return FINE_PER_CELL * style.pitch_mm


def centres_mm(
    identity: int, page: int, cells: Cells, key: bytes, style: DotStyle = USUAL
) -> NDArray[np.float64]:
    """Return where to print the dots of a page.

    Args:
        identity: 64-bit identity of the copy.
        page: Page number, 0 … 32767.
        cells: Which of its cells bear a dot.
        key: Secret of the installation.
        style: Size and pitch of the dots.

    Returns:
        ``(n, 2)``: x to the right, y down, mm from the top left of the visible page; one for each cell.
    """
    symbols = tile_symbols(identity, page, key).reshape(-1)[cells.tile()]
    at: NDArray[np.float64] = cells.places_mm(style)[np.arange(len(symbols)), symbols]
    return at


def cells_of(fine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lies at the places of each cell of a lattice.

    Args:
        fine: ``(6 * rows, 6 * cols)``, one value per point of the fine grid, starting at the corner of a cell.

    Returns:
        ``(rows, cols, 16)`` by symbol.
    """
    rows, cols = fine.shape[0] // FINE_PER_CELL, fine.shape[1] // FINE_PER_CELL
    split = fine.reshape(rows, FINE_PER_CELL, cols, FINE_PER_CELL).transpose(0, 2, 1, 3)
    inner = slice(FIRST_PLACE, FIRST_PLACE + PLACES)
    return split[:, :, inner, inner].reshape(rows, cols, SYMBOLS)
