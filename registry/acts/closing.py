"""What goes out at the door of a meeting and comes back, and the closing once nothing is out.

Laws: notebooks and deposits are numbered within their meeting and never renumbered; a notebook goes to nobody who may
not be handed a paper; the meeting closes at zero, or with a signed exception for each thing that is still out.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import gatherings
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import MeetingException, MeetingItemOut
from registry.rules import meetings
from registry.rules.limits import REASON_LIMIT
from registry.rules.meetings import MeetingStep
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import MeetingThing, Outstanding

WHAT_LIMIT: Final = 120


class ThingIsBack(ConflictError):
    """The thing came back before."""

    code = "meeting-thing-back"


class NotOutstanding(ConflictError):
    """The thing is not outstanding, so there is nothing to except."""

    code = "not-outstanding"


class AlreadyExcepted(ConflictError):
    """An exception for this thing is signed."""

    code = "already-excepted"


class StillOutstanding(ConflictError):
    """Things are out without a signed exception."""

    code = "still-outstanding"


def hand_out(
    session: Session,
    meeting_id: int,
    kind: MeetingThing,
    person_id: int,
    what: str = "",
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Give an attendee a notebook, or take a device of theirs in; return its number within the meeting.

    Raises:
        NotAdmitted: a notebook for somebody who may not be handed a paper, or a deposit of somebody not on the list.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.ADMIT, actor, Action.MANAGE_MEETINGS)
    attendee = gatherings.attendee_of(session, meeting_id, person_id)
    if kind is MeetingThing.NOTEBOOK:
        meetings.require_admitted(None if attendee is None else gatherings.seated(attendee))
    if attendee is None or attendee.state not in meetings.STANDING:
        raise meetings.NotAdmitted("got a deposit of somebody not on the list", reason="not-an-attendee")
    last = session.scalar(
        sa.select(sa.func.max(MeetingItemOut.number)).where(
            MeetingItemOut.meeting_id == meeting_id, MeetingItemOut.kind == kind
        )
    )
    made = MeetingItemOut(
        meeting_id=meeting_id,
        kind=kind,
        number=(last or 0) + 1,
        attendee_id=attendee.id,
        what=parse_line(what, field="what", limit=WHAT_LIMIT, required=kind is MeetingThing.DEPOSIT),
        out_at=now,
        out_by_id=actor.person_id,
    )
    session.add(made)
    gatherings.record(
        session,
        meeting,
        "notebook-out" if kind is MeetingThing.NOTEBOOK else "deposit-taken",
        actor=actor,
        now=now,
        number=made.number,
        person=person_id,
        what=log.private(made.what),
    )
    return made.number


def take_back(
    session: Session, meeting_id: int, kind: MeetingThing, number: int, *, actor: Actor, now: datetime
) -> int:
    """Take a notebook back, or give a device back to its owner; return how many things are still out.

    Raises:
        ThingIsBack: it came back before, or there is none of that number.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.TAKE_BACK, actor, Action.MANAGE_MEETINGS
    )
    found = session.scalar(
        sa.select(MeetingItemOut).where(
            MeetingItemOut.meeting_id == meeting_id,
            MeetingItemOut.kind == kind,
            MeetingItemOut.number == number,
            MeetingItemOut.back_at.is_(None),
        )
    )
    if found is None:
        raise ThingIsBack("got a thing that is not out", number=number)
    found.back_at, found.back_by_id = now, actor.person_id
    gatherings.record(
        session,
        meeting,
        "notebook-back" if kind is MeetingThing.NOTEBOOK else "deposit-returned",
        actor=actor,
        now=now,
        number=number,
    )
    return len(gatherings.outstanding(session, meeting_id))


def make_exception(
    session: Session,
    meeting_id: int,
    kind: Outstanding,
    key: str,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Sign that one thing stays outstanding, and why.

    Raises:
        NotOutstanding: it is not out.
        AlreadyExcepted: somebody has signed for it.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.EXCEPT, actor, Action.SIGN_EXCEPTION)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if (kind, key) not in gatherings.outstanding(session, meeting_id):
        raise NotOutstanding("got an exception for what is not out")
    if (kind, key) in _excepted(session, meeting_id):
        raise AlreadyExcepted("got a second exception for one thing")
    session.add(
        MeetingException(
            meeting_id=meeting_id,
            kind=kind,
            key=key,
            reason=why,
            signed_by_id=actor.person_id,
            signed_at=now,
        )
    )
    gatherings.record(
        session,
        meeting,
        "exception-signed",
        actor=actor,
        now=now,
        kind_of_thing=str(kind),
        key=key,
        reason=log.private(why),
    )


def close(session: Session, meeting_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a meeting at zero, or with an exception for each thing that is out.

    Raises:
        StillOutstanding: fact ``outstanding`` is how many are out without one.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.CLOSE, actor, Action.MANAGE_MEETINGS)
    out = gatherings.outstanding(session, meeting_id)
    if left := out - _excepted(session, meeting_id):
        raise StillOutstanding(f"got {len(left)} things out without an exception", outstanding=len(left))
    gatherings.record(session, meeting, "closed", actor=actor, now=now, excepted=len(out))


def _excepted(session: Session, meeting_id: int) -> frozenset[tuple[Outstanding, str]]:
    found = session.execute(
        sa.select(MeetingException.kind, MeetingException.key).where(
            MeetingException.meeting_id == meeting_id
        )
    )
    return frozenset((kind, key) for kind, key in found)
