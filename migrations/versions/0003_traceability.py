"""Documents keep how traceable their pages are; decisions keep on which proof they were taken and what they accept."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what was registered or decided before has no proof and accepts nothing."""
    op.add_column("document", sa.Column("proof", sa.JSON(), nullable=True))
    op.add_column("document", sa.Column("survey_sha256", sa.String(length=64), nullable=True))
    op.add_column(
        "approval_decision", sa.Column("proof_hash", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column("approval_decision", sa.Column("accepted", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("approval_decision", "accepted")
    op.drop_column("approval_decision", "proof_hash")
    op.drop_column("document", "survey_sha256")
    op.drop_column("document", "proof")
