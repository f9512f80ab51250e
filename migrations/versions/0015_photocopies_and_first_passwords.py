"""Photocopies know the job that made them; accounts know whether their password was chosen by somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns: earlier re-copies were all printed, and every earlier password counts as one's own."""
    with op.batch_alter_table("recopy") as batch:
        batch.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_recopy_job_id", "equipment_job", ["job_id"], ["id"])
        batch.create_index("ix_recopy_job_id", ["job_id"])
    with op.batch_alter_table("account") as batch:
        batch.add_column(
            sa.Column("password_is_first", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("account") as batch:
        batch.alter_column("password_is_first", server_default=None)


def downgrade() -> None:
    """Forget both; the copies and accounts stay."""
    with op.batch_alter_table("account") as batch:
        batch.drop_column("password_is_first")
    with op.batch_alter_table("recopy") as batch:
        batch.drop_index("ix_recopy_job_id")
        batch.drop_constraint("fk_recopy_job_id", type_="foreignkey")
        batch.drop_column("job_id")
