"""A page of a picture laid flat, with what spoke for and against the copy that was found first, place by place.

Drawn in the sandbox, where the picture is open. Blue speaks for, orange against: told apart by the colour-blind too.
"""

import io
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from watermark import PlacedPage, Voice

LONGEST_PX: Final = 1600
"""Small print (6 pt) on an A4 page is readable: 137 dots per inch."""
MOST_DPI: Final = 150.0
_TWICE: Final = 2  # drawn twice as large first, so that fine print does not break up
_OUTSIDE: Final = 214
"""Grey of what lies outside the picture: a page of which a piece is torn away."""
_FOR: Final = (22, 97, 204)
_AGAINST: Final = (222, 107, 0)
_FAINTEST, _STRONGEST = 0.12, 0.62
"""How much of the colour covers the print: what hardly spoke, and what spoke most."""
_LOUD_PERCENTILE: Final = 90
_LEAST_LOUD: Final = 0.05
"""Below this many decades nothing is shown at full strength, however quiet all others are."""
_DOT_SHARE: Final = 0.6
"""How much of its cell a dot's mark fills, so that the print under it stays readable."""
_QUALITY: Final = 78


def draw_overlay(picture: NDArray[np.uint8], placed: PlacedPage) -> bytes:
    """Return a page that was found in a picture, laid flat and upright, WebP.

    Args:
        picture: ``(H, W)``, 8-bit, 0 black.
        placed: Where the page lies in it, and what spoke on it; without a voice the page alone is drawn.
    """
    dpi = min(MOST_DPI, LONGEST_PX * 25.4 / max(placed.width_mm, placed.height_mm))
    page = np.repeat(_flat(picture, placed, dpi)[:, :, None], 3, axis=2)
    if placed.voice is not None:
        page = _with_voice(page, placed.voice, dpi)
    target = io.BytesIO()
    Image.fromarray(page).save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()


def _flat(picture: NDArray[np.uint8], placed: PlacedPage, dpi: float) -> NDArray[np.uint8]:
    """Return the page as a scanner from straight above would see it, ``(H, W)``."""
    height, width = (max(1, round(side / 25.4 * dpi)) for side in (placed.height_mm, placed.width_mm))
    rows, columns = placed.mesh_px.shape[:2]
    down = _between(rows, height * _TWICE)
    across = _between(columns, width * _TWICE)
    mesh = placed.mesh_px.astype(np.float32)
    map_x, map_y = (down @ mesh[:, :, axis] @ across.T for axis in (0, 1))
    large = cv2.remap(
        picture,
        np.ascontiguousarray(map_x),
        np.ascontiguousarray(map_y),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_OUTSIDE,
    )
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _between(points: int, pixels: int) -> NDArray[np.float32]:
    """Return ``(pixels, points)`` weights that interpolate between evenly spaced points, from the first to the last."""
    places = np.linspace(0, points - 1, pixels)
    weights: NDArray[np.float32] = np.maximum(
        0, 1 - np.abs(places[:, None] - np.arange(points)[None, :])
    ).astype(np.float32)
    return weights


def _with_voice(page: NDArray[np.uint8], voice: Voice, dpi: float) -> NDArray[np.uint8]:
    """Return the page under colours: the stronger the place spoke, the denser."""
    colours = page.copy()
    cover = np.zeros(page.shape[:2], np.float32)
    loud = (
        max(float(np.percentile(np.abs(voice.decades), _LOUD_PERCENTILE)), _LEAST_LOUD)
        if len(voice.decades)
        else 1.0
    )
    for box, decades, is_dot in zip(voice.boxes_mm, voice.decades, voice.is_dot, strict=True):
        left, top, right, bottom = (float(side) / 25.4 * dpi for side in box)
        strength = _FAINTEST + (_STRONGEST - _FAINTEST) * min(1.0, abs(float(decades)) / loud)
        colour = _FOR if decades > 0 else _AGAINST
        if is_dot:
            centre = (round((left + right) / 2), round((top + bottom) / 2))
            radius = max(1, round(_DOT_SHARE / 2 * min(right - left, bottom - top)))
            cv2.circle(colours, centre, radius, colour, -1)
            cv2.circle(cover, centre, radius, strength, -1)
        else:
            corners = ((round(left), round(top)), (round(right), round(bottom)))
            cv2.rectangle(colours, *corners, colour, -1)
            cv2.rectangle(cover, *corners, strength, -1)
    share = cover[:, :, None]
    mixed = page * (1 - share) + colours * share
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
