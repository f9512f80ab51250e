"""Hand-overs, returns and the movements from which custody is derived.

A movement names the custodian from its instant until the next movement: there can be no gap and no second custodian.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.people import Person
from registry.rules.words import Custodian, HandOverKind, HandOverState, MovementKind, ReceiptMethod


class HandOver(Base):
    """Copies offered to one person, complete only when that person has confirmed."""

    __tablename__ = "hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[HandOverKind] = mapped_column(words(HandOverKind))
    state: Mapped[HandOverState] = mapped_column(words(HandOverState), index=True)
    receiver_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    offered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    method: Mapped[ReceiptMethod | None] = mapped_column(words(ReceiptMethod))
    signature_sha256: Mapped[str | None] = mapped_column(sa.String(64))

    receiver: Mapped[Person] = relationship(foreign_keys=[receiver_id])
    offered_by: Mapped[Person] = relationship(foreign_keys=[offered_by_id])
    items: Mapped[list["HandOverItem"]] = relationship(back_populates="hand_over")


class HandOverItem(Base):
    """One copy of a hand-over."""

    __tablename__ = "hand_over_item"

    hand_over_id: Mapped[int] = mapped_column(sa.ForeignKey("hand_over.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)

    hand_over: Mapped[HandOver] = relationship(back_populates="items")
    copy: Mapped[Copy] = relationship()


class CopyReturn(Base):
    """One visit to the counter at which copies came back."""

    __tablename__ = "copy_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    returned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    taken_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    returned_at: Mapped[datetime]

    returned_by: Mapped[Person] = relationship(foreign_keys=[returned_by_id])
    taken_by: Mapped[Person] = relationship(foreign_keys=[taken_by_id])
    items: Mapped[list["CopyReturnItem"]] = relationship(back_populates="copy_return")


class CopyReturnItem(Base):
    """One returned copy and what its page check found: page numbers missing, page texts that belong elsewhere."""

    __tablename__ = "copy_return_item"

    return_id: Mapped[int] = mapped_column(sa.ForeignKey("copy_return.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    pages_counted: Mapped[int]
    missing: Mapped[list[Any]]
    foreign: Mapped[list[Any]]

    copy_return: Mapped[CopyReturn] = relationship(back_populates="items")
    copy: Mapped[Copy] = relationship()


class Movement(Base):
    """A change of custodian; ``seq`` counts from 1 within a copy."""

    __tablename__ = "movement"
    __table_args__ = (sa.UniqueConstraint("copy_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"))
    seq: Mapped[int]
    kind: Mapped[MovementKind] = mapped_column(words(MovementKind))
    custodian: Mapped[Custodian] = mapped_column(words(Custodian))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime | None]
    hand_over_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hand_over.id"))
    return_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy_return.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    moved_at: Mapped[datetime]

    copy: Mapped[Copy] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
