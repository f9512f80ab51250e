"""Page boxes and turns: where the page a reader sees lies in the space its author drew in.

Two spaces are told apart everywhere:

* **user space**: units of 1/72 inch times ``/UserUnit``, origin wherever the author put it, before ``/Rotate``;
* **the visible page**: points of 1/72 inch, origin at the bottom left corner of what a viewer shows, upright.

Marks are placed in millimetres from the top left corner of the visible page, x to the right and y down, as one measures
with a ruler. Pure functions; no PDF library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from watermark.units import mm_from_pt, pt_from_mm

#: Page size assumed when a page has no usable box: US Letter, as PDFium and Acrobat do.
LETTER: Final = (0.0, 0.0, 612.0, 792.0)

#: Boxes thinner than this in user units are mistakes of the producer, not pages.
THINNEST_PT: Final = 0.01

QUARTER_TURNS: Final = (0, 90, 180, 270)


class Matrix(NamedTuple):
    """A PDF matrix ``[a b c d e f]``: ``x' = a x + c y + e``, ``y' = b x + d y + f`` (ISO 32000-2 §8.3.3)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Return the point that ``(x, y)`` is mapped to."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


class Rect(NamedTuple):
    """A rectangle on the visible page in millimetres, origin top left, y down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """The horizontal extent in millimetres."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The vertical extent in millimetres."""
        return self.bottom - self.top

    def grown(self, by_mm: float) -> Self:
        """Return the rectangle with every side moved outwards."""
        return type(self)(self.left - by_mm, self.top - by_mm, self.right + by_mm, self.bottom + by_mm)


@dataclass(frozen=True)
class Frame:
    """What a viewer shows of a page: its size in points, upright, and how user space gets there."""

    width_pt: float
    height_pt: float
    to_visible: Matrix
    crop: tuple[float, float, float, float]

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the visible page in millimetres."""
        return mm_from_pt(self.width_pt), mm_from_pt(self.height_pt)


def frame(
    mediabox: Sequence[float] | None,
    cropbox: Sequence[float] | None = None,
    rotate: float = 0,
    user_unit: float = 1.0,
) -> Frame:
    """Return the visible page for the four page attributes that decide it.

    The crop box is clipped to the media box (ISO 32000-2 §14.11.2); an empty clip falls back to the media box, and an
    absent or empty media box to Letter. A turn is rounded down to a multiple of 90 as viewers do; a user unit that is
    not positive counts as 1.

    Args:
        mediabox: Two opposite corners in user units, in any order.
        cropbox: The same, or ``None``.
        rotate: ``/Rotate``: degrees clockwise.
        user_unit: Size of a user unit in points.
    """
    media = _ordered(mediabox) or LETTER
    crop = _clipped(_ordered(cropbox), media) or media
    left, bottom, right, top = crop
    unit = user_unit if user_unit > 0 else 1.0
    turn = QUARTER_TURNS[int(rotate // 90) % 4]
    width, height = (right - left) * unit, (top - bottom) * unit
    matrices = {
        0: Matrix(unit, 0, 0, unit, -left * unit, -bottom * unit),
        90: Matrix(0, -unit, unit, 0, -bottom * unit, right * unit),
        180: Matrix(-unit, 0, 0, -unit, right * unit, top * unit),
        270: Matrix(0, unit, -unit, 0, top * unit, -left * unit),
    }
    shown = (height, width) if turn in {90, 270} else (width, height)
    return Frame(shown[0], shown[1], matrices[turn], crop)


def pt_from_top_left(x_mm: float, y_mm: float, height_pt: float) -> tuple[float, float]:
    """Return the visible-page point, in points from the bottom left, of a place measured in mm from the top left."""
    return pt_from_mm(x_mm), height_pt - pt_from_mm(y_mm)


def _ordered(box: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    """Return a box as left, bottom, right, top, or None if it encloses nothing."""
    if box is None:
        return None
    left, right = sorted((float(box[0]), float(box[2])))
    bottom, top = sorted((float(box[1]), float(box[3])))
    if right - left < THINNEST_PT or top - bottom < THINNEST_PT:
        return None
    return left, bottom, right, top


def _clipped(
    box: tuple[float, float, float, float] | None, by: tuple[float, float, float, float]
) -> tuple[float, float, float, float] | None:
    """Return the common part of two ordered boxes, or None if there is none."""
    if box is None:
        return None
    return _ordered_or_none(max(box[0], by[0]), max(box[1], by[1]), min(box[2], by[2]), min(box[3], by[3]))


def _ordered_or_none(
    left: float, bottom: float, right: float, top: float
) -> tuple[float, float, float, float] | None:
    """Return the four sides if they enclose something in this order."""
    return (left, bottom, right, top) if right - left >= THINNEST_PT and top - bottom >= THINNEST_PT else None
