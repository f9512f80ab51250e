"""Versions of the rules that an organisation adopts, the consents of units with what rests on them, and delegations.

Requests of an older release were made under version 1, which is shipped, and go on under it.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0010"
down_revision = "0009"

STATES = ("PROPOSED", "ADOPTED", "REFUSED", "WITHDRAWN")
DELEGATION_STATES = ("PROPOSED", "AGREED", "REFUSED", "ENDED")
ACTS = ("PRINT", "COPY", "FAX", "TAKE_OUT", "CONVEY", "PRESS", "DESTROY", "REGRADE", "REPAIR")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("state", _words(STATES, "rulesetstate"), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("wanted_from_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("in_force_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_rule_set_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_rule_set_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("version", name=op.f("uq_rule_set_version")),
    )
    op.create_index(op.f("ix_rule_set_state"), "rule_set", ["state"])
    op.create_table(
        "unit_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("act", _words(ACTS, "act"), nullable=False),
        sa.Column("letter_no", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("letter_sha256", sa.String(length=64), nullable=False),
        sa.Column("letter_kind", sa.String(length=8), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revocation", sa.String(length=300), nullable=False),
        sa.CheckConstraint("quota > 0", name=op.f("ck_unit_consent_some_copies")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_consent_unit_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_unit_consent_document_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_unit_consent_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_unit_consent_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_consent")),
        sa.UniqueConstraint(
            "unit_id",
            "document_id",
            "act",
            "letter_no",
            name=op.f("uq_unit_consent_unit_id_document_id_act_letter_no"),
        ),
    )
    op.create_index(op.f("ix_unit_consent_document_id"), "unit_consent", ["document_id"])
    op.create_table(
        "consent_use",
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["unit_consent.id"], name=op.f("fk_consent_use_consent_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_request.id"], name=op.f("fk_consent_use_request_id")
        ),
        sa.PrimaryKeyConstraint("consent_id", "request_id", name=op.f("pk_consent_use")),
    )
    op.create_index(op.f("ix_consent_use_request_id"), "consent_use", ["request_id"])
    _add_delegations()


def _add_delegations() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", _words(DELEGATION_STATES, "delegationstate"), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("giver_id <> deputy_id", name=op.f("ck_delegation_two_persons")),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_delegation_some_time")),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_delegation_giver_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_delegation_deputy_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_delegation_decided_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_delegation_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    for column in ("giver_id", "deputy_id", "state"):
        op.create_index(op.f(f"ix_delegation_{column}"), "delegation", [column])
    with op.batch_alter_table("approval_decision") as batch:
        batch.add_column(sa.Column("in_place_of_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("delegation_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_approval_decision_in_place_of_id"), "person", ["in_place_of_id"], ["id"]
        )
        batch.create_foreign_key(
            op.f("fk_approval_decision_delegation_id"), "delegation", ["delegation_id"], ["id"]
        )


def downgrade() -> None:
    """Forget them; refused while requests were made under a version that the older release does not know."""
    under = op.get_bind().scalar(sa.text("SELECT count(*) FROM approval_request WHERE rule_version > 1"))
    if under:
        raise RuntimeError("requests were made under the organisation's own rules; nothing was changed")
    if op.get_bind().scalar(
        sa.text("SELECT count(*) FROM approval_decision WHERE delegation_id IS NOT NULL")
    ):
        raise RuntimeError("deputies have decided; nothing was changed")
    with op.batch_alter_table("approval_decision") as batch:
        batch.drop_constraint(op.f("fk_approval_decision_delegation_id"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_approval_decision_in_place_of_id"), type_="foreignkey")
        batch.drop_column("delegation_id")
        batch.drop_column("in_place_of_id")
    op.drop_table("delegation")
    op.drop_table("consent_use")
    op.drop_table("unit_consent")
    op.drop_table("rule_set")


def _words(members: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)
