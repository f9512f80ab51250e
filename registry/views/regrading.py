"""Regradings as lists, their page, the desk and their notices show them: what changed, and which paper still waits.

For each regrading, at every moment: *tasks = marked + waiting + gone*. A task is gone when a later change overtook it,
or its copy is no more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from registry.models import Copy, Document, Movement, Regrading, RegradingProposal, Remarking
from registry.remarking import IS_OPEN
from registry.rows import get_row
from registry.rules.family import DECLASSIFIED_MARK
from registry.rules.levels import mark_text
from registry.rules.regrading import REMARKED, Change, ProposalState
from registry.rules.words import Custodian
from registry.views.custody import custody_now
from registry.views.holdings import CopyLine, Name, copy_line, name
from registry.views.people import names

WAITS = sa.and_(IS_OPEN, Copy.state.in_(REMARKED))
"""The condition that a copy is still to be marked anew."""


@dataclass(frozen=True)
class Tasks:
    """How many copies a regrading gave a task, and what has become of them."""

    given: int
    marked: int
    waiting: int

    @property
    def gone(self) -> int:
        """Tasks that a later change overtook, or whose copy is no more."""
        return self.given - self.marked - self.waiting


@dataclass(frozen=True)
class RegradingRow:
    """One change of one document."""

    id: int
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    change: Change
    mark_before: str
    mark_after: str
    request_id: int
    follows_id: int | None
    done_by: Name
    done_at: datetime
    remark_by: datetime
    tasks: Tasks

    def is_overdue(self, now: datetime) -> bool:
        """Whether copies wait for their mark and their time has passed."""
        return self.tasks.waiting > 0 and self.remark_by < now


@dataclass(frozen=True)
class TaskLine:
    """One copy that was, or is, to be marked anew; ``answers`` is None for the registry, or for nobody."""

    copy: CopyLine
    mark_before: str
    mark_after: str
    answers: Name | None
    is_waiting: bool
    done_by: Name | None
    done_at: datetime | None


@dataclass(frozen=True)
class ProposalRow:
    """A derived document that might follow a change of a source."""

    id: int
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    regrading_id: int
    state: ProposalState
    reason: str | None
    made_at: datetime
    settled_by: Name | None
    settled_at: datetime | None


@dataclass(frozen=True)
class RegradingView:
    """A regrading with its tasks, waiting ones first, what followed it at once, and what might follow."""

    head: RegradingRow
    copies: tuple[TaskLine, ...]
    followed: tuple[RegradingRow, ...]
    proposals: tuple[ProposalRow, ...]

    @property
    def waiting(self) -> tuple[TaskLine, ...]:
        """The copies that still bear the old mark."""
        return tuple(line for line in self.copies if line.is_waiting)


def regradings(session: Session, *, document_id: int | None = None) -> tuple[RegradingRow, ...]:
    """Return all regradings, or those of a document; newest first."""
    query = _query().order_by(Regrading.id.desc())
    if document_id is not None:
        query = query.where(Regrading.document_id == document_id)
    return _rows(session, session.scalars(query).all())


def waiting_regradings(session: Session) -> tuple[RegradingRow, ...]:
    """Return the regradings of which copies wait for their mark, the most urgent first."""
    waiting = sa.select(Remarking.regrading_id).join(Copy, Remarking.copy_id == Copy.id).where(WAITS)
    found = session.scalars(
        _query().where(Regrading.id.in_(waiting)).order_by(Regrading.remark_by, Regrading.id)
    )
    return _rows(session, found.all())


def one_regrading(session: Session, regrading_id: int) -> RegradingView:
    """Return one regrading.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, Regrading, regrading_id)
    followed = session.scalars(_query().where(Regrading.follows_id == row.id).order_by(Regrading.id)).all()
    return RegradingView(
        head=_rows(session, [row])[0],
        copies=_copies(session, row),
        followed=_rows(session, followed),
        proposals=_proposals(session, RegradingProposal.regrading_id == row.id),
    )


def open_proposals(session: Session) -> tuple[ProposalRow, ...]:
    """Return what might follow a source downwards and was not decided on, longest waiting first."""
    return _proposals(session, RegradingProposal.state == ProposalState.OPEN)


def waiting_mark(session: Session, copy_id: int) -> str | None:
    """Return the mark that a copy is still to get; None where its paper says what it should."""
    return session.scalar(
        sa.select(Remarking.mark_after)
        .join(Copy, Remarking.copy_id == Copy.id)
        .where(Remarking.copy_id == copy_id, WAITS)
    )


