"""What comes back from a plant, and what was wrong with bags on the way there."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.destruction import DestructionBag, DestructionList, Plant
from registry.models.people import Person
from registry.rules.words import BagFault


class PlantReceipt(Base):
    """The paper by which a plant states what arrived and that it was destroyed; each paper ends one list.

    ``plant_id`` stands here as well, so that a receipt's number is unique among those of its plant.
    """

    __tablename__ = "plant_receipt"
    __table_args__ = (
        sa.UniqueConstraint("plant_id", "number"),
        sa.CheckConstraint("weight_g > 0", name="some_weight"),
    )

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), primary_key=True)
    plant_id: Mapped[int] = mapped_column(sa.ForeignKey("plant.id"))
    number: Mapped[str] = mapped_column(sa.String(80))
    destroyed_at: Mapped[datetime]
    weight_g: Mapped[int | None]
    scan_sha256: Mapped[str] = mapped_column(sa.String(64))
    scan_kind: Mapped[str] = mapped_column(sa.String(8))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    destruction_list: Mapped[DestructionList] = relationship()
    plant: Mapped[Plant] = relationship()
    recorded_by: Mapped[Person] = relationship()


class BagIncident(Base):
    """Something wrong with a bag, as it was found; what was done about it is added once.

    ``list_id`` and ``bag_id`` are empty for a seal that belongs to no bag; ``copy_id`` names a copy found astray.
    """

    __tablename__ = "bag_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("destruction_list.id"), index=True)
    bag_id: Mapped[int | None] = mapped_column(sa.ForeignKey("destruction_bag.id"))
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"))
    fault: Mapped[BagFault] = mapped_column(words(BagFault))
    what: Mapped[str] = mapped_column(sa.String(300))
    reported_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    reported_at: Mapped[datetime]
    measures: Mapped[str] = mapped_column(sa.String(500), default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]

    bag: Mapped[DestructionBag | None] = relationship()
    copy: Mapped[Copy | None] = relationship()
    reported_by: Mapped[Person] = relationship(foreign_keys=[reported_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
