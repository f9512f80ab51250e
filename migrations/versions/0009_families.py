"""Documents that come from others, re-copies, regrading, and the copies that are marked anew after it."""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0009"
down_revision = "0008"

USES = ("RECOPY", "EXCERPT", "COMPILATION")
CHANGES = ("RAISE", "LOWER", "EXTEND", "SHORTEN", "DECLASSIFY")
OPEN = sa.text("done_at IS NULL AND dropped_at IS NULL")


def upgrade() -> None:
    """Create the tables; every earlier document is an original, every earlier copy was made of its document."""
    op.add_column("document", sa.Column("declassified_at", UtcDateTime(), nullable=True))
    op.create_table(
        "derivation",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("made_as", _words(USES, "use"), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("source_id < document_id", name=op.f("ck_derivation_source_is_older")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_derivation_document_id"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name="fk_derivation_request_id"),
        sa.ForeignKeyConstraint(["source_id"], ["document.id"], name="fk_derivation_source_id"),
        sa.PrimaryKeyConstraint("document_id", "source_id", name="pk_derivation"),
    )
    op.create_index("ix_derivation_source_id", "derivation", ["source_id"])
    op.create_table(
        "recopy",
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_recopy_copy_id"),
        sa.ForeignKeyConstraint(["source_id"], ["copy.id"], name="fk_recopy_source_id"),
        sa.PrimaryKeyConstraint("copy_id", name="pk_recopy"),
    )
    op.create_index("ix_recopy_source_id", "recopy", ["source_id"])
    op.create_table(
        "regrading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("change", _words(CHANGES, "change"), nullable=False),
        sa.Column("level_before", sa.String(length=32), nullable=False),
        sa.Column("period_before", sa.String(length=40), nullable=False),
        sa.Column("level_after", sa.String(length=32), nullable=False),
        sa.Column("period_after", sa.String(length=40), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("remark_by", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_regrading_document_id"),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name="fk_regrading_done_by_id"),
        sa.ForeignKeyConstraint(["follows_id"], ["regrading.id"], name="fk_regrading_follows_id"),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name="fk_regrading_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_regrading"),
    )
    op.create_index("ix_regrading_document_id", "regrading", ["document_id"])
    op.create_table(
        "regrading_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("regrading_id", sa.Integer(), nullable=False),
        sa.Column("state", _words(("OPEN", "FOLLOWED", "KEPT"), "proposalstate"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_regrading_proposal_document_id"),
        sa.ForeignKeyConstraint(
            ["regrading_id"], ["regrading.id"], name="fk_regrading_proposal_regrading_id"
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name="fk_regrading_proposal_settled_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_regrading_proposal"),
    )
    op.create_index("ix_regrading_proposal_document_id", "regrading_proposal", ["document_id"])
    op.create_index("ix_regrading_proposal_state", "regrading_proposal", ["state"])
    op.create_table(
        "remarking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("regrading_id", sa.Integer(), nullable=False),
        sa.Column("mark_before", sa.String(length=80), nullable=False),
        sa.Column("mark_after", sa.String(length=80), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_remarking_copy_id"),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name="fk_remarking_done_by_id"),
        sa.ForeignKeyConstraint(["regrading_id"], ["regrading.id"], name="fk_remarking_regrading_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remarking"),
    )
    op.create_index("ix_remarking_copy_id_id", "remarking", ["copy_id", "id"])
    op.create_index("ix_remarking_regrading_id", "remarking", ["regrading_id"])
    op.create_index(
        "uq_remarking_copy_id",
        "remarking",
        ["copy_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    """Drop them; what they held stays in the ledger. An older release sees excerpts and re-copies as any other."""
    op.drop_table("remarking")
    op.drop_table("regrading_proposal")
    op.drop_table("regrading")
    op.drop_table("recopy")
    op.drop_table("derivation")
    op.drop_column("document", "declassified_at")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
