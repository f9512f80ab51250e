"""Copies on destruction lists know who scanned them last, so that each clerk fills a bag of their own.

Of an older release's scans the ledger tells by whom. A scan that it does not tell stays nobody's: it lies in no open
bag, and whoever scans the copy again puts it into theirs.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

EARLIER_SCANS = """
    SELECT item.list_id, item.copy_id, copy.code FROM destruction_item AS item
    JOIN copy ON copy.id = item.copy_id WHERE item.presented_at IS NOT NULL
"""
ON_RECORD = "SELECT subject, body FROM ledger_entry WHERE kind = 'destruction.presented' ORDER BY seq"
KNOWN_NOW = "UPDATE destruction_item SET presented_by_id = :who WHERE list_id = :list AND copy_id = :copy"


def upgrade() -> None:
    """Add the column and fill it from the ledger."""
    with op.batch_alter_table("destruction_item") as batch:
        batch.add_column(sa.Column("presented_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_destruction_item_presented_by_id"), "person", ["presented_by_id"], ["id"]
        )
    _tell_who_scanned()


def downgrade() -> None:
    """Forget who scanned; the ledger does not."""
    with op.batch_alter_table("destruction_item") as batch:
        batch.drop_constraint(op.f("fk_destruction_item_presented_by_id"), type_="foreignkey")
        batch.drop_column("presented_by_id")


def _tell_who_scanned() -> None:
    database = op.get_bind()
    last: dict[tuple[str, str], int] = {}
    for subject, body in database.execute(sa.text(ON_RECORD)):
        entry = json.loads(bytes(body))
        last[subject, entry["facts"]["copy"]] = entry["actor"]["person"]
    for list_id, copy_id, code in database.execute(sa.text(EARLIER_SCANS)).all():
        who = last.get((f"destruction:{list_id}", code))
        database.execute(sa.text(KNOWN_NOW).bindparams(who=who, list=list_id, copy=copy_id))
