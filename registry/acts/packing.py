"""Copies go into numbered sealed bags for the plant, a bag is opened again, a copy lies outside its bag.

Laws: every clerk fills a bag of their own, which holds what they have scanned since their one before; nobody opens a
bag alone, and a seal is used once; whatever changes what lies in the bags makes signatures of escorts worthless; what
was handed to its escorts is packed no more.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.bags import (
    drop_signatures,
    locked_packed,
    open_up,
    record_bag,
    record_incident,
    take_astray,
    unpack,
)
from registry.disposal import ListClosed, NotOnTheList, record_step
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import DestructionBag, DestructionList
from registry.recalling import refuse_recalled
from registry.rows import flush_unique, get_row, locked_copies, locked_copy
from registry.rules import lifecycle, roles
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.plant import parse_seal
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import BagState, DestructionState
from registry.vouching import approved_list


class NotForThePlant(ConflictError):
    """The list goes to a shredder; it has no bags."""

    code = "not-for-the-plant"


class BagEmpty(ConflictError):
    """Who closes the bag has scanned nothing since their last one."""

    code = "bag-empty"


class SealUsed(ConflictError):
    """A bag bears, or bore, this number."""

    code = "seal-used"


class OpenedAlone(ConflictError):
    """Whoever opens a bag is also named as the second person."""

    code = "opened-alone"


class NotInABag(ConflictError):
    """The copy is on record in no bag."""

    code = "not-in-a-bag"


def seal_bag(session: Session, list_id: int, seal_no: str, *, actor: Actor, now: datetime) -> int:
    """Record that what the actor scanned since their last bag lies in one under this seal; return the bag's id.

    Raises:
        InvalidSeal, SealUsed: it is no number of a seal, or was one before.
        BagEmpty: they have scanned nothing, or others have scanned it since.
    """
    roles.require(actor, Action.DESTROY)
    seal = parse_seal(seal_no)
    listed = approved_list(session, list_id, now)
    if listed.plant_id is None:
        raise NotForThePlant("got a bag for a list that goes to a shredder")
    items = [item for item in listed.items if item.presented_by_id == actor.person_id and item.bag_id is None]
    if not items:
        raise BagEmpty("got a bag without copies")
    copies = locked_copies(session, sorted(item.copy.code for item in items))
    refuse_recalled(session, copies)
    for copy in copies:
        lifecycle.next_state(copy.state, Step.DESTROY)
    bag = DestructionBag(
        list_id=list_id,
        seal_no=seal,
        state=BagState.SEALED,
        sealed_by_id=actor.person_id,
        sealed_at=now,
    )
    session.add(bag)
    flush_unique(session, {(DestructionBag.seal_no,): SealUsed("got a seal that was used before", seal=seal)})
    for item in items:
        item.bag = bag
    session.flush()  # before the ledger is locked
    record_bag(session, "sealed", bag, actor=actor, now=now, copies=[copy.code for copy in copies])
    return bag.id


def open_bag(
    session: Session, bag_id: int, reason: str, *, second: Actor, actor: Actor, now: datetime
) -> None:
    """Record that a sealed bag was opened again before it was handed over; its copies are scanned anew.

    Args:
        session: The deed's transaction.
        bag_id: The bag.
        reason: Why.
        second: Who agrees and watches, proven.
        actor: Who opens it.
        now: When.

    Raises:
        OpenedAlone: they are one person.
        ListClosed: the bags were handed to their escorts.
        ImpossibleBagStep: it is open already.
    """
    roles.require(actor, Action.DESTROY)
    roles.require(second, Action.WITNESS)
    if second.person_id == actor.person_id:
        raise OpenedAlone("got one person twice", person=actor.person_id)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    listed = get_row(session, DestructionList, get_row(session, DestructionBag, bag_id).list_id, lock=True)
    if listed.state is not DestructionState.SUBMITTED:
        raise ListClosed("got a list in another state", state=str(listed.state))
    bag = get_row(session, DestructionBag, bag_id, lock=True)
    open_up(bag, why, actor=actor, second=second, now=now)
    emptied = [item for item in listed.items if item.bag_id == bag_id]
    for item in emptied:
        unpack(item)
    drop_signatures(session, listed)
    session.flush()  # before the ledger is locked
    record_bag(
        session,
        "opened",
        bag,
        actor=actor,
        now=now,
        second=second.person_id,
        reason=log.private(why),
        copies=sorted(item.copy.code for item in emptied),
    )


def report_astray(
    session: Session, list_id: int, code: str, what: str, *, actor: Actor, now: datetime
) -> int:
    """Record that a copy lies here although it is on record in a sealed bag; return the incident's id.

    Before the bags are handed over, it stays on the list and is packed again; after that it is kept in the house.
    """
    roles.require(actor, Action.DESTROY)
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state not in {DestructionState.SUBMITTED, DestructionState.EN_ROUTE}:
        raise ListClosed("got a list in another state", state=str(listed.state))
    if all(item.copy.code != code for item in listed.items):
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    packed = locked_packed(session, code)
    if packed is None:
        raise NotInABag("got a copy that is on record in no bag", copy=code)
    copy = locked_copy(session, code)
    is_kept = listed.state is DestructionState.EN_ROUTE
    freed = lifecycle.next_state(copy.state, Step.UNSEAL)
    if is_kept:
        copy.state = freed
    made = take_astray(session, packed, what, actor=actor, now=now)
    if is_kept:
        record_step(session, copy, Step.UNSEAL, list_id, actor=actor, now=now)
    record_incident(session, made, actor=actor, now=now)
    return made.id
