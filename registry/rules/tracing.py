"""What a picture's marks allow us to say: which copy, how surely, or that they do not suffice.

Decides over readings that others made; never looks at a picture. Laws:

* A QR is a claim: it can be cut out and glued on. It names a copy, but only the hidden marks make that certain.
* No copy is named that was never put on paper.
* Carriers that disagree are a conflict, reported as one, never a name.
* It is the copy that is identified, not the person.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.lifecycle import State
from registry.rules.words import CaseState

NOTE_LIMIT = 500
NAME_LIMIT = 200
"""Characters of the note of a case and of the name of its picture."""

CERTAIN_LOG10 = -9.0
"""An innocent copy is named at most once in 10⁹ (threat model); the chance counts everything that was tried."""

WITHOUT_PAPER: frozenset[State] = frozenset({State.RESERVED, State.VOID})
"""States of copies that were never printed, so that no picture can show them."""


class Grade(StrEnum):
    """How far the evidence goes."""

    CERTAIN = "certain"
    """The hidden marks name the copy."""
    CLAIM = "claim"
    """Only the QR names it, and nothing contradicts."""
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
    """

    picture_page: int
    qr: tuple[tuple[str, int], ...]
    forged: int
    hidden: HiddenReading | None


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


def judge_page(evidence: PageEvidence, on_paper: Collection[str]) -> PageFinding:
    """Return what may be said of one page.

    A hidden reading weaker than the bound names nothing and contradicts nothing.

    Args:
        evidence: What was read.
        on_paper: Codes of the copies, among those read, that were put on paper.
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
        return found(Grade.INSUFFICIENT if evidence.forged or hidden else Grade.NO_MARK)
    (name,) = named
    if name[0] not in on_paper:
        return found(Grade.INSUFFICIENT)
    return found(Grade.CERTAIN if sure else Grade.CLAIM, name)


def strongest(findings: Iterable[PageFinding]) -> PageFinding | None:
    """Return the finding that names a copy on the best evidence, the first page of several; None without any."""
    naming = [finding for finding in findings if finding.code is not None]
    return next((finding for finding in naming if finding.grade is Grade.CERTAIN), next(iter(naming), None))


def judge_case(findings: Iterable[PageFinding]) -> CaseState:
    """Return what a picture as a whole has come to: named when every page that names a copy names the same one."""
    known = list(findings)
    named = {finding.code for finding in known if finding.code is not None}
    if any(finding.grade is Grade.CONFLICT for finding in known) or len(named) > 1:
        return CaseState.CONFLICT
    return CaseState.NAMED if named else CaseState.INCONCLUSIVE
