"""What pictures show, found out without knowing any name: for cases and for drills alike.

Laws: pictures are parsed only in the sandbox and outside any transaction; they are compared with registered pages and
codes alone; the keyed check of a QR is verified before any look at the database; nothing here says what follows.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.rules.codes import InvalidMark, code_from_number, code_number
from registry.rules.evidence import (
    CandidateSeen,
    ComparedSeen,
    Corners,
    DotsSeen,
    Generation,
    PageSeen,
    PlacedSeen,
    PrintedSeen,
    QrProof,
    QrSeen,
)
from registry.rules.tracing import CERTAIN_LOG10, STRONG_LOG10, PageFinding, RegisteredReading, judge_page
from registry.views.comparing import Comparable, comparables, extent
from service.flows import referencing
from service.flows.referencing import READER
from service.runtime import Runtime
from service.sandbox import SandboxExceeded
from service.tokens import ForgedMark
from watermark import (
    Candidate,
    DotReading,
    Identification,
    PageReading,
    PlacedPage,
    PrintSeen,
    QrReading,
    Readings,
    TraceGrade,
)

logger = structlog.get_logger()

MOST_PAGES: Final = 60
"""Registered pages compared at once, those of documents that a mark claims first: 11 MB each in the sandbox."""
LEAST_LOG10: Final = -9999.0
"""What stands for the logarithm of nothing, which JSON cannot say."""

Report = Callable[[int, int], None]
"""Called with how many steps are done, of how many: one for each picture, then comparing, then keeping."""


@dataclass(frozen=True)
class Examined:
    """What pictures show.

    Attributes:
        pages: What was seen on each page of each picture, in order.
        compared: What the comparison with the registered pages came to; None where there was nothing to compare with.
    """

    pages: tuple[PageSeen, ...]
    compared: ComparedSeen | None

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all copies that a mark names or points at."""
        read = frozenset[str]().union(*(page.codes for page in self.pages))
        return read | {one.code for one in self.compared.candidates} if self.compared else read


class Chosen(NamedTuple):
    """A document, and which of its pages are compared with pictures."""

    document: Comparable
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Judged:
    """What may be said of each page, the copies on paper that registered marks point at, and whether those clash."""

    findings: tuple[PageFinding, ...]
    registered: tuple[RegisteredReading, ...]
    contradicted: bool


def parameters(runtime: Runtime, session: Session, pictures: int) -> dict[str, Any]:
    """Return how pictures will be examined, to be fixed before they are."""
    present = extent(session)
    return {
        "reader": READER,
        "carriers": "qr; dots, blind; dots and words, registered",
        "certain_log10": CERTAIN_LOG10,
        "strong_log10": STRONG_LOG10,
        "dot_keys": len(runtime.keys.dots),
        "pictures": pictures,
        "documents": present.documents,
        "pages": present.pages,
        "copies": present.copies,
        "most_pages": MOST_PAGES,
    }


def examine(runtime: Runtime, pictures: Sequence[str], report: Report) -> Examined:
    """Return what stored pictures show.

    Args:
        runtime: The tools.
        pictures: Hash of each.
        report: Told how far it is.

    Raises:
        WatermarkError, ServiceFault: a picture cannot be read.
    """
    steps = len(pictures) + 2
    files = [runtime.store.get(sha256) for sha256 in pictures]
    pages: list[PageSeen] = []
    for number, picture in enumerate(files, 1):
        report(number - 1, steps)
        pages += _read(runtime, number, picture)
    report(steps - 2, steps)
    with runtime.database.reading() as session:
        claimed = tracing.codes_on_paper(session, frozenset[str]().union(*(page.codes for page in pages)))
        offered = comparables(session, READER)
    found: Identification | None = None
    drawn: tuple[bytes, ...] = ()
    likely = _likely(runtime, files, offered)
    for number, chosen in enumerate(_stages(offered, set(claimed.values()), likely)):
        try:
            later, drawn_later = _compared(runtime, files, chosen)
        except SandboxExceeded:
            logger.warning("comparison given up", documents=len(chosen))
            continue  # what was read before stands
        found, drawn = _after(number, later), drawn_later
        if {place.picture for place in found.placed} == set(range(len(pages))):
            break  # every page is a registered one, so nothing else lies there
    report(steps - 1, steps)
    if found is None:
        return Examined(tuple(pages), None)
    return Examined(_with_places(runtime, pages, found.placed, drawn), _told(found))


def judge(session: Session, examined: Examined) -> Judged:
    """Return what may be said of pictures; nothing that points at a copy which was never printed counts."""
    on_paper = tracing.codes_on_paper(session, examined.codes)
    candidates = examined.compared.candidates if examined.compared else ()
    laid = {(place.document_id, place.page) for page in examined.pages for place in page.placed}
    return Judged(
        findings=tuple(judge_page(page.evidence, on_paper) for page in examined.pages),
        registered=tuple(
            RegisteredReading(one.code, _shown(one, laid), one.log10_chance)
            for one in candidates
            if on_paper.get(one.code) == one.document_id
        ),
        contradicted=examined.compared is not None and examined.compared.is_contradicted,
    )


