"""Recalls: campaigns over a document, and the copies that were due when they began."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.documents import Document
from registry.models.people import Person
from registry.rules.recall import Fate, RecallState


class Recall(Base):
    """A campaign; a document has at most one that runs (the partial index holds it)."""

    __tablename__ = "recall"
    __table_args__ = (
        sa.Index(
            "uq_recall_document_id",
            "document_id",
            unique=True,
            sqlite_where=sa.text("state = 'RUNNING'"),
            postgresql_where=sa.text("state = 'RUNNING'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    state: Mapped[RecallState] = mapped_column(words(RecallState), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300))
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])


class RecallItem(Base):
    """One copy that is due: who had it, the exception that was signed for it, and what it had come to at the end."""

    __tablename__ = "recall_item"

    recall_id: Mapped[int] = mapped_column(sa.ForeignKey("recall.id"), primary_key=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"), primary_key=True, index=True)
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    excused_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    excused_at: Mapped[datetime | None]
    excuse: Mapped[str | None] = mapped_column(sa.String(300))
    fate: Mapped[Fate | None] = mapped_column(words(Fate))

    copy: Mapped[Copy] = relationship()
    holder: Mapped[Person | None] = relationship(foreign_keys=[holder_id])
    excused_by: Mapped[Person | None] = relationship(foreign_keys=[excused_by_id])
