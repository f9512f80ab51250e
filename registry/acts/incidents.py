"""Breaches of a meeting's discipline: reported by whoever saw them, settled by the security officer.

Law: a report is never changed; what was done about it is added once.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import gatherings
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Meeting, MeetingCheck, MeetingGuard, MeetingIncident, Person
from registry.rows import get_row
from registry.rules import roles
from registry.rules.limits import REMARK_LIMIT
from registry.rules.meetings import STANDING, MeetingStep
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Breach


class NotAWitness(ConflictError):
    """Only who is at the meeting, guards it or keeps it reports on its discipline."""

    code = "not-at-this-meeting"


class IncidentSettled(ConflictError):
    """What was done about the incident is on record already."""

    code = "incident-settled"


def report(
    session: Session,
    meeting_id: int,
    breach: Breach,
    what: str,
    person_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Report a breach; return the incident's id.

    Args:
        session: The deed's transaction.
        meeting_id: The meeting.
        breach: Which rule was broken.
        what: What was seen.
        person_id: Who did it, where that is known.
        actor: Who reports.
        now: When.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.REPORT, actor, Action.ATTEND_MEETING)
    attendee = gatherings.attendee_of(session, meeting_id, actor.person_id)
    keeps = roles.may(actor, Action.MANAGE_MEETINGS, unit_id=meeting.unit_id)
    attends = attendee is not None and attendee.state in STANDING
    if not (keeps or attends or _has_a_task(session, meeting_id, actor)):
        raise NotAWitness("got a report by somebody who has nothing to do with the meeting")
    if person_id is not None:
        get_row(session, Person, person_id)
    made = MeetingIncident(
        meeting_id=meeting_id,
        breach=breach,
        what=parse_line(what, field="what", limit=REMARK_LIMIT),
        person_id=person_id,
        reported_by_id=actor.person_id,
        reported_at=now,
        measures="",
    )
    session.add(made)
    gatherings.record(
        session,
        meeting,
        "incident-reported",
        actor=actor,
        now=now,
        breach=str(breach),
        what=log.private(made.what),
        person=person_id,
    )
    return made.id


def settle(session: Session, incident_id: int, measures: str, *, actor: Actor, now: datetime) -> None:
    """Record what was done about an incident."""
    roles.require(actor, Action.SETTLE_INCIDENT)
    incident = get_row(session, MeetingIncident, incident_id, lock=True)
    if incident.settled_at is not None:
        raise IncidentSettled("got an incident that is settled")
    incident.measures = parse_line(measures, field="measures", limit=REMARK_LIMIT)
    incident.settled_at, incident.settled_by_id = now, actor.person_id
    gatherings.record(
        session,
        get_row(session, Meeting, incident.meeting_id),
        "incident-settled",
        actor=actor,
        now=now,
        incident=incident_id,
        measures=log.private(incident.measures),
    )


def _has_a_task(session: Session, meeting_id: int, actor: Actor) -> bool:
    """Tell whether the actor guards the meeting or owns a check of its plan."""
    guards = sa.exists().where(
        MeetingGuard.meeting_id == meeting_id, MeetingGuard.person_id == actor.person_id
    )
    owns = sa.exists().where(MeetingCheck.meeting_id == meeting_id, MeetingCheck.owner_id == actor.person_id)
    return bool(session.scalar(sa.select(sa.or_(guards, owns))))
