"""How a meeting is passed on: scope, conveyances, press, the approvals for them, and breaches of discipline."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from registry.models import (
    ApprovalRequest,
    Conveyance,
    ConveyanceListener,
    MeetingIncident,
    MeetingPress,
    MeetingScope,
)
from registry.rules.approval import Act
from registry.rules.roles import Actor
from registry.rules.words import RequestState
from registry.views.holdings import name
from registry.views.meetings.lines import Incident, PressLine, Told
from registry.views.people import UnitName, unit_name


def usable_requests(
    session: Session, meeting_id: int, act: Act, actor: Actor, *, now: datetime
) -> tuple[int, ...]:
    """Return the approved requests of an act about a meeting that the actor could carry out."""
    query = (
        sa.select(ApprovalRequest)
        .options(selectinload(ApprovalRequest.decisions))
        .where(
            ApprovalRequest.act == act,
            ApprovalRequest.state == RequestState.APPROVED,
            ApprovalRequest.requester_id != actor.person_id,
            ApprovalRequest.valid_until_at >= now,
        )
        .order_by(ApprovalRequest.id)
    )
    return tuple(
        request.id
        for request in session.scalars(query)
        if dict(request.order["details"]).get("meeting_id") == str(meeting_id)
        and actor.person_id not in {row.person_id for row in request.decisions if row.agreed}
    )


def scope(session: Session, meeting_id: int) -> tuple[UnitName, ...]:
    """Return the units within which content of a meeting may be passed on."""
    rows = session.scalars(
        sa.select(MeetingScope)
        .options(joinedload(MeetingScope.unit))
        .where(MeetingScope.meeting_id == meeting_id)
        .order_by(MeetingScope.unit_id)
    )
    return tuple(unit_name(row.unit) for row in rows)


def told_of(session: Session, meeting_id: int, actor: Actor) -> tuple[Told, ...]:
    """Return the conveyances of a meeting with their audiences, latest first."""
    rows = session.scalars(
        sa.select(Conveyance)
        .options(
            joinedload(Conveyance.conveyer),
            selectinload(Conveyance.listeners).joinedload(ConveyanceListener.person),
        )
        .where(Conveyance.meeting_id == meeting_id)
        .order_by(Conveyance.id.desc())
    )
    return tuple(
        Told(
            id=row.id,
            form=row.form,
            content=row.content,
            conveyer=name(row.conveyer),
            place=row.place,
            notes_allowed=row.notes_allowed,
            conveyed_at=row.conveyed_at,
            request_id=row.request_id,
            listeners=tuple((name(one.person), one.signed_at) for one in row.listeners),
            waits_for_me=any(
                one.person_id == actor.person_id and one.signed_at is None for one in row.listeners
            ),
        )
        for row in rows
    )


def incidents(session: Session, meeting_id: int) -> tuple[Incident, ...]:
    """Return the breaches of discipline at a meeting, latest first."""
    rows = session.scalars(
        sa.select(MeetingIncident)
        .options(
            joinedload(MeetingIncident.person),
            joinedload(MeetingIncident.reported_by),
            joinedload(MeetingIncident.settled_by),
        )
        .where(MeetingIncident.meeting_id == meeting_id)
        .order_by(MeetingIncident.id.desc())
    )
    return tuple(
        Incident(
            id=row.id,
            breach=row.breach,
            what=row.what,
            person=None if row.person is None else name(row.person),
            reported_by=name(row.reported_by),
            reported_at=row.reported_at,
            measures=row.measures,
            settled_by=None if row.settled_by is None else name(row.settled_by),
            settled_at=row.settled_at,
        )
        for row in rows
    )


def press(session: Session, meeting_id: int) -> tuple[PressLine, ...]:
    """Return the press that was let in, first come first."""
    rows = session.scalars(
        sa.select(MeetingPress).where(MeetingPress.meeting_id == meeting_id).order_by(MeetingPress.id)
    )
    return tuple(PressLine(row.outlet, row.persons, row.request_id, row.admitted_at) for row in rows)
