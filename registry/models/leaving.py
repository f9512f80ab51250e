"""Clearances of people who left."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.models.people import Person, Unit


class Clearance(Base):
    """One person, cleared: at that instant nothing was held. ``returned`` copies had been, ``lost`` ones never came."""

    __tablename__ = "clearance"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    returned: Mapped[int]
    lost: Mapped[int]
    accounts: Mapped[int]
    cleared_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    cleared_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship()
    cleared_by: Mapped[Person] = relationship(foreign_keys=[cleared_by_id])
