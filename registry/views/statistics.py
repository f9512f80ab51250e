"""The figures of a year, per issuing unit and level: what happened in it, and what stands now.

The figures are counted from the tables that the acts write; none is kept beside them, so none can differ. Law: every
figure is counted document by document, along the indexes. Grouping the copies themselves would have the database sort
all of them, which takes memory for each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import ApprovalRequest, Copy, Document, Loss, Movement, Recall, RecallItem
from registry.rules.levels import LEVELS, Scheme
from registry.rules.lifecycle import MISSING, PAPERLESS, WITH_HOLDER
from registry.rules.words import Custodian, MovementKind, RequestState
from registry.views.people import UnitName, unit_names


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one unit and level.

    Attributes:
        registered, minted, returned, recalled, destroyed, lost: In the year; a loss counts although the copy was found.
        live, out, overdue, waiting: Now: copies with paper that nobody misses, with people, past their due time;
            requests that wait for agreement.
        waiting_since: When the oldest of those was asked.
    """

    registered: int
    minted: int
    returned: int
    recalled: int
    destroyed: int
    lost: int
    live: int
    out: int
    overdue: int
    waiting: int
    waiting_since: datetime | None


@dataclass(frozen=True)
class StatisticsRow:
    """One line of the statistics."""

    unit: UnitName
    scheme: str
    level: str
    figures: Figures


def statistics(
    session: Session, from_at: datetime, until_at: datetime, *, now: datetime
) -> tuple[StatisticsRow, ...]:
    """Return the figures of every unit and level that has any; by unit, highest level first.

    Args:
        session: Any session.
        from_at: The first instant of the year.
        until_at: The first instant of the next.
        now: When what stands now is looked at.
    """
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)

    def within(at: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a column of any table
        return sa.and_(at >= from_at, at < until_at)

    copies = sa.select(sa.func.count()).select_from(Copy).where(Copy.document_id == Document.id)
    moved = copies.join(Movement, Movement.copy_id == Copy.id)
    lost = (  # few, and without an index by copy: they are gathered first
        sa.select(Copy.document_id, sa.func.count().label("number"))
        .join(Loss, Loss.copy_id == Copy.id)
        .where(within(Loss.missed_at))
        .group_by(Copy.document_id)
        .subquery()
    )
    waiting = sa.and_(ApprovalRequest.document_id == Document.id, ApprovalRequest.state == RequestState.OPEN)
    counted: dict[str, sa.ColumnElement[int]] = {
        "registered": sa.case((within(Document.registered_at), 1), else_=0),
        "minted": copies.where(within(Copy.minted_at)).scalar_subquery(),
        "returned": moved.where(
            Movement.kind == MovementKind.RETURN, within(Movement.moved_at)
        ).scalar_subquery(),
        "recalled": copies.join(RecallItem, RecallItem.copy_id == Copy.id)
        .join(Recall, RecallItem.recall_id == Recall.id)
        .where(within(Recall.opened_at))
        .scalar_subquery(),
        "destroyed": moved.where(
            Movement.kind == MovementKind.DESTROYED, within(Movement.moved_at)
        ).scalar_subquery(),
        "lost": sa.func.coalesce(lost.c.number, 0),
        "live": copies.where(Copy.state.not_in(PAPERLESS | MISSING)).scalar_subquery(),
        "out": copies.where(Copy.state.in_(WITH_HOLDER)).scalar_subquery(),
        "overdue": moved.where(
            newest, Movement.custodian == Custodian.PERSON, Movement.due_at < now
        ).scalar_subquery(),
        "waiting": sa.select(sa.func.count()).where(waiting).scalar_subquery(),
    }
    waiting_since = sa.select(sa.func.min(ApprovalRequest.requested_at)).where(waiting).scalar_subquery()
    group = (Document.issuing_unit_id, Document.scheme, Document.level)
    found = session.execute(
        sa.select(
            *group,
            *(sa.func.sum(number).label(name) for name, number in counted.items()),
            sa.func.min(waiting_since).label("waiting_since"),
        )
        .outerjoin(lost, lost.c.document_id == Document.id)
        .group_by(*group)
    ).mappings()
    told = [row for row in found if any(row[name] for name in counted)]
    units = unit_names(session, {row["issuing_unit_id"] for row in told})
    rows = [
        StatisticsRow(
            unit=units[row["issuing_unit_id"]],
            scheme=row["scheme"],
            level=row["level"],
            figures=Figures(**{name: int(row[name]) for name in counted}, waiting_since=row["waiting_since"]),
        )
        for row in told
    ]
    return tuple(sorted(rows, key=_place))


def _place(row: StatisticsRow) -> tuple[str, str, int]:
    order = [level.code for level in LEVELS[Scheme(row.scheme)]]
    return row.unit.code, row.scheme, order.index(row.level)
