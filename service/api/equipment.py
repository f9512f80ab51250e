"""Devices by program: registered, handed over, inspected, used, repaired, retired."""

from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import AwareDatetime, Field

from registry.rules.approval import Act
from registry.rules.destruction import Shortfall
from registry.rules.facts import DeviceFacts
from registry.rules.levels import Handling
from registry.rules.roles import Action
from registry.rules.words import (
    DestructionPart,
    EquipmentKind,
    EquipmentState,
    HandOverState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)
from registry.views.equipment import DeviceRow, JobRow, Retirement
from service.api.area import Area, Model
from service.api.copies import Person, person
from service.flows import equipment
from service.flows.equipment import JobWish, RepairWish
from service.login import current_actor, current_runtime

area = Area("equipment", __name__)


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


class Devices(Model):
    """The devices that the caller may see."""

    devices: list[Device]


class NewDevice(Model):
    """A device to register; a shredder has ``shred_level``, a fax may be ``is_cipher``."""

    kind: EquipmentKind
    name: str = Field(min_length=1, max_length=120)
    place: str = Field(min_length=1, max_length=120)
    level: Handling
    serial: str = Field(default="", max_length=80)
    shred_level: str = Field(default="", max_length=8)
    is_cipher: bool = False
    custodian_id: int | None = None


class DeviceId(Model):
    """Which device."""

    id: int


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


class CopyJob(Model):
    """One copy or fax job."""

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


class CopyJobs(Model):
    """Copy and fax jobs, newest first."""

    jobs: list[CopyJob]


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


class NextCustodian(Model):
    """Who shall answer for a device."""

    person_id: int


class Findings(Model):
    """What an inspector found: the checks that are in order, and the networks that the device is on."""

    in_order: list[str] = Field(max_length=50)
    networks: str = Field(default="", max_length=300)
    remark: str = Field(default="", max_length=500)


class DeviceStanding(Model):
    """Where a device stands now."""

    state: EquipmentState


class NewPlace(Model):
    """Where a device stands now."""

    place: str = Field(min_length=1, max_length=120)


class WantedJob(Model):
    """What shall be copied or faxed; ``station`` for a fax."""

    act: Literal[Act.COPY, Act.FAX]
    document_id: int
    copies: int = Field(ge=1, le=999)
    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime
    station: str = Field(default="", max_length=120)


class DoneJob(Model):
    """What was copied or faxed: ``source`` is the scanned code of what lay on the glass."""

    request_id: int
    source: str = Field(min_length=1, max_length=200)
    copies: int = Field(ge=1, le=999)
    station: str = Field(default="", max_length=120)


class JobId(Model):
    """Which job."""

    id: int


class WantedRepair(Model):
    """Who shall repair a device, where, and what keeps its secrets."""

    reason: str = Field(min_length=1, max_length=300)
    technician: str = Field(min_length=1, max_length=120)
    workshop: str = Field(min_length=1, max_length=120)
    guard: RepairGuard
    escort_id: int | None = None
    until: AwareDatetime


class EquipmentRequest(Model):
    """The request that now waits for its approval."""

    request_id: int


class SentRepair(Model):
    """The approval under which a device is given to its technician."""

    request_id: int


class RepairId(Model):
    """Which repair."""

    id: int


class RepairRemark(Model):
    """What was done to a device."""

    remark: str = Field(default="", max_length=500)


class NewRetirement(Model):
    """How a device shall leave the register, and why."""

    method: RetirementMethod
    reason: str = Field(min_length=1, max_length=300)


class RetirementId(Model):
    """Which retirement."""

    id: int


class RetirementVouching(Model):
    """A person who vouches, and the PIN that proves them."""

    part: DestructionPart
    person_id: int
    pin: str = Field(max_length=12)


class RetirementMissing(Model):
    """Who is still missing before a device is retired on record."""

    operators: int
    witnesses: int
    to_authenticate: list[int]


class RetirementStanding(Model):
    """Where a retirement stands after a signature."""

    state: RetirementState
    missing: RetirementMissing


@area.operation(
    "GET",
    "/equipment",
    summary="List the devices that you may see.",
    answer=Devices,
    action=Action.KEEP_EQUIPMENT,
)
def list_devices() -> Devices:
    """List devices."""
    return Devices(
        devices=[_device(row) for row in equipment.list_devices(current_runtime(), current_actor())]
    )


