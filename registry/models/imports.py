"""Tables of others that were offered, checked and taken in; and the rows that each made, so that it can be undone."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.people import Person
from registry.rules.imports import ImportKind, ImportState


class ImportBatch(Base):
    """One offered file.

    ``sha256`` names the file as it was sent, ``table_sha256`` the table that was read from it, both stored in ``room``,
    a part of the store that holds them alone, until the offer lapses; without one they lie where everything lies.
    ``problems`` is what was wrong when it was last checked: mappings of ``row``, ``column``, ``code`` and ``facts``.
    """

    __tablename__ = "import_batch"
    __table_args__ = (sa.UniqueConstraint("room"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(words(ImportKind))
    state: Mapped[ImportState] = mapped_column(words(ImportState), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    table_sha256: Mapped[str] = mapped_column(sa.String(64))
    room: Mapped[str | None] = mapped_column(sa.String(32))
    size: Mapped[int]
    problems: Mapped[list[Any]]
    offered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    applied_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    applied_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    offered_by: Mapped[Person] = relationship(foreign_keys=[offered_by_id])
    applied_by: Mapped[Person | None] = relationship(foreign_keys=[applied_by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])


class ImportItem(Base):
    """One row that an import made: its table, its key (parts divided by ``/``), and a hash of what it said then."""

    __tablename__ = "import_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("import_batch.id"), index=True)
    table_name: Mapped[str] = mapped_column(sa.String(40))
    row_key: Mapped[str] = mapped_column(sa.String(60))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))

    batch: Mapped[ImportBatch] = relationship()
