"""Devices and plants that destroy, destruction lists, their bags, and who vouched at the shredder or as escort."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.copies import Copy
from registry.models.people import Person
from registry.rules.levels import Handling
from registry.rules.words import (
    BagState,
    DestructionPart,
    DestructionState,
    EquipmentKind,
    EquipmentState,
    ItemEnd,
)


class Equipment(Base):
    """A registered device; ``shred_level`` is its certified ISO/IEC 21964 class where it is a shredder.

    ``active`` says that it is in use, so that it may be used now; devices of older registers have no level.
    """

    __tablename__ = "equipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EquipmentKind] = mapped_column(words(EquipmentKind))
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    place: Mapped[str] = mapped_column(sa.String(120))
    shred_level: Mapped[str | None] = mapped_column(sa.String(8))
    active: Mapped[bool] = mapped_column(default=True)
    state: Mapped[EquipmentState] = mapped_column(words(EquipmentState), default=EquipmentState.IN_USE)
    level: Mapped[Handling | None] = mapped_column(words(Handling))
    serial: Mapped[str] = mapped_column(sa.String(80), default="")
    is_cipher: Mapped[bool] = mapped_column(default=False)
    custodian_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    registered_at: Mapped[datetime | None]
    inspect_again_at: Mapped[datetime | None]

    custodian: Mapped[Person | None] = relationship()


class Plant(Base):
    """A designated plant that destroys paper for others; ``active`` says that lists may be sent there."""

    __tablename__ = "plant"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    place: Mapped[str] = mapped_column(sa.String(120))
    active: Mapped[bool] = mapped_column(default=True)


class DestructionList(Base):
    """Copies that are to be destroyed together under one approval, by a shredder in the house or by a plant."""

    __tablename__ = "destruction_list"
    __table_args__ = (sa.CheckConstraint("(equipment_id IS NULL) <> (plant_id IS NULL)", name="one_route"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[DestructionState] = mapped_column(words(DestructionState), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    requester_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("approval_request.id"))
    equipment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("equipment.id"))
    plant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plant.id"))
    handed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    certificate_sha256: Mapped[str | None] = mapped_column(sa.String(64))

    requester: Mapped[Person] = relationship()
    request: Mapped[ApprovalRequest | None] = relationship()
    equipment: Mapped[Equipment | None] = relationship()
    plant: Mapped[Plant | None] = relationship()
    items: Mapped[list["DestructionItem"]] = relationship(back_populates="destruction_list")
    signatures: Mapped[list["DestructionSignature"]] = relationship(back_populates="destruction_list")
    bags: Mapped[list["DestructionBag"]] = relationship(
        back_populates="destruction_list", order_by="DestructionBag.id"
    )


class DestructionBag(Base):
    """A numbered sealed bag of a list for the plant; which copies are in it, the list's items tell."""

    __tablename__ = "destruction_bag"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), index=True)
    seal_no: Mapped[str] = mapped_column(sa.String(20), unique=True)
    state: Mapped[BagState] = mapped_column(words(BagState), index=True)
    sealed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    sealed_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    opened_with_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime | None]
    opening: Mapped[str] = mapped_column(sa.String(300), default="")

    destruction_list: Mapped[DestructionList] = relationship(back_populates="bags")
    sealed_by: Mapped[Person] = relationship(foreign_keys=[sealed_by_id])
    opened_by: Mapped[Person | None] = relationship(foreign_keys=[opened_by_id])
    opened_with: Mapped[Person | None] = relationship(foreign_keys=[opened_with_id])


class DestructionItem(Base):
    """One copy on a list, scanned when listed and again at the shredder or into a bag.

    Until a bag is sealed over it, it lies in the open bag of ``presented_by_id``, who scanned it last.
    ``ended_as`` is told for lists that went to the plant; at the shredder every copy on the list is destroyed.
    """

    __tablename__ = "destruction_item"

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    listed_at: Mapped[datetime]
    presented_at: Mapped[datetime | None]
    presented_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    bag_id: Mapped[int | None] = mapped_column(sa.ForeignKey("destruction_bag.id"), index=True)
    ended_as: Mapped[ItemEnd | None] = mapped_column(words(ItemEnd))

    destruction_list: Mapped[DestructionList] = relationship(back_populates="items")
    # All of a list's at once: every scan looks through them.
    copy: Mapped[Copy] = relationship(lazy="selectin")
    bag: Mapped[DestructionBag | None] = relationship()


class DestructionSignature(Base):
    """A person who authenticated: at the shredder as operator or witness, or as escort of the bags."""

    __tablename__ = "destruction_signature"

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    part: Mapped[DestructionPart] = mapped_column(words(DestructionPart))
    authenticated_at: Mapped[datetime]

    destruction_list: Mapped[DestructionList] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()
