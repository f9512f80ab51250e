"""Stocktakes: their frozen expectation, and every scan with what it turned out to be."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.documents import Document
from registry.models.people import Person, Unit
from registry.rules.lifecycle import State
from registry.rules.stocktake import Bucket, Place, StocktakeState


class Stocktake(Base):
    """One count of the copies of a scope; the columns of the scope are empty where it is open."""

    __tablename__ = "stocktake"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[StocktakeState] = mapped_column(words(StocktakeState), index=True)
    place: Mapped[Place] = mapped_column(words(Place))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    scheme: Mapped[str | None] = mapped_column(sa.String(16))
    level: Mapped[str | None] = mapped_column(sa.String(32))
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    expected: Mapped[int]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    second_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    second_count: Mapped[int | None]
    closed_at: Mapped[datetime | None]

    unit: Mapped[Unit | None] = relationship()
    document: Mapped[Document | None] = relationship()
    holder: Mapped[Person | None] = relationship(foreign_keys=[holder_id])
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    second: Mapped[Person | None] = relationship(foreign_keys=[second_id])


class StocktakeItem(Base):
    """One expected copy: where the register had it when the count began, and that it was seen, or reported missing."""

    __tablename__ = "stocktake_item"

    stocktake_id: Mapped[int] = mapped_column(sa.ForeignKey("stocktake.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    state: Mapped[State] = mapped_column(words(State))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    counted_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]

    copy: Mapped[Copy] = relationship()
    person: Mapped[Person | None] = relationship()


class StocktakeScan(Base):
    """One scan, whatever it was: where the register had the copy at that moment, or the text that named none."""

    __tablename__ = "stocktake_scan"
    __table_args__ = (sa.Index("ix_stocktake_scan_stocktake_id_copy_id", "stocktake_id", "copy_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(sa.ForeignKey("stocktake.id"))
    bucket: Mapped[Bucket] = mapped_column(words(Bucket))
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"))
    raw: Mapped[str | None] = mapped_column(sa.String(200))
    state: Mapped[State | None] = mapped_column(words(State))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scanned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    scanned_at: Mapped[datetime]

    copy: Mapped[Copy | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
