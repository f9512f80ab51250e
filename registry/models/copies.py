"""Print batches and the numbered copies that come out of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.documents import Document
from registry.models.people import Person
from registry.rules.lifecycle import State
from registry.rules.words import BatchState


class PrintBatch(Base):
    """One print run under one approval; its file is released once."""

    __tablename__ = "print_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"), index=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    ordered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[BatchState] = mapped_column(words(BatchState), index=True)
    size: Mapped[int]
    base_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    output_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    failure: Mapped[str | None] = mapped_column(sa.String(64))
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    request: Mapped[ApprovalRequest] = relationship()
    document: Mapped[Document] = relationship()
    ordered_by: Mapped[Person] = relationship(foreign_keys=[ordered_by_id])
    released_by: Mapped[Person | None] = relationship(foreign_keys=[released_by_id])
    copies: Mapped[list["Copy"]] = relationship(back_populates="batch", order_by="Copy.copy_no")


class Copy(Base):
    """One numbered copy: the unit of custody. Its number and code exist before its paper does."""

    __tablename__ = "copy"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "copy_no"),
        sa.Index("ix_copy_document_id_state", "document_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(13), unique=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    copy_no: Mapped[int]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("print_batch.id"), index=True)
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(words(State), index=True)
    pages: Mapped[int]
    stamped_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"))
    state_reason: Mapped[str | None] = mapped_column(sa.String(300))
    minted_at: Mapped[datetime]

    document: Mapped[Document] = relationship()
    batch: Mapped[PrintBatch] = relationship(back_populates="copies")
    recipient: Mapped[Person | None] = relationship()
    replaces: Mapped["Copy | None"] = relationship(remote_side="Copy.id")
