"""Confidential meetings: assessed, planned, made ready, held and given up.

Who comes is in ``attendance``, what is out and the closing in ``closing``, passing on in ``conveyance``. Laws: the
level is never below that of an item or a document; a plan has every check that the level's template asks for, each with
an owner and a due time; a check is marked as done by its owner, with evidence.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, gatherings
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import (
    Document,
    Meeting,
    MeetingAttendee,
    MeetingCheck,
    MeetingGuard,
    MeetingItem,
    MeetingPress,
    Person,
    Unit,
)
from registry.rows import get_row
from registry.rules import levels, meetings, roles
from registry.rules.approval import Act
from registry.rules.facts import AgendaItem, MeetingFacts
from registry.rules.levels import Level, Scheme
from registry.rules.limits import MEETING_TITLE_LIMIT, PLACE_LIMIT, REASON_LIMIT, REMARK_LIMIT
from registry.rules.meetings import AttendeeStep, CheckNow, MeetingStep, Preparations
from registry.rules.planbook import PLANBOOK, load_planbook
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import AttendeeState, MeetingState


class NotThePlansCheck(InvalidError):
    """The plan of the meeting has no such check."""

    code = "not-the-plans-check"


class NotTheOwner(ConflictError):
    """The check is somebody else's."""

    code = "not-the-checks-owner"


class OwnerInactive(ConflictError):
    """The person no longer works here and can own no check."""

    code = "owner-inactive"


class MeetingHasNoPlan(ConflictError):
    """No secrecy plan was drawn up for the meeting."""

    code = "meeting-has-no-plan"


class ThingsOut(ConflictError):
    """Things of the meeting are out."""

    code = "meeting-things-out"


class PressForOtherMeeting(ConflictError):
    """The approval is for another meeting."""

    code = "press-for-other-meeting"


def plan(
    session: Session, facts: MeetingFacts, *, enabled: Collection[Scheme], actor: Actor, now: datetime
) -> int:
    """Register a meeting with the secrecy plan of its level, all of whose checks the actor owns; return its id."""
    roles.require(actor, Action.MANAGE_MEETINGS, unit_id=facts.unit_id)
    level = levels.get_level(facts.scheme, facts.level, enabled=enabled)
    get_row(session, Unit, facts.unit_id)
    meeting = Meeting(
        title=parse_line(facts.title, field="title", limit=MEETING_TITLE_LIMIT),
        scheme=str(level.scheme),
        level=level.code,
        unit_id=facts.unit_id,
        place=parse_line(facts.place, field="place", limit=PLACE_LIMIT),
        starts_at=facts.starts_at,
        state=MeetingState.PLANNED,
    )
    session.add(meeting)
    session.flush()  # the id, for its checks and for the ledger
    _draw_up(session, meeting, level, actor)
    log.append(
        session,
        "meeting.planned",
        f"meeting:{meeting.id}",
        actor=actor,
        now=now,
        title=log.private(meeting.title),
        place=log.private(meeting.place),
        scheme=meeting.scheme,
        level=meeting.level,
        unit=meeting.unit_id,
        starts_at=meeting.starts_at,
        plan=meeting.plan_version,
    )
    return meeting.id


def set_level(
    session: Session,
    meeting_id: int,
    level_code: str,
    *,
    enabled: Collection[Scheme],
    actor: Actor,
    now: datetime,
) -> None:
    """Raise or lower a meeting's level within its scheme, never below an item or document; its plan follows."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.ASSESS, actor, Action.MANAGE_MEETINGS
    )
    level = levels.get_level(meeting.scheme, level_code, enabled=enabled)
    for document in session.scalars(sa.select(Document).where(Document.meeting_id == meeting_id)):
        meetings.require_not_below(level, levels.get_level(document.scheme, document.level))
    meetings.require_not_below_items(level, _item_levels(session, meeting))
    before = _change_level(session, meeting, level)
    _draw_up(session, meeting, level, actor)
    gatherings.record(
        session, meeting, "level-changed", actor=actor, now=now, before=before, after=level.code
    )


def assess(
    session: Session,
    meeting_id: int,
    items: Sequence[AgendaItem],
    *,
    enabled: Collection[Scheme],
    actor: Actor,
    now: datetime,
) -> str:
    """State the agenda: the highest item decides the level, never below that of a document; return the level's code."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.ASSESS, actor, Action.MANAGE_MEETINGS
    )
    stated = [levels.get_level(meeting.scheme, item.level, enabled=enabled) for item in items]
    known = gatherings.documents_levels(session, meeting_id)
    level = meetings.assessed(stated, known, gatherings.level_of(meeting))
    session.execute(sa.delete(MeetingItem).where(MeetingItem.meeting_id == meeting_id))
    for number, (item, of_item) in enumerate(zip(items, stated, strict=True), start=1):
        title = parse_line(item.title, field="items", limit=MEETING_TITLE_LIMIT)
        session.add(MeetingItem(meeting_id=meeting_id, number=number, title=title, level=of_item.code))
    before = _change_level(session, meeting, level)
    _draw_up(session, meeting, level, actor)
    gatherings.record(
        session,
        meeting,
        "assessed",
        actor=actor,
        now=now,
        before=before,
        after=level.code,
        items=[
            {"title": log.private(item.title), "level": of_item.code}
            for item, of_item in zip(items, stated, strict=True)
        ],
    )
    return level.code


