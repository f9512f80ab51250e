"""A sheet of paper as it lies there, and the printer that made it.

The printer is modelled after office laser printers of 600 dpi. The numbers, and where they are from:

* A laser spot is 60 to 80 µm wide at 1/e² and toner spreads by some 20 µm: together a Gaussian of 0.6 to 0.75 pixels
  of 42 µm.
* Lines grow by up to 12 µm on each side; edges are ragged by 4 to 9 µm (one standard deviation; the measure is that of
  ISO/IEC 24790, "raggedness"), toner grains being 6 to 9 µm.
* Fusing shrinks paper by up to 0.4 %; data sheets allow a skew of 1.5 mm along a sheet (0.3°) and 2 mm of offset. Gears
  and rollers move the lines by some 10 to 30 µm, at periods of 2 to 75 mm ("banding").
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np

from bench.channels.fields import (
    PX_PER_MM,
    WHITE,
    Floats,
    Picture,
    Place,
    Severity,
    between,
    blurred,
    either,
    patchwork,
    slow_field,
    weighed,
    wobble,
)

#: A screen of 106 lines an inch at 45° is what 600 dpi printers use for grays: cells of 4 x 4 pixels, turned.
_SCREEN: Final = np.array(
    [
        [13, 6, 9, 22, 19, 27, 24, 11],
        [8, 1, 3, 17, 25, 31, 29, 15],
        [5, 2, 0, 12, 28, 30, 32, 20],
        [21, 10, 4, 7, 23, 26, 18, 14],
        [19, 27, 24, 11, 13, 6, 9, 22],
        [25, 31, 29, 15, 8, 1, 3, 17],
        [28, 30, 32, 20, 5, 2, 0, 12],
        [23, 26, 18, 14, 21, 10, 4, 7],
    ]
)
_GRAY_AREA: Final = (16, 239)
_INK: Final = 128
_BLANK: Final = 200


class Box(NamedTuple):
    """A rectangle on paper in mm, origin top left, y down."""

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

    def grown(self, by_mm: float, within: "Box") -> "Box":
        """Return the box with every side moved outwards, but not beyond another."""
        return Box(
            max(self.left - by_mm, within.left),
            max(self.top - by_mm, within.top),
            min(self.right + by_mm, within.right),
            min(self.bottom + by_mm, within.bottom),
        )


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of paper and what is on it.

    Attributes:
        width_mm: Width of the paper.
        height_mm: Its height.
        cover: Raster of 600 dpi, 255 bare paper, 0 full ink; linear, as light is. May be a part of the sheet only.
        left_mm: Where the raster begins.
        top_mm: Where the raster begins.
        place: From mm on the paper to mm on the raster, which the printer's feed set down unevenly.
        shape: Like ``cover``: 255 where there is paper, 0 where it was torn away; None if nothing was.
    """

    width_mm: float
    height_mm: float
    cover: Picture
    left_mm: float = 0.0
    top_mm: float = 0.0
    place: Place = lambda x, y: (x, y)
    shape: Picture | None = None

    @property
    def box(self) -> Box:
        """The whole paper."""
        return Box(0.0, 0.0, self.width_mm, self.height_mm)

    def raster_px(self, x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
        """Return which pixels of the raster lie at places of the paper."""
        x, y = self.place(x_mm, y_mm)
        return (
            np.asarray((x - self.left_mm) * PX_PER_MM - 0.5, np.float32),
            np.asarray((y - self.top_mm) * PX_PER_MM - 0.5, np.float32),
        )

    def with_cover(self, cover: Picture) -> "Sheet":
        """Return the sheet with something else on it."""
        return replace(self, cover=cover)


def inked_box(page: Picture) -> Box:
    """Return the smallest box around the ink of a page of 600 dpi."""
    small = cv2.resize(page, None, fx=1 / 12, fy=1 / 12, interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero(small < _BLANK)
    scale = 12 / PX_PER_MM
    if not rows.size:
        return Box(0.0, 0.0, page.shape[1] / PX_PER_MM, page.shape[0] / PX_PER_MM)
    return Box(
        float(columns.min() * scale),
        float(rows.min() * scale),
        float((columns.max() + 1) * scale),
        float((rows.max() + 1) * scale),
    )


def some_square(page: Picture, rng: np.random.Generator, side_mm: float) -> Box:
    """Draw a square that lies within what is printed, as far as it fits, and on the paper."""
    box = inked_box(page)
    paper = page.shape[1] / PX_PER_MM, page.shape[0] / PX_PER_MM
    corner = []
    for low, high, most in ((box.left, box.right, paper[0]), (box.top, box.bottom, paper[1])):
        slack = high - low - side_mm
        start = between(rng, low, low + slack) if slack > 0 else (low + high - side_mm) / 2
        corner.append(float(np.clip(start, 0, max(most - side_mm, 0))))
    return Box(corner[0], corner[1], corner[0] + side_mm, corner[1] + side_mm)


def printed(page: Picture, rng: np.random.Generator, severity: Severity, part: Box | None = None) -> Sheet:
    """Return a page as a laser printer lays it on paper.

    Args:
        page: Gray page at 600 dpi.
        rng: Chooses all that is random.
        severity: How worn the printer is.
        part: What has to be on the raster; the rest stays white.
    """
    width_mm, height_mm = page.shape[1] / PX_PER_MM, page.shape[0] / PX_PER_MM
    whole = Box(0.0, 0.0, width_mm, height_mm)
    part = part or whole
    left, top = int(part.left * PX_PER_MM), int(part.top * PX_PER_MM)
    right, bottom = round(part.right * PX_PER_MM), round(part.bottom * PX_PER_MM)
    place = feed(rng, severity, width_mm, height_mm)
    bits = _bits(np.ascontiguousarray(page[top:bottom, left:right]))
    return Sheet(width_mm, height_mm, toner(bits, rng, severity), left / PX_PER_MM, top / PX_PER_MM, place)


def toner(bits: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return what is on paper where a laser wrote bits, 0 black and 255 white."""
    bad = severity == "bad"
    spot = between(rng, 0.6, 0.75) * (1.15 if bad else 1.0)
    growth_um = between(rng, -4, 10) if not bad else between(rng, -10, 20)
    ragged_um = between(rng, 4, 9) * (1.6 if bad else 1.0)
    slope = 255 / (spot * 2.507)  # gray levels a pixel, at the edge of what the spot wrote
    level = 127.5 + slope * growth_um / 42.3
    gain = 3.0
    cover = weighed(
        blurred(bits, spot),
        gain,
        patchwork(rng, bits.shape, 0.9),
        gain * slope * ragged_um / 42.3,
        127.5 - gain * level,
    )
    # Toner is never quite black, never quite even, and a little of it lands where it should not.
    depth = between(rng, 0.0, 0.05) * (3 if bad else 1)
    cover = np.asarray(cv2.addWeighted(cover, 1 - depth, cover, 0, 255 * depth), np.uint8)
    _scatter(cover, rng, per_mm2=0.15 if bad else 0.03)
    return cover


def cut_at_half(picture: Picture) -> Picture:
    """Return the picture in black and white."""
    return np.asarray(cv2.threshold(picture, _INK - 1, WHITE, cv2.THRESH_BINARY)[1], np.uint8)


def _bits(page: Picture) -> Picture:
    """Return what the laser writes: outlines cut at half, even grays as a screen."""
    bits = cut_at_half(page)
    low, high = _GRAY_AREA
    middle = cv2.inRange(page, np.array(low), np.array(high))
    # A gray area has no black or white within two pixels; the soft edges of letters have both.
    area = cv2.erode(middle, np.ones((5, 5), np.uint8))
    if not area.any():
        return bits
    area = cv2.bitwise_and(cv2.dilate(area, np.ones((5, 5), np.uint8)), middle)
    tiles = -(-page.shape[0] // 8), -(-page.shape[1] // 8)
    screen = np.tile(((_SCREEN + 0.5) * 255 / 33).astype(np.uint8), tiles)[: page.shape[0], : page.shape[1]]
    return np.where(area > 0, np.where(page > 255 - screen, WHITE, 0), bits).astype(np.uint8)


def _scatter(cover: Picture, rng: np.random.Generator, *, per_mm2: float) -> None:
    """Drop stray toner on a raster, most of it near ink."""
    height, width = cover.shape
    area = height * width / PX_PER_MM**2
    count = int(rng.poisson(per_mm2 * area))
    rows, columns = rng.integers(0, height, count), rng.integers(0, width, count)
    near = rng.integers(0, height, 40 * count), rng.integers(0, width, 40 * count)
    inked = np.flatnonzero(cover[near] < _INK)
    rows = np.concatenate((rows, near[0][inked] + np.rint(rng.normal(0, 5, inked.size)).astype(int)))
    columns = np.concatenate((columns, near[1][inked] + np.rint(rng.normal(0, 5, inked.size)).astype(int)))
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    cover[rows, columns] = np.minimum(cover[rows, columns], rng.integers(60, 230, rows.size))


def feed(rng: np.random.Generator, severity: Severity, width_mm: float, height_mm: float) -> Place:
    """Return where on its raster a printer took what it laid down at a place."""
    worn = 2.0 if severity == "bad" else 1.0
    along = 1 + either(rng, 0.003) * worn
    across = 1 + either(rng, 0.0015) * worn
    skew = np.deg2rad(either(rng, 0.2) * worn)
    offset = either(rng, 1.0), either(rng, 1.0)
    banding = wobble(
        rng,
        [(0.012 * worn, 2, 6), (0.02 * worn, 15, 40), (0.03 * worn, 40, 75), (0.04 * worn, 75, 300)],
    )
    sideways = wobble(rng, [(0.02 * worn, 100, 400)])

    def place(x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
        x, y = x_mm - np.float32(width_mm / 2), y_mm - np.float32(height_mm / 2)
        return (
            x * np.float32(across)
            - y * np.float32(skew)
            + np.float32(width_mm / 2 + offset[0])
            + sideways(y_mm),
            y * np.float32(along)
            + x * np.float32(skew)
            + np.float32(height_mm / 2 + offset[1])
            + banding(y_mm),
        )

    return place


def uneven(cover: Picture, rng: np.random.Generator, depth: float, waves: int) -> Picture:
    """Return a raster whose ink is thinner in places, by up to this share."""
    field = slow_field(rng, (cover.shape[0] // 16 + 1, cover.shape[1] // 16 + 1), waves)
    thin = np.clip(128 + 127 * field, 0, 255).astype(np.uint8)
    wide = cv2.resize(thin, (cover.shape[1], cover.shape[0]), interpolation=cv2.INTER_LINEAR)
    lighter = cv2.multiply(WHITE - cover, wide, scale=depth / 255)
    return np.asarray(cv2.add(cover, lighter), np.uint8)
