"""What happens to a sheet before anybody takes a picture of it: torn, blacked out, written on, folded."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.channels.fields import (
    PX_PER_MM,
    Floats,
    Picture,
    Place,
    Severity,
    between,
    either,
    slow_field,
)
from bench.channels.sheets import Sheet

_LINE_GAP_MM: Final = 0.6
_THIN_MM: Final = 0.8
_INK: Final = 150


def torn(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Sheet:
    """Tear half of the sheet away: top, bottom or a side, along a ragged line that leans."""
    height, width = sheet.cover.shape
    keeps = between(rng, 0.47, 0.53) if severity == "ordinary" else between(rng, 0.3, 0.45)
    way = int(rng.integers(4))
    length, depth = (width, height) if way % 2 == 0 else (height, width)
    place = np.arange(length, dtype=np.float64)
    edge = depth * keeps + (place - length / 2) * np.tan(np.deg2rad(either(rng, 12)))
    # Rough at every scale: steps that halve as they get four times as many.
    for level in range(2, 9):
        knots = rng.normal(0, 6 * PX_PER_MM / 2**level, 2 ** (level + 1))
        edge += np.interp(place, np.linspace(0, length, knots.size), knots)
    kept = np.zeros((depth, length) if way % 2 == 0 else (length, depth), np.uint8)
    outline = np.column_stack((place, edge)) if way % 2 == 0 else np.column_stack((edge, place))
    corners = [[length, 0], [0, 0]] if way % 2 == 0 else [[0, length], [0, 0]]
    cv2.fillPoly(kept, [np.rint(np.concatenate((outline, corners))).astype(np.int32)], (255,))
    if way >= 2:  # noqa: PLR2004 -- the other two sides
        kept = np.ascontiguousarray(255 - kept)
    return replace(sheet, shape=kept)


def redacted(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Sheet:
    """Black out half of the lines, each from end to end; three quarters if it is bad."""
    share = 0.5 if severity == "ordinary" else 0.75
    bands = text_lines(sheet.cover)
    chosen = rng.permutation(len(bands))[: round(share * len(bands))]
    cover = sheet.cover.copy()
    for index in chosen:
        top, bottom, left, right = bands[index]
        # Thin upper and lower parts of letters do not count as ink above.
        spare = round(between(rng, 0.2, 0.4) * PX_PER_MM + 0.2 * min(bottom - top, 6 * PX_PER_MM))
        beside = round(between(rng, 1.0, 4.0) * PX_PER_MM)
        cover[max(top - spare, 0) : bottom + spare, max(left - beside, 0) : right + beside] = rng.integers(
            0, 12
        )
    return sheet.with_cover(cover)


def text_lines(cover: Picture) -> list[tuple[int, int, int, int]]:
    """Return top, bottom, left and right of the lines of a raster that have ink, in pixels."""
    small = np.asarray(cv2.resize(cover, None, fx=1 / 6, fy=1 / 6, interpolation=cv2.INTER_AREA), np.uint8)
    # Isolated specks are no line: dots and dust are a few pixels wide.
    ink = np.asarray(
        cv2.morphologyEx((small < _INK).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    )
    rows = ink.sum(1) >= max(3, _THIN_MM * PX_PER_MM / 6)
    gap = max(1, round(_LINE_GAP_MM * PX_PER_MM / 6))
    found = []
    for start, stop in _runs(rows, gap):
        columns = np.flatnonzero(ink[start:stop].any(0))
        if stop - start >= 3 and columns.size:  # noqa: PLR2004 -- 0.75 mm: thinner is a rule
            found.append((6 * start, 6 * stop, int(6 * columns[0]), int(6 * (columns[-1] + 1))))
    return found


def _runs(flags: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Return start and stop of runs of True; runs less than ``gap`` apart are one."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(flags):
        if runs and place - runs[-1][1] < gap:
            runs[-1] = runs[-1][0], int(place) + 1
        else:
            runs.append((int(place), int(place) + 1))
    return runs


def written_on(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Sheet:
    """Write and stamp on the sheet: underlines, rings, notes in the margin, a signature and round or square stamps."""
    cover = sheet.cover.copy()
    height, width = cover.shape
    mm = PX_PER_MM
    many = 2 if severity == "bad" else 1
    bands = text_lines(cover) or [(height // 3, height // 2, width // 5, width * 4 // 5)]
    for _ in range(int(rng.integers(4, 9)) * many):
        top, bottom, left, right = bands[int(rng.integers(len(bands)))]
        start = between(rng, left, max(right - 20 * mm, left + 1))
        kind = rng.integers(3)
        if kind == 0:
            _stroke(cover, rng, _line(rng, start, bottom + 0.6 * mm, between(rng, 15, 70) * mm))
        elif kind == 1:
            middle = (start + 10 * mm, (top + bottom) / 2)
            _stroke(cover, rng, _ring(rng, middle, between(rng, 6, 16) * mm, between(rng, 3, 5) * mm))
        else:
            _stroke(cover, rng, _line(rng, start, (top + bottom) / 2, between(rng, 10, 40) * mm))
    for _ in range(int(rng.integers(1, 4)) * many):
        place = between(rng, 0.1, 0.8) * width, between(rng, 0.05, 0.95) * height
        _stroke(cover, rng, _scribble(rng, place, between(rng, 15, 50) * mm))
    for _ in range(int(rng.integers(1, 3)) * many):
        place = between(rng, 0.2, 0.8) * width, between(rng, 0.2, 0.85) * height
        _stamp(cover, rng, place)
    return sheet.with_cover(cover)


def creased(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Sheet:
    """Fold the sheet and open it again: toner cracks along the fold, the paper stays bent and shaded, lines jump.

    Letters are folded in halves or thirds; a bad one was crumpled as well.
    """
    cover = sheet.cover.copy()
    height, width = cover.shape
    mm = PX_PER_MM
    folds: list[tuple[float, float, float]] = []
    kind = rng.integers(3)
    if kind == 0:
        folds.append((0.5, 90.0, 1.0))
    elif kind == 1:
        folds += [(1 / 3, 90.0, 1.0), (2 / 3, 90.0, 1.0)]
    else:
        folds += [(0.5, 90.0, 1.0), (0.5, 0.0, 1.0)]
    if severity == "bad":
        folds += [
            (between(rng, 0.2, 0.8), between(rng, 0, 180), between(rng, 0.4, 1.0))
            for _ in range(int(rng.integers(4, 9)))
        ]
    lines = []
    for share, direction, strength in folds:
        angle = np.deg2rad(direction + either(rng, 1.5))
        normal = float(np.cos(angle)), float(np.sin(angle))
        offset = share * (abs(normal[0]) * width + abs(normal[1]) * height) + either(rng, 3 * mm)
        if normal[0] < 0:
            offset -= abs(normal[0]) * width
        lines.append((normal, offset, strength))
        _crack(cover, rng, normal, offset, strength)
    return replace(sheet.with_cover(cover), place=_jumping(sheet, rng, lines))


Fold = tuple[tuple[float, float], float, float]


def _jumping(sheet: Sheet, rng: np.random.Generator, folds: list[Fold]) -> Place:
    """Return the place of the sheet's ink after folding: near a fold the paper rises and is seen shorter."""
    shifts = [
        (normal, offset / PX_PER_MM, between(rng, 0.05, 0.25) * strength, between(rng, 3, 8))
        for normal, offset, strength in folds
    ]

    def place(x_mm: Floats, y_mm: Floats) -> tuple[Floats, Floats]:
        x, y = x_mm, y_mm
        for (right, down), offset, jump, reach in shifts:
            away = np.float32(jump) * np.tanh((x_mm * right + y_mm * down - offset) / reach)
            x, y = x + away * right, y + away * down
        return sheet.place(np.asarray(x, np.float32), np.asarray(y, np.float32))

    return place


