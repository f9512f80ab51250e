"""Random fields and resampling: what the channels are made of.

Pictures are ``(H, W)``, 8-bit, origin top left. Rasters have 600 dpi; places on paper are millimetres from its top left
corner, x to the right and y down; a pixel's value belongs to its centre.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Severity = Literal["ordinary", "bad"]
Place = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Takes x and y of points to x and y of where they come from."""

RASTER_DPI: Final = 600
PX_PER_MM: Final = RASTER_DPI / 25.4
WHITE: Final = 255

_TEXTURE_PX: Final = 1024
_TEXTURE_SD: Final = 32.0
_STRIP_PX: Final = 512


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number."""
    return float(rng.uniform(low, high))


def either(rng: np.random.Generator, size: float) -> float:
    """Draw a number of at most this size, of either sign."""
    return float(rng.uniform(-size, size))


def blurred(picture: Picture, sigma_px: float) -> Picture:
    """Return the picture after a Gaussian blur."""
    if sigma_px <= 0:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE), np.uint8)


def noise(rng: np.random.Generator, shape: tuple[int, int], sd: float, grain_px: float = 0.0) -> Floats:
    """Return Gaussian noise of mean 0; neighbours within ``grain_px`` are alike."""
    white = rng.standard_normal(shape, np.float32)
    if grain_px > 0:
        white = np.asarray(cv2.GaussianBlur(white, (0, 0), grain_px), np.float32)
        white /= max(float(white.std()), 1e-6)
    return np.asarray(white * sd, np.float32)


def with_noise(
    picture: Picture, rng: np.random.Generator, sd: float, grain_px: float = 0.0, *, gain: float = 1.0
) -> Picture:
    """Return ``gain * picture + noise``, rounded and clipped; the noise is a patchwork of turned pieces of one texture.

    A whole page of fresh noise takes longer than the rest of a channel.
    """
    return weighed(picture, gain, patchwork(rng, picture.shape, grain_px), sd)


def weighed(picture: Picture, gain: float, texture: Picture, sd: float, offset: float = 0.0) -> Picture:
    """Return ``gain * picture + offset``, plus a texture of :func:`patchwork` of this standard deviation."""
    weight = sd / _TEXTURE_SD
    return np.asarray(cv2.addWeighted(picture, gain, texture, weight, offset - 128 * weight), np.uint8)


def patchwork(rng: np.random.Generator, shape: Sequence[int], grain_px: float = 0.0) -> Picture:
    """Return noise of mean 128 and standard deviation 32."""
    height, width = shape[0], shape[1]
    side = min(_TEXTURE_PX, max(height, width, 16))
    texture = np.clip(128 + noise(rng, (side, side), _TEXTURE_SD, grain_px), 0, 255).astype(np.uint8)
    whole = np.empty((height, width), np.uint8)
    for top in range(0, height, side):
        for left in range(0, width, side):
            piece = np.rot90(np.roll(texture, tuple(rng.integers(0, side, 2)), (0, 1)), int(rng.integers(4)))
            room = whole[top : top + side, left : left + side]
            room[:] = piece[: room.shape[0], : room.shape[1]]
    return whole


def slow_field(rng: np.random.Generator, shape: tuple[int, int], waves: int) -> Floats:
    """Return a smooth random surface of about so many bumps along its longer side, from -1 to 1."""
    longer = max(shape)
    small = tuple(max(3, round(waves * side / longer) + 2) for side in shape)
    bumps = rng.uniform(-1, 1, small).astype(np.float32)
    return np.asarray(cv2.resize(bumps, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def wobble(
    rng: np.random.Generator, parts: Sequence[tuple[float, float, float]]
) -> Callable[[Floats], Floats]:
    """Return a function of place: a sum of sines, one for each (amplitude, shortest, longest period), all in mm."""
    drawn = [(size, between(rng, short, long), between(rng, 0, 6.283)) for size, short, long in parts]

    def at(place_mm: Floats) -> Floats:
        total = np.zeros_like(place_mm)
        for size, period, phase in drawn:
            total += np.float32(size) * np.sin(place_mm * np.float32(6.283 / period) + np.float32(phase))
        return total

    return at


def coarse_grid(size: tuple[int, int], step: int) -> tuple[Floats, Floats]:
    """Return x and y of a grid that :func:`fine` makes dense: one node around the picture on each side."""
    width, height = size
    x = (np.arange(-1, -(-width // step) + 1) + 0.5) * step - 0.5
    y = (np.arange(-1, -(-height // step) + 1) + 0.5) * step - 0.5
    across, down = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    return across, down


def fine(coarse: Floats, size: tuple[int, int], step: int, rows: slice) -> Floats:
    """Return some rows, beginning at a node, of values known on the nodes of :func:`coarse_grid`."""
    first, last = rows.start // step, -(-rows.stop // step)
    part = np.ascontiguousarray(coarse[first : last + 2])
    whole = cv2.resize(part, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[step : step + rows.stop - rows.start, step : step + size[0]], np.float32)


def resample(
    raster: Picture,
    place: Place,
    size: tuple[int, int],
    *,
    blur_px: float = 0.0,
    step: int = 8,
    outside: int | None = WHITE,
) -> Picture:
    """Return a picture of a raster seen through a map.

    Args:
        raster: ``(H, W)``; 35 megapixels are one sheet.
        place: From pixels of the picture to pixels of the raster; smooth, as it is asked at every eighth pixel only.
        size: Width and height of the picture.
        blur_px: Gaussian blur of the raster beforehand, in its pixels.
        step: How far apart the map is asked.
        outside: What lies beyond the raster; None for what lies at its edge.
    """
    across, down = (np.asarray(part, np.float32) for part in place(*coarse_grid(size, step)))
    margin = 4 + round(4 * blur_px)
    left, right = (int(np.clip(edge, 0, raster.shape[1])) for edge in _reach(across, margin))
    top, bottom = (int(np.clip(edge, 0, raster.shape[0])) for edge in _reach(down, margin))
    if right <= left or bottom <= top:
        return np.full((size[1], size[0]), WHITE if outside is None else outside, np.uint8)
    across, down = across - np.float32(left), down - np.float32(top)
    wanted = blurred(np.ascontiguousarray(raster[top:bottom, left:right]), blur_px)
    picture = np.empty((size[1], size[0]), np.uint8)
    for first in range(0, size[1], _STRIP_PX):
        rows = slice(first, min(first + _STRIP_PX, size[1]))
        picture[rows] = cv2.remap(
            wanted,
            fine(across, size, step, rows),
            fine(down, size, step, rows),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT,
            borderValue=(float(outside or 0),),
        )
    return picture


def spread(coarse: Floats, size: tuple[int, int], step: int) -> Floats:
    """Return values known on the nodes of :func:`coarse_grid` at every pixel."""
    whole = np.empty((size[1], size[0]), np.float32)
    for first in range(0, size[1], _STRIP_PX):
        rows = slice(first, min(first + _STRIP_PX, size[1]))
        whole[rows] = fine(coarse, size, step, rows)
    return whole


def toned(picture: Picture, curve: Callable[[Floats], Floats]) -> Picture:
    """Return the picture after a tone curve from [0, 1] to [0, 1]."""
    values = curve(np.linspace(0, 1, 256, dtype=np.float32))
    return np.asarray(cv2.LUT(picture, np.clip(np.rint(255 * values), 0, 255).astype(np.uint8)), np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    """Return the picture after JPEG.

    Raises:
        ValueError: it could not be packed.
    """
    done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the picture could not be packed")
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _reach(places: Floats, margin: int) -> tuple[int, int]:
    """Return the first and past-the-last pixel that a map reads."""
    return int(places.min()) - margin, int(places.max()) + margin + 1
