"""Copies as screens show them: filtered lists, and one copy with its family and where it was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import Copy, Document, Gate, GateEvent, Movement, Person
from registry.rows import UnknownCopy
from registry.rules import roles
from registry.rules.gate import Colour
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.rules.words import BatchState, Custodian, Direction
from registry.views.custody import custody_now
from registry.views.family import job_of, made_after, source_of
from registry.views.holdings import CopyLine, Name, copy_line, name
from registry.views.regrading import waiting_mark

PAGE_ROWS = 30


@dataclass(frozen=True)
class CopyFilter:
    """What a list of copies is narrowed to; None leaves a column open.

    Attributes:
        overdue_at: Only loans whose due time lies before this instant.
    """

    state: State | None = None
    document_id: int | None = None
    holder_id: int | None = None
    batch_id: int | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True)
class CopyRow:
    """One line of a list of copies; ``holder`` is None while the registry, or nobody, answers for it."""

    copy: CopyLine
    recipient: Name | None
    holder: Name | None
    since_at: datetime | None
    due_at: datetime | None
    stamped: bool


@dataclass(frozen=True)
class CopyPage:
    """A page of a list: ``total`` counts all that match."""

    rows: tuple[CopyRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True)
class CopyView:
    """One copy: its facts, the run it came from, what it replaced and what replaced it.

    Attributes:
        number: Which copy of its run it is, of ``size``, as printed on it.
        batch_id: None for a photocopy, and for a copy that was taken over from an older register; ``size`` then counts
            its document's.
        job_id: The job on a device that made it, if it is a photocopy.
        made_after: The copy that this one, as a re-copy, was made after; ``recopies`` were made after this one.
        awaited_mark: The mark that its paper is still to get.
    """

    copy: CopyLine
    issuing_unit_id: int
    recipient: Name | None
    batch_id: int | None
    job_id: int | None
    batch_state: BatchState | None
    number: int
    size: int
    state_reason: str | None
    stamped_sha256: str | None
    minted_at: datetime
    replaces: CopyLine | None
    replaced_by: CopyLine | None
    made_after: CopyLine | None
    recopies: tuple[CopyLine, ...]
    awaited_mark: str | None


@dataclass(frozen=True)
class Sighting:
    """One attempt to take the copy through a gate."""

    happened_at: datetime
    gate_zh: str
    gate_en: str
    direction: Direction
    colour: Colour
    reason: str
    facts: dict[str, Any]


def list_copies(session: Session, wanted: CopyFilter, actor: Actor, *, page: int = 1) -> CopyPage:
    """Return one page of the copies that match and that the actor may know of, newest document first."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    holder, recipient = aliased(Person), aliased(Person)
    matching: sa.Select[Copy, Document, Movement | None, Person | None, Person | None] = (
        sa.select(Copy, Document, Movement, holder, recipient)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .outerjoin(holder, sa.and_(Movement.person_id == holder.id, Movement.custodian == Custodian.PERSON))
        .outerjoin(recipient, Copy.recipient_id == recipient.id)
        .where(_within_reach(actor), *_conditions(wanted))
    )
    total = session.scalars(sa.select(sa.func.count()).select_from(matching.subquery())).one()
    rows = session.execute(
        matching.order_by(Copy.document_id.desc(), Copy.copy_no)
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )
    return CopyPage(
        rows=tuple(
            CopyRow(
                copy=copy_line(copy, document),
                recipient=None if intended is None else name(intended),
                holder=None if person is None else name(person),
                since_at=None if movement is None else movement.moved_at,
                due_at=None if movement is None else movement.due_at,
                stamped=copy.stamped_sha256 is not None,
            )
            for copy, document, movement, person, intended in rows
        ),
        total=total,
        page=page,
    )


