"""Who may know of which meetings, and who sees all of one.

Whoever keeps a meeting, approves its attendees or signs its exceptions sees all of it. Everybody else sees the meetings
that concern them.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import (
    Conveyance,
    ConveyanceListener,
    Document,
    Meeting,
    MeetingAttendee,
    MeetingCheck,
    MeetingGuard,
    MeetingIncident,
)
from registry.rows import UnknownRow
from registry.rules import meetings as rules
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views.meetings.lines import MeetingRow
from registry.views.people import unit_name


def meetings(session: Session, actor: Actor, *, only_open: bool = False) -> tuple[MeetingRow, ...]:
    """Return the meetings that the actor may know of, latest first; ``only_open``: those they keep and can add to."""
    reach = _kept(actor) if only_open else _within_reach(actor)
    query = (
        sa.select(Meeting, sa.func.count(Document.id))
        .outerjoin(Document, Document.meeting_id == Meeting.id)
        .options(selectinload(Meeting.unit))
        .group_by(Meeting.id)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .where(reach)
    )
    if only_open:
        query = query.where(Meeting.state.not_in(rules.OVER))
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


def _kept(actor: Actor) -> sa.ColumnElement[bool]:
    return _of_units(actor, Action.MANAGE_MEETINGS)


def _of_units(actor: Actor, action: Action) -> sa.ColumnElement[bool]:
    if roles.may(actor, action):
        return sa.true()
    return Meeting.unit_id == actor.unit_id if roles.may_for_some_unit(actor, action) else sa.false()


def _within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    me = actor.person_id
    concerned = (
        sa.exists().where(
            MeetingAttendee.meeting_id == Meeting.id,
            MeetingAttendee.person_id == me,
            MeetingAttendee.state.in_(rules.STANDING),
        ),
        sa.exists().where(MeetingCheck.meeting_id == Meeting.id, MeetingCheck.owner_id == me),
        sa.exists().where(MeetingGuard.meeting_id == Meeting.id, MeetingGuard.person_id == me),
        sa.exists().where(
            Conveyance.meeting_id == Meeting.id,
            ConveyanceListener.conveyance_id == Conveyance.id,
            ConveyanceListener.person_id == me,
        ),
    )
    settles = (
        sa.exists().where(MeetingIncident.meeting_id == Meeting.id)
        if roles.may(actor, Action.SETTLE_INCIDENT)
        else sa.false()
    )
    return sa.or_(
        _kept(actor),
        _of_units(actor, Action.APPROVE_ATTENDANCE),
        settles,
        *(concerned if me is not None else ()),
    )


def sees_all(actor: Actor, found: Meeting) -> bool:
    """Return whether the actor sees all of a meeting."""
    return any(
        roles.may(actor, action, unit_id=found.unit_id)
        for action in (Action.MANAGE_MEETINGS, Action.APPROVE_ATTENDANCE, Action.SIGN_EXCEPTION)
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
