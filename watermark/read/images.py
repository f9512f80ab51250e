"""The only opener of pictures from outside: scans, photographs, PDF files of scans.

What a file is, its bytes decide, not its name. Nothing is unpacked before its number of pixels is known to be within
the limits. What Pillow and PDFium say of damaged files is translated here. A process that can afford neither a crash
nor a flood of memory opens pictures in a limited child process besides.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from watermark import errors
from watermark.limits import Limits
from watermark.render import opened

FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
LEAST_SIDE_PX: Final = 16
"""Below this no mark of ours, a 25-module QR included, can be told from anything else."""

_PDF_DPI: Final = (
    300  # what office scanners write; other scans are resampled once, drawings get dots of 1.5 px
)
_PDF_START: Final = 1024  # ISO 32000-2 §7.5.2: readers accept the header anywhere in the first 1024 bytes
_DEPTHS: Final = (1, 16)
_CAMERA_DEPTHS: Final = (1, 8, 10, 12, 14, 16)
_DEEP: Final = ("I", "F")  # Pillow's modes with more than 8 bits begin so
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    struct.error,
    zlib.error,
    UserWarning,  # Pillow warns of damage; where warnings are errors, it is refused
)


@dataclass(frozen=True)
class ReadLimits:
    """Bounds on an offered picture.

    Attributes:
        file_bytes: Size of the file.
        picture_px: Pixels of one page; A3 at 600 dpi is 70 million.
        pages: Pages of a PDF or a TIFF.
    """

    file_bytes: int = 256 * 1024 * 1024
    picture_px: int = 80_000_000
    pages: int = 200


@dataclass(frozen=True)
class Picture:
    """One page of an opened file.

    Attributes:
        gray: ``(H, W)``, 8-bit, 0 black, upright as its maker meant it, origin top left.
        claimed_dpi: What the file says about its resolution, if it says anything.
    """

    gray: NDArray[np.uint8]
    claimed_dpi: float | None


def open_pages(picture: bytes, limits: ReadLimits) -> Iterator[Picture]:
    """Yield the pages of a picture one by one.

    Raises:
        UnusableFileError: not a picture of the accepted formats, damaged, moving, or beyond the limits.
    """
    if b"%PDF-" in picture[:_PDF_START]:
        _bound_file(picture, limits)
        yield from _pages_of_pdf(picture, limits)
    else:
        for image in open_images(picture, limits):
            with as_unusable_picture(limits):
                page = _picture(image)
            yield page


def open_images(data: bytes, limits: ReadLimits) -> Iterator[Image.Image]:
    """Yield the pages of a picture that is no PDF, none of them unpacked yet and each within the limits.

    Whoever unpacks one does so within :func:`as_unusable_picture`, and before the next is asked for.

    Raises:
        UnusableFileError: not a picture of the accepted formats, damaged, moving, or beyond the limits.
    """
    _bound_file(data, limits)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise errors.PictureTooLargeError(limit=limits.picture_px) from error
    except _DAMAGE as error:
        raise errors.UnusablePictureError(reason="unknown-format") from error
    with image:
        for frame in range(_frames(image, limits)):
            with as_unusable_picture(limits):
                image.seek(frame)
                _bound(image.size, limits)
            yield image


@contextmanager
def as_unusable_picture(limits: ReadLimits) -> Iterator[None]:
    """Say in our words what unpacking a picture tells of it."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise errors.PictureTooLargeError(limit=limits.picture_px) from error
    except _DAMAGE as error:
        raise errors.UnusablePictureError(reason="damaged") from error


def gray_of(image: Image.Image, *, of_camera: bool = False) -> NDArray[np.uint8]:
    """Return 8-bit gray; what is transparent lies on white paper.

    Args:
        image: A picture.
        of_camera: Whether 10, 12 or 14 bits may stand in a picture of 16, so that white is no more than that.
    """
    if is_deep(image):
        deep = np.nan_to_num(np.asarray(image, np.float64))
        white = _white(float(deep.max(initial=0)), image.mode, _CAMERA_DEPTHS if of_camera else _DEPTHS)
        return np.clip(deep * (255 / white), 0, 255).astype(np.uint8)
    return np.asarray(on_paper(image).convert("L"), np.uint8)


def _white(brightest: float, mode: str, depths: Sequence[int]) -> float:
    """Return what white is in a picture of many shades, of which one is the brightest."""
    if mode == "F":
        return 255.0 if brightest > 1 else 1.0
    return next((white for bits in depths if brightest <= (white := float((1 << bits) - 1))), brightest)


def is_deep(image: Image.Image) -> bool:
    """Tell whether a picture has more than 8 bits for a shade; only its grey is taken."""
    return image.mode.startswith(_DEEP)


def on_paper(image: Image.Image) -> Image.Image:
    """Return a picture without transparency: what shone through is white."""
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _bound_file(data: bytes, limits: ReadLimits) -> None:
    if len(data) > limits.file_bytes:
        raise errors.TooManyBytesError(got=len(data), limit=limits.file_bytes)


def _pages_of_pdf(pdf: bytes, limits: ReadLimits) -> Iterator[Picture]:
    bounds = Limits(file_bytes=limits.file_bytes, pages=limits.pages, picture_px=limits.picture_px)
    with opened(pdf, bounds) as pages:
        count = len(pages)
    if count > limits.pages:
        raise errors.TooManyPagesError(got=count, limit=limits.pages)
    for number in range(1, count + 1):
        # Opened anew each time: PDFium's lock is not held while somebody looks at the page.
        with opened(pdf, bounds) as pages:
            gray = pages.draw(number, _PDF_DPI, gray=True)
        yield Picture(_large_enough(gray), None)


def _frames(image: Image.Image, limits: ReadLimits) -> int:
    """Return how many frames are pages; a camera's JPEG may carry previews after its picture, which are none."""
    try:
        count = int(getattr(image, "n_frames", 1))
    except _DAMAGE as error:
        raise errors.UnusablePictureError(reason="damaged") from error
    if image.format == "TIFF":
        if count > limits.pages:
            raise errors.TooManyPagesError(got=count, limit=limits.pages)
        return count
    if count > 1 and image.format in {"PNG", "WEBP"}:
        raise errors.AnimatedPictureError(frames=count)
    return 1


def _bound(size: tuple[int, int], limits: ReadLimits) -> None:
    if size[0] * size[1] > limits.picture_px:
        raise errors.PictureTooLargeError(got=size[0] * size[1], limit=limits.picture_px)


def _picture(image: Image.Image) -> Picture:
    resolution = image.info.get("dpi")
    upright = ImageOps.exif_transpose(image)
    return Picture(
        _large_enough(gray_of(upright, of_camera=True)),
        float(resolution[0]) if resolution and resolution[0] > 0 else None,
    )


def _large_enough(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if min(gray.shape) < LEAST_SIDE_PX:
        raise errors.PictureTooSmallError(height=gray.shape[0], width=gray.shape[1], least=LEAST_SIDE_PX)
    return gray
