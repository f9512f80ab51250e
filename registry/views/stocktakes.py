"""Stocktakes as lists, the counting screen and the report show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Copy, Document, Person, Stocktake, StocktakeItem, StocktakeScan
from registry.rows import get_row
from registry.rules.lifecycle import State
from registry.rules.stocktake import Bucket, Place, Scope, StocktakeState, Tally, tally_of
from registry.views.holdings import CopyLine, Name, copy_line, name
from registry.views.people import UnitName, unit_name


@dataclass(frozen=True)
class StocktakeRow:
    """A count in the overview; the sides of the scope that are open are None."""

    id: int
    state: StocktakeState
    place: Place
    unit: UnitName | None
    document: str | None
    scheme: str | None
    level: str | None
    holder: Name | None
    reason: str
    opened_by: Name
    opened_at: datetime
    closed_at: datetime | None
    second: Name | None
    tally: Tally


@dataclass(frozen=True)
class MissedCopy:
    """An expected copy that was not seen: where the register had it at the beginning, and has it now."""

    copy: CopyLine
    state_then: State
    holder: Name | None
    reported_at: datetime | None


@dataclass(frozen=True)
class StrayCopy:
    """A copy that was seen and not expected, and where the register had it at that moment."""

    copy: CopyLine
    bucket: Bucket
    state_then: State
    holder: Name | None
    scanned_at: datetime


@dataclass(frozen=True)
class StocktakeView:
    """A count with what it missed and what it found besides.

    Attributes:
        head: What the overview tells.
        missed: What was expected and not seen, as many as were asked for; while counting, what is still to be found.
        strays: Copies in the wrong place or unexpected, oldest scan first.
        unknown: The texts that named no copy of ours, each once.
        counters: Who scanned.
    """

    head: StocktakeRow
    missed: tuple[MissedCopy, ...]
    strays: tuple[StrayCopy, ...]
    unknown: tuple[str, ...]
    counters: tuple[Name, ...]


def stocktakes(session: Session) -> tuple[StocktakeRow, ...]:
    """Return all counts, newest first."""
    rows = session.scalars(
        sa.select(Stocktake)
        .options(
            selectinload(Stocktake.unit), selectinload(Stocktake.document), selectinload(Stocktake.holder)
        )
        .order_by(Stocktake.id.desc())
    ).all()
    counts = _counts(session, [row.id for row in rows])
    return tuple(_head(row, tally_of(row.expected, counts.get(row.id, {}))) for row in rows)


def one_stocktake(session: Session, stocktake_id: int, *, most_missed: int | None = None) -> StocktakeView:
    """Return one count.

    Args:
        session: Any session.
        stocktake_id: Which.
        most_missed: How many of the missed copies are listed; all of them unless given.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, Stocktake, stocktake_id)
    scanned = sa.select(StocktakeScan.scanned_by_id).where(StocktakeScan.stocktake_id == row.id).distinct()
    counters = session.scalars(sa.select(Person).where(Person.id.in_(scanned)).order_by(Person.staff_no))
    return StocktakeView(
        head=_head(row, tally_now(session, row)),
        missed=_missed(session, row.id, most_missed),
        strays=_strays(session, row.id),
        unknown=_unknown(session, row.id),
        counters=tuple(map(name, counters)),
    )


def head_of(session: Session, stocktake_id: int) -> StocktakeRow:
    """Return one count without its copies.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, Stocktake, stocktake_id)
    return _head(row, tally_now(session, row))


def tally_now(session: Session, row: Stocktake) -> Tally:
    """Return what a count has come to."""
    return tally_of(row.expected, _counts(session, [row.id]).get(row.id, {}))


def scope_of(row: Stocktake) -> Scope:
    """Return the scope of a count as the rules see it."""
    return Scope(
        place=row.place,
        unit_id=row.unit_id,
        document_id=row.document_id,
        scheme=row.scheme,
        level=row.level,
        holder_id=row.holder_id,
    )


def _head(row: Stocktake, tally: Tally) -> StocktakeRow:
    return StocktakeRow(
        id=row.id,
        state=row.state,
        place=row.place,
        unit=None if row.unit is None else unit_name(row.unit),
        document=None if row.document is None else row.document.doc_number,
        scheme=row.scheme,
        level=row.level,
        holder=None if row.holder is None else name(row.holder),
        reason=row.reason,
        opened_by=name(row.opened_by),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        second=None if row.second is None else name(row.second),
        tally=tally,
    )


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[Bucket, int]]:
    query = (
        sa.select(StocktakeScan.stocktake_id, StocktakeScan.bucket, sa.func.count())
        .where(StocktakeScan.stocktake_id.in_(ids))
        .group_by(StocktakeScan.stocktake_id, StocktakeScan.bucket)
    )
    found: dict[int, dict[Bucket, int]] = {}
    for stocktake_id, bucket, number in session.execute(query):
        found.setdefault(stocktake_id, {})[bucket] = number
    return found


def _missed(session: Session, stocktake_id: int, most: int | None) -> tuple[MissedCopy, ...]:
    query: sa.Select[StocktakeItem, Copy, Document, Person | None] = (
        sa.select(StocktakeItem, Copy, Document, Person)
        .join(Copy, StocktakeItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Person, StocktakeItem.person_id == Person.id)
        .where(StocktakeItem.stocktake_id == stocktake_id, StocktakeItem.counted_at.is_(None))
        .order_by(Document.id, Copy.copy_no)
        .limit(most)
    )
    return tuple(
        MissedCopy(
            copy=copy_line(copy, document),
            state_then=item.state,
            holder=None if person is None else name(person),
            reported_at=item.reported_at,
        )
        for item, copy, document, person in session.execute(query)
    )


def _strays(session: Session, stocktake_id: int) -> tuple[StrayCopy, ...]:
    query: sa.Select[StocktakeScan, Copy, Document, Person | None] = (
        sa.select(StocktakeScan, Copy, Document, Person)
        .join(Copy, StocktakeScan.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Person, StocktakeScan.person_id == Person.id)
        .where(
            StocktakeScan.stocktake_id == stocktake_id,
            StocktakeScan.bucket.in_((Bucket.WRONG_PLACE, Bucket.UNEXPECTED)),
        )
        .order_by(StocktakeScan.id)
    )
    return tuple(
        StrayCopy(
            copy=copy_line(copy, document),
            bucket=scan.bucket,
            state_then=scan.state or copy.state,
            holder=None if person is None else name(person),
            scanned_at=scan.scanned_at,
        )
        for scan, copy, document, person in session.execute(query)
    )


def _unknown(session: Session, stocktake_id: int) -> tuple[str, ...]:
    texts = session.scalars(
        sa.select(StocktakeScan.raw)
        .where(StocktakeScan.stocktake_id == stocktake_id, StocktakeScan.bucket == Bucket.UNKNOWN)
        .order_by(StocktakeScan.id)
    )
    return tuple(dict.fromkeys(text for text in texts if text))
