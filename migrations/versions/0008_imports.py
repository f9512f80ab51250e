"""Imports and the rows they made; copies that no print run made, and the movement that takes them over."""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0008"
down_revision = "0007"

KINDS = ("UNITS", "PEOPLE", "MEETINGS", "ATTENDEES", "DOCUMENTS", "COPIES")
STATES = ("OFFERED", "APPLIED", "UNDONE")
OLD_MOVEMENTS = (
    "PRINTED",
    "ISSUE",
    "LOAN",
    "TRANSFER",
    "RETURN",
    "SPOILED",
    "DESTROYED",
    "VOIDED",
    "FOUND",
)
MOVEMENTS = (*OLD_MOVEMENTS, "TAKEN_OVER")


def upgrade() -> None:
    """Create the tables, and let copies be without a run."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _words(KINDS, "importkind"), nullable=False),
        sa.Column("state", _words(STATES, "importstate"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("table_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["applied_by_id"], ["person.id"], name="fk_import_batch_applied_by_id"),
        sa.ForeignKeyConstraint(["offered_by_id"], ["person.id"], name="fk_import_batch_offered_by_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name="fk_import_batch_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_index("ix_import_batch_state", "import_batch", ["state"])
    op.create_table(
        "import_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_key", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_import_item_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_item"),
    )
    op.create_index("ix_import_item_batch_id", "import_item", ["batch_id"])
    with op.batch_alter_table("copy") as batch:
        batch.alter_column("batch_id", existing_type=sa.Integer(), nullable=True)
    _change_movements(OLD_MOVEMENTS, MOVEMENTS)


def downgrade() -> None:
    """Go back, unless copies were taken over: the older release would not know them."""
    kept = op.get_bind().scalar(sa.text("SELECT count(*) FROM copy WHERE batch_id IS NULL"))
    if kept:
        raise RuntimeError(f"{kept} copies were taken over from an older register")
    _change_movements(MOVEMENTS, OLD_MOVEMENTS)
    with op.batch_alter_table("copy") as batch:
        batch.alter_column("batch_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("import_item")
    op.drop_table("import_batch")


def _change_movements(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("movement") as batch:
        batch.alter_column(
            "kind",
            existing_type=_words(before, "movementkind"),
            type_=_words(after, "movementkind"),
            existing_nullable=False,
        )


def _words(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
