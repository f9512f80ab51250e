"""Destruction lists: built by scanning, bound to a request for exactly their copies, given up.

What happens at the shredder is in ``shredding``. Law: a list that was submitted grows no more.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.bags import locked_bags, open_up, record_bag
from registry.circulating import refuse_circulating
from registry.disposal import ListClosed, NotOnTheList, highest_level, locked_items, locked_list, record_step
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import ApprovalRequest, DestructionItem, DestructionList, Equipment, Plant
from registry.recalling import refuse_recalled
from registry.rows import get_row, locked_copy
from registry.rules import destruction as rules
from registry.rules import lifecycle, roles
from registry.rules.approval import Act
from registry.rules.levels import shred_level_minimum
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.plant import IN_THE_HOUSE, end_of
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import BagState, DestructionState, EquipmentKind

OPEN_STATES: Final = (DestructionState.DRAFT, DestructionState.SUBMITTED, DestructionState.EN_ROUTE)
"""States in which a list holds its copies."""


class NotOneRoute(InvalidError):
    """A list goes to a shredder or to a plant, never to both or to neither."""

    code = "not-one-route"


class PlantClosed(ConflictError):
    """Nothing is sent to this plant any more."""

    code = "plant-closed"


class BagsOutside(ConflictError):
    """Bags of the list are outside the house."""

    code = "bags-outside"


class NotAShredder(ConflictError):
    """The device does not destroy paper, or is out of use."""

    code = "not-a-shredder"


class AlreadyListed(ConflictError):
    """The copy stands on another open list."""

    code = "already-listed"


class NotDestroyable(ConflictError):
    """The copy's state does not let it be destroyed: it must be in stock or spoiled."""

    code = "not-destroyable"


class ShredderTooCoarse(ConflictError):
    """The list's shredder leaves pieces larger than the level of this copy allows."""

    code = "shredder-too-coarse"


class ListEmpty(ConflictError):
    """A list without copies cannot be approved."""

    code = "destruction-list-empty"


