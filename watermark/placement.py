"""Where the marks of a page go, decided once from what its margins leave free.

Everything hangs on one frame, 7 mm inside the edge of the sheet (printers reach to about 4.2 mm): the code's outer
corner, the first letter of the lines, both head texts; the last rows stand on the bottom of the code. Places are tried
from the most usual on; if none is free the usual one is taken, and whatever lies there is covered by white and told.
On the first page of a document the head stands as GB/T 9704-2012 has it, where nothing is printed there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.errors import PageTooSmallError
from watermark.geometry import Rect
from watermark.marks import qr, visible
from watermark.marks.visible import Align
from watermark.units import mm_from_pt, mm_from_px, px_from_mm

INSET_MM: Final = 7.0
#: On small sheets the frame keeps this share of the short side.
_INSET_SHARE: Final = 0.07

#: 0.7 mm modules were read on every scan and phone picture tried, 0.37 mm failed on soft ones; the core is 17.5 mm.
MODULE_MM: Final = 0.7

#: Of a small sheet's short side the code takes at most this share ...
LARGEST_SHARE: Final = 0.4

#: ... and below this module size a sheet is too small to be marked (six device pixels of a 600-dpi printer).
SMALLEST_MODULE_MM: Final = 0.25

LINE_PT: Final = 6.5
CAPTION_PT: Final = 8.0
HEAD_PT: Final = 9.0

#: Size 3 of Chinese type, in which GB/T 9704-2012 sets copy number and secrecy mark (§7.2.1, §7.2.2).
OFFICIAL_PT: Final = 16.0

#: Type area of an official document: its left and upper edge, and the distance of its 22 lines (§5.2).
_TYPE_LEFT_MM: Final = 28.0
_TYPE_TOP_MM: Final = 37.0
_TYPE_LINE_MM: Final = 225.0 / 22
_OFFICIAL_MM: Final = 60.0
#: The standard is for A4; a sheet may differ by what cutting and scanning make of one.
_A4_MM: Final = (210.0, 297.0)
_A4_SLACK_MM: Final = 3.0

_LEADING_MM: Final = mm_from_pt(LINE_PT * visible.LEADING)
_DESCENT_MM: Final = mm_from_pt(LINE_PT * visible.DESCENT)
_ROWS: Final = (3, 2)
#: On a sheet too narrow for lines beside the code they need more rows above it.
_NARROW_ROWS: Final = (9, 7, 5, 3)
_CAPTION_MM: Final = 10.0
_HEAD_MM: Final = (42.0, 4.2)
_GAP_MM: Final = 3.0
_NARROWEST_LINES_MM: Final = 55.0
_NARROWEST_RUN_MM: Final = 100.0

#: Texts keep this far from anything printed, so that they read as ours and not as the document's.
_CLEAR_MM: Final = 1.0

#: In the type area more: a head is nobody's neighbour there.
_HEAD_CLEAR_MM: Final = 3.0

#: Sums of floats differ by less than this, and nobody can see it.
_SLACK_MM: Final = 0.01

_TIGHT_QUIET_MODULES: Final = 2


@dataclass(frozen=True)
class TextRoom:
    """Room for a text.

    Attributes:
        rect: The paper it may take.
        align: To which side the text is set.
        size_pt: Size of the text, if it fits.
        covered: Share of the room, 0 to 1, where something is drawn that has to be covered by white.
    """

    rect: Rect
    align: Align
    size_pt: float
    covered: float

    @property
    def over_content(self) -> bool:
        """Whether the room is not free."""
        return self.covered > 0


@dataclass(frozen=True)
class Placement:
    """Where the marks of one page go, in mm from the top left of the visible page.

    Attributes:
        scale: 1, or less on a small sheet; sizes of type have shrunk with it.
        code: The QR code without its quiet zone.
        quiet_modules: White around it.
        code_covered: Share of the code's box, 0 to 1, where something is drawn that it covers.
        caption: Room for the human code beside the QR code.
        lines: Room for the visible lines.
        head_left: Room for the copy number.
        head_right: Room for the secrecy mark; None where the document carries its own.
        official: Whether the heads stand as GB/T 9704-2012 has them: below each other, the number alone in digits.
    """

    scale: float
    code: Rect
    quiet_modules: int
    code_covered: float
    caption: TextRoom
    lines: TextRoom
    head_left: TextRoom
    head_right: TextRoom | None
    official: bool = False

    @property
    def module_mm(self) -> float:
        """Side of a module of the code."""
        return self.code.width / qr.MODULES

    @property
    def code_box(self) -> Rect:
        """The code with its quiet zone."""
        return self.code.grown(self.quiet_modules * self.module_mm)

    @property
    def rooms(self) -> tuple[TextRoom, ...]:
        """All rooms for text."""
        rooms = (self.caption, self.lines, self.head_left, self.head_right)
        return tuple(room for room in rooms if room is not None)

    @property
    def code_over_content(self) -> bool:
        """Whether the code covers something."""
        return self.code_covered > 0

    @property
    def covered(self) -> dict[str, float]:
        """The marks that cover something of the page, by name, each with the share of its place, 0 to 1."""
        shares = {"qr": self.code_covered} | {
            name: room.covered
            for name in ("caption", "lines", "head_left", "head_right")
            if (room := getattr(self, name)) is not None
        }
        return {name: share for name, share in shares.items() if share > 0}

    @property
    def is_cramped(self) -> bool:
        """Whether the page is so small that its marks had to be made smaller; a text may find no room on it."""
        return self.scale < 1

    @property
    def is_over_content(self) -> bool:
        """Whether any mark covers something of the page."""
        return bool(self.covered)

    def as_json(self) -> dict[str, Any]:
        """Return the placement as a JSON value."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return the placement that :meth:`as_json` gave this value for."""
        rooms = {
            name: TextRoom(Rect(*room["rect"]), Align(room["align"]), room["size_pt"], room["covered"])
            for name, room in value.items()
            if isinstance(room, dict)
        }
        return cls(**{**value, **rooms, "code": Rect(*value["code"])})


