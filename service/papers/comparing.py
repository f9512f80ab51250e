"""Pictures compared with registered pages, in the sandbox: plain bytes go in, numbers and drawn pages come out."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import watermark
from service.papers.overlays import draw_overlay
from service.papers.pictures import MOST_PAGES
from service.papers.references import pack, unpack
from watermark import Identification, PageIndex, PageKey, PagePoints, ReadLimits, Survey

FOUND: Final = 5
"""Pages that are proposed for each picture."""


def make_references(document: bytes, survey: bytes, name: str) -> tuple[bytes, ...]:
    """Return the pages of a cleaned document, each ready to be compared with pictures.

    Args:
        document: As cleaning left it.
        survey: What was found out about its pages.
        name: What the document is to be called in findings.

    Raises:
        WatermarkError: the survey is damaged or of another document.
    """
    made = watermark.references(document, Survey.from_bytes(survey), name=name)
    return tuple(pack(page) for page in made)


def make_points(references: Sequence[bytes]) -> bytes:
    """Return by what the pages of one document are found among those of all, in the order of the references."""
    target = io.BytesIO()
    made = [(page, watermark.points_of_page(page.gray, page.dpi)) for page in map(unpack, references)]
    arrays: dict[str, Any] = {f"page-{page.page}": points.points for page, points in made}
    np.savez(
        target,
        sizes_mm=np.array([(points.width_mm, points.height_mm) for _, points in made]).reshape(-1, 2),
        **arrays,
    )
    return target.getvalue()


def find_pages(pictures: Sequence[bytes], points: Mapping[str, bytes]) -> tuple[tuple[str, int], ...]:
    """Return the registered pages that pictures may show, as document and page, the likeliest of each picture first.

    Args:
        pictures: Scans and photographs, as they came.
        points: For the name of each document what :func:`make_points` gave.

    Raises:
        UnusableFileError: a file is no picture, is damaged, or is beyond the limits.
    """
    index = PageIndex.build(
        (PageKey(name, number), page) for name, data in points.items() for number, page in _points(data)
    )
    limits = ReadLimits(pages=MOST_PAGES)
    opened = [page.gray for picture in pictures for page in watermark.open_pages(picture, limits)]
    found = [[(each.document, each.page) for each in index.find(gray, FOUND)] for gray in opened]
    ranked = [each for rank in zip_longest(*found) for each in rank if each is not None]
    return tuple(dict.fromkeys(ranked))


def _points(data: bytes) -> Iterator[tuple[int, PagePoints]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as parts:
        for number, (width_mm, height_mm) in enumerate(parts["sizes_mm"].tolist(), 1):
            yield number, PagePoints(parts[f"page-{number}"], width_mm, height_mm)


def compare(
    pictures: Sequence[bytes],
    references: Sequence[bytes],
    codes: Mapping[str, NDArray[np.uint64]],
    keys: Sequence[bytes],
) -> tuple[Identification, tuple[bytes, ...]]:
    """Return what pictures show of registered pages, and for each page that was found a drawing of it.

    Args:
        pictures: Scans and photographs, as they came.
        references: Registered pages, as `make_references` leaves them.
        codes: For the name of each document the identities of its copies.
        keys: Secrets under which marks were made here, oldest first.

    Raises:
        UnusableFileError: a file is no picture, is damaged, or is beyond the limits.
    """
    limits = ReadLimits(pages=MOST_PAGES)
    opened = [page.gray for picture in pictures for page in watermark.open_pages(picture, limits)]
    pages = [unpack(reference) for reference in references]
    found = watermark.identify(opened, pages, codes, keys)
    drawn = tuple(draw_overlay(opened[placed.picture], placed) for placed in found.placed)
    return replace(found, placed=tuple(replace(placed, voice=None) for placed in found.placed)), drawn
