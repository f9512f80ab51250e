"""The people of a meeting: attendees with seats and copies, guards, and who is cleared."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry import gatherings
from registry.models import Copy, Document, Meeting, MeetingAttendee, MeetingGuard, PersonClearance
from registry.rules import meetings as rules
from registry.rules.roles import Actor
from registry.views.custody import custody_now
from registry.views.holdings import name
from registry.views.meetings.lines import AttendeeLine, CopyAtSeat, GuardLine
from registry.views.people import names, unit_name


def clearances(session: Session, person_id: int) -> tuple[rules.Clearance, ...]:
    """Return up to which level a person is cleared, per scheme."""
    found = session.scalars(
        sa.select(PersonClearance)
        .where(PersonClearance.person_id == person_id)
        .order_by(PersonClearance.scheme)
    )
    return tuple(rules.Clearance(row.scheme, row.level, row.until_at) for row in found)


def attendees_of(session: Session, found: Meeting, actor: Actor) -> tuple[AttendeeLine, ...]:
    """Return the attendees of a meeting with their copies, those who stand first."""
    rows = session.scalars(
        sa.select(MeetingAttendee)
        .options(joinedload(MeetingAttendee.person), joinedload(MeetingAttendee.replaces))
        .where(MeetingAttendee.meeting_id == found.id)
        .order_by(MeetingAttendee.state.not_in(rules.STANDING), MeetingAttendee.id)
    ).all()
    known = names(
        session,
        {row.decided_by_id for row in rows if row.decided_by_id}
        | {row.replaces.person_id for row in rows if row.replaces},
    )
    cleared = {
        row.person_id: row
        for row in session.scalars(
            sa.select(PersonClearance).where(
                PersonClearance.person_id.in_([row.person_id for row in rows]),
                PersonClearance.scheme == found.scheme,
            )
        )
    }
    copies = _copies_at_seats(session, found.id)
    return tuple(
        AttendeeLine(
            person=name(row.person),
            unit=unit_name(row.person.unit),
            state=row.state,
            replaces=None if row.replaces is None else known[row.replaces.person_id],
            clearance=cleared[row.person_id].level if row.person_id in cleared else None,
            cleared_until_at=cleared[row.person_id].until_at if row.person_id in cleared else None,
            decided_by=known.get(row.decided_by_id or 0),
            educated_at=row.educated_at,
            pledged_at=row.pledged_at,
            seat=row.seat,
            copies=copies.get(row.person_id, ()),
            named_by_me=row.named_by_id == actor.person_id,
        )
        for row in rows
    )


def _copies_at_seats(session: Session, meeting_id: int) -> dict[int, tuple[CopyAtSeat, ...]]:
    """Return the copies by the person who answers for each, or else whose name is printed on it."""
    rows = session.execute(
        sa.select(Copy, Document.title)
        .join(Document, Copy.document_id == Document.id)
        .where(
            Document.meeting_id == meeting_id,
            sa.or_(Copy.state.in_(gatherings.OUT), Copy.recipient_id.is_not(None)),
        )
        .order_by(Document.id, Copy.copy_no)
    ).all()
    answers = custody_now(session, [copy.id for copy, _ in rows])
    seats: dict[int, tuple[CopyAtSeat, ...]] = {}
    for copy, title in rows:
        holder_id = answers[copy.id].person_id if copy.id in answers else None
        person_id = holder_id or copy.recipient_id
        if person_id is not None:
            line = CopyAtSeat(copy.code, copy.copy_no, title, is_held=holder_id is not None)
            seats[person_id] = (*seats.get(person_id, ()), line)
    return seats


def guards(session: Session, meeting_id: int) -> tuple[GuardLine, ...]:
    """Return the guards of a meeting."""
    rows = session.scalars(
        sa.select(MeetingGuard)
        .options(joinedload(MeetingGuard.person))
        .where(MeetingGuard.meeting_id == meeting_id)
        .order_by(MeetingGuard.id)
    )
    return tuple(GuardLine(name(row.person), row.post) for row in rows)
