"""What a person who leaves still has, and who was cleared."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from registry.models import (
    Account,
    AccountRole,
    Clearance,
    Copy,
    Movement,
)
from registry.rows import get_row
from registry.rules.leaving import OBSTACLES_BY_STATE, Obstacle
from registry.rules.lifecycle import State
from registry.rules.roles import Role
from registry.rules.words import Custodian
from registry.views.belongings import Belonging, belongings
from registry.views.holdings import Holding, Name, holdings, name
from registry.views.people import PersonRow, UnitName, person, unit_name


@dataclass(frozen=True)
class Standing:
    """What a person still has.

    Attributes:
        obstacles: How much of each; what does not occur is absent.
        holdings: Every copy they answer for, lost ones as well.
        belongings: Everything else under their name, roles apart.
        lost: How many of those copies were declared lost.
        returned: How many copies they once had and have not any more.
    """

    row: PersonRow
    obstacles: Mapping[Obstacle, int]
    holdings: tuple[Holding, ...]
    belongings: tuple[Belonging, ...]
    lost: int
    returned: int

    @property
    def is_clear(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacles


@dataclass(frozen=True)
class ClearanceRow:
    """One person who was cleared."""

    id: int
    person: Name
    unit: UnitName
    reason: str
    returned: int
    lost: int
    accounts: int
    cleared_by: Name
    cleared_at: datetime


def standing(session: Session, person_id: int, *, now: datetime) -> Standing:
    """Return what a person still has.

    Raises:
        UnknownRow: there is no such person.
    """
    states = _states(session, person_id)
    things = belongings(session, person_id, now=now)
    counts = Counter(thing.obstacle for thing in things)
    counts.update({obstacle: states.get(state, 0) for state, obstacle in OBSTACLES_BY_STATE.items()})
    counts[Obstacle.OFFICE] = _offices(session, person_id)
    had = session.scalar(
        sa.select(sa.func.count(sa.distinct(Movement.copy_id))).where(
            Movement.custodian == Custodian.PERSON, Movement.person_id == person_id
        )
    )
    return Standing(
        row=person(session, person_id),
        obstacles={obstacle: counts[obstacle] for obstacle in Obstacle if counts[obstacle]},
        holdings=holdings(session, person_id=person_id),
        belongings=things,
        lost=states.get(State.LOST, 0),
        returned=(had or 0) - sum(states.values()),
    )


def clearances(session: Session) -> tuple[ClearanceRow, ...]:
    """Return who was cleared, newest first."""
    rows = session.scalars(
        sa.select(Clearance)
        .options(selectinload(Clearance.person), selectinload(Clearance.unit))
        .order_by(Clearance.id.desc())
    )
    return tuple(map(_row, rows))


def one_clearance(session: Session, clearance_id: int) -> ClearanceRow:
    """Return one clearance.

    Raises:
        UnknownRow: there is none under this id.
    """
    return _row(get_row(session, Clearance, clearance_id))


def _row(row: Clearance) -> ClearanceRow:
    return ClearanceRow(
        id=row.id,
        person=name(row.person),
        unit=unit_name(row.unit),
        reason=row.reason,
        returned=row.returned,
        lost=row.lost,
        accounts=row.accounts,
        cleared_by=name(row.cleared_by),
        cleared_at=row.cleared_at,
    )


def _states(session: Session, person_id: int) -> dict[State, int]:
    """Return how many copies the person answers for, by state."""
    later = aliased(Movement)
    rows = session.execute(
        sa.select(Copy.state, sa.func.count())
        .join(Movement, Movement.copy_id == Copy.id)
        .where(
            Movement.custodian == Custodian.PERSON,
            Movement.person_id == person_id,
            ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq),
        )
        .group_by(Copy.state)
    )
    return {state: number for state, number in rows}  # noqa: C416 - a row is no pair for the type checker


def _offices(session: Session, person_id: int) -> int:
    query = (
        sa.select(sa.func.count(sa.distinct(AccountRole.role)))
        .join(Account, AccountRole.account_id == Account.id)
        .where(Account.person_id == person_id, Account.active, AccountRole.role != Role.HOLDER)
    )
    return session.scalar(query) or 0
