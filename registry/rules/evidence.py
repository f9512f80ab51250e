"""What a run saw on each page of its pictures, as it is kept with the run: told as plain data and read back.

Keeps both directions in one place. A proven QR is kept by code and page only, never with its keyed check, so that
a case is no source of QR texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from registry.rules.tracing import (
    CaseFinding,
    Grade,
    HiddenReading,
    PageEvidence,
    PageFinding,
    RegisteredReading,
)
from registry.rules.words import CaseState

Corners = tuple[tuple[float, float], ...]


class QrProof(StrEnum):
    """What the keyed check of a QR came to."""

    PROVEN = "PROVEN"
    FORGED = "FORGED"
    """It looks like ours, but the check fits none of our keys."""
    FOREIGN = "FOREIGN"
    """It is a QR of some other kind."""


@dataclass(frozen=True)
class QrSeen:
    """A QR code in a picture.

    Attributes:
        corners: Top left, top right, bottom right, bottom left of the code as printed; x, y in pixels of the page.
        code: Copy code; None unless proven.
        page: Page of the copy; None unless proven.
    """

    proof: QrProof
    corners: Corners
    code: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class DotsSeen:
    """The dot field of a page, read.

    Attributes:
        cells_read: Cells in which a dot stood out.
        cells_agreeing: Those that say the same as the reading.
        dpi: Pixels per inch on the printed page.
        turn_deg: How far the page lies turned clockwise.
    """

    code: str
    page: int
    log10_chance: float
    cells_read: int
    cells_agreeing: int
    dpi: float
    turn_deg: float


class Shown(StrEnum):
    """How a picture shows paper."""

    AS_IS = "as-is"
    NEGATIVE = "negative"
    MIRRORED = "mirrored"


class Generation(StrEnum):
    """Whether a photocopier stands between the print and a picture."""

    ORIGINAL = "original"
    COPY = "copy"
    UNSURE = "cannot-say"


@dataclass(frozen=True)
class PrintedSeen:
    """How a page of the named copy came to a picture, as its dots tell.

    Attributes:
        why: Stable code of what it rests on, or of why nothing can be said.
        log10_ratio: How much likelier what was measured is of a photocopy than of a first print.
        dots: Dots that were compared.
        unevenness: Standard deviation of their ink, as a share of it; None if not measured.
        stray_mm: Standard deviation of their places; None likewise.
    """

    generation: Generation
    why: str
    log10_ratio: float
    dots: int
    unevenness: float | None = None
    stray_mm: float | None = None


@dataclass(frozen=True)
class PlacedSeen:
    """A registered page that was found on a page of a picture.

    Attributes:
        document_id: Whose page it is.
        page: Its number, from 1.
        outline: The edge of the page in pixels of the picture, once around.
        width_mm: Width of the page.
        height_mm: Its height.
        matches: Features that agree on the place.
        error_mm: Median distance of those from where they should be, on paper.
        dpi: Pixels of the picture per inch of paper.
        words_read: Displaced words that were measured.
        cells_read: Dot cells that were seen.
        overlay: File of the page laid flat with what spoke for and against; None where nothing was drawn.
        printed: Whether it is a first print or a photocopy; None where nobody looked.
        shown: How the picture shows it.
    """

    document_id: int
    page: int
    outline: Corners
    width_mm: float
    height_mm: float
    matches: int
    error_mm: float
    dpi: float
    words_read: int
    cells_read: int
    overlay: str | None = None
    printed: PrintedSeen | None = None
    shown: Shown = Shown.AS_IS


@dataclass(frozen=True)
class PageSeen:
    """Everything that was seen on one page of a picture; ``notes`` are codes that help whoever took it."""

    picture_page: int
    width_px: int
    height_px: int
    qr: tuple[QrSeen, ...]
    dots: DotsSeen | None
    notes: tuple[str, ...]
    picture: int = 1
    """Which picture of the case, from 1."""
    placed: tuple[PlacedSeen, ...] = ()

    @property
    def evidence(self) -> PageEvidence:
        """What is to be judged."""
        dots = self.dots
        return PageEvidence(
            picture_page=self.picture_page,
            qr=tuple((seen.code, seen.page) for seen in self.qr if seen.code and seen.page),
            forged=sum(seen.proof is QrProof.FORGED for seen in self.qr),
            hidden=HiddenReading(dots.code, dots.page, dots.log10_chance) if dots else None,
            placed=frozenset(seen.document_id for seen in self.placed),
        )

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all copies that a mark on the page names."""
        named = {seen.code for seen in self.qr if seen.code}
        return frozenset(named | {self.dots.code} if self.dots else named)


