"""Trace cases as screens show them: the list, and one case with its pictures and every run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from registry.models import Copy, Document, TraceCase, TracePicture, TraceReview, TraceRun
from registry.rows import UnknownRow, get_row
from registry.rules import roles
from registry.rules.evidence import (
    ComparedSeen,
    PageSeen,
    parse_compared,
    parse_finding,
    parse_page_finding,
    parse_pages,
)
from registry.rules.roles import Action, Actor
from registry.rules.tracing import CaseFinding, Grade, PageFinding, judge_case, may_review
from registry.rules.words import CaseState
from registry.views.holdings import CopyLine, Name, copy_line, name

PAGE_ROWS: Final = 30
_WITH_PICTURES: Final = selectinload(TraceCase.pictures).joinedload(TracePicture.added_by)
_WITH_COPY: Final = joinedload(TraceRun.copy).joinedload(Copy.document)
_WITH_REVIEW: Final = joinedload(TraceRun.review).joinedload(TraceReview.decided_by)


@dataclass(frozen=True)
class PictureRow:
    """A picture of a case, sealed by its hash; ``shown`` names a file for each of its pages."""

    number: int
    name: str
    sha256: str
    shown: tuple[str, ...]
    added_by: Name
    added_at: datetime


@dataclass(frozen=True)
class ReviewRow:
    """What a second auditor says of a run."""

    agreed: bool
    reason: str
    decided_by: Name
    decided_at: datetime


@dataclass(frozen=True)
class CaseRow:
    """One case.

    Attributes:
        pictures: Its pictures, in the order in which they came.
        copy: The copy that the last run names.
        grade: On what evidence it does.
        is_confirmed: Whether a second auditor has confirmed that.
    """

    id: int
    state: CaseState
    note: str
    pictures: tuple[PictureRow, ...]
    opened_by: Name
    opened_at: datetime
    leak_since_at: datetime | None
    leak_at: datetime | None
    copy: CopyLine | None
    grade: Grade | None
    is_confirmed: bool

    @property
    def name(self) -> str:
        """What the first picture was called."""
        return self.pictures[0].name

    @property
    def picture_pages(self) -> tuple[tuple[PictureRow, int], ...]:
        """Every page of every picture, in order: the picture, and the page's number within it."""
        return tuple(
            (picture, page) for picture in self.pictures for page in range(1, len(picture.shown) + 1)
        )


@dataclass(frozen=True)
class CasePage:
    """A page of the list of cases: ``total`` counts all."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True)
class RunRow:
    """One run over the pictures that a case had then.

    Attributes:
        findings: What may be said of each page of each picture, in order.
        pages: What was seen on each of them, in order.
        compared: What the comparison with the registered pages came to; None where there was none.
        finding: What may be said of all of them together.
        copy: The copy that is named.
        ordered_by_id: Who ordered the run.
        job_id: What works it.
        review: What a second auditor says of it.
        error: Stable code of why the run failed.
    """

    id: int
    state: CaseState
    parameters: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    findings: tuple[PageFinding, ...]
    pages: tuple[PageSeen, ...]
    compared: ComparedSeen | None
    finding: CaseFinding | None
    copy: CopyLine | None
    ordered_by_id: int | None
    job_id: int | None
    review: ReviewRow | None
    error: str | None

    @property
    def best(self) -> CaseFinding | None:
        """The finding by which the copy is named; None where the run names none."""
        return self.finding if self.state is CaseState.NAMED else None

    @property
    def is_confirmed(self) -> bool:
        """Whether a second auditor has confirmed the finding."""
        return self.review is not None and self.review.agreed

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all copies that a mark names, or the run as a whole."""
        read = frozenset[str]().union(*(page.codes for page in self.pages))
        finding = self.finding
        return read | {finding.code, *finding.also} if finding and finding.code else read


@dataclass(frozen=True)
class RunWork:
    """What the worker needs for a run, never a name: ``pictures`` holds the hash of each, in order."""

    id: int
    state: CaseState
    pictures: tuple[str, ...]


def list_cases(session: Session, actor: Actor, *, page: int = 1) -> CasePage:
    """Return one page of the cases, newest first.

    Raises:
        PermissionDenied: the actor may not read cases.
    """
    roles.require(actor, Action.READ_CASE)
    total = session.scalars(sa.select(sa.func.count(TraceCase.id))).one()
    cases = session.scalars(
        sa.select(TraceCase)
        .options(joinedload(TraceCase.opened_by), _WITH_PICTURES)
        .order_by(TraceCase.id.desc())
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    ).all()
    named = _named(session, [case.id for case in cases if case.state is CaseState.NAMED])
    return CasePage(tuple(_case(case, named.get(case.id)) for case in cases), total, page)


