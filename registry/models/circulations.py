"""Circulations: one copy, its readers in their order, and who agreed to each of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.custody import HandOver
from registry.models.people import Person
from registry.rules.circulation import CirculationState, Ending


class Circulation(Base):
    """One copy on its way to several readers; it circulates once at a time (the partial index holds it)."""

    __tablename__ = "circulation"
    __table_args__ = (
        sa.Index(
            "uq_circulation_copy_id",
            "copy_id",
            unique=True,
            sqlite_where=sa.text("state = 'RUNNING'"),
            postgresql_where=sa.text("state = 'RUNNING'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    state: Mapped[CirculationState] = mapped_column(words(CirculationState), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    days: Mapped[int]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    ending: Mapped[Ending | None] = mapped_column(words(Ending))
    ending_reason: Mapped[str | None] = mapped_column(sa.String(300))
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    copy: Mapped[Copy] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])


class CirculationReader(Base):
    """A reader, who agreed that they read it, the hand-over by which they got the copy, and why they did not.

    A substitute stands at the place of whom they replace.
    """

    __tablename__ = "circulation_reader"
    __table_args__ = (sa.UniqueConstraint("circulation_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    circulation_id: Mapped[int] = mapped_column(sa.ForeignKey("circulation.id"))
    place: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("circulation_reader.id"))
    agreed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    agreed_at: Mapped[datetime]
    hand_over_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hand_over.id"))
    skipped_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    skipped_at: Mapped[datetime | None]
    skip_reason: Mapped[str | None] = mapped_column(sa.String(300))

    circulation: Mapped[Circulation] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    replaces: Mapped["CirculationReader | None"] = relationship(remote_side="CirculationReader.id")
    agreed_by: Mapped[Person] = relationship(foreign_keys=[agreed_by_id])
    skipped_by: Mapped[Person | None] = relationship(foreign_keys=[skipped_by_id])
    hand_over: Mapped[HandOver | None] = relationship()