@dataclass(frozen=True)
class Paper:
    """A page as the placing sees it: its size and where there is ink.

    Attributes:
        width_mm: Width of the visible page.
        height_mm: Its height.
        ink: ``(H, W)``, True where something is drawn, origin top left.
        dpi: Pixels per inch of ``ink``.
    """

    width_mm: float
    height_mm: float
    ink: NDArray[np.bool_]
    dpi: float

    def holds(self, rect: Rect) -> bool:
        """Tell whether a rectangle lies on the page."""
        return (
            min(rect.left, rect.top) >= -_SLACK_MM
            and rect.right <= self.width_mm + _SLACK_MM
            and rect.bottom <= self.height_mm + _SLACK_MM
        )

    def is_free(self, rect: Rect) -> bool:
        """Tell whether nothing is drawn in a rectangle; beside the page nothing ever is."""
        return not self.cut(rect).any()

    def covered(self, rect: Rect) -> float:
        """Return the share of a rectangle, 0 to 1, where something is drawn; never 0 where anything is."""
        ink = self.cut(rect)
        return float(ink.mean()) if ink.size else 0.0

    def widest_run(self, band: Rect) -> Rect:
        """Return the widest part of a band that is free over its whole height, with clear paper on both sides."""
        blocked = self.cut(band.grown(_CLEAR_MM)).any(axis=0)
        edges = np.flatnonzero(np.diff(np.concatenate(([True], blocked, [True])).astype(np.int8)))
        starts, ends = edges[::2], edges[1::2]
        if not len(starts):
            return Rect(band.left, band.top, band.left, band.bottom)
        widest = int(np.argmax(ends - starts))
        origin = max(0.0, band.left - _CLEAR_MM)
        left = origin + mm_from_px(float(starts[widest]), self.dpi) + 2 * _CLEAR_MM
        right = origin + mm_from_px(float(ends[widest]), self.dpi) - 2 * _CLEAR_MM
        return Rect(max(left, band.left), band.top, min(right, band.right), band.bottom)

    def cut(self, rect: Rect) -> NDArray[np.bool_]:
        """Return a writable view of the ink within a rectangle."""
        left, top, right, bottom = (px_from_mm(side, self.dpi) for side in rect)
        rows = slice(max(0, int(np.floor(top))), max(0, int(np.ceil(bottom))))
        columns = slice(max(0, int(np.floor(left))), max(0, int(np.ceil(right))))
        return self.ink[rows, columns]


