"""Devices that go away: to a technician and back, or out of the register for good.

Laws: a device is repaired only as its custodian and the security officer agreed to, by a named technician in a named
place, wiped before or escorted for the whole visit; nothing leaves the register before operator and witnesses have
vouched in person that what it remembers is gone, as for paper; neither the person who opened the retirement nor the
custodian vouches.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.disposal import require_part
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import (
    Equipment,
    EquipmentHandOver,
    EquipmentRepair,
    EquipmentRetirement,
    RetirementSignature,
)
from registry.rows import get_row
from registry.rules import equipment as rules
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.clocks import authentication_holds
from registry.rules.destruction import Present, Shortfall, parts_wanted
from registry.rules.devicebook import DEVICEBOOK
from registry.rules.equipment import EquipmentStep, next_equipment_state
from registry.rules.levels import Handling
from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import (
    DestructionPart,
    EquipmentState,
    HandOverState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)
from registry.ruling import in_force

EQUIPMENT_DETAIL: Final = "equipment"
"""Under which name an order for a repair holds the device."""


class RepairOfOtherDevice(ConflictError):
    """The approval is for another device, or names another technician, place or safeguard."""

    code = "repair-of-other-device"


class NoRepairOpen(ConflictError):
    """The device is not at a technician's."""

    code = "no-repair-open"


class RetirementOpen(ConflictError):
    """The device is being retired already."""

    code = "retirement-open"


class RetirementClosed(ConflictError):
    """The retirement is done or was given up."""

    code = "retirement-closed"


class MethodTooWeak(ConflictError):
    """A device of this level may not be retired in this way."""

    code = "retirement-method-too-weak"


class DeviceAwaitsSignature(ConflictError):
    """The device is on its way to another custodian."""

    code = "device-awaits-signature"


class RetirementConflict(ConflictError):
    """The person already has another part in this retirement."""

    code = "retirement-conflict"


@dataclass(frozen=True)
class RetirementProgress:
    """Where a retirement stands after a signature."""

    state: RetirementState
    shortfall: Shortfall


