"""Sealed bags as the acts around them reach them, and what is wrong with one as an incident.

What a bag goes through is decided in ``rules.plant``, and done in ``acts.packing``, ``acts.escorting``,
``acts.baggates`` and ``acts.arrivals``.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import BagIncident, Copy, DestructionBag
from registry.rules.limits import REASON_LIMIT
from registry.rules.plant import BagStep, next_bag_state
from registry.rules.roles import Actor
from registry.rules.texts import parse_line
from registry.rules.words import BagFault


def locked_bags(session: Session, list_id: int) -> list[DestructionBag]:
    """Return the bags of a list, oldest first, locked until the transaction ends."""
    return list(
        session.scalars(
            sa.select(DestructionBag)
            .where(DestructionBag.list_id == list_id)
            .order_by(DestructionBag.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def open_up(bag: DestructionBag, reason: str, *, actor: Actor, second: Actor | None, now: datetime) -> None:
    """Write down that a bag was opened; its seal is used up."""
    bag.state = next_bag_state(bag.state, BagStep.OPEN)
    bag.opened_by_id = actor.person_id
    bag.opened_with_id = None if second is None else second.person_id
    bag.opened_at = now
    bag.opening = reason


def record_bag(
    session: Session, kind: str, bag: DestructionBag, *, actor: Actor, now: datetime, **facts: log.Loggable
) -> None:
    """Record what happened to a bag."""
    log.append(
        session,
        f"bag.{kind}",
        f"destruction:{bag.list_id}",
        actor=actor,
        now=now,
        bag=bag.id,
        seal=bag.seal_no,
        state=str(bag.state),
        **facts,
    )


def report_incident(
    session: Session,
    fault: BagFault,
    what: str,
    *,
    list_id: int | None,
    bag: DestructionBag | None = None,
    copy: Copy | None = None,
    actor: Actor,
    now: datetime,
) -> BagIncident:
    """Write down what is wrong with a bag; the caller records it with `record_incident` once all rows are written."""
    made = BagIncident(
        list_id=list_id,
        bag_id=None if bag is None else bag.id,
        copy_id=None if copy is None else copy.id,
        fault=fault,
        what=parse_line(what, field="what", limit=REASON_LIMIT),
        reported_by_id=actor.person_id,
        reported_at=now,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    return made


def record_incident(session: Session, made: BagIncident, *, actor: Actor, now: datetime) -> None:
    """Record an incident."""
    log.append(
        session,
        "bag.incident-reported",
        f"bag-incident:{made.id}",
        actor=actor,
        now=now,
        fault=str(made.fault),
        list=made.list_id,
        bag=made.bag_id,
        copy=None if made.copy is None else made.copy.code,
        what=log.private(made.what),
    )