def get_copy(session: Session, code: str, actor: Actor) -> CopyView:
    """Return one copy.

    Raises:
        UnknownCopy: no copy bears this code, or none that the actor may know of.
    """
    copy = session.scalar(sa.select(Copy).where(Copy.code == code))
    if copy is None or not _is_within_reach(session, copy, actor):
        raise UnknownCopy(code)
    replaced_by = session.scalar(sa.select(Copy).where(Copy.replaces_id == copy.id))
    number, size = place_in_run(copy)
    return CopyView(
        copy=copy_line(copy, copy.document),
        issuing_unit_id=copy.document.issuing_unit_id,
        recipient=None if copy.recipient is None else name(copy.recipient),
        batch_id=copy.batch_id,
        job_id=job_of(session, copy.id),
        batch_state=None if copy.batch is None else copy.batch.state,
        number=number,
        size=size,
        state_reason=copy.state_reason,
        stamped_sha256=copy.stamped_sha256,
        minted_at=copy.minted_at,
        replaces=None if copy.replaces is None else copy_line(copy.replaces, copy.document),
        replaced_by=None if replaced_by is None else copy_line(replaced_by, copy.document),
        made_after=source_of(session, copy.id),
        recopies=made_after(session, copy.id),
        awaited_mark=waiting_mark(session, copy.id),
    )


def sightings(session: Session, copy_id: int) -> tuple[Sighting, ...]:
    """Return every attempt to take the copy through a gate, newest first."""
    rows = session.execute(
        sa.select(GateEvent, Gate)
        .join(Gate, GateEvent.gate_id == Gate.id)
        .where(GateEvent.copy_id == copy_id)
        .order_by(GateEvent.happened_at.desc(), GateEvent.id.desc())
    )
    return tuple(
        Sighting(
            happened_at=event.happened_at,
            gate_zh=gate.name_zh,
            gate_en=gate.name_en,
            direction=event.direction,
            colour=event.colour,
            reason=event.reason,
            facts=event.facts,
        )
        for event, gate in rows
    )


def place_in_run(copy: Copy) -> tuple[int, int]:
    """Return which copy of its run this is, and of how many; what replaces a misprint takes its place."""
    while copy.replaces is not None:
        copy = copy.replaces
    if copy.batch is None:
        return copy.copy_no, copy.document.last_copy_no
    return copy.copy_no - copy.batch.copies[0].copy_no + 1, copy.batch.size


def _within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that the actor may know of a copy: as a reader of the register, or as its holder.

    To know a document is not enough: who holds one of its copies, or was asked about it, need not know the
    others' holders.
    """
    if roles.may(actor, Action.READ_REGISTER):
        return sa.true()
    conditions: list[sa.ColumnElement[bool]] = []
    if roles.may_for_some_unit(actor, Action.READ_REGISTER):
        conditions.append(Document.issuing_unit_id == actor.unit_id)
    if roles.may(actor, Action.READ_OWN_HOLDINGS):
        conditions.append(
            sa.and_(Movement.custodian == Custodian.PERSON, Movement.person_id == actor.person_id)
        )
    return sa.or_(sa.false(), *conditions)


def _is_within_reach(session: Session, copy: Copy, actor: Actor) -> bool:
    if roles.may(actor, Action.READ_REGISTER, unit_id=copy.document.issuing_unit_id):
        return True
    answers = custody_now(session, [copy.id]).get(copy.id)
    return (
        roles.may(actor, Action.READ_OWN_HOLDINGS)
        and answers is not None
        and answers.person_id == actor.person_id is not None
    )


def _conditions(wanted: CopyFilter) -> Sequence[sa.ColumnElement[bool]]:
    chosen: list[sa.ColumnElement[bool]] = []
    if wanted.state is not None:
        chosen.append(Copy.state == wanted.state)
    if wanted.document_id is not None:
        chosen.append(Copy.document_id == wanted.document_id)
    if wanted.holder_id is not None:
        chosen.append(sa.and_(Movement.custodian == Custodian.PERSON, Movement.person_id == wanted.holder_id))
    if wanted.batch_id is not None:
        chosen.append(Copy.batch_id == wanted.batch_id)
    if wanted.overdue_at is not None:
        chosen.append(sa.and_(Movement.custodian == Custodian.PERSON, Movement.due_at < wanted.overdue_at))
    return chosen
