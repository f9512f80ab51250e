"""Gates, permits and the gate log as screens show them. Titles are for those who handle documents, not for guards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from registry.models import Copy, Document, Gate, GateEvent, Permit, PermitCarrier, Person
from registry.rows import get_row
from registry.rules.gate import Colour, Reason
from registry.rules.lifecycle import State
from registry.rules.roles import Actor
from registry.rules.words import Direction, PermitState, ScanSource
from registry.ruling import in_force
from registry.views.holdings import CopyLine, Name, copy_line, name

PAGE_ROWS: Final = 50


@dataclass(frozen=True)
class GateName:
    """A gate as screens name it."""

    id: int
    zh: str
    en: str


@dataclass(frozen=True)
class EventRow:
    """One attempt at a gate, exactly as it was seen.

    Attributes:
        code: Of the copy that it was about; None when no copy was recognised.
        seal_no: Of the sealed bag that it was about.
        shown: ``carriers``, ``pages``, ``refused``: what was shown beside the paper.
    """

    id: int
    gate: GateName
    guard: Name
    direction: Direction
    source: ScanSource
    proof: str
    raw_code: str
    code: str | None
    seal_no: str | None
    colour: Colour
    reason: Reason
    facts: dict[str, Any]
    shown: dict[str, Any]
    device_id: str
    device_at: datetime | None
    happened_at: datetime
    override_by: Name | None
    override_reason: str | None


@dataclass(frozen=True)
class EventFilter:
    """What a gate log is narrowed to."""

    gate_id: int | None = None
    colour: Colour | None = None


@dataclass(frozen=True)
class EventPage:
    """A page of the gate log: ``total`` counts all that match."""

    rows: tuple[EventRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the log has, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True)
class PermitRow:
    """One take-out permit; ``is_lapsed`` when its window ended before it was used."""

    id: int
    request_id: int
    copy: CopyLine
    gate: GateName | None
    carriers: tuple[Name, ...]
    opens_at: datetime
    closes_at: datetime
    state: PermitState
    is_lapsed: bool


def gates(session: Session) -> tuple[GateName, ...]:
    """Return the gates in use, in the order in which they were added."""
    return tuple(
        gate_name(gate) for gate in session.scalars(sa.select(Gate).where(Gate.active).order_by(Gate.id))
    )


def one_gate(session: Session, gate_id: int) -> GateName:
    """Return one gate, in use or not.

    Raises:
        UnknownRow: there is none under this id.
    """
    return gate_name(get_row(session, Gate, gate_id))


def documents_at_gates(session: Session) -> frozenset[int]:
    """Return the documents of which copies may come to a gate: with an open permit, or outside."""
    permitted = sa.select(Permit.copy_id).where(Permit.state == PermitState.OPEN)
    coming = sa.or_(Copy.state == State.OUTSIDE, Copy.id.in_(permitted))
    return frozenset(session.scalars(sa.select(Copy.document_id).where(coming).distinct()))


def events(session: Session, wanted: EventFilter, *, page: int = 1) -> EventPage:
    """Return one page of the gate log, newest first."""
    conditions = []
    if wanted.gate_id is not None:
        conditions.append(GateEvent.gate_id == wanted.gate_id)
    if wanted.colour is not None:
        conditions.append(GateEvent.colour == wanted.colour)
    total = session.scalars(sa.select(sa.func.count(GateEvent.id)).where(*conditions)).one()
    query = event_rows().where(*conditions).order_by(GateEvent.id.desc())
    rows = session.execute(query.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS))
    return EventPage(tuple(event_row(event, by) for event, by in rows), total, page)


def waiting(session: Session, *, now: datetime) -> tuple[EventRow, ...]:
    """Return the amber attempts that a supervisor may still decide, longest waiting first.

    The last attempt of each copy only: an earlier one was answered by the later. Of a bag there is nothing to decide.
    """
    later = aliased(GateEvent)
    query = (
        event_rows()
        .where(
            GateEvent.colour == Colour.AMBER,
            GateEvent.bag_id.is_(None),
            GateEvent.override_by_id.is_(None),
            GateEvent.happened_at >= now - in_force(session, now).clocks.gate_decision,
            ~sa.exists().where(later.copy_id == GateEvent.copy_id, later.id > GateEvent.id),
        )
        .order_by(GateEvent.id)
    )
    return tuple(event_row(event, by) for event, by in session.execute(query))


def count_waiting(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many amber attempts an actor may decide: none that they scanned themselves."""
    return sum(row.guard.id != actor.person_id for row in waiting(session, now=now))