def open_list(
    session: Session,
    equipment_id: int | None,
    reason: str,
    *,
    plant_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Begin a list for a shredder, or for a plant; return its id.

    Args:
        session: The deed's transaction.
        equipment_id: The shredder; None for a list that goes to a plant.
        reason: Why the copies shall end.
        plant_id: The plant; None for a list that goes to a shredder.
        actor: Who lists.
        now: When.

    Raises:
        NotOneRoute: both are named, or neither.
        NotAShredder, PlantClosed: nothing is destroyed there.
    """
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if (equipment_id is None) == (plant_id is None):
        raise NotOneRoute("got a list for a shredder and a plant, or for neither")
    if equipment_id is not None:
        _require_shredder(session, equipment_id)
    if plant_id is not None and not get_row(session, Plant, plant_id).active:
        raise PlantClosed("got a plant that is not designated any more", plant=plant_id)
    made = DestructionList(
        state=DestructionState.DRAFT,
        reason=why,
        requester_id=actor.person_id,
        equipment_id=equipment_id,
        plant_id=plant_id,
        created_at=now,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "destruction.opened",
        f"destruction:{made.id}",
        actor=actor,
        now=now,
        equipment=equipment_id,
        plant=plant_id,
        reason=log.private(why),
    )
    return made.id


def add(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """Put a scanned copy on a draft list; return False when it stands there already."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = locked_list(session, list_id, DestructionState.DRAFT)
    copy = locked_copy(session, code)
    if any(item.copy_id == copy.id for item in listed.items):
        return False
    if Step.SEAL not in lifecycle.possible_steps(copy.state):
        raise NotDestroyable("got a copy that is neither in stock nor spoiled", state=str(copy.state))
    refuse_recalled(session, [copy])
    refuse_circulating(session, [copy])
    if _open_list_of(session, copy.id) is not None:
        raise AlreadyListed("got a copy that stands on another open list", copy=code)
    listed.items.append(DestructionItem(copy=copy, listed_at=now))
    _require_fit(session, listed)
    log.append(session, "destruction.listed", f"destruction:{list_id}", actor=actor, now=now, copy=code)
    return True


def remove(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> None:
    """Take a copy off a draft list."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = locked_list(session, list_id, DestructionState.DRAFT)
    item = next((item for item in listed.items if item.copy.code == code), None)
    if item is None:
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    session.delete(item)
    log.append(session, "destruction.unlisted", f"destruction:{list_id}", actor=actor, now=now, copy=code)


def submit(session: Session, list_id: int, request_id: int, *, actor: Actor, now: datetime) -> None:
    """Bind a draft list to the request for its approval and seal its copies; it can grow no more."""
    roles.require(actor, Action.REQUEST_DESTRUCTION)
    listed = locked_list(session, list_id, DestructionState.DRAFT)
    if not listed.items:
        raise ListEmpty("got a list without copies")
    copies = locked_items(session, listed)
    order = consent.order_of(get_row(session, ApprovalRequest, request_id))
    if order.act is not Act.DESTROY or set(order.copy_codes) != {copy.code for copy in copies}:
        raise consent.OrderChanged("got a request for other copies than are listed", request=request_id)
    refuse_recalled(session, copies)
    refuse_circulating(session, copies)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.SEAL)
    listed.state = DestructionState.SUBMITTED
    listed.request_id = request_id
    for copy in copies:
        record_step(session, copy, Step.SEAL, list_id, actor=actor, now=now)
    log.append(
        session,
        "destruction.submitted",
        f"destruction:{list_id}",
        actor=actor,
        now=now,
        request=request_id,
        copies=sorted(copy.code for copy in copies),
    )


def cancel(session: Session, list_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a list up; its copies go back to where they were, and its request for approval ends.

    Sealed bags are opened by that.

    Raises:
        BagsOutside: some are not in the house; they come back first, or the plant's receipt ends the list.
    """
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = get_row(session, DestructionList, list_id, lock=True)
    request_id = listed.request_id
    if listed.state not in OPEN_STATES:
        raise ListClosed("got a list that is over", state=str(listed.state))
    bags = locked_bags(session, list_id)
    if outside := [bag.seal_no for bag in bags if bag.state is BagState.OUTSIDE]:
        raise BagsOutside("got a list of which bags are outside", seals=tuple(outside))
    opened = [bag for bag in bags if bag.state in IN_THE_HOUSE]
    for bag in opened:
        open_up(bag, "", actor=actor, second=None, now=now)
    was_sealed = listed.state is not DestructionState.DRAFT
    sealed = locked_items(session, listed) if was_sealed else []
    # One that went missing meanwhile stays missing, and holds up no other; one that was kept may be on another list.
    ended = {item.copy_id for item in listed.items if item.ended_as is not None}
    copies = [
        copy
        for copy in sealed
        if copy.id not in ended and Step.UNSEAL in lifecycle.possible_steps(copy.state)
    ]
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.UNSEAL)
    if listed.state is DestructionState.EN_ROUTE:
        _tell_ends(listed)
    if request_id is not None:
        consent.abandon(session, request_id)
    listed.state = DestructionState.CANCELLED
    for bag in opened:
        record_bag(session, "opened", bag, actor=actor, now=now)
    for copy in copies:
        record_step(session, copy, Step.UNSEAL, list_id, actor=actor, now=now)
    log.append(
        session, "destruction.cancelled", f"destruction:{list_id}", actor=actor, now=now, request=request_id
    )


def _tell_ends(listed: DestructionList) -> None:
    """Close the count of a list whose bags were handed over and are opened again: all of it is kept, or missing."""
    for item in listed.items:
        if item.ended_as is None:
            item.ended_as = end_of(item.copy.state, None)


def _require_shredder(session: Session, equipment_id: int) -> None:
    device = get_row(session, Equipment, equipment_id)
    if device.kind is not EquipmentKind.SHREDDER or not device.active or device.shred_level is None:
        raise NotAShredder("got a device that cannot shred", equipment=equipment_id)


def _require_fit(session: Session, listed: DestructionList) -> None:
    """Pass when one scheme holds all copies and the shredder is fine enough; what a plant uses is its own matter."""
    level = highest_level(session, [item.copy for item in listed.items])
    if listed.equipment is None:
        return
    wanted = shred_level_minimum(level)
    if rules.shred_class(listed.equipment.shred_level or "") < wanted:
        raise ShredderTooCoarse(
            "got a shredder below the class that the level wants",
            shred_level=listed.equipment.shred_level,
            wanted=rules.SHRED_CLASSES[wanted - 1],
        )


def _open_list_of(session: Session, copy_id: int) -> int | None:
    return session.scalar(
        sa.select(DestructionList.id)
        .join(DestructionItem, DestructionItem.list_id == DestructionList.id)
        .where(
            DestructionItem.copy_id == copy_id,
            DestructionItem.ended_as.is_(None),
            DestructionList.state.in_(OPEN_STATES),
        )
    )
