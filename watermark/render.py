"""Pictures of PDF pages and where their letters stand, by PDFium; the only place that asks it.

PDFium is not safe to use from two threads, so a lock is held from opening to closing.
"""

import ctypes
import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image

from watermark import errors
from watermark.geometry import Rect
from watermark.limits import Limits
from watermark.units import PT_PER_INCH, mm_from_pt, pt_from_mm

_PDFIUM: Final = threading.RLock()
#: Letters of 7 points have 64 pixels at this resolution.
_EXACT_DPI: Final = 660.0


@dataclass(frozen=True, eq=False)
class Letters:
    """The text of a page as it can be copied out, letter by letter.

    Attributes:
        characters: ``(n,)`` code points.
        is_made_up: ``(n,)``: blanks and line ends that PDFium puts in where it sees a gap or a new line.
        origins_pt: ``(n, 2)``: where each letter stands: x to the right, y up from the bottom left of the visible page.
    """

    characters: NDArray[np.int64]
    is_made_up: NDArray[np.bool_]
    origins_pt: NDArray[np.float64]


class Pages:
    """The pages of an open PDF, ready to be drawn."""

    def __init__(self, document: pypdfium2.PdfDocument, limits: Limits) -> None:
        """Draw from an open document; use :func:`opened`."""
        self._document = document
        self._limits = limits

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self._document)

    def size_pt(self, page: int) -> tuple[float, float]:
        """Return width and height of a visible page in units of its file, 1/72 inch in cleaned ones."""
        width, height = self._page(page).get_size()
        return float(width), float(height)

    def draw(
        self, page: int, dpi: float, *, gray: bool = False, part: Rect | None = None
    ) -> NDArray[np.uint8]:
        """Return a page, or the part of it within ``part``, as ``(H, W)`` or ``(H, W, 3)``; see :func:`render_page`."""
        drawn = self._page(page)
        width, height = drawn.get_size()
        scale = dpi / PT_PER_INCH
        crop = (0.0, 0.0, 0.0, 0.0)
        if part is not None:
            left, top, right, bottom = (pt_from_mm(side) for side in part)
            crop = (max(left, 0), max(height - bottom, 0), max(width - right, 0), max(top, 0))
        shown = (width - crop[0] - crop[2]) * (height - crop[1] - crop[3]) * scale * scale
        if shown > self._limits.picture_px:
            raise errors.PageTooLargeError(page=page, got=round(shown), limit=self._limits.picture_px)
        bitmap = drawn.render(
            scale=scale, crop=crop, grayscale=gray, rev_byteorder=True, may_draw_forms=False
        )
        picture: NDArray[np.uint8] = bitmap.to_numpy().copy()
        return picture.reshape(picture.shape[:2]) if gray else picture

    def draw_exactly(self, page: int, dpi: float) -> NDArray[np.uint8]:
        """Return a page in grey, ``(H, W)``, whose letters stand where the file has them.

        PDFium sets small letters on whole pixels, which at 220 dpi is twice the way a word is displaced; letters of 60
        pixels and more it draws where they belong. So the page is drawn finer and shrunk.
        """
        width, height = (side * dpi / PT_PER_INCH for side in self.size_pt(page))
        most = int((self._limits.picture_px / max(1.0, (width + 1) * (height + 1))) ** 0.5)
        finer = max(1, min(round(_EXACT_DPI / dpi), most))
        drawn = self.draw(page, dpi * finer, gray=True)
        rows, columns = drawn.shape
        even = np.pad(drawn, ((0, -rows % finer), (0, -columns % finer)), mode="edge")
        size = even.shape[1] // finer, even.shape[0] // finer
        return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)

    def letters(self, page: int) -> Letters:
        """Return the letters of a page in the order in which they are copied out."""
        with closing(self._page(page).get_textpage()) as text:
            # Three calls a letter: what wraps them would take most of the time, so the handle is taken out first.
            handle, count = text.raw, text.count_chars()
            x, y = ctypes.c_double(), ctypes.c_double()
            right, up = ctypes.byref(x), ctypes.byref(y)
            origins = []
            for at in range(count):
                pdfium.FPDFText_GetCharOrigin(handle, at, right, up)
                origins.append((x.value, y.value))
            return Letters(
                np.array([pdfium.FPDFText_GetUnicode(handle, at) for at in range(count)], np.int64),
                np.array([pdfium.FPDFText_IsGenerated(handle, at) for at in range(count)], np.int64) == 1,
                np.array(origins, np.float64).reshape(-1, 2),
            )

    def pieces(self, page: int, bands: Iterable[tuple[float, float]]) -> list[tuple[str, Rect]]:
        """Return the pieces of live text of a page that begin within one of these bands, each with its place.

        Args:
            page: Number of the page of a cleaned file, from 1.
            bands: Upper and lower edge of each, in mm from the top of the page.
        """
        read = self._page(page)
        height = read.get_height()
        bands = tuple(bands)
        found = []
        with closing(read.get_textpage()) as text:
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                sides = (left, height - top, right, height - bottom)
                place = Rect(*(mm_from_pt(side) for side in sides))
                if any(upper <= place.top < lower for upper, lower in bands):
                    found.append((text.get_text_bounded(left, bottom, right, top), place))
        return found

    def _page(self, page: int) -> pypdfium2.PdfPage:
        """Return a page by its number from 1."""
        if not 1 <= page <= len(self._document):
            raise errors.NoSuchPageError(page=page, pages=len(self._document))
        try:
            return self._document[page - 1]
        except pypdfium2.PdfiumError as error:
            raise errors.BrokenFileError(page=page, reason="render") from error


@contextmanager
def opened(pdf: bytes, limits: Limits) -> Iterator[Pages]:
    """Open a PDF for drawing several of its pages."""
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise errors.BrokenFileError(reason="render") from error
        try:
            yield Pages(document, limits)
        finally:
            document.close()


def render_page(
    pdf: bytes,
    page: int,
    dpi: float,
    *,
    gray: bool = False,
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> NDArray[np.uint8]:
    """Return the picture of a visible page.

    Args:
        pdf: A PDF; millimetres are true for cleaned files and what is made from them, whose user unit is 1.
        page: Number of the page, from 1.
        dpi: Pixels per inch.
        gray: One channel in place of three.
        limits: Bounds the pixels.

    Returns:
        ``(H, W)`` if gray, else ``(H, W, 3)`` red, green, blue; 0 black, 255 white, origin top left.
    """
    with opened(pdf, limits) as pages:
        return pages.draw(page, dpi, gray=gray)


def thumbnail(pdf: bytes, page: int, width_px: int, *, limits: Limits = Limits()) -> bytes:  # noqa: B008 -- a frozen value
    """Return a page as a small PNG, exactly ``width_px`` wide."""
    with opened(pdf, limits) as pages:
        width_pt, _ = pages.size_pt(page)
        # Twice as large first: PDFium leaves hairlines out of very small pictures.
        picture = Image.fromarray(pages.draw(page, 2 * width_px * PT_PER_INCH / width_pt))
    height_px = max(1, round(picture.height * width_px / picture.width))
    target = io.BytesIO()
    picture.resize((width_px, height_px), Image.Resampling.LANCZOS).save(target, "PNG", optimize=True)
    return target.getvalue()
