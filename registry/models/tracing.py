"""Trace cases: a sealed picture, the runs over it, and what they say."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base, words
from registry.models.copies import Copy
from registry.models.people import Person
from registry.rules.words import CaseState


class TraceCase(Base):
    """A leak that is being traced from a picture, sealed by its hash; ``pictures`` names one per page for screens."""

    __tablename__ = "trace_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    picture_name: Mapped[str] = mapped_column(sa.String(200))
    picture_sha256: Mapped[str] = mapped_column(sa.String(64))
    pictures: Mapped[list[Any]]
    state: Mapped[CaseState] = mapped_column(words(CaseState), index=True)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    leak_at: Mapped[datetime | None]

    opened_by: Mapped[Person] = relationship()
    runs: Mapped[list["TraceRun"]] = relationship(back_populates="case", order_by="TraceRun.id")


class TraceRun(Base):
    """One run of the reader over the picture of a case; every run is kept."""

    __tablename__ = "trace_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("trace_case.id"), index=True)
    state: Mapped[CaseState] = mapped_column(words(CaseState))
    parameters: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("copy.id"), index=True)
    page: Mapped[int | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    case: Mapped[TraceCase] = relationship(back_populates="runs")
    copy: Mapped[Copy | None] = relationship()
