"""Make one copy: draw its marks into the slots of a prepared base. The same base and mark give the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from watermark import errors
from watermark.geometry import Rect
from watermark.marks import dots, visible
from watermark.marks.visible import Row
from watermark.placement import TextRoom
from watermark.write import paint
from watermark.write.base import Base, BasePage
from watermark.write.fonts import Face

_IDENTITY_BITS: Final = 64

#: White around a text that covers content.
_PAD_MM: Final = 0.6


@dataclass(frozen=True)
class PageMark:
    """What one page of a copy shall say.

    Attributes:
        qr_text: Text of the QR code, capitals and digits.
        caption: The human code printed beside it; its groups, separated by ``-``, stand below each other.
        lines: Visible lines for the foot of the page.
        head_left: Copy number, such as ``份号 000012``; may be empty. Its last word stands alone where heads stand as
            GB/T 9704-2012 has them.
        head_right: Secrecy mark, such as ``机密★10年``; may be empty.
    """

    qr_text: str
    caption: str
    lines: tuple[str, ...] = ()
    head_left: str = ""
    head_right: str = ""


@dataclass(frozen=True)
class Mark:
    """What one copy shall carry.

    Attributes:
        identity: The 64 bits that the dots say.
        key: Secret that moves the dots; ``b""`` for the open field.
        pages: One for each page, in order.
    """

    identity: int
    key: bytes
    pages: tuple[PageMark, ...]

    def __post_init__(self) -> None:
        """Refuse an identity that the dots could not say."""
        if not 0 <= self.identity < 1 << _IDENTITY_BITS:
            raise ValueError("identity must be a number of 64 bits")


def stamp(base: Base, mark: Mark) -> bytes:
    """Return the PDF of one copy.

    Raises:
        MarkMismatchError: the mark is for another number of pages.
        TextNotPreparedError: a text has characters that were not announced to ``prepare``.
        TextTooLongError: a text would have to be too small to read.
        QrTextError: a QR text does not fit the code.
    """
    if len(mark.pages) != len(base.pages):
        raise errors.MarkMismatchError(got=len(mark.pages), pages=len(base.pages))
    slots = []
    for number, (page, page_mark) in enumerate(zip(base.pages, mark.pages, strict=True), start=1):
        centres_mm = dots.centres_mm(mark.identity, number, page.cells, mark.key)
        operators = (
            paint.BEGIN,
            paint.dot_field(centres_mm, page.height_pt),
            *_texts(page, page_mark, base.face),
            paint.code(page_mark.qr_text, page.placement.code, page.placement.quiet_modules, page.height_pt),
            paint.END,
        )
        slots.append((_entries(page, base.resources), b"".join(operators)))
    return base.skeleton.revision(slots)


def _entries(page: BasePage, resources: int) -> bytes:
    """Return the entries of a slot's dictionary."""
    size = (page.width_pt, page.height_pt, resources)
    return b"/Type/XObject/Subtype/Form/BBox[0 0 %.5f %.5f]/Resources %d 0 R" % size


def _texts(page: BasePage, mark: PageMark, face: Face) -> Iterator[bytes]:
    """Yield white grounds where needed, and the texts of a page."""
    grounds: list[Rect] = []
    rows: list[Row] = []
    for room, room_rows in _rows(page, mark, face):
        rows += room_rows
        if room.over_content:
            grounds += [row.box.grown(_PAD_MM) for row in room_rows]
    yield paint.white(grounds, page.height_pt)
    yield paint.texts(rows, face, page.height_pt)


def _rows(page: BasePage, mark: PageMark, face: Face) -> Iterator[tuple[TextRoom, tuple[Row, ...]]]:
    """Yield each room of a page with the rows set in it."""
    places = page.placement
    number = mark.head_left.split()[-1:] if places.official else (mark.head_left,)
    settings = (
        (places.lines, mark.lines, True),
        (places.caption, mark.caption.split("-"), True),
        (places.head_left, number, False),
        (places.head_right, (mark.head_right,), False),
    )
    for room, texts, bottom in settings:
        if room is None:
            continue
        yield (
            room,
            visible.typeset(
                [face.printable(text) for text in texts],
                room.rect,
                size_pt=room.size_pt,
                advance=face.advance,
                align=room.align,
                bottom=bottom,
            ),
        )
