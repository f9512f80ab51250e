"""Who answers for a copy: now, at an instant, and as a chain; ``rules.custody`` derives it from the movements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Movement, Person
from registry.rows import link
from registry.rules import custody
from registry.rules.custody import Span
from registry.rules.words import MovementKind


@dataclass(frozen=True)
class Custody(Span):
    """One stretch of custody; ``until_at`` is None while it lasts."""

    copy_id: int
    seq: int
    kind: MovementKind
    name_zh: str | None
    name_en: str | None
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
        movement.copy_id: _custody(
            Span(movement.custodian, movement.person_id, movement.moved_at, None), movement, name_zh, name_en
        )
        for movement, name_zh, name_en in rows
    }


def custody_chain(session: Session, copy_id: int) -> tuple[Custody, ...]:
    """Return every stretch of custody of a copy, oldest first; each ends where the next begins.

    Raises:
        BrokenCustody: the movements on record are no chain; somebody has changed them.
    """
    rows = session.execute(
        sa.select(Movement, Person.name_zh, Person.name_en)
        .outerjoin(Person, Movement.person_id == Person.id)
        .where(Movement.copy_id == copy_id)
        .order_by(Movement.seq)
    ).all()
    spans = custody.spans([link(movement) for movement, _, _ in rows])
    return tuple(
        _custody(span, movement, name_zh, name_en)
        for span, (movement, name_zh, name_en) in zip(spans, rows, strict=True)
    )


def custody_at(session: Session, copy_id: int, at: datetime) -> Custody | None:
    """Return who answered for the copy at ``at``, or None when there was no paper, yet or any more."""
    return custody.custodian_at(at, custody_chain(session, copy_id))


def _custody(span: Span, movement: Movement, name_zh: str | None, name_en: str | None) -> Custody:
    return Custody(
        custodian=span.custodian,
        person_id=span.person_id,
        since_at=span.since_at,
        until_at=span.until_at,
        copy_id=movement.copy_id,
        seq=movement.seq,
        kind=movement.kind,
        name_zh=name_zh,
        name_en=name_en,
        due_at=movement.due_at,
    )
