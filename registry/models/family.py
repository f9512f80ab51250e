"""Documents and copies that come from others, changes of level and period, and copies that are marked anew."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.approvals import ApprovalRequest
from registry.models.copies import Copy
from registry.models.documents import Document
from registry.models.people import Person
from registry.rules.family import Use
from registry.rules.regrading import Change, ProposalState


class Derivation(Base):
    """One document that another was made of, and under which approval.

    A source is registered before what is made of it, which the check holds: so no family goes in circles.
    """

    __tablename__ = "derivation"
    __table_args__ = (sa.CheckConstraint("source_id < document_id", name="source_is_older"),)

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), primary_key=True, index=True)
    made_as: Mapped[Use] = mapped_column(words(Use))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"))


class Recopy(Base):
    """A copy that was made after another one of the same document, and which.

    ``job_id`` names the job on a device that made it, if it is a photocopy; a print run made every other one.
    """

    __tablename__ = "recopy"

    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("equipment_job.id"), index=True)

    copy: Mapped[Copy] = relationship(foreign_keys=[copy_id])
    source: Mapped[Copy] = relationship(foreign_keys=[source_id])


class Regrading(Base):
    """One change of one document; ``follows_id`` names the change of a source that it followed at once.

    Level and period after the end of secrecy are those before it.
    """

    __tablename__ = "regrading"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_request.id"))
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regrading.id"))
    change: Mapped[Change] = mapped_column(words(Change))
    level_before: Mapped[str] = mapped_column(sa.String(32))
    period_before: Mapped[str] = mapped_column(sa.String(40))
    level_after: Mapped[str] = mapped_column(sa.String(32))
    period_after: Mapped[str] = mapped_column(sa.String(40))
    done_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    done_at: Mapped[datetime]
    remark_by: Mapped[datetime]

    document: Mapped[Document] = relationship()
    request: Mapped[ApprovalRequest] = relationship()
    done_by: Mapped[Person] = relationship()


class RegradingProposal(Base):
    """A derived document that might follow a change of a source; settled when it is regraded, or kept as it is."""

    __tablename__ = "regrading_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), index=True)
    regrading_id: Mapped[int] = mapped_column(sa.ForeignKey("regrading.id"))
    state: Mapped[ProposalState] = mapped_column(words(ProposalState), index=True)
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    made_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    regrading: Mapped[Regrading] = relationship()
    settled_by: Mapped[Person | None] = relationship()


class Remarking(Base):
    """One copy whose paper is to bear another mark; a copy has at most one that is open (the partial index holds it).

    A later change of the document drops the one before it: the paper still bears ``mark_before``.
    """

    __tablename__ = "remarking"
    __table_args__ = (
        sa.Index(
            "uq_remarking_copy_id",
            "copy_id",
            unique=True,
            sqlite_where=sa.text("done_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dropped_at IS NULL"),
        ),
        sa.Index("ix_remarking_copy_id_id", "copy_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"))
    regrading_id: Mapped[int] = mapped_column(sa.ForeignKey("regrading.id"), index=True)
    mark_before: Mapped[str] = mapped_column(sa.String(80))
    mark_after: Mapped[str] = mapped_column(sa.String(80))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    dropped_at: Mapped[datetime | None]

    copy: Mapped[Copy] = relationship()
    regrading: Mapped[Regrading] = relationship()
    done_by: Mapped[Person | None] = relationship()
