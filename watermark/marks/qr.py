"""The QR code of a page: one fixed size, drawn and found.

Version 2 (25 x 25 modules), level M, alphanumeric mode: up to 38 capitals and digits, which is room for the 34 of text
format 1. What the text says is decided elsewhere; here it is opaque.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import qrcode
import qrcode.constants
import qrcode.util
import zxingcpp
from numpy.typing import NDArray

from watermark.errors import QrTextError

VERSION: Final = 2
MODULES: Final = 25

#: White around the code (ISO/IEC 18004 §6.3.8 asks for four modules).
QUIET_MODULES: Final = 4


#: One of the eight masks of ISO/IEC 18004 §7.8.2: readers need none in particular, and one for all makes codes linear.
MASK: Final = 3

#: What version 2 at level M holds in alphanumeric mode (ISO/IEC 18004, table 7).
LONGEST_TEXT: Final = 38

#: In the order of their values (ISO/IEC 18004, table 5).
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIR_BITS: Final = 11
_SINGLE_BITS: Final = 6

#: ``qrcode.util.MODE_ALPHA_NUM``, spelt so that a type checker knows which.
_ALPHANUMERIC: Final = 2


@dataclass(frozen=True)
class FoundQr:
    """A QR code seen in a picture.

    Attributes:
        text: What it says; claimed, not proven.
        corners_px: ``(4, 2)`` x, y: top left, top right, bottom right, bottom left of the code as printed.
    """

    text: str
    corners_px: NDArray[np.float64]


def modules(text: str) -> NDArray[np.bool_]:
    """Return the code of a text, ``(25, 25)``, True black, row 0 at the top, without quiet zone.

    Raises:
        QrTextError: a character outside the alphanumeric set (ISO/IEC 18004 §7.4.4), or more than 38 of them.
    """
    code: NDArray[np.bool_] = modules_of([text])[0]
    return code


def modules_of(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return the codes of texts of one length, ``(n, 25, 25)``; as :func:`modules` for each.

    Everything after the choice of the mask is linear over bits: data are placed, the Reed-Solomon remainder is a linear
    function of them, and the mask is added. So the code of any text is that of a text of zeros, changed by what each of
    its bits changes alone; ``qrcode`` draws those once, and a page costs microseconds.

    Raises:
        QrTextError: as :func:`modules`.
        ValueError: the texts differ in length.
    """
    length = len(texts[0]) if texts else 0
    if any(len(text) != length for text in texts):
        raise ValueError("texts of one length are wanted")
    if length > LONGEST_TEXT or not all(character in _ALPHABET for text in texts for character in text):
        raise QrTextError(length=length)
    zeros, changes = _basis(length)
    bits = np.array([_bits(text) for text in texts], np.float32).reshape(len(texts), len(changes))
    # The last bit of a sum of bits is their exclusive or; floats, since only they are multiplied fast.
    flipped = (bits @ changes).astype(np.uint8) & 1 == 1
    codes: NDArray[np.bool_] = (flipped ^ zeros).reshape(-1, MODULES, MODULES)
    return codes


def _bits(text: str) -> list[int]:
    """Return the data bits of a text, most significant first: 11 for two characters, 6 for a last one alone."""
    values = [_ALPHABET.index(character) for character in text]
    found: list[int] = []
    for start in range(0, len(values) - 1, 2):
        pair = values[start] * len(_ALPHABET) + values[start + 1]
        found += [pair >> bit & 1 for bit in reversed(range(_PAIR_BITS))]
    if len(values) % 2:
        found += [values[-1] >> bit & 1 for bit in reversed(range(_SINGLE_BITS))]
    return found


@cache
def _basis(length: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return the code of so many zeros, ``(625,)``, and what each data bit changes in it, ``(bits, 625)``."""
    zeros = _drawn("0" * length)
    changed = []
    for start in range(0, length, 2):
        alone = start + 1 == length
        for bit in reversed(range(_SINGLE_BITS if alone else _PAIR_BITS)):
            first, second = divmod(1 << bit, len(_ALPHABET))
            signs = _ALPHABET[second] if alone else _ALPHABET[first] + _ALPHABET[second]
            changed.append(_drawn("0" * start + signs + "0" * (length - start - len(signs))) ^ zeros)
    return zeros, np.array(changed, np.float32).reshape(-1, MODULES * MODULES)


def _drawn(text: str) -> NDArray[np.bool_]:
    """Return the code of a text as ``qrcode`` draws it under our mask, ``(625,)``."""
    code = qrcode.QRCode(
        version=VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=MASK
    )
    code.add_data(qrcode.util.QRData(text, mode=_ALPHANUMERIC))
    code.make(fit=False)
    return np.array(code.get_matrix(), dtype=np.bool_).reshape(-1)


def find(picture: NDArray[np.uint8]) -> list[FoundQr]:
    """Return the QR codes of a grey ``(H, W)`` or colour ``(H, W, 3)`` picture."""
    barcodes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [FoundQr(barcode.text, _corners(barcode.position)) for barcode in barcodes]


def _corners(position: zxingcpp.Position) -> NDArray[np.float64]:
    """Return the corners of a position as an array."""
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([(corner.x, corner.y) for corner in corners], dtype=np.float64)
