"""Make one copy: draw its marks into the slots of a prepared base. The same base and mark give the same bytes."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from watermark import errors, payload
from watermark.findings import Finding
from watermark.geometry import Rect
from watermark.marks import layout, qr, visible
from watermark.marks.visible import Advance, Row
from watermark.placement import TextRoom
from watermark.plan import MarkPlan
from watermark.write import paint
from watermark.write.base import TILES, Base, Carrier, Slot
from watermark.write.delta import Delta, chunks
from watermark.write.fonts import UNITS_PER_EM, Face
from watermark.write.surveyed import BasePage

#: The page number in dots that all pages of a copy share.
SHARED_PAGE: Final = 0

#: Slots are packed once per copy: level 3 is within 3 % of level 6 at a third of its time.
_ZLIB_LEVEL: Final = 3
#: A page's content is long: level 1 is 7 % larger than level 6 and several times faster.
_CONTENT_ZLIB_LEVEL: Final = 1

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

    @property
    def words(self) -> tuple[object, ...]:
        """Everything but the code: what all pages of a copy have in common."""
        return self.lines, self.caption, self.head_left, self.head_right


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


def splice(base: Base, mark: Mark) -> Delta:
    """Return what is a copy's own; the same base and mark give the same bytes.

    Raises:
        MarkMismatchError: the mark is for another number of pages, or says different things where the base lets pages
            share what they say.
        TextNotPreparedError: a text has characters that were not announced to ``prepare``.
        TextTooLongError: a text would have to be too small to read, on a page that is not itself too small for it.
        QrTextError: a QR text does not fit the code.
    """
    _require_fit(base, mark)
    drawn = _Drawing(base, mark)
    return Delta(base.skeleton.identity, tuple(map(drawn.packed, base.slots)))


def stamp(base: Base, mark: Mark) -> bytes:
    """Return the PDF of one copy; errors as of :func:`splice`."""
    return b"".join(chunks(base, splice(base, mark)))


class _Drawing:
    """The marks of one copy, drawn slot by slot; what pages can be computed together is."""

    def __init__(self, base: Base, mark: Mark) -> None:
        self._base, self._mark = base, mark
        self._style = base.plan.dots
        tiled = sorted({slot.page for slot in base.slots if slot.carrier in TILES})
        coded = [slot.page for slot in base.slots if slot.carrier is Carrier.CODE]
        numbers = [page + 1 if base.plan.per_page else SHARED_PAGE for page in tiled]
        self._tiles = dict(zip(tiled, payload.tiles(mark.identity, numbers, mark.key), strict=True))
        codes = qr.modules_of([mark.pages[page].qr_text for page in coded])
        self._codes = dict(zip(coded, codes, strict=True))
        self._filled: tuple[int, tuple[bytes, ...]] = (-1, ())

    def packed(self, slot: Slot) -> bytes:
        """Return the data of a slot; nothing for one that holds the same in every copy."""
        if slot.carrier is Carrier.HOLDER:
            return b""
        if slot.carrier is Carrier.CONTENT:
            return zlib.compress(self._contents(slot.page)[slot.part], _CONTENT_ZLIB_LEVEL)
        return zlib.compress(self._operators(slot), _ZLIB_LEVEL)

    def _contents(self, page: int) -> tuple[bytes, ...]:
        """Return the contents of a page with its words displaced."""
        if page != self._filled[0]:
            shifts = self._base.pages[page].shifts
            if shifts is None:
                raise errors.BaseFormatError(reason="damaged")
            signs = layout.signs(self._mark.identity, page + 1, len(shifts.units), self._mark.key)
            self._filled = page, shifts.fill(signs)
        return self._filled[1]

    def _operators(self, slot: Slot) -> bytes:
        """Return the operators of a slot."""
        if slot.carrier in TILES and self._style is not None:
            return paint.tile(self._tiles[slot.page], TILES[slot.carrier], self._style)
        if slot.carrier is Carrier.CODE:
            return paint.code(self._codes[slot.page])
        return self._words(self._base.pages[slot.page], self._mark.pages[slot.page])

    def _words(self, page: BasePage, mark: PageMark) -> bytes:
        """Return the texts of a page, with white grounds where needed."""
        grounds: list[Rect] = []
        rows: list[Row] = []
        for room, room_rows in _rows(page, mark, self._base):
            rows += room_rows
            if room.over_content:
                grounds += [row.box.grown(_PAD_MM) for row in room_rows]
        return paint.words(grounds, rows, self._base.face, page.height_pt)


def _require_fit(base: Base, mark: Mark) -> None:
    """Pass when a mark can be drawn into the slots of a base."""
    if len(mark.pages) != len(base.pages):
        raise errors.MarkMismatchError(got=len(mark.pages), pages=len(base.pages))
    first, words = mark.pages[0], mark.pages[0].words
    for number, page in enumerate(mark.pages, start=1):
        if page is not first and page.words != words:
            raise errors.MarkMismatchError(page=number, reason="other words")
        if len(page.qr_text) != len(first.qr_text):
            raise errors.MarkMismatchError(page=number, reason="another length of the code's text")
        if not base.plan.per_page and page.qr_text != first.qr_text:
            raise errors.MarkMismatchError(page=number, reason="another code")


def words_left_out(base: Base, mark: PageMark) -> tuple[Finding, ...]:
    """Return which texts of a mark find no room on which small page, and are left out there.

    Args:
        base: The document.
        mark: The longest texts that a copy may bear; none of its letters need be known to the base.
    """
    return tuple(
        Finding("words-left-out", number, {"mark": setting.mark})
        for number, page in enumerate(base.pages, start=1)
        if page.placement.is_cramped
        for setting in _settings(page, mark, base.plan)
        if _typeset(setting, setting.texts, _generous(base.face)) is None
    )


@dataclass(frozen=True)
class _Setting:
    """A text of a page, by the name that ``Placement`` gives it, and the room that it has."""

    mark: str
    room: TextRoom
    texts: Sequence[str]
    bottom: bool


def _settings(page: BasePage, mark: PageMark, plan: MarkPlan) -> Iterator[_Setting]:
    """Yield what is to be set on a page, as far as the plan wants it."""
    places = page.placement
    number = mark.head_left.split()[-1:] if places.official else (mark.head_left,)
    if plan.lines:
        yield _Setting("lines", places.lines, mark.lines, bottom=True)
    if plan.qr:
        yield _Setting("caption", places.caption, mark.caption.split("-"), bottom=True)
    if plan.heads:
        yield _Setting("head_left", places.head_left, number, bottom=False)
    if plan.heads and places.head_right is not None:
        yield _Setting("head_right", places.head_right, (mark.head_right,), bottom=False)


def _rows(page: BasePage, mark: PageMark, base: Base) -> Iterator[tuple[TextRoom, tuple[Row, ...]]]:
    """Yield each room of a page with the rows set in it.

    A small page does without what finds no room on it: whoever registered the document was told, see `words_left_out`.
    """
    face = base.face
    for setting in _settings(page, mark, base.plan):
        rows = _typeset(setting, [face.printable(text) for text in setting.texts], face.advance)
        if rows is not None:
            yield setting.room, rows
        elif not page.placement.is_cramped:
            raise errors.TextTooLongError(texts=len(setting.texts), characters=sum(map(len, setting.texts)))


def _typeset(setting: _Setting, texts: Sequence[str], advance: Advance) -> tuple[Row, ...] | None:
    """Return texts set in their room; None where they do not fit."""
    room = setting.room
    try:
        return visible.typeset(
            texts, room.rect, size_pt=room.size_pt, advance=advance, align=room.align, bottom=setting.bottom
        )
    except errors.TextTooLongError:
        return None


def _generous(face: Face) -> Advance:
    """Return the width of texts that need not be prepared: a letter that is not known is as wide as Chinese."""
    widest = (0, UNITS_PER_EM)
    return lambda text: sum(face.glyphs.get(letter, widest)[1] for letter in text) / UNITS_PER_EM
