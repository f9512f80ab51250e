"""Destruction lists as screens and certificates show them, and the devices and plants that can carry them out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry.models import (
    Copy,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Document,
    Equipment,
    Person,
    Plant,
    PlantReceipt,
    Unit,
)
from registry.rows import get_row
from registry.rules.plant import Tally, tally
from registry.rules.words import (
    BagState,
    DestructionPart,
    DestructionState,
    EquipmentKind,
    ItemEnd,
    RequestState,
)
from registry.views.holdings import CopyLine, Name, copy_line, name


@dataclass(frozen=True)
class Device:
    """A shredder, with its certified class."""

    id: int
    name: str
    place: str
    shred_level: str


@dataclass(frozen=True)
class PlantName:
    """A designated plant; ``active`` says whether lists may be sent there."""

    id: int
    name: str
    place: str
    active: bool


@dataclass(frozen=True)
class BagRow:
    """A sealed bag, or one that was: how many copies lie in it, who sealed it, who opened it and why."""

    id: int
    seal_no: str
    state: BagState
    copies: int
    sealed_by: Name
    sealed_at: datetime
    opened_by: Name | None
    opened_with: Name | None
    opened_at: datetime | None
    opening: str


@dataclass(frozen=True)
class ReceiptRow:
    """What the plant stated."""

    number: str
    destroyed_at: datetime
    weight_g: int | None
    scan_sha256: str
    scan_kind: str
    recorded_by: Name
    recorded_at: datetime


@dataclass(frozen=True)
class ListedCopy:
    """One copy on a list; ``presented_by`` has scanned it again, and has it in an open bag until there is a seal."""

    copy: CopyLine
    issuing_unit_zh: str
    issuing_unit_en: str
    listed_at: datetime
    presented_at: datetime | None
    presented_by: Name | None
    seal_no: str | None
    ended_as: ItemEnd | None


@dataclass(frozen=True)
class Attestation:
    """Who authenticated, at the shredder or as escort."""

    person: Name
    part: DestructionPart
    authenticated_at: datetime


@dataclass(frozen=True)
class ListRow:
    """A list in the overview; it goes to a device or to a plant."""

    id: int
    state: DestructionState
    reason: str
    requester: Name
    device: Device | None
    plant: PlantName | None
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
    handed_at: datetime | None
    bags: tuple[BagRow, ...]
    receipt: ReceiptRow | None

    @property
    def is_approved(self) -> bool:
        """Whether the copies may be scanned at the shredder, or into bags, now."""
        return self.state is DestructionState.SUBMITTED and self.request_state is RequestState.APPROVED

    @property
    def open_bags(self) -> Mapping[Name, int]:
        """Who has scanned how many copies since their last bag was sealed."""
        return Counter(item.presented_by for item in self.items if item.presented_by and not item.seal_no)

    def in_open_bag(self, person_id: int | None) -> int:
        """Return how many copies a person has scanned since their last bag was sealed."""
        return sum(copies for packer, copies in self.open_bags.items() if packer.id == person_id)

    @property
    def outside(self) -> tuple[BagRow, ...]:
        """The bags that left and of which the plant has said nothing yet."""
        return tuple(bag for bag in self.bags if bag.state is BagState.OUTSIDE)

    @property
    def tally(self) -> Tally:
        """What became of the copies; of a list for a shredder, those that were scanned there are destroyed."""
        done = self.state is DestructionState.DESTROYED and self.plant is None
        return tally(
            self.planned,
            sum(item.seal_no is not None for item in self.items),
            [ItemEnd.DESTROYED if done and item.presented_at else item.ended_as for item in self.items],
        )


def shredders(session: Session) -> tuple[Device, ...]:
    """Return the shredders in use, finest first."""
    rows = session.scalars(
        sa.select(Equipment)
        .where(Equipment.kind == EquipmentKind.SHREDDER, Equipment.active)
        .order_by(Equipment.shred_level.desc(), Equipment.name)
    )
    return tuple(_device(row) for row in rows)


def plants(session: Session, *, only_active: bool = True) -> tuple[PlantName, ...]:
    """Return the designated plants by name, those of earlier days too where asked."""
    query = sa.select(Plant).order_by(Plant.name)
    rows = session.scalars(query.where(Plant.active) if only_active else query)
    return tuple(_plant(row) for row in rows)


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
            device=_device(row.equipment) if row.equipment else None,
            plant=_plant(row.plant) if row.plant else None,
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
        sa.select(DestructionItem, Copy, Document, Unit, Person)
        .options(joinedload(DestructionItem.bag))
        .join(Copy, DestructionItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .join(Unit, Document.issuing_unit_id == Unit.id)
        .outerjoin(Person, DestructionItem.presented_by_id == Person.id)
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
        device=_device(row.equipment) if row.equipment else None,
        plant=_plant(row.plant) if row.plant else None,
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
                presented_by=name(presenter) if item.presented_by_id else None,
                seal_no=item.bag.seal_no if item.bag else None,
                ended_as=item.ended_as,
            )
            for item, copy, document, unit, presenter in items
        ),
        attestations=tuple(Attestation(name(one.person), one.part, one.authenticated_at) for one in signed),
        handed_at=row.handed_at,
        bags=_bags(row),
        receipt=_receipt(session, row.id),
    )


def _bags(row: DestructionList) -> tuple[BagRow, ...]:
    filled = Counter(item.bag_id for item in row.items)
    return tuple(
        BagRow(
            id=bag.id,
            seal_no=bag.seal_no,
            state=bag.state,
            copies=filled[bag.id],
            sealed_by=name(bag.sealed_by),
            sealed_at=bag.sealed_at,
            opened_by=name(bag.opened_by) if bag.opened_by else None,
            opened_with=name(bag.opened_with) if bag.opened_with else None,
            opened_at=bag.opened_at,
            opening=bag.opening,
        )
        for bag in row.bags
    )


def _receipt(session: Session, list_id: int) -> ReceiptRow | None:
    row = session.get(PlantReceipt, list_id)
    if row is None:
        return None
    return ReceiptRow(
        number=row.number,
        destroyed_at=row.destroyed_at,
        weight_g=row.weight_g,
        scan_sha256=row.scan_sha256,
        scan_kind=row.scan_kind,
        recorded_by=name(row.recorded_by),
        recorded_at=row.recorded_at,
    )


def _plant(row: Plant) -> PlantName:
    return PlantName(id=row.id, name=row.name, place=row.place, active=row.active)


def _device(row: Equipment) -> Device:
    return Device(id=row.id, name=row.name, place=row.place, shred_level=row.shred_level or "")
