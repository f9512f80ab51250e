"""Registered pages are made ready to be found and compared, before anybody asks for them.

Laws: pages are drawn in the sandbox and outside any transaction, a few at a time. Making them again is harmless: the
same document gives the same files. The index of pages may lack any of them at any time; what it lacks is added before
it is asked. Pictures are parsed in the sandbox; what comes back are numbers, checked, and only those meet the index.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import zip_longest
from typing import Final, NamedTuple, cast

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.rules.light import ContentRemoved
from registry.views.comparing import (
    Comparable,
    find_comparable,
    points_kept,
    without_references,
)
from service import jobs
from service.flows import marks
from service.jobs import Job, JobState
from service.papers.references import pack_points, unpack_points
from service.runtime import Runtime
from service.sandbox import SandboxExceeded, SandboxFault
from service.store import FileDamaged, FileMissing
from watermark import (
    Found,
    PageKey,
    PagePoints,
    PicturePoints,
    WatermarkError,
    is_doubtless,
    likeliest,
    worth_comparing,
)

logger = structlog.get_logger()

READER: Final = "registration-2"
"""Names how pages are made ready to be compared; another one makes them anew."""
JOB_KIND: Final = "references"
FOUND: Final = 5
"""Pages that are proposed for each page of a picture."""
_AT_ONCE: Final = 20  # pages in one child: 10 MB each


class Ready(NamedTuple):
    """Files of a document: for each page the one to compare with, and the one by which all are found."""

    pages: tuple[str, ...]
    points_sha256: str


def order_next(runtime: Runtime) -> None:
    """Order references for one document of which copies are made and that has none, unless there is other work.

    One at a time and only when nothing waits, so that nobody's print run stands behind hundreds of pages.
    """
    now = runtime.now()
    with runtime.database.reading() as session:
        if is_busy(session, now, JOB_KIND):
            return
    lacking = _lacking(runtime)
    if lacking is None:
        return
    with runtime.database.transaction() as session:
        if not is_busy(session, now, JOB_KIND):
            jobs.enqueue(session, JOB_KIND, {"document_id": lacking}, now=now)


def make(runtime: Runtime, document_id: int) -> None:
    """Make a document ready to be found and compared, and let the index know; harmless when it is.

    Raises:
        WatermarkError, ServiceFault: it cannot be drawn or kept.
    """
    with runtime.database.reading() as session:
        document = find_comparable(session, document_id, READER)
    if document is None:
        return
    ready(runtime, document)
    with runtime.database.reading() as session:
        kept = points_kept(session, READER)
    runtime.pages.tidy(_add_lacking(runtime, kept).keys(), runtime.now())


def ready(runtime: Runtime, document: Comparable) -> Ready:
    """Return the pages of a document ready to be found and compared, made now unless they are kept.

    Raises:
        WatermarkError, ServiceFault: it cannot be drawn or kept.
        ContentRemoved: it is kept light, and its content went meanwhile.
    """
    if document.points_sha256 is not None:
        kept = Ready(document.references, document.points_sha256)
        if all(runtime.store.has(file) for file in (*kept.pages, kept.points_sha256)):
            return kept
    return _made(runtime, document)


def _made(runtime: Runtime, document: Comparable) -> Ready:
    pages: list[str] = []
    points: list[bytes] = []
    cleaned = runtime.store.get(document.cleaned_sha256)
    store = runtime.store.room(document.room)
    survey = _survey(runtime, document, cleaned)
    for first in range(1, document.pages + 1, _AT_ONCE):
        numbers = tuple(range(first, min(first + _AT_ONCE, document.pages + 1)))
        made = runtime.parse(
            "service.papers.comparing:make_references",
            cleaned,
            survey,
            str(document.document_id),
            numbers,
            pages=len(numbers),
        )
        for page, found_by in cast("tuple[tuple[bytes, bytes], ...]", made):
            pages.append(store.put(page))
            points.append(found_by)
    done = Ready(tuple(pages), store.put(pack_points(points)))
    with runtime.database.transaction() as session:
        tracing.keep_reference(
            session,
            document.document_id,
            READER,
            document.survey_sha256 or "",
            done.pages,
            points_sha256=done.points_sha256,
            now=runtime.now(),
        )
    return done


def find_pages(
    runtime: Runtime, pictures: Sequence[bytes], offered: Sequence[Comparable]
) -> tuple[tuple[int, int], ...]:
    """Return the registered pages that pictures may show, as document and page, the likeliest of each picture first.

    Args:
        runtime: The tools.
        pictures: Scans and photographs, as they came.
        offered: The documents that may be on them.

    A document whose pages cannot be drawn is passed over.

    Raises:
        WatermarkError, ServiceFault: a picture cannot be read.
    """
    kept = {one.document_id: file for one in offered if (file := _points_of(runtime, one))}
    names = _add_lacking(runtime, kept)
    found = [
        [(names[each.document], each.page) for each in pages]
        for picture in pictures
        for pages in _found_on(runtime, picture, names.keys())
    ]
    ranked = [each for rank in zip_longest(*found) for each in rank if each is not None]
    return tuple(dict.fromkeys(ranked))


def _found_on(runtime: Runtime, picture: bytes, names: Collection[str]) -> Iterator[tuple[Found, ...]]:
    """Yield the pages that each page of a picture may show; as it is, or else in negative or mirrored."""

    def found(*, otherwise: bool) -> list[list[tuple[Found, ...]]]:
        seen = runtime.parse("service.papers.comparing:see_points", picture, otherwise)
        return [
            [runtime.pages.find(points, FOUND, names) for points in ways]
            for ways in cast("tuple[tuple[PicturePoints, ...], ...]", seen)
        ]

    ways = found(otherwise=False)
    if not all(is_doubtless(as_is) for (as_is,) in ways):
        # What was found is not given up because more would have cost too much.
        with suppress(SandboxExceeded):
            ways = [as_is + others for as_is, others in zip(ways, found(otherwise=True), strict=True)]
    for each in ways:
        yield worth_comparing(likeliest(each))


def _add_lacking(runtime: Runtime, kept: Mapping[int, str]) -> dict[str, int]:
    """Add to the index what it lacks of some documents; return the documents by the names they have there.

    Args:
        runtime: The tools.
        kept: For each document the file by which its pages are found.
    """
    names = {_name(document_id, points): document_id for document_id, points in kept.items()}
    lacking = runtime.pages.lacking(names)
    if lacking:
        runtime.pages.add(
            page
            for name in sorted(lacking)
            for page in _points(runtime, name, names[name], kept[names[name]])
        )
    return names


def _points(
    runtime: Runtime, name: str, document_id: int, points_sha256: str
) -> Iterator[tuple[PageKey, PagePoints]]:
    """Yield the pages of a document by what they are found; they are made anew where nothing sound is kept."""
    try:
        pages = unpack_points(runtime.store.get(points_sha256))
    except (FileMissing, FileDamaged):
        with runtime.database.reading() as session:
            document = find_comparable(session, document_id, READER)
        anew = document and _made(runtime, document)
        pages = unpack_points(runtime.store.get(anew.points_sha256)) if anew else ()
    for number, page in enumerate(pages, 1):
        yield PageKey(name, number), page


def _points_of(runtime: Runtime, document: Comparable) -> str | None:
    """Return the file by which the pages of a document are found; None where it cannot be made.

    A document that is gone, or costs too much, must not keep all others from being found.
    """
    try:
        return document.points_sha256 or ready(runtime, document).points_sha256
    except (WatermarkError, SandboxFault, FileMissing, FileDamaged, ContentRemoved) as error:
        logger.warning("pages cannot be found", document=document.document_id, code=error.code)
        return None


def _survey(runtime: Runtime, document: Comparable, cleaned: bytes) -> bytes:
    """Return what was found out about the pages of a document; found out anew where nothing is kept."""
    if document.survey_sha256 is not None and runtime.store.has(document.survey_sha256):
        return runtime.store.get(document.survey_sha256)
    plan = marks.plan(runtime.settings.mark_rules, document.scheme, document.level)
    assessed = runtime.parse("service.papers.pages:assess_document", cleaned, plan, pages=document.pages)
    return cast("tuple[object, object, bytes]", assessed)[2]


def _lacking(runtime: Runtime) -> int | None:
    """Return a document that is not ready, or that the index lacks; none of which a job has failed for good."""
    failed = sa.select(Job.payload).where(Job.kind == JOB_KIND, Job.state == JobState.FAILED)
    with runtime.database.reading() as session:
        given_up = {payload["document_id"] for payload in session.scalars(failed)}
        unready = without_references(session, READER)
        names = {_name(*kept): kept[0] for kept in points_kept(session, READER).items()}
    unknown = (names[name] for name in sorted(runtime.pages.lacking(names)))
    return next((one for one in (*unready, *unknown) if one not in given_up), None)


def is_busy(session: Session, now: datetime, kind: str) -> bool:
    """Tell whether a job waits, or one of this kind is at work."""
    waits = sa.and_(Job.state == JobState.QUEUED, Job.due_at <= now)
    ours = sa.and_(Job.kind == kind, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    return session.scalar(sa.select(sa.exists().where(sa.or_(waits, ours)))) or False


def _name(document_id: int, points_sha256: str) -> str:
    """Return what a document is called in the index: another name if its pages are found by something else."""
    return f"{document_id}-{points_sha256[:16]}"
