"""Points of a page that a picture of it shows again: where they are, how large, how they look.

They are the blobs of SIFT (D. Lowe, Distinctive image features from scale-invariant keypoints, 2004), the largest
first. In text those have the size of letters, so that what is described around each spans two or three lines and a few
words or glyphs, which no other page sets in the same way; dots, specks and ragged edges are too small to count.
Deciding about pages is left to :mod:`watermark.trace.find.pages`.

Pixels are (x, y) from the top left, millimetres likewise from the top left of the visible page. A turn is clockwise.
"""

import struct
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.find.code import BITS as CODE_BITS
from watermark.trace.find.code import codes_of
from watermark.units import mm_from_px

POINT: Final = np.dtype([("code", "<u8"), ("x", "<u2"), ("y", "<u2"), ("size", "u1"), ("turn", "u1")])
"""A point as it is kept: place in 1/20 mm, size as the logarithm, turn in 1/256 of a full one."""

_SIZE: Final = struct.Struct("<ff")
STEPS_PER_MM: Final = 20
STEPS_PER_OCTAVE: Final = 16
SMALLEST_LOG2_MM: Final = -4.0  # 0.06 mm: below a pixel of the reference
TURN_STEPS: Final = 256
_LARGEST_STEP: Final = 65535
_LARGEST_SIZE: Final = 255

REFERENCE_DPI: Final = 75.0
"""Letters of 11 points are then blobs of 3 pixels; finer ones say nothing through a blurred picture."""
MOST_OF_PAGE: Final = 1600
"""The largest of a page; a dense page of Latin text has about 2,000 of letter size, a Chinese one 3,000."""
MOST_OF_PICTURE: Final = 1000
LONG_SIDE_PX: Final = 1100
"""To which a picture is shrunk: 94 dpi for a whole A4 page, and the resolution of a page in a chat message."""

_COVERED: Final = 0.05
"""Share of a picture that the squares of its points' sizes may cover. Points of letter size cover 0.04 of dense text;
the smaller ones of a cutting are strokes, which look like those of any page."""
_FEWEST: Final = 250
_STROKES: Final = (400, 100, 3.0)
"""Beyond the first 400, points less than a third as large as the hundredth are left out: strokes. In cuttings of
tables, of which letters cover little, they were two thirds of all: of 16 among 1,200 pages 3 were found before, 10
since.
"""
_LEAST_CONTRAST: Final = 0.03
_EDGE: Final = (
    20.0  # rules and underlines make blobs of no certain place; Lowe's 10 costs a tenth of the letters
)
_LEAST_SIDE_PX: Final = 24
_PAPER: Final = 215.0
_SHADE_SHRUNK: Final = 4
_SHADE_PX: Final = 8.0


@dataclass(frozen=True, eq=False)
class PagePoints:
    """What is kept of a page.

    Attributes:
        points: ``(n,)`` of :data:`POINT`.
        width_mm: Width of the visible page.
        height_mm: Its height.
    """

    points: NDArray[np.void]
    width_mm: float
    height_mm: float

    def to_bytes(self) -> bytes:
        """Return it as bytes: width and height, then the points, little-endian."""
        return _SIZE.pack(self.width_mm, self.height_mm) + self.points.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "PagePoints":
        """Return what :meth:`to_bytes` gave.

        Raises:
            ValueError: it is nothing of the kind.
        """
        count, rest = divmod(len(data) - _SIZE.size, POINT.itemsize)
        if count < 0 or rest or count > MOST_OF_PAGE:
            raise ValueError("got bytes that are no points of a page")
        width_mm, height_mm = _SIZE.unpack_from(data)
        return cls(np.frombuffer(data, POINT, offset=_SIZE.size).copy(), width_mm, height_mm)


@dataclass(frozen=True, eq=False)
class PicturePoints:
    """What is seen in a picture.

    Attributes:
        places_px: ``(n, 2)`` in the picture as it was given.
        log2_sizes: ``(n,)`` logarithm of the size in pixels.
        turns: ``(n,)`` in :data:`TURN_STEPS`.
        codes: ``(n,)`` 64 bits of how it looks.
        margins: ``(n, 64)`` how far each bit, the highest first, is from tipping over.
        width_px: Width of the picture.
        height_px: Its height.
    """

    places_px: NDArray[np.float32]
    log2_sizes: NDArray[np.float32]
    turns: NDArray[np.float32]
    codes: NDArray[np.uint64]
    margins: NDArray[np.float32]
    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        """Refuse points that are none, since those who parse pictures may be in other hands.

        Raises:
            ValueError: shapes or numbers do not fit.
        """
        count = len(self.codes)
        fits = (
            count <= max(MOST_OF_PAGE, MOST_OF_PICTURE)
            and self.codes.dtype == np.uint64
            and self.places_px.shape == (count, 2)
            and self.log2_sizes.shape == self.turns.shape == (count,)
            and self.margins.shape == (count, CODE_BITS)
            and min(self.width_px, self.height_px) > 0
            and all(
                np.isfinite(each).all()
                for each in (self.places_px, self.log2_sizes, self.turns, self.margins)
            )
        )
        if not fits:
            raise ValueError("got points that no picture has")

    @property
    def middle_px(self) -> NDArray[np.float32]:
        """The middle of the picture."""
        return np.array((self.width_px / 2, self.height_px / 2), np.float32)

    @property
    def long_px(self) -> int:
        """The longer side of the picture."""
        return max(self.width_px, self.height_px)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.codes)


