"""Meetings and the documents that are registered for them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.people import Person, Unit
from registry.rules.words import MeetingState


class Meeting(Base):
    """A confidential meeting; its level is never below that of its documents.

    ``plan_version``: of the template that its secrecy plan was drawn up from; None for one that has no plan yet.
    """

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    scheme: Mapped[str] = mapped_column(sa.String(16))
    level: Mapped[str] = mapped_column(sa.String(32))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    place: Mapped[str] = mapped_column(sa.String(120))
    starts_at: Mapped[datetime]
    state: Mapped[MeetingState] = mapped_column(words(MeetingState))
    plan_version: Mapped[int | None]

    unit: Mapped[Unit] = relationship()


class Document(Base):
    """The intellectual item; its numbered copies are what is in custody. ``pictures`` names one picture per page.

    ``proof`` tells how traceable each page is, and the hash of the carriers that were measured; None where nothing was.
    One that was taken over from an older register has no file here: its hashes are empty, and it has no pictures.
    Level and period of one that is declassified tell what it was. Of what it was made, if of others: `Derivation`.
    """

    __tablename__ = "document"
    __table_args__ = (sa.UniqueConstraint("issuing_unit_id", "doc_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    doc_number: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(300))
    issuing_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    classifying_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    scheme: Mapped[str] = mapped_column(sa.String(16))
    level: Mapped[str] = mapped_column(sa.String(32))
    secrecy_period: Mapped[str] = mapped_column(sa.String(40))
    need_to_know: Mapped[str] = mapped_column(sa.String(500), default="")
    no_copying: Mapped[bool] = mapped_column(default=False)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    pages: Mapped[int]
    original_sha256: Mapped[str] = mapped_column(sa.String(64))
    cleaned_sha256: Mapped[str] = mapped_column(sa.String(64))
    pictures: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    proof: Mapped[dict[str, Any] | None]
    survey_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    last_copy_no: Mapped[int] = mapped_column(default=0)
    registered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    declassified_at: Mapped[datetime | None]

    issuing_unit: Mapped[Unit] = relationship(foreign_keys=[issuing_unit_id])
    classifying_unit: Mapped[Unit] = relationship(foreign_keys=[classifying_unit_id])
    meeting: Mapped[Meeting | None] = relationship()
    registered_by: Mapped[Person] = relationship()
