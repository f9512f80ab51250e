"""Cases of several pictures, what a second auditor says of a run, pages ready to be compared, and leak drills.

The one picture of an older case becomes its first; who opened it has added it and ordered its runs.
"""

import sqlalchemy as sa
from alembic import op

from registry.db import UtcDateTime

revision = "0004"
down_revision = "0003"

OUTCOMES = ("NAMED", "CLAIMED", "INSUFFICIENT", "CONFLICT", "WRONG", "UNREADABLE")

PICTURES = """
    INSERT INTO trace_picture (case_id, number, name, sha256, shown, added_by_id, added_at)
    SELECT id, 1, picture_name, picture_sha256, pictures, opened_by_id, opened_at FROM trace_case
"""
ORDERERS = """
    UPDATE trace_run SET ordered_by_id = (SELECT opened_by_id FROM trace_case WHERE trace_case.id = trace_run.case_id)
"""
ORDERED_BY = """
    ALTER TABLE trace_run ADD COLUMN ordered_by_id INTEGER CONSTRAINT fk_trace_run_ordered_by_id REFERENCES person (id)
"""
"""In one statement: SQLite adds no constraint later, and to make the table anew would hurt what refers to it."""

FIRST_PICTURE = (
    ("picture_name", sa.String(length=200), ""),
    ("picture_sha256", sa.String(length=64), ""),
    ("pictures", sa.JSON(), "[]"),
)
FIRST_PICTURES = """
    UPDATE trace_case SET
        picture_name = (SELECT name FROM trace_picture WHERE case_id = trace_case.id AND number = 1),
        picture_sha256 = (SELECT sha256 FROM trace_picture WHERE case_id = trace_case.id AND number = 1),
        pictures = (SELECT shown FROM trace_picture WHERE case_id = trace_case.id AND number = 1)
"""


def upgrade() -> None:
    """Make the tables and move what cases had."""
    _pictures()
    _drills()
    op.create_table(
        "trace_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_trace_review_decided_by_id"),
        sa.ForeignKeyConstraint(["run_id"], ["trace_run.id"], name="fk_trace_review_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trace_review"),
        sa.UniqueConstraint("run_id", name="uq_trace_review_run_id"),
    )
    op.create_table(
        "trace_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("survey_sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("points_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_trace_reference_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trace_reference"),
        sa.UniqueConstraint("document_id", "reader", name="uq_trace_reference_document_id_reader"),
    )
    op.execute(sa.text(PICTURES))
    for column in ("picture_name", "picture_sha256", "pictures"):
        op.drop_column("trace_case", column)
    op.add_column("trace_case", sa.Column("leak_since_at", UtcDateTime(), nullable=True))
    op.add_column("trace_run", sa.Column("job_id", sa.Integer(), nullable=True))
    op.execute(sa.text(ORDERED_BY))
    op.execute(sa.text(ORDERERS))


def downgrade() -> None:
    """Give every case its one picture back; cases of several pictures would lose some, so that is refused."""
    several = op.get_bind().scalar(
        sa.text("SELECT count(DISTINCT case_id) FROM trace_picture WHERE number > 1")
    )
    if several:
        raise RuntimeError(f"{several} cases have more than one picture; the older release knows of one only")
    op.drop_column("trace_case", "leak_since_at")
    for column, kind, nothing in FIRST_PICTURE:
        op.add_column("trace_case", sa.Column(column, kind, nullable=False, server_default=nothing))
    op.execute(sa.text(FIRST_PICTURES))
    op.drop_column("trace_run", "ordered_by_id")
    op.drop_column("trace_run", "job_id")
    for name in ("trace_reference", "trace_review", "drill_shot", "leak_drill", "trace_picture"):
        op.drop_table(name)


def _pictures() -> None:
    op.create_table(
        "trace_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name="fk_trace_picture_added_by_id"),
        sa.ForeignKeyConstraint(["case_id"], ["trace_case.id"], name="fk_trace_picture_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trace_picture"),
        sa.UniqueConstraint("case_id", "number", name="uq_trace_picture_case_id_number"),
    )


def _drills() -> None:
    op.create_table(
        "leak_drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name="fk_leak_drill_copy_id"),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name="fk_leak_drill_opened_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_leak_drill"),
    )
    op.create_index("ix_leak_drill_channel", "leak_drill", ["channel"])
    op.create_table(
        "drill_shot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drill_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="drilloutcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("log10_chance", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["drill_id"], ["leak_drill.id"], name="fk_drill_shot_drill_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drill_shot"),
        sa.UniqueConstraint("drill_id", "number", name="uq_drill_shot_drill_id_number"),
    )
