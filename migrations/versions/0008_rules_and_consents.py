"""Versions of the rules that an organisation adopts, and the consents of units with what rests on them.

Requests of an older release were made under version 1, which is shipped, and go on under it.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0008"
down_revision = "0007"

STATES = ("PROPOSED", "ADOPTED", "REFUSED", "WITHDRAWN")
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


def downgrade() -> None:
    """Forget them; refused while requests were made under a version that the older release does not know."""
    under = op.get_bind().scalar(sa.text("SELECT count(*) FROM approval_request WHERE rule_version > 1"))
    if under:
        raise RuntimeError("requests were made under the organisation's own rules; nothing was changed")
    op.drop_table("consent_use")
    op.drop_table("unit_consent")
    op.drop_table("rule_set")


def _words(members: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)
