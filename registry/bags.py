"""Sealed bags as the acts around them reach them, copies that lie outside theirs, and what is wrong as an incident.

Law: a bag that a copy was found outside of is not trusted until it is opened; what people signed for is worthless then.
What a bag goes through is decided in ``rules.plant``, and done in ``acts.packing``, ``acts.escorting``,
``acts.baggates`` and ``acts.arrivals``.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import BagIncident, Copy, DestructionBag, DestructionItem, DestructionList
from registry.rows import get_row
from registry.rules.limits import REASON_LIMIT
from registry.rules.plant import BagStep, next_bag_state
from registry.rules.roles import Actor
from registry.rules.texts import parse_line
from registry.rules.words import BagFault, BagState, DestructionState, ItemEnd


@dataclass(frozen=True)
class Packed:
    """A copy on record in a sealed bag of a list that is not over."""

    listed: DestructionList
    item: DestructionItem
    bag: DestructionBag


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


def locked_packed(session: Session, code: str) -> Packed | None:
    """Return in which bag a copy is on record, its list and the bags locked; they are locked before the copy.

    A list that is over, or has told what became of the copy, has it in no bag any more.
    """
    list_id = session.scalar(
        sa.select(DestructionItem.list_id)
        .join(DestructionList, DestructionItem.list_id == DestructionList.id)
        .join(Copy, DestructionItem.copy_id == Copy.id)
        .where(
            Copy.code == code,
            DestructionItem.bag_id.is_not(None),
            DestructionItem.ended_as.is_(None),
            DestructionList.state.in_((DestructionState.SUBMITTED, DestructionState.EN_ROUTE)),
        )
    )
    if list_id is None:
        return None
    listed = get_row(session, DestructionList, list_id, lock=True)
    bags = {bag.id: bag for bag in locked_bags(session, list_id)}
    session.refresh(listed, ["items"])  # the list may have gone on while its lock was waited for
    item = next(item for item in listed.items if item.copy.code == code)
    is_over = listed.state not in {DestructionState.SUBMITTED, DestructionState.EN_ROUTE}
    if is_over or item.bag_id is None or item.ended_as is not None:
        return None
    return Packed(listed, item, bags[item.bag_id])


def take_astray(session: Session, packed: Packed, what: str, *, actor: Actor, now: datetime) -> BagIncident:
    """Take a copy out of the bag that it lies outside of; return the incident, for `record_incident`.

    Before the bags are handed over it stays on the list and is packed again; after that it is kept in the house.
    """
    listed, item, bag = packed.listed, packed.item, packed.bag
    if bag.state in {BagState.SEALED, BagState.HANDED}:
        bag.state = next_bag_state(bag.state, BagStep.STOP)
    unpack(item)
    if listed.state is DestructionState.EN_ROUTE:
        item.ended_as = ItemEnd.KEPT
    else:
        drop_signatures(session, listed)
    return report_incident(
        session,
        BagFault.COPY_ASTRAY,
        what,
        list_id=listed.id,
        bag=bag,
        copy=item.copy,
        actor=actor,
        now=now,
    )


def unpack(item: DestructionItem) -> None:
    """Take a copy out of its bag; it lies in nobody's open bag until it is scanned again."""
    item.bag, item.presented_at, item.presented_by_id = None, None, None


def drop_signatures(session: Session, listed: DestructionList) -> None:
    """Make worthless what people signed for: it is not what lies there any more."""
    for signature in listed.signatures:
        session.delete(signature)
    session.flush()  # so that the list is seen without them
    session.refresh(listed, ["signatures"])


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
