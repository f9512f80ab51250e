"""A device's life, and whether it may do a confidential job now.

What follows what is one table; what an inspector looks at is in ``devicebook``. Laws:

* Nothing confidential touches a device before it has passed an inspection, nor above the device's own level, nor after
  the inspection has grown old, nor while nobody answers for it.
* A device that was moved or came back from a repair is inspected anew: an inspection holds for a place and a state.
* Only a cipher fax sends anything.
* Whoever opened a retirement, and whoever had the device, vouches for nothing in it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.errors import ConflictError
from registry.rules.approval import Act
from registry.rules.clocks import DEFAULT_CLOCKS, Clocks, authentication_holds, is_lapsed
from registry.rules.destruction import WITNESSES_WANTED, Conflict, Present, Shortfall
from registry.rules.devicebook import DEVICEBOOK, Devicebook
from registry.rules.levels import Handling
from registry.rules.words import EquipmentKind, EquipmentState


class EquipmentStep(StrEnum):
    """What people do with a device."""

    PASS = "PASS"  # noqa: S105 - a step, not a password
    """Inspected, and everything was in order."""
    FAIL = "FAIL"
    """Inspected, and something was not."""
    MOVE = "MOVE"
    """Put into another place."""
    SEND = "SEND"
    """Given to a technician."""
    TAKE_BACK = "TAKE_BACK"
    """Back from the technician."""
    RETIRE = "RETIRE"
    """Wiped or destroyed before witnesses, and out of the register's use for good."""


FIRST_STATE = EquipmentState.REGISTERED

TABLE: dict[tuple[EquipmentState, EquipmentStep], EquipmentState] = {
    (EquipmentState.REGISTERED, EquipmentStep.PASS): EquipmentState.IN_USE,
    (EquipmentState.REGISTERED, EquipmentStep.FAIL): EquipmentState.BARRED,
    (EquipmentState.REGISTERED, EquipmentStep.MOVE): EquipmentState.REGISTERED,
    (EquipmentState.REGISTERED, EquipmentStep.SEND): EquipmentState.IN_REPAIR,
    (EquipmentState.REGISTERED, EquipmentStep.RETIRE): EquipmentState.RETIRED,
    (EquipmentState.IN_USE, EquipmentStep.PASS): EquipmentState.IN_USE,
    (EquipmentState.IN_USE, EquipmentStep.FAIL): EquipmentState.BARRED,
    (EquipmentState.IN_USE, EquipmentStep.MOVE): EquipmentState.REGISTERED,
    (EquipmentState.IN_USE, EquipmentStep.SEND): EquipmentState.IN_REPAIR,
    (EquipmentState.IN_USE, EquipmentStep.RETIRE): EquipmentState.RETIRED,
    (EquipmentState.BARRED, EquipmentStep.PASS): EquipmentState.IN_USE,
    (EquipmentState.BARRED, EquipmentStep.FAIL): EquipmentState.BARRED,
    (EquipmentState.BARRED, EquipmentStep.MOVE): EquipmentState.BARRED,
    (EquipmentState.BARRED, EquipmentStep.SEND): EquipmentState.IN_REPAIR,
    (EquipmentState.BARRED, EquipmentStep.RETIRE): EquipmentState.RETIRED,
    (EquipmentState.IN_REPAIR, EquipmentStep.TAKE_BACK): EquipmentState.REGISTERED,
}
"""Every edge there is; whatever is not here is impossible."""

KINDS_FOR: dict[Act, frozenset[EquipmentKind]] = {
    Act.COPY: frozenset({EquipmentKind.COPIER, EquipmentKind.SCANNER}),
    Act.FAX: frozenset({EquipmentKind.FAX}),
}
"""What does which job; scanning in is approved like copying."""

YIELDS_PAPER: frozenset[EquipmentKind] = frozenset({EquipmentKind.COPIER})
"""What leaves new paper of a document here, so that each sheet stack needs a number; a scanner and a fax leave none."""

STRICTEST = Handling.TOP_SECRET
"""How a device is treated of which nobody has said what it may see: one that an older register holds."""

HANDLING_RANK: Mapping[Handling, int] = {
    Handling.CONFIDENTIAL: 1,
    Handling.SECRET: 2,
    Handling.TOP_SECRET: 3,
}


