"""What the marks in pictures allow us to say: which copy, how surely, or that they do not suffice.

Decides over readings that others made; never looks at a picture. Laws:

* A QR is a claim: it can be cut out and glued on. It names a copy, but only the hidden marks make that certain.
* No copy is named that was never put on paper.
* Carriers that disagree are a conflict, reported as one, never a name; so is a mark on a page of another document.
* It is the copy that is identified, not the person.
* A second auditor, another person than whoever opened the case, brought pictures or ordered the run, confirms a
  finding before a holder's name leaves with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.lifecycle import State
from registry.rules.words import CaseState

NOTE_LIMIT = 500
NAME_LIMIT = 200
"""Characters of the note of a case and of the name of a picture."""

MOST_PICTURES = 20
"""In one case: all of them are compared at once, in the memory of one child process."""

CERTAIN_LOG10 = -9.0
"""An innocent copy is named at most once in 10⁹ (threat model); the chance counts everything that was tried."""
STRONG_LOG10 = -4.0
"""Worth an auditor's further pictures; never enough for a name."""

WITHOUT_PAPER: frozenset[State] = frozenset({State.RESERVED, State.VOID})
"""States of copies that were never printed, so that no picture can show them."""


class Grade(StrEnum):
    """How far the evidence goes."""

    CERTAIN = "certain"
    """The hidden marks name the copy."""
    CLAIM = "claim"
    """Only the QR names it, and nothing contradicts."""
    STRONG = "strong"
    """The marks at their registered places point at a copy, but not beyond doubt: nobody is named."""
    INSUFFICIENT = "insufficient"
    """A mark was seen, but no copy on paper bears it or it is too weak."""
    CONFLICT = "conflict"
    """The marks name different copies or pages."""
    NO_MARK = "no-mark"
    """Nothing of ours was seen."""


@dataclass(frozen=True)
class HiddenReading:
    """What the dot field of a page says.

    Attributes:
        code: Copy code.
        page: Page of the copy, from 1.
        log10_chance: Common logarithm of the chance that paper without this mark reads so well, all tries included.
    """

    code: str
    page: int
    log10_chance: float


@dataclass(frozen=True)
class PageEvidence:
    """What was read on one page of a picture.

    Attributes:
        picture_page: Which page of the picture, from 1.
        qr: Copy codes and pages of proven QRs.
        forged: How many QRs look like ours and are not.
        hidden: What the dot field says, if it could be read.
        placed: Documents of the registered pages that were found on it.
    """

    picture_page: int
    qr: tuple[tuple[str, int], ...]
    forged: int
    hidden: HiddenReading | None
    placed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RegisteredReading:
    """A copy that the marks at their registered places point at, over all pages of all pictures.

    Attributes:
        code: Copy code.
        pages: Pages of the copy that the pictures show, from 1.
        log10_chance: Common logarithm of the chance that so much speaks for any innocent copy, all tries included.
    """

    code: str
    pages: tuple[int, ...]
    log10_chance: float


@dataclass(frozen=True)
class PageFinding:
    """What may be said of one page of a picture.

    Attributes:
        code: The copy that is named, None where none is.
        page: Its page.
        log10_chance: Of naming an innocent copy by the hidden marks; None without them.
    """

    picture_page: int
    grade: Grade
    code: str | None
    page: int | None
    log10_chance: float | None


@dataclass(frozen=True)
class CaseFinding:
    """What may be said of all pictures of a case together.

    Attributes:
        code: The copy that is named, None where none is.
        pages: Its pages that the pictures show.
        log10_chance: Of naming an innocent copy by the hidden marks; None without them.
        also: Further copies that the hidden marks name beyond doubt: pages of several copies were mixed.
    """

    state: CaseState
    grade: Grade
    code: str | None = None
    pages: tuple[int, ...] = ()
    log10_chance: float | None = None
    also: tuple[str, ...] = ()

    @property
    def page(self) -> int | None:
        """The first page of the named copy that is shown."""
        return next(iter(self.pages), None)


