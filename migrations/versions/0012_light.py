"""Documents that are kept light: a code name in place of a title, and when their content came and went."""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0012"
down_revision = "0011"

CONTENT = ("KEPT", "REMOVING", "REMOVED")
REMOVED_FOR = ("PRINTED", "TIME", "ASKED")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "light_document",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("code_name", sa.String(length=80), nullable=False),
        sa.Column("content", _words(CONTENT, "content"), nullable=False),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("brought_at", UtcDateTime(), nullable=False),
        sa.Column("keep_until_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_for", _words(REMOVED_FOR, "removedfor"), nullable=True),
        sa.Column("removed_files", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_light_document_document_id")),
        sa.ForeignKeyConstraint(["case_id"], ["trace_case.id"], name=op.f("fk_light_document_case_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_light_document")),
        sa.UniqueConstraint("code_name", name=op.f("uq_light_document_code_name")),
        sa.UniqueConstraint("room", name=op.f("uq_light_document_room")),
    )
    op.create_index(op.f("ix_light_document_content"), "light_document", ["content"])


def downgrade() -> None:
    """Forget the table; refused while a document is kept light, since the older release would show it as any other."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM light_document")):
        raise RuntimeError("documents are kept light; nothing was changed")
    op.drop_table("light_document")


def _words(members: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)
