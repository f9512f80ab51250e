"""Stocktakes, recalls, clearances of leavers, and losses with their clocks.

A copy that an older release has recorded as missing or lost gets its loss: the ledger tells since when.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0005"
down_revision = "0004"

STATES = (
    "RESERVED",
    "IN_STOCK",
    "IN_TRANSIT",
    "HELD",
    "CLAIMED",
    "OUTSIDE",
    "SEALED",
    "UNACCOUNTED",
    "LOST",
    "DESTROYED",
    "VOID",
    "SPOILED",
)
"""Where a copy can stand."""

EARLIER_LOSSES = """
    INSERT INTO loss (copy_id, missed_at, declared_at, how)
    SELECT copy.id,
           COALESCE((SELECT max(at) FROM ledger_entry
                     WHERE kind = 'copy.missed' AND subject = 'copy:' || copy.code), copy.minted_at),
           CASE WHEN copy.state = 'LOST' THEN
                (SELECT max(at) FROM ledger_entry
                 WHERE kind = 'copy.declared-lost' AND subject = 'copy:' || copy.code) END,
           COALESCE(copy.state_reason, '')
    FROM copy WHERE copy.state IN ('UNACCOUNTED', 'LOST')
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("cleared_by_id", sa.Integer(), nullable=False),
        sa.Column("cleared_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["person.id"], name="fk_clearance_cleared_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_clearance_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_clearance_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clearance"),
    )
    op.create_index("ix_clearance_person_id", "clearance", ["person_id"])
    op.create_table(
        "recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", _words(("RUNNING", "CLOSED"), "recallstate"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name="fk_recall_closed_by_id"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_recall_document_id"),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name="fk_recall_opened_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recall"),
    )
    op.create_index("ix_recall_state", "recall", ["state"])
    op.create_index(
        "uq_recall_document_id",
        "recall",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("state = 'RUNNING'"),
        postgresql_where=sa.text("state = 'RUNNING'"),
    )
    op.create_table(
        "stocktake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", _words(("COUNTING", "CLOSED", "CANCELLED"), "stocktakestate"), nullable=False),
        sa.Column("place", _words(("SHELF", "HANDS", "HOUSE"), "place"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("scheme", sa.String(length=16), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("second_count", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_stocktake_document_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name="fk_stocktake_holder_id"),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name="fk_stocktake_opened_by_id"),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name="fk_stocktake_second_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_stocktake_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake"),
    )
    op.create_index("ix_stocktake_state", "stocktake", ["state"])
    op.create_table(
        "loss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("missed_at", UtcDateTime(), nullable=False),
        sa.Column("missed_by_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=300), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("discovered", sa.String(length=1000), nullable=True),
        sa.Column("responsible", sa.String(length=1000), nullable=True),
        sa.Column("course", sa.String(length=1000), nullable=True),
        sa.Column("harm", sa.String(length=1000), nullable=True),
        sa.Column("investigation", sa.String(length=1000), nullable=True),
        sa.Column("remedies", sa.String(length=1000), nullable=True),
        sa.Column("concluded_at", UtcDateTime(), nullable=True),
        sa.Column("concluded_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=1000), nullable=True),
        sa.Column("found_at", UtcDateTime(), nullable=True),
        sa.Column("found_by_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name="fk_loss_approver_id"),
        sa.ForeignKeyConstraint(["concluded_by_id"], ["person.id"], name="fk_loss_concluded_by_id"),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_loss_copy_id"),
        sa.ForeignKeyConstraint(["found_by_id"], ["person.id"], name="fk_loss_found_by_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name="fk_loss_holder_id"),
        sa.ForeignKeyConstraint(["missed_by_id"], ["person.id"], name="fk_loss_missed_by_id"),
        sa.ForeignKeyConstraint(["reported_by_id"], ["person.id"], name="fk_loss_reported_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_loss"),
    )
    op.create_index(
        "uq_loss_copy_id",
        "loss",
        ["copy_id"],
        unique=True,
        sqlite_where=sa.text("found_at IS NULL"),
        postgresql_where=sa.text("found_at IS NULL"),
    )
    op.create_table(
        "recall_item",
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("excused_by_id", sa.Integer(), nullable=True),
        sa.Column("excused_at", UtcDateTime(), nullable=True),
        sa.Column("excuse", sa.String(length=300), nullable=True),
        sa.Column("fate", _words(("RETURNED", "MISSED", "LOST"), "fate"), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_recall_item_copy_id"),
        sa.ForeignKeyConstraint(["excused_by_id"], ["person.id"], name="fk_recall_item_excused_by_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name="fk_recall_item_holder_id"),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_recall_item_recall_id"),
        sa.PrimaryKeyConstraint("recall_id", "copy_id", name="pk_recall_item"),
    )
    op.create_index("ix_recall_item_copy_id", "recall_item", ["copy_id"])
    op.create_index("ix_recall_item_holder_id", "recall_item", ["holder_id"])
    op.create_table(
        "stocktake_item",
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("state", _words(STATES, "state"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_stocktake_item_copy_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_stocktake_item_person_id"),
        sa.ForeignKeyConstraint(["stocktake_id"], ["stocktake.id"], name="fk_stocktake_item_stocktake_id"),
        sa.PrimaryKeyConstraint("stocktake_id", "copy_id", name="pk_stocktake_item"),
    )
    op.create_index("ix_stocktake_item_copy_id", "stocktake_item", ["copy_id"])
    op.create_table(
        "stocktake_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column(
            "bucket",
            _words(("EXPECTED", "ALREADY_COUNTED", "WRONG_PLACE", "UNEXPECTED", "UNKNOWN"), "bucket"),
            nullable=False,
        ),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("raw", sa.String(length=200), nullable=True),
        sa.Column("state", _words(STATES, "state"), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("scanned_by_id", sa.Integer(), nullable=False),
        sa.Column("scanned_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_stocktake_scan_copy_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_stocktake_scan_person_id"),
        sa.ForeignKeyConstraint(["scanned_by_id"], ["person.id"], name="fk_stocktake_scan_scanned_by_id"),
        sa.ForeignKeyConstraint(["stocktake_id"], ["stocktake.id"], name="fk_stocktake_scan_stocktake_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stocktake_scan"),
    )
    op.create_index("ix_stocktake_scan_stocktake_id_copy_id", "stocktake_scan", ["stocktake_id", "copy_id"])
    op.create_index("ix_copy_return_item_copy_id", "copy_return_item", ["copy_id"])
    op.create_index("ix_hand_over_item_copy_id", "hand_over_item", ["copy_id"])
    op.execute(sa.text(EARLIER_LOSSES))


def downgrade() -> None:
    """Drop them; what they held stays in the ledger."""
    op.drop_index("ix_copy_return_item_copy_id", table_name="copy_return_item")
    op.drop_index("ix_hand_over_item_copy_id", table_name="hand_over_item")
    op.drop_table("stocktake_scan")
    op.drop_table("stocktake_item")
    op.drop_table("recall_item")
    op.drop_table("loss")
    op.drop_table("stocktake")
    op.drop_table("recall")
    op.drop_table("clearance")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
