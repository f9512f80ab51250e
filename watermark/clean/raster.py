"""Pages become pictures: for files that must not be edited, and for pages on which no mark holds otherwise.

Three kinds of page are told apart by their pixels: black on white is kept as one bit a pixel, a picture as JPEG, and a
page of both as a mask of bits over a JPEG of a lower resolution, where that is clearly smaller and looks the same.
Light grey lines, pale letters and colours are never turned into black or white. The same input gives the same bytes.
"""

import io
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from watermark import errors, render
from watermark.clean.content import decimal
from watermark.clean.inspect import CONTENT_NAME
from watermark.clean.opening import as_broken_file, limit_qpdf
from watermark.limits import Limits

#: Black and white are parted here; letters keep the weight they have on the screen.
_MIDDLE: Final = 128

#: Grey that is neither black nor white: what antialiasing leaves beside an edge, or a tone of its own.
_DARKEST_TONE: Final = 48
_LIGHTEST_TONE: Final = 224

#: Of a million pixels so many may be of a tone of their own before a page is more than black on white: corners where
#: several edges meet.
_TONES_PER_MILLION: Final = 2

#: Colours farther from grey than this are colours; JPEG scans of grey paper stray by about 10.
_COLOUR: Final = 24

#: Letters are black where they are darker than this and hardly coloured; the mask paints them black.
_INK: Final = 72

#: The background keeps this share of the resolution: 200 dpi for 300; at 150 small coloured letters were soft (seen).
_BACKGROUND_SHARE: Final = 2 / 3

#: 85 shows no blocks at 300 dpi (looked at); 4:2:0 halves colour only.
_JPEG_QUALITY: Final = 85

#: A mask is taken only if it makes a page smaller than this share of the plain JPEG.
_CLEARLY_SMALLER: Final = 0.7

#: No block of so many pixels may differ on average by more than so many of 255 steps from the page as drawn.
_BLOCK_PX: Final = 8
_BLOCK_STEPS: Final = 40

#: Less of a pixel than this says nothing about its tone.
_HARDLY: Final = 0.2

_ZLIB_LEVEL: Final = 9
_CONTENT: Final = b"q /FtPage Do Q"


def rasterise(
    cleaned: bytes,
    pages: Collection[int] | None,
    *,
    dpi: float,
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> bytes:
    """Return a cleaned document of which some pages are one picture each.

    Args:
        cleaned: A document as ``inspect`` cleaned it; the result has the same form.
        pages: Numbers of the pages, from 1; None for all.
        dpi: Pixels per inch of the pictures; 300 and more keep small print crisp.
        limits: Bounds the pixels of a page.

    Raises:
        NoSuchPageError: a number outside the document.
        PageTooLargeError: a page of too many pixels at this resolution.
        BrokenFileError: the document is not what it should be.
    """
    limit_qpdf()
    target = io.BytesIO()
    with as_broken_file(), pikepdf.open(io.BytesIO(cleaned)) as pdf, render.opened(cleaned, limits) as drawn:
        count = len(pdf.pages)
        wanted = range(1, count + 1) if pages is None else sorted(set(pages))
        for number in wanted:
            if not 1 <= number <= count:
                raise errors.NoSuchPageError(page=number, pages=count)
            width_pt, height_pt = drawn.size_pt(number)
            _replace(pdf, pdf.pages[number - 1].obj, drawn.draw(number, dpi), (width_pt, height_pt))
        if len(wanted) == count and "/OCProperties" in pdf.Root:
            del pdf.Root.OCProperties
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return target.getvalue()


@dataclass(frozen=True)
class _Layer:
    """A picture as a PDF keeps it: its bytes, its size, and the other entries of its dictionary."""

    data: bytes
    size_px: tuple[int, int]
    entries: dict[str, object]


def _replace(
    pdf: pikepdf.Pdf, page: pikepdf.Object, picture: NDArray[np.uint8], size_pt: tuple[float, float]
) -> None:
    """Let a page draw nothing but a picture of itself."""
    width, height = (decimal(side) for side in size_pt)
    images = pikepdf.Dictionary()
    operators = []
    for index, layer in enumerate(_layers(picture)):
        name = f"/Im{index}"
        images[name] = _image(pdf, layer)
        operators.append(b"q 0 g %.5f 0 0 %.5f 0 0 cm %s Do Q" % (width, height, name.encode("ascii")))
    form = pdf.make_stream(b" ".join(operators))
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = pikepdf.Array([0, 0, width, height])
    form.Resources = pdf.make_indirect(pikepdf.Dictionary(XObject=images))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({CONTENT_NAME: form}))
    page.Contents = pdf.make_stream(_CONTENT)
    if "/Group" in page:
        del page["/Group"]


def _image(pdf: pikepdf.Pdf, layer: _Layer) -> pikepdf.Object:
    """Return a picture as an object of a PDF."""
    image = pdf.make_stream(layer.data)
    width, height = layer.size_px
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height = width, height
    for name, value in layer.entries.items():
        image.stream_dict[f"/{name}"] = value
    return image


def _layers(picture: NDArray[np.uint8]) -> tuple[_Layer, ...]:
    """Return the pictures that make up a page, the lowest first.

    Args:
        picture: ``(H, W, 3)``, red, green, blue.
    """
    darkest, lightest = picture.min(axis=2), picture.max(axis=2)
    colourful = int((cv2.subtract(lightest, darkest) > _COLOUR).sum())
    if not colourful and _is_black_on_white(darkest):
        return (_bits(darkest < _MIDDLE),)
    plain = _jpeg(picture if colourful else darkest)
    ink = _letters(darkest, lightest)
    if not ink.any():
        return (plain,)
    background = _without(picture if colourful else darkest, ink)
    split = (_jpeg(background), _bits(ink, as_mask=True))
    is_smaller = sum(len(layer.data) for layer in split) < _CLEARLY_SMALLER * len(plain.data)
    return split if is_smaller and _looks_like(split[0], ink, picture) else (plain,)


