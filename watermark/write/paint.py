"""Drawing operators: what every copy of a page draws alike, and the few things in which copies differ.

A page draws its old content, then the marks as one artifact, not content (ISO 32000-2 §14.8.2.2): dots first, then
texts, then the QR code on its white ground. Where they go never changes and stands in the page; what they say stands in
forms that each copy brings: a *tile* of dots, the *words*, a *code*.

Dots: a page lays the tile over its lattice again and again, each time clipped to the cells that are free, so that 256
squares make a page of dots. Cells are clipped as wholes and a dot never reaches the edge of its cell: none is cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.clean.inspect import CONTENT_NAME
from watermark.geometry import Rect
from watermark.marks import dots, qr
from watermark.marks.visible import Row
from watermark.payload import SYMBOLS, TILE
from watermark.placement import Placement
from watermark.plan import DEVICE_DPI, DotStyle, MarkPlan
from watermark.units import PT_PER_INCH, PT_PER_MM
from watermark.write.fonts import Face

TILE_NAME: Final = "/FtDots"
WORDS_NAME: Final = "/FtWords"
CODE_NAME: Final = "/FtCode"

_BEGIN: Final = b"/Artifact <</Type/Pagination/Subtype/Watermark>> BDC q\n"
_END: Final = b"Q EMC\n"

#: Every form begins by this: opaque, black, whatever came before (ISO 32000-2 §11.6).
_PLAIN: Final = b"/G gs 0 g\n"

#: Dots are placed in half device pixels, so that all edges are whole numbers.
_UNITS_PER_PX: Final = 2
_UNITS_PER_INCH: Final = _UNITS_PER_PX * DEVICE_DPI


def page(placement: Placement, cells: NDArray[np.bool_], plan: MarkPlan, height_pt: float) -> bytes:
    """Return the content of a page, the same in every copy.

    Args:
        placement: Where its marks go.
        cells: ``(rows, cols)``: where dots may be.
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


def tile_box(style: DotStyle) -> bytes:
    """Return the bounding box of a tile."""
    side = TILE * _cell_units(style)
    return b"/BBox[0 0 %d %d]" % (side, side)


def tile(symbols: NDArray[np.uint8], style: DotStyle) -> bytes:
    """Return the squares of a tile, ``(16, 16)`` symbols: in half device pixels from its top left corner, y down."""
    lines = _squares(style)[np.arange(TILE * TILE), symbols.reshape(-1)]
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


def _field(cells: NDArray[np.bool_], style: DotStyle, height_pt: float) -> bytes:
    """Return the operators that lay the tile over all free cells."""
    laid = []
    for top in range(0, cells.shape[0], TILE):
        for left in range(0, cells.shape[1], TILE):
            free = cells[top : top + TILE, left : left + TILE]
            if free.any():
                laid.append(_laid(free, left, top, _cell_units(style)))
    if not laid:
        return b""
    return b"q %s cm\n%sQ\n" % (_matrix(PT_PER_INCH / _UNITS_PER_INCH, height_pt), b"".join(laid))


def _laid(free: NDArray[np.bool_], left: int, top: int, cell: int) -> bytes:
    """Return the operators that lay the tile once, clipped to the free ones of its cells.

    A clip has the cells of one tile only: some printers refuse paths of many thousand pieces.
    """
    clip = b""
    if not (free.shape == (TILE, TILE) and free.all()):
        rects = b"".join(
            b"%d %d %d %d re\n" % (x * cell, y * cell, width * cell, height * cell)
            for x, y, width, height in _rectangles(free)
        )
        clip = rects + b"W n\n"
    return b"q 1 0 0 1 %d %d cm\n%s%s Do Q\n" % (left * cell, top * cell, clip, TILE_NAME.encode("ascii"))


def _rectangles(free: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, int]]:
    """Yield column, row, width and height of rectangles that together make up the free cells."""
    edges = np.diff(np.pad(free, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    open_runs: dict[tuple[int, int], int] = {}
    for row, marks in enumerate([*edges, np.zeros(edges.shape[1], np.int8)]):
        starts, ends = np.flatnonzero(marks == 1).tolist(), np.flatnonzero(marks == -1).tolist()
        here = set(zip(starts, ends, strict=True))
        for run in sorted(open_runs.keys() - here):
            first = open_runs.pop(run)
            yield run[0], first, run[1] - run[0], row - first
        for run in here - open_runs.keys():
            open_runs[run] = row


def _code_place(placement: Placement, height_pt: float) -> bytes:
    """Return the operators that draw the code where it belongs, with as much of its white as there is room for."""
    module_pt = placement.module_mm * PT_PER_MM
    x, y = placement.code.left * PT_PER_MM, height_pt - placement.code.top * PT_PER_MM
    matrix = b" ".join((_n(module_pt), b"0 0", _n(-module_pt), _n(x), _n(y)))
    quiet = placement.quiet_modules
    side = qr.MODULES + 2 * quiet
    clip = b"" if quiet == qr.QUIET_MODULES else b"%d %d %d %d re W n\n" % (-quiet, -quiet, side, side)
    return b"q %s cm\n%s%s Do Q\n" % (matrix, clip, CODE_NAME.encode("ascii"))


def _cell_units(style: DotStyle) -> int:
    """Return the side of a cell in half device pixels."""
    return dots.FINE_PER_CELL * style.pitch_px * _UNITS_PER_PX


@cache
def _squares(style: DotStyle) -> NDArray[np.uint8]:
    """Return ``(256, 16, bytes)``: the line that draws each symbol in each cell of a tile, all of one length."""
    pitch, side = style.pitch_px * _UNITS_PER_PX, style.side_px * _UNITS_PER_PX
    lines = np.empty((TILE * TILE, SYMBOLS), dtype="S24")
    for cell in range(TILE * TILE):
        row, column = divmod(cell, TILE)
        for symbol, (down, right) in enumerate(dots.places().tolist()):
            corner = [
                (place * dots.FINE_PER_CELL + fine) * pitch + (pitch - side) // 2
                for place, fine in ((column, right), (row, down))
            ]
            lines[cell, symbol] = b"%04d %04d %02d %02d re\n" % (*corner, side, side)
    length = len(lines[0, 0])
    return lines.view(np.uint8).reshape(TILE * TILE, SYMBOLS, -1)[:, :, :length].copy()


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
