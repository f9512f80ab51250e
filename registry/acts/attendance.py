"""Who comes to a meeting: cleared, named, approved, taught, pledged, seated.

Laws: nobody is named who is not cleared to the level until the meeting begins; nobody approves themselves or whom they
named; a substitute is a new approval; the pledge is signed by the attendee in person; a seat is one person's.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import gatherings
from registry.errors import ConflictError, InvalidError, PermissionDenied
from registry.ledger import log
from registry.models import MeetingAttendee, Person, PersonClearance
from registry.rows import flush_unique, get_row
from registry.rules import levels, meetings, roles
from registry.rules.meetings import AttendeeStep, MeetingStep, next_attendee_state
from registry.rules.planbook import PLANBOOK
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key
from registry.rules.words import AttendeeState

SEAT_LIMIT: Final = 16


class AlreadyAttending(ConflictError):
    """The person is on the list already."""

    code = "already-attending"


class AttendeeInactive(ConflictError):
    """The person no longer works here."""

    code = "attendee-inactive"


class ApprovesOwnAttendance(ConflictError):
    """Nobody approves themselves, or whom they named."""

    code = "approves-own-attendance"


class NotAnApprover(PermissionDenied):
    """Another role approves the attendees of such a meeting."""

    code = "not-an-approver"


class NotOnTheList(ConflictError):
    """The person is not on the list of the meeting."""

    code = "not-an-attendee"


class SeatTaken(ConflictError):
    """The seat is another attendee's."""

    code = "seat-taken"


class ClearanceNeedsFutureEnd(InvalidError):
    """A clearance lasts until a time that is still to come."""

    code = "clearance-needs-future-end"


class OwnClearance(ConflictError):
    """Nobody clears themselves."""

    code = "own-clearance"


def grant_clearance(
    session: Session,
    person_id: int,
    scheme: str,
    level_code: str,
    until_at: datetime,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Clear a person up to a level of a scheme until a time, in place of what they had in that scheme."""
    roles.require(actor, Action.GRANT_CLEARANCE)
    get_row(session, Person, person_id, lock=True)
    if person_id == actor.person_id:
        raise OwnClearance("got a clearance of oneself")
    if until_at <= now:
        raise ClearanceNeedsFutureEnd("got a clearance without an end in the future", field="until")
    level = levels.get_level(scheme, level_code)
    found = session.scalar(
        sa.select(PersonClearance).where(
            PersonClearance.person_id == person_id, PersonClearance.scheme == str(level.scheme)
        )
    )
    if found is None:
        found = PersonClearance(person_id=person_id, scheme=str(level.scheme))
        session.add(found)
    found.level, found.until_at = level.code, until_at
    found.granted_by_id, found.granted_at = actor.person_id or 0, now
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "person.cleared",
        f"person:{person_id}",
        actor=actor,
        now=now,
        scheme=str(level.scheme),
        level=level.code,
        until=until_at,
    )


def name(
    session: Session,
    meeting_id: int,
    person_id: int,
    *,
    replaces_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Put a person on the list, in another's place where ``replaces_id`` is a person; return the attendee's id.

    Raises:
        NotCleared: the person is not cleared to the meeting's level until it begins.
        AlreadyAttending: the person is on the list.
        NotOnTheList: the one to be replaced is not.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.NAME, actor, Action.MANAGE_MEETINGS)
    if not get_row(session, Person, person_id).active:
        raise AttendeeInactive("got a person who is no longer active", person=person_id)
    gatherings.require_cleared(session, meeting, person_id, now)
    attendee = gatherings.attendee_of(session, meeting_id, person_id)
    if attendee is not None and attendee.state in meetings.STANDING:
        raise AlreadyAttending("got a person who is on the list", person=person_id)
    replaced = None if replaces_id is None else _standing(session, meeting_id, replaces_id)
    if replaced is not None:
        replaced.state = next_attendee_state(replaced.state, AttendeeStep.REPLACE)
        replaced.seat = None
    if attendee is None:
        attendee = MeetingAttendee(meeting_id=meeting_id, person_id=person_id)
        session.add(attendee)
    # Whoever was off the list and is named again begins anew: nothing that was agreed or signed before counts.
    attendee.state = AttendeeState.NAMED
    attendee.replaces_id = None if replaced is None else replaced.id
    attendee.named_by_id, attendee.named_at = actor.person_id or 0, now
    attendee.decided_by_id = attendee.decided_at = None
    attendee.educated_at = attendee.educated_by_id = attendee.pledged_at = attendee.seat = None
    gatherings.record(
        session, meeting, "attendee-named", actor=actor, now=now, person=person_id, replaces=replaces_id
    )
    return attendee.id


def decide(
    session: Session, meeting_id: int, person_id: int, *, agreed: bool, actor: Actor, now: datetime
) -> AttendeeState:
    """Approve or refuse an attendee; return what has become of them.

    Raises:
        ApprovesOwnAttendance: the actor is that person, or named them.
        NotAnApprover: another role approves at this level.
        NotCleared: the person is not cleared to the level, or not any more.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.APPROVE_ATTENDANCE
    )
    wanted = PLANBOOK.approvers(gatherings.level_of(meeting).handling)
    if not wanted & actor.roles:
        raise NotAnApprover("got an approval by a role that the level does not ask", level=meeting.level)
    attendee = _standing(session, meeting_id, person_id)
    if actor.person_id in {person_id, attendee.named_by_id}:
        raise ApprovesOwnAttendance("got an approval of oneself, or of whom one has named")
    if agreed:
        gatherings.require_cleared(session, meeting, person_id, now)
    step = AttendeeStep.APPROVE if agreed else AttendeeStep.REFUSE
    attendee.state = next_attendee_state(attendee.state, step)
    attendee.decided_by_id, attendee.decided_at = actor.person_id, now
    gatherings.record(
        session, meeting, "attendee-decided", actor=actor, now=now, person=person_id, agreed=agreed
    )
    return attendee.state


