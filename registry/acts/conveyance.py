"""Passing on what a meeting was about: within its scope, on the record, with everybody who listened.

Laws: only who was there passes on; who is beyond the scope was agreed to by name, and an approval is used once; a
listener signs in personally; what was told and where is recorded before anybody signs.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, gatherings
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import (
    Conveyance,
    ConveyanceListener,
    Meeting,
    MeetingAttendee,
    MeetingScope,
    Person,
    Unit,
)
from registry.rows import get_row
from registry.rules import meetings, roles
from registry.rules.approval import Act
from registry.rules.facts import ConveyanceFacts
from registry.rules.limits import PLACE_LIMIT, REMARK_LIMIT
from registry.rules.meetings import BeyondScope, MeetingStep
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import AttendeeState

MEETING_DETAIL: Final = "meeting_id"
"""Under which name an order about a meeting holds it."""


class NotAtTheMeeting(ConflictError):
    """Only who was at a meeting passes on what it was about."""

    code = "not-at-the-meeting"


class NoAudience(InvalidError):
    """Nobody was told, or somebody told themselves."""

    code = "no-audience"


class ConveyanceBeyondApproval(ConflictError):
    """The approval is for another meeting, or does not name everybody who is beyond the scope."""

    code = "conveyance-beyond-approval"


class NotTheConveyer(ConflictError):
    """Listeners prove themselves before whoever told them, or on their own screen."""

    code = "not-the-conveyer"


class NotInTheAudience(ConflictError):
    """The person is not among those who were told."""

    code = "not-in-the-audience"


def set_scope(
    session: Session, meeting_id: int, unit_ids: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Say within which units a meeting's content may be passed on; later it only widens by approval."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.MANAGE_MEETINGS
    )
    for unit_id in sorted(set(unit_ids)):
        get_row(session, Unit, unit_id)
    session.execute(sa.delete(MeetingScope).where(MeetingScope.meeting_id == meeting_id))
    session.add_all(MeetingScope(meeting_id=meeting_id, unit_id=unit_id) for unit_id in set(unit_ids))
    gatherings.record(session, meeting, "scope-set", actor=actor, now=now, units=sorted(set(unit_ids)))


def convey(
    session: Session,
    meeting_id: int,
    facts: ConveyanceFacts,
    *,
    request_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Record what the actor passes on and to whom, before they sign in; return the conveyance's id.

    Args:
        session: The deed's transaction.
        meeting_id: The meeting.
        facts: What, where, to whom, and whether notes are allowed.
        request_id: The approval for those who are beyond the scope.
        actor: Who passes on; was at the meeting.
        now: When.

    Raises:
        NotAtTheMeeting: the actor was not.
        BeyondScope: somebody is beyond the scope, and no approval was shown; fact ``persons``.
        ConveyanceBeyondApproval: the approval is of another meeting, or does not name them.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.CONVEY, actor, Action.ATTEND_MEETING)
    there = _attendees(session, meeting_id)
    if actor.person_id not in there:
        raise NotAtTheMeeting("got a conveyance by somebody who was not there")
    listeners = sorted(set(facts.listeners))
    if not listeners or actor.person_id in listeners:
        raise NoAudience("got nobody who was told, or the conveyer among them", field="listeners")
    audience = [(row.id, row.unit_id) for row in _persons(session, listeners)]
    units = session.scalars(sa.select(MeetingScope.unit_id).where(MeetingScope.meeting_id == meeting_id))
    beyond = meetings.beyond_scope(audience, set(units), there)
    if beyond:
        _use_approval(session, meeting, beyond, request_id, actor=actor, now=now)
    made = Conveyance(
        meeting_id=meeting_id,
        form=facts.form,
        content=parse_line(facts.content, field="content", limit=REMARK_LIMIT),
        conveyer_id=actor.person_id,
        place=parse_line(facts.place, field="place", limit=PLACE_LIMIT),
        notes_allowed=facts.notes_allowed,
        conveyed_at=now,
        request_id=request_id if beyond else None,
        listeners=[ConveyanceListener(person_id=person) for person in listeners],
    )
    session.add(made)
    gatherings.record(
        session,
        meeting,
        "conveyed",
        actor=actor,
        now=now,
        form=str(made.form),
        content=log.private(made.content),
        place=log.private(made.place),
        notes=made.notes_allowed,
        audience=listeners,
        beyond=list(beyond),
        request=made.request_id,
    )
    return made.id


def sign_in(
    session: Session, conveyance_id: int, *, desk_id: int | None = None, actor: Actor, now: datetime
) -> None:
    """Record that a listener signs for what they were told.

    Args:
        session: The deed's transaction.
        conveyance_id: The conveyance.
        desk_id: The person at whose screen it was signed; None at one's own.
        actor: The listener, in person.
        now: When.
    """
    roles.require(actor, Action.ATTEND_MEETING)
    conveyance = get_row(session, Conveyance, conveyance_id, lock=True)
    listener = session.get(ConveyanceListener, (conveyance_id, actor.person_id))
    if listener is None:
        raise NotInTheAudience("got a signature by somebody who was not told")
    if listener.signed_at is None:
        listener.signed_at = now
    gatherings.record(
        session,
        conveyance.meeting,
        "conveyance-signed",
        actor=actor,
        now=now,
        conveyance=conveyance_id,
        person=actor.person_id,
        seen_by=desk_id,
    )


def require_conveyer(session: Session, conveyance_id: int, actor: Actor) -> None:
    """Pass when the actor is the one who passed on, before whom listeners may prove themselves.

    Raises:
        NotTheConveyer: it was somebody else.
    """
    if get_row(session, Conveyance, conveyance_id).conveyer_id != actor.person_id:
        raise NotTheConveyer("got listeners of somebody else's conveyance")


def _use_approval(
    session: Session,
    meeting: Meeting,
    beyond: Collection[int],
    request_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if request_id is None:
        raise BeyondScope("got people beyond the scope of conveyance", persons=tuple(beyond))
    request = consent.consume(session, request_id, Act.CONVEY, quantity=1, actor=actor, now=now)
    order = consent.order_of(request)
    is_this = dict(order.details).get(MEETING_DETAIL) == str(meeting.id) and order.level == meeting.level
    if not is_this or not set(beyond) <= set(order.recipients):
        raise ConveyanceBeyondApproval("got an approval that does not cover the audience", request=request_id)


def _attendees(session: Session, meeting_id: int) -> set[int]:
    return set(
        session.scalars(
            sa.select(MeetingAttendee.person_id).where(
                MeetingAttendee.meeting_id == meeting_id,
                MeetingAttendee.state == AttendeeState.APPROVED,
                MeetingAttendee.pledged_at.is_not(None),
            )
        )
    )


def _persons(session: Session, person_ids: Collection[int]) -> list[Person]:
    return [get_row(session, Person, person_id) for person_id in person_ids]
