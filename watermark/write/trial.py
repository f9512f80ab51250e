"""Stamp a test copy and look whether every page's code can be read where it was put."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark import render
from watermark.limits import Limits
from watermark.marks import qr
from watermark.placement import Placement
from watermark.units import MM_PER_INCH, px_from_mm
from watermark.write.base import Base
from watermark.write.stamp import Mark, PageMark, stamp

_TEST_TEXT: Final = "F10123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEST_PX_PER_MODULE: Final = 5
#: A code may be found this far from where it was put: the corner a reader reports varies by a module.
_TEST_TOLERANCE_MODULES: Final = 1.5


def misread_pages(base: Base, limits: Limits) -> list[int]:
    """Return the numbers of the pages whose code is not read where it should be."""
    misread = []
    mark = PageMark(_TEST_TEXT, "00000-00000-00000", ("",))
    stamped = stamp(base, Mark(0, b"", (mark,) * len(base.pages)))
    with render.opened(stamped, limits) as drawn:
        for number, page in enumerate(base.pages, start=1):
            module_mm = page.placement.module_mm
            dpi = _TEST_PX_PER_MODULE * MM_PER_INCH / module_mm
            picture = drawn.draw(number, dpi, gray=True, part=page.placement.code_box)
            if not _is_read(picture, page.placement, dpi):
                misread.append(number)
    return misread


def _is_read(picture: NDArray[np.uint8], placement: Placement, dpi: float) -> bool:
    """Tell whether a picture of the code's box shows the test code and nothing else, where it was put."""
    found = qr.find(picture)
    if [code.text for code in found] != [_TEST_TEXT]:
        return False
    box, code = placement.code_box, placement.code
    left, top = px_from_mm(code.left - max(box.left, 0), dpi), px_from_mm(code.top - max(box.top, 0), dpi)
    side = px_from_mm(code.width, dpi)
    expected = np.array([(left, top), (left + side, top), (left + side, top + side), (left, top + side)])
    off = np.abs(found[0].corners_px - expected).max()
    return bool(off <= px_from_mm(placement.module_mm, dpi) * _TEST_TOLERANCE_MODULES)
