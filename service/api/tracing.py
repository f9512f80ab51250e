"""Trace cases by program: opened over pictures, listed, read with custody in a window, run again, confirmed."""

from datetime import datetime
from typing import Any

from flask import Response, stream_with_context
from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.evidence import tell_compared, tell_pages
from registry.rules.roles import Action
from registry.rules.tracing import MOST_PICTURES, NAME_LIMIT, NOTE_LIMIT, Grade
from registry.rules.words import CaseState, Custodian, MovementKind
from registry.views.custody import Custody
from registry.views.leaks import LeakWindow
from registry.views.tracing import CaseRow, RunRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, copy_facts
from service.flows import evidence, tracing
from service.flows.tracing import Offered
from service.login import current_actor, current_runtime

area = Area("tracing", __name__)


class NewPicture(Model):
    """A picture of a leaked page."""

    content: Base64Bytes = Field(description="PNG, JPEG, TIFF, WEBP, BMP or PDF, in base64.")
    name: str = Field(default="picture", max_length=NAME_LIMIT)


class MorePictures(Model):
    """Further pictures of a case."""

    pictures: list[NewPicture] = Field(min_length=1, max_length=MOST_PICTURES)


class NewCase(MorePictures):
    """Pictures of leaked pages and what is known of them."""

    note: str = Field(default="", max_length=NOTE_LIMIT)
    leak_since_at: AwareDatetime | None = Field(
        default=None, description="When the leak can have happened first."
    )
    leak_at: AwareDatetime | None = Field(default=None, description="When the leak was seen.")


class Opened(Model):
    """The id of a case."""

    id: int


class CaseQuery(Model):
    """Which page of the list."""

    page: int = Field(default=1, ge=1)


class SealedPicture(Model):
    """A picture of a case, sealed by its hash."""

    number: int
    name: str
    sha256: str
    pages: int
    added_by_id: int
    added_at: datetime


class CaseInList(Model):
    """One case; a copy only where one is named; ``confirmed`` once a second auditor agreed to that."""

    id: int
    state: CaseState
    note: str
    pictures: list[SealedPicture]
    opened_by_id: int
    opened_at: datetime
    leak_since_at: datetime | None
    leak_at: datetime | None
    copy_facts: CopyFacts | None
    confirmed: bool


class CaseList(Model):
    """One page of cases; ``total`` counts all."""

    cases: list[CaseInList]
    total: int
    page: int
    pages: int


class PageResult(Model):
    """What may be said of one page of a picture, and what was seen on it."""

    picture: int
    picture_page: int
    grade: Grade
    code: str | None
    page: int | None
    log10_chance: float | None
    seen: dict[str, Any]


class Review(Model):
    """What a second auditor says of a run."""

    agreed: bool
    reason: str
    decided_by_id: int
    decided_at: datetime


class Run(Model):
    """One run over the pictures; ``also`` lists further copies that the hidden marks name beyond doubt."""

    id: int
    state: CaseState
    parameters: dict[str, Any]
    started_at: datetime
    finished_at: datetime | None
    grade: Grade | None
    page: int | None
    log10_chance: float | None
    copy_facts: CopyFacts | None
    also: list[str]
    error: str | None
    pages: list[PageResult]
    compared: dict[str, Any] | None
    review: Review | None


class Stretch(Model):
    """One stretch of custody; ``until_at`` is null while it lasts.

    Who a custodian is, is told only once a second auditor has confirmed the finding.
    """

    kind: MovementKind
    custodian: Custodian
    person_id: int | None
    name_zh: str | None
    name_en: str | None
    since_at: datetime
    until_at: datetime | None


class ResultQuery(Model):
    """The window that is asked about; as the case says if omitted."""

    since: AwareDatetime | None = None
    at: AwareDatetime | None = None


class OtherCopy(Model):
    """Another copy of the document that was on paper within the window."""

    copy_facts: CopyFacts
    stretches: list[Stretch]


class DoubtInWindow(Model):
    """A time in which it was doubtful where the copy was; ``kind`` is what began it."""

    kind: str
    since_at: datetime
    until_at: datetime | None


class Window(Model):
    """What is on record for the time in which the leak must have happened; ``knew`` counts who knew the document."""

    since_at: datetime
    until_at: datetime
    stretches: list[Stretch]
    doubts: list[DoubtInWindow]
    gate_sightings: int
    others: list[OtherCopy]
    knew: int


class CaseResult(Model):
    """What a case came to. The copy is identified, not the person."""

    case: CaseInList
    runs: list[Run]
    at: datetime
    custody: Stretch | None
    chain: list[Stretch]
    window: Window | None


class NewReview(Model):
    """What a second auditor says of the last run; a refusal needs a reason."""

    agreed: bool
    reason: str = Field(default="", max_length=NOTE_LIMIT)


@area.operation(
    "POST",
    "/cases",
    summary="Open a case over pictures and have them read by the worker.",
    body=NewCase,
    answer=Opened,
    status=201,
    action=Action.OPEN_CASE,
)
def open_case(body: NewCase) -> Opened:
    """Open a case."""
    return Opened(
        id=tracing.open_case(
            current_runtime(),
            current_actor(),
            _offered(body),
            note=body.note,
            leak_at=body.leak_at,
            leak_since_at=body.leak_since_at,
        )
    )


@area.operation(
    "GET",
    "/cases",
    summary="List the cases, newest first.",
    query=CaseQuery,
    answer=CaseList,
    action=Action.READ_CASE,
)
def list_cases(query: CaseQuery) -> CaseList:
    """List cases."""
    found = tracing.listing(current_runtime(), current_actor(), page=query.page)
    return CaseList(
        cases=[_case(row) for row in found.rows], total=found.total, page=found.page, pages=found.pages
    )


