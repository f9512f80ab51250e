"""What happens to a picture file: forwarded, cleaned up, cut to black and white, cropped."""

from typing import Final

import cv2
import numpy as np

from bench.channels.fields import Picture, Severity, between, jpeg

CHAT_PX: Final = 1280
CHAT_QUALITY: Final = 70


def forwarded(picture: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Send a picture through a chat app: 1280 pixels at the longer side, JPEG at about 70; bad: 960 at 55."""
    longest, quality = (CHAT_PX, CHAT_QUALITY) if severity == "ordinary" else (960, 55)
    ratio = longest / max(picture.shape)
    if ratio < 1:
        size = round(picture.shape[1] * ratio), round(picture.shape[0] * ratio)
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return jpeg(picture, quality + int(rng.integers(-3, 4)))


def levelled(picture: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Stretch the levels and bend the curve, as somebody who wants it crisp does."""
    bad = severity == "bad"
    black = between(rng, 20, 90 if not bad else 140)
    white = between(rng, 180 if not bad else 150, 235)
    gamma = between(rng, 0.6, 1.6) if not bad else between(rng, 0.4, 2.4)
    values = np.clip((np.arange(256) - black) / max(white - black, 10), 0, 1) ** gamma
    return np.asarray(cv2.LUT(picture, np.rint(255 * values).astype(np.uint8)), np.uint8)


def smoothed(picture: Picture, _rng: np.random.Generator, severity: Severity) -> Picture:
    """Take the median of 3 x 3 pixels, of 5 x 5 if it is bad."""
    return np.asarray(cv2.medianBlur(picture, 3 if severity == "ordinary" else 5), np.uint8)


def despeckled(picture: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Erase what stands alone and is small, as "remove dust" does: up to the size of a full stop if it is bad.

    Removers take what is smaller than a few pixels; at 300 dpi a dot of 127 µm covers 1.5 x 1.5 of them, blurred to
    about 3 x 3.
    """
    limit = int(rng.integers(3, 7)) if severity == "ordinary" else int(rng.integers(9, 17))
    dark = (picture < np.percentile(picture, 90) - 70).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] <= limit)
    speck = np.isin(labels, small[small > 0]).astype(np.uint8)
    around = cv2.dilate(speck, np.ones((3, 3), np.uint8)) > 0
    paper = cv2.medianBlur(picture, 7)
    return np.where(around & (dark == speck), paper, picture).astype(np.uint8)


def binarised(picture: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Cut to black and white: at Otsu's level or, as document apps do, below the mean of the neighbourhood."""
    if rng.random() < 0.5:  # noqa: PLR2004 -- both are common
        level, _ = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        off = between(rng, -10, 25) if severity == "ordinary" else between(rng, -45, 45)
        return np.where(picture > level + off, 255, 0).astype(np.uint8)
    window = int(picture.shape[1] / 40) // 2 * 2 + 11
    drop = between(rng, 10, 25) if severity == "ordinary" else between(rng, 5, 50)
    return np.asarray(
        cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, drop),
        np.uint8,
    )
