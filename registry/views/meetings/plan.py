"""The agenda of a meeting and the checks of its plan as they stand."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry import gatherings
from registry.models import Meeting, MeetingAttendee, MeetingCheck, MeetingGuard, MeetingItem
from registry.rules import meetings as rules
from registry.rules.clocks import is_overdue
from registry.rules.meetings import CheckNow, Preparations
from registry.rules.planbook import load_planbook
from registry.rules.roles import Actor
from registry.views.holdings import name
from registry.views.meetings.lines import AgendaLine, CheckLine


def agenda(session: Session, meeting_id: int) -> tuple[AgendaLine, ...]:
    """Return the items of a meeting's agenda in order."""
    found = session.scalars(
        sa.select(MeetingItem).where(MeetingItem.meeting_id == meeting_id).order_by(MeetingItem.number)
    )
    return tuple(AgendaLine(row.number, row.title, row.level) for row in found)


def checks_of(session: Session, found: Meeting, actor: Actor, now: datetime) -> tuple[CheckLine, ...]:
    """Return the checks of a meeting's plan in the order of its book; none where it has no plan."""
    if found.plan_version is None:
        return ()
    book = load_planbook(found.plan_version)
    order = {check.id: place for place, check in enumerate(book.checks)}
    rows = session.scalars(
        sa.select(MeetingCheck)
        .options(joinedload(MeetingCheck.owner))
        .where(MeetingCheck.meeting_id == found.id)
    ).all()
    now_true = _preparations(session, found.id)
    lines = []
    for row in sorted(rows, key=lambda row: order[row.check_id]):
        check = book.get(row.check_id)
        as_it_stands = CheckNow(row.check_id, row.is_mandatory, row.done_at is not None, check.proves)
        lines.append(
            CheckLine(
                check=check,
                is_mandatory=row.is_mandatory,
                owner=name(row.owner),
                due_at=row.due_at,
                is_late=row.done_at is None and is_overdue(row.due_at, now),
                done_at=row.done_at,
                evidence=row.evidence,
                is_true=None if check.proves is None else rules.is_true(check.proves, now_true),
                is_open=bool(rules.open_checks([as_it_stands], now_true)),
                is_mine=row.owner_id == actor.person_id,
            )
        )
    return tuple(lines)


def _preparations(session: Session, meeting_id: int) -> Preparations:
    attendees = session.scalars(sa.select(MeetingAttendee).where(MeetingAttendee.meeting_id == meeting_id))
    counted = [
        session.scalars(sa.select(sa.func.count()).where(model.meeting_id == meeting_id)).one()
        for model in (MeetingItem, MeetingGuard)
    ]
    return Preparations(counted[0], tuple(map(gatherings.seated, attendees)), counted[1])
