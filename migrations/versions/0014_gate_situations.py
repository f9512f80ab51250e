"""What a gate looked at is kept beside each event, so that its verdict can be judged again; older events have none."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("gate_event") as batch:
        batch.add_column(sa.Column("situation", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Forget what was looked at; the verdicts stay."""
    with op.batch_alter_table("gate_event") as batch:
        batch.drop_column("situation")
