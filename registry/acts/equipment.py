"""The register of devices: which exist, where they stand, who answers for them, and whether they may be used.

What a device did is in ``copying``, how it went away for repair or for good in ``retiring``. Laws:

* A device has exactly one custodian at every instant: whoever registered it until somebody has signed for it, and the
  giver until the receiver has.
* A shredder is registered with the class on its certificate; whether that suffices for a paper is decided in
  ``rules.destruction`` when paper lies before it.
* ``active`` follows the state: only a device in use may be used, whoever asks.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Equipment, EquipmentHandOver, EquipmentInspection, EquipmentRetirement, Person
from registry.rows import flush_unique, get_row
from registry.rules import roles
from registry.rules.destruction import shred_class
from registry.rules.devicebook import DEVICEBOOK
from registry.rules.equipment import (
    FIRST_STATE,
    STRICTEST,
    EquipmentStep,
    next_equipment_state,
    unmet,
)
from registry.rules.facts import DeviceFacts
from registry.rules.limits import PLACE_LIMIT, REASON_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key, parse_line
from registry.rules.words import EquipmentKind, EquipmentState, HandOverState, RetirementState

NAME_LIMIT: Final = 120
SERIAL_LIMIT: Final = 80


class DeviceNameTaken(ConflictError):
    """Another device has this name."""

    code = "device-name-taken"


class DeviceContradiction(InvalidError):
    """The device is said to have what a device of its kind has not, or to lack what it has."""

    code = "device-contradiction"


class CustodianInactive(ConflictError):
    """The person no longer works here and can answer for nothing."""

    code = "custodian-inactive"


class AlreadyTheCustodian(ConflictError):
    """The device would be given to whoever answers for it already."""

    code = "already-the-custodian"


class DeviceOffered(ConflictError):
    """The device waits for somebody's signature."""

    code = "device-offered"


class NoDeviceOffer(ConflictError):
    """Nobody was offered the device, or it was signed for or taken back before."""

    code = "no-device-offer"


class NotTheNextCustodian(ConflictError):
    """Only the person to whom the device was offered can sign for it."""

    code = "not-the-next-custodian"


class UnknownDeviceCheck(InvalidError):
    """The rules look at nothing of this name on such a device."""

    code = "unknown-device-check"


class InspectsOwnDevice(ConflictError):
    """Whoever answers for a device does not inspect it."""

    code = "inspects-own-device"


class DeviceRetiring(ConflictError):
    """The device is being retired."""

    code = "device-retiring"


def add_shredder(
    session: Session, name: str, place: str, shred_level: str, *, actor: Actor, now: datetime
) -> int:
    """Register a shredder that is in use already, such as one with its certificate; return its id.

    Args:
        session: The deed's transaction.
        name: What people call it; no other device has it.
        place: Where it stands.
        shred_level: Class on its certificate after ISO/IEC 21964, ``P-1`` to ``P-7``.
        actor: Who registers it.
        now: When.

    Raises:
        InvalidShredClass: there is no such class.
        DeviceNameTaken: another device is called so.
    """
    facts = DeviceFacts(EquipmentKind.SHREDDER, name, place, None, shred_level=shred_level)
    return _add(session, facts, EquipmentState.IN_USE, actor=actor, now=now)