def _shown(candidate: CandidateSeen, laid: Collection[tuple[int, int]]) -> tuple[int, ...]:
    """Return the pages of a copy that are shown: of pages that are much alike only those that fit best."""
    pages = tuple(page for page in candidate.pages if (candidate.document_id, page) in laid)
    return pages or candidate.pages


def _likely(
    runtime: Runtime, files: Sequence[bytes], offered: Sequence[Comparable]
) -> Mapping[int, Collection[int]] | None:
    """Return the pages that pictures may show, by document, the likeliest first; None where all are compared."""
    if sum(one.pages for one in offered) <= min(referencing.FOUND, MOST_PAGES):
        return None
    likely: dict[int, list[int]] = {}
    for document, page in referencing.find_pages(runtime, files, offered):
        likely.setdefault(document, []).append(page)
    return likely


def _stages(
    offered: Sequence[Comparable],
    claimed: Collection[int],
    likely: Mapping[int, Collection[int]] | None = None,
) -> list[list[Chosen]]:
    """Return the pages to compare with, stage by stage: those that a mark claims, then those and others.

    Where pages were looked for and all are few, all come last.

    Args:
        offered: All documents, the latest first.
        claimed: Those whose copies a mark names.
        likely: The pages that were found to look like the pictures; None if nobody looked.
    """
    by_id = {one.document_id: one for one in offered}
    ahead = [Chosen(one, _all_pages(one)) for one in offered if one.document_id in claimed]
    if likely is None:
        others = [Chosen(one, _all_pages(one)) for one in offered if one.document_id not in claimed]
    else:
        others = [
            Chosen(by_id[document_id], tuple(sorted(pages)))
            for document_id, pages in likely.items()
            if document_id not in claimed
        ]
    chosen: list[Chosen] = []
    room = MOST_PAGES
    for each in (*ahead, *others):
        if len(each.pages) <= room or not chosen:
            chosen.append(each)
            room -= len(each.pages)
    everything = [Chosen(one, _all_pages(one)) for one in offered]
    few = sum(one.pages for one in offered) <= MOST_PAGES
    # What was not found may lie there all the same: a small piece, a letter of few words.
    last = everything if likely is not None and few and everything != chosen else []
    return [stage for stage in (ahead if ahead != chosen else [], chosen, last) if stage]


def _all_pages(document: Comparable) -> tuple[int, ...]:
    return tuple(range(1, document.pages + 1))


def _after(stages: int, found: Identification) -> Identification:
    """Return what a stage came to: with each stage before it, the occasions to name an innocent are doubled."""
    more = stages * math.log10(2)
    later = tuple(replace(one, log10_chance=min(0.0, one.log10_chance + more)) for one in found.candidates)
    return replace(found, candidates=later)


def _compared(
    runtime: Runtime, files: Sequence[bytes], chosen: Sequence[Chosen]
) -> tuple[Identification, tuple[bytes, ...]]:
    references = [
        runtime.store.get(made.pages[page - 1])
        for one in chosen
        for made in (referencing.ready(runtime, one.document),)
        for page in one.pages
    ]
    codes: Mapping[str, NDArray[np.uint64]] = {
        str(one.document.document_id): np.array([code_number(code) for code in one.document.codes], np.uint64)
        for one in chosen
    }
    work = len(files) + len(references)
    return cast(
        "tuple[Identification, tuple[bytes, ...]]",
        runtime.parse(
            "service.papers.comparing:compare", list(files), references, codes, runtime.keys.dots, pages=work
        ),
    )


def _read(runtime: Runtime, number: int, picture: bytes) -> list[PageSeen]:
    """Return what the QR codes and the dots of a picture say, read without knowing the page."""
    found = cast("Readings", runtime.parse("service.papers.readings:read_marks", picture, runtime.keys.dots))
    return [_seen(runtime, number, page) for page in found.pages]


def _seen(runtime: Runtime, number: int, page: PageReading) -> PageSeen:
    return PageSeen(
        picture_page=page.picture_page,
        width_px=page.width_px,
        height_px=page.height_px,
        qr=tuple(_qr(runtime, found) for found in page.qr),
        dots=_dots(page.dots) if page.dots else None,
        notes=page.notes,
        picture=number,
    )


def _qr(runtime: Runtime, found: QrReading) -> QrSeen:
    try:
        mark = runtime.tokens.verify_qr(found.text)
    except ForgedMark:
        return QrSeen(QrProof.FORGED, found.corners)
    except InvalidMark:
        return QrSeen(QrProof.FOREIGN, found.corners)
    return QrSeen(QrProof.PROVEN, found.corners, mark.code, mark.page)


