"""What is out at a meeting: notebooks, deposits, copies, and why each may stay out."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry import gatherings
from registry.models import Copy, Document, Meeting, MeetingAttendee, MeetingException, MeetingItemOut
from registry.rules.words import Outstanding
from registry.views.custody import custody_now
from registry.views.holdings import name
from registry.views.meetings.lines import BoardLine, ThingLine
from registry.views.people import names


def things_of(session: Session, meeting_id: int) -> tuple[ThingLine, ...]:
    """Return the notebooks and deposits of a meeting, those that are out first."""
    rows = session.scalars(
        sa.select(MeetingItemOut)
        .options(joinedload(MeetingItemOut.attendee).joinedload(MeetingAttendee.person))
        .where(MeetingItemOut.meeting_id == meeting_id)
        .order_by(MeetingItemOut.back_at.is_not(None), MeetingItemOut.kind, MeetingItemOut.number)
    )
    return tuple(
        ThingLine(row.kind, row.number, name(row.attendee.person), row.what, row.out_at, row.back_at)
        for row in rows
    )


def board_of(session: Session, found: Meeting, things: Collection[ThingLine]) -> tuple[BoardLine, ...]:
    """Return what is still out at a meeting, with whom, and the exception signed for it, if any."""
    out = gatherings.outstanding(session, found.id)
    signed = {
        (row.kind, row.key): row
        for row in session.scalars(
            sa.select(MeetingException)
            .options(joinedload(MeetingException.signed_by))
            .where(MeetingException.meeting_id == found.id)
        )
    }
    copies = {
        copy.code: (copy, title)
        for copy, title in session.execute(
            sa.select(Copy, Document.title)
            .join(Document, Copy.document_id == Document.id)
            .where(Copy.code.in_([key for kind, key in out if kind is Outstanding.COPY]))
        )
    }
    answers = custody_now(session, [copy.id for copy, _ in copies.values()])
    holders = names(session, {one.person_id for one in answers.values() if one.person_id})
    by_number = {(Outstanding(one.kind.value), str(one.number)): one for one in things}
    lines = []
    for kind, key in sorted(out, key=lambda one: (one[0], one[1].zfill(13))):
        exception = signed.get((kind, key))
        if kind is Outstanding.COPY:
            copy, title = copies[key]
            what = f"{title} {copy.copy_no:06d}"
            person = holders.get(answers[copy.id].person_id or 0) if copy.id in answers else None
        else:
            what, person = by_number[kind, key].what, by_number[kind, key].person
        lines.append(
            BoardLine(
                kind=kind,
                key=key,
                what=what,
                person=person,
                exception=None if exception is None else exception.reason,
                signed_by=None if exception is None else name(exception.signed_by),
            )
        )
    return tuple(lines)