def add(
    session: Session,
    facts: DeviceFacts,
    *,
    custodian_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Register a device that waits for its inspection, and offer it to its custodian; return its id.

    Raises:
        DeviceContradiction: the facts do not fit the kind.
        InvalidShredClass: a shredder without a class of ISO/IEC 21964.
        DeviceNameTaken: another device is called so.
    """
    if facts.level is None:
        raise DeviceContradiction("got a device without a level", field="level")
    equipment_id = _add(session, facts, FIRST_STATE, actor=actor, now=now)
    if custodian_id is not None and custodian_id != actor.person_id:
        offer(session, equipment_id, custodian_id, actor=actor, now=now)
    return equipment_id


def offer(session: Session, equipment_id: int, receiver_id: int, *, actor: Actor, now: datetime) -> int:
    """Offer a device to its next custodian, who has not signed for it yet; return the hand-over's id."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    _require_here(session, device)
    if not get_row(session, Person, receiver_id).active:
        raise CustodianInactive("got a custodian who is no longer active", person=receiver_id)
    if receiver_id == device.custodian_id:
        raise AlreadyTheCustodian("got the custodian as receiver", person=receiver_id)
    if _open_offer(session, equipment_id) is not None:
        raise DeviceOffered("got a second offer of one device")
    made = EquipmentHandOver(
        equipment_id=equipment_id,
        giver_id=device.custodian_id,
        receiver_id=receiver_id,
        offered_by_id=actor.person_id,
        offered_at=now,
        state=HandOverState.OFFERED,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    _record(
        session,
        device,
        "offered",
        actor=actor,
        now=now,
        giver=device.custodian_id,
        receiver=receiver_id,
    )
    return made.id


def confirm(session: Session, equipment_id: int, *, actor: Actor, now: datetime) -> None:
    """Sign for a device: from now on the actor answers for it."""
    roles.require(actor, Action.KEEP_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    offered = _open_offer(session, equipment_id)
    if offered is None:
        raise NoDeviceOffer("got a signature for a device that nobody was offered")
    if offered.receiver_id != actor.person_id:
        raise NotTheNextCustodian("got a signature by another person than the receiver")
    offered.state = HandOverState.CONFIRMED
    offered.closed_at = now
    giver_id, device.custodian_id = device.custodian_id, actor.person_id
    session.flush()  # before the ledger is locked
    _record(session, device, "taken", actor=actor, now=now, giver=giver_id, receiver=actor.person_id)


def withdraw(session: Session, equipment_id: int, *, actor: Actor, now: datetime) -> None:
    """Take an offer back before it was signed for; whoever answered for the device goes on doing so."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    offered = _open_offer(session, equipment_id)
    if offered is None:
        raise NoDeviceOffer("got the withdrawal of an offer that is not open")
    offered.state = HandOverState.WITHDRAWN
    offered.closed_at = now
    session.flush()  # before the ledger is locked
    _record(session, device, "offer-withdrawn", actor=actor, now=now, receiver=offered.receiver_id)


def inspect(
    session: Session,
    equipment_id: int,
    in_order: Collection[str],
    *,
    networks: str = "",
    remark: str = "",
    actor: Actor,
    now: datetime,
) -> EquipmentState:
    """Record what an inspector found, and return where the device stands then: in use only if all was in order.

    Args:
        session: The deed's transaction.
        equipment_id: The device.
        in_order: Names of the checks that were found in order.
        networks: The networks that the device was found on; empty for none.
        remark: What else was seen.
        actor: The inspector, who does not answer for the device.
        now: When.

    Raises:
        UnknownDeviceCheck: nothing of that name is looked at on such a device.
        InspectsOwnDevice: the inspector answers for the device.
        ImpossibleEquipmentStep: it is at a technician's, or retired.
    """
    roles.require(actor, Action.INSPECT_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    if device.custodian_id == actor.person_id:
        raise InspectsOwnDevice("got the custodian as inspector")
    _require_known(device.kind, in_order)
    open_ones = unmet(device.kind, in_order)
    step = EquipmentStep.FAIL if open_ones else EquipmentStep.PASS
    _go(device, step)
    holds = DEVICEBOOK.holds(device.kind, device.level or STRICTEST)
    device.inspect_again_at = None if open_ones else now + holds
    made = EquipmentInspection(
        equipment_id=equipment_id,
        inspector_id=actor.person_id,
        inspected_at=now,
        passed=not open_ones,
        rules_version=DEVICEBOOK.version,
        in_order=sorted(in_order),
        unmet=list(open_ones),
        networks=parse_line(networks, field="networks", limit=REASON_LIMIT, required=False),
        remark=parse_line(remark, field="remark", limit=REMARK_LIMIT, required=False),
        inspect_again_at=device.inspect_again_at,
    )
    session.add(made)
    session.flush()  # before the ledger is locked
    _record(
        session,
        device,
        "inspected",
        actor=actor,
        now=now,
        passed=made.passed,
        rules=made.rules_version,
        unmet=made.unmet,
        networks=log.private(made.networks),
        remark=log.private(made.remark),
        again=made.inspect_again_at,
    )
    return device.state


def put(session: Session, equipment_id: int, place: str, *, actor: Actor, now: datetime) -> EquipmentState:
    """Record that a device stands somewhere else now; it is inspected anew there."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    _require_here(session, device)
    _go(device, EquipmentStep.MOVE)
    device.place = parse_line(place, field="place", limit=PLACE_LIMIT)
    device.inspect_again_at = None
    session.flush()  # before the ledger is locked
    _record(session, device, "moved", actor=actor, now=now, place=log.private(device.place))
    return device.state


def _add(session: Session, facts: DeviceFacts, state: EquipmentState, *, actor: Actor, now: datetime) -> int:
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    shred_level = None
    if facts.kind is EquipmentKind.SHREDDER:
        shred_level = parse_key(facts.shred_level, field="shred_level", limit=8).upper()
        shred_class(shred_level)
    elif facts.shred_level.strip():
        raise DeviceContradiction("got a class of shredding for another device", field="shred_level")
    if facts.is_cipher and facts.kind is not EquipmentKind.FAX:
        raise DeviceContradiction("got a cipher unit on another device than a fax", field="is_cipher")
    device = Equipment(
        kind=facts.kind,
        name=parse_key(facts.name, field="name", limit=NAME_LIMIT),
        place=parse_line(facts.place, field="place", limit=PLACE_LIMIT),
        shred_level=shred_level,
        active=state is EquipmentState.IN_USE,
        state=state,
        level=facts.level,
        serial=parse_line(facts.serial, field="serial", limit=SERIAL_LIMIT, required=False),
        is_cipher=facts.is_cipher,
        custodian_id=actor.person_id,
        registered_at=now,
    )
    session.add(device)
    taken = DeviceNameTaken(f"got device name {device.name}, which is taken", device_name=device.name)
    flush_unique(session, {(Equipment.name,): taken})
    _record(
        session,
        device,
        "added",
        actor=actor,
        now=now,
        device=str(device.kind),
        device_name=log.private(device.name),
        place=log.private(device.place),
        shred_level=shred_level,
        level=None if device.level is None else str(device.level),
        cipher=device.is_cipher,
        custodian=device.custodian_id,
    )
    return device.id


def _go(device: Equipment, step: EquipmentStep) -> None:
    device.state = next_equipment_state(device.state, step)
    device.active = device.state is EquipmentState.IN_USE


def _require_known(kind: EquipmentKind, in_order: Collection[str]) -> None:
    known = {check.id for check in DEVICEBOOK.checks_of(kind)}
    if strange := sorted(set(in_order) - known):
        raise UnknownDeviceCheck("got a check that no such device has", check=strange[0][:40])


def _require_here(session: Session, device: Equipment) -> None:
    """Pass when the device is neither gone nor going."""
    if device.state is EquipmentState.RETIRED or session.scalar(
        sa.select(EquipmentRetirement.id).where(
            EquipmentRetirement.equipment_id == device.id,
            EquipmentRetirement.state == RetirementState.OPEN,
        )
    ):
        raise DeviceRetiring("got a device that is retired, or is being retired")


def _open_offer(session: Session, equipment_id: int) -> EquipmentHandOver | None:
    return session.scalar(
        sa.select(EquipmentHandOver).where(
            EquipmentHandOver.equipment_id == equipment_id,
            EquipmentHandOver.state == HandOverState.OFFERED,
        )
    )


def _record(
    session: Session,
    device: Equipment,
    what: str,
    /,
    *,
    actor: Actor,
    now: datetime,
    **facts: log.Loggable,
) -> None:
    log.append(
        session,
        f"equipment.{what}",
        f"equipment:{device.id}",
        actor=actor,
        now=now,
        state=str(device.state),
        **facts,
    )
