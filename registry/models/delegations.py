"""Delegations: who decides in whose place, on what, from when until when."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.people import Person
from registry.rules.delegation import DelegationState


class Delegation(Base):
    """One delegation, from its proposal on; ``acts`` names what may be decided."""

    __tablename__ = "delegation"
    __table_args__ = (
        sa.CheckConstraint("giver_id <> deputy_id", name="two_persons"),
        sa.CheckConstraint("from_at < until_at", name="some_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    acts: Mapped[list[Any]]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[DelegationState] = mapped_column(words(DelegationState), index=True)
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    giver: Mapped[Person] = relationship(foreign_keys=[giver_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
