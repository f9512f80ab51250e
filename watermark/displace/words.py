"""Gather the glyphs of a page into units: words and wide glyphs, that are moved as one.

A unit ends at a blank, a gap, a new baseline, another size, after 6 mm of wide glyphs or fourteen of any kind; a word
too short to be measured joins its neighbour. Text that is too small, too large or slanted over the page is no unit.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.displace.fontcodes import Code
from watermark.displace.textwalk import Show, Spot, StreamText, Style
from watermark.units import mm_from_pt

#: Below, a glyph is a few device pixels high and a shift is lost in the first copy; above, words are few, steps show.
SMALLEST_PT: Final = 4.5
LARGEST_PT: Final = 40.0

GAP_EM: Final = 0.12
"""Half of a narrow word space; kerning stays below."""
_BACK_EM: Final = 0.4
"""Glyphs that overlap their neighbour by more belong to something else: an accent or a bold made by overprinting."""
_BASELINE_EM: Final = 0.05
_SAME_SIZE: Final = 0.05
_WIDE_MM: Final = 6.0
"""Wide glyphs are as telling as short words: from 9 pt each is moved by itself, smaller ones by twos or threes."""
LONGEST: Final = 14
_WIDE_TURNED: Final = 3
"""On lines that run up or down the longer step lies across: readers of the file would see a line end at every glyph."""
SHORT: Final = 2
_JOIN_EM: Final = 0.8
"""A short word joins across a word space, also a stretched one, not across a column."""
_JOINED: Final = 16
_NARROWEST_EM: Final = 0.5
"""What is narrower alone, a point or a bar, has no shape to measure a shift by."""

#: Lines of text lie along an edge of the page within this angle: boxes of slanted words would hold their neighbours.
_SLANT: Final = math.sin(math.radians(3))
#: Least sine of the angle between the line and the upright of its letters; an italic's is 0.95.
_UPRIGHT: Final = 0.8

UM_PER_MM: Final = 1000

#: Overlap of two boxes, as a share of the smaller: the same word printed twice, or two words in one place.
_SAME: Final = 0.8
_CROWDED: Final = 0.3


@dataclass
class Unit:
    """Glyphs that are moved together.

    Attributes:
        members: For each glyph its stream, show and token.
        box: Left, top, right, bottom in mm from the top left of the visible page.
        line: Number of the line of text, counted in drawing order.
    """

    members: list[tuple[int, int, int]]
    box: tuple[float, float, float, float]
    line: int


@dataclass
class _Word:
    """Glyphs without a blank between them, in drawing order."""

    line: int
    style: Style
    heights: tuple[float, float]
    members: list[tuple[int, int, int]] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)
    wide: int = 0

    @property
    def glyphs(self) -> int:
        return len(self.spots)

    @property
    def is_short(self) -> bool:
        """Tell whether a word has too little shape of its own."""
        return not self.wide and self.glyphs <= SHORT

    @property
    def has_shape(self) -> bool:
        """Tell whether a word can be measured, and is no row of dots or dashes, in which a step would show."""
        first, last = self.spots[0], self.spots[-1]
        length_em = _along(self.style, last.x_end - first.x, last.y_end - first.y)
        return length_em >= _NARROWEST_EM and (len(set(self.codes)) > 1 or self.glyphs <= SHORT)

    def gap_em(self, spot: Spot) -> float:
        """Return the way along the line from the end of the word to a glyph, in ems."""
        return _along(self.style, spot.x - self.spots[-1].x_end, spot.y - self.spots[-1].y_end)

    def takes(self, other: "_Word") -> None:
        """Add the glyphs of the next word of the line."""
        self.members += other.members
        self.spots += other.spots
        self.codes += other.codes
        self.wide += other.wide
        self.heights = (
            max(self.heights[0], other.heights[0]),
            min(self.heights[1], other.heights[1]),
        )


def find_units(streams: Sequence[StreamText], width_pt: float, height_pt: float) -> list[Unit]:
    """Return the units of a page in drawing order, those whose box lies within the visible page."""
    units: list[Unit] = []
    width, height = mm_from_pt(width_pt), mm_from_pt(height_pt)
    for word in _joined(_words(streams)):
        left, top, right, bottom = box = _box(word, height_pt)
        if left >= 0 and top >= 0 and right <= width and bottom <= height and word.has_shape:
            units.append(Unit(word.members, box, word.line))
    return _uncrowded(units)


def boxes(units: Sequence[Unit]) -> NDArray[np.float32]:
    """Return ``(n, 4)``: the boxes of units, in mm, to the micrometre, as they are kept."""
    return in_mm(np.rint(np.array([unit.box for unit in units]).reshape(len(units), 4) * UM_PER_MM))


def in_mm(micrometres: NDArray[np.floating | np.integer]) -> NDArray[np.float32]:
    """Return whole micrometres in millimetres."""
    return np.asarray(micrometres / UM_PER_MM, np.float32)


def _is_movable(style: Style) -> bool:
    """Tell whether type of this kind is moved at all."""
    a, b, c, d, size, stretch, _ = style
    along, across = math.hypot(a, b), math.hypot(c, d)
    if size * stretch == 0 or along == 0 or across == 0 or abs(a * d - b * c) < _UPRIGHT * along * across:
        return False
    return SMALLEST_PT <= style.em_pt <= LARGEST_PT and min(abs(a), abs(b)) <= _SLANT * along


def _along(style: Style, right: float, up: float) -> float:
    """Return the component of a way along the line of text, in ems, positive as the line runs."""
    forward = math.copysign(1.0, style.size * style.stretch)
    return forward * (right * style.a + up * style.b) / math.hypot(style.a, style.b) / style.em_pt


def _across(style: Style, right: float, up: float) -> float:
    """Return the component of a way perpendicular to the line of text, in ems."""
    return (up * style.a - right * style.b) / math.hypot(style.a, style.b) / style.em_pt


def _words(streams: Sequence[StreamText]) -> Iterator[_Word]:
    """Yield the words of a page; a line number that changes tells where a line ends."""
    line = 0
    for stream_no, stream in enumerate(streams):
        line += 1
        word: _Word | None = None
        last: tuple[Style, Spot] | None = None
        for show_no, token_no, show, token, spot in _glyphs(stream):
            line += last is not None and _is_new_line(*last, show.style, spot)
            last = show.style, spot
            if word is not None and (token.is_blank or not _continues(word, line, token, spot)):
                yield word
                word = None
            if token.is_blank:
                continue
            if word is None:
                word = _Word(line, show.style, (show.font.ascent, show.font.descent))
            word.members.append((stream_no, show_no, token_no))
            word.spots.append(spot)
            word.codes.append(token.raw)
            word.wide += token.is_wide
        if word is not None:
            yield word


def _glyphs(stream: StreamText) -> Iterator[tuple[int, int, Show, Code, Spot]]:
    """Yield the glyphs of a stream that may be moved, each with the numbers of its show and token."""
    for show_no, show in enumerate(stream.shows):
        if _is_movable(show.style):
            for token_no, (token, spot) in enumerate(zip(show.tokens, show.spots, strict=True)):
                if spot is not None and not isinstance(token, bytes):
                    yield show_no, token_no, show, token, spot


def _is_new_line(style: Style, last: Spot, next_style: Style, spot: Spot) -> bool:
    """Tell whether a glyph begins another line than the one drawn before it."""
    right, up = spot.x - last.x_end, spot.y - last.y_end
    return (
        abs(_across(style, right, up)) > _BASELINE_EM
        or _along(style, right, up) < -_BACK_EM
        or abs(next_style.em_pt - style.em_pt) > _SAME_SIZE * style.em_pt
        or next_style.a * style.a + next_style.b * style.b <= 0
    )


def _continues(word: _Word, line: int, token: Code, spot: Spot) -> bool:
    """Tell whether a glyph belongs to the word before it."""
    return (
        line == word.line
        and word.gap_em(spot) <= GAP_EM
        and word.glyphs < LONGEST
        # Two equal glyphs may be one sign; a row of them must stay whole to be known as a row.
        and (token.raw == word.codes[-1] or word.wide + token.is_wide <= _most_wide(word.style))
    )


def _most_wide(style: Style) -> int:
    """Return how many wide glyphs of this style make a unit."""
    if abs(style.b) > abs(style.a):
        return _WIDE_TURNED
    return max(1, int(_WIDE_MM / mm_from_pt(style.em_pt)))


def _joined(words: Iterator[_Word]) -> Iterator[_Word]:
    """Yield the words with each short one joined to the next of its line or else to the one before."""
    waiting: _Word | None = None
    for word in words:
        if waiting is not None:
            if (waiting.is_short or word.is_short) and _fits(waiting, word):
                waiting.takes(word)
                continue
            yield waiting
        waiting = word
    if waiting is not None:
        yield waiting


def _fits(word: _Word, after: _Word) -> bool:
    """Tell whether two words may become one."""
    return (
        word.line == after.line
        and word.glyphs + after.glyphs <= _JOINED
        and len({*word.codes, *after.codes}) > 1
        and word.gap_em(after.spots[0]) <= _JOIN_EM
    )


def _box(word: _Word, height_pt: float) -> tuple[float, float, float, float]:
    """Return the box of a word in mm from the top left of the visible page."""
    style = word.style
    ascent, descent = word.heights
    xs, ys = [], []
    for spot in (word.spots[0], word.spots[-1]):
        for x, y in ((spot.x, spot.y), (spot.x_end, spot.y_end)):
            for height in (ascent * style.size, descent * style.size):
                xs.append(x + style.c * height)
                ys.append(height_pt - y - style.d * height)
    left, top, right, bottom = (mm_from_pt(side) for side in (min(xs), min(ys), max(xs), max(ys)))
    return left, top, right, bottom


def _uncrowded(units: list[Unit]) -> list[Unit]:
    """Make one unit of words printed over themselves, and drop those that stand in each other's place."""
    if not units:
        return []
    box = boxes(units).astype(np.float64)
    size = box[:, 2:] - box[:, :2]
    area = size.prod(axis=1)
    kept: dict[int, Unit] = {}
    crowded: set[int] = set()
    merged: dict[int, int] = {}
    for at in range(len(units)):
        overlap = np.minimum(box[at, 2:], box[:at, 2:]) - np.maximum(box[at, :2], box[:at, :2])
        shared = np.clip(overlap, 0, None).prod(axis=1)
        for other in np.flatnonzero(shared > _CROWDED * np.minimum(area[at], area[:at])).tolist():
            first = merged.get(other, other)
            if shared[other] > _SAME * max(area[at], area[other]):
                merged[at] = first
            else:
                crowded |= {first, at}
        if at in merged:
            kept[merged[at]].members += units[at].members
        else:
            kept[at] = units[at]
    crowded |= {merged[at] for at in crowded if at in merged}
    return [unit for at, unit in kept.items() if at not in crowded]
