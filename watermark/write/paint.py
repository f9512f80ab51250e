"""Drawing operators: what every copy of a page draws alike, and the few things in which copies differ.

A page draws its old content, then the marks as one artifact, not content (ISO 32000-2 §14.8.2.2): dots first, then
texts, then the QR code on its white ground. Where they go never changes and stands in the page; what they say stands in
forms that each copy brings: *tiles* of dots, the *words*, a *code*.

Dots: a page lays a tile over the cells of each layer again and again, each time clipped to those that are free, so that
256 squares, and 128 for flat cells, make a page of dots. Cells are clipped as wholes and a dot never reaches the edge
of its cell: none is cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.clean.inspect import CONTENT_NAME
from watermark.geometry import Rect
from watermark.marks import dots, qr
from watermark.marks.dots import Cells, CellShape
from watermark.marks.visible import Row
from watermark.payload import SYMBOLS
from watermark.placement import Placement
from watermark.plan import DEVICE_DPI, DotStyle, MarkPlan
from watermark.units import PT_PER_INCH, PT_PER_MM
from watermark.write.fonts import Face

TILE_NAMES: Final = {dots.SQUARE: "/FtDots", dots.FLAT: "/FtFlat"}
WORDS_NAME: Final = "/FtWords"
CODE_NAME: Final = "/FtCode"

_BEGIN: Final = b"/Artifact <</Type/Pagination/Subtype/Watermark>> BDC q\n"
_END: Final = b"Q EMC\n"

#: Every form begins by this: opaque, black, whatever came before (ISO 32000-2 §11.6).
_PLAIN: Final = b"/G gs 0 g\n"

#: Dots are placed in half device pixels, so that all edges are whole numbers.
_UNITS_PER_PX: Final = 2
_UNITS_PER_INCH: Final = _UNITS_PER_PX * DEVICE_DPI


def page(placement: Placement, cells: Cells, plan: MarkPlan, height_pt: float) -> bytes:
    """Return the content of a page, the same in every copy.

    Args:
        placement: Where its marks go.
        cells: Where dots may be.
        plan: Which marks it gets.
        height_pt: Height of the page.
    """
    parts = (
        b"q %s Do Q\n" % CONTENT_NAME.encode("ascii"),
        _BEGIN,
        _field(cells, plan.dots, height_pt) if plan.dots else b"",
        b"%s Do\n" % WORDS_NAME.encode("ascii"),
        _code_place(placement, height_pt) if plan.qr else b"",
        _END,
    )
    return b"".join(parts)


def tile_box(shape: CellShape, style: DotStyle) -> bytes:
    """Return the bounding box of a tile of cells of one shape."""
    (rows, cols), (height, width) = shape.says.shape, _cell_units(shape, style)
    return b"/BBox[0 0 %d %d]" % (cols * width, rows * height)


def tile(symbols: NDArray[np.uint8], shape: CellShape, style: DotStyle) -> bytes:
    """Return the squares of a tile of cells of one shape: in half device pixels from its top left corner, y down.

    Args:
        symbols: ``(16, 16)``: those of the tile.
        shape: Of the cells.
        style: Size and pitch of the dots.
    """
    said = shape.says.reshape(-1)
    lines = _squares(shape, style)[np.arange(len(said)), symbols.reshape(-1)[said]]
    return _PLAIN + lines.tobytes() + b"f\n"


def code_box() -> bytes:
    """Return the bounding box of a code."""
    quiet = qr.QUIET_MODULES
    return b"/BBox[%d %d %d %d]" % (-quiet, -quiet, qr.MODULES + quiet, qr.MODULES + quiet)


def code(modules: NDArray[np.bool_]) -> bytes:
    """Return a QR code on white, in modules from its top left corner, y down.

    Black modules touch without seams because one path holds them all.
    """
    quiet, side = qr.QUIET_MODULES, qr.MODULES + 2 * qr.QUIET_MODULES
    edges = np.diff(np.pad(modules, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    drawn = _runs()[starts, ends - starts].tobytes()
    return b"%s1 g %d %d %d %d re f 0 g\n%sf\n" % (_PLAIN, -quiet, -quiet, side, side, drawn)


def words(grounds: Iterable[Rect], rows: Sequence[Row], face: Face, height_pt: float) -> bytes:
    """Return rows of text, and the white under those that cover content; in points from the bottom left."""
    white = b"\n".join(
        b"%s %s %s %s re" % tuple(_n(side) for side in (r.left, r.top, r.width, r.height)) for r in grounds
    )
    ground = b"q %s cm 1 g\n%s f\nQ\n" % (_matrix(PT_PER_MM, height_pt), white) if white else b""
    shown = [
        b"/F %s Tf 1 0 0 1 %s %s Tm %s Tj"
        % (
            _n(row.size_pt),
            _n(row.x_mm * PT_PER_MM),
            _n(height_pt - row.baseline_mm * PT_PER_MM),
            face.encoded(row.text),
        )
        for row in rows
    ]
    text = b"BT\n%s\nET\n" % b"\n".join(shown) if shown else b""
    return _PLAIN + ground + text


def _field(cells: Cells, style: DotStyle, height_pt: float) -> bytes:
    """Return the operators that lay the tiles over all free cells of all layers."""
    laid = b"".join(
        lays
        for layer, free in zip(dots.LAYERS, cells.layers, strict=False)
        for lays in _laid(layer, free, style)
    )
    if not laid:
        return b""
    return b"q %s cm\n%sQ\n" % (_matrix(PT_PER_INCH / _UNITS_PER_INCH, height_pt), laid)


def _laid(layer: dots.Layer, free: NDArray[np.bool_], style: DotStyle) -> Iterator[bytes]:
    """Yield the operators that lay the tile of a layer's shape once, clipped to the free ones of its cells.

    A clip has the cells of one tile only: some printers refuse paths of many thousand pieces.
    """
    rows, cols = layer.shape.says.shape
    cell = _cell_units(layer.shape, style)
    # The first tile begins where its first cell would be: off the page, if the layer is ahead.
    from_tile = np.pad(free, ((layer.ahead, 0), (layer.ahead, 0)))
    shift = [
        int(fine * style.pitch_px * _UNITS_PER_PX) - layer.ahead * side
        for fine, side in zip((layer.down_fine, layer.right_fine), cell, strict=True)
    ]
    for top in range(0, from_tile.shape[0], rows):
        for left in range(0, from_tile.shape[1], cols):
            part = from_tile[top : top + rows, left : left + cols]
            if part.any():
                yield b"q 1 0 0 1 %d %d cm\n%s%s Do Q\n" % (
                    shift[1] + left * cell[1],
                    shift[0] + top * cell[0],
                    b"" if part.shape == (rows, cols) and part.all() else _clip(part, cell),
                    TILE_NAMES[layer.shape].encode("ascii"),
                )


def _clip(free: NDArray[np.bool_], cell: tuple[int, int]) -> bytes:
    """Return the operators that clip to cells."""
    height, width = cell
    rects = b"".join(
        b"%d %d %d %d re\n" % (x * width, y * height, across * width, down * height)
        for x, y, across, down in _rectangles(free)
    )
    return rects + b"W n\n"


def _rectangles(free: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, int]]:
    """Yield column, row, width and height of rectangles that together make up the free cells."""
    edges = np.diff(np.pad(free, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    #: First row and the row after the last of each run of cells that goes on downwards.
    begun: dict[tuple[int, int], tuple[int, int]] = {}
    for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True):
        first, after = begun.get((start, end), (row, row))
        if after < row:
            yield start, first, end - start, after - first
            first = row
        begun[start, end] = first, row + 1
    for (start, end), (first, after) in begun.items():
        yield start, first, end - start, after - first


def _code_place(placement: Placement, height_pt: float) -> bytes:
    """Return the operators that draw the code where it belongs, with as much of its white as there is room for."""
    module_pt = placement.module_mm * PT_PER_MM
    x, y = placement.code.left * PT_PER_MM, height_pt - placement.code.top * PT_PER_MM
    matrix = b" ".join((_n(module_pt), b"0 0", _n(-module_pt), _n(x), _n(y)))
    quiet = placement.quiet_modules
    side = qr.MODULES + 2 * quiet
    clip = b"" if quiet == qr.QUIET_MODULES else b"%d %d %d %d re W n\n" % (-quiet, -quiet, side, side)
    return b"q %s cm\n%s%s Do Q\n" % (matrix, clip, CODE_NAME.encode("ascii"))


def _cell_units(shape: CellShape, style: DotStyle) -> tuple[int, int]:
    """Return height and width of a cell in half device pixels."""
    height, width = shape.fine
    pitch = style.pitch_px * _UNITS_PER_PX
    return height * pitch, width * pitch


@cache
def _squares(shape: CellShape, style: DotStyle) -> NDArray[np.uint8]:
    """Return ``(cells, 16, bytes)``: the line that draws each symbol in each cell of a tile, all of one length."""
    pitch, side = style.pitch_px * _UNITS_PER_PX, style.side_px * _UNITS_PER_PX
    rows, cols = shape.says.shape
    lines = np.empty((rows * cols, SYMBOLS), dtype="S24")
    for cell in range(rows * cols):
        corner = np.array(divmod(cell, cols)) * _cell_units(shape, style)
        for symbol, fine in enumerate(shape.places):
            y, x = (corner + fine * pitch + (pitch - side) // 2).tolist()
            lines[cell, symbol] = b"%04d %04d %02d %02d re\n" % (x, y, side, side)
    length = len(lines[0, 0])
    return lines.view(np.uint8).reshape(rows * cols, SYMBOLS, -1)[:, :, :length].copy()


@cache
def _runs() -> NDArray[np.uint8]:
    """Return ``(650, 26, bytes)``: the line that draws each run of black modules, all of one length.

    By where it starts in the flattened edges of a code, 26 a row, and by how long it is.
    """
    starts = qr.MODULES + 1
    lines = [
        [b"%02d %02d %02d 1 re\n" % (start % starts, start // starts, length) for length in range(starts)]
        for start in range(qr.MODULES * starts)
    ]
    return np.array(lines).view(np.uint8).reshape(len(lines), starts, -1)


def _matrix(unit_pt: float, height_pt: float) -> bytes:
    """Return the matrix from a unit counted from the top left to points."""
    return b"%s 0 0 %s 0 %s" % (_n(unit_pt), _n(-unit_pt), _n(height_pt))


def _n(value: float) -> bytes:
    """Return a number as PDF wants it: no exponent, no needless digits."""
    return b"%d" % value if value == int(value) else (b"%.4f" % value).rstrip(b"0")
