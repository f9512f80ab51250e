"""Pictures become a PDF: one page each, at their own size on paper, nothing of them lost.

Decides how large a picture lies on its page and in which form it goes in; which files are pictures, and how large they
may be, :mod:`watermark.read.images` decides.

Laws:

1. Only the picture goes in: what cameras and scanners write beside it (places, names, previews) stays behind.
2. The bytes of a plain JPEG go in as they are, since unpacking and packing it again would spoil it a little; everything
   else goes in as the lossless data of a PNG, which PDF takes as they are (ISO 32000-2 §7.4.4.4, predictor 15).
3. The same file gives the same bytes.
"""

import io
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import pikepdf
from PIL import ExifTags, Image, ImageOps

from watermark.geometry import Rect
from watermark.read.images import ReadLimits, as_unusable_picture, gray_of, is_deep, on_paper, open_images
from watermark.units import MM_PER_INCH, pt_from_mm

#: A resolution is believed within these bounds; below, it is what programs write who know none (72, 96), and the
#: coarsest fax is 204 x 98.
_BELIEVED_DPI: Final = (100.0, 4800.0)

#: Sides of A4 (ISO 216) in mm, for pictures of unknown size; the margin leaves room for the marks.
_A4_MM: Final = (210.0, 297.0)
_MARGIN_MM: Final = 25.0

#: A picture of unknown size is not blown up beyond this: coarser than a screen nothing can be seen.
_COARSEST_DPI: Final = 96.0

#: A page of its own needs the short side of A7; smaller pictures lie on A4, where marks have their usual size.
_LEAST_PAGE_MM: Final = 74.0
_LARGEST_PAGE_MM: Final = 2000.0

_SHAPE: Final = {"1": (1, 1, "/DeviceGray"), "L": (8, 1, "/DeviceGray"), "RGB": (8, 3, "/DeviceRGB")}
"""Bits, colours and colour space by Pillow's mode."""

_SOI: Final = 0xD8
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive Huffman coding: what every viewer unpacks (ITU-T T.81 §B.1.1.3)."""
_OTHER_CODINGS: Final = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8}
"""Lossless, arithmetic and hierarchical coding."""
_KEPT: Final = _FRAMES | {0xC4, _SOS, 0xDB, 0xDD, 0xEE}
"""Tables, frame, scans, restart interval, and Adobe's note on the colours."""
_RGB_NAMES: Final = b"RGB"


class _Packed(NamedTuple):
    """A picture as it goes into the file, and how it has to be turned to stand upright."""

    data: bytes
    mode: str
    size_px: tuple[int, int]
    filter: str
    orientation: int


def draw_pictures(data: bytes, *, limits: ReadLimits = ReadLimits()) -> bytes:  # noqa: B008 -- a frozen value
    """Return a PDF with one page for each page of a picture.

    Raises:
        UnusableFileError: not a picture of the accepted formats, damaged, moving, or beyond the limits.
    """
    saved = io.BytesIO()
    with pikepdf.new() as pdf:
        for image in open_images(data, limits):
            with as_unusable_picture(limits):
                dpi = _believed(image.info.get("dpi"))
                packed = _packed(image, data)
            _add_page(pdf, packed, dpi)
        pdf.save(saved, deterministic_id=True)
    return saved.getvalue()


def _packed(image: Image.Image, data: bytes) -> _Packed:
    """Return a picture in the form in which it goes into the file."""
    image.load()
    if image.format in {"JPEG", "MPO"} and image.mode in {"L", "RGB"}:
        plain = plain_jpeg(data)
        if plain is not None:
            turn = int(image.getexif().get(ExifTags.Base.Orientation, 1))
            return _Packed(plain, image.mode, image.size, "/DCTDecode", turn if turn in _TURNS else 1)
    upright = ImageOps.exif_transpose(image)
    if is_deep(upright):
        upright = Image.fromarray(gray_of(upright))
    upright = on_paper(upright)
    if upright.mode not in _SHAPE:
        upright = upright.convert("L" if upright.mode == "LA" else "RGB")
    png = io.BytesIO()
    _bare(upright).save(png, "PNG")
    lines = b"".join(body for name, body in _chunks(png.getvalue()) if name == b"IDAT")
    return _Packed(lines, upright.mode, upright.size, "/FlateDecode", 1)


def plain_jpeg(data: bytes) -> bytes | None:
    """Return a JPEG without anything beside its picture, its coded data unchanged.

    None stands for one that viewers could show in other colours than Pillow does, or that is built in a way not meant
    for viewers.
    """
    if data[:2] != bytes((0xFF, _SOI)):
        return None
    kept = [data[:2]]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 -- every segment begins so
        marker = data[at + 1]
        if marker == _EOI:
            return b"".join((*kept, bytes((0xFF, _EOI)))) if len(kept) > 1 else None
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _SOS:
            end = _scan_end(data, end)
        elif marker in _OTHER_CODINGS:
            return None
        if marker in _FRAMES and _names_rgb(data[at:end]):
            return None
        if marker in _KEPT:
            kept.append(data[at:end])
        at = end
        while data[at : at + 2] == b"\xff\xff":  # filling between segments (§B.1.1.2)
            at += 1
    if data[at : at + 2] == bytes((0xFF, _EOI)):
        return b"".join((*kept, bytes((0xFF, _EOI))))
    return None