def _crack(
    cover: Picture, rng: np.random.Generator, normal: tuple[float, float], offset: float, strength: float
) -> None:
    """Break the toner along a fold and shade the paper beside it."""
    height, width = cover.shape
    mm = PX_PER_MM
    reach = round(4 * mm)
    crack_mm = between(rng, 0.1, 0.35) * strength
    shade, side = between(rng, 0.04, 0.12) * strength, float(rng.choice((-1, 1)))
    wander = slow_field(rng, (1, 256), 12)[0] * 0.3 * mm
    for top in range(0, height, 512):
        rows = slice(top, min(top + 512, height))
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        x = np.arange(width, dtype=np.float32)[None, :]
        along = (x * -normal[1] + y * normal[0]) / max(height, width) * 127 + 128
        away = x * normal[0] + y * normal[1] - offset
        near = np.abs(away) < reach
        if not near.any():
            continue
        away = away[near] + wander[np.clip(along[near], 0, 255).astype(int)]
        part = cover[rows][near].astype(np.float32)
        broken = np.exp(-((away / (crack_mm * mm)) ** 2)) * rng.uniform(0.3, 1.0, away.size)
        part += (255 - part) * np.minimum(broken * strength, 1)
        part *= 1 - shade * np.exp(-np.abs(away) / (1.2 * mm)) * (side * away > 0)
        part *= 1 - 1.5 * shade * np.exp(-((away / (0.08 * mm)) ** 2))
        cover[rows][near] = np.clip(part, 0, 255).astype(np.uint8)


def _line(rng: np.random.Generator, x: float, y: float, length: float) -> NDArray[np.float64]:
    """Return a line drawn by hand."""
    steps = np.linspace(0, 1, 24)
    shake = np.cumsum(rng.normal(0, 0.04 * PX_PER_MM, 24)) + either(rng, 0.6) * PX_PER_MM * steps
    return np.column_stack((x + steps * length, y + shake))


