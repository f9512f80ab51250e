"""The visible lines of a page: how text is broken, sized and set in the room it was given.

Text is set in the size it should have if it fits, else in smaller steps, broken where Chinese and English may break;
never cut off. Nothing here knows PDF.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watermark.errors import TextTooLongError
from watermark.geometry import Rect
from watermark.units import mm_from_pt, pt_from_mm

#: Width of a text set at size 1, in the unit of the size; that of a whole is the sum of its parts'.
Advance = Callable[[str], float]

#: Distance of two lines as a multiple of their size.
LEADING: Final = 1.36

#: Below a row's baseline hang commas, brackets and the tails of letters: parts of the size.
DESCENT: Final = 0.22

#: Above it stand Chinese characters and accents: parts of the size.
ASCENT: Final = 0.88

#: Height of capitals and digits of the bundled typeface: parts of the size.
CAP_HEIGHT: Final = 0.733

#: Visible text is not set smaller than this share of its proper size; 6.5 pt becomes 3.9 pt.
SMALLEST: Final = 0.6

_STEP: Final = 0.05

#: Must not begin a line (GB/T 15834-2011 §5.1.1 and the closing brackets).
_NOT_FIRST: Final = frozenset("，。、；：？！）〕】》」』”’％,.;:?!)]}%")


class Align(StrEnum):
    """To which side of its room a text is set."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Row:
    """One set row: its text, its size, and where its baseline begins, in mm from the top left of the page."""

    text: str
    size_pt: float
    x_mm: float
    baseline_mm: float
    width_mm: float

    @property
    def box(self) -> Rect:
        """The paper the row covers."""
        return Rect(
            self.x_mm,
            self.baseline_mm - mm_from_pt(self.size_pt * ASCENT),
            self.x_mm + self.width_mm,
            self.baseline_mm + mm_from_pt(self.size_pt * DESCENT),
        )


def typeset(
    texts: Iterable[str], room: Rect, *, size_pt: float, advance: Advance, align: Align, bottom: bool
) -> tuple[Row, ...]:
    """Set texts, each on its own line or lines, into a room.

    Args:
        texts: Printable texts; empty ones are left out.
        room: Where the rows have to stay.
        size_pt: Proper size.
        advance: Width of a text at size 1.
        align: Left or right.
        bottom: Rows end at the bottom of the room if true, else they begin at its top.

    Raises:
        TextTooLongError: the texts do not fit at the smallest size.
    """
    texts = [text for text in texts if text.strip()]
    if not texts:
        return ()
    steps = round((1 - SMALLEST) / _STEP)
    for step in range(steps + 1):
        size = size_pt * (1 - step * _STEP)
        rows = [row for text in texts for row in broken(text, pt_from_mm(room.width) / size, advance)]
        # The last row needs no leading, only its own height.
        height = mm_from_pt(size * (LEADING * (len(rows) - 1) + ASCENT + DESCENT))
        if height <= room.height + 0.01 and all(
            advance(row) * size <= pt_from_mm(room.width) + 0.01 for row in rows
        ):
            return _placed(rows, room, size, advance, align, bottom=bottom)
    raise TextTooLongError(texts=len(texts), characters=sum(map(len, texts)))


def broken(text: str, width: float, advance: Advance) -> list[str]:
    """Break a text into rows no wider than ``width`` times its size, as evenly filled from the front.

    Chinese may break anywhere except before closing punctuation; other text breaks at blanks. A piece that is too wide
    by itself keeps its row, and the caller sees that it is too wide.
    """
    rows: list[str] = []
    row, used = "", 0.0
    for piece in _pieces(text):
        taken = advance(piece)
        if row and used + advance(piece.rstrip()) > width:
            rows.append(row.rstrip())
            row = piece.lstrip()
            used = advance(row)
        else:
            row += piece
            used += taken
    if row.strip():
        rows.append(row.rstrip())
    return rows


def _pieces(text: str) -> list[str]:
    """Split a text where a row may end; blanks stay with the piece before them."""
    pieces: list[str] = []
    for character in text:
        if pieces and not _may_break(pieces[-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _may_break(before: str, character: str) -> bool:
    """Tell whether a row may end between a piece and the next character."""
    if character in _NOT_FIRST or character.isspace():
        return False
    return before[-1].isspace() or _is_wide(character) or _is_wide(before[-1])


def _is_wide(character: str) -> bool:
    """Tell whether a character is Chinese or set as wide as Chinese."""
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\uffef" or character >= "\U00020000"


def _placed(
    rows: Sequence[str], room: Rect, size: float, advance: Advance, align: Align, *, bottom: bool
) -> tuple[Row, ...]:
    """Return the rows with their places in the room."""
    leading = mm_from_pt(size * LEADING)
    last = room.bottom - mm_from_pt(size * DESCENT)
    first = last - leading * (len(rows) - 1) if bottom else room.top + mm_from_pt(size * ASCENT)
    placed = []
    for index, text in enumerate(rows):
        width = mm_from_pt(advance(text) * size)
        x = room.left if align is Align.LEFT else room.right - width
        placed.append(Row(text, size, x, first + index * leading, width))
    return tuple(placed)