def points_of_page(reference: NDArray[np.uint8], dpi: float) -> PagePoints:
    """Return what to keep of a page, from its clean picture.

    Args:
        reference: ``(H, W)``, 0 black, the visible page from edge to edge.
        dpi: Its pixels per inch.
    """
    seen = _seen(reference, dpi / REFERENCE_DPI, MOST_OF_PAGE)
    points = np.zeros(len(seen), POINT)
    place = np.rint(seen.places_px * mm_from_px(STEPS_PER_MM, dpi))
    points["x"], points["y"] = np.clip(place, 0, _LARGEST_STEP).T
    size = seen.log2_sizes + np.log2(mm_from_px(1.0, dpi)) - SMALLEST_LOG2_MM
    points["size"] = np.clip(np.rint(size * STEPS_PER_OCTAVE), 0, _LARGEST_SIZE)
    points["turn"] = np.rint(seen.turns) % TURN_STEPS
    points["code"] = seen.codes
    height, width = reference.shape
    return PagePoints(points, mm_from_px(width, dpi), mm_from_px(height, dpi))


def points_of_picture(picture: NDArray[np.uint8]) -> PicturePoints:
    """Return the points of a scan or photograph, ``(H, W)``, 0 black, the largest first."""
    seen = _seen(picture, max(picture.shape) / LONG_SIDE_PX, MOST_OF_PICTURE)
    fewest, typical, smaller = _STROKES
    if len(seen) <= fewest:
        return seen
    letters = seen.log2_sizes > seen.log2_sizes[typical] - np.log2(smaller)
    count = max(fewest, int(np.count_nonzero(letters)))
    return replace(
        seen,
        places_px=seen.places_px[:count],
        log2_sizes=seen.log2_sizes[:count],
        turns=seen.turns[:count],
        codes=seen.codes[:count],
        margins=seen.margins[:count],
    )


def places_mm(points: NDArray[np.void]) -> NDArray[np.float32]:
    """Return ``(n, 2)``: where points of a page are."""
    steps = np.stack((points["x"], points["y"]), axis=-1).astype(np.float32)
    return steps / np.float32(STEPS_PER_MM)


def log2_sizes_mm(points: NDArray[np.void]) -> NDArray[np.float32]:
    """Return ``(n,)``: logarithms of the sizes of points of a page."""
    octaves: NDArray[np.float32] = points["size"].astype(np.float32) / np.float32(STEPS_PER_OCTAVE)
    return octaves + np.float32(SMALLEST_LOG2_MM)


def _seen(gray: NDArray[np.uint8], shrink: float, most: int) -> PicturePoints:
    """Return the ``most`` largest points of a picture that is made smaller first, if ``shrink`` is above 1."""
    height, width = gray.shape
    shrink = min(max(shrink, 1.0), max(min(height, width) / _LEAST_SIDE_PX, 1.0))
    size = max(round(width / shrink), 1), max(round(height / shrink), 1)
    small = gray
    if shrink > 1.0:
        small = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    sift = cv2.SIFT.create(contrastThreshold=_LEAST_CONTRAST, edgeThreshold=_EDGE)
    keypoints, described = sift.detectAndCompute(_without_shade(small), None)
    # OpenCV gives nothing at all where there is no point.
    descriptors = np.asarray(described, np.float32) if len(keypoints) else np.zeros((0, 128), np.float32)
    # Pixels are counted from their corner here, from their centre by OpenCV; sizes are standard deviations.
    found = np.array([(*each.pt, each.size / 2, each.angle) for each in keypoints], np.float32).reshape(-1, 4)
    largest = np.argsort(-found[:, 2], kind="stable")[:most]
    covered = np.cumsum(found[largest, 2] ** 2, dtype=np.float64)
    largest = largest[: max(int(np.searchsorted(covered, _COVERED * size[0] * size[1])), _FEWEST)]
    found = found[largest]
    codes, margins = codes_of(descriptors[largest])
    scale = np.array([width / size[0], height / size[1]], np.float32)
    return PicturePoints(
        places_px=(found[:, :2] + 0.5) * scale - 0.5,
        log2_sizes=np.log2(np.maximum(found[:, 2], 1e-3) * scale.mean()),
        turns=found[:, 3] * np.float32(TURN_STEPS / 360),
        codes=codes,
        margins=margins,
        width_px=width,
        height_px=height,
    )


def _without_shade(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture on paper of one tone, so that letters in the shade have the same contrast."""
    height, width = gray.shape
    coarse = cv2.resize(
        gray, (max(width // _SHADE_SHRUNK, 1), max(height // _SHADE_SHRUNK, 1)), interpolation=cv2.INTER_AREA
    )
    shade = np.asarray(cv2.resize(cv2.GaussianBlur(coarse, (0, 0), _SHADE_PX), (width, height)), np.uint8)
    return np.asarray(cv2.divide(gray, np.maximum(shade, 1), scale=_PAPER), np.uint8)
