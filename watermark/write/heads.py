"""What a document itself shows at the head of its pages: secrecy mark, copy number; and its page numbers.

Read from live text alone, since a scan's head is ink like any other ink and is kept clear of as such. Where the
document shows a secrecy mark ours is left out; where it shows another one than it is registered under, that is said
aloud. A copy number of the document cannot be this copy's, so ours is drawn all the same, and it is told.

The words are those of GB/T 9704-2012 §7.2.2 and of the interim rules on commercial secrets of central enterprises
(art. 12): what others may have printed, whatever the register calls its levels.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from watermark.findings import Finding
from watermark.geometry import Rect
from watermark.limits import Limits
from watermark.render import Pages, opened
from watermark.units import mm_from_pt

_LEVELS: Final = ("绝密", "机密", "秘密", "核心商密", "普通商密")
_STARS: Final = str.maketrans(dict.fromkeys("☆✩✭✮✯✰⭐*﹡＊", "★"))
_MARK: Final = re.compile(
    r"(?:密级和保密期限|密级|保密等级)?[::]?"
    rf"(?P<level>{'|'.join(_LEVELS)})(?:★(?P<period>\w[\w.\-/]{{0,19}}?)?)?(?:特急|加急|平急|急件)?"
)
"""Such as 机密★10年, 秘密★, 绝密★长期, without blanks; the degree of urgency may stand on the same line."""

_NUMBER: Final = re.compile(r"(?:份号|编号|№|No\.?)[::]?(?P<said>\d{1,8})|(?P<bare>\d{6})")
_PAGE_NUMBER: Final = re.compile(
    r"[-—–―·]{0,2}(?:第?\d{1,4}页?(?:[/,,]?(?:共|of)?\d{1,4}页?)?|Page\d{1,4}(?:of\d{1,4})?)[-—–―·]{0,2}",
    re.IGNORECASE,
)

#: Heads of a first page stand in its upper third; later pages carry theirs in the top margin, which is 37 mm.
_FIRST_SHARE: Final = 1 / 3
_MARGIN_MM: Final = 37.0

#: A level without a star is a word like any other unless it stands where marks stand: in the first four of 22 lines of
#: the type area or above, at the left or right.
_BARE_BELOW_MM: Final = 75.0
_SIDE_SHARE: Final = 0.35
#: A bare number of six digits is a copy number in the first two lines at the left, else a post code or a sum.
_BARE_NUMBER_MM: Final = 55.0

#: Page numbers stand within the lower or upper margin.
_FOOT_MM: Final = 30.0

#: Pieces of one line are apart by less than so many times their height; 密 级 may be set wide.
_GAP_HEIGHTS: Final = 3.0

_LONGEST_LIST: Final = 60


@dataclass(frozen=True)
class PageHead:
    """What one page shows.

    Attributes:
        page: Number of the page, from 1.
        mark: The secrecy mark as printed, without blanks; empty if there is none.
        copy_no: The digits of a copy number; empty if there is none.
        places: Where these and page numbers stand, in mm from the top left; our marks keep clear of them.
    """

    page: int
    mark: str
    copy_no: str
    places: tuple[Rect, ...]


def find_heads(cleaned: bytes, *, limits: Limits = Limits()) -> tuple[PageHead, ...]:  # noqa: B008 -- a frozen value
    """Return what the pages of a cleaned document show at head and foot; pages that show nothing are left out."""
    with opened(cleaned, limits) as pages:
        found = (_head(pages, number) for number in range(1, len(pages) + 1))
        return tuple(head for head in found if head.places)


def head_findings(heads: Sequence[PageHead], mark: str) -> tuple[Finding, ...]:
    """Return what has to be told of the heads of a document that is registered under a mark, such as ``机密★10年``."""
    findings = []
    for printed in dict.fromkeys(head.mark for head in heads if head.mark):
        pages = _listed(head.page for head in heads if head.mark == printed)
        if _agree(printed, mark):
            findings.append(Finding("head-carried", facts={"printed": printed, "pages": pages}))
        else:
            facts = {"printed": printed, "registered": mark, "pages": pages}
            findings.append(Finding("head-differs", facts=facts))
    for printed in dict.fromkeys(head.copy_no for head in heads if head.copy_no):
        pages = _listed(head.page for head in heads if head.copy_no == printed)
        findings.append(Finding("copy-number-carried", facts={"printed": printed, "pages": pages}))
    return tuple(findings)


def parse_mark(text: str) -> tuple[str, str] | None:
    """Return level and period, which may be empty, of a text that is a secrecy mark and nothing else."""
    found = _MARK.fullmatch(_plain(text))
    return (found["level"], found["period"] or "") if found else None


def _head(pages: Pages, number: int) -> PageHead:
    """Return what a page shows, with no places if it shows nothing."""
    width, height = (mm_from_pt(side) for side in pages.size_pt(number))
    top = height * _FIRST_SHARE if number == 1 else _MARGIN_MM
    mark = copy_no = ""
    places = []
    for text, place in _runs(pages.pieces(number, ((0, top), (height - _FOOT_MM, height)))):
        is_aside = place.left < width * _SIDE_SHARE or place.right > width * (1 - _SIDE_SHARE)
        in_margin = place.top < _FOOT_MM or place.top >= height - _FOOT_MM
        if place.top < top and not mark and (level := _mark_in(text, place, is_aside=is_aside)):
            mark = level
        elif place.top < top and not copy_no and (digits := _number_in(text, place, width)):
            copy_no = digits
        elif not (in_margin and _PAGE_NUMBER.fullmatch(_plain(text))):
            continue
        places.append(place)
    return PageHead(number, mark, copy_no, tuple(places))


def _mark_in(text: str, place: Rect, *, is_aside: bool) -> str:
    """Return the secrecy mark that a run of text is, or nothing."""
    plain = _plain(text)
    found = parse_mark(plain)
    if found is None:
        return ""
    stands_out = "★" in plain or "密级" in plain or (is_aside and place.top < _BARE_BELOW_MM)
    return "★".join(filter(None, found)) if stands_out else ""


def _number_in(text: str, place: Rect, width: float) -> str:
    """Return the digits of the copy number that a run of text is, or nothing."""
    found = _NUMBER.fullmatch(_plain(text))
    if found is None:
        return ""
    if found["bare"] and not (place.top < _BARE_NUMBER_MM and place.left < width * _SIDE_SHARE):
        return ""
    return found["said"] or found["bare"]


def _runs(pieces: Iterable[tuple[str, Rect]]) -> Iterator[tuple[str, Rect]]:
    """Join pieces that stand on one line, next to each other."""
    run: tuple[str, Rect] | None = None
    for text, place in sorted(pieces, key=lambda piece: (round(_middle(piece[1]) / 2), piece[1].left)):
        if run is not None and _is_next(run[1], place):
            joined = Rect(
                run[1].left, min(run[1].top, place.top), place.right, max(run[1].bottom, place.bottom)
            )
            run = (run[0] + text, joined)
            continue
        if run is not None:
            yield run
        run = (text, place)
    if run is not None:
        yield run


def _is_next(before: Rect, place: Rect) -> bool:
    """Tell whether a piece goes on where another ended."""
    height = max(before.height, place.height)
    gap = place.left - before.right
    return abs(_middle(before) - _middle(place)) < height / 2 and -height < gap < _GAP_HEIGHTS * height


def _middle(place: Rect) -> float:
    return (place.top + place.bottom) / 2


def _plain(text: str) -> str:
    """Return a text without blanks, full-width forms as plain ones, stars as one."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_STARS)


def _agree(printed: str, registered: str) -> bool:
    """Tell whether a printed mark says what is registered; one without a period leaves the period open."""
    one, other = parse_mark(printed), parse_mark(registered)
    if one is None or other is None:
        return printed == registered
    return one[0] == other[0] and (not one[1] or one[1] == other[1])


def _listed(pages: Iterable[int]) -> str:
    """Return page numbers as a reader writes them: ``1, 3–7``; long lists are cut."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    listed = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
    return listed if len(listed) <= _LONGEST_LIST else listed[:_LONGEST_LIST].rsplit(",", 1)[0] + " …"
