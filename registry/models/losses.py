"""Losses: from the moment a copy could not be found to its report, the result, or its finding."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.models.copies import Copy
from registry.models.people import Person

TEXT = sa.String(1000)


class Loss(Base):
    """One loss of one copy; a copy has at most one that is not ended by its finding (the partial index holds it)."""

    __tablename__ = "loss"
    __table_args__ = (
        sa.Index(
            "uq_loss_copy_id",
            "copy_id",
            unique=True,
            sqlite_where=sa.text("found_at IS NULL"),
            postgresql_where=sa.text("found_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"))
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    missed_at: Mapped[datetime]
    missed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(sa.String(300))
    declared_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    discovered: Mapped[str | None] = mapped_column(TEXT)
    responsible: Mapped[str | None] = mapped_column(TEXT)
    course: Mapped[str | None] = mapped_column(TEXT)
    harm: Mapped[str | None] = mapped_column(TEXT)
    investigation: Mapped[str | None] = mapped_column(TEXT)
    remedies: Mapped[str | None] = mapped_column(TEXT)
    concluded_at: Mapped[datetime | None]
    concluded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    result: Mapped[str | None] = mapped_column(TEXT)
    found_at: Mapped[datetime | None]
    found_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    explanation: Mapped[str | None] = mapped_column(sa.String(300))

    copy: Mapped[Copy] = relationship()
    holder: Mapped[Person | None] = relationship(foreign_keys=[holder_id])
    missed_by: Mapped[Person | None] = relationship(foreign_keys=[missed_by_id])
    reported_by: Mapped[Person | None] = relationship(foreign_keys=[reported_by_id])
    concluded_by: Mapped[Person | None] = relationship(foreign_keys=[concluded_by_id])
    found_by: Mapped[Person | None] = relationship(foreign_keys=[found_by_id])
    approver: Mapped[Person | None] = relationship(foreign_keys=[approver_id])