@area.operation(
    "POST",
    "/equipment",
    summary="Register a device that waits for its inspection, and offer it to its custodian.",
    body=NewDevice,
    answer=DeviceId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def add_device(body: NewDevice) -> DeviceId:
    """Register a device."""
    facts = DeviceFacts(
        body.kind, body.name, body.place, body.level, body.serial, body.shred_level, body.is_cipher
    )
    return DeviceId(
        id=equipment.add(current_runtime(), current_actor(), facts, custodian_id=body.custodian_id)
    )


@area.operation(
    "GET",
    "/equipment/<int:equipment_id>",
    summary="Tell everything that is on record about a device.",
    answer=DeviceStory,
    action=Action.KEEP_EQUIPMENT,
)
def get_device(equipment_id: int) -> DeviceStory:
    """Tell the story of one device."""
    view = equipment.get_device(current_runtime(), current_actor(), equipment_id)
    return DeviceStory(
        device=_device(view.row),
        checks=[DeviceCheck(id=one.id, zh=one.zh, en=one.en) for one in view.checks],
        kept_by=[
            Keeping(
                giver=person(one.giver),
                receiver=person(one.receiver),
                state=one.state,
                offered_at=one.offered_at,
                closed_at=one.closed_at,
            )
            for one in view.kept_by
        ],
        inspections=[
            DeviceInspection(
                inspector=person(one.inspector),
                inspected_at=one.inspected_at,
                passed=one.passed,
                unmet=[DeviceCheck(id=each.id, zh=each.zh, en=each.en) for each in one.unmet],
                networks=one.networks,
                remark=one.remark,
                inspect_again_at=one.inspect_again_at,
            )
            for one in view.inspections
        ],
        jobs=[_job(one) for one in view.jobs],
        repairs=[
            DeviceRepair(
                id=one.id,
                request_id=one.request_id,
                technician=one.technician,
                workshop=one.workshop,
                guard=one.guard,
                escort=person(one.escort),
                sent_at=one.sent_at,
                back_at=one.back_at,
                remark=one.remark,
            )
            for one in view.repairs
        ],
        retirements=[_retirement(one) for one in view.retirements],
    )


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/offer",
    summary="Offer a device to its next custodian, who signs for it.",
    body=NextCustodian,
    action=Action.MANAGE_EQUIPMENT,
)
def offer_device(equipment_id: int, body: NextCustodian) -> None:
    """Offer a device."""
    equipment.offer(current_runtime(), current_actor(), equipment_id, body.person_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/confirmation",
    summary="Sign for a device that you were offered.",
    action=Action.KEEP_EQUIPMENT,
)
def confirm_device(equipment_id: int) -> None:
    """Sign for a device."""
    equipment.confirm(current_runtime(), current_actor(), equipment_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/withdrawal",
    summary="Take an offer back before it was signed for.",
    action=Action.MANAGE_EQUIPMENT,
)
def withdraw_device(equipment_id: int) -> None:
    """Take an offer back."""
    equipment.withdraw(current_runtime(), current_actor(), equipment_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/inspections",
    summary="Record what you found on a device; it is in use only when everything is in order.",
    body=Findings,
    answer=DeviceStanding,
    status=201,
    action=Action.INSPECT_EQUIPMENT,
)
def inspect_device(equipment_id: int, body: Findings) -> DeviceStanding:
    """Record an inspection."""
    state = equipment.inspect(
        current_runtime(),
        current_actor(),
        equipment_id,
        body.in_order,
        networks=body.networks,
        remark=body.remark,
    )
    return DeviceStanding(state=state)


@area.operation(
    "PUT",
    "/equipment/<int:equipment_id>/place",
    summary="Say where a device stands now; it is inspected anew.",
    body=NewPlace,
    answer=DeviceStanding,
    action=Action.MANAGE_EQUIPMENT,
)
def move_device(equipment_id: int, body: NewPlace) -> DeviceStanding:
    """Move a device."""
    return DeviceStanding(state=equipment.put(current_runtime(), current_actor(), equipment_id, body.place))


@area.operation(
    "GET",
    "/equipment/jobs",
    summary="List what was copied and faxed, newest first.",
    answer=CopyJobs,
    action=Action.READ_COPYING,
)
def list_jobs() -> CopyJobs:
    """List jobs."""
    return CopyJobs(jobs=[_job(row) for row in equipment.job_desk(current_runtime(), current_actor()).jobs])


