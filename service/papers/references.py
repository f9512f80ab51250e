"""Registered pages ready to be compared, as files: made of what is stored, and made anew where one is of no use."""

import io
import json
import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import PIL.Image

from watermark import Cells, DotStyle, PagePoints, Reference

VERSION: Final = 2
_POINTS: Final = b"FOLIOTRACE-POINTS 1\n"
_LAYER: Final = "layer"
_LENGTH: Final = struct.Struct("<I")


def pack(page: Reference) -> bytes:
    """Return a page as a file, its picture without loss."""
    picture = io.BytesIO()
    PIL.Image.fromarray(page.gray).save(picture, "PNG")
    told = {
        "version": VERSION,
        "document": page.document,
        "page": page.page,
        "dpi": page.dpi,
        "width_mm": page.width_mm,
        "height_mm": page.height_mm,
        "dots": None if page.dots is None else [page.dots.side_px, page.dots.pitch_px],
        "per_page": page.per_page,
        "layers": len(page.cells.layers),
    }
    target = io.BytesIO()
    np.savez(
        target,
        allow_pickle=False,
        told=np.frombuffer(json.dumps(told).encode(), np.uint8),
        picture=np.frombuffer(picture.getvalue(), np.uint8),
        units_mm=page.units_mm.astype(np.float32),
        **{f"{_LAYER}{number}": layer for number, layer in enumerate(page.cells.layers)},
    )
    return target.getvalue()


def unpack(data: bytes) -> Reference:
    """Return the page in a file.

    Raises:
        ValueError: no such file, or one of another version.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as parts:
        told: dict[str, Any] = json.loads(parts["told"].tobytes())
        if told["version"] != VERSION:
            raise ValueError(f"got a page of version {told['version']}")
        with PIL.Image.open(io.BytesIO(parts["picture"].tobytes()), formats=("PNG",)) as picture:
            gray = np.array(picture.convert("L"), np.uint8)
        dots = told["dots"]
        return Reference(
            document=told["document"],
            page=told["page"],
            gray=gray,
            dpi=told["dpi"],
            width_mm=told["width_mm"],
            height_mm=told["height_mm"],
            units_mm=parts["units_mm"],
            cells=Cells(tuple(parts[f"{_LAYER}{number}"] for number in range(told["layers"]))),
            dots=None if dots is None else DotStyle(side_px=dots[0], pitch_px=dots[1]),
            per_page=told["per_page"],
        )


def pack_points(pages: Sequence[bytes]) -> bytes:
    """Return a file of what the pages of one document are found by, each as `PagePoints.to_bytes` gave it."""
    return _POINTS + b"".join(_LENGTH.pack(len(page)) + page for page in pages)


def unpack_points(data: bytes) -> tuple[PagePoints, ...]:
    """Return the pages in a file that `pack_points` made.

    Raises:
        ValueError: no such file.
    """
    if not data.startswith(_POINTS):
        raise ValueError("got a file that holds no points of pages")
    pages, place = [], len(_POINTS)
    while place < len(data):
        if place + _LENGTH.size > len(data):
            raise ValueError("got a file of points that is cut off")
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        if place + length > len(data):
            raise ValueError("got a file of points that is cut off")
        pages.append(PagePoints.from_bytes(data[place : place + length]))
        place += length
    return tuple(pages)
