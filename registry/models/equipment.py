"""Devices: who has answered for them, what inspectors found, what they did, their repairs and their end."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.copies import Copy
from registry.models.destruction import Equipment
from registry.models.documents import Document
from registry.models.people import Person, Unit
from registry.rules.approval import Act
from registry.rules.words import (
    DestructionPart,
    HandOverState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)


class EquipmentHandOver(Base):
    """A device offered to its next custodian; the giver answers for it until that person has confirmed."""

    __tablename__ = "equipment_hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    giver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    receiver_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    offered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    state: Mapped[HandOverState] = mapped_column(words(HandOverState), index=True)
    closed_at: Mapped[datetime | None]

    equipment: Mapped[Equipment] = relationship()
    giver: Mapped[Person | None] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Person] = relationship(foreign_keys=[receiver_id])
    offered_by: Mapped[Person] = relationship(foreign_keys=[offered_by_id])


class EquipmentInspection(Base):
    """What an inspector found; ``in_order`` and ``unmet`` name checks of that version of the rules.

    ``networks`` says in words which networks the device was found on; empty for none.
    """

    __tablename__ = "equipment_inspection"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    inspector_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    inspected_at: Mapped[datetime]
    passed: Mapped[bool]
    rules_version: Mapped[int]
    in_order: Mapped[list[Any]]
    unmet: Mapped[list[Any]]
    networks: Mapped[str] = mapped_column(sa.String(300))
    remark: Mapped[str] = mapped_column(sa.String(500))
    inspect_again_at: Mapped[datetime | None]

    equipment: Mapped[Equipment] = relationship()
    inspector: Mapped[Person] = relationship()


class EquipmentJob(Base):
    """A copy or fax job: what was put on which device, whoever answered for the device, and for which unit."""

    __tablename__ = "equipment_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    custodian_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    act: Mapped[Act] = mapped_column(words(Act))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"), index=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"))
    copies: Mapped[int]
    copying_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    station: Mapped[str] = mapped_column(sa.String(120))
    done_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    done_at: Mapped[datetime]

    equipment: Mapped[Equipment] = relationship()
    custodian: Mapped[Person] = relationship(foreign_keys=[custodian_id])
    request: Mapped[ApprovalRequest] = relationship()
    document: Mapped[Document] = relationship()
    source: Mapped[Copy] = relationship()
    copying_unit: Mapped[Unit] = relationship()
    done_by: Mapped[Person] = relationship(foreign_keys=[done_by_id])


class EquipmentRepair(Base):
    """A device at a technician's, wiped before or escorted for the whole visit."""

    __tablename__ = "equipment_repair"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"))
    technician: Mapped[str] = mapped_column(sa.String(120))
    workshop: Mapped[str] = mapped_column(sa.String(120))
    guard: Mapped[RepairGuard] = mapped_column(words(RepairGuard))
    escort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    sent_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    back_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(sa.String(500))

    equipment: Mapped[Equipment] = relationship()
    escort: Mapped[Person | None] = relationship(foreign_keys=[escort_id])
    sent_by: Mapped[Person] = relationship(foreign_keys=[sent_by_id])
    taken_by: Mapped[Person | None] = relationship(foreign_keys=[taken_by_id])


class EquipmentRetirement(Base):
    """A device that is wiped or destroyed before witnesses; ``certificate_sha256`` names the drawn certificate."""

    __tablename__ = "equipment_retirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment.id"), index=True)
    method: Mapped[RetirementMethod] = mapped_column(words(RetirementMethod))
    reason: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[RetirementState] = mapped_column(words(RetirementState))
    custodian_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    certificate_sha256: Mapped[str | None] = mapped_column(sa.String(64))

    equipment: Mapped[Equipment] = relationship()
    custodian: Mapped[Person | None] = relationship(foreign_keys=[custodian_id])
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    signatures: Mapped[list["RetirementSignature"]] = relationship(back_populates="retirement")


class RetirementSignature(Base):
    """A person who authenticated where a device was wiped or destroyed, as operator or as witness."""

    __tablename__ = "retirement_signature"

    retirement_id: Mapped[int] = mapped_column(sa.ForeignKey("equipment_retirement.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    part: Mapped[DestructionPart] = mapped_column(words(DestructionPart))
    authenticated_at: Mapped[datetime]

    retirement: Mapped[EquipmentRetirement] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()