def send(session: Session, equipment_id: int, request_id: int, *, actor: Actor, now: datetime) -> int:
    """Record that a device was given to the technician whom its approval names; return the repair's id.

    Raises:
        RepairOfOtherDevice: the approval is not for this device.
        ConflictError: the approval is not usable, see ``consent.consume``.
    """
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    _refuse_open(session, device)
    request = consent.consume(session, request_id, Act.REPAIR, quantity=1, actor=actor, now=now)
    order = consent.order_of(request)
    details = dict(order.details)
    if details.get(EQUIPMENT_DETAIL) != str(equipment_id) or order.custodian != device.custodian_id:
        raise RepairOfOtherDevice("got the approval of another repair", request=request_id)
    _go(device, EquipmentStep.SEND)
    made = EquipmentRepair(
        equipment_id=equipment_id,
        request_id=request_id,
        technician=details["technician"],
        workshop=details["workshop"],
        guard=RepairGuard(details["guard"]),
        escort_id=order.carriers[0] if order.carriers else None,
        sent_by_id=actor.person_id,
        sent_at=now,
        remark="",
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    _record(
        session,
        device,
        "sent",
        actor=actor,
        now=now,
        repair=made.id,
        request=request_id,
        technician=log.private(made.technician),
        workshop=log.private(made.workshop),
        guard=str(made.guard),
        escort=made.escort_id,
    )
    return made.id


def take_back(
    session: Session, equipment_id: int, remark: str, *, actor: Actor, now: datetime
) -> EquipmentState:
    """Record that a device is back from its technician; it is inspected before anything touches it."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    repair = session.scalar(
        sa.select(EquipmentRepair).where(
            EquipmentRepair.equipment_id == equipment_id, EquipmentRepair.back_at.is_(None)
        )
    )
    if repair is None:
        raise NoRepairOpen("got a device back that nobody has")
    _go(device, EquipmentStep.TAKE_BACK)
    device.inspect_again_at = None
    repair.back_at = now
    repair.taken_by_id = actor.person_id
    repair.remark = parse_line(remark, field="remark", limit=REMARK_LIMIT, required=False)
    session.flush()  # before the ledger is locked
    _record(
        session, device, "back", actor=actor, now=now, repair=repair.id, remark=log.private(repair.remark)
    )
    return device.state


def open_retirement(
    session: Session,
    equipment_id: int,
    method: RetirementMethod,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Begin to retire a device; nothing changes before people have vouched for it. Return the retirement's id."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    device = get_row(session, Equipment, equipment_id, lock=True)
    next_equipment_state(device.state, EquipmentStep.RETIRE)
    _refuse_open(session, device)
    if method not in DEVICEBOOK.endings_of(_handling(device)):
        raise MethodTooWeak(f"got {method} for a device of {device.level}", method=str(method))
    made = EquipmentRetirement(
        equipment_id=equipment_id,
        method=method,
        reason=parse_line(reason, field="reason", limit=REASON_LIMIT),
        state=RetirementState.OPEN,
        custodian_id=device.custodian_id,
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    _record(
        session,
        device,
        "retirement-opened",
        actor=actor,
        now=now,
        retirement=made.id,
        method=str(method),
        reason=log.private(made.reason),
    )
    return made.id


def cancel_retirement(session: Session, retirement_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a retirement up; the device stays what it was."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    found = _open(session, retirement_id)
    found.state = RetirementState.CANCELLED
    session.flush()  # before the ledger is locked
    _record(session, found.equipment, "retirement-cancelled", actor=actor, now=now, retirement=found.id)


def attest(
    session: Session,
    retirement_id: int,
    part: DestructionPart,
    *,
    attesting: Actor,
    actor: Actor,
    now: datetime,
) -> RetirementProgress:
    """Record that a person vouched in person; the last signature that was missing retires the device.

    Args:
        session: The deed's transaction.
        retirement_id: The retirement.
        part: What the person vouches for.
        attesting: The person, who has just proven themselves.
        actor: Who is logged in at the screen.
        now: When.

    Raises:
        RetirementConflict: the person has another part in this; facts ``person`` and ``part``.
    """
    roles.require(actor, Action.DESTROY)
    roles.require(attesting, Action.DESTROY if part is DestructionPart.OPERATOR else Action.WITNESS)
    require_part(part, parts_wanted(by_plant=False))
    found = _open(session, retirement_id)
    device = get_row(session, Equipment, found.equipment_id, lock=True)
    _sign(session, found, part, attesting, now)
    short = _shortfall(session, found, device, now)
    if short.conflicts:
        person, conflict = short.conflicts[0]
        raise RetirementConflict("got a person with another part in this", person=person, part=str(conflict))
    if short.is_nothing:
        _go(device, EquipmentStep.RETIRE)
        device.inspect_again_at = None
        found.state = RetirementState.DONE
        found.done_at = now
        session.flush()  # before the ledger is locked
    _record(
        session,
        device,
        "retirement-attested",
        actor=attesting,
        now=now,
        retirement=found.id,
        part=str(part),
        at_screen_of=actor.person_id,
    )
    if short.is_nothing:
        people = {one.person_id: str(one.part) for one in found.signatures}
        _record(
            session,
            device,
            "retired",
            actor=attesting,
            now=now,
            retirement=found.id,
            method=str(found.method),
            people=[{"person": person, "part": said} for person, said in sorted(people.items())],
        )
    return RetirementProgress(found.state, short)


def shortfall(session: Session, retirement_id: int, *, now: datetime) -> Shortfall:
    """Return who is still missing; changes nothing."""
    found = get_row(session, EquipmentRetirement, retirement_id)
    return _shortfall(session, found, found.equipment, now)


def keep_certificate(
    session: Session, retirement_id: int, sha256: str, *, actor: Actor, now: datetime
) -> None:
    """Remember the certificate that was drawn for a retired device; the first one stands."""
    roles.require(actor, Action.READ_EQUIPMENT)
    found = get_row(session, EquipmentRetirement, retirement_id, lock=True)
    if found.state is not RetirementState.DONE:
        raise RetirementClosed("got a retirement that is not done", state=str(found.state))
    if found.certificate_sha256 is not None:
        return
    found.certificate_sha256 = sha256
    session.flush()  # before the ledger is locked
    _record(session, found.equipment, "certified", actor=actor, now=now, retirement=found.id, sha256=sha256)


def _sign(
    session: Session, found: EquipmentRetirement, part: DestructionPart, attesting: Actor, now: datetime
) -> None:
    """Write the signature down, in place of those that grew old: whoever gave them may have left."""
    clocks = in_force(session, now).clocks
    for old in found.signatures:
        if not authentication_holds(old.authenticated_at, now, clocks):
            session.delete(old)
    session.flush()  # the deletions first: the same person may sign anew
    session.refresh(found, ["signatures"])
    held = next((one for one in found.signatures if one.person_id == attesting.person_id), None)
    other_operator = part is DestructionPart.OPERATOR and any(
        one.part is part and one.person_id != attesting.person_id for one in found.signatures
    )
    if other_operator or (held is not None and held.part is not part):
        has = DestructionPart.OPERATOR if other_operator or held is None else held.part
        raise RetirementConflict(
            "got a person with another part in this", person=attesting.person_id, part=str(has).lower()
        )
    if held is not None:
        held.authenticated_at = now
    else:
        found.signatures.append(
            RetirementSignature(person_id=attesting.person_id, part=part, authenticated_at=now)
        )
    session.flush()  # so that the shortfall sees it


def _shortfall(session: Session, found: EquipmentRetirement, device: Equipment, now: datetime) -> Shortfall:
    signed = {
        part: [Present(one.person_id, one.authenticated_at) for one in found.signatures if one.part is part]
        for part in DestructionPart
    }
    operators = signed[DestructionPart.OPERATOR]
    return rules.retirement_shortfall(
        _handling(device),
        operators[0] if operators else None,
        tuple(signed[DestructionPart.WITNESS]),
        opener_id=found.opened_by_id,
        custodian_id=device.custodian_id,
        now=now,
        clocks=in_force(session, now).clocks,
    )


def _handling(device: Equipment) -> Handling:
    return device.level or rules.STRICTEST


def _open(session: Session, retirement_id: int) -> EquipmentRetirement:
    found = get_row(session, EquipmentRetirement, retirement_id, lock=True)
    if found.state is not RetirementState.OPEN:
        raise RetirementClosed("got a retirement that is over", state=str(found.state))
    return found


def _refuse_open(session: Session, device: Equipment) -> None:
    if session.scalar(
        sa.select(EquipmentRetirement.id).where(
            EquipmentRetirement.equipment_id == device.id,
            EquipmentRetirement.state == RetirementState.OPEN,
        )
    ):
        raise RetirementOpen("got a device that is being retired")
    if session.scalar(
        sa.select(EquipmentHandOver.id).where(
            EquipmentHandOver.equipment_id == device.id,
            EquipmentHandOver.state == HandOverState.OFFERED,
        )
    ):
        raise DeviceAwaitsSignature("got a device that waits for a signature")


def _go(device: Equipment, step: EquipmentStep) -> None:
    device.state = next_equipment_state(device.state, step)
    device.active = device.state is EquipmentState.IN_USE


def _record(
    session: Session, device: Equipment, what: str, /, *, actor: Actor, now: datetime, **facts: log.Loggable
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