def judge_page(evidence: PageEvidence, on_paper: Mapping[str, int]) -> PageFinding:
    """Return what may be said of one page by its QR codes and by its dots read blind.

    A hidden reading weaker than the bound names nothing and contradicts nothing.

    Args:
        evidence: What was read.
        on_paper: Of the copies, among those read, that were put on paper: document by code.
    """
    hidden = evidence.hidden
    chance = hidden.log10_chance if hidden else None
    sure = hidden if hidden and hidden.log10_chance <= CERTAIN_LOG10 else None
    named = {*evidence.qr, *([(sure.code, sure.page)] if sure else [])}

    def found(grade: Grade, name: tuple[str, int] | None = None) -> PageFinding:
        code, page = name or (None, None)
        return PageFinding(evidence.picture_page, grade, code, page, chance)

    if len(named) > 1 or (named and evidence.forged):
        return found(Grade.CONFLICT)
    if not named:
        seen = evidence.forged or hidden or evidence.placed
        return found(Grade.INSUFFICIENT if seen else Grade.NO_MARK)
    (name,) = named
    if name[0] not in on_paper:
        return found(Grade.INSUFFICIENT)
    if evidence.placed and on_paper[name[0]] not in evidence.placed:
        return found(Grade.CONFLICT)  # a mark of one document on a page of another
    return found(Grade.CERTAIN if sure else Grade.CLAIM, name)


def strongest(findings: Iterable[PageFinding]) -> PageFinding | None:
    """Return the finding that names a copy on the best evidence, the first page of several; None without any."""
    naming = [finding for finding in findings if finding.code is not None]
    return next((finding for finding in naming if finding.grade is Grade.CERTAIN), next(iter(naming), None))


def judge_case(
    findings: Iterable[PageFinding],
    registered: Sequence[RegisteredReading] = (),
    *,
    contradicted: bool = False,
) -> CaseFinding:
    """Return what all pictures together have come to.

    A copy is named when every page that names one names the same, and what the marks at their registered places point
    at does not contradict it. Where they name several beyond doubt, pages of several copies were mixed: the first is
    named, the others are told beside it.

    Args:
        findings: One for each page of each picture.
        registered: Copies on paper that the registered marks point at, most likely first.
        contradicted: Whether the registered marks contradict each other: words and dots name different copies, or dots
            were read on a page that is not theirs.
    """
    known = list(findings)
    named = {finding.code for finding in known if finding.code is not None}
    certain = [one for one in registered if one.log10_chance <= CERTAIN_LOG10]
    pointing = certain or [one for one in registered if one.log10_chance <= STRONG_LOG10]
    contradicts = bool(pointing) and not named <= {one.code for one in pointing}
    is_conflict = any(finding.grade is Grade.CONFLICT for finding in known)
    if is_conflict or len(named) > 1 or contradicts or contradicted:
        return CaseFinding(CaseState.CONFLICT, Grade.CONFLICT)
    if certain:
        first = next((one for one in certain if one.code in named), certain[0])
        also = tuple(one.code for one in certain if one is not first)
        return CaseFinding(CaseState.NAMED, Grade.CERTAIN, first.code, first.pages, first.log10_chance, also)
    best = strongest(known)
    if best is not None and best.page is not None:
        pages = tuple(sorted({finding.page for finding in known if finding.page is not None}))
        ordered = (best.page, *(page for page in pages if page != best.page))
        chance = best.log10_chance if best.grade is Grade.CERTAIN else None
        return CaseFinding(CaseState.NAMED, best.grade, best.code, ordered, chance)
    return CaseFinding(CaseState.INCONCLUSIVE, _inconclusive(known, pointing))


def may_review(person_id: int | None, parties: Collection[int | None]) -> bool:
    """Return whether a person may confirm a finding.

    Args:
        person_id: Who would confirm it.
        parties: Who opened the case, brought its pictures and ordered the run.
    """
    return person_id is not None and person_id not in parties


def _inconclusive(findings: Iterable[PageFinding], pointing: Sequence[RegisteredReading]) -> Grade:
    if pointing:
        return Grade.STRONG
    seen = any(finding.grade is Grade.INSUFFICIENT for finding in findings)
    return Grade.INSUFFICIENT if seen else Grade.NO_MARK