class ImpossibleEquipmentStep(ConflictError):
    """The device's state does not allow the step."""

    code = "impossible-equipment-step"


class DeviceUnfit(ConflictError):
    """The device is of another kind than the job wants."""

    code = "device-unfit"


class DeviceNotInUse(ConflictError):
    """The device has not passed its inspection, is in repair, or is retired."""

    code = "device-not-in-use"


class InspectionOverdue(ConflictError):
    """The device's last inspection has grown old."""

    code = "inspection-overdue"


class DeviceBelowLevel(ConflictError):
    """The document is more secret than the device."""

    code = "device-below-level"


class NoCustodian(ConflictError):
    """Nobody answers for the device."""

    code = "device-without-custodian"


class NotACipherFax(ConflictError):
    """The fax sends in the clear."""

    code = "not-a-cipher-fax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What the answer depends on.

    Attributes:
        handling: The device's own level; ``None`` where it was registered before devices had one.
        inspect_again_at: Until when the last inspection holds; ``None`` where there was none.
    """

    kind: EquipmentKind
    state: EquipmentState
    handling: Handling | None
    custodian_id: int | None
    inspect_again_at: datetime | None
    is_cipher: bool = False


def next_equipment_state(state: EquipmentState, step: EquipmentStep) -> EquipmentState:
    """Return the state that follows.

    Raises:
        ImpossibleEquipmentStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleEquipmentStep(
            f"got {step} on a device that is {state}", state=str(state), step=str(step)
        )
    return found


def require_usable(device: Device, act: Act, handling: Handling, now: datetime) -> None:
    """Pass when the device may do a job at this level now.

    Raises:
        DeviceUnfit, NotACipherFax, DeviceNotInUse, NoCustodian, DeviceBelowLevel, InspectionOverdue: the first that
            holds.
    """
    if device.kind not in KINDS_FOR[act]:
        raise DeviceUnfit(f"got a {device.kind} for {act}", kind=str(device.kind), act=str(act))
    if act is Act.FAX and not device.is_cipher:
        raise NotACipherFax("got a fax that sends in the clear")
    if device.state is not EquipmentState.IN_USE:
        raise DeviceNotInUse("got a device that is not in use", state=str(device.state))
    if device.custodian_id is None:
        raise NoCustodian("got a device that nobody answers for")
    if device.handling is None or HANDLING_RANK[device.handling] < HANDLING_RANK[handling]:
        raise DeviceBelowLevel(
            f"got a device for {device.handling} and a document of {handling}",
            device=None if device.handling is None else str(device.handling),
            wanted=str(handling),
        )
    if device.inspect_again_at is None or is_lapsed(device.inspect_again_at, now):
        raise InspectionOverdue("got a device whose inspection has grown old")


def unmet(kind: EquipmentKind, in_order: Collection[str], book: Devicebook = DEVICEBOOK) -> tuple[str, ...]:
    """Return the checks of a device of this kind that were not found in order; empty means passed."""
    return tuple(check.id for check in book.checks_of(kind) if check.id not in set(in_order))


def retirement_shortfall(
    handling: Handling,
    operator: Present | None,
    witnesses: tuple[Present, ...],
    *,
    opener_id: int,
    custodian_id: int | None,
    now: datetime,
    clocks: Clocks = DEFAULT_CLOCKS,
) -> Shortfall:
    """Return who is still missing before a device is retired on record: the same people as for paper."""
    attesting = (*([operator] if operator else []), *witnesses)
    conflicts: list[tuple[int, Conflict]] = []
    for person in sorted({one.person_id for one in attesting}):
        if person == opener_id:
            conflicts.append((person, Conflict.REQUESTER))
        if person == custodian_id:
            conflicts.append((person, Conflict.HOLDER))
        if (
            operator is not None
            and person == operator.person_id
            and any(one.person_id == person for one in witnesses)
        ):
            conflicts.append((person, Conflict.OPERATOR))
    return Shortfall(
        operators_missing=0 if operator else 1,
        witnesses_missing=max(0, WITNESSES_WANTED[handling] - len({one.person_id for one in witnesses})),
        conflicts=tuple(conflicts),
        to_authenticate=tuple(
            one.person_id for one in attesting if not authentication_holds(one.authenticated_at, now, clocks)
        ),
    )
