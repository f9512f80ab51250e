"""Destruction lists as screens and certificates show them, and the devices that can carry them out."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import (
    Copy,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Document,
    Equipment,
    Unit,
)
from registry.rows import get_row
from registry.rules.words import DestructionPart, DestructionState, EquipmentKind, RequestState
from registry.views.holdings import CopyLine, Name, copy_line, name


@dataclass(frozen=True)
class Device:
    """A shredder that is in use."""

    id: int
    name: str
    place: str
    shred_level: str


@dataclass(frozen=True)
class ListedCopy:
    """One copy on a list."""

    copy: CopyLine
    issuing_unit_zh: str
    issuing_unit_en: str
    listed_at: datetime
    presented_at: datetime | None


@dataclass(frozen=True)
class Attestation:
    """Who authenticated at the shredder."""

    person: Name
    part: DestructionPart
    authenticated_at: datetime


@dataclass(frozen=True)
class ListRow:
    """A list in the overview."""

    id: int
    state: DestructionState
    reason: str
    requester: Name
    device: Device
    request_state: RequestState | None
    planned: int
    presented: int
    created_at: datetime


@dataclass(frozen=True)
class ListView(ListRow):
    """A list with everything on it."""

    request_id: int | None
    approvers: tuple[Name, ...]
    completed_at: datetime | None
    certificate_sha256: str | None
    items: tuple[ListedCopy, ...]
    attestations: tuple[Attestation, ...]

    @property
    def is_approved(self) -> bool:
        """Whether the copies may be scanned at the shredder now."""
        return self.state is DestructionState.SUBMITTED and self.request_state is RequestState.APPROVED


def shredders(session: Session) -> tuple[Device, ...]:
    """Return the shredders in use, finest first."""
    rows = session.scalars(
        sa.select(Equipment)
        .where(Equipment.kind == EquipmentKind.SHREDDER, Equipment.active)
        .order_by(Equipment.shred_level.desc(), Equipment.name)
    )
    return tuple(_device(row) for row in rows)


def lists(session: Session) -> tuple[ListRow, ...]:
    """Return all lists, newest first."""
    counted = (
        sa.select(
            DestructionItem.list_id,
            sa.func.count().label("planned"),
            sa.func.count(DestructionItem.presented_at).label("presented"),
        )
        .group_by(DestructionItem.list_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(DestructionList, counted.c.planned, counted.c.presented)
        .outerjoin(counted, counted.c.list_id == DestructionList.id)
        .order_by(DestructionList.id.desc())
    )
    return tuple(
        ListRow(
            id=row.id,
            state=row.state,
            reason=row.reason,
            requester=name(row.requester),
            device=_device(row.equipment),
            request_state=row.request.state if row.request else None,
            planned=planned or 0,
            presented=presented or 0,
            created_at=row.created_at,
        )
        for row, planned, presented in rows
    )


def one_list(session: Session, list_id: int) -> ListView:
    """Return one list.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, DestructionList, list_id)
    items = session.execute(
        sa.select(DestructionItem, Copy, Document, Unit)
        .join(Copy, DestructionItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .join(Unit, Document.issuing_unit_id == Unit.id)
        .where(DestructionItem.list_id == row.id)
        .order_by(DestructionItem.listed_at, Document.id, Copy.copy_no)
    ).all()
    signed = session.scalars(
        sa.select(DestructionSignature)
        .where(DestructionSignature.list_id == row.id)
        .order_by(DestructionSignature.part, DestructionSignature.authenticated_at)
    )
    agreed = [decision for decision in row.request.decisions if decision.agreed] if row.request else []
    return ListView(
        id=row.id,
        state=row.state,
        reason=row.reason,
        requester=name(row.requester),
        device=_device(row.equipment),
        request_state=row.request.state if row.request else None,
        planned=len(items),
        presented=sum(item.presented_at is not None for item, *_ in items),
        created_at=row.created_at,
        request_id=row.request_id,
        approvers=tuple(name(decision.person) for decision in agreed),
        completed_at=row.completed_at,
        certificate_sha256=row.certificate_sha256,
        items=tuple(
            ListedCopy(
                copy=copy_line(copy, document),
                issuing_unit_zh=unit.name_zh,
                issuing_unit_en=unit.name_en,
                listed_at=item.listed_at,
                presented_at=item.presented_at,
            )
            for item, copy, document, unit in items
        ),
        attestations=tuple(Attestation(name(one.person), one.part, one.authenticated_at) for one in signed),
    )


def _device(row: Equipment) -> Device:
    return Device(id=row.id, name=row.name, place=row.place, shred_level=row.shred_level or "")
