"""The tables of the Merkle log. Rows of ``ledger_entry`` are only ever inserted; triggers refuse the rest."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class LedgerEntry(Base):
    """One deed, denial or reading; ``body`` is what is hashed, the other columns only index it."""

    __tablename__ = "ledger_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(64), index=True)
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    at: Mapped[datetime]
    body: Mapped[bytes]
    leaf_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class LedgerTree(Base):
    """The one row that says how large the tree is; its lock orders the appenders."""

    __tablename__ = "ledger_tree"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    frontier: Mapped[bytes]


class LedgerSubtree(Base):
    """The hash of a complete subtree: ``position`` counts subtrees of height ``level`` from the left."""

    __tablename__ = "ledger_subtree"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class LedgerCheckpoint(Base):
    """A signed note over a tree size and its root."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    note: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]


class LedgerSalt(Base):
    """What a commitment in the log hides; deleting the row erases the value and breaks no proof."""

    __tablename__ = "ledger_salt"

    commitment: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    salt: Mapped[bytes]
    value: Mapped[str] = mapped_column(sa.Text)