def place(paper: Paper, *, official: bool = False, carries_mark: bool = False) -> Placement:
    """Choose the places of the marks of a page.

    Args:
        paper: The page.
        official: Whether the heads may stand in the type area, as on the first page of an official document.
        carries_mark: Whether the document shows its secrecy mark there itself.

    Raises:
        PageTooSmallError: no readable code fits, or no text beside it.
    """
    short = min(paper.width_mm, paper.height_mm)
    scale = min(1.0, LARGEST_SHARE * short / (MODULE_MM * qr.MODULES))
    if scale * MODULE_MM < SMALLEST_MODULE_MM:
        raise PageTooSmallError(short_side_mm=round(short, 1))
    code, quiet = _code(paper, scale)
    box = code.grown(quiet * code.width / qr.MODULES)
    taken = [box]
    caption = _first_free(paper, _caption_places(paper, code, box, scale), taken, CAPTION_PT * scale)
    taken.append(caption.rect)
    heads = _official_heads(paper, taken) if official and not carries_mark else None
    is_official = heads is not None
    head_left, head_right = heads or _margin_heads(paper, box, taken, scale, carries_mark=carries_mark)
    taken += [room.rect for room in (head_left, head_right) if room is not None]
    lines = _first_free(paper, _line_places(paper, code, box, caption.rect, scale), taken, LINE_PT * scale)
    return Placement(
        scale, code, quiet, paper.covered(box), caption, lines, head_left, head_right, is_official
    )


def reserve(paper: Paper, placement: Placement) -> NDArray[np.bool_]:
    """Return the ink of a page with all places of its marks filled in."""
    reserved = Paper(paper.width_mm, paper.height_mm, paper.ink.copy(), paper.dpi)
    for rect in (placement.code_box, *(room.rect for room in placement.rooms)):
        reserved.cut(rect)[:] = True
    return reserved.ink


def _code(paper: Paper, scale: float) -> tuple[Rect, int]:
    """Return the code's place and its quiet zone in modules."""
    module, inset = MODULE_MM * scale, _inset(paper)
    side = module * qr.MODULES
    far_x, far_y = paper.width_mm - inset - side, paper.height_mm - inset - side
    corners = [(far_x, far_y), (inset, far_y), (far_x, inset), (inset, inset)]
    places = [Rect(x, y, x + side, y + side) for x, y in corners]
    for place_ in places:
        for quiet in (qr.QUIET_MODULES, _TIGHT_QUIET_MODULES):
            box = place_.grown(quiet * module)
            if paper.holds(box) and paper.is_free(box):
                return place_, quiet
    emptiest = min(places, key=lambda rect: int(paper.cut(rect.grown(_TIGHT_QUIET_MODULES * module)).sum()))
    return emptiest, _TIGHT_QUIET_MODULES


def _official_heads(paper: Paper, taken: list[Rect]) -> tuple[TextRoom, TextRoom] | None:
    """Return rooms in the first two lines of the type area, or None where they are not free or the sheet is not A4."""
    sizes = zip((paper.width_mm, paper.height_mm), _A4_MM, strict=True)
    if any(abs(side - wanted) > _A4_SLACK_MM for side, wanted in sizes):
        return None
    height = mm_from_pt(OFFICIAL_PT * (visible.ASCENT + visible.DESCENT))
    tops = (_TYPE_TOP_MM, _TYPE_TOP_MM + _TYPE_LINE_MM)
    number, mark = (Rect(_TYPE_LEFT_MM, top, _TYPE_LEFT_MM + _OFFICIAL_MM, top + height) for top in tops)
    both = Rect(number.left, number.top, number.right, mark.bottom)
    if any(_overlap(both, other) for other in taken) or not paper.is_free(both.grown(_HEAD_CLEAR_MM)):
        return None
    return TextRoom(number, Align.LEFT, OFFICIAL_PT, 0.0), TextRoom(mark, Align.LEFT, OFFICIAL_PT, 0.0)


def _margin_heads(
    paper: Paper, box: Rect, taken: list[Rect], scale: float, *, carries_mark: bool
) -> tuple[TextRoom, TextRoom | None]:
    """Return rooms for the heads in the upper margin, none for a mark that the document carries."""
    size_pt = HEAD_PT * scale
    number = _first_free(paper, _head_places(paper, box, scale, Align.LEFT), taken, size_pt)
    if carries_mark:
        return number, None
    return number, _first_free(paper, _head_places(paper, box, scale, Align.RIGHT), taken, size_pt)


def _caption_places(paper: Paper, code: Rect, box: Rect, scale: float) -> Iterator[tuple[Rect, Align]]:
    """Yield rooms beside the code, towards the middle of the page; its rows end where the code ends."""
    width = _CAPTION_MM * scale
    height = (2 * CAPTION_PT * visible.LEADING + CAPTION_PT * (visible.ASCENT + visible.DESCENT)) * scale
    drop = mm_from_pt(CAPTION_PT * visible.DESCENT) * scale
    on_right = _is_right(paper, code)
    bottom = code.bottom + drop
    top = bottom - mm_from_pt(height)
    left = box.left - width if on_right else box.right
    yield Rect(left, top, left + width, bottom), Align.RIGHT if on_right else Align.LEFT


