"""What is on record under a person's name besides the copies they answer for, thing by thing.

Copies in hand are told by ``views.holdings``; what of all this keeps a person from leaving is decided in
``rules.leaving``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.circulating import places
from registry.models import (
    Circulation,
    CirculationReader,
    Copy,
    Delegation,
    DestructionList,
    DestructionSignature,
    Document,
    Equipment,
    EquipmentHandOver,
    EquipmentRepair,
    HandOver,
    HandOverItem,
    Meeting,
    MeetingAttendee,
    MeetingCheck,
    MeetingItemOut,
    Permit,
    PermitCarrier,
    Person,
    TraceCase,
)
from registry.rules.circulation import CirculationState, Turn
from registry.rules.delegation import DelegationState
from registry.rules.leaving import Obstacle
from registry.rules.meetings import OVER
from registry.rules.words import (
    CaseState,
    DestructionPart,
    DestructionState,
    EquipmentState,
    HandOverState,
    PermitState,
)


@dataclass(frozen=True)
class Belonging:
    """One thing under a person's name.

    Attributes:
        obstacle: What kind of thing it is.
        id: Of the page on which it is handed over: the hand-over, permit, device, meeting, delegation, case or
            circulation.
        what: What it is called in the register.
        until_at: Until when it is theirs, where that is known.
    """

    obstacle: Obstacle
    id: int
    what: str
    until_at: datetime | None = None


Lister: TypeAlias = Callable[[Session, int, datetime], Iterable[Belonging]]


def belongings(session: Session, person_id: int, *, now: datetime) -> tuple[Belonging, ...]:
    """Return everything under a person's name, copies in hand apart, by kind."""
    return tuple(chain.from_iterable(lister(session, person_id, now) for lister in _LISTERS))


