"""Attempts to print a run, their sheets, and copies that are stored as what is their own.

What older releases made stays as it is: a copy without a delta is stored whole under its hash, and a run with one
joined file keeps it. A run whose file has left gets the one attempt that this was.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0002"
down_revision = "0001"

STATES = ("UNKNOWN", "SENT", "PRINTED", "SPOILED")
ROUTES = ("FILE", "PRINTER")
ARRANGEMENTS = ("BY_NUMBER", "BY_RECIPIENT")

RELEASED = """
    INSERT INTO print_attempt (batch_id, number, state, route, duplex, faces, arrangement, output_sha256,
                               released_at, released_by_id, sent_at)
    SELECT id, 1, 'SENT', 'FILE', :yes, :no, 'BY_NUMBER', output_sha256, released_at, released_by_id, released_at
    FROM print_batch WHERE state = 'RELEASED' AND output_sha256 IS NOT NULL AND released_at IS NOT NULL
"""
SHEETS = """
    INSERT INTO attempt_copy (attempt_id, copy_id, first_sheet, last_sheet)
    SELECT attempt_id, copy_id, (place - 1) * sheets + 1, place * sheets
    FROM (SELECT print_attempt.id AS attempt_id, copy.id AS copy_id, (copy.pages + 1) / 2 AS sheets,
                 row_number() OVER (PARTITION BY copy.batch_id ORDER BY copy.copy_no) AS place
          FROM copy JOIN print_attempt ON print_attempt.batch_id = copy.batch_id
          WHERE copy.stamped_sha256 IS NOT NULL) AS placed
"""
"""Older releases joined the copies by number, each on sheets of its own, printed on both sides."""


def upgrade() -> None:
    op.create_table(
        "print_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _words(STATES, "attemptstate"), nullable=False),
        sa.Column("route", _words(ROUTES, "route"), nullable=False),
        sa.Column("printer", sa.String(length=120), nullable=True),
        sa.Column("dots", sa.String(length=16), nullable=True),
        sa.Column("duplex", sa.Boolean(), nullable=False),
        sa.Column("faces", sa.Boolean(), nullable=False),
        sa.Column("arrangement", _words(ARRANGEMENTS, "arrangement"), nullable=False),
        sa.Column("output_sha256", sa.String(length=64), nullable=False),
        sa.Column("job", sa.String(length=120), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("last_good_sheet", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["print_batch.id"], name="fk_print_attempt_batch_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_print_attempt_ended_by_id"),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name="fk_print_attempt_released_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_print_attempt"),
        sa.UniqueConstraint("batch_id", "number", name="uq_print_attempt_batch_id_number"),
    )
    op.create_index("ix_print_attempt_state", "print_attempt", ["state"])
    op.create_table(
        "attempt_copy",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("first_sheet", sa.Integer(), nullable=False),
        sa.Column("last_sheet", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["print_attempt.id"], name="fk_attempt_copy_attempt_id"),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_attempt_copy_copy_id"),
        sa.PrimaryKeyConstraint("attempt_id", "copy_id", name="pk_attempt_copy"),
    )
    op.create_index("ix_attempt_copy_copy_id", "attempt_copy", ["copy_id"])
    op.create_table(
        "spoiled_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("pages", sa.String(length=16), nullable=False),
        sa.Column("spoiled_at", UtcDateTime(), nullable=False),
        sa.Column("destroyed_at", UtcDateTime(), nullable=True),
        sa.Column("destroyed_by_id", sa.Integer(), nullable=True),
        sa.Column("equipment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["print_attempt.id"], name="fk_spoiled_sheet_attempt_id"),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_spoiled_sheet_copy_id"),
        sa.ForeignKeyConstraint(["destroyed_by_id"], ["person.id"], name="fk_spoiled_sheet_destroyed_by_id"),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name="fk_spoiled_sheet_equipment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_spoiled_sheet"),
        sa.UniqueConstraint("attempt_id", "sheet", name="uq_spoiled_sheet_attempt_id_sheet"),
    )
    op.create_index("ix_spoiled_sheet_copy_id", "spoiled_sheet", ["copy_id"])
    op.create_index("ix_spoiled_sheet_destroyed_at", "spoiled_sheet", ["destroyed_at"])
    op.add_column("copy", sa.Column("delta_sha256", sa.String(length=64), nullable=True))
    op.execute(sa.text(RELEASED).bindparams(yes=True, no=False))
    op.execute(sa.text(SHEETS))


def downgrade() -> None:
    """Forget the attempts; the ledger keeps them. Copies without a whole file would be lost, so that is refused."""
    kept = op.get_bind().scalar(sa.text("SELECT count(*) FROM copy WHERE delta_sha256 IS NOT NULL"))
    if kept:
        raise RuntimeError(
            f"{kept} copies are stored as what is their own; the older release cannot read them"
        )
    op.drop_table("spoiled_sheet")
    op.drop_table("attempt_copy")
    op.drop_table("print_attempt")
    op.drop_column("copy", "delta_sha256")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
