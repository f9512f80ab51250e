"""Devices get a level, a custodian, inspections, jobs, repairs and an end; meetings a plan and everything around it.

A device that an older release holds stays in use if it was, without a level and a custodian until somebody says more. A
meeting that was planned before has no plan until one is drawn up, and nothing is asked of it before.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0006"
down_revision = "0004"

OLD_KINDS = ("SHREDDER", "PRINTER")
KINDS = (*OLD_KINDS, "COPIER", "SCANNER", "COMPUTER", "FAX", "STORAGE")
STATES = ("REGISTERED", "IN_USE", "BARRED", "IN_REPAIR", "RETIRED")
HANDLING = ("CONFIDENTIAL", "SECRET", "TOP_SECRET")
HAND_OVER_STATES = ("OFFERED", "CONFIRMED", "WITHDRAWN")
ACTS = ("PRINT", "COPY", "FAX", "TAKE_OUT", "CONVEY", "PRESS", "DESTROY", "REGRADE", "REPAIR")
PARTS = ("OPERATOR", "WITNESS")


MEETING_STATES = ("PLANNED", "READY", "CLOSED")
ALL_MEETING_STATES = ("PLANNED", "READY", "UNDER_WAY", "ENDED", "CLOSED", "CANCELLED")
ATTENDEE_STATES = ("NAMED", "APPROVED", "REFUSED", "REPLACED", "STRUCK")
BREACHES = ("RECORDING", "COPYING", "TAKING_OUT", "OPEN_LINE", "OUTSIDER", "OTHER")
MEETING_TABLES = (
    "meeting_incident",
    "conveyance_listener",
    "conveyance",
    "meeting_scope",
    "meeting_press",
    "meeting_exception",
    "meeting_item_out",
    "meeting_guard",
    "meeting_attendee",
    "meeting_check",
    "meeting_item",
    "person_clearance",
)


def upgrade() -> None:
    _widen_equipment()
    _add_devices_books()
    _widen_meetings()
    _add_meetings_books()


def downgrade() -> None:
    """Forget what the older release cannot hold; the ledger keeps it. Devices of other kinds would be lost: refused."""
    kept = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM equipment WHERE kind NOT IN ('SHREDDER', 'PRINTER')")
    )
    if kept:
        raise RuntimeError(f"{kept} devices are of kinds that the older release does not know")
    kept = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM meeting WHERE state NOT IN ('PLANNED', 'READY', 'CLOSED')")
    )
    if kept:
        raise RuntimeError(f"{kept} meetings are in states that the older release does not know")
    for table in MEETING_TABLES:
        op.drop_table(table)
    with op.batch_alter_table("meeting") as batch:
        batch.drop_column("plan_version")
        batch.alter_column(
            "state",
            existing_type=_words(ALL_MEETING_STATES, "meetingstate"),
            type_=_words(MEETING_STATES, "meetingstate"),
            existing_nullable=False,
        )
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


def _widen_meetings() -> None:
    with op.batch_alter_table("meeting") as batch:
        batch.alter_column(
            "state",
            existing_type=_words(MEETING_STATES, "meetingstate"),
            type_=_words(ALL_MEETING_STATES, "meetingstate"),
            existing_nullable=False,
        )
        batch.add_column(sa.Column("plan_version", sa.Integer(), nullable=True))


def _add_meetings_books() -> None:
    _book(
        "person_clearance",
        _ref("person_id", "person"),
        _text("scheme", 16),
        _text("level", 32),
        _time("until_at"),
        _ref("granted_by_id", "person"),
        _time("granted_at"),
        unique=[("person_id", "scheme")],
    )
    _book(
        "meeting_item",
        _ref("meeting_id", "meeting"),
        _number("number"),
        _text("title", 200),
        _text("level", 32),
        unique=[("meeting_id", "number")],
    )
    _book(
        "meeting_check",
        _ref("meeting_id", "meeting"),
        _text("check_id", 64),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        _ref("owner_id", "person"),
        _time("due_at"),
        _time("done_at", nullable=True),
        _ref("done_by_id", "person", nullable=True),
        _text("evidence", 500),
        unique=[("meeting_id", "check_id")],
        indexed=["owner_id"],
    )
    _book(
        "meeting_attendee",
        _ref("meeting_id", "meeting"),
        _ref("person_id", "person"),
        sa.Column("state", _words(ATTENDEE_STATES, "attendeestate"), nullable=False),
        _ref("replaces_id", "meeting_attendee", nullable=True),
        _ref("named_by_id", "person"),
        _time("named_at"),
        _ref("decided_by_id", "person", nullable=True),
        _time("decided_at", nullable=True),
        _time("educated_at", nullable=True),
        _ref("educated_by_id", "person", nullable=True),
        _time("pledged_at", nullable=True),
        _text("seat", 16, nullable=True),
        unique=[("meeting_id", "person_id"), ("meeting_id", "seat")],
        indexed=["person_id"],
    )
    _book(
        "meeting_guard",
        _ref("meeting_id", "meeting"),
        _ref("person_id", "person"),
        _text("post", 120),
        unique=[("meeting_id", "person_id")],
        indexed=["person_id"],
    )
    _book(
        "meeting_item_out",
        _ref("meeting_id", "meeting"),
        sa.Column("kind", _words(("NOTEBOOK", "DEPOSIT"), "meetingthing"), nullable=False),
        _number("number"),
        _ref("attendee_id", "meeting_attendee"),
        _text("what", 120),
        _time("out_at"),
        _ref("out_by_id", "person"),
        _time("back_at", nullable=True),
        _ref("back_by_id", "person", nullable=True),
        unique=[("meeting_id", "kind", "number")],
        indexed=["attendee_id"],
    )
    _book(
        "meeting_exception",
        _ref("meeting_id", "meeting"),
        sa.Column("kind", _words(("COPY", "NOTEBOOK", "DEPOSIT"), "outstanding"), nullable=False),
        _text("key", 32),
        _text("reason", 300),
        _ref("signed_by_id", "person"),
        _time("signed_at"),
        unique=[("meeting_id", "kind", "key")],
    )
    _book(
        "meeting_press",
        _ref("meeting_id", "meeting"),
        _text("outlet", 120),
        _text("persons", 300),
        _ref("request_id", "approval_request"),
        _ref("admitted_by_id", "person"),
        _time("admitted_at"),
        indexed=["meeting_id"],
    )
    op.create_table(
        "meeting_scope",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        _key("meeting_scope", "meeting_id", "meeting"),
        _key("meeting_scope", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("meeting_id", "unit_id", name="pk_meeting_scope"),
    )
    _book(
        "conveyance",
        _ref("meeting_id", "meeting"),
        sa.Column("form", _words(("TEXT", "PAGES"), "conveyedas"), nullable=False),
        _text("content", 500),
        _ref("conveyer_id", "person"),
        _text("place", 120),
        sa.Column("notes_allowed", sa.Boolean(), nullable=False),
        _time("conveyed_at"),
        _ref("request_id", "approval_request", nullable=True),
        indexed=["meeting_id"],
    )
    op.create_table(
        "conveyance_listener",
        sa.Column("conveyance_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _time("signed_at", nullable=True),
        _key("conveyance_listener", "conveyance_id", "conveyance"),
        _key("conveyance_listener", "person_id", "person"),
        sa.PrimaryKeyConstraint("conveyance_id", "person_id", name="pk_conveyance_listener"),
    )
    op.create_index("ix_conveyance_listener_person_id", "conveyance_listener", ["person_id"])
    _book(
        "meeting_incident",
        _ref("meeting_id", "meeting"),
        sa.Column("breach", _words(BREACHES, "breach"), nullable=False),
        _text("what", 500),
        _ref("person_id", "person", nullable=True),
        _ref("reported_by_id", "person"),
        _time("reported_at"),
        _text("measures", 500),
        _ref("settled_by_id", "person", nullable=True),
        _time("settled_at", nullable=True),
        indexed=["meeting_id"],
    )


def _book(
    table: str,
    *columns: sa.Column[Any],
    unique: Sequence[tuple[str, ...]] = (),
    indexed: Sequence[str] = (),
) -> None:
    """Make a table with an id; a column that says to which table it points gets its foreign key."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(_key(table, column.name, column.info["to"]) for column in columns if "to" in column.info),
        *(sa.UniqueConstraint(*names, name=f"uq_{table}_{'_'.join(names)}") for names in unique),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    for name in indexed:
        op.create_index(f"ix_{table}_{name}", table, [name])


def _ref(name: str, to: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, info={"to": to})


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _words(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
