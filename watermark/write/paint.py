"""The drawing operators of one slot: dots first, then lines, then the QR code on its white ground.

Coordinates inside are millimetres or finer units from the top left of the visible page, y down, as marks are placed;
one matrix per kind of mark turns them into points. All of it is marked as an artifact, not as content
(ISO 32000-2 §14.8.2.2).
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.geometry import Rect
from watermark.marks import dots, qr
from watermark.marks.visible import Row
from watermark.units import MM_PER_INCH, PT_PER_INCH, PT_PER_MM
from watermark.write.fonts import Face

BEGIN: Final = b"/Artifact <</Type/Pagination/Subtype/Watermark>> BDC q /G gs 0 g\n"
END: Final = b"Q EMC\n"

#: Dots are placed in whole units of 1/1200 inch: exact for edges on half device pixels of a 600-dpi printer.
_DOT_UNITS_PER_INCH: Final = 1200

_DIGITS: Final = 5


def dot_field(centres_mm: NDArray[np.float64], height_pt: float) -> bytes:
    """Return black squares of ``dots.SIDE_MM`` around these places, ``(n, 2)``.

    A path holds the squares of one height: some printers refuse paths of many thousand pieces, and the same few bytes
    over and over compress to half of what free coordinates need (2.4 bytes a dot).
    """
    if not len(centres_mm):
        return b""
    per_mm = _DOT_UNITS_PER_INCH / MM_PER_INCH
    side = round(dots.SIDE_MM * per_mm)
    corners = np.rint(centres_mm * per_mm - side / 2).astype(np.int64)
    corners = corners[np.lexsort((corners[:, 0], corners[:, 1]))]
    heights, starts = np.unique(corners[:, 1], return_index=True)
    squares = np.split(_squares(corners[:, 0], side), starts[1:])
    rows = [
        b"q 1 0 0 1 0 %d cm\n%sf Q\n" % (height, row.tobytes())
        for height, row in zip(heights.tolist(), squares, strict=True)
    ]
    return b"q %s cm\n%sQ\n" % (_matrix(PT_PER_INCH / _DOT_UNITS_PER_INCH, height_pt), b"".join(rows))


def code(text: str, place: Rect, quiet_modules: int, height_pt: float) -> bytes:
    """Return a QR code on white; black modules touch without seams because one path holds them all."""
    module_pt = place.width / qr.MODULES * PT_PER_MM
    matrix = (
        _n(module_pt), b"0 0", _n(-module_pt), _n(place.left * PT_PER_MM), _n(height_pt - place.top * PT_PER_MM)
    )  # fmt: skip
    side = qr.MODULES + 2 * quiet_modules
    ground = b"1 g %d %d %d %d re f 0 g" % (-quiet_modules, -quiet_modules, side, side)
    runs = b"\n".join(b"%d %d %d 1 re" % run for run in _runs(qr.modules(text)))
    return b"q %s cm\n%s\n%s\nf Q\n" % (b" ".join(matrix), ground, runs)


def white(rects: Iterable[Rect], height_pt: float) -> bytes:
    """Return white ground under texts that could find no free room."""
    pieces = [
        b"%s %s %s %s re" % tuple(_n(side) for side in (r.left, r.top, r.width, r.height)) for r in rects
    ]
    if not pieces:
        return b""
    return b"q %s cm 1 g\n%s f\nQ\n" % (_matrix(PT_PER_MM, height_pt), b"\n".join(pieces))


def texts(rows: Iterable[Row], face: Face, height_pt: float) -> bytes:
    """Return rows of text."""
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
    return b"BT\n%s\nET\n" % b"\n".join(shown) if shown else b""


def _squares(lefts: NDArray[np.int64], side: int) -> NDArray[np.uint8]:
    """Return ``(n, bytes)``: one ``x 0 side side re`` line for each, numbers padded with zeros to equal length."""
    powers = 10 ** np.arange(_DIGITS - 1, -1, -1)
    digits = (np.clip(lefts, 0, 10**_DIGITS - 1)[:, None] // powers % 10 + ord("0")).astype(np.uint8)
    end = np.frombuffer(b" 0 %d %d re\n" % (side, side), dtype=np.uint8)
    return np.hstack((digits, np.tile(end, (len(lefts), 1))))


def _runs(modules: NDArray[np.bool_]) -> Iterable[tuple[int, int, int]]:
    """Yield column, row and length of each run of black modules."""
    edges = np.diff(np.pad(modules, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (row, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield start, row, end - start


def _matrix(unit_pt: float, height_pt: float) -> bytes:
    """Return the matrix from a unit counted from the top left to points."""
    return b"%s 0 0 %s 0 %s" % (_n(unit_pt), _n(-unit_pt), _n(height_pt))


def _n(value: float) -> bytes:
    """Return a number as PDF wants it: no exponent, no needless digits."""
    return b"%d" % value if value == int(value) else (b"%.4f" % value).rstrip(b"0")
