"""Gates, take-out permits and every attempt to pass."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.copies import Copy
from registry.models.destruction import DestructionBag
from registry.models.people import Person
from registry.rules.gate import Colour
from registry.rules.words import Direction, PermitState, ScanSource


class Gate(Base):
    """A door where marks are verified."""

    __tablename__ = "gate"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80))
    active: Mapped[bool] = mapped_column(default=True)


class Permit(Base):
    """Leave for one copy to go out through a gate, once, within a window, with named carriers."""

    __tablename__ = "permit"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"), index=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gate.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    state: Mapped[PermitState] = mapped_column(words(PermitState), index=True)

    request: Mapped[ApprovalRequest] = relationship()
    copy: Mapped[Copy] = relationship()
    gate: Mapped[Gate | None] = relationship()
    carriers: Mapped[list["PermitCarrier"]] = relationship(back_populates="permit")


class PermitCarrier(Base):
    """A person who may carry the copy of a permit."""

    __tablename__ = "permit_carrier"

    permit_id: Mapped[int] = mapped_column(sa.ForeignKey("permit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)

    permit: Mapped[Permit] = relationship(back_populates="carriers")
    person: Mapped[Person] = relationship()


class GateEvent(Base):
    """One attempt at a gate, pass or refusal, exactly as it was seen: of a copy, of a sealed bag, or of neither."""

    __tablename__ = "gate_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(sa.String(40), unique=True)
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey("gate.id"), index=True)
    guard_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    device_id: Mapped[str] = mapped_column(sa.String(64))
    direction: Mapped[Direction] = mapped_column(words(Direction))
    source: Mapped[ScanSource] = mapped_column(words(ScanSource))
    raw_code: Mapped[str] = mapped_column(sa.String(200))
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    bag_id: Mapped[int | None] = mapped_column(sa.ForeignKey("destruction_bag.id"), index=True)
    permit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("permit.id"))
    colour: Mapped[Colour] = mapped_column(words(Colour))
    reason: Mapped[str] = mapped_column(sa.String(64))
    facts: Mapped[dict[str, Any]]
    situation: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    offline: Mapped[bool] = mapped_column(default=False)
    device_at: Mapped[datetime | None]
    happened_at: Mapped[datetime] = mapped_column(index=True)
    override_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    override_reason: Mapped[str | None] = mapped_column(sa.String(300))

    gate: Mapped[Gate] = relationship()
    guard: Mapped[Person] = relationship(foreign_keys=[guard_id])
    copy: Mapped[Copy | None] = relationship()
    bag: Mapped[DestructionBag | None] = relationship()
    permit: Mapped[Permit | None] = relationship()
