"""Meetings as lists and choices show them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Document, Meeting
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.rules.words import MeetingState
from registry.views.people import UnitName, unit_name


@dataclass(frozen=True)
class MeetingRow:
    """A meeting and how many documents are registered for it."""

    id: int
    title: str
    scheme: str
    level: str
    unit: UnitName
    place: str
    starts_at: datetime
    state: MeetingState
    documents: int


def meetings(session: Session, actor: Actor, *, only_open: bool = False) -> tuple[MeetingRow, ...]:
    """Return the meetings that the actor manages, latest first; those of the own unit where the role is bound to it."""
    query = (
        sa.select(Meeting, sa.func.count(Document.id))
        .outerjoin(Document, Document.meeting_id == Meeting.id)
        .options(selectinload(Meeting.unit))
        .group_by(Meeting.id)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .where(_within_reach(actor))
    )
    if only_open:
        query = query.where(Meeting.state != MeetingState.CLOSED)
    return tuple(_row(meeting, count) for meeting, count in session.execute(query))


def meeting(session: Session, meeting_id: int, actor: Actor) -> MeetingRow:
    """Return one meeting.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    found = session.scalar(sa.select(Meeting).where(Meeting.id == meeting_id, _within_reach(actor)))
    if found is None:
        raise UnknownRow(Meeting.__tablename__, meeting_id)
    count = session.scalars(sa.select(sa.func.count()).where(Document.meeting_id == meeting_id)).one()
    return _row(found, count)


def _within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    if roles.may(actor, Action.MANAGE_MEETINGS):
        return sa.true()
    return (
        Meeting.unit_id == actor.unit_id
        if roles.may_for_some_unit(actor, Action.MANAGE_MEETINGS)
        else sa.false()
    )


def _row(found: Meeting, documents: int) -> MeetingRow:
    return MeetingRow(
        id=found.id,
        title=found.title,
        scheme=found.scheme,
        level=found.level,
        unit=unit_name(found.unit),
        place=found.place,
        starts_at=found.starts_at,
        state=found.state,
        documents=documents,
    )
