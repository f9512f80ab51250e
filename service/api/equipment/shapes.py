"""How a device is told to programs: where it stands, who answers for it, what was done with it."""

from datetime import datetime

from registry.rules.approval import Act
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.words import (
    DestructionPart,
    EquipmentKind,
    EquipmentState,
    HandOverState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)
from service.api.area import Model
from service.api.copies import Person


class Device(Model):
    """A device in the register; ``offered_to`` has not signed for it yet."""

    id: int
    kind: EquipmentKind
    name: str
    place: str
    level: Handling | None
    serial: str
    shred_level: str | None
    is_cipher: bool
    state: EquipmentState
    custodian: Person | None
    offered_to: Person | None
    inspect_again_at: datetime | None
    is_overdue: bool


class DeviceCheck(Model):
    """What an inspector looks at, in both languages."""

    id: str
    zh: str
    en: str


class Keeping(Model):
    """A hand-over of a device."""

    giver: Person | None
    receiver: Person
    state: HandOverState
    offered_at: datetime
    closed_at: datetime | None


class DeviceInspection(Model):
    """What an inspector found."""

    inspector: Person
    inspected_at: datetime
    passed: bool
    unmet: list[DeviceCheck]
    networks: str
    remark: str
    inspect_again_at: datetime | None


class Photocopy(Model):
    """A numbered copy that a device made; ``RESERVED`` until its label was scanned."""

    code: str
    copy_no: int
    state: State


class CopyJob(Model):
    """One copy or fax job, with the photocopies that it made."""

    id: int
    act: Act
    equipment_id: int
    custodian: Person
    request_id: int
    document_id: int
    source_code: str
    copies: int
    copying_unit_id: int
    station: str
    done_by: Person
    done_at: datetime
    photocopies: list[Photocopy]


class DeviceRepair(Model):
    """One repair."""

    id: int
    request_id: int
    technician: str
    workshop: str
    guard: RepairGuard
    escort: Person | None
    sent_at: datetime
    back_at: datetime | None
    remark: str


class DeviceVoucher(Model):
    """Who proved themselves where a device was ended."""

    person: Person
    part: DestructionPart
    authenticated_at: datetime


class DeviceRetirement(Model):
    """How a device leaves the register."""

    id: int
    method: RetirementMethod
    reason: str
    state: RetirementState
    opened_by: Person
    opened_at: datetime
    done_at: datetime | None
    vouchers: list[DeviceVoucher]


class DeviceStory(Model):
    """A device with everything on record; histories have the newest first."""

    device: Device
    checks: list[DeviceCheck]
    kept_by: list[Keeping]
    inspections: list[DeviceInspection]
    jobs: list[CopyJob]
    repairs: list[DeviceRepair]
    retirements: list[DeviceRetirement]


class DeviceStanding(Model):
    """Where a device stands now."""

    state: EquipmentState


class EquipmentRequest(Model):
    """The request that now waits for its approval."""

    request_id: int
