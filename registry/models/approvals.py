"""Requests for approval and the decisions on them.

A decision covers the hash of the order as it was shown; a changed order has another hash and no decisions.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.documents import Document
from registry.models.people import Person
from registry.models.rules import RuleSetVersion
from registry.rules.approval import Act
from registry.rules.words import RequestState


class ApprovalRequest(Base):
    """An order that waits for, or has, the agreement that the rule table demands."""

    __tablename__ = "approval_request"
    __table_args__ = (sa.CheckConstraint("used >= 0 AND used <= quantity", name="within_quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[Act] = mapped_column(words(Act))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"), index=True)
    order: Mapped[dict[str, Any]]
    order_hash: Mapped[str] = mapped_column(sa.String(64))
    rule_id: Mapped[str] = mapped_column(sa.String(64))
    rule_version: Mapped[int]
    requester_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    quantity: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    state: Mapped[RequestState] = mapped_column(words(RequestState), index=True)
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    valid_until_at: Mapped[datetime]

    document: Mapped[Document | None] = relationship()
    requester: Mapped[Person] = relationship()
    rule_set: Mapped[RuleSetVersion | None] = relationship(
        primaryjoin="foreign(ApprovalRequest.rule_version) == RuleSetVersion.version", viewonly=True
    )
    """The organisation's own version of the rules that it was made under; None for what is shipped."""
    decisions: Mapped[list["ApprovalDecision"]] = relationship(
        back_populates="request", order_by="ApprovalDecision.decided_at"
    )


class ApprovalDecision(Base):
    """One person's yes or no to a request, with the roles and the unit in which it was said.

    ``proof_hash`` covers the file and the proof of its traceability that were in force; ``accepted`` lists the channels
    and pages that the person agreed to although they fall short. A deputy's decision names in whose place and by which
    delegation; roles and unit are then the giver's.
    """

    __tablename__ = "approval_decision"
    __table_args__ = (sa.UniqueConstraint("request_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    roles: Mapped[list[Any]]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    agreed: Mapped[bool]
    order_hash: Mapped[str] = mapped_column(sa.String(64))
    in_place_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delegation.id"))
    proof_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    accepted: Mapped[list[Any]] = mapped_column(default=list)
    remark: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_at: Mapped[datetime]

    request: Mapped[ApprovalRequest] = relationship(back_populates="decisions")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    in_place_of: Mapped[Person | None] = relationship(foreign_keys=[in_place_of_id])