def _dots(found: DotReading) -> DotsSeen:
    return DotsSeen(
        code=code_from_number(found.identity),
        page=found.page,
        log10_chance=found.log10_chance,
        cells_read=found.cells_read,
        cells_agreeing=found.cells_agreeing,
        dpi=found.dpi,
        turn_deg=found.turn_deg,
    )


def _with_places(
    runtime: Runtime, pages: Sequence[PageSeen], placed: Sequence[PlacedPage], drawn: Sequence[bytes]
) -> tuple[PageSeen, ...]:
    """Return the pages of pictures with the registered pages that were found on them, whose drawings are stored."""
    found: list[list[PlacedSeen]] = [[] for _ in pages]
    told = [(place, _placed(place)) for place in placed]
    for (place, seen), drawing in zip(told, drawn, strict=True):
        rivals = [other for at, other in told if at.picture == place.picture]
        if not any(_lies_better(rival, seen) for rival in rivals):
            found[place.picture].append(replace(seen, overlay=runtime.store.put(drawing)))
    return tuple(replace(page, placed=tuple(places)) for page, places in zip(pages, found, strict=True))


def _lies_better(one: PlacedSeen, other: PlacedSeen) -> bool:
    """Return whether a page of the same document lies where another was laid, and fits better: only one is there."""
    if one.document_id != other.document_id or one.page == other.page:
        return False
    (left, top), (right, bottom) = _box(one.outline)
    (other_left, other_top), (other_right, other_bottom) = _box(other.outline)
    width = min(right, other_right) - max(left, other_left)
    height = min(bottom, other_bottom) - max(top, other_top)
    shared = max(0.0, width) * max(0.0, height)
    smaller = min((right - left) * (bottom - top), (other_right - other_left) * (other_bottom - other_top))
    return shared > smaller / 2 and (one.matches, -one.page) > (other.matches, -other.page)


def _box(outline: Corners) -> Corners:
    xs, ys = zip(*outline, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def _placed(place: PlacedPage) -> PlacedSeen:
    return PlacedSeen(
        document_id=int(place.document),
        page=place.page,
        outline=_outline(place.mesh_px),
        width_mm=round(place.width_mm, 1),
        height_mm=round(place.height_mm, 1),
        matches=place.matches,
        error_mm=round(place.error_mm, 4),
        dpi=round(place.dpi, 1),
        words_read=place.units_read,
        cells_read=place.cells_read,
        printed=_printed(place.printed) if place.printed else None,
    )


def _printed(told: PrintSeen) -> PrintedSeen:
    return PrintedSeen(
        generation=Generation(told.generation.value),
        why=told.why.value,
        log10_ratio=told.log10_ratio,
        dots=told.dots,
        unevenness=told.unevenness,
        stray_mm=told.stray_mm,
    )


def _outline(mesh: NDArray[np.float32]) -> Corners:
    """Return the edge of a page in its picture, once around."""
    sides = (mesh[0], mesh[:, -1], mesh[-1, ::-1], mesh[::-1, 0])
    points = [(round(float(x), 1), round(float(y), 1)) for side in sides for x, y in side]
    return (points[0], *(later for earlier, later in pairwise(points) if later != earlier))


def _told(found: Identification) -> ComparedSeen:
    return ComparedSeen(
        candidates=tuple(_candidate(one) for one in found.candidates),
        pictures=found.tried.pictures,
        pages=found.tried.pages,
        placements=found.tried.placements,
        copies=found.tried.copies,
        decoys_log10=tuple(_finite(one) for one in _values(found.decoys_log10)),
        keys=found.tried.keys,
        is_contradicted=found.grade is TraceGrade.CONFLICT,
    )


def _candidate(one: Candidate) -> CandidateSeen:
    return CandidateSeen(
        code=code_from_number(int(one.identity)),
        document_id=int(one.document),
        pages=tuple(int(page) for page in one.pages),
        log10_layout=None if one.log10_layout is None else _finite(one.log10_layout),
        log10_dots=None if one.log10_dots is None else _finite(one.log10_dots),
        log10_fused=_finite(one.log10_fused),
        log10_chance=_finite(one.log10_chance),
        is_blind=one.is_blind,
    )


def _values(decoys: NDArray[np.float64]) -> Iterable[float]:
    """Return what was scored, lowest first; nothing where no page was found on which a decoy could score."""
    return (float(one) for one in np.sort(decoys[np.isfinite(decoys)]))


def _finite(value: float) -> float:
    """Return a logarithm to two places; what is no number says nothing, and what is infinite is cut."""
    if math.isnan(value):
        return 0.0
    return round(min(max(float(value), LEAST_LOG10), -LEAST_LOG10), 2)