def assign(
    session: Session,
    meeting_id: int,
    check_id: str,
    owner_id: int,
    due_at: datetime,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a check of the plan to a person, until a time."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.MANAGE_MEETINGS
    )
    check = _check(session, meeting, check_id)
    if not get_row(session, Person, owner_id).active:
        raise OwnerInactive("got an owner who is no longer active", person=owner_id)
    check.owner_id, check.due_at = owner_id, due_at
    gatherings.record(
        session, meeting, "check-assigned", actor=actor, now=now, check=check_id, owner=owner_id, due=due_at
    )


def fulfil(
    session: Session, meeting_id: int, check_id: str, evidence: str, *, actor: Actor, now: datetime
) -> None:
    """Mark a check as done, with evidence; only its owner does, and only when it is true in the register.

    Raises:
        NotTheOwner: it is somebody else's.
        CheckUnproven: what it is about is not true.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.ATTEND_MEETING
    )
    check = _check(session, meeting, check_id)
    if check.owner_id != actor.person_id:
        raise NotTheOwner("got a check of another owner", check=check_id)
    shown = parse_line(evidence, field="evidence", limit=REMARK_LIMIT)
    proves = load_planbook(meeting.plan_version or PLANBOOK.version).get(check_id).proves
    meetings.require_proven(proves, preparations(session, meeting_id))
    check.done_at, check.done_by_id, check.evidence = now, actor.person_id, shown
    gatherings.record(
        session, meeting, "check-done", actor=actor, now=now, check=check_id, evidence=log.private(shown)
    )


def reopen(
    session: Session, meeting_id: int, check_id: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Take a check back that was marked as done; a meeting that was ready is planned again."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.REOPEN, actor, Action.MANAGE_MEETINGS
    )
    check = _check(session, meeting, check_id)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    check.done_at = check.done_by_id = None
    gatherings.record(
        session, meeting, "check-reopened", actor=actor, now=now, check=check_id, reason=log.private(why)
    )


def post_guard(
    session: Session, meeting_id: int, person_id: int, post: str, *, actor: Actor, now: datetime
) -> None:
    """Post a guard, or post them somewhere else."""
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.PREPARE, actor, Action.MANAGE_MEETINGS
    )
    if not get_row(session, Person, person_id).active:
        raise OwnerInactive("got a guard who is no longer active", person=person_id)
    where = parse_line(post, field="post", limit=PLACE_LIMIT)
    found = session.scalar(
        sa.select(MeetingGuard).where(
            MeetingGuard.meeting_id == meeting_id, MeetingGuard.person_id == person_id
        )
    )
    if found is None:
        session.add(MeetingGuard(meeting_id=meeting_id, person_id=person_id, post=where))
    else:
        found.post = where
    gatherings.record(
        session, meeting, "guard-posted", actor=actor, now=now, person=person_id, post=log.private(where)
    )


def make_ready(session: Session, meeting_id: int, *, actor: Actor, now: datetime) -> None:
    """Declare a meeting ready.

    Raises:
        MeetingHasNoPlan: none was drawn up.
        ChecksOpen: a mandatory check is open, or not true any more; fact ``checks``.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.MAKE_READY, actor, Action.MANAGE_MEETINGS
    )
    meetings.require_ready(_checks_now(session, meeting), preparations(session, meeting_id))
    gatherings.record(session, meeting, "ready", actor=actor, now=now)


def begin(session: Session, meeting_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that a ready meeting begins; what was ready must still be so.

    Raises:
        ChecksOpen: it is not.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.BEGIN, actor, Action.MANAGE_MEETINGS)
    meetings.require_ready(_checks_now(session, meeting), preparations(session, meeting_id))
    gatherings.record(session, meeting, "begun", actor=actor, now=now)


