"""Who knows a document, gathered from everything on record; the traces are told in ``rules/knowing``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from registry import kin
from registry.ledger import log
from registry.models import (
    ApprovalDecision,
    ApprovalRequest,
    Conveyance,
    ConveyanceListener,
    Copy,
    CopyReturn,
    CopyReturnItem,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Document,
    EquipmentJob,
    HandOver,
    HandOverItem,
    Meeting,
    MeetingAttendee,
    Movement,
    Permit,
    PermitCarrier,
    Person,
    PrintAttempt,
    PrintBatch,
)
from registry.rows import get_row
from registry.rules.knowing import Known, Part, Trace
from registry.rules.words import AttendeeState, Custodian, DestructionState, MeetingState, PermitState
from registry.views.holdings import Name, name
from registry.views.people import UnitName, unit_name

HELD_MEETINGS: Final = (MeetingState.UNDER_WAY, MeetingState.ENDED, MeetingState.CLOSED)
"""The states of a meeting that people have come to."""

Found: TypeAlias = tuple[int, int, datetime, datetime]
"""A person, how often, the first and the last time."""


@dataclass(frozen=True)
class Knower:
    """One person who knows a document, and by what; earliest trace first.

    Attributes:
        through: The documents that left the traces, by id: the one that was asked for, and others made of it.
    """

    person: Name
    unit: UnitName
    active: bool
    known: tuple[Known, ...]
    through: tuple[int, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """As what the person knows, each once."""
        held = {one.part for one in self.known}
        return tuple(part for part in Part if part in held)

    @property
    def first_at(self) -> datetime:
        """Since when."""
        return min(one.first_at for one in self.known)

    @property
    def last_at(self) -> datetime:
        """The latest trace."""
        return max(one.last_at for one in self.known)


def who_knows(session: Session, document_id: int) -> tuple[Knower, ...]:
    """Return who knows a document, or a part of it by what was made of it; who knew it first first.

    Raises:
        UnknownRow: there is no such document.
    """
    get_row(session, Document, document_id)
    traces: dict[int, dict[Trace, Known]] = {}
    through: dict[int, list[int]] = {}
    for member in kin.family_of(session, document_id):
        for person_id, new in _traces(session, member):
            of_person = traces.setdefault(person_id, {})
            of_person[new.trace] = _merged(of_person[new.trace], new) if new.trace in of_person else new
            documents = through.setdefault(person_id, [])
            if member not in documents:
                documents.append(member)
    persons = session.scalars(
        sa.select(Person).where(Person.id.in_(traces)).options(selectinload(Person.unit))
    )
    knowers = [
        Knower(
            person=name(row),
            unit=unit_name(row.unit),
            active=row.active,
            known=tuple(sorted(traces[row.id].values(), key=lambda one: (one.first_at, one.trace))),
            through=tuple(through[row.id]),
        )
        for row in persons
    ]
    return tuple(sorted(knowers, key=lambda one: (one.first_at, one.person.staff_no)))


def _traces(session: Session, document_id: int) -> Iterable[tuple[int, Known]]:
    """Return what left a trace about one document: persons, and by what."""
    document = get_row(session, Document, document_id)
    registered: list[Found] = [(document.registered_by_id, 1, document.registered_at, document.registered_at)]
    for trace, rows in (
        (Trace.READ, _readings(session, document_id)),
        (Trace.REGISTERED, registered),
        *((trace, _grouped(session, query)) for trace, query in _queries(document_id)),
    ):
        for person_id, times, first_at, last_at in rows:
            yield person_id, Known(trace, times, first_at, last_at)


def _merged(one: Known, other: Known) -> Known:
    return Known(
        one.trace,
        one.times + other.times,
        min(one.first_at, other.first_at),
        max(one.last_at, other.last_at),
    )


def _readings(session: Session, document_id: int) -> Iterable[Found]:
    """Return who opened the pages, from the ledger: by the subject alone, which few entries share."""
    found: dict[int, Found] = {}
    for entry in log.read(session, subject=f"document:{document_id}"):
        person_id = entry.actor.get("person")
        if entry.kind != "document.read" or not isinstance(person_id, int):
            continue
        at = datetime.fromisoformat(entry.at)
        _, times, first_at, _ = found.get(person_id, (person_id, 0, at, at))
        found[person_id] = (person_id, times + 1, first_at, at)
    return found.values()


def _grouped(session: Session, query: sa.Select[int | None, datetime | None]) -> Iterable[Found]:
    """Return a query of persons and instants, counted by person."""
    each = query.subquery()
    person_id, at = each.c.person_id, each.c.at
    grouped = (
        sa.select(person_id, sa.func.count(), sa.func.min(at), sa.func.max(at))
        .where(person_id.is_not(None), at.is_not(None))
        .group_by(person_id)
    )
    return [tuple(row) for row in session.execute(grouped)]


def _queries(document_id: int) -> tuple[tuple[Trace, sa.Select[int | None, datetime | None]], ...]:
    """Return, for each trace that the tables keep, who left it when."""

    def traced(
        person_id: InstrumentedAttribute[Any], at: InstrumentedAttribute[Any]
    ) -> sa.Select[int | None, datetime | None]:
        return sa.select(person_id.label("person_id"), at.label("at"))

    copies = sa.select(Copy.id).where(Copy.document_id == document_id)
    of_copies = Movement.copy_id.in_(copies)
    requests = ApprovalRequest.document_id == document_id
    runs = PrintBatch.document_id == document_id
    its_meeting = sa.select(Document.meeting_id).where(Document.id == document_id).scalar_subquery()
    used = Permit.state.in_((PermitState.OUTSIDE, PermitState.CLOSED))
    return (
        (
            Trace.DECIDED,
            traced(ApprovalDecision.person_id, ApprovalDecision.decided_at)
            .join(ApprovalRequest, ApprovalDecision.request_id == ApprovalRequest.id)
            .where(requests),
        ),
        (
            Trace.HELD,
            traced(Movement.person_id, Movement.moved_at).where(
                of_copies, Movement.custodian == Custodian.PERSON
            ),
        ),
        (
            Trace.ATTENDED,
            traced(MeetingAttendee.person_id, Meeting.starts_at)
            .join(Meeting, MeetingAttendee.meeting_id == Meeting.id)
            .where(
                Meeting.id == its_meeting,
                Meeting.state.in_(HELD_MEETINGS),
                MeetingAttendee.state == AttendeeState.APPROVED,
                MeetingAttendee.pledged_at.is_not(None),
            ),
        ),
        (
            Trace.HEARD,
            traced(ConveyanceListener.person_id, ConveyanceListener.signed_at)
            .join(Conveyance, ConveyanceListener.conveyance_id == Conveyance.id)
            .where(Conveyance.meeting_id == its_meeting),
        ),
        (
            Trace.CONVEYED,
            traced(Conveyance.conveyer_id, Conveyance.conveyed_at).where(
                Conveyance.meeting_id == its_meeting
            ),
        ),
        (
            Trace.COPIED,
            traced(EquipmentJob.done_by_id, EquipmentJob.done_at).where(
                EquipmentJob.document_id == document_id
            ),
        ),
        (Trace.REQUESTED, traced(ApprovalRequest.requester_id, ApprovalRequest.requested_at).where(requests)),
        (Trace.PRINTED, traced(PrintBatch.ordered_by_id, PrintBatch.ordered_at).where(runs)),
        (
            Trace.PRINTED,
            traced(PrintAttempt.released_by_id, PrintAttempt.released_at)
            .join(PrintBatch, PrintAttempt.batch_id == PrintBatch.id)
            .where(runs),
        ),
        (
            Trace.PASSED_ON,
            traced(HandOver.offered_by_id, HandOver.offered_at).where(
                HandOver.id.in_(sa.select(HandOverItem.hand_over_id).where(HandOverItem.copy_id.in_(copies)))
            ),
        ),
        (
            Trace.PASSED_ON,
            traced(CopyReturn.taken_by_id, CopyReturn.returned_at).where(
                CopyReturn.id.in_(
                    sa.select(CopyReturnItem.return_id).where(CopyReturnItem.copy_id.in_(copies))
                )
            ),
        ),
        (
            Trace.CARRIED,
            traced(PermitCarrier.person_id, Permit.opens_at)
            .join(Permit, PermitCarrier.permit_id == Permit.id)
            .where(Permit.copy_id.in_(copies), used),
        ),
        (
            Trace.DESTROYED,
            traced(DestructionSignature.person_id, DestructionSignature.authenticated_at)
            .join(DestructionList, DestructionSignature.list_id == DestructionList.id)
            .where(
                sa.or_(
                    DestructionList.state == DestructionState.DESTROYED,
                    DestructionList.handed_at.is_not(None),  # escorts had it, whatever arrived
                ),
                DestructionList.id.in_(
                    sa.select(DestructionItem.list_id).where(DestructionItem.copy_id.in_(copies))
                ),
            ),
        ),
    )