def get_case(session: Session, case_id: int, actor: Actor) -> CaseRow:
    """Return one case.

    Raises:
        PermissionDenied: the actor may not read cases.
        UnknownRow: there is none under this id.
    """
    roles.require(actor, Action.READ_CASE)
    case = session.get(TraceCase, case_id)
    if case is None:
        raise UnknownRow(TraceCase.__tablename__, case_id)
    return _case(case, _named(session, [case_id] if case.state is CaseState.NAMED else []).get(case_id))


def list_runs(session: Session, case_id: int) -> tuple[RunRow, ...]:
    """Return every run of a case, newest first."""
    runs = session.scalars(
        sa.select(TraceRun)
        .options(_WITH_COPY, _WITH_REVIEW)
        .where(TraceRun.case_id == case_id)
        .order_by(TraceRun.id.desc())
    )
    return tuple(_run(run) for run in runs)


def run_work(session: Session, run_id: int) -> RunWork:
    """Return what a run has to do.

    Raises:
        UnknownRow: there is none under this id.
    """
    run = session.get(TraceRun, run_id)
    if run is None:
        raise UnknownRow(TraceRun.__tablename__, run_id)
    return RunWork(run.id, run.state, tuple(picture.sha256 for picture in run.case.pictures))


def may_confirm(session: Session, case_id: int, run: RunRow, actor: Actor) -> bool:
    """Return whether the actor may say something of the finding of a run, having had no part in it."""
    case = get_row(session, TraceCase, case_id)
    parties = {case.opened_by_id, run.ordered_by_id, *(picture.added_by_id for picture in case.pictures)}
    return (
        roles.may(actor, Action.CONFIRM_FINDING)
        and run.state is CaseState.NAMED
        and run.review is None
        and may_review(actor.person_id, parties)
    )


def copies_by_code(session: Session, codes: Collection[str]) -> dict[str, CopyLine]:
    """Return the copies that bear these codes; a code that no copy bears is absent."""
    rows = session.execute(
        sa.select(Copy, Document).join(Document, Copy.document_id == Document.id).where(Copy.code.in_(codes))
    )
    return {copy.code: copy_line(copy, document) for copy, document in rows}


def _named(session: Session, case_ids: Collection[int]) -> dict[int, RunRow]:
    """Return the last run of each of these cases that names a copy."""
    runs = session.scalars(
        sa.select(TraceRun)
        .options(_WITH_COPY, _WITH_REVIEW)
        .where(TraceRun.case_id.in_(case_ids), TraceRun.copy_id.is_not(None))
        .order_by(TraceRun.id)
    )
    return {run.case_id: _run(run) for run in runs}


def _case(case: TraceCase, named_by: RunRow | None) -> CaseRow:
    return CaseRow(
        id=case.id,
        state=case.state,
        note=case.note,
        pictures=tuple(
            PictureRow(one.number, one.name, one.sha256, tuple(one.shown), name(one.added_by), one.added_at)
            for one in case.pictures
        ),
        opened_by=name(case.opened_by),
        opened_at=case.opened_at,
        leak_since_at=case.leak_since_at,
        leak_at=case.leak_at,
        copy=named_by.copy if named_by else None,
        grade=named_by.best.grade if named_by and named_by.best else None,
        is_confirmed=named_by.is_confirmed if named_by else False,
    )


def _run(run: TraceRun) -> RunRow:
    findings = tuple(parse_page_finding(told) for told in run.result.get("findings", ()))
    review = run.review
    return RunRow(
        id=run.id,
        state=run.state,
        parameters=run.parameters,
        started_at=run.started_at,
        finished_at=run.finished_at,
        findings=findings,
        pages=parse_pages(run.result.get("pages", ())),
        compared=parse_compared(run.result.get("compared")),
        finding=_finding(run, findings),
        copy=None if run.copy is None else copy_line(run.copy, run.copy.document),
        ordered_by_id=run.ordered_by_id,
        job_id=run.job_id,
        review=None
        if review is None
        else ReviewRow(review.agreed, review.reason, name(review.decided_by), review.decided_at),
        error=run.result.get("error"),
    )


def _finding(run: TraceRun, findings: tuple[PageFinding, ...]) -> CaseFinding | None:
    """Return what a run came to as a whole; an older release kept it of single pages only."""
    told = run.result.get("finding")
    if told is not None:
        return parse_finding(told)
    return judge_case(findings) if findings else None
