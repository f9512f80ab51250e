"""Devices get a level, a custodian, inspections, jobs, repairs and an end; meetings a plan and everything around it.

A device that an older release holds stays in use if it was, without a level and a custodian until somebody says more. A
meeting that was planned before has no plan until one is drawn up, and nothing is asked of it before.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0006"
down_revision = "0003"

OLD_KINDS = ("SHREDDER", "PRINTER")
KINDS = (*OLD_KINDS, "COPIER", "SCANNER", "COMPUTER", "FAX", "STORAGE")
STATES = ("REGISTERED", "IN_USE", "BARRED", "IN_REPAIR", "RETIRED")
HANDLING = ("CONFIDENTIAL", "SECRET", "TOP_SECRET")
HAND_OVER_STATES = ("OFFERED", "CONFIRMED", "WITHDRAWN")
ACTS = ("PRINT", "COPY", "FAX", "TAKE_OUT", "CONVEY", "PRESS", "DESTROY", "REGRADE", "REPAIR")
PARTS = ("OPERATOR", "WITNESS")


def upgrade() -> None:
    _widen_equipment()
    _add_devices_books()


def downgrade() -> None:
    """Forget what the older release cannot hold; the ledger keeps it. Devices of other kinds would be lost: refused."""
    kept = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM equipment WHERE kind NOT IN ('SHREDDER', 'PRINTER')")
    )
    if kept:
        raise RuntimeError(f"{kept} devices are of kinds that the older release does not know")
    for table in (
        "retirement_signature",
        "equipment_retirement",
        "equipment_repair",
        "equipment_job",
        "equipment_inspection",
        "equipment_hand_over",
    ):
        op.drop_table(table)
    with op.batch_alter_table("equipment") as batch:
        batch.drop_constraint(op.f("fk_equipment_custodian_id"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_equipment_equipmentstate"), type_="check")
        batch.drop_constraint(op.f("ck_equipment_handling"), type_="check")
        for column in (
            "state",
            "level",
            "serial",
            "is_cipher",
            "custodian_id",
            "registered_at",
            "inspect_again_at",
        ):
            batch.drop_column(column)
        batch.alter_column(
            "kind",
            existing_type=_words(KINDS, "equipmentkind"),
            type_=_words(OLD_KINDS, "equipmentkind"),
            existing_nullable=False,
        )


def _widen_equipment() -> None:
    with op.batch_alter_table("equipment") as batch:
        batch.alter_column(
            "kind",
            existing_type=_words(OLD_KINDS, "equipmentkind"),
            type_=_words(KINDS, "equipmentkind"),
            existing_nullable=False,
        )
        batch.add_column(
            sa.Column("state", _words(STATES, "equipmentstate"), nullable=False, server_default="IN_USE")
        )
        batch.add_column(sa.Column("level", _words(HANDLING, "handling"), nullable=True))
        batch.add_column(sa.Column("serial", sa.String(length=80), nullable=False, server_default=""))
        batch.add_column(sa.Column("is_cipher", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("custodian_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("registered_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("inspect_again_at", UtcDateTime(), nullable=True))
        batch.create_foreign_key("fk_equipment_custodian_id", "person", ["custodian_id"], ["id"])
    op.execute(sa.text("UPDATE equipment SET state = 'RETIRED' WHERE active = :no").bindparams(no=False))


def _add_devices_books() -> None:
    op.create_table(
        "equipment_hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=True),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("state", _words(HAND_OVER_STATES, "handoverstate"), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        _key("equipment_hand_over", "equipment_id", "equipment"),
        *(_key("equipment_hand_over", one, "person") for one in ("giver_id", "receiver_id", "offered_by_id")),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_hand_over"),
    )
    for column in ("equipment_id", "receiver_id", "state"):
        op.create_index(f"ix_equipment_hand_over_{column}", "equipment_hand_over", [column])
    op.create_table(
        "equipment_inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("inspector_id", sa.Integer(), nullable=False),
        sa.Column("inspected_at", UtcDateTime(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("in_order", sa.JSON(), nullable=False),
        sa.Column("unmet", sa.JSON(), nullable=False),
        sa.Column("networks", sa.String(length=300), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("inspect_again_at", UtcDateTime(), nullable=True),
        _key("equipment_inspection", "equipment_id", "equipment"),
        _key("equipment_inspection", "inspector_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_inspection"),
    )
    op.create_index("ix_equipment_inspection_equipment_id", "equipment_inspection", ["equipment_id"])
    op.create_table(
        "equipment_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("custodian_id", sa.Integer(), nullable=False),
        sa.Column("act", _words(ACTS, "act"), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("copying_unit_id", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=120), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        _key("equipment_job", "equipment_id", "equipment"),
        _key("equipment_job", "custodian_id", "person"),
        _key("equipment_job", "request_id", "approval_request"),
        _key("equipment_job", "document_id", "document"),
        _key("equipment_job", "source_id", "copy"),
        _key("equipment_job", "copying_unit_id", "unit"),
        _key("equipment_job", "done_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_job"),
    )
    for column in ("equipment_id", "request_id", "document_id"):
        op.create_index(f"ix_equipment_job_{column}", "equipment_job", [column])
    op.create_table(
        "equipment_repair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("technician", sa.String(length=120), nullable=False),
        sa.Column("workshop", sa.String(length=120), nullable=False),
        sa.Column("guard", _words(("WIPED", "ESCORTED"), "repairguard"), nullable=False),
        sa.Column("escort_id", sa.Integer(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        _key("equipment_repair", "equipment_id", "equipment"),
        _key("equipment_repair", "request_id", "approval_request"),
        *(_key("equipment_repair", one, "person") for one in ("escort_id", "sent_by_id", "taken_by_id")),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_repair"),
    )
    op.create_index("ix_equipment_repair_equipment_id", "equipment_repair", ["equipment_id"])
    op.create_table(
        "equipment_retirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("equipment_id", sa.Integer(), nullable=False),
        sa.Column("method", _words(("WIPED", "DESTROYED"), "retirementmethod"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", _words(("OPEN", "DONE", "CANCELLED"), "retirementstate"), nullable=False),
        sa.Column("custodian_id", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=True),
        _key("equipment_retirement", "equipment_id", "equipment"),
        _key("equipment_retirement", "custodian_id", "person"),
        _key("equipment_retirement", "opened_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_retirement"),
    )
    op.create_index("ix_equipment_retirement_equipment_id", "equipment_retirement", ["equipment_id"])
    op.create_table(
        "retirement_signature",
        sa.Column("retirement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", _words(PARTS, "destructionpart"), nullable=False),
        sa.Column("authenticated_at", UtcDateTime(), nullable=False),
        _key("retirement_signature", "retirement_id", "equipment_retirement"),
        _key("retirement_signature", "person_id", "person"),
        sa.PrimaryKeyConstraint("retirement_id", "person_id", name="pk_retirement_signature"),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