def event(session: Session, event_id: int) -> EventRow:
    """Return one attempt.

    Raises:
        UnknownRow: there is none under this id.
    """
    get_row(session, GateEvent, event_id)
    found, by = session.execute(event_rows().where(GateEvent.id == event_id)).one()
    return event_row(found, by)


def permits(
    session: Session, *, now: datetime, person_id: int | None = None, request_id: int | None = None
) -> tuple[PermitRow, ...]:
    """Return permits, newest first.

    Args:
        session: To read with.
        now: For what has lapsed.
        person_id: Only those that name this person as carrier, or that they asked for.
        request_id: Only those of one request.
    """
    query = (
        sa.select(Permit, Copy, Document)
        .join(Copy, Permit.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .options(
            joinedload(Permit.gate),
            joinedload(Permit.request),
            selectinload(Permit.carriers).joinedload(PermitCarrier.person),
        )
        .order_by(Permit.id.desc())
    )
    if person_id is not None:
        query = query.where(
            sa.or_(
                Permit.carriers.any(PermitCarrier.person_id == person_id),
                Permit.request.has(requester_id=person_id),
            )
        )
    if request_id is not None:
        query = query.where(Permit.request_id == request_id)
    return tuple(_permit(*row, now=now) for row in session.execute(query))


def gate_name(gate: Gate) -> GateName:
    """Return how screens name a gate."""
    return GateName(id=gate.id, zh=gate.name_zh, en=gate.name_en)


def event_rows() -> sa.Select[GateEvent, Person | None]:
    """Return the query for events, each with the supervisor who let it pass."""
    by = aliased(Person)
    return (
        sa.select(GateEvent, by)
        .outerjoin(by, GateEvent.override_by_id == by.id)
        .options(
            joinedload(GateEvent.gate),
            joinedload(GateEvent.guard),
            joinedload(GateEvent.copy),
            joinedload(GateEvent.bag),
        )
    )


def event_row(event: GateEvent, by: Person | None) -> EventRow:
    """Return an event as screens show it."""
    beside = {"shown", "proof"}
    return EventRow(
        id=event.id,
        gate=gate_name(event.gate),
        guard=name(event.guard),
        direction=event.direction,
        source=event.source,
        proof=event.facts["proof"],
        raw_code=event.raw_code,
        code=None if event.copy is None else event.copy.code,
        seal_no=None if event.bag is None else event.bag.seal_no,
        colour=event.colour,
        reason=Reason(event.reason),
        facts={key: value for key, value in event.facts.items() if key not in beside},
        shown=event.facts["shown"],
        device_id=event.device_id,
        device_at=event.device_at,
        happened_at=event.happened_at,
        override_by=None if by is None else name(by),
        override_reason=event.override_reason,
    )


def _permit(permit: Permit, copy: Copy, document: Document, *, now: datetime) -> PermitRow:
    return PermitRow(
        id=permit.id,
        request_id=permit.request_id,
        copy=copy_line(copy, document),
        gate=None if permit.gate is None else gate_name(permit.gate),
        carriers=tuple(name(carrier.person) for carrier in permit.carriers),
        opens_at=permit.opens_at,
        closes_at=permit.closes_at,
        state=permit.state,
        is_lapsed=permit.state is PermitState.OPEN and permit.closes_at < now,
    )
