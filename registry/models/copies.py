"""Print batches and the numbered copies that come out of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.documents import Document
from registry.models.people import Person
from registry.rules.attempts import AttemptState, Route
from registry.rules.lifecycle import State
from registry.rules.sheets import Arrangement
from registry.rules.words import BatchState


class PrintBatch(Base):
    """One print run under one approval.

    ``printer``: for which its copies are made, if for one; ``dots``: side and pitch of those that its copies bear, None
    until they are made, where they bear none, and of older releases; ``output_sha256``: the joined file of a run that
    an older release made.
    """

    __tablename__ = "print_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"), index=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    ordered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[BatchState] = mapped_column(words(BatchState), index=True)
    size: Mapped[int]
    base_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    output_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    printer: Mapped[str | None] = mapped_column(sa.String(120))
    dots: Mapped[str | None] = mapped_column(sa.String(16))
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
    attempts: Mapped[list["PrintAttempt"]] = relationship(
        back_populates="batch", order_by="PrintAttempt.number"
    )


class Copy(Base):
    """One numbered copy: the unit of custody. Its number and code exist before its paper does.

    ``delta_sha256`` names the stored bytes that are its own, ``stamped_sha256`` is the hash of the whole that they make
    with the prepared document of the run. Without a delta an older release has stored the whole under that hash.
    ``batch_id`` is None for a copy that no run of ours printed, so that it bears no marks of its own: a photocopy, as
    `Recopy` tells, or one that was taken over from an older register, whose paper exists.
    """

    __tablename__ = "copy"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "copy_no"),
        sa.Index("ix_copy_document_id_state", "document_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(13), unique=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    copy_no: Mapped[int]
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("print_batch.id"), index=True)
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[State] = mapped_column(words(State), index=True)
    pages: Mapped[int]
    stamped_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    delta_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"))
    state_reason: Mapped[str | None] = mapped_column(sa.String(300))
    minted_at: Mapped[datetime]

    document: Mapped[Document] = relationship()
    batch: Mapped[PrintBatch | None] = relationship(back_populates="copies")
    recipient: Mapped[Person | None] = relationship()
    replaces: Mapped["Copy | None"] = relationship(remote_side="Copy.id")


class PrintAttempt(Base):
    """One release of a run, or of what is left of it, for the printer."""

    __tablename__ = "print_attempt"
    __table_args__ = (sa.UniqueConstraint("batch_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("print_batch.id"))
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(words(AttemptState), index=True)
    route: Mapped[Route] = mapped_column(words(Route))
    printer: Mapped[str | None] = mapped_column(sa.String(120))
    dots: Mapped[str | None] = mapped_column(sa.String(16))
    duplex: Mapped[bool]
    faces: Mapped[bool]
    arrangement: Mapped[Arrangement] = mapped_column(words(Arrangement))
    output_sha256: Mapped[str] = mapped_column(sa.String(64))
    job: Mapped[str | None] = mapped_column(sa.String(120))
    failure: Mapped[str | None] = mapped_column(sa.String(64))
    last_good_sheet: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    batch: Mapped[PrintBatch] = relationship(back_populates="attempts")
    released_by: Mapped[Person | None] = relationship(foreign_keys=[released_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
    copies: Mapped[list["AttemptCopy"]] = relationship(
        back_populates="attempt", order_by="AttemptCopy.first_sheet"
    )
    spoiled: Mapped[list["SpoiledSheet"]] = relationship(
        back_populates="attempt", order_by="SpoiledSheet.sheet"
    )


class AttemptCopy(Base):
    """The sheets of one copy that an attempt prints, numbered over the whole run."""

    __tablename__ = "attempt_copy"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("print_attempt.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    first_sheet: Mapped[int]
    last_sheet: Mapped[int]

    attempt: Mapped[PrintAttempt] = relationship(back_populates="copies")
    copy: Mapped[Copy] = relationship()


class SpoiledSheet(Base):
    """A sheet that the printer spoiled while its copy went on: handed in, and kept until it is destroyed."""

    __tablename__ = "spoiled_sheet"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "sheet"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("print_attempt.id"))
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    sheet: Mapped[int]
    pages: Mapped[str] = mapped_column(sa.String(16))
    spoiled_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None] = mapped_column(index=True)
    destroyed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    equipment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("equipment.id"))

    attempt: Mapped[PrintAttempt] = relationship(back_populates="spoiled")
    copy: Mapped[Copy] = relationship()
