"""Scanners: flatbed, sheet-fed, the one in a copier, the one in a fax.

The numbers, and where they are from:

* Sharpness is given as the frequency at which half the contrast is left (MTF50). Slanted-edge measurements in the
  manner of ISO 16067-1 put office flatbeds and contact sensors between 4 and 7 line pairs a mm;
  ``sigma = 0.187 / MTF50`` for a Gaussian.
* Light scatters in paper some 0.03 mm around ink ("optical dot gain").
* Paper reflects 80 to 88 % and toner 3 to 6 % of light; files are stored at a gamma near 2.2, and drivers stretch them
  so that paper comes out near white.
* Stepper motors of flatbeds are true to 0.1 to 0.2 %. Feed rollers of sheet-fed scanners slip: data sheets allow 1 % of
  length; speed also changes when the sheet's end leaves a roller.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from bench.channels.fields import (
    PX_PER_MM,
    RASTER_DPI,
    Floats,
    Picture,
    Place,
    Severity,
    between,
    either,
    jpeg,
    resample,
    slow_field,
    toned,
    with_noise,
    wobble,
)
from bench.channels.sheets import Box, Sheet, cut_at_half, feed, toner

MM_PER_INCH: Final = 25.4
_LIDS: Final = (250, 250, 30)
"""Light from beside the sheet: most lids are white, those of feeders often dark."""
_FAX_DPI: Final = (203.2, 195.6)
"""8 and 7.7 to the mm: ITU-T T.4, fine."""
_COPIER_DPI: Final = (RASTER_DPI, RASTER_DPI, 400)
_FAX_MM: Final = 215.0
_SCATTER_MM: Final = 0.02
_HALF: Final = 127


@dataclass(frozen=True)
class Glass:
    """How a sheet lies under a scanner and how the carriage goes over it.

    Attributes:
        turn_deg: How far the sheet lies turned, clockwise as seen.
        offset_mm: Where the sheet's corner lies, right and down.
        along: True length over scanned length, down the page.
        across: The same to the right.
        wobble: Place error in mm along the page, by place.
        drift: Place error in mm across, by place along.
    """

    turn_deg: float
    offset_mm: tuple[float, float]
    along: float
    across: float
    wobble: Place
    width_mm: float
    height_mm: float

    def paper_mm(self, x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
        """Return which place of the paper lies at a place of the scan."""
        right, down = self.wobble(x_mm, y_mm)
        x = (x_mm - self.width_mm / 2 - self.offset_mm[0]) * self.across + right
        y = (y_mm - self.height_mm / 2 - self.offset_mm[1]) * self.along + down
        turn = np.deg2rad(self.turn_deg)
        return (
            np.asarray(np.cos(turn) * x + np.sin(turn) * y + self.width_mm / 2, np.float32),
            np.asarray(np.cos(turn) * y - np.sin(turn) * x + self.height_mm / 2, np.float32),
        )


def on_flatbed(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Glass:
    """Draw how a sheet lies on a flatbed."""
    worn = 2.0 if severity == "bad" else 1.0
    down = wobble(rng, [(0.02 * worn, 5, 30), (0.04 * worn, 60, 300)])
    right = wobble(rng, [(0.015 * worn, 60, 300)])
    return Glass(
        either(rng, 1.2) * worn,
        (either(rng, 2.0), either(rng, 2.0)),
        1 + either(rng, 0.002) * worn,
        1 + either(rng, 0.0008) * worn,
        lambda x, y: (right(x), down(y)),
        sheet.width_mm,
        sheet.height_mm,
    )


def through_rollers(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Glass:
    """Draw how a sheet runs through a feeder: it slips, swings, and jumps when its end leaves a roller."""
    worn = 2.0 if severity == "bad" else 1.0
    down = wobble(rng, [(0.02 * worn, 8, 20), (0.06 * worn, 25, 80), (0.15 * worn, 80, 300)])
    right = wobble(rng, [(0.1 * worn, 120, 500)])
    leaves = between(rng, 0.75, 0.95) * sheet.height_mm
    jump, settles = either(rng, 0.15) * worn, between(rng, 2, 8)

    def slipped(x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
        after = 0.5 + 0.5 * np.tanh((y_mm - leaves) / settles)
        return right(y_mm), np.asarray(down(y_mm) + jump * after + 0 * x_mm, np.float32)

    return Glass(
        either(rng, 1.0) * worn,
        (either(rng, 1.5), either(rng, 1.5)),
        1 + either(rng, 0.006) * worn,
        1 + either(rng, 0.0008) * worn,
        slipped,
        sheet.width_mm,
        sheet.height_mm,
    )


def seen(
    sheet: Sheet,
    glass: Glass,
    *,
    dpi: float | tuple[float, float],
    mtf50: float,
    box: Box,
    outside: int = 255,
) -> Picture:
    """Return how much light comes from each place of a box on the glass: 255 paper, 0 ink, linear."""
    dpi_x, dpi_y = dpi if isinstance(dpi, tuple) else (dpi, dpi)
    size = round(box.width / MM_PER_INCH * dpi_x), round(box.height / MM_PER_INCH * dpi_y)
    pitch = MM_PER_INCH / dpi_x, MM_PER_INCH / dpi_y

    def paper(x_px: Floats, y_px: Floats) -> tuple[Floats, Floats]:
        x, y = (x_px + 0.5) * pitch[0] + box.left, (y_px + 0.5) * pitch[1] + box.top
        return glass.paper_mm(np.asarray(x, np.float32), np.asarray(y, np.float32))

    def place(x_px: Floats, y_px: Floats) -> tuple[Floats, Floats]:
        return sheet.raster_px(*paper(x_px, y_px))

    spreads_mm = _SCATTER_MM, 0.187 / mtf50, max(pitch) / 12**0.5
    blur = max(float(np.linalg.norm(spreads_mm)) * PX_PER_MM, 0.5)
    light = resample(sheet.cover, place, size, blur_px=blur)
    whole = np.full((round(sheet.height_mm), round(sheet.width_mm)), 255, np.uint8)
    there = resample(whole, paper, size, outside=0)
    if sheet.shape is not None:
        there = np.minimum(there, resample(sheet.shape, place, size, outside=None))
    return np.where(there > _HALF, light, np.uint8(outside)).astype(np.uint8)


def stored(light: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return what a scanner writes into its file: lamp, sensor, tone curve and JPEG."""
    bad = severity == "bad"
    paper, ink = between(rng, 0.8, 0.88), between(rng, 0.03, 0.06)
    white = between(rng, 0.95, 1.06) if not bad else between(rng, 0.85, 1.15)
    black = between(rng, 0.03, 0.2) if not bad else between(rng, 0.0, 0.35)
    gamma = between(rng, 1.8, 2.4)

    def curve(cover: Floats) -> Floats:
        stored_as = ((ink + (paper - ink) * cover) / paper) ** (1 / gamma)
        share = (stored_as - stored_as[0]) / (stored_as[-1] - stored_as[0])
        return np.asarray(black + (white - black) * share, np.float32)

    picture = toned(light, curve)
    picture = _lit(picture, rng, 0.06 if bad else 0.02)
    grain = with_noise(picture, rng, between(rng, 0.8, 2.0), 1.5)
    picture = with_noise(grain, rng, between(rng, 1.5, 3.5) * (2 if bad else 1))
    low, high = (50, 75) if bad else (75, 93)
    return jpeg(picture, int(rng.integers(low, high)))