def _ring(
    rng: np.random.Generator, middle: tuple[float, float], wide: float, high: float
) -> NDArray[np.float64]:
    """Return a ring drawn by hand, not quite closed."""
    angle = np.linspace(0, 6.283 * between(rng, 0.95, 1.1), 60) + between(rng, 0, 6.283)
    grows = np.linspace(1, between(rng, 0.9, 1.1), 60)
    return np.column_stack(
        (middle[0] + wide * grows * np.cos(angle), middle[1] + high * grows * np.sin(angle))
    )


def _scribble(rng: np.random.Generator, place: tuple[float, float], length: float) -> NDArray[np.float64]:
    """Return handwriting: loops that move on."""
    count = int(length / (2.2 * PX_PER_MM)) * 8
    angle = np.cumsum(rng.uniform(0.4, 1.1, count))
    size = 1.6 * PX_PER_MM * (0.6 + 0.8 * rng.random(count // 8 + 1).repeat(8)[:count])
    x = place[0] + np.linspace(0, length, count) + 0.8 * size * np.cos(angle)
    return np.column_stack((x, place[1] + size * np.sin(angle)))


def _stroke(cover: Picture, rng: np.random.Generator, points: NDArray[np.float64]) -> None:
    """Draw a pen's stroke: 0.3 to 0.7 mm wide, black or blue, that is to a gray eye dark or half dark."""
    thick = max(2, round(between(rng, 0.3, 0.7) * PX_PER_MM))
    shade = int(rng.integers(5, 70))
    left, top = np.maximum(np.floor(points.min(0)) - thick - 2, 0).astype(int)
    right, bottom = np.ceil(points.max(0)).astype(int) + thick + 2
    room = cover[top:bottom, left:right]
    if not room.size:
        return
    ink = np.full(room.shape, 255, np.uint8)
    path = np.rint((points - (left, top)) * 8).astype(np.int32)
    cv2.polylines(ink, [path], isClosed=False, color=(shade,), thickness=thick, lineType=cv2.LINE_AA, shift=3)
    room[:] = np.asarray(cv2.multiply(room, ink, scale=1 / 255), np.uint8)


def _stamp(cover: Picture, rng: np.random.Generator, place: tuple[float, float]) -> None:
    """Stamp: a ring with a star and words round it, or a frame with words; red, that is to a gray eye half dark."""
    side = round(between(rng, 34, 44) * PX_PER_MM)
    stamp = np.zeros((side, side), np.uint8)
    middle, thick = side // 2, round(0.9 * PX_PER_MM)
    if rng.random() < 0.6:  # noqa: PLR2004 -- most stamps are round
        cv2.circle(stamp, (middle, middle), middle - 2 * thick, (255,), thick, cv2.LINE_AA)
        angle = np.arange(10) * np.pi / 5 - np.pi / 2
        radius = np.where(np.arange(10) % 2 == 0, 0.16 * side, 0.065 * side)
        star = np.column_stack((middle + radius * np.cos(angle), middle + radius * np.sin(angle)))
        cv2.fillPoly(stamp, [np.rint(star).astype(np.int32)], (255,), cv2.LINE_AA)
        for step in range(14):
            turn = np.pi * (0.75 + 1.5 * step / 13)
            _glyph(
                stamp,
                rng,
                middle + 0.36 * side * np.cos(turn),
                middle + 0.36 * side * np.sin(turn),
                0.05 * side,
            )
    else:
        cv2.rectangle(stamp, (thick, side // 3), (side - thick, side * 2 // 3), (255,), thick, cv2.LINE_AA)
        for step in range(5):
            _glyph(stamp, rng, side * (0.16 + 0.17 * step), middle, 0.07 * side)
    # A pad inks unevenly.
    uneven = np.clip(0.75 + 0.5 * slow_field(rng, (64, 64), 8), 0, 1)
    wet = cv2.resize(uneven.astype(np.float32), (side, side)) * np.float32(between(rng, 0.6, 0.85))
    turned = cv2.warpAffine(
        stamp, cv2.getRotationMatrix2D((middle, middle), either(rng, 25), 1.0), (side, side)
    )
    left, top = int(place[0]) - middle, int(place[1]) - middle
    rows = slice(max(top, 0), min(top + side, cover.shape[0]))
    columns = slice(max(left, 0), min(left + side, cover.shape[1]))
    lets = 1 - turned.astype(np.float32) / 255 * wet
    part = lets[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    cover[rows, columns] = (cover[rows, columns] * part).astype(np.uint8)


def _glyph(stamp: Picture, rng: np.random.Generator, x: float, y: float, size: float) -> None:
    """Draw strokes that look like a character."""
    for _ in range(6):
        ends = rng.uniform(-1, 1, (2, 2)) * size
        if rng.random() < 0.7:  # noqa: PLR2004 -- most strokes are upright or level
            ends[1, int(rng.integers(2))] = ends[0, int(rng.integers(2))]
        points = np.rint(ends + np.array([x, y])).astype(int)
        cv2.line(
            stamp,
            (int(points[0, 0]), int(points[0, 1])),
            (int(points[1, 0]), int(points[1, 1])),
            (255,),
            max(2, round(size / 6)),
            cv2.LINE_AA,
        )
