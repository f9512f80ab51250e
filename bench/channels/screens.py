"""Pages on a screen: shot by the computer itself, or by a phone held before it.

* A PDF viewer shows a page at 96 to 144 pixels an inch, letters smoothed; a page that fills the height of a monitor has
  92 (1080 rows), 123 (1440) or 185 (2160) to an inch of the page.
* A pixel of a monitor is three upright stripes, red, green and blue, of which a gray eye sees the green one most, and
  some 85 % of its height glows. A camera that samples this grid near its pitch sees moiré: here the grid's first wave,
  weakened by lens and pixel as its pitch asks, multiplied in before the camera samples.
"""

from typing import Final

import cv2
import numpy as np

from bench.channels.cameras import STEP_PX, View, developed, over
from bench.channels.fields import (
    RASTER_DPI,
    Floats,
    Picture,
    Severity,
    between,
    either,
    jpeg,
    resample,
    spread,
)
from bench.channels.sheets import Box

_ROUND_STRIPES: Final = 0.98
"""First harmonic of stripes that weigh 0.21, 0.72 and 0.07: ``2 |Σ w exp(-2πi k/3)| sinc(1/3)``."""
_ROUND_ROWS: Final = 0.34
"""First harmonic of rows that glow for 85 % of their height: ``2 sin(0.85 π) / (0.85 π)``."""
_UPSCALE: Final = 3


def shown(page: Picture, dpi: float) -> Picture:
    """Return a page as a viewer draws it: each pixel is the mean of what it covers."""
    size = round(page.shape[1] * dpi / RASTER_DPI), round(page.shape[0] * dpi / RASTER_DPI)
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)


def screenshot(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return a viewer's window with the whole page, or if it is bad with a part of it, forwarded as JPEG."""
    bad = severity == "bad"
    picture = shown(page, between(rng, 96, 144) if not bad else between(rng, 72, 96))
    if bad:
        rows = round(picture.shape[0] * between(rng, 0.4, 0.7))
        first = int(rng.integers(0, picture.shape[0] - rows))
        picture = picture[first : first + rows]
    beside = [int(rng.integers(0, 120)) for _ in range(4)]
    ground = int(rng.integers(60, 235))
    whole = np.pad(picture, ((beside[0], beside[1]), (beside[2], beside[3])), constant_values=ground)
    bar = int(rng.integers(0, 90))
    frame = np.full((bar, whole.shape[1]), int(rng.integers(220, 250)), np.uint8)
    for left in range(12, whole.shape[1] - 40, 46):
        if bar > 40:  # noqa: PLR2004 -- room for buttons
            cv2.rectangle(frame, (left, 14), (left + 18, 32), (90,), 2)
    window = np.concatenate((frame, whole))
    return jpeg(window, int(rng.integers(60, 80))) if bad else window


def digital(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return the page as a picture file that was never printed: 200 to 300 dpi, JPEG."""
    bad = severity == "bad"
    picture = shown(page, between(rng, 200, 300) if not bad else between(rng, 100, 150))
    return jpeg(picture, int(rng.integers(50, 70) if bad else rng.integers(75, 93)))


def screen_photo(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return a phone's photo of a monitor that shows the whole page."""
    bad = severity == "bad"
    dpi = between(rng, 110, 185) if not bad else between(rng, 92, 115)
    pixel_mm = 25.4 / dpi
    picture = shown(page, dpi)
    margins = [int(between(rng, 5, 60) / pixel_mm) for _ in range(2)] + [
        int(between(rng, 2, 12) / pixel_mm) for _ in range(2)
    ]
    ground = int(rng.integers(50, 120))
    screen = np.pad(picture, ((margins[2], margins[3]), (margins[0], margins[1])), constant_values=ground)
    size_mm = screen.shape[1] * pixel_mm, screen.shape[0] * pixel_mm
    left, top = margins[0] * pixel_mm, margins[2] * pixel_mm
    box = Box(left, top, left + picture.shape[1] * pixel_mm, top + picture.shape[0] * pixel_mm)
    camera = over(box, size_mm, rng, severity, tilt_deg=20.0, rise_mm=(0.0, 0.01))
    view = View.of(camera)
    # Codes are shown as light by a gamma of 2.2; black still glows a little.
    glow = cv2.LUT(screen, np.rint(255 * (0.004 + 0.996 * (np.arange(256) / 255) ** 2.2)).astype(np.uint8))
    raster = np.asarray(
        cv2.resize(glow, None, fx=_UPSCALE, fy=_UPSCALE, interpolation=cv2.INTER_NEAREST), np.uint8
    )
    columns, rows = view.x_mm / np.float32(pixel_mm), view.y_mm / np.float32(pixel_mm)
    pitch_px = pixel_mm * view.px_per_mm
    light = resample(
        raster,
        lambda _x, _y: (columns * _UPSCALE - np.float32(0.5), rows * _UPSCALE - np.float32(0.5)),
        view.size,
        blur_px=_UPSCALE / pitch_px / 12**0.5,
        step=STEP_PX,
        outside=4,
    ).astype(np.float32) / np.float32(255)
    light *= _grid((columns, rows), view, pitch_px, rng, severity)
    light += _reflections(view, rng, severity)
    return developed(light, view, rng, severity)


def _grid(
    grid: tuple[Floats, Floats], view: View, pitch_px: float, rng: np.random.Generator, severity: Severity
) -> Floats:
    """Return the light of a monitor's pixel grid as a camera samples it, mean 1."""
    # The lens is charged with the rest of the picture later; what is left to it here is the blur of one pixel.
    frequency = 1 / max(pitch_px, 1.05)
    sigma = between(rng, 0.35, 0.6) if severity == "ordinary" else between(rng, 0.2, 0.4)
    left_over = float(np.exp(-2 * (np.pi * sigma * frequency) ** 2) * np.abs(np.sinc(frequency)))
    across = spread(grid[0], view.size, STEP_PX)
    down = spread(grid[1], view.size, STEP_PX)
    turn = np.float32(2 * np.pi)
    stripes = np.float32(_ROUND_STRIPES * left_over) * np.cos(turn * across)
    lines = np.float32(_ROUND_ROWS * left_over) * np.cos(turn * down)
    return np.asarray((1 + stripes) * (1 + lines), np.float32)


def _reflections(view: View, rng: np.random.Generator, severity: Severity) -> Floats:
    """Return what a screen mirrors of a room: a dim haze, and a lamp's soft spot."""
    haze = between(rng, 0.0, 0.03) if severity == "ordinary" else between(rng, 0.02, 0.1)
    spot = between(rng, 0.0, 0.06) if severity == "ordinary" else between(rng, 0.05, 0.3)
    wide = between(rng, 25, 80)
    middle_x, middle_y = 105 + either(rng, 90), 150 + either(rng, 120)
    away = ((view.x_mm - middle_x) ** 2 + (view.y_mm - middle_y) ** 2) / wide**2
    return spread((haze + spot * np.exp(-away)).astype(np.float32), view.size, STEP_PX)