@dataclass(frozen=True)
class CandidateSeen:
    """A copy that the marks at their registered places point at.

    Attributes:
        log10_layout: What the displaced words say; None where none was measured.
        log10_dots: What the dots say; None where none was measured.
        log10_fused: Both, over all pages and pictures.
        log10_chance: Bound on the chance that so much speaks for any innocent copy.
    """

    code: str
    document_id: int
    pages: tuple[int, ...]
    log10_layout: float | None
    log10_dots: float | None
    log10_fused: float
    log10_chance: float
    is_blind: bool = False
    """Its dots were read without finding the page."""


@dataclass(frozen=True)
class ComparedSeen:
    """What the comparison with the registered pages came to.

    Attributes:
        candidates: Copies, most likely first.
        pictures: Pages of pictures that were compared.
        pages: Registered pages that they were compared with.
        placements: Ways in which each was laid on a page.
        copies: Copies that were compared.
        decoys_log10: What speaks for copies that were never issued, on the same pictures.
        keys: Keys under which copies may have been made.
        is_contradicted: Whether the marks at their registered places contradict each other.
    """

    candidates: tuple[CandidateSeen, ...]
    pictures: int
    pages: int
    placements: int
    copies: int
    decoys_log10: tuple[float, ...]
    keys: int = 1
    is_contradicted: bool = False

    def telling(self, finding: CaseFinding | None) -> "ComparedSeen":
        """Return what may be told outside: of the copies that are pointed at only those that the finding names."""
        named = {finding.code, *finding.also} if finding else set()
        return replace(self, candidates=tuple(one for one in self.candidates if one.code in named))

    @property
    def registered(self) -> tuple[RegisteredReading, ...]:
        """What is to be judged."""
        return tuple(RegisteredReading(one.code, one.pages, one.log10_chance) for one in self.candidates)


def tell_compared(compared: ComparedSeen | None) -> dict[str, Any] | None:
    """Return a comparison as plain data, fit for JSON."""
    return None if compared is None else asdict(compared)


def parse_compared(told: Mapping[str, Any] | None) -> ComparedSeen | None:
    """Return the comparison that was told as plain data."""
    if told is None:
        return None
    candidates = tuple(CandidateSeen(**{**one, "pages": tuple(one["pages"])}) for one in told["candidates"])
    return ComparedSeen(**{**told, "candidates": candidates, "decoys_log10": tuple(told["decoys_log10"])})


def tell_finding(finding: CaseFinding) -> dict[str, Any]:
    """Return the finding of a case as plain data, fit for JSON."""
    return asdict(finding)


def parse_finding(told: Mapping[str, Any]) -> CaseFinding:
    """Return the finding that was told as plain data."""
    return CaseFinding(
        **{
            **told,
            "state": CaseState(told["state"]),
            "grade": Grade(told["grade"]),
            "pages": tuple(told["pages"]),
            "also": tuple(told["also"]),
        }
    )


def parse_page_finding(told: Mapping[str, Any]) -> PageFinding:
    """Return the finding of a page that was told as plain data."""
    return PageFinding(**{**told, "grade": Grade(told["grade"])})


def tell_pages(pages: Iterable[PageSeen]) -> list[dict[str, Any]]:
    """Return pages as plain data, fit for JSON."""
    return [asdict(page) for page in pages]


def parse_pages(told: Iterable[Mapping[str, Any]]) -> tuple[PageSeen, ...]:
    """Return the pages that were told as plain data."""
    return tuple(
        PageSeen(
            picture_page=page["picture_page"],
            width_px=page["width_px"],
            height_px=page["height_px"],
            qr=tuple(_parse_qr(seen) for seen in page["qr"]),
            dots=DotsSeen(**page["dots"]) if page["dots"] else None,
            notes=tuple(page["notes"]),
            picture=page.get("picture", 1),
            placed=tuple(_parse_placed(seen) for seen in page.get("placed", ())),
        )
        for page in told
    )


def _parse_qr(told: Mapping[str, Any]) -> QrSeen:
    corners = tuple((float(x), float(y)) for x, y in told["corners"])
    return QrSeen(QrProof(told["proof"]), corners, told["code"], told["page"])


def _parse_placed(told: Mapping[str, Any]) -> PlacedSeen:
    outline = tuple((float(x), float(y)) for x, y in told["outline"])
    shown = Shown(told.get("shown", Shown.AS_IS))
    printed = _parse_printed(told.get("printed"))
    return PlacedSeen(**{**told, "outline": outline, "printed": printed, "shown": shown})


def _parse_printed(told: Mapping[str, Any] | None) -> PrintedSeen | None:
    return None if told is None else PrintedSeen(**{**told, "generation": Generation(told["generation"])})
