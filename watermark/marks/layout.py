"""How far the words of a page are moved, and which way: from identity to millimetres, and back for the reader.

A *unit* is a word or a few wide glyphs. Every unit carries two symbols of ±1, one per axis of the visible page: +1
moves it to the right or down, −1 to the left or up, by a fixed length. What is a unit, :mod:`watermark.displace.words`
decides; their order is part of the base, never recomputed.

Laws to keep in mind:

* The symbols of a copy are drawn by a keyed pseudo-random function of identity and page, each with a probability that
  is drawn first, by the same key, per page, unit and axis. So to whoever lacks the key the symbols of an innocent copy
  are jointly independent, of the picture and of each other, with known probabilities: the ground of every e-value.
* The probabilities are those of Nuida's code against six traitors. With one half everywhere, three people who vote by
  minority were never caught; these catch them.
* Format 1 is frozen by ``docs/layout-format.md`` and pinned by vectors.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

RIGHT_MM: Final = 0.05
"""Length along the lines of upright text. ±0.08 shows slight steps when hunted for at 300 dpi, ±0.05 none."""
DOWN_MM: Final = 0.03
"""Length across the lines of upright text; the eye sees steps of a baseline sooner than gaps."""
AXES: Final = 2
_STEPS_MM: Final[NDArray[np.float64]] = np.array([RIGHT_MM, DOWN_MM])

IDENTITY_BITS: Final = 64
PAGE_BITS: Final = 15

_LABEL: Final = b"foliotrace/layout/1"
_BIAS, _SIGN = b"\x00", b"\x01"
_SCALE: Final = 1 << 16

#: Gauss-Legendre nodes (1 ∓ √(3/5)) / 2 and ½, and their weights 5/18, 4/9, 5/18 as sums, in 65,536ths
#: (K. Nuida et al., "An improvement of discrete Tardos fingerprinting codes", Des. Codes Cryptogr. 52 (2009), c = 6).
_PROBABILITIES: Final = np.array([7386, 32768, 58150], np.int64)
_CUTS: Final = np.array([18204, 47332], np.int64)


def biases(page: int, count: int, key: bytes) -> NDArray[np.float64]:
    """Return ``(count, 2)``: for each unit and axis (right, down) the probability of +1; exact in 65,536ths."""
    return _probabilities(page, count, key) / _SCALE


def signs(identity: int, page: int, count: int, key: bytes) -> NDArray[np.int8]:
    """Return which way the units of a page are moved on one copy.

    Args:
        identity: 64-bit identity of the copy.
        page: Page number, 0 … 32767.
        count: Units of the page; the symbols of fewer are the first of more.
        key: Secret of the installation.

    Returns:
        ``(count, 2)`` of ±1: to the right, down.

    Raises:
        ValueError: a number out of range.
    """
    own: NDArray[np.int8] = signs_of((identity,), page, count, key)[0]
    return own


def signs_of(identities: Iterable[int], page: int, count: int, key: bytes) -> NDArray[np.int8]:
    """Return the signs of several copies at once, ``(copies, count, 2)``; as :func:`signs` for each."""
    probabilities = _probabilities(page, count, key)
    drawn = []
    for identity in identities:
        if not 0 <= identity < 1 << IDENTITY_BITS:
            raise ValueError(f"identity must have {IDENTITY_BITS} bits")
        drawn.append(_numbers(_SIGN, page, identity, count, key) < probabilities)
    plus = np.array(drawn, np.bool_).reshape(len(drawn), count, AXES)
    return np.where(plus, np.int8(1), np.int8(-1))


def displacements_mm(signs: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return ``(n, 2)``: how far the units of these signs move to the right and down."""
    return signs * _STEPS_MM


def soft_signs(displacements_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return measured displacements, ``(n, 2)`` to the right and down, in steps: ±1 where nothing disturbed them."""
    return displacements_mm / _STEPS_MM


def _probabilities(page: int, count: int, key: bytes) -> NDArray[np.int64]:
    """Return ``(count, 2)``: the probabilities of +1 in 65,536ths."""
    drawn = _numbers(_BIAS, page, 0, count, key)
    return _PROBABILITIES[np.searchsorted(_CUTS, drawn, side="right")]


def _numbers(purpose: bytes, page: int, identity: int, count: int, key: bytes) -> NDArray[np.int64]:
    """Return ``(count, 2)`` of 16-bit numbers, uniform to whoever lacks the key."""
    if not 0 <= page < 1 << PAGE_BITS:
        raise ValueError(f"page must have {PAGE_BITS} bits, got {page}")
    if count < 0:
        raise ValueError(f"count must not be negative, got {count}")
    seed = hmac.digest(key, _LABEL, "sha256")
    stream = hashlib.shake_256(seed + purpose + page.to_bytes(2, "big") + identity.to_bytes(8, "big"))
    drawn = np.frombuffer(stream.digest(2 * AXES * count), dtype=">u2")
    return drawn.reshape(count, AXES).astype(np.int64)
