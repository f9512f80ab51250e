"""What is written on a copy: the words that people read, and the marks that lead back to it.

Paper goes through many hands and many languages, so it always speaks Chinese and English, whatever language a
screen is set to: these words are part of the mark, not of the interface. Which marks there are and what the lines say
is decided by ``registry.rules.marks``. Pure: facts in, marks out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from registry.rules.codes import (
    ALPHABET,
    LAST_COPY_NO,
    code_from_number,
    code_number,
    copy_no_text,
    human_code,
)
from registry.rules.levels import get_level, mark_text, parse_period
from registry.rules.lifecycle import FIRST_STATE
from registry.rules.marks import MarkRules, write_line
from registry.views.batches import BatchWork, MarkFacts
from service.config import Settings
from service.keys import Keys
from service.tokens import Tokens
from watermark import DotStyle, Mark, MarkPlan, PageMark

_LONG_NAME_ZH: Final = 16
_LONG_NAME_EN: Final = 40
"""Names of persons and units that are longer are rare; letters of the longest run and head of the ledger likewise."""
_LARGE_RUN: Final = 999
_LONG_HEAD: Final = 20


@dataclass(frozen=True)
class Wording:
    """Every text that is printed on one copy in letters."""

    caption: str
    lines: tuple[str, ...]
    head_left: str
    head_right: str
    face: tuple[str, ...] = ()
    """Lines of the face sheet; on it are no title and no level."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it, for the choice of letters that go into the file."""
        return (self.caption, *self.lines, self.head_left, self.head_right, *self.face)


def plan(rules: MarkRules, scheme: str, level: str, *, printer: str | None = None) -> MarkPlan:
    """Return the carriers of a level's copies.

    Args:
        rules: The rules in force.
        scheme: The scheme.
        level: Code of a level of it.
        printer: Name of the printer that will print; one without dots of its own in the rules changes nothing.
    """
    rule = rules.for_printer(printer).get(scheme, level)
    return MarkPlan(
        qr=rule.qr,
        lines=bool(rule.lines),
        heads=rule.heads,
        dots=None if rule.dots is None else DotStyle(rule.dots.side_px, rule.dots.pitch_px),
        shifts=rule.shifts,
        flatten_dpi=rule.flatten_dpi,
        per_page=rule.per_page,
    )


class Titled(Protocol):
    """A document as far as its marks tell of it."""

    @property
    def doc_number(self) -> str:
        """The document number."""

    @property
    def scheme(self) -> str:
        """The scheme of its level."""

    @property
    def level(self) -> str:
        """Code of its level."""

    @property
    def secrecy_period(self) -> str:
        """The period of secrecy."""


class Ordered(Titled, Protocol):
    """A document of which copies are made."""

    @property
    def checkpoint(self) -> str:
        """The head of the ledger that its copies show."""


@dataclass(frozen=True)
class _Imagined:
    """A document of which copies might be made."""

    doc_number: str
    scheme: str
    level: str
    secrecy_period: str
    checkpoint: str


def longest(document: Titled, settings: Settings) -> PageMark:
    """Return about the longest texts that a copy of a document may bear: a long name, large numbers."""
    work = _Imagined(
        doc_number=document.doc_number,
        scheme=document.scheme,
        level=document.level,
        secrecy_period=document.secrecy_period,
        checkpoint="0" * _LONG_HEAD,
    )
    copy = MarkFacts(
        code=code_from_number(0),
        copy_no=LAST_COPY_NO,
        state=FIRST_STATE,
        number=_LARGE_RUN,
        size=_LARGE_RUN,
        stamped_sha256=None,
        delta_sha256=None,
        holder_zh="中" * _LONG_NAME_ZH,
        holder_en="n" * _LONG_NAME_EN,
    )
    return _said("", wording(work, copy, settings))


def wording(work: Ordered, copy: MarkFacts, settings: Settings) -> Wording:
    """Return the words on one copy.

    Args:
        work: The print run.
        copy: One of its copies.
        settings: For the rules, and the words that ask a finder to return the paper.
    """
    level = get_level(work.scheme, work.level)
    period = parse_period(work.secrecy_period)
    number = copy_no_text(copy.copy_no)
    mark = mark_text(level, period)
    rule = settings.mark_rules.get(work.scheme, work.level)
    fields = {
        "copy_no": number,
        "number": str(copy.number),
        "size": str(copy.size),
        "mark": mark,
        "level_en": level.en,
        "period_en": period.en,
        "holder_zh": _with_copier(copy.holder_zh, "复制单位", copy.copied_by_zh),
        "holder_en": _with_copier(copy.holder_en, "copied by", copy.copied_by_en),
        "doc_number": work.doc_number,
        "return_to_zh": settings.return_to_zh,
        "return_to_en": settings.return_to_en,
        "ledger": work.checkpoint,
    }
    return Wording(
        caption=human_code(copy.code),
        lines=tuple(write_line(line, rule.separator, fields) for line in rule.lines),
        head_left=f"份号 {number}",
        head_right=mark,
        face=face_lines(copy),
    )


class Named(Protocol):
    """What a face sheet tells of a copy."""

    @property
    def copy_no(self) -> int:
        """Its number."""

    @property
    def number(self) -> int:
        """Which copy of its run it is."""

    @property
    def size(self) -> int:
        """Of how many."""

    @property
    def holder_zh(self) -> str:
        """Whose name it carries."""

    @property
    def holder_en(self) -> str:
        """The same in English."""


def _with_copier(holder: str, said: str, unit: str) -> str:
    """Return a holder's name with the copying unit, which stands on every re-copy."""
    return f"{holder} · {said} {unit}" if unit else holder


def face_lines(copy: Named) -> tuple[str, ...]:
    """Return what a face sheet says: copy number, holder, place in the run; never a title."""
    number = copy_no_text(copy.copy_no)
    return (
        f"份号 {number}",
        f"Copy {number}",
        copy.holder_zh,
        copy.holder_en,
        f"第 {copy.number} 份/共 {copy.size} 份",
        f"{copy.number} of {copy.size}",
    )


def wordings(work: BatchWork, settings: Settings) -> Sequence[Wording]:
    """Return the words on each copy of a print run, in its order."""
    return [wording(work, copy, settings) for copy in work.copies]


def letters(wordings: Iterable[Wording]) -> str:
    """Return each letter of a print run once, and all that codes and numbers can have.

    Runs of a document for the same people thus need the same letters, whatever their codes.
    """
    return "".join(sorted(set(ALPHABET).union(*(text for one in wordings for text in one.texts))))


def compose(copy: MarkFacts, words: Wording, pages: int, *, tokens: Tokens, keys: Keys) -> Mark:
    """Return the marks of one copy: a QR of its own for each page, words, and the dots that carry its code."""
    return Mark(
        identity=code_number(copy.code),
        key=keys.dot_key,
        pages=tuple(_page(copy.code, page, words, tokens) for page in range(1, pages + 1)),
    )


def _page(code: str, page: int, words: Wording, tokens: Tokens) -> PageMark:
    return _said(tokens.qr_text(code, page), words)


def _said(qr_text: str, words: Wording) -> PageMark:
    return PageMark(
        qr_text=qr_text,
        caption=words.caption,
        lines=words.lines,
        head_left=words.head_left,
        head_right=words.head_right,
    )
