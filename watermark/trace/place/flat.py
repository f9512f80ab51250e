"""Flatten what a picture shows of a page: as if the sheet had been laid on a scanner, even in tone."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.units import MM_PER_INCH

#: Paper is what is brightest within this distance; wider than letters, narrower than shadows.
_PAPER_MM: Final = 4.0
#: Paper this dark holds no contrast that could be read.
_DARKEST_PAPER: Final = 24.0
#: The picture is first shrunk to at most this many times the resolution that is asked for.
_MOST_FINER: Final = 1.5


Mesh = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flat:
    """A page as a picture shows it, flattened.

    Attributes:
        tone: ``(H, W)``: 0 black to 1 paper, upright.
        seen: ``(H, W)``: where the picture shows the page.
        px_per_mm: Pixels per millimetre of paper.
    """

    tone: NDArray[np.float32]
    seen: NDArray[np.bool_]
    px_per_mm: float


def even_tone(gray: NDArray[np.uint8] | NDArray[np.float32], px_per_mm: float) -> NDArray[np.float32]:
    """Return a picture with its paper at 1, whatever the light; 0 is as dark as nothing at all.

    Args:
        gray: ``(H, W)``, 0 black to 255.
        px_per_mm: Pixels per millimetre.
    """
    shrunk = min(1.0, 2.0 / px_per_mm)
    small = cv2.resize(gray, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
    reach = 2 * round(_PAPER_MM * px_per_mm * shrunk) + 1
    paper = cv2.dilate(small, np.ones((reach, reach), np.uint8))
    paper = cv2.blur(paper.astype(np.float32), (reach, reach), borderType=cv2.BORDER_REPLICATE)
    height, width = gray.shape
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    tone = gray.astype(np.float32) / np.maximum(paper, np.float32(_DARKEST_PAPER))
    return np.asarray(np.minimum(tone, np.float32(1.15)), np.float32)


class Flattening:
    """A picture, ready to be flattened at several resolutions along several meshes."""

    def __init__(self, picture: NDArray[np.uint8], dpi: float) -> None:
        """Keep a picture that shows paper at about ``dpi`` pixels per inch."""
        self._levels = [(picture, 1.0)]
        self._dpi = dpi

    def at(self, mesh_px: Mesh, size_mm: tuple[float, float], shape: tuple[int, int], dpi: float) -> Flat:
        """Return the page at ``dpi`` pixels per inch.

        Args:
            mesh_px: ``(rows, cols, 2)``: see :class:`watermark.trace.place.placing.Placing`.
            size_mm: Width and height of the page.
            shape: Height and width in pixels of what is returned; its corner is the page's.
            dpi: Pixels per inch of what is returned.
        """
        picture, factor = self._level(dpi)
        px_per_mm = dpi / MM_PER_INCH
        x, y = dense(mesh_px, size_mm, shape, px_per_mm)
        x, y = (x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5
        height, width = picture.shape
        seen = (x > 0) & (y > 0) & (x < width - 1) & (y < height - 1)
        taken = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return Flat(even_tone(np.asarray(taken, np.uint8), px_per_mm), seen, px_per_mm)

    def _level(self, dpi: float) -> tuple[NDArray[np.uint8], float]:
        """Return the picture shrunk to about the resolution that is asked for, and by which factor."""
        while self._dpi * self._levels[-1][1] > 2 * _MOST_FINER * dpi:
            picture, factor = self._levels[-1]
            height, width = picture.shape
            even = picture[: height // 2 * 2, : width // 2 * 2]
            halved = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
            self._levels.append((np.asarray(halved, np.uint8), factor / 2))
        return next(
            (level for level in reversed(self._levels) if self._dpi * level[1] >= _MOST_FINER * dpi / 2),
            self._levels[0],
        )


def dense(
    mesh: Mesh, size_mm: tuple[float, float], shape: tuple[int, int], px_per_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x and y of a mesh at every pixel of a page drawn at ``px_per_mm``."""
    (rows, cols), (width_mm, height_mm) = mesh.shape[:2], size_mm
    height, width = shape
    along = (np.arange(width) + 0.5) / px_per_mm / width_mm * (cols - 1)
    down = (np.arange(height) + 0.5) / px_per_mm / height_mm * (rows - 1)
    col, row = np.meshgrid(along.astype(np.float32), down.astype(np.float32))
    x, y = (
        cv2.remap(part, col, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for part in cv2.split(mesh.astype(np.float32))
    )
    return np.asarray(x, np.float32), np.asarray(y, np.float32)
