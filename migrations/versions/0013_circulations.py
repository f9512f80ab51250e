"""Circulations: one copy, its readers in their order, and who agreed to each of them; offers of tables that lapse."""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0013"
down_revision = "0012"

OLD_STATES = ("OFFERED", "APPLIED", "UNDONE")
STATES = (*OLD_STATES, "LAPSED")
RUNNING = sa.text("state = 'RUNNING'")


def upgrade() -> None:
    """Add the tables, and the state."""
    _change_import_states(OLD_STATES, STATES)
    op.create_table(
        "circulation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("state", _words(("RUNNING", "ENDED"), "circulationstate"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ending", _words(("COMPLETED", "RECALLED", "STOPPED"), "ending"), nullable=True),
        sa.Column("ending_reason", sa.String(length=300), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_circulation_copy_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_circulation_opened_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_circulation_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation")),
    )
    op.create_index(op.f("ix_circulation_copy_id"), "circulation", ["copy_id"])
    op.create_index(op.f("ix_circulation_state"), "circulation", ["state"])
    op.create_index(
        op.f("uq_circulation_copy_id"),
        "circulation",
        ["copy_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "circulation_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circulation_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", UtcDateTime(), nullable=False),
        sa.Column("hand_over_id", sa.Integer(), nullable=True),
        sa.Column("skipped_by_id", sa.Integer(), nullable=True),
        sa.Column("skipped_at", UtcDateTime(), nullable=True),
        sa.Column("skip_reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["circulation_id"], ["circulation.id"], name=op.f("fk_circulation_reader_circulation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circulation_reader_person_id")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["circulation_reader.id"], name=op.f("fk_circulation_reader_replaces_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["person.id"], name=op.f("fk_circulation_reader_agreed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["hand_over_id"], ["hand_over.id"], name=op.f("fk_circulation_reader_hand_over_id")
        ),
        sa.ForeignKeyConstraint(
            ["skipped_by_id"], ["person.id"], name=op.f("fk_circulation_reader_skipped_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation_reader")),
        sa.UniqueConstraint(
            "circulation_id", "person_id", name=op.f("uq_circulation_reader_circulation_id_person_id")
        ),
    )
    op.create_index(op.f("ix_circulation_reader_person_id"), "circulation_reader", ["person_id"])


def downgrade() -> None:
    """Drop them; what they held stays in the ledger, and the hand-overs in custody. What lapsed counts as undone."""
    op.execute(sa.text("UPDATE import_batch SET state = 'UNDONE' WHERE state = 'LAPSED'"))
    _change_import_states(STATES, OLD_STATES)
    op.drop_table("circulation_reader")
    op.drop_table("circulation")


def _change_import_states(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column(
            "state",
            existing_type=_words(before, "importstate"),
            type_=_words(after, "importstate"),
            existing_nullable=False,
        )


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