def _offers(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query = (
        sa.select(HandOver.id, Document.doc_number, Copy.copy_no)
        .join(HandOverItem, HandOverItem.hand_over_id == HandOver.id)
        .join(Copy, HandOverItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(HandOver.receiver_id == person_id, HandOver.state == HandOverState.OFFERED)
        .order_by(HandOver.id, Copy.id)
    )
    for id_, doc_number, copy_no in session.execute(query):
        yield Belonging(Obstacle.OFFERED, id_, _copy(doc_number, copy_no))


def _permits(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    is_open = sa.and_(Permit.state == PermitState.OPEN, Permit.closes_at >= now)
    query = (
        sa.select(Permit.id, Document.doc_number, Copy.copy_no, Permit.closes_at)
        .join(PermitCarrier, PermitCarrier.permit_id == Permit.id)
        .join(Copy, Permit.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(PermitCarrier.person_id == person_id, sa.or_(is_open, Permit.state == PermitState.OUTSIDE))
        .order_by(Permit.id)
    )
    for id_, doc_number, copy_no, closes_at in session.execute(query):
        yield Belonging(Obstacle.PERMIT, id_, _copy(doc_number, copy_no), closes_at)


def _devices(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    kept = sa.select(Equipment).where(
        Equipment.custodian_id == person_id, Equipment.state != EquipmentState.RETIRED
    )
    for device in session.scalars(kept.order_by(Equipment.id)):
        yield Belonging(Obstacle.DEVICE, device.id, _device(device))


def _offered_devices(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query: sa.Select[Equipment] = (
        sa.select(Equipment)
        .join(EquipmentHandOver, EquipmentHandOver.equipment_id == Equipment.id)
        .where(EquipmentHandOver.receiver_id == person_id, EquipmentHandOver.state == HandOverState.OFFERED)
        .order_by(Equipment.id)
    )
    for device in session.scalars(query):
        yield Belonging(Obstacle.DEVICE_OFFERED, device.id, _device(device))


def _escorts(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query: sa.Select[Equipment] = (
        sa.select(Equipment)
        .join(EquipmentRepair, EquipmentRepair.equipment_id == Equipment.id)
        .where(EquipmentRepair.escort_id == person_id, EquipmentRepair.back_at.is_(None))
        .order_by(Equipment.id)
    )
    for device in session.scalars(query):
        yield Belonging(Obstacle.ESCORT, device.id, _device(device))


def _bags(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query = (
        sa.select(DestructionList.id)
        .join(DestructionSignature, DestructionSignature.list_id == DestructionList.id)
        .where(
            DestructionSignature.person_id == person_id,
            DestructionSignature.part == DestructionPart.ESCORT,
            DestructionList.state == DestructionState.EN_ROUTE,
        )
        .order_by(DestructionList.id)
    )
    for id_ in session.scalars(query):
        yield Belonging(Obstacle.BAG, id_, f"D-{id_:06d}")


def _meeting_things(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query = (
        sa.select(Meeting.id, Meeting.title, MeetingItemOut.what, MeetingItemOut.number)
        .join(MeetingItemOut, MeetingItemOut.meeting_id == Meeting.id)
        .join(MeetingAttendee, MeetingItemOut.attendee_id == MeetingAttendee.id)
        .where(MeetingAttendee.person_id == person_id, MeetingItemOut.back_at.is_(None))
        .order_by(Meeting.id, MeetingItemOut.kind, MeetingItemOut.number)
    )
    for id_, title, what, number in session.execute(query):
        yield Belonging(Obstacle.MEETING_THING, id_, " · ".join(filter(None, (title, what, str(number)))))


def _meeting_checks(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query = (
        sa.select(Meeting.id, Meeting.title, MeetingCheck.check_id, MeetingCheck.due_at)
        .join(MeetingCheck, MeetingCheck.meeting_id == Meeting.id)
        .where(
            MeetingCheck.owner_id == person_id,
            MeetingCheck.done_at.is_(None),
            Meeting.state.not_in(OVER),
        )
        .order_by(MeetingCheck.due_at, MeetingCheck.id)
    )
    for id_, title, check_id, due_at in session.execute(query):
        yield Belonging(Obstacle.MEETING_CHECK, id_, f"{title} · {check_id}", due_at)


def _delegations(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    giver, deputy = aliased(Person), aliased(Person)
    query = (
        sa.select(Delegation.id, giver.staff_no, deputy.staff_no, Delegation.until_at)
        .join(giver, Delegation.giver_id == giver.id)
        .join(deputy, Delegation.deputy_id == deputy.id)
        .where(
            sa.or_(Delegation.giver_id == person_id, Delegation.deputy_id == person_id),
            Delegation.state.in_((DelegationState.PROPOSED, DelegationState.AGREED)),
            Delegation.until_at >= now,
        )
        .order_by(Delegation.id)
    )
    for id_, gives, decides, until_at in session.execute(query):
        yield Belonging(Obstacle.DELEGATION, id_, f"{gives} → {decides}", until_at)


def _cases(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    del now
    query = sa.select(TraceCase.id).where(
        TraceCase.opened_by_id == person_id, TraceCase.state.in_((CaseState.OPEN, CaseState.RUNNING))
    )
    for id_ in session.scalars(query.order_by(TraceCase.id)):
        yield Belonging(Obstacle.CASE, id_, f"T-{id_:06d}")


def _circulations(session: Session, person_id: int, now: datetime) -> Iterable[Belonging]:
    """Return the circulations in which the person still waits; a copy they have is among their holdings."""
    del now
    query: sa.Select[int, str, int] = (
        sa.select(Circulation.id, Document.doc_number, Copy.copy_no)
        .join(CirculationReader, CirculationReader.circulation_id == Circulation.id)
        .join(Copy, Circulation.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(
            CirculationReader.person_id == person_id,
            CirculationReader.skipped_at.is_(None),
            Circulation.state == CirculationState.RUNNING,
        )
        .order_by(Circulation.id)
    )
    for id_, doc_number, copy_no in session.execute(query).all():
        waits = any(
            place.row.person_id == person_id and place.turn is Turn.WAITING for place in places(session, id_)
        )
        if waits:
            yield Belonging(Obstacle.CIRCULATION, id_, _copy(doc_number, copy_no))


_LISTERS: Final[Sequence[Lister]] = (
    _offers,
    _permits,
    _devices,
    _offered_devices,
    _escorts,
    _bags,
    _meeting_things,
    _meeting_checks,
    _delegations,
    _cases,
    _circulations,
)


def _copy(doc_number: str, copy_no: int) -> str:
    return f"{doc_number} · {copy_no:06d}"


def _device(device: Equipment) -> str:
    return " · ".join(filter(None, (device.name, device.place, device.serial)))