def _scan_end(data: bytes, at: int) -> int:
    """Return where the coded data of a scan end: at the next marker that is no restart (§B.1.1.5)."""
    while (at := data.find(b"\xff", at)) >= 0:
        follows = data[at + 1 : at + 2]
        if follows not in (b"\x00", b"\xff") and not b"\xd0" <= follows <= b"\xd7":
            return at
        at += 1 if follows == b"\xff" else 2
    return len(data)


def _names_rgb(frame: bytes) -> bool:
    """Tell whether a frame calls its colours R, G and B; viewers of PDF would take them for YCbCr."""
    count = frame[9]
    return bytes(frame[10 + 3 * n] for n in range(count)) == _RGB_NAMES


def _bare(image: Image.Image) -> Image.Image:
    """Return a picture without what its file said beside it."""
    bare = image.copy()
    bare.info = {}
    return bare


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of each chunk of a PNG (ISO/IEC 15948 §5.3)."""
    at = 8
    while at < len(png):
        length = struct.unpack_from(">I", png, at)[0]
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _believed(claimed: object) -> tuple[float, float] | None:
    """Return the resolution that a file claims, across and down, if it can be meant."""
    if not isinstance(claimed, tuple) or len(claimed) != 2:  # noqa: PLR2004 -- across and down
        return None
    across, down = float(claimed[0]), float(claimed[1])
    least, most = _BELIEVED_DPI
    # A fax may be half as fine one way as the other; more than that is a mistake.
    if not least <= max(across, down) <= most or not 0.4 <= across / max(down, 1.0) <= 2.5:  # noqa: PLR2004
        return None
    return across, down


def sheet_of(size_px: tuple[int, int], dpi: tuple[float, float] | None) -> tuple[tuple[float, float], Rect]:
    """Return the size of the page for an upright picture, and where on it the picture lies, in mm."""
    width_px, height_px = size_px
    if dpi is not None:
        width, height = width_px / dpi[0] * MM_PER_INCH, height_px / dpi[1] * MM_PER_INCH
        if max(width, height) <= _LARGEST_PAGE_MM:
            if min(width, height) >= _LEAST_PAGE_MM:
                return (width, height), Rect(0, 0, width, height)
            return _on_a4(width, height)
    return _on_a4(*(side / _COARSEST_DPI * MM_PER_INCH for side in size_px))


def _on_a4(width: float, height: float) -> tuple[tuple[float, float], Rect]:
    """Return A4, turned as the picture is, and the picture in its middle, as large as it is if it fits."""
    sheet = _A4_MM if width <= height else _A4_MM[::-1]
    room = (sheet[0] - 2 * _MARGIN_MM, sheet[1] - 2 * _MARGIN_MM)
    scale = min(1.0, room[0] / width, room[1] / height)
    left, top = (sheet[0] - width * scale) / 2, (sheet[1] - height * scale) / 2
    return sheet, Rect(left, top, left + width * scale, top + height * scale)


_TURNS: Final = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""Matrix by which a picture of that orientation (Exif 2.32 §4.6.4 A) stands upright in a square of side 1."""

_LYING: Final = 5
"""From this orientation on, rows of the file are columns of the picture."""


def _add_page(pdf: pikepdf.Pdf, packed: _Packed, dpi: tuple[float, float] | None) -> None:
    """Add a page with a picture."""
    bits, colours, space = _SHAPE[packed.mode]
    width_px, height_px = packed.size_px
    stream = pdf.make_stream(
        packed.data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width_px,
        Height=height_px,
        ColorSpace=pikepdf.Name(space),
        BitsPerComponent=bits,
        Filter=pikepdf.Name(packed.filter),
    )
    if packed.filter == "/FlateDecode":
        stream.DecodeParms = pikepdf.Dictionary(
            Predictor=15, Colors=colours, BitsPerComponent=bits, Columns=width_px
        )
    lies = packed.orientation >= _LYING
    size_px = (height_px, width_px) if lies else packed.size_px
    sheet, place = sheet_of(size_px, dpi[::-1] if dpi and lies else dpi)
    turn = pikepdf.Matrix(*_TURNS[packed.orientation])
    scale = pikepdf.Matrix(
        pt_from_mm(place.width), 0, 0, pt_from_mm(place.height),
        pt_from_mm(place.left), pt_from_mm(sheet[1] - place.bottom),
    )  # fmt: skip
    page = pdf.add_blank_page()
    page.obj.MediaBox = pikepdf.Array([0, 0, *(round(pt_from_mm(side), 3) for side in sheet)])
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=stream))
    numbers = " ".join(f"{number:.4f}" for number in (turn @ scale).shorthand)
    page.obj.Contents = pdf.make_stream(f"q {numbers} cm /Im Do Q".encode("ascii"))
