"""Everything a verdict at a gate may depend on, gathered from the register; what follows is for ``rules/gate``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Copy, Document, GateEvent, Permit
from registry.recalling import recalled
from registry.rows import get_row
from registry.rules import gate as gate_rules
from registry.rules.gate import KnownCopy, Proof, Situation
from registry.rules.levels import get_level
from registry.rules.words import Direction, PermitState
from registry.ruling import in_force

TRAVEL: Final = timedelta(minutes=2)
"""Least time between two gates of one site on foot; ours, long enough to tell a cloned code from a walk."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What stands before the guard, apart from the copy itself; ``carriers`` are persons by id."""

    gate_id: int
    direction: Direction
    proof: Proof
    carriers: frozenset[int]
    pages_counted: int | None


def find_situation(session: Session, copy: Copy | None, shown: Shown, *, now: datetime) -> Situation:
    """Return what is known of a copy at a gate; the copy should be locked if something follows from it."""
    rules = in_force(session, now)
    return Situation(
        direction=shown.direction,
        gate_id=shown.gate_id,
        at=now,
        proof=shown.proof,
        copy=None if copy is None else _known(session, copy),
        permits=() if copy is None else _permits(session, copy),
        carriers=shown.carriers,
        pages_counted=shown.pages_counted,
        last_seen=None if copy is None else _last_elsewhere(session, copy, shown.gate_id),
        clocks=rules.clocks,
        colours=rules.colours,
    )


def _known(session: Session, copy: Copy) -> KnownCopy:
    document = get_row(session, Document, copy.document_id)
    is_recalled = document.id in recalled(session, [document.id])
    return KnownCopy(copy.state, get_level(document.scheme, document.level).handling, copy.pages, is_recalled)


def _permits(session: Session, copy: Copy) -> tuple[gate_rules.Permit, ...]:
    query = (
        sa.select(Permit)
        .options(selectinload(Permit.carriers))
        .where(Permit.copy_id == copy.id, Permit.state != PermitState.REVOKED)
        .order_by(Permit.id)
        .execution_options(populate_existing=True)
    )
    return tuple(
        gate_rules.Permit(
            permit.id,
            permit.gate_id,
            permit.opens_at,
            permit.closes_at,
            frozenset(carrier.person_id for carrier in permit.carriers),
            is_used=permit.state is not PermitState.OPEN,
        )
        for permit in session.scalars(query)
    )


def _last_elsewhere(session: Session, copy: Copy, gate_id: int) -> gate_rules.Sighting | None:
    last = session.scalar(
        sa.select(GateEvent)
        .where(GateEvent.copy_id == copy.id, GateEvent.gate_id != gate_id)
        .order_by(GateEvent.id.desc())
        .limit(1)
    )
    return gate_rules.Sighting(last.happened_at, last.gate_id, TRAVEL) if last else None
