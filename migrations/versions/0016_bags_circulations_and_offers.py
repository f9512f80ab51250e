"""Who scanned a copy on a destruction list last; circulations that end with their copy; rooms for offered tables.

Of an older release's scans the ledger tells by whom. A scan that it does not tell stays nobody's: it lies in no open
bag, and whoever scans the copy again puts it into theirs. A circulation that ran on over a copy that was gone
ends when the ledger says that the copy went. Tables that an older release has stored lie in no room, and stay.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

OLD_ENDINGS = ("COMPLETED", "RECALLED", "STOPPED")
ENDINGS = (*OLD_ENDINGS, "GONE")

EARLIER_SCANS = """
    SELECT item.list_id, item.copy_id, copy.code FROM destruction_item AS item
    JOIN copy ON copy.id = item.copy_id WHERE item.presented_at IS NOT NULL
"""
ON_RECORD = "SELECT subject, body FROM ledger_entry WHERE kind = 'destruction.presented' ORDER BY seq"
OVER_GONE_COPIES = """
    UPDATE circulation SET state = 'ENDED', ending = 'GONE', ended_at = COALESCE(
        (SELECT max(ledger_entry.at) FROM ledger_entry JOIN copy ON ledger_entry.subject = 'copy:' || copy.code
         WHERE copy.id = circulation.copy_id
         AND ledger_entry.kind IN ('copy.missed', 'copy.spoiled', 'copy.voided')), opened_at)
    WHERE state = 'RUNNING' AND copy_id IN
        (SELECT id FROM copy WHERE state IN ('UNACCOUNTED', 'LOST', 'SPOILED', 'VOID', 'DESTROYED'))
"""
KNOWN_NOW = "UPDATE destruction_item SET presented_by_id = :who WHERE list_id = :list AND copy_id = :copy"


def upgrade() -> None:
    """Add the columns and the ending, and fill them from the ledger."""
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("room", sa.String(length=32), nullable=True))
        batch.create_unique_constraint(op.f("uq_import_batch_room"), ["room"])
    with op.batch_alter_table("destruction_item") as batch:
        batch.add_column(sa.Column("presented_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_destruction_item_presented_by_id"), "person", ["presented_by_id"], ["id"]
        )
    _tell_who_scanned()
    _change_endings(OLD_ENDINGS, ENDINGS)
    op.execute(sa.text(OVER_GONE_COPIES))


def downgrade() -> None:
    """Forget who scanned; refused while the older release could not tell an ending, or would clear rooms of tables."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM circulation WHERE ending = 'GONE'")):
        raise RuntimeError("circulations ended with their copy; nothing was changed")
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM import_batch WHERE room IS NOT NULL")):
        raise RuntimeError("tables lie in rooms that the older release clears; nothing was changed")
    _change_endings(ENDINGS, OLD_ENDINGS)
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(op.f("uq_import_batch_room"), type_="unique")
        batch.drop_column("room")
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


def _change_endings(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("circulation") as batch:
        batch.alter_column(
            "ending", existing_type=_words(before), type_=_words(after), existing_nullable=True
        )


def _words(members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name="ending", native_enum=False, create_constraint=True, length=32)
