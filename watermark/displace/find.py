"""Find what can be moved on a page, and try it: kept are units whose movement a second reader of the file confirms.

The trial copies the page into a file of its own, fills it a few ways and asks PDFium, which knows nothing of our walk,
where each letter stands and which text a viewer would copy out. What does not move exactly as it should, or changes the
text, is frozen; a page on which that does not settle in a few rounds has no shifts at all.
"""

import io
from collections.abc import Collection, Iterator
from typing import Final

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray

from watermark import render
from watermark.displace.drawn import drawn_once
from watermark.displace.shifts import PageShifts, compose
from watermark.displace.textwalk import StreamText, UnclearContent, form_at, walk_page
from watermark.displace.words import Unit, boxes, find_units
from watermark.errors import WatermarkError
from watermark.limits import Limits
from watermark.marks.layout import AXES, displacements_mm
from watermark.render import Letters
from watermark.units import MM_PER_INCH, PT_PER_INCH, PT_PER_MM, pt_from_mm

_ROUNDS: Final = 4
#: Pictures are compared at this resolution, large pages more coarsely.
_DPI: Final = 100.0
_MOST_PX: Final = 4_000_000
#: PDFium sets letters on whole pixels: one whose place is written otherwise may jump by one. So what is compared is the
#: mean of any square of 1 cm: jumping letters changed it by up to 3.2 levels of 255 on the pages it was set by.
_SQUARE_PX: Final = 41
_LEVELS: Final = 4.0
#: Least contrast, of 255, of a unit that a reader can find again; hidden and covered words have none.
_SEEN_LEVELS: Final = 48
#: PDFium computes in single precision: 0.0001 pt on a page of text. A fortieth of the smaller shift.
_EXACT_PT: Final = pt_from_mm(0.0008)
#: A letter belongs to a unit if its origin lies in the box grown by this share of the shorter side: origins lie on the
#: box's edge, and PDFium cuts widths to whole thousandths of an em, 0.04 em over a long line of TeX.
_EDGE: Final = 0.1
_SEED: Final = 20_260_101

Pattern = NDArray[np.int8]


