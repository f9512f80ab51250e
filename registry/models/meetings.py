"""What a meeting is made of: agenda, plan, people, things at the door, exceptions, conveyances, incidents, press."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.documents import Meeting
from registry.models.people import Person, Unit
from registry.rules.words import AttendeeState, Breach, ConveyedAs, MeetingThing, Outstanding


class PersonClearance(Base):
    """Up to which level of a scheme a person is cleared, and until when."""

    __tablename__ = "person_clearance"
    __table_args__ = (sa.UniqueConstraint("person_id", "scheme"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    scheme: Mapped[str] = mapped_column(sa.String(16))
    level: Mapped[str] = mapped_column(sa.String(32))
    until_at: Mapped[datetime]
    granted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class MeetingItem(Base):
    """One item of an agenda with its level."""

    __tablename__ = "meeting_item"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    level: Mapped[str] = mapped_column(sa.String(32))


class MeetingCheck(Base):
    """One check of a secrecy plan: whose it is, until when, and what was shown for it."""

    __tablename__ = "meeting_check"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "check_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    check_id: Mapped[str] = mapped_column(sa.String(64))
    is_mandatory: Mapped[bool]
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    evidence: Mapped[str] = mapped_column(sa.String(500))

    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])


class MeetingAttendee(Base):
    """A person on the list of a meeting: approved, taught, pledged, seated."""

    __tablename__ = "meeting_attendee"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "person_id"),
        sa.UniqueConstraint("meeting_id", "seat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[AttendeeState] = mapped_column(words(AttendeeState))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting_attendee.id"))
    named_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    named_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    educated_at: Mapped[datetime | None]
    educated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    pledged_at: Mapped[datetime | None]
    seat: Mapped[str | None] = mapped_column(sa.String(16))

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    replaces: Mapped["MeetingAttendee | None"] = relationship(remote_side="MeetingAttendee.id")


class MeetingGuard(Base):
    """Who guards a meeting, and where."""

    __tablename__ = "meeting_guard"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    post: Mapped[str] = mapped_column(sa.String(120))

    person: Mapped[Person] = relationship()


class MeetingItemOut(Base):
    """A numbered notebook that is with an attendee, or a numbered deposit that is with the door."""

    __tablename__ = "meeting_item_out"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    kind: Mapped[MeetingThing] = mapped_column(words(MeetingThing))
    number: Mapped[int]
    attendee_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting_attendee.id"), index=True)
    what: Mapped[str] = mapped_column(sa.String(120))
    out_at: Mapped[datetime]
    out_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    back_at: Mapped[datetime | None]
    back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    attendee: Mapped[MeetingAttendee] = relationship()


class MeetingException(Base):
    """A signed exception: one thing stays outstanding, and why. ``key``: a copy's code, or the number of the thing."""

    __tablename__ = "meeting_exception"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    kind: Mapped[Outstanding] = mapped_column(words(Outstanding))
    key: Mapped[str] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.String(300))
    signed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    signed_at: Mapped[datetime]

    signed_by: Mapped[Person] = relationship()


class MeetingPress(Base):
    """Press that was let in under an approval."""

    __tablename__ = "meeting_press"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    outlet: Mapped[str] = mapped_column(sa.String(120))
    persons: Mapped[str] = mapped_column(sa.String(300))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"))
    admitted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    admitted_at: Mapped[datetime]


class MeetingScope(Base):
    """A unit within which a meeting's content may be passed on."""

    __tablename__ = "meeting_scope"

    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)

    unit: Mapped[Unit] = relationship()


class Conveyance(Base):
    """A meeting's content passed on: what, by whom, where, to whom, and whether notes were allowed."""

    __tablename__ = "conveyance"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    form: Mapped[ConveyedAs] = mapped_column(words(ConveyedAs))
    content: Mapped[str] = mapped_column(sa.String(500))
    conveyer_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(sa.String(120))
    notes_allowed: Mapped[bool]
    conveyed_at: Mapped[datetime]
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("approval_request.id"))

    meeting: Mapped[Meeting] = relationship()
    conveyer: Mapped[Person] = relationship()
    listeners: Mapped[list["ConveyanceListener"]] = relationship(back_populates="conveyance")


class ConveyanceListener(Base):
    """Who was told; ``signed_at`` is when they signed in."""

    __tablename__ = "conveyance_listener"

    conveyance_id: Mapped[int] = mapped_column(sa.ForeignKey("conveyance.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    signed_at: Mapped[datetime | None]

    conveyance: Mapped[Conveyance] = relationship(back_populates="listeners")
    person: Mapped[Person] = relationship()


class MeetingIncident(Base):
    """A breach of a meeting's discipline, and what was done about it."""

    __tablename__ = "meeting_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    breach: Mapped[Breach] = mapped_column(words(Breach))
    what: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reported_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    reported_at: Mapped[datetime]
    measures: Mapped[str] = mapped_column(sa.String(500))
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    reported_by: Mapped[Person] = relationship(foreign_keys=[reported_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