def end(session: Session, meeting_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that a meeting is over; it closes once nothing is out."""
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.END, actor, Action.MANAGE_MEETINGS)
    out = gatherings.outstanding(session, meeting_id)
    gatherings.record(session, meeting, "ended", actor=actor, now=now, outstanding=len(out))


def cancel(session: Session, meeting_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Give a meeting up that has not begun; everything of it must be back first.

    Raises:
        ThingsOut: papers, notebooks or deposits are out.
    """
    meeting = gatherings.locked_meeting(
        session, meeting_id, MeetingStep.CANCEL, actor, Action.MANAGE_MEETINGS
    )
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if out := gatherings.outstanding(session, meeting_id):
        raise ThingsOut(f"got {len(out)} things out", outstanding=len(out))
    gatherings.record(session, meeting, "cancelled", actor=actor, now=now, reason=log.private(why))


def admit_press(session: Session, meeting_id: int, request_id: int, *, actor: Actor, now: datetime) -> int:
    """Let press in as an approval names it; return the id of the record.

    Raises:
        PressForOtherMeeting: the approval is for another meeting, or for another level of this one.
        ConflictError: the approval is not usable, see ``consent.consume``.
    """
    meeting = gatherings.locked_meeting(session, meeting_id, MeetingStep.ADMIT, actor, Action.MANAGE_MEETINGS)
    request = consent.consume(session, request_id, Act.PRESS, quantity=1, actor=actor, now=now)
    order = consent.order_of(request)
    details = dict(order.details)
    if details.get("meeting_id") != str(meeting_id) or order.level != meeting.level:
        raise PressForOtherMeeting("got the approval of another meeting", request=request_id)
    made = MeetingPress(
        meeting_id=meeting_id,
        outlet=details["outlet"],
        persons=details["persons"],
        request_id=request_id,
        admitted_by_id=actor.person_id,
        admitted_at=now,
    )
    session.add(made)
    gatherings.record(
        session,
        meeting,
        "press-admitted",
        actor=actor,
        now=now,
        request=request_id,
        outlet=log.private(made.outlet),
        persons=log.private(made.persons),
    )
    return made.id


def preparations(session: Session, meeting_id: int) -> Preparations:
    """Return what the conditions of a meeting's checks depend on."""
    attendees = session.scalars(sa.select(MeetingAttendee).where(MeetingAttendee.meeting_id == meeting_id))
    return Preparations(
        items=_count(session, MeetingItem, meeting_id),
        attendees=tuple(map(gatherings.seated, attendees)),
        guards=_count(session, MeetingGuard, meeting_id),
    )


def _count(session: Session, model: type[MeetingItem | MeetingGuard], meeting_id: int) -> int:
    return session.scalars(sa.select(sa.func.count()).where(model.meeting_id == meeting_id)).one()


def _change_level(session: Session, meeting: Meeting, level: Level) -> str:
    """Give the meeting a level and return the one before; whoever was approved for a lower one is approved anew."""
    before = gatherings.level_of(meeting)
    meeting.level = level.code
    if level.rank > before.rank:
        approved = session.scalars(
            sa.select(MeetingAttendee).where(
                MeetingAttendee.meeting_id == meeting.id, MeetingAttendee.state == AttendeeState.APPROVED
            )
        )
        for attendee in approved:
            attendee.state = meetings.next_attendee_state(attendee.state, AttendeeStep.RECONSIDER)
            attendee.decided_at = attendee.decided_by_id = None
    return before.code


def _draw_up(session: Session, meeting: Meeting, level: Level, actor: Actor) -> None:
    """Make the plan that of the level: what is new is added, what fell away goes unless it was done."""
    present = {
        check.check_id: check
        for check in session.scalars(sa.select(MeetingCheck).where(MeetingCheck.meeting_id == meeting.id))
    }
    wanted = {check.id: check for check in PLANBOOK.plan_for(level.handling)}
    for check_id, row in present.items():
        if check_id in wanted:
            row.is_mandatory = level.handling in wanted[check_id].mandatory
        elif row.done_at is None:
            session.delete(row)
        else:
            row.is_mandatory = False
    for check_id, check in wanted.items():
        if check_id not in present:
            session.add(
                MeetingCheck(
                    meeting_id=meeting.id,
                    check_id=check_id,
                    is_mandatory=level.handling in check.mandatory,
                    owner_id=actor.person_id,
                    due_at=meeting.starts_at - check.due,
                    evidence="",
                )
            )
    meeting.plan_version = PLANBOOK.version
    session.flush()  # so that the next step sees the plan


def _check(session: Session, meeting: Meeting, check_id: str) -> MeetingCheck:
    found = session.scalar(
        sa.select(MeetingCheck).where(
            MeetingCheck.meeting_id == meeting.id, MeetingCheck.check_id == check_id
        )
    )
    if found is None:
        raise NotThePlansCheck("got a check that the plan does not have", check=check_id[:40])
    return found


def _checks_now(session: Session, meeting: Meeting) -> list[CheckNow]:
    if meeting.plan_version is None:
        raise MeetingHasNoPlan("got a meeting without a secrecy plan")
    book = load_planbook(meeting.plan_version)
    return [
        CheckNow(row.check_id, row.is_mandatory, row.done_at is not None, book.get(row.check_id).proves)
        for row in session.scalars(sa.select(MeetingCheck).where(MeetingCheck.meeting_id == meeting.id))
    ]


def _item_levels(session: Session, meeting: Meeting) -> list[Level]:
    return [
        levels.get_level(meeting.scheme, code)
        for code in session.scalars(sa.select(MeetingItem.level).where(MeetingItem.meeting_id == meeting.id))
    ]
