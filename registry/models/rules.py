"""Versions of the rules: what is shipped, and what the organisation has drawn up and adopted of its own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.people import Person
from registry.rules.words import RuleSetState


class RuleSetVersion(Base):
    """One version, from its proposal on; it has a number once it is adopted.

    ``items`` holds every item, so that the version stands by itself; ``sha256`` covers them. Version 1 is the record of
    what was shipped, without persons.
    """

    __tablename__ = "rule_set"
    __table_args__ = (sa.UniqueConstraint("version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int | None]
    state: Mapped[RuleSetState] = mapped_column(words(RuleSetState), index=True)
    base_version: Mapped[int]
    items: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(300))
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    wanted_from_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.String(500), default="")
    in_force_at: Mapped[datetime | None]

    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