def awaited_marks(session: Session, person_id: int) -> dict[str, tuple[str, datetime]]:
    """Return which of the copies that a person answers for are to be marked anew: mark and due time, by code."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    rows = session.execute(
        sa.select(Copy.code, Remarking.mark_after, Remarking.due_at)
        .join(Remarking, Remarking.copy_id == Copy.id)
        .join(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .where(WAITS, Movement.custodian == Custodian.PERSON, Movement.person_id == person_id)
    )
    return {row.code: (row.mark_after, row.due_at) for row in rows}


def _query() -> sa.Select[Regrading]:
    return sa.select(Regrading).options(selectinload(Regrading.document), selectinload(Regrading.done_by))


def _rows(session: Session, found: Sequence[Regrading]) -> tuple[RegradingRow, ...]:
    tasks = _tasks(session, [row.id for row in found])
    return tuple(_row(row, tasks.get(row.id, Tasks(0, 0, 0))) for row in found)


def _tasks(session: Session, ids: Collection[int]) -> dict[int, Tasks]:
    query = (
        sa.select(
            Remarking.regrading_id,
            sa.func.count(),
            sa.func.count(Remarking.done_at),
            sa.func.sum(sa.case((WAITS, 1), else_=0)),
        )
        .join(Copy, Remarking.copy_id == Copy.id)
        .where(Remarking.regrading_id.in_(ids))
        .group_by(Remarking.regrading_id)
    )
    return {
        regrading_id: Tasks(given, marked, int(waiting or 0))
        for regrading_id, given, marked, waiting in session.execute(query)
    }


def _row(row: Regrading, tasks: Tasks) -> RegradingRow:
    document, scheme = row.document, row.document.scheme
    is_ended = row.change is Change.DECLASSIFY
    return RegradingRow(
        id=row.id,
        document_id=document.id,
        doc_number=document.doc_number,
        title=document.title,
        scheme=scheme,
        level=document.level,
        change=row.change,
        mark_before=mark_text(row.level_before, row.period_before, scheme=scheme),
        mark_after=DECLASSIFIED_MARK
        if is_ended
        else mark_text(row.level_after, row.period_after, scheme=scheme),
        request_id=row.request_id,
        follows_id=row.follows_id,
        done_by=name(row.done_by),
        done_at=row.done_at,
        remark_by=row.remark_by,
        tasks=tasks,
    )


def _copies(session: Session, row: Regrading) -> tuple[TaskLine, ...]:
    found = session.scalars(
        sa.select(Remarking)
        .join(Copy, Remarking.copy_id == Copy.id)
        .options(selectinload(Remarking.copy), selectinload(Remarking.done_by))
        .where(Remarking.regrading_id == row.id)
        .order_by(Copy.copy_no)
    ).all()
    custody = custody_now(session, [task.copy_id for task in found])
    holders = {
        copy_id: answers.person_id for copy_id, answers in custody.items() if answers.person_id is not None
    }
    known = names(session, set(holders.values()))
    lines = []
    for task in found:
        is_open = task.done_at is None and task.dropped_at is None
        holder_id = holders.get(task.copy_id)
        lines.append(
            TaskLine(
                copy=copy_line(task.copy, row.document),
                mark_before=task.mark_before,
                mark_after=task.mark_after,
                answers=None if holder_id is None else known[holder_id],
                is_waiting=is_open and task.copy.state in REMARKED,
                done_by=None if task.done_by is None else name(task.done_by),
                done_at=task.done_at,
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_waiting, line.copy.copy_no)))


def _proposals(session: Session, condition: sa.ColumnElement[bool]) -> tuple[ProposalRow, ...]:
    found = session.execute(
        sa.select(RegradingProposal, Document)
        .join(Document, RegradingProposal.document_id == Document.id)
        .where(condition)
        .order_by(RegradingProposal.id)
    )
    return tuple(
        ProposalRow(
            id=row.id,
            document_id=document.id,
            doc_number=document.doc_number,
            title=document.title,
            scheme=document.scheme,
            level=document.level,
            secrecy_period=document.secrecy_period,
            regrading_id=row.regrading_id,
            state=row.state,
            reason=row.reason,
            made_at=row.made_at,
            settled_by=None if row.settled_by is None else name(row.settled_by),
            settled_at=row.settled_at,
        )
        for row, document in found
    )
