"""Trace cases as screens show them: the list, one case with every run, and the other copies of a document."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry.models import Copy, Document, TraceCase, TraceRun
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.evidence import PageSeen, parse_pages
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.rules.tracing import WITHOUT_PAPER, Grade, PageFinding, strongest
from registry.rules.words import CaseState
from registry.views.custody import custody_now
from registry.views.holdings import CopyLine, Name, copy_line, name
from registry.views.people import names

PAGE_ROWS: Final = 30
MOST_SIBLINGS: Final = 60
_GONE: Final = WITHOUT_PAPER | {State.DESTROYED}


@dataclass(frozen=True)
class CaseRow:
    """One case.

    Attributes:
        pictures: For each page of the picture the file to show.
        copy: The copy that the last run names.
        grade: On what evidence it does.
    """

    id: int
    state: CaseState
    note: str
    picture_name: str
    picture_sha256: str
    pictures: tuple[str, ...]
    opened_by: Name
    opened_at: datetime
    leak_at: datetime | None
    copy: CopyLine | None
    grade: Grade | None


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
    """One run over the picture of a case.

    Attributes:
        findings: What may be said of each page, in order.
        pages: What was seen on each page, in order.
        copy: The copy that is named.
        error: Stable code of why the run failed.
    """

    id: int
    state: CaseState
    parameters: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    findings: tuple[PageFinding, ...]
    pages: tuple[PageSeen, ...]
    copy: CopyLine | None
    error: str | None

    @property
    def best(self) -> PageFinding | None:
        """The finding by which the copy is named; None where the run names none."""
        return strongest(self.findings) if self.state is CaseState.NAMED else None


@dataclass(frozen=True)
class RunWork:
    """What the worker needs for a run: never a name."""

    id: int
    state: CaseState
    picture_sha256: str


@dataclass(frozen=True)
class Sibling:
    """Another copy of the same document that is still on paper; without a holder the registry answers for it."""

    copy: CopyLine
    holder: Name | None


def list_cases(session: Session, actor: Actor, *, page: int = 1) -> CasePage:
    """Return one page of the cases, newest first.

    Raises:
        PermissionDenied: the actor may not read cases.
    """
    roles.require(actor, Action.READ_CASE)
    total = session.scalars(sa.select(sa.func.count(TraceCase.id))).one()
    cases = session.scalars(
        sa.select(TraceCase)
        .options(joinedload(TraceCase.opened_by))
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
        .options(joinedload(TraceRun.copy).joinedload(Copy.document))
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
    return RunWork(run.id, run.state, run.case.picture_sha256)


def copies_by_code(session: Session, codes: Collection[str]) -> dict[str, CopyLine]:
    """Return the copies that bear these codes; a code that no copy bears is absent."""
    rows = session.execute(
        sa.select(Copy, Document).join(Document, Copy.document_id == Document.id).where(Copy.code.in_(codes))
    )
    return {copy.code: copy_line(copy, document) for copy, document in rows}


def siblings(session: Session, copy: CopyLine) -> tuple[Sibling, ...]:
    """Return the other copies of the same document that are still on paper, by number, the first sixty."""
    rows = session.execute(
        sa.select(Copy, Document)
        .join(Document, Copy.document_id == Document.id)
        .where(Copy.document_id == copy.document_id, Copy.id != copy.copy_id, Copy.state.not_in(_GONE))
        .order_by(Copy.copy_no)
        .limit(MOST_SIBLINGS)
    ).all()
    answers = custody_now(session, [other.id for other, _ in rows])
    holders = {
        copy_id: stretch.person_id for copy_id, stretch in answers.items() if stretch.person_id is not None
    }
    known = names(session, set(holders.values()))
    return tuple(
        Sibling(copy_line(other, document), known.get(holders.get(other.id, 0))) for other, document in rows
    )


def _named(session: Session, case_ids: Collection[int]) -> dict[int, RunRow]:
    """Return the last run of each of these cases that names a copy."""
    runs = session.scalars(
        sa.select(TraceRun)
        .options(joinedload(TraceRun.copy).joinedload(Copy.document))
        .where(TraceRun.case_id.in_(case_ids), TraceRun.copy_id.is_not(None))
        .order_by(TraceRun.id)
    )
    return {run.case_id: _run(run) for run in runs}


def _case(case: TraceCase, named_by: RunRow | None) -> CaseRow:
    return CaseRow(
        id=case.id,
        state=case.state,
        note=case.note,
        picture_name=case.picture_name,
        picture_sha256=case.picture_sha256,
        pictures=tuple(case.pictures),
        opened_by=name(case.opened_by),
        opened_at=case.opened_at,
        leak_at=case.leak_at,
        copy=named_by.copy if named_by else None,
        grade=named_by.best.grade if named_by and named_by.best else None,
    )


def _run(run: TraceRun) -> RunRow:
    return RunRow(
        id=run.id,
        state=run.state,
        parameters=run.parameters,
        started_at=run.started_at,
        finished_at=run.finished_at,
        findings=tuple(
            PageFinding(**{**told, "grade": Grade(told["grade"])}) for told in run.result.get("findings", ())
        ),
        pages=parse_pages(run.result.get("pages", ())),
        copy=None if run.copy is None else copy_line(run.copy, run.copy.document),
        error=run.result.get("error"),
    )
