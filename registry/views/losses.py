"""Losses with their clocks, as boards and reports show them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Copy, Document, Loss, Unit
from registry.rows import get_row
from registry.rules.clocks import Clocks
from registry.rules.levels import get_level
from registry.rules.loss import LossClocks, LossReport, clocks_of
from registry.views.holdings import CopyLine, Name, copy_line, name
from registry.views.people import UnitName, unit_name


@dataclass(frozen=True)
class LossRow:
    """One loss.

    Attributes:
        holder: Who answered for the copy when it was missed; None for the registry.
        how: How it was noticed, in the words of whoever reported it missing.
        report: What was filed; None before.
        result: What the investigation found; None before.
        explanation: Where the copy was; None until it was found.
    """

    id: int
    copy: CopyLine
    issuing_unit: UnitName
    holder: Name | None
    missed_at: datetime
    missed_by: Name | None
    how: str
    declared_at: datetime | None
    reported_at: datetime | None
    reported_by: Name | None
    report: LossReport | None
    concluded_at: datetime | None
    concluded_by: Name | None
    result: str | None
    found_at: datetime | None
    found_by: Name | None
    approver: Name | None
    explanation: str | None
    clocks: LossClocks


def losses(session: Session, *, now: datetime, clocks: Clocks) -> tuple[LossRow, ...]:
    """Return all losses, those that go on first, the oldest of them first."""
    rows = session.scalars(
        sa.select(Loss)
        .options(selectinload(Loss.copy), selectinload(Loss.holder))
        .order_by(Loss.found_at.is_not(None), Loss.missed_at, Loss.id)
    )
    return tuple(_row(session, row, now=now, clocks=clocks) for row in rows)


def one_loss(session: Session, loss_id: int, *, now: datetime, clocks: Clocks) -> LossRow:
    """Return one loss.

    Raises:
        UnknownRow: there is none under this id.
    """
    return _row(session, get_row(session, Loss, loss_id), now=now, clocks=clocks)


def loss_of_copy(session: Session, code: str, *, now: datetime, clocks: Clocks) -> LossRow | None:
    """Return the loss of a copy that goes on, if there is one."""
    row = session.scalar(
        sa.select(Loss).join(Copy, Loss.copy_id == Copy.id).where(Copy.code == code, Loss.found_at.is_(None))
    )
    return None if row is None else _row(session, row, now=now, clocks=clocks)


def _row(session: Session, row: Loss, *, now: datetime, clocks: Clocks) -> LossRow:
    document = session.get_one(Document, row.copy.document_id)
    return LossRow(
        id=row.id,
        copy=copy_line(row.copy, document),
        issuing_unit=unit_name(session.get_one(Unit, document.issuing_unit_id)),
        holder=None if row.holder is None else name(row.holder),
        missed_at=row.missed_at,
        missed_by=None if row.missed_by is None else name(row.missed_by),
        how=row.how,
        declared_at=row.declared_at,
        reported_at=row.reported_at,
        reported_by=None if row.reported_by is None else name(row.reported_by),
        report=None if row.reported_at is None else _said(row),
        concluded_at=row.concluded_at,
        concluded_by=None if row.concluded_by is None else name(row.concluded_by),
        result=row.result,
        found_at=row.found_at,
        found_by=None if row.found_by is None else name(row.found_by),
        approver=None if row.approver is None else name(row.approver),
        explanation=row.explanation,
        clocks=clocks_of(
            get_level(document.scheme, document.level).handling,
            missed_at=row.missed_at,
            reported_at=row.reported_at,
            concluded_at=row.concluded_at,
            found_at=row.found_at,
            now=now,
            clocks=clocks,
        ),
    )


def _said(row: Loss) -> LossReport:
    return LossReport(
        discovered=row.discovered or "",
        responsible=row.responsible or "",
        course=row.course or "",
        harm=row.harm or "",
        investigation=row.investigation or "",
        remedies=row.remedies or "",
    )
