"""What is under way to a plant as guards may see it, and what was wrong with bags as the security officer sees it.

Law: neither tells a title, a document or a copy's holder.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry.models import BagIncident, DestructionList
from registry.rules.words import BagFault, BagState, DestructionPart, DestructionState
from registry.views.holdings import Name, name


@dataclass(frozen=True)
class BagOnTheWay:
    """A bag of a list that its escorts have signed for."""

    seal_no: str
    state: BagState


@dataclass(frozen=True)
class Transport:
    """A list on its way: its bags and who takes them, by staff number."""

    list_id: int
    plant: str
    handed_at: datetime
    escorts: tuple[str, ...]
    bags: tuple[BagOnTheWay, ...]


@dataclass(frozen=True)
class IncidentRow:
    """Something wrong with a bag, and what was done about it."""

    id: int
    list_id: int | None
    seal_no: str | None
    code: str | None
    fault: BagFault
    what: str
    reported_by: Name
    reported_at: datetime
    measures: str
    settled_by: Name | None
    settled_at: datetime | None


def transports(session: Session) -> tuple[Transport, ...]:
    """Return what is on its way to a plant, longest first."""
    rows = session.scalars(
        sa.select(DestructionList)
        .where(DestructionList.state == DestructionState.EN_ROUTE)
        .order_by(DestructionList.handed_at)
    )
    return tuple(
        Transport(
            list_id=row.id,
            plant=row.plant.name if row.plant else "",
            handed_at=row.handed_at or row.created_at,
            escorts=tuple(
                sorted(one.person.staff_no for one in row.signatures if one.part is DestructionPart.ESCORT)
            ),
            bags=tuple(
                BagOnTheWay(bag.seal_no, bag.state) for bag in row.bags if bag.state is not BagState.OPENED
            ),
        )
        for row in rows
    )


def incidents(session: Session, *, list_id: int | None = None) -> tuple[IncidentRow, ...]:
    """Return what was wrong with bags, those that nobody has settled first, newest first within."""
    query = (
        sa.select(BagIncident)
        .options(
            joinedload(BagIncident.bag),
            joinedload(BagIncident.copy),
            joinedload(BagIncident.reported_by),
            joinedload(BagIncident.settled_by),
        )
        .order_by(BagIncident.settled_at.is_not(None), BagIncident.id.desc())
    )
    if list_id is not None:
        query = query.where(BagIncident.list_id == list_id)
    return tuple(_incident(row) for row in session.scalars(query))


def _incident(row: BagIncident) -> IncidentRow:
    return IncidentRow(
        id=row.id,
        list_id=row.list_id,
        seal_no=row.bag.seal_no if row.bag else None,
        code=row.copy.code if row.copy else None,
        fault=row.fault,
        what=row.what,
        reported_by=name(row.reported_by),
        reported_at=row.reported_at,
        measures=row.measures,
        settled_by=name(row.settled_by) if row.settled_by else None,
        settled_at=row.settled_at,
    )
