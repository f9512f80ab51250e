"""Destruction by a designated plant: plants, sealed bags, what a plant states, and what was wrong with bags.

Lists of an older release all go to a shredder, and go on there.
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from registry.db import UtcDateTime

revision = "0011"
down_revision = "0010"

OLD_STATES = ("DRAFT", "SUBMITTED", "DESTROYED", "CANCELLED")
STATES = ("DRAFT", "SUBMITTED", "EN_ROUTE", "DESTROYED", "CANCELLED")
OLD_PARTS = ("OPERATOR", "WITNESS")
PARTS = ("OPERATOR", "WITNESS", "ESCORT")
BAG_STATES = ("SEALED", "HANDED", "OUTSIDE", "STOPPED", "ARRIVED", "BROKEN", "MISSING", "OPENED")
FAULTS = ("SEAL_BROKEN", "WRONG_SEAL", "BAG_MISSING", "COPY_ASTRAY")
ENDS = ("DESTROYED", "UNACCOUNTED", "KEPT")
SIGNED = ("destruction_signature", "retirement_signature")


def upgrade() -> None:
    """Add the tables, and the second route to lists."""
    op.create_table(
        "plant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plant")),
        sa.UniqueConstraint("name", name=op.f("uq_plant_name")),
    )
    with op.batch_alter_table("destruction_list") as batch:
        _change_words(batch, "state", OLD_STATES, STATES, "destructionstate")
        batch.alter_column("equipment_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("plant_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("handed_at", UtcDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_destruction_list_plant_id"), "plant", ["plant_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_destruction_list_one_route"), "(equipment_id IS NULL) <> (plant_id IS NULL)"
        )
    _change_parts(OLD_PARTS, PARTS)
    _add_bags()
    _add_receipts()
    with op.batch_alter_table("gate_event") as batch:
        batch.add_column(sa.Column("bag_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_gate_event_bag_id"), "destruction_bag", ["bag_id"], ["id"])
        batch.create_index(op.f("ix_gate_event_bag_id"), ["bag_id"])


def downgrade() -> None:
    """Forget them; refused while a list was meant for a plant, which the older release could not tell."""
    kept = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM destruction_list WHERE plant_id IS NOT NULL")
    ) or op.get_bind().scalar(sa.text("SELECT count(*) FROM bag_incident"))
    if kept:
        raise RuntimeError("papers were listed for a plant; nothing was changed")
    with op.batch_alter_table("gate_event") as batch:
        batch.drop_constraint(op.f("fk_gate_event_bag_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_gate_event_bag_id"))
        batch.drop_column("bag_id")
    op.drop_table("bag_incident")
    op.drop_table("plant_receipt")
    with op.batch_alter_table("destruction_item") as batch:
        batch.drop_constraint(op.f("fk_destruction_item_bag_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_destruction_item_bag_id"))
        batch.drop_constraint(op.f("ck_destruction_item_itemend"), type_="check")
        batch.drop_column("ended_as")
        batch.drop_column("bag_id")
    op.drop_table("destruction_bag")
    _change_parts(PARTS, OLD_PARTS)
    with op.batch_alter_table("destruction_list") as batch:
        batch.drop_constraint(op.f("ck_destruction_list_one_route"), type_="check")
        batch.drop_constraint(op.f("fk_destruction_list_plant_id"), type_="foreignkey")
        batch.drop_column("handed_at")
        batch.drop_column("plant_id")
        batch.alter_column("equipment_id", existing_type=sa.Integer(), nullable=False)
        _change_words(batch, "state", STATES, OLD_STATES, "destructionstate")
    op.drop_table("plant")


def _add_bags() -> None:
    op.create_table(
        "destruction_bag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("seal_no", sa.String(length=20), nullable=False),
        sa.Column("state", _words(BAG_STATES, "bagstate"), nullable=False),
        sa.Column("sealed_by_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_with_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("opening", sa.String(length=300), nullable=False),
        _key("destruction_bag", "list_id", "destruction_list"),
        _key("destruction_bag", "sealed_by_id", "person"),
        _key("destruction_bag", "opened_by_id", "person"),
        _key("destruction_bag", "opened_with_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction_bag")),
        sa.UniqueConstraint("seal_no", name=op.f("uq_destruction_bag_seal_no")),
    )
    op.create_index(op.f("ix_destruction_bag_list_id"), "destruction_bag", ["list_id"])
    op.create_index(op.f("ix_destruction_bag_state"), "destruction_bag", ["state"])
    with op.batch_alter_table("destruction_item") as batch:
        batch.add_column(sa.Column("bag_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("ended_as", _words(ENDS, "itemend"), nullable=True))
        batch.create_foreign_key(op.f("fk_destruction_item_bag_id"), "destruction_bag", ["bag_id"], ["id"])
        batch.create_index(op.f("ix_destruction_item_bag_id"), ["bag_id"])


def _add_receipts() -> None:
    op.create_table(
        "plant_receipt",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("destroyed_at", UtcDateTime(), nullable=False),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("scan_sha256", sa.String(length=64), nullable=False),
        sa.Column("scan_kind", sa.String(length=8), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_plant_receipt_some_weight")),
        _key("plant_receipt", "list_id", "destruction_list"),
        _key("plant_receipt", "plant_id", "plant"),
        _key("plant_receipt", "recorded_by_id", "person"),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_plant_receipt")),
        sa.UniqueConstraint("plant_id", "number", name=op.f("uq_plant_receipt_plant_id_number")),
    )
    op.create_table(
        "bag_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("bag_id", sa.Integer(), nullable=True),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("fault", _words(FAULTS, "bagfault"), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("measures", sa.String(length=500), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        _key("bag_incident", "list_id", "destruction_list"),
        _key("bag_incident", "bag_id", "destruction_bag"),
        _key("bag_incident", "copy_id", "copy"),
        _key("bag_incident", "reported_by_id", "person"),
        _key("bag_incident", "settled_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bag_incident")),
    )
    op.create_index(op.f("ix_bag_incident_list_id"), "bag_incident", ["list_id"])


def _change_parts(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    for table in SIGNED:
        with op.batch_alter_table(table) as batch:
            _change_words(batch, "part", before, after, "destructionpart")


def _change_words(
    batch: BatchOperations, column: str, before: tuple[str, ...], after: tuple[str, ...], name: str
) -> None:
    batch.alter_column(
        column, existing_type=_words(before, name), type_=_words(after, name), existing_nullable=False
    )


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _words(members: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)