def _line_places(
    paper: Paper, code: Rect, box: Rect, caption: Rect, scale: float
) -> Iterator[tuple[Rect, Align]]:
    """Yield rooms for the lines: foot beside the code, then higher, then lower, then the head."""
    inset, gap = _inset(paper), _GAP_MM * scale
    full = (inset, paper.width_mm - inset)
    beside = (inset, caption.left - gap) if _is_right(paper, code) else (caption.right + gap, full[1])
    descent, leading = _DESCENT_MM * scale, _LEADING_MM * scale
    foot = paper.height_mm - inset + descent
    at_foot = code.bottom > paper.height_mm / 2
    is_narrow = beside[1] - beside[0] < _NARROWEST_LINES_MM * scale
    heights = [
        mm_from_pt(LINE_PT * (visible.LEADING * (rows - 1) + visible.ASCENT + visible.DESCENT)) * scale
        for rows in (_NARROW_ROWS if is_narrow else _ROWS)
    ]
    span = full if is_narrow or not at_foot else beside
    first = box.top if is_narrow and at_foot else foot
    # On the code's baseline first; then nearer the edge, under a page number; then upwards, past one.
    bands = [
        Rect(span[0], first + drop - height, span[1], first + drop)
        for drop in (0.0, 1.8 * scale, *(-leading * 0.5 * step for step in range(1, 14)))
        for height in heights
    ]
    yield from ((band, Align.LEFT) for band in bands)
    runs = (paper.widest_run(band) for band in bands)
    yield from ((run, Align.LEFT) for run in runs if run.width >= _NARROWEST_RUN_MM * scale)
    for step in range(8):
        top = inset + (_HEAD_MM[1] + 1.0) * scale + step * leading * 0.5
        yield from ((Rect(full[0], top, full[1], top + height), Align.LEFT) for height in heights)


def _head_places(paper: Paper, box: Rect, scale: float, align: Align) -> Iterator[tuple[Rect, Align]]:
    """Yield rooms for a head text, its capitals level with the frame, then a little higher, then lower."""
    inset = _inset(paper)
    width = min(_HEAD_MM[0] * scale, (paper.width_mm - 2 * inset - 2 * scale) / 2)
    height = _HEAD_MM[1] * scale
    left, right = inset, paper.width_mm - inset
    if box.top < paper.height_mm / 2:
        left, right = (
            (max(left, box.right), right) if not _is_right(paper, box) else (left, min(right, box.left))
        )
        width = min(width, (right - left - 2 * scale) / 2)
    # The room starts above the capitals by what ascenders of Chinese need.
    top = inset - mm_from_pt(HEAD_PT * (visible.ASCENT - visible.CAP_HEIGHT)) * scale
    for shift in (0.0, -2.0, 1.5, 3.0, 4.5, 6.0):
        y = top + shift * scale
        x = left if align is Align.LEFT else right - width
        yield Rect(x, y, x + width, y + height), align


def _first_free(
    paper: Paper, places: Iterable[tuple[Rect, Align]], taken: list[Rect], size_pt: float
) -> TextRoom:
    """Return the first free room that keeps clear of the marks placed before; else the first that covers content only.

    Raises:
        PageTooSmallError: every place lies partly off the page or on another mark.
    """
    usual: TextRoom | None = None
    for rect, align in places:
        if not paper.holds(rect) or any(_overlap(rect, other) for other in taken):
            continue
        if paper.is_free(rect.grown(_CLEAR_MM)):
            return TextRoom(rect, align, size_pt, 0.0)
        # What is only too near is covered as well: white reaches a little beyond the letters.
        usual = usual or TextRoom(rect, align, size_pt, paper.covered(rect.grown(_CLEAR_MM)))
    if usual is None:
        raise PageTooSmallError(short_side_mm=round(min(paper.width_mm, paper.height_mm), 1))
    return usual


def _inset(paper: Paper) -> float:
    """Return how far inside the sheet the frame lies."""
    return min(INSET_MM, _INSET_SHARE * min(paper.width_mm, paper.height_mm))


def _is_right(paper: Paper, rect: Rect) -> bool:
    """Tell whether a rectangle lies rather on the right half of the page."""
    return rect.left + rect.right > paper.width_mm


def _overlap(one: Rect, other: Rect) -> bool:
    """Tell whether two rectangles share paper; a touch, and what floats make of one, is none."""
    return (
        min(one.right, other.right) - max(one.left, other.left) > _SLACK_MM
        and min(one.bottom, other.bottom) - max(one.top, other.top) > _SLACK_MM
    )
