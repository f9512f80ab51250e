"""Measure how far each word of a registered page lies from where the document has it.

For each word least squares between what is seen and the page: its picture, its slopes along and across, its Laplacian
(which takes up blur and the spread of toner) and an even tone. What neighbouring words have in common is the paper's,
not the mark's; :mod:`watermark.trace.weigh.parting` takes it away.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.marks.layout import AXES
from watermark.trace.place.flat import Flat

_TERMS: Final = 5
#: Around a word, for its slopes; the smallest word space is wider.
_MARGIN_MM: Final = 0.35
_STEPS: Final = 3
_MOST_STEP_PX: Final = 0.8
#: Blur before slopes are taken, so that a step of a pixel is still along a slope.
_SOFTEN_PX: Final = 0.8
#: A word is measured if so much of its box is seen.
_LEAST_SEEN: Final = 0.6
#: Contrast of a word with the page's own, below which it is not there.
_LEAST_CONTRAST: Final = 0.05
#: Keeps the fit of blank or uniform boxes from running away; a share of their pixels.
_RIDGE: Final = 1e-5
_LEAST_REST: Final = 1e-9

Tone = NDArray[np.float32]
Offset = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """Where words lie.

    Attributes:
        units: ``(m,)``: which words, in the order of their symbols.
        off_mm: ``(m, 2)``: how far right and down.
        doubt_mm: ``(m, 2)``: standard deviation by the fit alone.
    """

    units: NDArray[np.intp]
    off_mm: NDArray[np.float64]
    doubt_mm: NDArray[np.float64]


def measure_words(flat: Flat, shown: Tone, units_mm: NDArray[np.float32]) -> Measured:
    """Return where the words of a page lie in its flattened picture.

    Args:
        flat: What the picture shows.
        shown: The page itself, of the same size, even in tone.
        units_mm: ``(n, 4)``: left, top, right, bottom of each word.
    """
    kept, boxes = _visible(flat, units_mm)
    terms = _terms(_softened(shown))
    seen, tone = flat.seen.astype(np.float32), _softened(flat.tone)
    units, off, doubt = [], [], []
    for unit, box in zip(kept.tolist(), boxes.tolist(), strict=True):
        found = _fitted(tone, seen, terms, box)
        if found is not None:
            units.append(unit)
            off.append(found[0])
            doubt.append(found[1])
    shape = (-1, AXES)
    return Measured(
        np.array(units, np.intp),
        np.array(off, np.float64).reshape(shape) / flat.px_per_mm,
        np.array(doubt, np.float64).reshape(shape) / flat.px_per_mm,
    )


def _visible(flat: Flat, units_mm: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which words are seen, for the most part at least, and their boxes in pixels."""
    height, width = flat.tone.shape
    grown = units_mm.astype(np.float64) + np.array([-1, -1, 1, 1]) * _MARGIN_MM
    boxes = np.rint(grown * flat.px_per_mm).astype(np.intp)
    boxes = np.clip(boxes, 0, np.array([width, height, width, height]))
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    total = cv2.integral(flat.seen.astype(np.uint8))
    left, top, right, bottom = boxes.T
    seen = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
    kept = np.flatnonzero((area > 0) & (seen >= _LEAST_SEEN * area) & (seen > 2 * _TERMS))
    return kept, boxes[kept]


def _fitted(tone: Tone, seen: Tone, terms: Tone, box: list[int]) -> tuple[Offset, Offset] | None:
    """Return how many pixels right and down a word lies off, and how sure that is; None if it is not there."""
    left, top, right, bottom = box
    mask = seen[top:bottom, left:right].reshape(-1)
    known = (terms[:, top:bottom, left:right].reshape(_TERMS, -1) * mask).astype(np.float64)
    normal = known @ known.T + np.eye(_TERMS) * (_RIDGE * mask.sum())
    inverse = np.linalg.inv(normal)
    off = np.zeros(AXES)
    fit, moved = np.zeros(_TERMS), np.zeros(len(mask))
    for _ in range(_STEPS):
        there = np.array([[1, 0, left + off[0]], [0, 1, top + off[1]]])
        taken = cv2.warpAffine(
            tone,
            there,
            (right - left, bottom - top),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        moved = (taken.reshape(-1) * mask).astype(np.float64)
        fit = inverse @ (known @ moved)
        if fit[0] < _LEAST_CONTRAST:
            return None
        # Seen is the page moved by d: I(x) = R(x - d), so its slope comes in with -d.
        off += np.clip(-fit[1:3] / fit[0], -_MOST_STEP_PX, _MOST_STEP_PX)
    rest = max(float(((moved - fit @ known) ** 2).sum()), _LEAST_REST)
    noise = rest / max(float(mask.sum()) - _TERMS, 1.0)
    doubt = np.asarray(np.sqrt(noise * np.diag(inverse)[1:3]) / fit[0], np.float64)
    return (off, doubt) if np.isfinite(doubt).all() else None


def _softened(tone: Tone) -> Tone:
    return np.asarray(cv2.GaussianBlur(tone, (0, 0), _SOFTEN_PX), np.float32)


def _terms(known: Tone) -> Tone:
    """Return what a picture is fitted with, ``(5, H, W)``; the last one is 1 everywhere."""
    across = np.array([[-0.5, 0, 0.5]], np.float32)
    return np.stack(
        [
            known,
            cv2.filter2D(known, cv2.CV_32F, across, borderType=cv2.BORDER_REPLICATE),
            cv2.filter2D(known, cv2.CV_32F, across.T, borderType=cv2.BORDER_REPLICATE),
            cv2.Laplacian(known, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE),
            np.ones_like(known),
        ]
    )