def _is_black_on_white(grey: NDArray[np.uint8]) -> bool:
    """Tell whether every grey pixel is only the edge of something black on white."""
    around = np.ones((3, 3), np.uint8)
    is_tone = (grey > _DARKEST_TONE) & (grey < _LIGHTEST_TONE)
    # A tone without black beside it would vanish; one that surrounds a pixel is an area.
    faint = is_tone & (cv2.erode(grey, around) >= _MIDDLE)
    flat = cv2.erode(is_tone.astype(np.uint8), around)
    return int(faint.sum()) + int(flat.sum()) <= _TONES_PER_MILLION * grey.size / 1e6


def _letters(darkest: NDArray[np.uint8], lightest: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return what is black, with those of its edge pixels that are rather black than paper."""
    core = (lightest < _INK) & (cv2.subtract(lightest, darkest) <= _COLOUR)
    beside = cv2.dilate(core.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return core | (beside & (lightest < _MIDDLE))


def _without(picture: NDArray[np.uint8], ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the background of letters, at its lower resolution; beneath them it takes the tone around."""
    height, width = ink.shape
    size = (max(1, round(width * _BACKGROUND_SHARE)), max(1, round(height * _BACKGROUND_SHARE)))
    # Edges of letters are half ink: a pixel around them belongs to neither. Whole numbers, for the memory's sake: a
    # page of 600 dpi has 100 million of them.
    covered = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    paper = picture.copy()
    paper[covered] = 0
    share = cv2.resize(np.where(covered, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    known = share[..., np.newaxis].astype(np.float32) / 255.0
    seen = (
        cv2.resize(paper, size, interpolation=cv2.INTER_AREA).astype(np.float32).reshape(size[1], size[0], -1)
    )
    # What is wholly covered is filled from ever wider surroundings.
    spread_known: NDArray[np.floating[Any] | np.integer[Any]] = known
    spread_seen: NDArray[np.floating[Any] | np.integer[Any]] = seen
    reach = 3
    filled = np.divide(seen, known, out=np.zeros_like(seen), where=known > _HARDLY)
    unknown = known[..., 0] <= _HARDLY
    while unknown.any() and reach < max(size):
        spread_known = cv2.blur(spread_known, (reach, reach)).reshape(known.shape)
        spread_seen = cv2.blur(spread_seen, (reach, reach)).reshape(seen.shape)
        found = unknown & (spread_known[..., 0] > _HARDLY)
        filled[found] = spread_seen[found] / spread_known[found]
        unknown &= ~found
        reach = 2 * reach + 1
    filled[unknown] = 255.0
    background: NDArray[np.uint8] = np.clip(np.rint(filled), 0, 255).astype(np.uint8)
    return background if picture.ndim > 2 else background[..., 0]  # noqa: PLR2004 -- (H, W, 3) or (H, W)


def _looks_like(background: _Layer, ink: NDArray[np.bool_], picture: NDArray[np.uint8]) -> bool:
    """Tell whether letters over a background look like the page they were taken from."""
    height, width = ink.shape
    opened = np.asarray(Image.open(io.BytesIO(background.data), formats=("JPEG",)).convert("RGB"))
    shown = cv2.resize(opened, (width, height), interpolation=cv2.INTER_LINEAR)
    shown[ink] = 0
    blocks = (max(1, width // _BLOCK_PX), max(1, height // _BLOCK_PX))
    means = [cv2.resize(page, blocks, interpolation=cv2.INTER_AREA).astype(int) for page in (shown, picture)]
    return int(np.abs(means[0] - means[1]).max()) <= _BLOCK_STEPS


def _jpeg(picture: NDArray[np.uint8]) -> _Layer:
    """Return a grey ``(H, W)`` or colour ``(H, W, 3)`` picture as JPEG."""
    image = Image.fromarray(picture)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    space = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    return _Layer(
        target.getvalue(),
        image.size,
        {"ColorSpace": space, "BitsPerComponent": 8, "Filter": pikepdf.Name.DCTDecode},
    )


def _bits(ink: NDArray[np.bool_], *, as_mask: bool = False) -> _Layer:
    """Return a picture of one bit a pixel, True black, in the smaller of two ways to pack it."""
    height, width = ink.shape
    entries: dict[str, object] = {"BitsPerComponent": 1}
    if as_mask:
        entries["ImageMask"] = True
    else:
        entries["ColorSpace"] = pikepdf.Name.DeviceGray
    # In a picture 0 is black, in a mask 0 is painted: the same bits (ISO 32000-2 §8.9.6.2).
    flate = zlib.compress(np.packbits(~ink, axis=1).tobytes(), _ZLIB_LEVEL)
    fax = _fax(ink)
    if len(flate) < len(fax):
        return _Layer(flate, (width, height), {**entries, "Filter": pikepdf.Name.FlateDecode})
    parameters = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=False)
    entries |= {"Filter": pikepdf.Name.CCITTFaxDecode, "DecodeParms": parameters}
    return _Layer(fax, (width, height), entries)


def _fax(ink: NDArray[np.bool_]) -> bytes:
    """Return a picture, True black, as CCITT group 4 (ITU-T T.6) in one strip."""
    height, width = ink.shape
    # libtiff codes ones as black runs, whatever the file says of their meaning.
    image = Image.fromarray(ink)
    target = io.BytesIO()
    image.save(target, "TIFF", compression="group4", strip_size=(width + 7) // 8 * height)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(target.getvalue())) as written:
        tags = written.tag_v2
        (start,), (length,) = tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS]
    return target.getvalue()[start : start + length]