def flatbed(
    sheet: Sheet, rng: np.random.Generator, severity: Severity, *, dpi: float, box: Box | None = None
) -> Picture:
    """Return a scan from a flatbed; ``box`` is what of the glass is stored, in mm."""
    mtf50 = between(rng, 4.5, 7.0) if severity == "ordinary" else between(rng, 3.0, 4.5)
    glass = on_flatbed(sheet, rng, severity)
    light = seen(sheet, glass, dpi=dpi, mtf50=mtf50, box=box or sheet.box, outside=int(rng.choice(_LIDS)))
    return stored(light, rng, severity)


def sheet_fed(sheet: Sheet, rng: np.random.Generator, severity: Severity, *, dpi: float) -> Picture:
    """Return a scan from a feeder, with the streaks that dust on its glass leaves."""
    bad = severity == "bad"
    mtf50 = between(rng, 3.0, 4.2) if bad else between(rng, 4.0, 6.0)
    glass = through_rollers(sheet, rng, severity)
    light = seen(sheet, glass, dpi=dpi, mtf50=mtf50, box=sheet.box, outside=int(rng.choice(_LIDS)))
    for _ in range(int(rng.integers(2, 7) if bad else rng.integers(0, 3))):
        column = int(rng.integers(light.shape[1]))
        light[:, column] = np.minimum(light[:, column], int(rng.integers(120, 230)))
    return stored(light, rng, severity)