def find_shifts(
    pdf: pikepdf.Pdf,
    page: int,
    *,
    once: Collection[tuple[int, int]] | None = None,
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> PageShifts | None:
    """Return what can be moved on a page, or None if nothing can be moved safely.

    Args:
        pdf: A document as :func:`watermark.inspect` cleans it; it is not changed.
        page: Number of the page, from 1.
        once: What :func:`~watermark.displace.drawn.drawn_once` says of the document; found out anew if not given, which
            takes time on every page of a long document.
        limits: Bounds the pictures.
    """
    sheet = pdf.pages[page - 1].obj
    try:
        streams = walk_page(sheet, drawn_once(pdf) if once is None else once)
        left, bottom, right, top = (float(side) for side in sheet.MediaBox)
        if (left, bottom) != (0, 0):
            return None
        units = find_units(streams, right, top)
        return _tried(pdf, page, streams, units, limits) if units else None
    except (
        UnclearContent,
        WatermarkError,
        pikepdf.PdfError,
        ArithmeticError,
        AttributeError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
    ):
        # Whatever a damaged file makes of its own content: a page without shifts is still a good page.
        return None


def _tried(
    pdf: pikepdf.Pdf, page: int, streams: list[StreamText], units: list[Unit], limits: Limits
) -> PageShifts | None:
    """Freeze units until the rest moves as it should; None if that does not come about."""
    trial = _Trial(pdf, page, limits)
    units = [unit for unit, is_seen in zip(units, trial.seen(boxes(units)), strict=True) if is_seen]
    for _ in range(_ROUNDS):
        if not units:
            return None
        shifts = compose(streams, units, boxes(units))
        faulty = trial.faulty(shifts)
        if not faulty:
            return shifts if trial.looks_the_same(shifts) else None
        units = [unit for number, unit in enumerate(units) if number not in faulty]
    return None


class _Trial:
    """One page in a file of its own, whose content can be exchanged."""

    def __init__(self, pdf: pikepdf.Pdf, page: int, limits: Limits) -> None:
        """Copy the page and look at it as it is."""
        self._limits = limits
        self._copy = pikepdf.new()
        self._copy.pages.append(pdf.pages[page - 1])
        with render.opened(self._saved(), limits) as pages:
            width_pt, self._height_pt = pages.size_pt(1)
            inches = width_pt * self._height_pt / PT_PER_INCH**2
            self._dpi = min(_DPI, (min(_MOST_PX, limits.picture_px) / inches) ** 0.5)
            self._picture = pages.draw_exactly(1, self._dpi)
            self._letters = pages.letters(1)

    def seen(self, units: NDArray[np.float32]) -> Iterator[bool]:
        """Yield for each box whether anything can be seen in it."""
        height, width = self._picture.shape
        scale = self._dpi / MM_PER_INCH
        first = np.floor(units[:, :2] * scale).astype(int)
        last = np.ceil(units[:, 2:] * scale).astype(int)
        for (left, top), (right, bottom) in zip(first.tolist(), last.tolist(), strict=True):
            box = self._picture[top : min(bottom, height), left : min(right, width)]
            yield bool(box.size and int(box.max()) - int(box.min()) >= _SEEN_LEVELS)

    def faulty(self, shifts: PageShifts) -> set[int]:
        """Return the units that do not move as they should, or whose movement changes the text.

        Raises:
            UnclearContent: the text changes in a way that no unit explains.
        """
        found: set[int] = set()
        owner = self._owners(shifts.units)
        for pattern in _patterns(len(shifts.units)):
            letters = self._letters_of(shifts, shifts.fill(pattern))
            changed = _changed_places(self._letters, letters)
            if changed is not None:
                culprits = {int(unit) for unit in owner[changed]} - {-1}
                if not culprits:
                    raise UnclearContent
                found |= culprits
            else:
                found |= self._strayed(letters, owner, pattern, shifts.units)
        return found

    def looks_the_same(self, shifts: PageShifts) -> bool:
        """Tell whether the page with no unit moved looks as it did."""
        self._exchange(shifts, shifts.unmoved())
        with render.opened(self._saved(), self._limits) as pages:
            picture = pages.draw_exactly(1, self._dpi)
        return is_alike(self._picture, picture)

    def _owners(self, units: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return for each letter the unit in whose box it stands; -1 for none.

        Where boxes overlap, the letter is the later unit's.
        """
        x = self._letters.origins_pt[:, 0]
        y = self._height_pt - self._letters.origins_pt[:, 1]
        owner = np.full(len(x), -1, np.intp)
        by_height = np.argsort(y, kind="stable")
        heights = y[by_height]
        grown = units.astype(np.float64) * PT_PER_MM
        edge = _EDGE * (grown[:, 2:] - grown[:, :2]).min(axis=1, keepdims=True)
        grown += np.hstack([-edge, -edge, edge, edge])
        for number, (left, top, right, bottom) in enumerate(grown.tolist()):
            near = by_height[slice(*np.searchsorted(heights, (top, bottom)))]
            owner[near[(x[near] >= left) & (x[near] <= right)]] = number
        return owner

    def _is_on_right_edge(self, units: NDArray[np.float32], owner: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which letters begin about where their unit ends."""
        box = units[owner].astype(np.float64) * PT_PER_MM
        edge = _EDGE / 2 * (box[:, 2:] - box[:, :2]).min(axis=1)
        return np.asarray((owner >= 0) & (self._letters.origins_pt[:, 0] > box[:, 2] - edge))

    def _strayed(
        self, letters: Letters, owner: NDArray[np.intp], pattern: Pattern, units: NDArray[np.float32]
    ) -> set[int]:
        """Return the units with a letter that is elsewhere than it should be, and those without a letter.

        Raises:
            UnclearContent: a letter of no unit moved.
        """
        went = letters.origins_pt - self._letters.origins_pt
        has_ink = _has_ink(self._letters)
        count = len(units)
        should = np.zeros((count + 1, AXES))  # the last for letters of no unit
        should[:-1] = displacements_mm(pattern) * (PT_PER_MM, -PT_PER_MM)
        # On the right edge of a unit the next letter begins: if it stays, it is of no unit.
        stays = np.abs(went).max(axis=1) <= _EXACT_PT
        owner = np.where(stays & self._is_on_right_edge(units, owner), -1, owner)
        is_off = has_ink & (np.abs(went - should[owner]).max(axis=1) > _EXACT_PT)
        if (is_off & (owner < 0)).any():
            raise UnclearContent
        return set(owner[is_off].tolist()) | (set(range(count)) - set(owner[has_ink].tolist()))

    def _letters_of(self, shifts: PageShifts, contents: tuple[bytes, ...]) -> Letters:
        """Return the letters of the page with these contents."""
        self._exchange(shifts, contents)
        with render.opened(self._saved(), self._limits) as pages:
            return pages.letters(1)

    def _exchange(self, shifts: PageShifts, contents: tuple[bytes, ...]) -> None:
        """Give the streams of the copy other contents."""
        sheet = self._copy.pages[0].obj
        for stream, content in zip(shifts.streams, contents, strict=True):
            form_at(sheet, stream.path).write(content)

    def _saved(self) -> bytes:
        """Return the copy as a file."""
        saved = io.BytesIO()
        self._copy.save(
            saved,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
        return saved.getvalue()


_BLANKS: Final = np.array([0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000])


def is_alike(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Tell whether two grey pictures ``(H, W)`` differ by no more than letters that jump by a pixel."""
    if picture.shape != other.shape:
        return False
    square = (_SQUARE_PX, _SQUARE_PX)
    one, two = (cv2.blur(shown.astype(np.float32), square) for shown in (picture, other))
    return bool(np.abs(one - two).max() <= _LEVELS)


def _patterns(count: int) -> Iterator[Pattern]:
    """Yield the ways a page is tried: neighbours drawn together and pulled apart, up and down, and by chance."""
    place = np.arange(count)[:, None]
    together = np.where((place + np.array([0, 1])) % 2, 1, -1).astype(np.int8)
    yield together
    yield -together
    yield np.random.default_rng(_SEED).choice(np.array([-1, 1], np.int8), (count, AXES))


def _has_ink(letters: Letters) -> NDArray[np.bool_]:
    """Return which letters are neither blank nor made up."""
    return ~(letters.is_made_up | np.isin(letters.characters, _BLANKS))


def _changed_places(before: Letters, after: Letters) -> list[int] | None:
    """Return the letters beside which blanks or line ends come or go; None if the text is the same.

    Raises:
        UnclearContent: other letters, or in another order.
    """
    if np.array_equal(before.characters, after.characters):
        return None
    # A blank of the file's own counts like one made up: PDFium drops it where it sees no gap.
    real, real_after = np.flatnonzero(_has_ink(before)), np.flatnonzero(_has_ink(after))
    if not np.array_equal(before.characters[real], after.characters[real_after]):
        raise UnclearContent
    places: list[int] = []
    ends = [
        np.append(found, len(letters.characters)) for found, letters in ((real, before), (real_after, after))
    ]
    start = start_after = -1
    for number, (end, end_after) in enumerate(zip(ends[0].tolist(), ends[1].tolist(), strict=True)):
        gap = before.characters[start + 1 : end]
        if not np.array_equal(gap, after.characters[start_after + 1 : end_after]):
            places += real[max(number - 1, 0) : number + 1].tolist()
        start, start_after = end, end_after
    return places
