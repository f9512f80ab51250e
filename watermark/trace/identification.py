"""What a picture was found to show: pages, candidates, and how likely each names an innocent.

Laws to keep in mind:

* ``log10_e`` is the decimal logarithm of an *e-value*: for a copy whose marks had no part in the picture, the
  expectation of ``10 ** log10_e`` is at most 1, whatever the camera, the copier or the forger did.
* ``log10_chance`` counts everything that was tried, so that it bounds the chance that *any* innocent is named so.
* The thresholds are fixed here, before any run.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.trace.measure.generation import PrintSeen
from watermark.trace.weigh.weighing import Voice

CERTAIN_LOG10: Final = -9.0
"""At a million pictures a year, one false name in a thousand years."""
STRONG_LOG10: Final = -4.0
"""Worth an auditor's further pictures; never enough for a name."""


class Grade(StrEnum):
    """How far the evidence goes."""

    CERTAIN = "certain"
    """The chance that this names an innocent copy is at most 1 in 10⁹."""
    STRONG = "strong"
    """At most 1 in 10⁴: more pictures may settle it; nobody is named."""
    CONFLICT = "conflict"
    """Words and dots name different copies, or dots were read on a page that is not theirs: a forgery or a mixture."""
    INSUFFICIENT = "insufficient"
    """A registered page was found or a mark was seen, and no copy stands out."""
    NO_MARK = "no-mark"
    """No registered page and no mark of ours was seen."""


def grade_of(log10_chance: float) -> Grade:
    """Return how far evidence goes that has this chance of naming an innocent."""
    if log10_chance <= CERTAIN_LOG10:
        return Grade.CERTAIN
    return Grade.STRONG if log10_chance <= STRONG_LOG10 else Grade.INSUFFICIENT


@dataclass(frozen=True)
class Candidate:
    """A copy, and what speaks for it.

    Attributes:
        document: The caller's name of the document.
        identity: The 64 bits of the copy.
        pages: The pages of it that the pictures show, from 1.
        log10_layout: What the displaced words say; None where none was measured.
        log10_dots: What the dots say; None where none was measured.
        log10_fused: Both, over all pages and pictures.
        log10_chance: Bound on the chance that so much speaks for any innocent copy, all tries counted; at most 0.
        is_blind: Its dots were read without finding the page.
        is_out_of_place: Its dots were read on a page that has much to hold on to and is not the page they name, or on
            one whose words could tell that they are its own and do not.
    """

    document: str
    identity: int
    pages: tuple[int, ...]
    log10_layout: float | None
    log10_dots: float | None
    log10_fused: float
    log10_chance: float
    is_blind: bool = False
    is_out_of_place: bool = False

    @property
    def grade(self) -> Grade:
        """How far the evidence goes."""
        return grade_of(self.log10_chance)


class Shown(StrEnum):
    """How a picture shows paper."""

    AS_IS = "as-is"
    NEGATIVE = "negative"
    MIRRORED = "mirrored"


@dataclass(frozen=True, eq=False)
class PlacedPage:
    """A registered page seen in a picture.

    Attributes:
        picture: Which of the pictures, from 0.
        document: The caller's name of the document.
        page: Its page, from 1.
        mesh_px: ``(rows, cols, 2)``: x, y in the picture of points of the page, from corner to corner, evenly spaced.
        width_mm: Width of the visible page.
        height_mm: Its height.
        matches: Features that agree on the place.
        error_mm: Median distance of those from where they should be, on paper.
        dpi: Pixels of the picture per inch of paper, in the middle of what is seen.
        units_read: Displaced words that were measured.
        cells_read: Dot cells that were seen.
        voice: What spoke for and against the first candidate; None if there is none on this page.
        printed: Whether it is a first print or a photocopy; None where no copy is named beyond doubt, or without dots.
        shown: How the picture shows it.
    """

    picture: int
    document: str
    page: int
    mesh_px: NDArray[np.float32]
    width_mm: float
    height_mm: float
    matches: int
    error_mm: float
    dpi: float
    units_read: int
    cells_read: int
    voice: Voice | None = None
    printed: PrintSeen | None = None
    shown: Shown = Shown.AS_IS


@dataclass(frozen=True)
class Tried:
    """What the bound is divided by.

    Attributes:
        pictures: Pictures of the case.
        pages: Pages that were compared.
        placements: Ways in which each was laid on a page.
        copies: Copies that were compared with each.
        keys: Keys under which they may have been made.
    """

    pictures: int
    pages: int
    placements: int
    copies: int
    keys: int = 1

    @property
    def log10(self) -> float:
        """Decimal logarithm of how many ways there were to name somebody."""
        ways = (self.pictures, self.pages, self.placements, self.copies, self.keys)
        return math.log10(math.prod(max(1, way) for way in ways))


@dataclass(frozen=True, eq=False)
class Identification:
    """The outcome of a trace.

    Attributes:
        grade: How far the evidence goes for the first candidate.
        candidates: Most likely first; at most ten.
        placed: The registered pages that were found.
        tried: What the bound counts.
        decoys_log10: Fused e-values of copies that were never issued, scored on the same pictures: a live check.
    """

    grade: Grade
    candidates: tuple[Candidate, ...]
    placed: tuple[PlacedPage, ...]
    tried: Tried
    decoys_log10: NDArray[np.float64]
