"""Devices as lists and pages show them; who sees which.

Whoever reads the register of devices sees all of them; everybody else those that they answer for or were offered. What
was copied is business: of the three administrators only the auditor reads it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from registry.models import (
    ApprovalRequest,
    Equipment,
    EquipmentHandOver,
    EquipmentInspection,
    EquipmentJob,
    EquipmentRepair,
    EquipmentRetirement,
)
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.clocks import is_lapsed
from registry.rules.devicebook import DEVICEBOOK, DeviceCheck, load_devicebook
from registry.rules.equipment import STRICTEST
from registry.rules.family import USE_DETAIL
from registry.rules.levels import Handling
from registry.rules.roles import Action, Actor
from registry.rules.words import (
    DestructionPart,
    EquipmentKind,
    EquipmentState,
    HandOverState,
    RepairGuard,
    RequestState,
    RetirementMethod,
    RetirementState,
)
from registry.views.family import photocopies
from registry.views.holdings import CopyLine, Name, name
from registry.views.people import UnitName, unit_name


@dataclass(frozen=True)
class DeviceRow:
    """A device in a list.

    Attributes:
        offered_to: Who was asked to sign for it, and has not yet.
        is_overdue: Whether its last inspection has grown old.
    """

    id: int
    kind: EquipmentKind
    name: str
    place: str
    level: Handling | None
    serial: str
    shred_level: str | None
    is_cipher: bool
    state: EquipmentState
    custodian: Name | None
    offered_to: Name | None
    inspect_again_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True)
class KeptBy:
    """From when a person has answered for a device, or when they were asked to."""

    giver: Name | None
    receiver: Name
    state: HandOverState
    offered_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Inspection:
    """What an inspector found."""

    inspector: Name
    inspected_at: datetime
    passed: bool
    unmet: tuple[DeviceCheck, ...]
    networks: str
    remark: str
    inspect_again_at: datetime | None


@dataclass(frozen=True)
class JobRow:
    """One copy or fax job; ``photocopies`` are the numbered copies that it made, none of older jobs."""

    id: int
    act: Act
    equipment_id: int
    device: str
    custodian: Name
    request_id: int
    document_id: int
    doc_number: str
    title: str
    level: str
    source_no: int
    source_code: str
    copies: int
    copying_unit: UnitName
    station: str
    done_by: Name
    done_at: datetime
    photocopies: tuple[CopyLine, ...]


@dataclass(frozen=True)
class Repair:
    """One visit to a technician, or of one."""

    id: int
    request_id: int
    technician: str
    workshop: str
    guard: RepairGuard
    escort: Name | None
    sent_at: datetime
    sent_by: Name
    back_at: datetime | None
    remark: str


@dataclass(frozen=True)
class Voucher:
    """A person who vouched in person."""

    person: Name
    part: DestructionPart
    authenticated_at: datetime


@dataclass(frozen=True)
class Retirement:
    """How a device leaves, or left, the register."""

    id: int
    method: RetirementMethod
    reason: str
    state: RetirementState
    custodian: Name | None
    opened_by: Name
    opened_at: datetime
    done_at: datetime | None
    certificate_sha256: str | None
    vouchers: tuple[Voucher, ...]


@dataclass(frozen=True)
class DeviceView:
    """A device with everything that is on record about it; histories have the newest first."""

    row: DeviceRow
    registered_at: datetime | None
    checks: tuple[DeviceCheck, ...]
    endings: frozenset[RetirementMethod]
    kept_by: tuple[KeptBy, ...]
    inspections: tuple[Inspection, ...]
    jobs: tuple[JobRow, ...]
    repairs: tuple[Repair, ...]
    retirements: tuple[Retirement, ...]
    is_mine: bool
    is_offered_to_me: bool

    @property
    def open_retirement(self) -> Retirement | None:
        """The retirement that waits for signatures."""
        return next((one for one in self.retirements if one.state is RetirementState.OPEN), None)


@dataclass(frozen=True)
class UsableApproval:
    """An approval that could be carried out now."""

    id: int
    act: Act
    document_id: int | None
    doc_number: str
    title: str
    left: int
    station: str
    until_at: datetime


def devices(session: Session, actor: Actor, *, now: datetime) -> tuple[DeviceRow, ...]:
    """Return the devices that the actor may see, those in use first, then by name."""
    found = session.execute(
        _devices(actor).order_by(Equipment.state == EquipmentState.RETIRED, Equipment.name)
    )
    return tuple(_row(device, offered, now) for device, offered in found)


def device(session: Session, equipment_id: int, actor: Actor, *, now: datetime) -> DeviceView:
    """Return one device with its histories.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may see.
    """
    found = session.execute(_devices(actor).where(Equipment.id == equipment_id)).first()
    if found is None:
        raise UnknownRow(Equipment.__tablename__, equipment_id)
    row, offered = found
    return DeviceView(
        row=_row(row, offered, now),
        registered_at=row.registered_at,
        checks=DEVICEBOOK.checks_of(row.kind),
        endings=DEVICEBOOK.endings_of(row.level or STRICTEST),
        kept_by=_kept_by(session, equipment_id),
        inspections=_inspections(session, equipment_id),
        jobs=jobs(session, equipment_id=equipment_id)
        if roles.may(actor, Action.READ_COPYING) or row.custodian_id == actor.person_id
        else (),
        repairs=_repairs(session, equipment_id),
        retirements=_retirements(session, equipment_id),
        is_mine=row.custodian_id is not None and row.custodian_id == actor.person_id,
        is_offered_to_me=offered is not None and offered.receiver_id == actor.person_id,
    )


def jobs(
    session: Session, *, equipment_id: int | None = None, document_id: int | None = None
) -> tuple[JobRow, ...]:
    """Return the copy and fax jobs of a device or of a document, newest first."""
    query = _JOBS.order_by(EquipmentJob.id.desc())
    if equipment_id is not None:
        query = query.where(EquipmentJob.equipment_id == equipment_id)
    if document_id is not None:
        query = query.where(EquipmentJob.document_id == document_id)
    return _job_rows(session, query)


def job(session: Session, job_id: int) -> JobRow:
    """Return one copy or fax job.

    Raises:
        UnknownRow: there is none under this id.
    """
    found = _job_rows(session, _JOBS.where(EquipmentJob.id == job_id))
    if not found:
        raise UnknownRow(EquipmentJob.__tablename__, job_id)
    return found[0]


def usable_approvals(
    session: Session,
    actor: Actor,
    acts: frozenset[Act],
    *,
    now: datetime,
    detail: tuple[str, str] | None = None,
) -> tuple[UsableApproval, ...]:
    """Return approvals of these acts that are not used up, asked for by somebody else than the actor.

    Args:
        session: For reading.
        actor: Who would carry them out.
        acts: Which acts.
        now: The present instant.
        detail: Only those whose order says this: name and value.
    """
    query = (
        sa.select(ApprovalRequest)
        .options(joinedload(ApprovalRequest.document), joinedload(ApprovalRequest.decisions))
        .where(
            ApprovalRequest.act.in_(acts),
            ApprovalRequest.state == RequestState.APPROVED,
            ApprovalRequest.requester_id != actor.person_id,
            ApprovalRequest.valid_until_at >= now,
        )
        .order_by(ApprovalRequest.id)
    )
    found = []
    for request in session.scalars(query).unique():
        details = dict(request.order["details"])
        agreed = {row.person_id for row in request.decisions if row.agreed}
        if (
            actor.person_id in agreed
            or USE_DETAIL in details
            or (detail is not None and details.get(detail[0]) != detail[1])
        ):
            continue
        document = request.document
        found.append(
            UsableApproval(
                id=request.id,
                act=request.act,
                document_id=request.document_id,
                doc_number="" if document is None else document.doc_number,
                title="" if document is None else document.title,
                left=request.quantity - request.used,
                station=details.get("station", ""),
                until_at=request.valid_until_at,
            )
        )
    return tuple(found)


def retirement(session: Session, retirement_id: int) -> tuple[int, Retirement]:
    """Return a retirement, and the id of its device.

    Raises:
        UnknownRow: there is none under this id.
    """
    found = session.get(EquipmentRetirement, retirement_id)
    if found is None:
        raise UnknownRow(EquipmentRetirement.__tablename__, retirement_id)
    return found.equipment_id, _retirement(found)


def _devices(actor: Actor) -> sa.Select[Equipment, EquipmentHandOver | None]:
    offered = aliased(EquipmentHandOver)
    query = (
        sa.select(Equipment, offered)
        .outerjoin(
            offered,
            sa.and_(offered.equipment_id == Equipment.id, offered.state == HandOverState.OFFERED),
        )
        .options(joinedload(Equipment.custodian), joinedload(offered.receiver))
    )
    if roles.may(actor, Action.READ_EQUIPMENT):
        return query
    return query.where(
        sa.or_(Equipment.custodian_id == actor.person_id, offered.receiver_id == actor.person_id)
        if actor.person_id is not None
        else sa.false()
    )


def _row(device: Equipment, offered: EquipmentHandOver | None, now: datetime) -> DeviceRow:
    in_use = device.state is EquipmentState.IN_USE
    return DeviceRow(
        id=device.id,
        kind=device.kind,
        name=device.name,
        place=device.place,
        level=device.level,
        serial=device.serial,
        shred_level=device.shred_level,
        is_cipher=device.is_cipher,
        state=device.state,
        custodian=None if device.custodian is None else name(device.custodian),
        offered_to=None if offered is None else name(offered.receiver),
        inspect_again_at=device.inspect_again_at,
        is_overdue=in_use and device.inspect_again_at is not None and is_lapsed(device.inspect_again_at, now),
    )


def _kept_by(session: Session, equipment_id: int) -> tuple[KeptBy, ...]:
    found = session.scalars(
        sa.select(EquipmentHandOver)
        .options(joinedload(EquipmentHandOver.giver), joinedload(EquipmentHandOver.receiver))
        .where(EquipmentHandOver.equipment_id == equipment_id)
        .order_by(EquipmentHandOver.id.desc())
    )
    return tuple(
        KeptBy(
            giver=None if row.giver is None else name(row.giver),
            receiver=name(row.receiver),
            state=row.state,
            offered_at=row.offered_at,
            closed_at=row.closed_at,
        )
        for row in found
    )


def _inspections(session: Session, equipment_id: int) -> tuple[Inspection, ...]:
    found = session.scalars(
        sa.select(EquipmentInspection)
        .options(joinedload(EquipmentInspection.inspector))
        .where(EquipmentInspection.equipment_id == equipment_id)
        .order_by(EquipmentInspection.id.desc())
    ).all()
    books = {version: load_devicebook(version) for version in {row.rules_version for row in found}}
    return tuple(
        Inspection(
            inspector=name(row.inspector),
            inspected_at=row.inspected_at,
            passed=row.passed,
            unmet=tuple(check for check in books[row.rules_version].checks if check.id in row.unmet),
            networks=row.networks,
            remark=row.remark,
            inspect_again_at=row.inspect_again_at,
        )
        for row in found
    )


def _repairs(session: Session, equipment_id: int) -> tuple[Repair, ...]:
    found = session.scalars(
        sa.select(EquipmentRepair)
        .options(joinedload(EquipmentRepair.escort), joinedload(EquipmentRepair.sent_by))
        .where(EquipmentRepair.equipment_id == equipment_id)
        .order_by(EquipmentRepair.id.desc())
    )
    return tuple(
        Repair(
            id=row.id,
            request_id=row.request_id,
            technician=row.technician,
            workshop=row.workshop,
            guard=row.guard,
            escort=None if row.escort is None else name(row.escort),
            sent_at=row.sent_at,
            sent_by=name(row.sent_by),
            back_at=row.back_at,
            remark=row.remark,
        )
        for row in found
    )


def _retirements(session: Session, equipment_id: int) -> tuple[Retirement, ...]:
    found = session.scalars(
        sa.select(EquipmentRetirement)
        .where(EquipmentRetirement.equipment_id == equipment_id)
        .order_by(EquipmentRetirement.id.desc())
    )
    return tuple(map(_retirement, found))


def _retirement(found: EquipmentRetirement) -> Retirement:
    return Retirement(
        id=found.id,
        method=found.method,
        reason=found.reason,
        state=found.state,
        custodian=None if found.custodian is None else name(found.custodian),
        opened_by=name(found.opened_by),
        opened_at=found.opened_at,
        done_at=found.done_at,
        certificate_sha256=found.certificate_sha256,
        vouchers=tuple(
            Voucher(name(one.person), one.part, one.authenticated_at)
            for one in sorted(found.signatures, key=lambda one: (one.part, one.authenticated_at))
        ),
    )


_JOBS: Final = sa.select(EquipmentJob).options(
    joinedload(EquipmentJob.equipment),
    joinedload(EquipmentJob.custodian),
    joinedload(EquipmentJob.document),
    joinedload(EquipmentJob.source),
    joinedload(EquipmentJob.copying_unit),
    joinedload(EquipmentJob.done_by),
)


def _job_rows(session: Session, query: sa.Select[EquipmentJob]) -> tuple[JobRow, ...]:
    found = session.scalars(query).all()
    made = photocopies(session, [row.id for row in found])
    return tuple(_job(row, made.get(row.id, ())) for row in found)


def _job(row: EquipmentJob, made: tuple[CopyLine, ...]) -> JobRow:
    return JobRow(
        id=row.id,
        act=row.act,
        equipment_id=row.equipment_id,
        device=row.equipment.name,
        custodian=name(row.custodian),
        request_id=row.request_id,
        document_id=row.document_id,
        doc_number=row.document.doc_number,
        title=row.document.title,
        level=row.document.level,
        source_no=row.source.copy_no,
        source_code=row.source.code,
        copies=row.copies,
        copying_unit=unit_name(row.copying_unit),
        station=row.station,
        done_by=name(row.done_by),
        done_at=row.done_at,
        photocopies=made,
    )
