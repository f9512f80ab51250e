"""Phones: a pinhole over a sheet that is bent as paper bends, and what a phone makes of the light.

The numbers, and where they are from:

* A main camera sees like 24 to 28 mm on 36 x 24 mm film and stores 4032 x 3024 pixels; what its lens distorts is
  corrected to about 1 %.
* Its aperture is 2.2 to 2.6 mm wide behind 4.2 to 5.7 mm of focal length, pixels are 1.4 to 1.9 µm: a place 70 mm
  before or behind the plane in focus, at 350 mm, is spread over 3 to 5 pixels.
* Paper bends without stretching, along one direction: every bent sheet here is a general cylinder, unrolled by length.
* A lens darkens as cos⁴ of the angle; phones correct most of it. Hands shake by 0.05° in 1/30 s, stabilised to a pixel
  or two.
* Photon noise grows with the root of the light: full wells of 5,000 to 9,000 electrons at base sensitivity, indoors a
  quarter to a sixteenth of that.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.channels.fields import (
    PX_PER_MM,
    Floats,
    Picture,
    Severity,
    between,
    coarse_grid,
    either,
    jpeg,
    noise,
    resample,
    slow_field,
    spread,
)
from bench.channels.sheets import Box, Sheet

LONG_PX: Final = 4032
SHORT_PX: Final = 3024
STEP_PX: Final = 16
_FILM_DIAGONAL_MM: Final = 43.27
_ROUNDS: Final = 12
_PROFILE: Final = 601

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bend:
    """A general cylinder: how far a sheet rises along one direction, unrolled.

    Attributes:
        direction_deg: Direction on the sheet along which it is bent; 0 to the right, 90 down.
        along_mm: Lengths on the sheet from its centre, ascending.
        flat_mm: Where those come to lie when seen from straight above.
        rise_mm: How far they rise above the table.
    """

    direction_deg: float
    along_mm: Numbers
    flat_mm: Numbers
    rise_mm: Numbers

    @classmethod
    def drawn(cls, rng: np.random.Generator, reach_mm: float, rise_mm: float) -> "Bend":
        """Draw a sheet that rises by so much: bowed, lifted at one end, or in a wave."""
        along = np.linspace(-reach_mm, reach_mm, _PROFILE)
        kind = rng.integers(3)
        if kind == 0:
            curvature = np.ones_like(along) * rng.choice((-1, 1))
        elif kind == 1:
            end, width = float(rng.choice((-0.6, 0.6))) * reach_mm, between(rng, 0.15, 0.4) * reach_mm
            curvature = np.exp(-(((along - end) / width) ** 2))
        else:
            curvature = np.cos(along / reach_mm * np.pi * between(rng, 0.8, 1.6) + between(rng, 0, 6.283))
        slope = np.cumsum(curvature) * (along[1] - along[0])
        slope -= slope.mean()
        rise = np.cumsum(slope) * (along[1] - along[0])
        slope *= rise_mm / max(np.ptp(rise), 1e-9)
        flat = np.concatenate(([0.0], np.cumsum(np.cos(slope[1:]) * np.diff(along))))
        risen = np.concatenate(([0.0], np.cumsum(np.sin(slope[1:]) * np.diff(along))))
        middle = _PROFILE // 2
        return cls(
            float(rng.choice((0.0, 90.0))) + either(rng, 20), along, flat - flat[middle], risen - risen.min()
        )

    def lifted(self, x_mm: Numbers, y_mm: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return where points of the sheet, from its centre, lie in space; z towards the viewer is negative."""
        right, down = np.cos(np.deg2rad(self.direction_deg)), np.sin(np.deg2rad(self.direction_deg))
        along, across = x_mm * right + y_mm * down, y_mm * right - x_mm * down
        flat = np.interp(along, self.along_mm, self.flat_mm)
        return (
            flat * right - across * down,
            flat * down + across * right,
            -np.interp(along, self.along_mm, self.rise_mm),
        )

    def unrolled(self, x_mm: Numbers, y_mm: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return which point of the sheet lies over a point of the table, and its z."""
        right, down = np.cos(np.deg2rad(self.direction_deg)), np.sin(np.deg2rad(self.direction_deg))
        flat, across = x_mm * right + y_mm * down, y_mm * right - x_mm * down
        along = np.interp(flat, self.flat_mm, self.along_mm)
        beyond = flat - np.clip(flat, self.flat_mm[0], self.flat_mm[-1])
        along = along + beyond
        return (
            along * right - across * down,
            along * down + across * right,
            -np.interp(along, self.along_mm, self.rise_mm),
        )


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole with a little radial distortion, and the bent sheet before it.

    Attributes:
        size: Width and height of the whole picture in pixels.
        focal_px: Focal length.
        turn: Rotation from the sheet's axes to the camera's.
        shift_mm: The sheet's centre as the camera sees it; the third is its distance.
        radial: Distortion at the corner of the picture, relative.
        bend: How the sheet is bent.
        centre_mm: The sheet's centre on paper.
    """

    size: tuple[int, int]
    focal_px: float
    turn: Numbers
    shift_mm: Numbers
    radial: float
    bend: Bend
    centre_mm: tuple[float, float]

    def project(self, x_mm: Numbers, y_mm: Numbers) -> tuple[Numbers, Numbers]:
        """Return the pixels at which points of the paper are seen."""
        lifted = np.stack(self.bend.lifted(x_mm - self.centre_mm[0], y_mm - self.centre_mm[1]))
        x, y, z = np.tensordot(self.turn, lifted, 1) + self.shift_mm.reshape((3,) + (1,) * np.ndim(x_mm))
        x, y = x / z, y / z
        bulge = 1 + self.radial * (x * x + y * y) / self._corner
        return (
            self.focal_px * x * bulge + (self.size[0] - 1) / 2,
            self.focal_px * y * bulge + (self.size[1] - 1) / 2,
        )

    def paper_mm(self, x_px: Numbers, y_px: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return which points of the paper, or of its plane, are seen at pixels, and how far away they are."""
        across, down = (
            (x_px - (self.size[0] - 1) / 2) / self.focal_px,
            (y_px - (self.size[1] - 1) / 2) / self.focal_px,
        )
        x, y = across, down
        for _ in range(_ROUNDS // 2):
            bulge = 1 + self.radial * (x * x + y * y) / self._corner
            x, y = across / bulge, down / bulge
        rays = np.tensordot(self.turn.T, np.stack((x, y, np.ones_like(x))), 1)
        eye = -self.turn.T @ self.shift_mm
        z = np.zeros_like(x)
        right, below = z, z
        for _ in range(_ROUNDS):
            reach = (z - eye[2]) / rays[2]
            right, below, z = self.bend.unrolled(eye[0] + reach * rays[0], eye[1] + reach * rays[1])
        return right + self.centre_mm[0], below + self.centre_mm[1], (z - eye[2]) / rays[2]

    @property
    def _corner(self) -> float:
        """The square of the tangent of the angle at the corner of the picture."""
        return (self.size[0] ** 2 + self.size[1] ** 2) / 4 / self.focal_px**2


def over(
    box: Box,
    sheet_mm: tuple[float, float],
    rng: np.random.Generator,
    severity: Severity,
    *,
    tilt_deg: float = 30.0,
    rise_mm: tuple[float, float] = (2.0, 10.0),
) -> Camera:
    """Draw a camera that has a box of a sheet in view."""
    bad = severity == "bad"
    upright = box.height >= box.width
    size = (SHORT_PX, LONG_PX) if upright else (LONG_PX, SHORT_PX)
    focal_px = between(rng, 24, 28) / _FILM_DIAGONAL_MM * float(np.hypot(*size))
    most = tilt_deg * 7 / 6 if bad else tilt_deg
    least = tilt_deg / 2 if bad else 0.0
    turn = _turn(between(rng, 0, 360), between(rng, least, most), either(rng, 12 if bad else 5))
    rise = between(rng, *rise_mm) * (2.0 if bad else 1.0)
    bend = Bend.drawn(rng, 0.6 * float(np.hypot(*sheet_mm)), rise)
    radial = either(rng, 0.02 if bad else 0.01)
    fill, places = between(rng, 0.86, 0.97), (either(rng, 0.02), either(rng, 0.02))
    edge = np.linspace(0, 1, 15)
    sides = np.concatenate(
        [
            np.stack((edge, 0 * edge)),
            np.stack((edge, 0 * edge + 1)),
            np.stack((0 * edge, edge)),
            np.stack((0 * edge + 1, edge)),
        ],
        axis=1,
    )
    x, y = box.left + sides[0] * box.width, box.top + sides[1] * box.height
    shift = np.array([0.0, 0.0, 400.0])
    camera = Camera(size, focal_px, turn, shift, radial, bend, (sheet_mm[0] / 2, sheet_mm[1] / 2))
    for _ in range(8):
        camera = Camera(size, focal_px, turn, shift, radial, bend, camera.centre_mm)
        seen = np.stack(camera.project(x, y))
        middle = (seen.max(1) + seen.min(1)) / 2 - (np.array(size) - 1) / 2
        extent = float((np.ptp(seen, axis=1) / (np.array(size) * fill)).max())
        shift = shift * np.array([1, 1, extent])
        shift[:2] -= (middle - np.array(places) * size) * shift[2] / focal_px
    return camera


def _turn(direction_deg: float, tilt_deg: float, roll_deg: float) -> Numbers:
    """Return the rotation that tilts a sheet about a direction in its plane, then turns the picture."""
    axis = np.deg2rad(direction_deg)
    tilted, _ = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0.0]) * np.deg2rad(tilt_deg))
    rolled, _ = cv2.Rodrigues(np.array([0.0, 0.0, np.deg2rad(roll_deg)]))
    return np.asarray(rolled @ tilted, np.float64)


@dataclass(frozen=True, eq=False)
class View:
    """What of a picture is made: a window of it, and what lies at its pixels on coarse nodes.

    Attributes:
        camera: The camera.
        corner: Left and top of the window in the whole picture.
        size: Its width and height.
        x_mm: On the nodes: the place on paper.
        y_mm: The same, down.
        depth_mm: How far away.
    """

    camera: Camera
    corner: tuple[int, int]
    size: tuple[int, int]
    x_mm: Floats
    y_mm: Floats
    depth_mm: Floats

    @classmethod
    def of(
        cls, camera: Camera, corner: tuple[int, int] = (0, 0), size: tuple[int, int] | None = None
    ) -> "View":
        """Return the view through a window of a camera's picture."""
        size = size or camera.size
        across, down = coarse_grid(size, STEP_PX)
        x, y, depth = camera.paper_mm(
            across.astype(np.float64) + corner[0], down.astype(np.float64) + corner[1]
        )
        return cls(camera, corner, size, x.astype(np.float32), y.astype(np.float32), depth.astype(np.float32))

    @property
    def px_per_mm(self) -> float:
        """Pixels of the picture to a mm of the paper, in the middle."""
        row, column = self.x_mm.shape[0] // 2, self.x_mm.shape[1] // 2
        steps = [
            float(np.hypot(part_x, part_y))
            for part_x, part_y in (
                (
                    self.x_mm[row, column] - self.x_mm[row, column - 1],
                    self.y_mm[row, column] - self.y_mm[row, column - 1],
                ),
                (
                    self.x_mm[row, column] - self.x_mm[row - 1, column],
                    self.y_mm[row, column] - self.y_mm[row - 1, column],
                ),
            )
        ]
        return STEP_PX / max(float(np.mean(steps)), 1e-6)

    def light(self, sheet: Sheet) -> Picture:
        """Return the sheet as it lies in the view, sharp: 255 paper, 0 ink, linear."""
        px_mm = 1 / self.px_per_mm
        blur = float(np.hypot(px_mm / 12**0.5, 0.02)) * PX_PER_MM
        return resample(
            sheet.cover,
            lambda _x, _y: sheet.raster_px(self.x_mm, self.y_mm),
            self.size,
            blur_px=blur,
            step=STEP_PX,
        )

    def there(self, sheet: Sheet) -> Floats:
        """Return where the paper is: 1 on it, 0 beside it, between on its edge."""
        inside = np.minimum(
            np.minimum(self.x_mm, sheet.width_mm - self.x_mm),
            np.minimum(self.y_mm, sheet.height_mm - self.y_mm),
        )
        share = np.clip(spread(inside, self.size, STEP_PX) * np.float32(self.px_per_mm) + 0.5, 0, 1)
        if sheet.shape is not None:
            torn = resample(
                sheet.shape,
                lambda _x, _y: sheet.raster_px(self.x_mm, self.y_mm),
                self.size,
                blur_px=1.5,
                step=STEP_PX,
                outside=None,
            )
            share = np.minimum(share, torn.astype(np.float32) / 255)
        return np.asarray(share, np.float32)


def photographed(
    sheet: Sheet, rng: np.random.Generator, severity: Severity, camera: Camera, square: Box | None = None
) -> Picture:
    """Return a photo of a sheet on a table, or the part of it that shows a square of the paper."""
    view = View.of(camera) if square is None else window(camera, square)
    reflected = np.float32(0.04) + np.float32(between(rng, 0.75, 0.86) - 0.04) / 255 * view.light(sheet)
    there = view.there(sheet)
    table = _table(view, rng)
    light = reflected * there + table * (1 - there)
    light *= lit(view, rng, severity)
    return developed(light, view, rng, severity)


def window(camera: Camera, square: Box) -> View:
    """Return the view through the upright window that a square of the paper fills in a camera's picture."""
    corners = np.array(
        [
            [square.left, square.top],
            [square.right, square.top],
            [square.left, square.bottom],
            [square.right, square.bottom],
        ]
    )
    x, y = camera.project(corners[:, 0], corners[:, 1])
    middle_x, middle_y = camera.project(
        np.array([(square.left + square.right) / 2]), np.array([(square.top + square.bottom) / 2])
    )
    # As large as the square's area in the picture: tilt makes it neither larger nor smaller than was asked for.
    area = 0.5 * abs(float((x[3] - x[0]) * (y[2] - y[1]) - (x[2] - x[1]) * (y[3] - y[0])))
    side = round(area**0.5)
    corner = round(float(middle_x[0]) - side / 2), round(float(middle_y[0]) - side / 2)
    return View.of(camera, corner, (side, side))


def lit(view: View, rng: np.random.Generator, severity: Severity) -> Floats:
    """Return how much light falls on each place: uneven, with the shadow of hand and phone, darker in the corners."""
    bad = severity == "bad"
    whole = view.camera.size
    across, down = coarse_grid(view.size, STEP_PX)
    x = (across + view.corner[0]) / whole[0] - 0.5
    y = (down + view.corner[1]) / whole[1] - 0.5
    side = between(rng, 0, 6.283)
    amount = between(rng, 0.05, 0.5 if bad else 0.3)
    light = 1 + amount * (np.cos(side) * x + np.sin(side) * y)
    bumps = cv2.resize(slow_field(rng, (24, 24), 3), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    light += (0.12 if bad else 0.05) * cv2.remap(
        bumps,
        ((x + 0.5) * 95).astype(np.float32),
        ((y + 0.5) * 95).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if rng.random() < (0.9 if bad else 0.5):
        way, soft = between(rng, 0, 6.283), between(rng, 0.01, 0.12)
        edge = np.cos(way) * x + np.sin(way) * y - either(rng, 0.35) + 0.05 * np.sin(9 * (x - y))
        light *= 1 - between(rng, 0.15, 0.55 if bad else 0.35) / (1 + np.exp(-np.clip(edge / soft, -40, 40)))
    radius = (x * x + y * y) / 0.5
    light *= 1 - between(rng, 0.05, 0.25) * radius
    return spread(light.astype(np.float32), view.size, STEP_PX)


def developed(light: Floats, view: View, rng: np.random.Generator, severity: Severity) -> Picture:
    """Return the picture that a phone makes of the light on its sensor."""
    bad = severity == "bad"
    light = _through_lens(light, view, rng, bad=bad)
    exposure = between(rng, 0.7, 0.95) / max(float(np.percentile(light[::8, ::8], 98)), 1e-3)
    full_well = between(rng, 1500, 6000) if not bad else between(rng, 300, 1200)
    picture = _demosaiced(light * np.float32(exposure), rng, full_well)
    encoded = np.clip(picture, 0, 1) ** np.float32(1 / 2.2)
    depth = between(rng, 0.05, 0.25)
    encoded = encoded + np.float32(depth) * (encoded - 0.5) * (1 - encoded) * encoded * 4
    smooth = cv2.GaussianBlur(encoded, (0, 0), between(rng, 0.9, 1.3))
    detail = encoded - smooth
    # Denoising takes away what is fainter than noise, sharpening lifts the rest.
    core = np.float32(between(rng, 0.6, 1.4) * 0.5 / full_well**0.5)
    kept = np.sign(detail) * np.maximum(np.abs(detail) - core, 0)
    sharpened = smooth + np.float32(between(rng, 1.2, 2.0)) * kept
    done = np.clip(np.rint(sharpened * 255), 0, 255).astype(np.uint8)
    return jpeg(done, int(rng.integers(70, 85) if bad else rng.integers(86, 96)))


def _through_lens(light: Floats, view: View, rng: np.random.Generator, *, bad: bool) -> Floats:
    """Return the light spread by lens, want of focus and a hand that shakes."""
    aperture_mm, pixel_mm = between(rng, 2.2, 2.6), between(rng, 1.4e-3, 1.9e-3)
    focal_mm = view.camera.focal_px * pixel_mm
    middle = float(view.camera.shift_mm[2])
    focus = middle * (1 + either(rng, 0.08 if bad else 0.03))
    # A disc of this diameter has the spread of a Gaussian of a quarter of it.
    disc = aperture_mm * focal_mm * np.abs(1 / focus - 1 / view.depth_mm) / pixel_mm
    sigma = np.hypot(disc / 4, between(rng, 0.6, 0.85))
    light = _varied(light, sigma, view)
    length = between(rng, 1.5, 5.0) if bad else between(rng, 0.0, 2.0)
    if length > 0.5:  # noqa: PLR2004 -- half a pixel is no motion
        light = np.asarray(cv2.filter2D(light, -1, _streak(length, between(rng, 0, 3.1416))), np.float32)
    return light


def _varied(light: Floats, sigma: Floats, view: View) -> Floats:
    """Return the light after a blur that differs from place to place: between two of three that are even."""
    low, high = float(sigma.min()), float(sigma.max())
    if high - low < 0.1:  # noqa: PLR2004 -- a tenth of a pixel is even
        return np.asarray(cv2.GaussianBlur(light, (0, 0), (low + high) / 2), np.float32)
    levels = np.linspace(low, high, 3)
    weight = spread(((sigma**2 - low**2) / (high**2 - low**2)).astype(np.float32), view.size, STEP_PX)
    steps = (levels**2 - low**2) / (high**2 - low**2)
    layers = [cv2.GaussianBlur(light, (0, 0), float(level)) for level in levels]
    first = np.clip(weight / steps[1], 0, 1).astype(np.float32)
    second = np.clip((weight - steps[1]) / (1 - steps[1]), 0, 1).astype(np.float32)
    mixed = layers[0] + first * (layers[1] - layers[0])
    return np.asarray(mixed + second * (layers[2] - mixed), np.float32)


def _streak(length_px: float, direction: float) -> Floats:
    """Return the kernel of a straight motion."""
    side = 2 * int(length_px / 2 + 1) + 1
    kernel = np.zeros((side * 4, side * 4), np.float32)
    half, middle = length_px * 2, (side * 4 - 1) / 2
    ends = [
        (round(middle + way * half * np.cos(direction)), round(middle + way * half * np.sin(direction)))
        for way in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 3)
    small = np.asarray(cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(small / small.sum(), np.float32)


def _demosaiced(light: Floats, rng: np.random.Generator, full_well: float) -> Floats:
    """Return light, 1 at full scale, as a sensor under a Bayer mosaic counts it, made whole again and gray."""
    height, width = (side + side % 2 for side in light.shape)
    electrons = np.pad(light, ((0, height - light.shape[0]), (0, width - light.shape[1])), mode="edge")
    # Behind its filters a sensor gets less red and blue than green; the white balance lifts both, noise too.
    gains = between(rng, 1.5, 2.2), between(rng, 1.5, 2.2)
    mosaic = np.ones((2, 2), np.float32)
    mosaic[0, 0], mosaic[1, 1] = 1 / gains[0], 1 / gains[1]
    filters = np.tile(mosaic, (height // 2, width // 2))
    electrons *= filters * np.float32(full_well)
    electrons += np.sqrt(np.maximum(electrons, 0) + np.float32(9.0)) * noise(rng, electrons.shape, 1.0)
    balanced = electrons / (filters * np.float32(full_well))
    packed = np.clip(np.rint(balanced * 40000 + 4000), 0, 65535).astype(np.uint16)
    colour = cv2.cvtColor(packed, cv2.COLOR_BayerRG2GRAY)
    gray = (np.asarray(colour, np.float32) - 4000) / 40000
    return np.asarray(gray[: light.shape[0], : light.shape[1]], np.float32)


def _table(view: View, rng: np.random.Generator) -> Floats:
    """Return what the sheet lies on: a plain or grained surface, with the sheet's soft shadow."""
    dark = between(rng, 0.04, 0.5)
    turn = between(rng, 0, 3.1416)
    along = np.cos(turn) * view.x_mm + np.sin(turn) * view.y_mm
    across = np.cos(turn) * view.y_mm - np.sin(turn) * view.x_mm
    streaks = np.asarray(
        cv2.GaussianBlur(rng.standard_normal((64, 1024), np.float32), (0, 0), sigmaX=1.2, sigmaY=3),
        np.float32,
    )
    grain = resample(
        np.clip(128 + 90 * streaks, 0, 255).astype(np.uint8),
        lambda _x, _y: (across * np.float32(1.5) + 500, along * np.float32(0.06) + 32),
        view.size,
        step=STEP_PX,
        outside=128,
    )
    strength = between(rng, 0.0, 0.35)
    return np.asarray(dark * (1 + strength * (grain.astype(np.float32) / 128 - 1)), np.float32)
