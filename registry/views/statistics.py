"""The figures of a year, per issuing unit and level: what happened in it, and what stands now.

Each figure is one grouped query over the tables that the acts write; none is kept beside them, so none can differ.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import ApprovalRequest, Copy, Document, Loss, Movement, Recall, RecallItem
from registry.rules.levels import LEVELS, Scheme
from registry.rules.lifecycle import MISSING, PAPERLESS, WITH_HOLDER
from registry.rules.words import Custodian, MovementKind, RequestState
from registry.views.people import UnitName, unit_names

Key: TypeAlias = tuple[int, str, str]
"""Issuing unit, scheme and level."""


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
    """Return the figures of every unit and level that has documents; by unit, highest level first.

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

    of_copy = Copy.document_id == Document.id
    counted = {
        "registered": _per(sa.func.count(Document.id)).where(within(Document.registered_at)),
        "minted": _per(sa.func.count(Copy.id)).join(Copy, of_copy).where(within(Copy.minted_at)),
        "returned": _per(sa.func.count(Movement.id))
        .join(Copy, of_copy)
        .join(Movement, Movement.copy_id == Copy.id)
        .where(Movement.kind == MovementKind.RETURN, within(Movement.moved_at)),
        "recalled": _per(sa.func.count(RecallItem.copy_id))
        .join(Copy, of_copy)
        .join(RecallItem, RecallItem.copy_id == Copy.id)
        .join(Recall, RecallItem.recall_id == Recall.id)
        .where(within(Recall.opened_at)),
        "destroyed": _per(sa.func.count(Movement.id))
        .join(Copy, of_copy)
        .join(Movement, Movement.copy_id == Copy.id)
        .where(Movement.kind == MovementKind.DESTROYED, within(Movement.moved_at)),
        "lost": _per(sa.func.count(Loss.id))
        .join(Copy, of_copy)
        .join(Loss, Loss.copy_id == Copy.id)
        .where(within(Loss.missed_at)),
        "live": _per(sa.func.count(Copy.id))
        .join(Copy, of_copy)
        .where(Copy.state.not_in(PAPERLESS | MISSING)),
        "out": _per(sa.func.count(Copy.id)).join(Copy, of_copy).where(Copy.state.in_(WITH_HOLDER)),
        "overdue": _per(sa.func.count(Movement.id))
        .join(Copy, of_copy)
        .join(Movement, Movement.copy_id == Copy.id)
        .where(newest, Movement.custodian == Custodian.PERSON, Movement.due_at < now),
        "waiting": _per(sa.func.count(ApprovalRequest.id))
        .join(ApprovalRequest, ApprovalRequest.document_id == Document.id)
        .where(ApprovalRequest.state == RequestState.OPEN),
    }
    figures: dict[Key, dict[str, int]] = {}
    for name, query in counted.items():
        for unit_id, scheme, level, number in session.execute(query):
            figures.setdefault((unit_id, scheme, level), {})[name] = number
    since = {
        (unit_id, scheme, level): asked_at
        for unit_id, scheme, level, asked_at in session.execute(
            _per(sa.func.min(ApprovalRequest.requested_at))
            .join(ApprovalRequest, ApprovalRequest.document_id == Document.id)
            .where(ApprovalRequest.state == RequestState.OPEN)
        )
    }
    units = unit_names(session, {unit_id for unit_id, _, _ in figures})
    rows = [
        StatisticsRow(
            unit=units[key[0]],
            scheme=key[1],
            level=key[2],
            figures=Figures(**{name: found.get(name, 0) for name in counted}, waiting_since=since.get(key)),
        )
        for key, found in figures.items()
    ]
    return tuple(sorted(rows, key=_place))


def _per(number: Any) -> sa.Select[int, str, str, Any]:  # noqa: ANN401 - a count or an instant
    """Return a query of one number per issuing unit and level."""
    group = (Document.issuing_unit_id, Document.scheme, Document.level)
    return sa.select(*group, number).select_from(Document).group_by(*group)


def _place(row: StatisticsRow) -> tuple[str, str, int]:
    order = [level.code for level in LEVELS[Scheme(row.scheme)]]
    return row.unit.code, row.scheme, order.index(row.level)
