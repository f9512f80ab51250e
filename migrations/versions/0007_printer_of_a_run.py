"""Print runs keep for which printer their copies are made, and which dots these bear."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; of earlier runs nobody knows the printer, and their dots are not asked for."""
    op.add_column("print_batch", sa.Column("printer", sa.String(length=120), nullable=True))
    op.add_column("print_batch", sa.Column("dots", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("print_batch", "dots")
    op.drop_column("print_batch", "printer")
