"""A plant's receipt ends a list: copies of intact bags are destroyed, all others are accounted for.

Laws: the receipt tells of every bag that left, and of no other; whoever enters it neither asked for nor approved the
list, nor escorted its bags; a receipt ends one list; what stayed in the house goes back to where it was. Copies of bags
that arrived broken or not at all are missed by the act that misses any copy, in the same deed: `receive` names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry import consent
from registry.bags import locked_bags, open_up, record_bag, record_incident, report_incident
from registry.disposal import ListClosed, locked_items, record_step
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import BagIncident, Copy, DestructionBag, DestructionItem, DestructionList, PlantReceipt
from registry.rows import flush_unique, get_row, move
from registry.rules import lifecycle, plant, roles
from registry.rules.lifecycle import MISSING, Step
from registry.rules.plant import ARRIVAL_STEPS, IN_THE_HOUSE, Arrival, Tally, next_bag_state, parse_seal
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key
from registry.rules.words import (
    BagFault,
    BagState,
    Custodian,
    DestructionState,
    ItemEnd,
    MovementKind,
)
from registry.vouching import people_of

RECEIPT_LIMIT: Final = 80
HEAVIEST_G: Final = 50_000_000
"""Fifty tonnes: more than a lorry carries, so a slip of the keyboard."""

_FAULTS: Final = {
    BagState.BROKEN: (BagFault.SEAL_BROKEN, "seal broken at the plant"),
    BagState.MISSING: (BagFault.BAG_MISSING, "did not arrive at the plant"),
}
_STEPS: Final = {ItemEnd.DESTROYED: Step.DESTROY, ItemEnd.KEPT: Step.UNSEAL}


class NoBagOutside(ConflictError):
    """No bag of the list has left the house."""

    code = "no-bag-outside"


class SealsDiffer(InvalidError):
    """The receipt does not tell of exactly the seals that left."""

    code = "seals-differ"


class ReceiptUnfit(InvalidError):
    """What was entered of a receipt cannot be meant."""

    code = "receipt-unfit"


class ReceiptUsed(ConflictError):
    """A receipt of this plant under this number has ended a list already."""

    code = "receipt-used"


class EscortRecordsReceipt(ConflictError):
    """Whoever escorted the bags does not enter what became of them."""

    code = "escort-records-receipt"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a plant states.

    Attributes:
        number: The number the paper bears.
        destroyed_at: When the plant destroyed what arrived, as the paper says.
        weight_g: What arrived weighed, where the paper says.
        arrivals: What became of each seal.
        scan_sha256: Hash of the scan of the paper.
        scan_kind: ``pdf``, ``png`` or ``jpg``.
    """

    number: str
    destroyed_at: datetime
    weight_g: int | None
    arrivals: Mapping[str, Arrival]
    scan_sha256: str
    scan_kind: str


@dataclass(frozen=True)
class Ended:
    """What a receipt has ended: the count, and the copies that are to be missed now, by seal of their bag."""

    tally: Tally
    to_miss: Mapping[str, str]


def receive(session: Session, list_id: int, receipt: Receipt, *, actor: Actor, now: datetime) -> Ended:
    """Enter a plant's receipt; the list is over with it.

    Raises:
        ListClosed, NoBagOutside: nothing of the list is on its way.
        SealsDiffer: facts ``untold`` and ``unknown`` name the seals.
        ReceiptUnfit: fact ``field`` names what is wrong.
        ReceiptUsed: it has ended a list before.
        EscortRecordsReceipt, ExecutorNotSeparate: the actor has another part in this.
    """
    roles.require(actor, Action.DESTROY)
    listed = get_row(session, DestructionList, list_id, lock=True)
    _require_en_route(listed, actor)
    bags = locked_bags(session, list_id)
    _require_whole(receipt, listed, bags, now)
    copies = {copy.id: copy for copy in locked_items(session, listed)}
    _enter(session, listed, receipt, actor=actor, now=now)
    opened = _settle_bags(bags, receipt.arrivals, actor=actor, now=now)
    told = {bag.id: bag for bag in bags}
    for item in listed.items:
        _end(session, item, copies[item.copy_id], told.get(item.bag_id or 0), actor=actor, now=now)
    count = plant.tally(
        len(listed.items),
        sum(item.bag_id is not None for item in listed.items),
        [item.ended_as for item in listed.items],
    )
    listed.state = DestructionState.DESTROYED if count.destroyed else DestructionState.CANCELLED
    listed.completed_at = now
    incidents = [_incident(session, bag, actor=actor, now=now) for bag in bags if bag.state in _FAULTS]
    session.flush()  # before the ledger is locked
    for bag in opened:
        record_bag(session, "opened", bag, actor=actor, now=now)
    _record_copies(session, listed, copies, actor=actor, now=now)
    for made in incidents:
        record_incident(session, made, actor=actor, now=now)
    _record(session, listed, count, actor=actor, now=now)
    return Ended(count, _to_miss(listed, copies, told))


def _require_en_route(listed: DestructionList, actor: Actor) -> None:
    if listed.state is not DestructionState.EN_ROUTE or listed.request is None:
        raise ListClosed("got a list in another state", state=str(listed.state))
    consent.require_separate(listed.request, actor)
    if any(one.person_id == actor.person_id for one in listed.signatures):
        raise EscortRecordsReceipt(
            "got an escort as the clerk who enters the receipt", person=actor.person_id
        )


