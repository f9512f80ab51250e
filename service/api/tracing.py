"""Trace cases by program: opened over a picture, listed, read with custody at a time, run again."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.evidence import PageSeen, tell_pages
from registry.rules.roles import Action
from registry.rules.tracing import NAME_LIMIT, NOTE_LIMIT, Grade
from registry.rules.words import CaseState, Custodian, MovementKind
from registry.views.custody import Custody
from registry.views.tracing import CaseRow, RunRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, copy_facts
from service.flows import tracing
from service.login import current_actor, current_runtime

area = Area("tracing", __name__)


class NewCase(Model):
    """A picture of a leaked page and what is known of it."""

    picture: Base64Bytes = Field(description="PNG, JPEG, TIFF, WEBP, BMP or PDF, in base64.")
    picture_name: str = Field(default="picture", max_length=NAME_LIMIT)
    note: str = Field(default="", max_length=NOTE_LIMIT)
    leak_at: AwareDatetime | None = Field(default=None, description="When the leak was seen.")


class Opened(Model):
    """The id of a case."""

    id: int


class CaseQuery(Model):
    """Which page of the list."""

    page: int = Field(default=1, ge=1)


class CaseInList(Model):
    """One case; a copy only where one is named."""

    id: int
    state: CaseState
    note: str
    picture_name: str
    picture_sha256: str
    opened_by_id: int
    opened_at: datetime
    leak_at: datetime | None
    copy_facts: CopyFacts | None


class CaseList(Model):
    """One page of cases; ``total`` counts all."""

    cases: list[CaseInList]
    total: int
    page: int
    pages: int


class PageResult(Model):
    """What may be said of one page of the picture, and what was seen on it."""

    picture_page: int
    grade: Grade
    code: str | None
    page: int | None
    log10_chance: float | None
    seen: dict[str, Any]


class Run(Model):
    """One run over the picture."""

    id: int
    state: CaseState
    parameters: dict[str, Any]
    started_at: datetime
    finished_at: datetime | None
    grade: Grade | None
    page: int | None
    copy_facts: CopyFacts | None
    error: str | None
    pages: list[PageResult]


class Stretch(Model):
    """One stretch of custody; ``until_at`` is null while it lasts."""

    kind: MovementKind
    custodian: Custodian
    person_id: int | None
    name_zh: str | None
    name_en: str | None
    since_at: datetime
    until_at: datetime | None


class ResultQuery(Model):
    """The instant whose custody is asked for; when the leak was seen if omitted."""

    at: AwareDatetime | None = None


class CaseResult(Model):
    """What a case came to. The copy is identified, not the person."""

    case: CaseInList
    runs: list[Run]
    at: datetime
    custody: Stretch | None
    chain: list[Stretch]
    others_on_paper: list[CopyFacts]


@area.operation(
    "POST",
    "/cases",
    summary="Open a case over a picture and have it read by the worker.",
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
            body.picture,
            body.picture_name,
            note=body.note,
            leak_at=body.leak_at,
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
    summary="Read a case with its result and custody at a time; the reading is recorded.",
    query=ResultQuery,
    answer=CaseResult,
    action=Action.READ_CASE,
)
def get_case(case_id: int, query: ResultQuery) -> CaseResult:
    """Return one case."""
    story = tracing.result(current_runtime(), current_actor(), case_id, query.at)
    return CaseResult(
        case=_case(story.case),
        runs=[_run(run) for run in story.runs],
        at=story.at,
        custody=_stretch(story.custody) if story.custody else None,
        chain=[_stretch(stretch) for stretch in story.chain],
        others_on_paper=[copy_facts(other.copy) for other in story.others],
    )


@area.operation(
    "POST",
    "/cases/<int:case_id>/runs",
    summary="Have the picture of a case read once more.",
    status=204,
    action=Action.RUN_TRACE,
)
def run_again(case_id: int) -> None:
    """Order another run."""
    tracing.run_again(current_runtime(), current_actor(), case_id)


def _case(row: CaseRow) -> CaseInList:
    return CaseInList(
        id=row.id,
        state=row.state,
        note=row.note,
        picture_name=row.picture_name,
        picture_sha256=row.picture_sha256,
        opened_by_id=row.opened_by.id,
        opened_at=row.opened_at,
        leak_at=row.leak_at,
        copy_facts=copy_facts(row.copy) if row.copy else None,
    )


def _run(run: RunRow) -> Run:
    best = run.best
    return Run(
        id=run.id,
        state=run.state,
        parameters=dict(run.parameters),
        started_at=run.started_at,
        finished_at=run.finished_at,
        grade=best.grade if best else None,
        page=best.page if best else None,
        copy_facts=copy_facts(run.copy) if run.copy else None,
        error=run.error,
        pages=[
            PageResult(
                picture_page=found.picture_page,
                grade=found.grade,
                code=found.code,
                page=found.page,
                log10_chance=found.log10_chance,
                seen=_seen(seen),
            )
            for found, seen in zip(run.findings, run.pages, strict=True)
        ],
    )


def _seen(page: PageSeen) -> dict[str, Any]:
    return tell_pages([page])[0]


def _stretch(stretch: Custody) -> Stretch:
    return Stretch(
        kind=stretch.kind,
        custodian=stretch.custodian,
        person_id=stretch.person_id,
        name_zh=stretch.name_zh,
        name_en=stretch.name_en,
        since_at=stretch.since_at,
        until_at=stretch.until_at,
    )
