"""Meetings as the acts around them reach them: locked on their way through the table, recorded, and what is still out.

Also who may be handed a meeting's papers, which the counter asks. Law: the meeting is locked before anything of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import (
    Copy,
    Document,
    Meeting,
    MeetingAttendee,
    MeetingItemOut,
    PersonClearance,
)
from registry.rows import get_row
from registry.rules import meetings as rules
from registry.rules import roles
from registry.rules.levels import Level, get_level
from registry.rules.lifecycle import State
from registry.rules.meetings import Clearance, MeetingStep, Seated, next_meeting_state
from registry.rules.roles import Action, Actor
from registry.rules.words import Outstanding

OUT: Final = frozenset(
    {State.IN_TRANSIT, State.HELD, State.CLAIMED, State.OUTSIDE, State.UNACCOUNTED, State.LOST}
)
"""States in which a copy is not back: with somebody, on its way, or nobody knows where."""
_ADMITTING: Final = (
    sa.select(Meeting.id)
    .join(Document, Document.meeting_id == Meeting.id)
    .where(
        Document.id.in_(sa.bindparam("document_ids", expanding=True)),
        Meeting.plan_version.is_not(None),
        Meeting.state.not_in(rules.OVER),
    )
    .distinct()
    .order_by(Meeting.id)
)
"""Asks for the meetings to which whoever is handed papers of these documents must be admitted."""


def locked_meeting(
    session: Session, meeting_id: int, step: MeetingStep, actor: Actor, action: Action
) -> Meeting:
    """Return a meeting, locked until the transaction ends, in the state that the actor's step leads to.

    Raises:
        PermissionDenied: the actor may not do the action for the meeting's unit.
        ImpossibleMeetingStep: its state does not allow the step.
    """
    meeting = get_row(session, Meeting, meeting_id, lock=True)
    roles.require(actor, action, unit_id=meeting.unit_id)
    meeting.state = next_meeting_state(meeting.state, step)
    return meeting


def level_of(meeting: Meeting) -> Level:
    """Return the level of a meeting."""
    return get_level(meeting.scheme, meeting.level)


def record(
    session: Session, meeting: Meeting, what: str, /, *, actor: Actor, now: datetime, **facts: log.Loggable
) -> None:
    """Record what was done to a meeting; after all other writing."""
    session.flush()  # before the ledger is locked
    log.append(
        session,
        f"meeting.{what}",
        f"meeting:{meeting.id}",
        actor=actor,
        now=now,
        state=str(meeting.state),
        **facts,
    )


def seated(attendee: MeetingAttendee) -> Seated:
    """Return an attendee as the rules see one."""
    return Seated(
        state=attendee.state,
        is_educated=attendee.educated_at is not None,
        has_pledged=attendee.pledged_at is not None,
        has_seat=attendee.seat is not None,
    )


def attendee_of(session: Session, meeting_id: int, person_id: int | None) -> MeetingAttendee | None:
    """Return what a person is at a meeting; None who was never named."""
    return session.scalar(
        sa.select(MeetingAttendee).where(
            MeetingAttendee.meeting_id == meeting_id, MeetingAttendee.person_id == person_id
        )
    )


def require_cleared(session: Session, meeting: Meeting, person_id: int, now: datetime) -> None:
    """Pass when a person is cleared to the level of a meeting until it begins.

    Raises:
        NotCleared: they are not.
    """
    require_cleared_to(session, level_of(meeting), person_id, max(meeting.starts_at, now))


def require_cleared_to(session: Session, level: Level, person_id: int, until: datetime) -> None:
    """Pass when a person is cleared to a level until a time.

    Raises:
        NotCleared: they are not.
    """
    clearances = session.scalars(sa.select(PersonClearance).where(PersonClearance.person_id == person_id))
    rules.require_cleared(
        (Clearance(row.scheme, row.level, row.until_at) for row in clearances), level, until
    )


def require_admitted(session: Session, copies: Sequence[Copy], receiver_id: int) -> None:
    """Pass when a person may be handed these copies: those of a meeting only who is admitted to it.

    A meeting that is over, or that has no plan, asks nothing.

    Raises:
        NotAdmitted: the receiver is not an approved attendee who was taught and has pledged; fact ``reason``.
    """
    wanted = session.scalars(_ADMITTING, {"document_ids": list({copy.document_id for copy in copies})})
    for meeting_id in wanted:
        attendee = attendee_of(session, meeting_id, receiver_id)
        rules.require_admitted(None if attendee is None else seated(attendee))


def outstanding(session: Session, meeting_id: int) -> frozenset[tuple[Outstanding, str]]:
    """Return everything of a meeting that is still out: kind, and code or number."""
    copies = session.scalars(
        sa.select(Copy.code)
        .join(Document, Copy.document_id == Document.id)
        .where(Document.meeting_id == meeting_id, Copy.state.in_(OUT))
    )
    things = session.execute(
        sa.select(MeetingItemOut.kind, MeetingItemOut.number).where(
            MeetingItemOut.meeting_id == meeting_id, MeetingItemOut.back_at.is_(None)
        )
    )
    return frozenset(
        {
            *((Outstanding.COPY, code) for code in copies),
            *((Outstanding(kind.value), str(number)) for kind, number in things),
        }
    )


def documents_levels(session: Session, meeting_id: int) -> Collection[Level]:
    """Return the levels of a meeting's documents."""
    return [
        get_level(scheme, level)
        for scheme, level in session.execute(
            sa.select(Document.scheme, Document.level).where(Document.meeting_id == meeting_id)
        )
    ]
