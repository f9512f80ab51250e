"""What pictures show, found out without knowing any name: for cases and for drills alike.

Laws: pictures are parsed only in the sandbox and outside any transaction; they are compared with registered pages and
codes alone; nothing here says what follows.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, cast

import structlog
from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.rules.evidence import ComparedSeen, PageSeen
from registry.rules.tracing import CERTAIN_LOG10, STRONG_LOG10, PageFinding, RegisteredReading, judge_page
from registry.views.comparing import Comparable, comparables, extent
from service.flows import booking, referencing
from service.flows.referencing import READER
from service.flows.seen import page_seen, told_of, with_places
from service.runtime import Runtime
from service.sandbox import SandboxExceeded
from watermark import Identification, Readings

logger = structlog.get_logger()

MOST_PAGES: Final = 60
"""Registered pages compared at once, those of documents that a mark claims first: 11 MB each in the sandbox."""

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
        "without_content": present.without_content,
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
    stages = _stages(offered, set(claimed.values()), likely)
    for chosen in stages:
        try:
            later, drawn_later = _compared(runtime, files, chosen)
        except SandboxExceeded:
            logger.warning("comparison given up", documents=len(chosen))
            continue  # what was read before stands
        found, drawn = _one_of(len(stages), later), drawn_later
        if {place.picture for place in found.placed} == set(range(len(pages))):
            break  # every page is a registered one, so nothing else lies there
    report(steps - 1, steps)
    if found is None:
        return Examined(tuple(pages), None)
    return Examined(with_places(runtime, pages, found.placed, drawn), told_of(found))


def judge(session: Session, examined: Examined) -> Judged:
    """Return what may be said of pictures; nothing that points at a copy which was never printed counts."""
    on_paper = tracing.codes_on_paper(session, examined.codes)
    candidates = examined.compared.candidates if examined.compared else ()
    return Judged(
        findings=tuple(judge_page(page.evidence, on_paper) for page in examined.pages),
        registered=tuple(
            RegisteredReading(one.code, one.pages, one.log10_chance)
            for one in candidates
            if on_paper.get(one.code) == one.document_id
        ),
        contradicted=examined.compared is not None and examined.compared.is_contradicted,
    )


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


def _one_of(stages: int, found: Identification) -> Identification:
    """Return what one of so many stages came to: each is an occasion to name an innocent, so chances are multiplied."""
    more = math.log10(stages)
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
    codes = {str(one.document.document_id): booking.numbers(one.document.codes) for one in chosen}
    work = len(files) + len(references)
    with booking.handed(runtime, [one.document for one in chosen]) as books:
        descriptors, there = booking.in_child(books)
        return cast(
            "tuple[Identification, tuple[bytes, ...]]",
            runtime.parse(
                "service.papers.comparing:compare",
                list(files),
                references,
                codes,
                runtime.keys.dots,
                *(there if descriptors else ()),
                pages=work,
                files=descriptors,
            ),
        )


def _read(runtime: Runtime, number: int, picture: bytes) -> list[PageSeen]:
    """Return what the QR codes and the dots of a picture say, read without knowing the page."""
    found = cast("Readings", runtime.parse("service.papers.readings:read_marks", picture, runtime.keys.dots))
    return [page_seen(runtime, number, page) for page in found.pages]
