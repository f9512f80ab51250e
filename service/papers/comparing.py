"""Pictures compared with registered pages, in the sandbox: plain bytes go in, numbers and drawn pages come out."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

import watermark
from service.papers.overlays import draw_overlay
from service.papers.pictures import MOST_PAGES
from service.papers.references import pack, unpack
from watermark import CodeBook, CodeFile, Identification, PicturePoints, ReadLimits, Survey


def make_references(
    document: bytes, survey: bytes, name: str, numbers: Sequence[int]
) -> tuple[tuple[bytes, bytes], ...]:
    """Return pages of a cleaned document, each ready to be compared with pictures, and by what it is found.

    Args:
        document: As cleaning left it.
        survey: What was found out about its pages.
        name: What the document is to be called in findings.
        numbers: Which pages, from 1; each takes 10 MB here.

    Raises:
        WatermarkError: the survey is damaged or of another document.
    """
    made = watermark.references(document, Survey.from_bytes(survey), name=name, pages=numbers)
    return tuple((pack(page), watermark.points_of_page(page.gray, page.dpi).to_bytes()) for page in made)


def see_points(
    picture: bytes,
    otherwise: bool,  # noqa: FBT001 - arguments reach the sandbox by place
) -> tuple[tuple[PicturePoints, ...], ...]:
    """Return by what a registered page is found on each page of a picture, for each way in which it may show paper.

    Args:
        picture: As it came.
        otherwise: Whether it is taken to show paper not as it is, but in negative or mirrored.

    Raises:
        UnusableFileError: the file is no picture, is damaged, or is beyond the limits.
    """
    opened = watermark.open_pages(picture, ReadLimits(pages=MOST_PAGES))
    return tuple(
        tuple(map(watermark.points_of_picture, watermark.otherwise(page.gray) if otherwise else (page.gray,)))
        for page in opened
    )


def count_words(survey: bytes) -> tuple[int, ...]:
    """Return how many words of each page of a document can be displaced.

    Raises:
        WatermarkError: the survey is damaged.
    """
    return tuple(len(page.units) for page in Survey.from_bytes(survey).pages)


def compare(  # noqa: PLR0917 - what one trace is asked
    pictures: Sequence[bytes],
    references: Sequence[bytes],
    codes: Mapping[str, NDArray[np.uint64]],
    keys: Sequence[bytes],
    books: Mapping[str, Sequence[int]] = MappingProxyType({}),
    secret: bytes = b"",
) -> tuple[Identification, tuple[bytes, ...]]:
    """Return what pictures show of registered pages, and for each page that was found a drawing of it.

    Args:
        pictures: Scans and photographs, as they came.
        references: Registered pages, as `make_references` leaves them.
        codes: For the name of each document the identities of its copies.
        keys: Secrets under which marks were made here, oldest first.
        books: For the name of a document of very many copies the descriptors of files of their symbols.
        secret: What opens those.

    Raises:
        UnusableFileError: a file is no picture, is damaged, or is beyond the limits.
    """
    limits = ReadLimits(pages=MOST_PAGES)
    opened = [page.gray for picture in pictures for page in watermark.open_pages(picture, limits)]
    pages = [unpack(reference) for reference in references]
    with ExitStack() as stack:
        asked: dict[str, NDArray[np.uint64] | CodeBook] = dict(codes)
        for name, descriptors in books.items():
            files = [stack.enter_context(os.fdopen(descriptor, "rb")) for descriptor in descriptors]
            asked[name] = CodeBook(codes[name], [CodeFile.open(file, secret) for file in files])
        found = watermark.identify(opened, pages, asked, keys)
    drawn = tuple(draw_overlay(opened[placed.picture], placed) for placed in found.placed)
    return replace(found, placed=tuple(replace(placed, voice=None) for placed in found.placed)), drawn