@area.operation(
    "POST",
    "/equipment/jobs/requests",
    summary="Ask for approval to copy or fax a document.",
    body=WantedJob,
    answer=EquipmentRequest,
    status=201,
    action=Action.REQUEST_COPYING,
)
def ask_job(body: WantedJob) -> EquipmentRequest:
    """Ask for a job."""
    wish = JobWish(
        act=body.act,
        document_id=body.document_id,
        copies=body.copies,
        reason=body.reason,
        until=body.until,
        station=body.station,
    )
    return EquipmentRequest(request_id=equipment.ask_job(current_runtime(), current_actor(), wish))


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/jobs",
    summary="Record an approved copy or fax job on a device.",
    body=DoneJob,
    answer=JobId,
    status=201,
    action=Action.RUN_COPYING,
)
def run_job(equipment_id: int, body: DoneJob) -> JobId:
    """Record a job."""
    job_id = equipment.run_job(
        current_runtime(),
        current_actor(),
        body.request_id,
        equipment_id,
        body.source,
        copies=body.copies,
        station=body.station,
    )
    return JobId(id=job_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs/requests",
    summary="Ask custodian and security officer to agree to a repair.",
    body=WantedRepair,
    answer=EquipmentRequest,
    status=201,
    action=Action.REQUEST_REPAIR,
)
def ask_repair(equipment_id: int, body: WantedRepair) -> EquipmentRequest:
    """Ask for a repair."""
    wish = RepairWish(
        reason=body.reason,
        technician=body.technician,
        workshop=body.workshop,
        guard=body.guard,
        escort_id=body.escort_id,
        until=body.until,
    )
    return EquipmentRequest(
        request_id=equipment.ask_repair(current_runtime(), current_actor(), equipment_id, wish)
    )


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs",
    summary="Record that a device was given to the technician whom its approval names.",
    body=SentRepair,
    answer=RepairId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def send_device(equipment_id: int, body: SentRepair) -> RepairId:
    """Send a device."""
    return RepairId(id=equipment.send(current_runtime(), current_actor(), equipment_id, body.request_id))


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs/return",
    summary="Record that a device is back from its technician; it is inspected anew.",
    body=RepairRemark,
    answer=DeviceStanding,
    action=Action.MANAGE_EQUIPMENT,
)
def take_device_back(equipment_id: int, body: RepairRemark) -> DeviceStanding:
    """Take a device back."""
    return DeviceStanding(
        state=equipment.take_back(current_runtime(), current_actor(), equipment_id, body.remark)
    )


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/retirements",
    summary="Begin to retire a device.",
    body=NewRetirement,
    answer=RetirementId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def open_retirement(equipment_id: int, body: NewRetirement) -> RetirementId:
    """Begin a retirement."""
    return RetirementId(
        id=equipment.open_retirement(
            current_runtime(), current_actor(), equipment_id, body.method, body.reason
        )
    )


@area.operation(
    "POST",
    "/retirements/<int:retirement_id>/cancellation",
    summary="Give a retirement up; the device stays what it was.",
    action=Action.MANAGE_EQUIPMENT,
)
def cancel_retirement(retirement_id: int) -> None:
    """Give a retirement up."""
    equipment.cancel_retirement(current_runtime(), current_actor(), retirement_id)


@area.operation(
    "POST",
    "/retirements/<int:retirement_id>/attestations",
    summary="Let a person prove themselves and vouch; the last one that was missing retires the device.",
    body=RetirementVouching,
    answer=RetirementStanding,
    action=Action.DESTROY,
)
def attest_retirement(retirement_id: int, body: RetirementVouching) -> RetirementStanding:
    """Let a person vouch."""
    progress = equipment.attest_retirement(
        current_runtime(),
        current_actor(),
        retirement_id,
        body.part,
        person_id=body.person_id,
        pin=body.pin,
    )
    return RetirementStanding(state=progress.state, missing=_missing(progress.shortfall))


@area.operation(
    "GET",
    "/retirements/<int:retirement_id>/certificate",
    summary="Give out the certificate of a retired device.",
    action=Action.READ_EQUIPMENT,
    media_type="application/pdf",
)
def get_certificate(retirement_id: int) -> Response:
    """Give out the certificate."""
    pdf = equipment.certificate(current_runtime(), current_actor(), retirement_id)
    return Response(pdf, content_type="application/pdf")


def _device(row: DeviceRow) -> Device:
    return Device(
        id=row.id,
        kind=row.kind,
        name=row.name,
        place=row.place,
        level=row.level,
        serial=row.serial,
        shred_level=row.shred_level,
        is_cipher=row.is_cipher,
        state=row.state,
        custodian=person(row.custodian),
        offered_to=person(row.offered_to),
        inspect_again_at=row.inspect_again_at,
        is_overdue=row.is_overdue,
    )


def _job(row: JobRow) -> CopyJob:
    return CopyJob(
        id=row.id,
        act=row.act,
        equipment_id=row.equipment_id,
        custodian=person(row.custodian),
        request_id=row.request_id,
        document_id=row.document_id,
        source_code=row.source_code,
        copies=row.copies,
        copying_unit_id=row.copying_unit.id,
        station=row.station,
        done_by=person(row.done_by),
        done_at=row.done_at,
    )


def _retirement(row: Retirement) -> DeviceRetirement:
    return DeviceRetirement(
        id=row.id,
        method=row.method,
        reason=row.reason,
        state=row.state,
        opened_by=person(row.opened_by),
        opened_at=row.opened_at,
        done_at=row.done_at,
        vouchers=[
            DeviceVoucher(person=person(one.person), part=one.part, authenticated_at=one.authenticated_at)
            for one in row.vouchers
        ],
    )


def _missing(short: Shortfall) -> RetirementMissing:
    return RetirementMissing(
        operators=short.operators_missing,
        witnesses=short.witnesses_missing,
        to_authenticate=list(short.to_authenticate),
    )
