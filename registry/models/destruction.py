"""Devices that destroy, destruction lists, and who vouched at the shredder."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.copies import Copy
from registry.models.people import Person
from registry.rules.levels import Handling
from registry.rules.words import DestructionPart, DestructionState, EquipmentKind, EquipmentState


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


class DestructionList(Base):
    """Copies that are to be destroyed together under one approval."""

    __tablename__ = "destruction_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[DestructionState] = mapped_column(words(DestructionState), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    requester_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("approval_request.id"))
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"))
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    certificate_sha256: Mapped[str | None] = mapped_column(sa.String(64))

    requester: Mapped[Person] = relationship()
    request: Mapped[ApprovalRequest | None] = relationship()
    equipment: Mapped[Equipment] = relationship()
    items: Mapped[list["DestructionItem"]] = relationship(back_populates="destruction_list")
    signatures: Mapped[list["DestructionSignature"]] = relationship(back_populates="destruction_list")


class DestructionItem(Base):
    """One copy on a list, scanned when listed and again at the shredder."""

    __tablename__ = "destruction_item"

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    listed_at: Mapped[datetime]
    presented_at: Mapped[datetime | None]

    destruction_list: Mapped[DestructionList] = relationship(back_populates="items")
    copy: Mapped[Copy] = relationship()


class DestructionSignature(Base):
    """A person who authenticated at the shredder, as operator or as witness."""

    __tablename__ = "destruction_signature"

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("destruction_list.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    part: Mapped[DestructionPart] = mapped_column(words(DestructionPart))
    authenticated_at: Mapped[datetime]

    destruction_list: Mapped[DestructionList] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()
