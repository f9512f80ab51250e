"""The QR code of a page: one fixed size, drawn and found.

Version 2 (25 x 25 modules), level M, alphanumeric mode: up to 38 capitals and digits, which is room for the 34 of text
format 1. What the text says is decided elsewhere; here it is opaque.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import qrcode
import qrcode.constants
import qrcode.exceptions
import qrcode.util
import zxingcpp
from numpy.typing import NDArray

from watermark.errors import QrTextError

VERSION: Final = 2
MODULES: Final = 25

#: White around the code (ISO/IEC 18004 §6.3.8 asks for four modules).
QUIET_MODULES: Final = 4


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
    code = qrcode.QRCode(version=VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    try:
        code.add_data(qrcode.util.QRData(text, mode=_ALPHANUMERIC))
        code.make(fit=False)
    except (qrcode.exceptions.DataOverflowError, ValueError) as error:
        raise QrTextError(length=len(text)) from error
    return np.array(code.get_matrix(), dtype=np.bool_)


def find(picture: NDArray[np.uint8]) -> list[FoundQr]:
    """Return the QR codes of a grey ``(H, W)`` or colour ``(H, W, 3)`` picture."""
    barcodes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [FoundQr(barcode.text, _corners(barcode.position)) for barcode in barcodes]


def _corners(position: zxingcpp.Position) -> NDArray[np.float64]:
    """Return the corners of a position as an array."""
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([(corner.x, corner.y) for corner in corners], dtype=np.float64)
