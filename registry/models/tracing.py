"""Trace cases: sealed pictures, the runs over them, what a second auditor says of a run; and leak drills."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.people import Person
from registry.rules.words import CaseState, DrillOutcome


class TraceCase(Base):
    """A leak that is being traced; it happened between ``leak_since_at`` and ``leak_at``, as far as either is known."""

    __tablename__ = "trace_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[CaseState] = mapped_column(words(CaseState), index=True)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    leak_since_at: Mapped[datetime | None]
    leak_at: Mapped[datetime | None]

    opened_by: Mapped[Person] = relationship()
    pictures: Mapped[list["TracePicture"]] = relationship(
        back_populates="case", order_by="TracePicture.number"
    )
    runs: Mapped[list["TraceRun"]] = relationship(back_populates="case", order_by="TraceRun.id")


class TracePicture(Base):
    """A picture of a case, sealed by its hash; ``shown`` names a file for screens for each of its pages."""

    __tablename__ = "trace_picture"
    __table_args__ = (sa.UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("trace_case.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    shown: Mapped[list[Any]]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]

    case: Mapped[TraceCase] = relationship(back_populates="pictures")
    added_by: Mapped[Person] = relationship()


class TraceRun(Base):
    """One run of the reader over all pictures that a case had then; every run is kept."""

    __tablename__ = "trace_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("trace_case.id"), index=True)
    state: Mapped[CaseState] = mapped_column(words(CaseState))
    parameters: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    page: Mapped[int | None]
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    job_id: Mapped[int | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    case: Mapped[TraceCase] = relationship(back_populates="runs")
    copy: Mapped[Copy | None] = relationship()
    review: Mapped["TraceReview | None"] = relationship(back_populates="run")


class TraceReview(Base):
    """What a second auditor says of a run that names a copy; only an agreed one lets a holder's name out."""

    __tablename__ = "trace_review"
    __table_args__ = (sa.UniqueConstraint("run_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("trace_run.id"))
    agreed: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime]

    run: Mapped[TraceRun] = relationship(back_populates="review")
    decided_by: Mapped[Person] = relationship()


class TraceReference(Base):
    """The pages of a document ready to be compared with pictures: made from what is stored, and made anew at will."""

    __tablename__ = "trace_reference"
    __table_args__ = (sa.UniqueConstraint("document_id", "reader"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    reader: Mapped[str] = mapped_column(sa.String(40))
    survey_sha256: Mapped[str] = mapped_column(sa.String(64))
    pages: Mapped[list[Any]]
    points_sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]


class LeakDrill(Base):
    """Pictures of one copy, taken on purpose through one channel of the organisation's own machines."""

    __tablename__ = "leak_drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(60), index=True)
    copy_id: Mapped[int] = mapped_column(sa.ForeignKey("copy.id"))
    simulated: Mapped[bool]
    parameters: Mapped[dict[str, Any]]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    copy: Mapped[Copy] = relationship()
    opened_by: Mapped[Person] = relationship()
    shots: Mapped[list["DrillShot"]] = relationship(back_populates="drill", order_by="DrillShot.number")


class DrillShot(Base):
    """One picture of a drill and what the reader made of it, once it was read."""

    __tablename__ = "drill_shot"
    __table_args__ = (sa.UniqueConstraint("drill_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    drill_id: Mapped[int] = mapped_column(sa.ForeignKey("leak_drill.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    outcome: Mapped[DrillOutcome | None] = mapped_column(words(DrillOutcome))
    log10_chance: Mapped[float | None] = mapped_column(sa.Double())

    drill: Mapped[LeakDrill] = relationship(back_populates="shots")