def _require_whole(
    receipt: Receipt, listed: DestructionList, bags: list[DestructionBag], now: datetime
) -> None:
    left = {bag.seal_no for bag in bags if bag.state is BagState.OUTSIDE}
    if not left:
        raise NoBagOutside("got a receipt for bags that are in the house")
    told = {parse_seal(seal) for seal in receipt.arrivals}
    if told != left:
        raise SealsDiffer(
            "got a receipt for other seals than left",
            untold=tuple(sorted(left - told)),
            unknown=tuple(sorted(told - left)),
        )
    # Receipts tell the minute.
    left_at = listed.handed_at and listed.handed_at.replace(second=0, microsecond=0)
    if left_at is None or not left_at <= receipt.destroyed_at <= now:
        raise ReceiptUnfit("got a time before the bags left, or to come", field="destroyed_at")
    if receipt.weight_g is not None and not 0 < receipt.weight_g <= HEAVIEST_G:
        raise ReceiptUnfit("got a weight that cannot be", field="weight_g")


def _enter(
    session: Session, listed: DestructionList, receipt: Receipt, *, actor: Actor, now: datetime
) -> None:
    number = parse_key(receipt.number, field="number", limit=RECEIPT_LIMIT)
    session.add(
        PlantReceipt(
            list_id=listed.id,
            plant_id=listed.plant_id,
            number=number,
            destroyed_at=receipt.destroyed_at,
            weight_g=receipt.weight_g,
            scan_sha256=receipt.scan_sha256,
            scan_kind=receipt.scan_kind,
            recorded_by_id=actor.person_id,
            recorded_at=now,
        )
    )
    used = ReceiptUsed("got a receipt that ended a list before", field="number")
    flush_unique(session, {(PlantReceipt.plant_id, PlantReceipt.number): used})


def _settle_bags(
    bags: list[DestructionBag], arrivals: Mapping[str, Arrival], *, actor: Actor, now: datetime
) -> list[DestructionBag]:
    """Write down what became of each bag; return those that never left and are opened."""
    steps = {parse_seal(seal): ARRIVAL_STEPS[arrival] for seal, arrival in arrivals.items()}
    stayed = [bag for bag in bags if bag.state in IN_THE_HOUSE]
    for bag in bags:
        if bag.seal_no in steps:
            bag.state = next_bag_state(bag.state, steps[bag.seal_no])
    for bag in stayed:
        open_up(bag, "", actor=actor, second=None, now=now)
    return stayed


def _end(
    session: Session,
    item: DestructionItem,
    copy: Copy,
    bag: DestructionBag | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if item.ended_as is not None:  # found astray, and kept then
        return
    item.ended_as = plant.end_of(copy.state, None if bag is None else bag.state)
    if item.ended_as in _STEPS:
        copy.state = lifecycle.next_state(copy.state, _STEPS[item.ended_as])
    if item.ended_as is ItemEnd.DESTROYED:
        move(session, copy, MovementKind.DESTROYED, Custodian.NONE, actor=actor, now=now)


def _incident(session: Session, bag: DestructionBag, *, actor: Actor, now: datetime) -> BagIncident:
    fault, what = _FAULTS[bag.state]
    return report_incident(session, fault, what, list_id=bag.list_id, bag=bag, actor=actor, now=now)


def _record_copies(
    session: Session, listed: DestructionList, copies: Mapping[int, Copy], *, actor: Actor, now: datetime
) -> None:
    for item in listed.items:
        # A copy that was kept and has no bag was found astray: that is on record since.
        if item.ended_as in _STEPS and item.bag_id is not None:
            record_step(session, copies[item.copy_id], _STEPS[item.ended_as], listed.id, actor=actor, now=now)


def _record(session: Session, listed: DestructionList, count: Tally, *, actor: Actor, now: datetime) -> None:
    receipt = session.get_one(PlantReceipt, listed.id)
    log.append(
        session,
        "destruction.received",
        f"destruction:{listed.id}",
        actor=actor,
        now=now,
        plant=listed.plant_id,
        people=people_of(listed),
        receipt=log.private(receipt.number),
        destroyed_at=receipt.destroyed_at,
        weight_g=receipt.weight_g,
        sha256=receipt.scan_sha256,
        bags=[{"seal": bag.seal_no, "state": str(bag.state)} for bag in listed.bags],
        planned=count.planned,
        bagged=count.bagged,
        destroyed=count.destroyed,
        unaccounted=count.unaccounted,
        kept=count.kept,
        copies=sorted(item.copy.code for item in listed.items if item.ended_as is ItemEnd.DESTROYED),
    )


def _to_miss(
    listed: DestructionList, copies: Mapping[int, Copy], bags: Mapping[int, DestructionBag]
) -> dict[str, str]:
    """Return the copies that nobody misses yet, with the seal of their bag."""
    return {
        copies[item.copy_id].code: bags[item.bag_id].seal_no
        for item in listed.items
        if item.ended_as is ItemEnd.UNACCOUNTED
        and item.bag_id is not None
        and copies[item.copy_id].state not in MISSING
    }