@area.operation(
    "GET",
    "/cases/<int:case_id>",
    summary="Read a case with its result and custody in a window of time; the reading is recorded.",
    query=ResultQuery,
    answer=CaseResult,
    action=Action.READ_CASE,
)
def get_case(case_id: int, query: ResultQuery) -> CaseResult:
    """Return one case."""
    story = tracing.result(current_runtime(), current_actor(), case_id, query.at, query.since)
    named = story.case.is_confirmed
    return CaseResult(
        case=_case(story.case),
        runs=[_run(run) for run in story.runs],
        at=story.at,
        custody=_stretch(story.custody, named=named) if story.custody else None,
        chain=[_stretch(stretch, named=named) for stretch in story.chain],
        window=_window(story.window, named=named) if story.window else None,
    )


@area.operation(
    "POST",
    "/cases/<int:case_id>/pictures",
    summary="Add pictures to a case and have all of them read once more.",
    body=MorePictures,
    status=204,
    action=Action.OPEN_CASE,
)
def add_pictures(case_id: int, body: MorePictures) -> None:
    """Add pictures."""
    tracing.add_pictures(current_runtime(), current_actor(), case_id, _offered(body))


@area.operation(
    "POST",
    "/cases/<int:case_id>/runs",
    summary="Have the pictures of a case read once more.",
    status=204,
    action=Action.RUN_TRACE,
)
def run_again(case_id: int) -> None:
    """Order another run."""
    tracing.run_again(current_runtime(), current_actor(), case_id)


@area.operation(
    "POST",
    "/cases/<int:case_id>/runs/<int:run_id>/review",
    summary="Say as a second auditor whether the finding of the last run may go out with a holder's name.",
    body=NewReview,
    status=204,
    action=Action.CONFIRM_FINDING,
)
def review(case_id: int, run_id: int, body: NewReview) -> None:
    """Confirm or refuse a finding."""
    tracing.review(
        current_runtime(), current_actor(), case_id, run_id, agreed=body.agreed, reason=body.reason
    )


@area.operation(
    "POST",
    "/cases/<int:case_id>/report",
    summary="Take the evidence report of the last finished run; that is recorded.",
    action=Action.READ_CASE,
    media_type="application/pdf",
)
def report(case_id: int) -> Response:
    """Send the report."""
    pdf = evidence.report(current_runtime(), current_actor(), case_id)
    return Response(pdf, content_type="application/pdf")


@area.operation(
    "POST",
    "/cases/<int:case_id>/archive",
    summary="Take pictures, measurements, ledger and verifier as a ZIP file; that is recorded.",
    action=Action.READ_CASE,
    media_type="application/zip",
)
def archive(case_id: int) -> Response:
    """Send the archive."""
    chunks = evidence.archive(current_runtime(), current_actor(), case_id)
    return Response(stream_with_context(chunks), content_type="application/zip")


def _offered(body: MorePictures) -> list[Offered]:
    return [Offered(picture.content, picture.name) for picture in body.pictures]


def _case(row: CaseRow) -> CaseInList:
    return CaseInList(
        id=row.id,
        state=row.state,
        note=row.note,
        pictures=[
            SealedPicture(
                number=one.number,
                name=one.name,
                sha256=one.sha256,
                pages=len(one.shown),
                added_by_id=one.added_by.id,
                added_at=one.added_at,
            )
            for one in row.pictures
        ],
        opened_by_id=row.opened_by.id,
        opened_at=row.opened_at,
        leak_since_at=row.leak_since_at,
        leak_at=row.leak_at,
        copy_facts=copy_facts(row.copy) if row.copy else None,
        confirmed=row.is_confirmed,
    )


def _run(run: RunRow) -> Run:
    best, review = run.best, run.review
    return Run(
        id=run.id,
        state=run.state,
        parameters=dict(run.parameters),
        started_at=run.started_at,
        finished_at=run.finished_at,
        grade=best.grade if best else None,
        page=best.page if best else None,
        log10_chance=best.log10_chance if best else None,
        copy_facts=copy_facts(run.copy) if run.copy else None,
        also=list(best.also) if best else [],
        error=run.error,
        pages=[
            PageResult(
                picture=seen.picture,
                picture_page=seen.picture_page,
                grade=found.grade,
                code=found.code,
                page=found.page,
                log10_chance=found.log10_chance,
                seen=tell_pages([seen])[0],
            )
            for found, seen in zip(run.findings, run.pages, strict=True)
        ],
        compared=tell_compared(run.compared.telling(run.finding)) if run.compared else None,
        review=Review(
            agreed=review.agreed,
            reason=review.reason,
            decided_by_id=review.decided_by.id,
            decided_at=review.decided_at,
        )
        if review
        else None,
    )


def _window(window: LeakWindow, *, named: bool) -> Window:
    return Window(
        since_at=window.since_at,
        until_at=window.until_at,
        stretches=[_stretch(stretch, named=named) for stretch in window.stretches],
        doubts=[
            DoubtInWindow(kind=one.kind, since_at=one.since_at, until_at=one.until_at)
            for one in window.doubts
        ],
        gate_sightings=len(window.sightings),
        others=[
            OtherCopy(
                copy_facts=copy_facts(other.copy),
                stretches=[_stretch(stretch, named=named) for stretch in other.stretches],
            )
            for other in window.others
        ],
        knew=len(window.knew),
    )


def _stretch(stretch: Custody, *, named: bool) -> Stretch:
    return Stretch(
        kind=stretch.kind,
        custodian=stretch.custodian,
        person_id=stretch.person_id if named else None,
        name_zh=stretch.name_zh if named else None,
        name_en=stretch.name_en if named else None,
        since_at=stretch.since_at,
        until_at=stretch.until_at,
    )
