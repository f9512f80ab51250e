"""Who answers for a copy, derived from its movements: now, at an instant, and as a chain."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Movement, Person
from registry.rules.words import Custodian, MovementKind


@dataclass(frozen=True)
class Custody:
    """One stretch of custody; ``until_at`` is None while it lasts."""

    copy_id: int
    seq: int
    kind: MovementKind
    custodian: Custodian
    person_id: int | None
    name_zh: str | None
    name_en: str | None
    since_at: datetime
    until_at: datetime | None
    due_at: datetime | None


def custody_now(session: Session, copy_ids: Collection[int]) -> dict[int, Custody]:
    """Return who answers for each of these copies now; a copy without paper is absent."""
    latest = (
        sa.select(Movement.copy_id, sa.func.max(Movement.seq).label("seq"))
        .where(Movement.copy_id.in_(copy_ids))
        .group_by(Movement.copy_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Movement, Person.name_zh, Person.name_en)
        .join(latest, sa.and_(Movement.copy_id == latest.c.copy_id, Movement.seq == latest.c.seq))
        .outerjoin(Person, Movement.person_id == Person.id)
    )
    return {
        movement.copy_id: _custody(movement, name_zh, name_en, None) for movement, name_zh, name_en in rows
    }


def custody_chain(session: Session, copy_id: int) -> tuple[Custody, ...]:
    """Return every stretch of custody of a copy, oldest first; each ends where the next begins."""
    rows = session.execute(
        sa.select(Movement, Person.name_zh, Person.name_en)
        .outerjoin(Person, Movement.person_id == Person.id)
        .where(Movement.copy_id == copy_id)
        .order_by(Movement.seq)
    ).all()
    ends = [movement.moved_at for movement, _, _ in rows[1:]]
    return tuple(_custody(row[0], row[1], row[2], end) for row, end in zip_longest(rows, ends))


def custody_at(session: Session, copy_id: int, at: datetime) -> Custody | None:
    """Return who answered for the copy at ``at``, or None when it did not exist on paper yet."""
    chain = custody_chain(session, copy_id)
    return next((stretch for stretch in reversed(chain) if stretch.since_at <= at), None)


def _custody(
    movement: Movement, name_zh: str | None, name_en: str | None, until_at: datetime | None
) -> Custody:
    return Custody(
        copy_id=movement.copy_id,
        seq=movement.seq,
        kind=movement.kind,
        custodian=movement.custodian,
        person_id=movement.person_id,
        name_zh=name_zh,
        name_en=name_en,
        since_at=movement.moved_at,
        until_at=until_at,
        due_at=movement.due_at,
    )
