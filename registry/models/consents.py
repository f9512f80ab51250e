"""Consents of units: letters by which an issuing or classifying unit lets so many copies be made, and their use."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.documents import Document
from registry.models.people import Person, Unit
from registry.rules.approval import Act


class UnitConsent(Base):
    """One letter, as it lies in the register; what is left of it follows from its uses."""

    __tablename__ = "unit_consent"
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "document_id", "act", "letter_no"),
        sa.CheckConstraint("quota > 0", name="some_copies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    act: Mapped[Act] = mapped_column(words(Act))
    letter_no: Mapped[str] = mapped_column(sa.String(80))
    scope: Mapped[str] = mapped_column(sa.String(300))
    quota: Mapped[int]
    expires_at: Mapped[datetime]
    letter_sha256: Mapped[str] = mapped_column(sa.String(64))
    letter_kind: Mapped[str] = mapped_column(sa.String(8))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revocation: Mapped[str] = mapped_column(sa.String(300), default="")

    unit: Mapped[Unit] = relationship()
    document: Mapped[Document] = relationship()
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])
    revoked_by: Mapped[Person | None] = relationship(foreign_keys=[revoked_by_id])
    uses: Mapped[list["ConsentUse"]] = relationship(
        back_populates="consent", order_by="ConsentUse.request_id"
    )


class ConsentUse(Base):
    """A request that rests on a consent, from the moment it is made."""

    __tablename__ = "consent_use"

    consent_id: Mapped[int] = mapped_column(sa.ForeignKey("unit_consent.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(
        sa.ForeignKey("approval_request.id"), primary_key=True, index=True
    )

    consent: Mapped[UnitConsent] = relationship(back_populates="uses")
    request: Mapped[ApprovalRequest] = relationship()
