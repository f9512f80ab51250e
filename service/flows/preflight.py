"""Can the pages of a document be traced? What its proof tells, against what its level demands, ready to be shown.

Pure: a document and the rules in, what screens and programs tell out.
"""

from dataclasses import dataclass
from typing import Final

from registry.rules.marks import MarkRules
from registry.rules.traceability import Traceability, judge
from registry.views.documents import DocumentView
from watermark import Channel, Grade, PageProof, Proof, grade_of

FULL_BAR_DECADES: Final = 45
"""A bar is full from here on: half as much again as certain; what lies beyond changes nobody's decision."""


@dataclass(frozen=True)
class Score:
    """What a page yields through one channel, and what its level demands."""

    channel: Channel
    decades: int
    wanted: int

    @property
    def grade(self) -> Grade:
        """What the score means."""
        return grade_of(self.decades)

    @property
    def is_short(self) -> bool:
        """Whether it is less than the level demands."""
        return self.decades < self.wanted

    @property
    def share(self) -> int:
        """How much of its bar is filled, per cent."""
        return min(100, 100 * self.decades // FULL_BAR_DECADES)


@dataclass(frozen=True)
class PageReport:
    """One page: its scores in the order of the channels, and what it lacks."""

    number: int
    cells: int
    units: int
    scores: tuple[Score, ...]
    obstacles: tuple[str, ...]

    @property
    def is_short(self) -> bool:
        """Whether any score is less than the level demands."""
        return any(score.is_short for score in self.scores)

    @property
    def poorest(self) -> int:
        """Decades of the poorest channel."""
        return min(score.decades for score in self.scores)


@dataclass(frozen=True)
class Preflight:
    """A document before it is printed.

    Attributes:
        pages: Every page in order; empty where nothing that counts was measured.
        traceability: What falls short, and the hash that an acceptance covers.
    """

    pages: tuple[PageReport, ...]
    traceability: Traceability

    @property
    def short_pages(self) -> tuple[PageReport, ...]:
        """The pages that fall short, poorest first."""
        return tuple(sorted((page for page in self.pages if page.is_short), key=lambda page: page.poorest))

    @property
    def poorest_page(self) -> PageReport | None:
        """The page that yields least through its poorest channel; None where nothing was measured."""
        return min(self.pages, key=lambda page: page.poorest, default=None)


def preflight(document: DocumentView, rules: MarkRules) -> Preflight:
    """Return what is known of a document's traceability."""
    rule = rules.get(document.row.scheme, document.row.level)
    found = judge(document.proof, pages=document.row.pages, cleaned_sha256=document.cleaned_sha256, rule=rule)
    if document.proof is None or not found.is_measured:
        return Preflight((), found)
    proof = Proof.from_json(document.proof)
    wanted = {channel: rule.trace[channel] for channel in Channel}
    return Preflight(
        tuple(_report(number, page, wanted) for number, page in enumerate(proof.pages, 1)), found
    )


def _report(number: int, page: PageProof, wanted: dict[Channel, int]) -> PageReport:
    return PageReport(
        number=number,
        cells=page.cells,
        units=page.units,
        scores=tuple(Score(channel, page.decades[channel], wanted[channel]) for channel in Channel),
        obstacles=page.obstacles,
    )