def strike(session: Session, meeting_id: int, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a person off the list."""
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.NAME, actor, Action.MANAGE_MEETINGS)
    attendee = _standing(session, meeting_id, person_id)
    attendee.state = next_attendee_state(attendee.state, AttendeeStep.STRIKE)
    attendee.seat = None
    gatherings.record(session, meeting, "attendee-struck", actor=actor, now=now, person=person_id)


def educate(session: Session, meeting_id: int, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that an attendee had their secrecy education for the meeting."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.MANAGE_MEETINGS
    )
    attendee = _standing(session, meeting_id, person_id)
    attendee.educated_at, attendee.educated_by_id = now, actor.person_id
    gatherings.record(session, meeting, "attendee-educated", actor=actor, now=now, person=person_id)


def pledge(
    session: Session, meeting_id: int, *, desk_id: int | None = None, actor: Actor, now: datetime
) -> None:
    """Record that the actor signs the pledge of secrecy for a meeting.

    Args:
        session: The deed's transaction.
        meeting_id: The meeting.
        desk_id: The person at whose screen it was signed; None at one's own.
        actor: The attendee, in person.
        now: When.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.ATTEND_MEETING
    )
    attendee = _standing(session, meeting_id, actor.person_id)
    if attendee.pledged_at is None:
        attendee.pledged_at = now
    gatherings.record(
        session, meeting, "pledged", actor=actor, now=now, person=actor.person_id, seen_by=desk_id
    )


def seat(
    session: Session, meeting_id: int, person_id: int, place: str, *, actor: Actor, now: datetime
) -> None:
    """Give an attendee a seat.

    Raises:
        SeatTaken: it is another attendee's.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.MANAGE_MEETINGS
    )
    attendee = _standing(session, meeting_id, person_id)
    attendee.seat = parse_key(place, field="seat", limit=SEAT_LIMIT).upper()
    taken = SeatTaken(f"got seat {attendee.seat}, which is taken", seat=attendee.seat)
    flush_unique(session, {(MeetingAttendee.meeting_id, MeetingAttendee.seat): taken})
    gatherings.record(
        session, meeting, "attendee-seated", actor=actor, now=now, person=person_id, seat=attendee.seat
    )


def _standing(session: Session, meeting_id: int, person_id: int | None) -> MeetingAttendee:
    found = gatherings.attendee_of(session, meeting_id, person_id)
    if found is None or found.state not in meetings.STANDING:
        raise NotOnTheList("got a person who is not on the list", person=person_id)
    return found