def copied(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Sheet:
    """Return a photocopy: scanned at 400 or 600 dpi, made black and white, printed again.

    Magnification is true to 1 % (data sheets), the feeder slips, text mode sharpens and cuts: what reflects more than a
    third to three fifths of what paper does becomes paper, and dirt of glass and drum is added.
    """
    bad = severity == "bad"
    glass = through_rollers(sheet, rng, severity) if rng.random() < 0.5 else on_flatbed(sheet, rng, severity)  # noqa: PLR2004 -- half of all copies go through the feeder
    zoom = 1 + either(rng, 0.01)
    glass = Glass(
        either(rng, 0.6 if bad else 0.4),
        glass.offset_mm,
        glass.along * zoom,
        glass.across * zoom,
        glass.wobble,
        sheet.width_mm,
        sheet.height_mm,
    )
    mtf50 = between(rng, 3.5, 4.5) if bad else between(rng, 4.5, 6.5)
    area = Box(
        sheet.left_mm,
        sheet.top_mm,
        sheet.left_mm + sheet.cover.shape[1] / PX_PER_MM,
        sheet.top_mm + sheet.cover.shape[0] / PX_PER_MM,
    )
    light = seen(sheet, glass, dpi=float(rng.choice(_COPIER_DPI)), mtf50=mtf50, box=area)
    light = np.asarray(cv2.resize(light, sheet.cover.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    soft = cv2.GaussianBlur(light, (0, 0), 2.0)
    amount = between(rng, 0.5, 1.2)
    cut = between(rng, 0.33, 0.6) if not bad else between(rng, 0.25, 0.7)
    sharp = np.asarray(cv2.addWeighted(light, 1 + amount, soft, -amount, 128 - 255 * cut), np.uint8)
    bits = cut_at_half(with_noise(sharp, rng, 8.0 if bad else 4.0, 0.7))
    _soil(bits, rng, per_mm2=0.02 if bad else 0.004)
    place = feed(rng, severity, sheet.width_mm, sheet.height_mm)
    return Sheet(
        sheet.width_mm, sheet.height_mm, toner(bits, rng, severity), sheet.left_mm, sheet.top_mm, place
    )


def faxed(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return what the receiving end of a fax stores: one bit a pixel, 8 x 7.7 to the mm."""
    bad = severity == "bad"
    glass = through_rollers(sheet, rng, severity)
    box = Box((sheet.width_mm - _FAX_MM) / 2, 0.0, (sheet.width_mm + _FAX_MM) / 2, sheet.height_mm)
    light = seen(sheet, glass, dpi=_FAX_DPI, mtf50=between(rng, 3.0, 4.5), box=box)
    soft = cv2.GaussianBlur(light, (0, 0), 1.5)
    amount = between(rng, 0.3, 1.0)
    sharp = np.asarray(cv2.addWeighted(light, 1 + amount, soft, -amount, 0), np.uint8)
    noisy = with_noise(sharp, rng, 10.0 if bad else 5.0)
    cut = between(rng, 0.4, 0.65) if not bad else between(rng, 0.3, 0.75)
    bits = np.where(noisy < 255 * cut, 0, 255).astype(np.uint8)
    # A line that arrives damaged is replaced by the one before it (T.4 leaves that to the machine; most do so).
    for row in rng.integers(1, bits.shape[0], int(rng.integers(10, 60)) if bad else int(rng.integers(0, 4))):
        bits[row] = bits[row - 1]
    return bits


def _lit(picture: Picture, rng: np.random.Generator, depth: float) -> Picture:
    """Return the picture under a lamp that is uneven by this share."""
    small = np.clip(255 * (1 - depth * (0.5 + 0.5 * slow_field(rng, (32, 24), 3))), 0, 255).astype(np.uint8)
    lamp = cv2.resize(small, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(picture, lamp, scale=1 / 255), np.uint8)


def _soil(picture: Picture, rng: np.random.Generator, *, per_mm2: float) -> None:
    """Draw the dirt of a glass and a drum."""
    height, width = picture.shape
    for _ in range(int(rng.poisson(per_mm2 * height * width / PX_PER_MM**2))):
        centre = int(rng.integers(width)), int(rng.integers(height))
        radius = max(1, round(float(rng.lognormal(0.7, 0.5))))
        cv2.circle(picture, centre, radius, 0, -1)
