"""Colluders and forgers: pages mixed from those of several people, and marks carried from page to page.

Everything is done to pictures at 600 dpi, which is more than people with scanners have. Colluders compare their pages,
so they know where words and dots differ; what is the same in all they cannot see.

* ``average``: every word goes to the mean of its places, dots that differ are erased.
* ``word-mix``: every word comes from one of the copies by chance, dots that differ are erased.
* ``line-mix``: every strip of the page, of about a line, comes from one of them, dots and all.
* ``minority``, ``majority``: every word goes, along and across, where fewest or most of the copies have it; dots that
  differ are erased.
* ``pixel-average``: the mean of the pictures, never printed again.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

import watermark
from bench.channels.fields import PX_PER_MM, Picture
from bench.tracing.documents import KEY, Registered
from watermark.marks.layout import displacements_mm, signs

DPI = 600
FORGERIES = ("on another copy", "on another page", "on a page of no copy", "on a foreign page")
_AROUND_MM = 0.25
_STRIP_MM = 5.0
_INK = 128


def page_of(document: Registered, identity: int, page: int, key: bytes = KEY) -> Picture:
    """Return a page of a copy at 600 dpi, gray."""
    return watermark.render_page(document.copy(identity, key), page, DPI, gray=True)


def bare_page(document: Registered, page: int) -> Picture:
    """Return a registered page without marks."""
    return watermark.render_page(document.cleaned, page, DPI, gray=True)


def dots_of(document: Registered, identity: int, page: int) -> Picture:
    """Return the dots of a copy on white."""
    marked = watermark.render_page(document.copy(identity, moved=False), page, DPI, gray=True)
    return np.where(marked != bare_page(document, page), marked, 255).astype(np.uint8)


def mixed(
    document: Registered, identities: Sequence[int], page: int, attack: str, rng: np.random.Generator
) -> Picture:
    """Return the page that colluders make of theirs.

    Raises:
        ValueError: no such attack.
    """
    if attack == "pixel-average":
        total = np.zeros(bare_page(document, page).shape, np.uint16)
        for identity in identities:
            total += page_of(document, identity, page)
        return (total // len(identities)).astype(np.uint8)
    if attack == "line-mix":
        return _striped(document, identities, page, rng)
    count = len(document.base.pages[page - 1].units)
    theirs = np.stack([signs(identity, page, count, KEY) for identity in identities]).astype(np.float64)
    if attack == "average":
        chosen = theirs.mean(0)
    elif attack == "word-mix":
        chosen = theirs[rng.integers(0, len(identities), count), np.arange(count)]
    elif attack in {"minority", "majority"}:
        ayes = (theirs > 0).mean(0)
        more = np.where(ayes == 0.5, rng.choice((-1.0, 1.0), ayes.shape), np.where(ayes > 0.5, 1.0, -1.0))  # noqa: PLR2004 -- half of the votes
        agreed = (ayes == 0) | (ayes == 1)
        chosen = np.where(agreed | (attack == "majority"), more, -more)
    else:
        raise ValueError(f"no such attack: {attack}")
    page_mixed = _moved(bare_page(document, page), document.base.pages[page - 1].units, chosen)
    # A dot that all copies share is black in the lightest of them; every other one is erased.
    shared = np.maximum.reduce([dots_of(document, identity, page) for identity in identities])
    return np.minimum(page_mixed, shared)


def forged(
    document: Registered, victim: int, page: int, kind: str, *, rng: np.random.Generator, other: Registered
) -> Picture:
    """Return a page that bears the dots of a copy it is not of.

    Raises:
        ValueError: no such forgery.
    """
    dots = dots_of(document, victim, page)
    if kind == "on another copy":
        units = document.base.pages[page - 1].units
        theirs = signs(int(rng.integers(1 << 63)), page, len(units), KEY)
        ground = _moved(bare_page(document, page), units, theirs.astype(np.float64))
    elif kind == "on another page":
        ground = bare_page(document, page % document.pages + 1)
    elif kind == "on a page of no copy":
        ground = bare_page(document, page)
    elif kind == "on a foreign page":
        ground = bare_page(other, 1)
    else:
        raise ValueError(f"no such forgery: {kind}")
    # A forger leaves out what would fall onto text.
    near_ink = cv2.erode(ground, np.ones((21, 21), np.uint8)) < _INK
    free = (
        np.where(near_ink, np.uint8(255), dots) if ground.shape == dots.shape else np.full_like(ground, 255)
    )
    return np.minimum(ground, free).astype(np.uint8)


def _moved(page: Picture, units_mm: NDArray[np.float32], chosen: NDArray[np.float64]) -> Picture:
    """Return the page with each word moved by so many steps; what lies between words stays."""
    steps = displacements_mm(chosen.astype(np.float32)) * PX_PER_MM
    moved = page.copy()
    for (left, top, right, bottom), (across, down) in zip(units_mm, steps, strict=True):
        x, y = round((left - _AROUND_MM) * PX_PER_MM), round((top - _AROUND_MM) * PX_PER_MM)
        x, y = max(x, 0), max(y, 0)
        stop_x, stop_y = round((right + _AROUND_MM) * PX_PER_MM), round((bottom + _AROUND_MM) * PX_PER_MM)
        patch = page[y:stop_y, x:stop_x]
        if not patch.size:
            continue
        matrix = np.array([[1, 0, across], [0, 1, down]], np.float64)
        shifted = cv2.warpAffine(
            patch,
            matrix,
            (patch.shape[1], patch.shape[0]),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        # What comes in over the rim of a patch is not known; its rim is paper and stays.
        room = moved[y:stop_y, x:stop_x]
        inner = (slice(3, -3), slice(3, -3))
        room[inner] = shifted[inner]
    return moved


def _striped(document: Registered, identities: Sequence[int], page: int, rng: np.random.Generator) -> Picture:
    """Return the page in strips of about a line, each from one of the copies."""
    pages = [page_of(document, identity, page) for identity in identities]
    mixed_page = pages[0].copy()
    y = 0
    while y < mixed_page.shape[0]:
        stop = y + round(float(rng.uniform(0.7, 1.5)) * _STRIP_MM * PX_PER_MM)
        # A strip ends where there is nothing but paper, else words would be cut.
        while (
            stop < mixed_page.shape[0]
            and mixed_page[stop].min() < _INK
            and stop < y + 3 * _STRIP_MM * PX_PER_MM
        ):
            stop += 1
        mixed_page[y:stop] = pages[int(rng.integers(len(pages)))][y:stop]
        y = stop
    return mixed_page
