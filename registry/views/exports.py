"""The registers as tables that are taken away: one mapping of column names to values for each row.

Instants are aware UTC, units and persons are named by code and staff number, so that a table can be taken in elsewhere.
Law: whoever may read a register for their own unit only gets the rows of that unit.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import (
    Account,
    Copy,
    DestructionBag,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Document,
    Equipment,
    Loss,
    Meeting,
    MeetingAttendee,
    Movement,
    Person,
    Plant,
    Unit,
)
from registry.rules import meetings, roles
from registry.rules.imports import EXPORTED_BY, ExportKind
from registry.rules.roles import Actor
from registry.rules.words import Custodian, DestructionPart, DestructionState, ItemEnd

Values = dict[str, Any]
_AT_ONCE: Final = 1000


def rows_of(session: Session, kind: ExportKind, actor: Actor) -> Iterator[Values]:
    """Yield the rows of a register that the actor may take away, in its order."""
    roles.require(actor, EXPORTED_BY[kind], unit_id=actor.unit_id)
    yield from _READERS[kind](session, None if roles.may(actor, EXPORTED_BY[kind]) else actor.unit_id)


def _units(session: Session, unit_id: int | None) -> Iterator[Values]:
    above = aliased(Unit)
    query = sa.select(Unit, above.code).outerjoin(above, Unit.parent_id == above.id).order_by(Unit.code)
    for unit, parent in session.execute(_within(query, Unit.id, unit_id)):
        yield {"code": unit.code, "name_zh": unit.name_zh, "name_en": unit.name_en, "parent": parent}


def _people(session: Session, unit_id: int | None) -> Iterator[Values]:
    first = sa.select(sa.func.min(Account.login)).where(Account.person_id == Person.id).scalar_subquery()
    query = (
        sa.select(Person, Unit.code, first)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Person.active)
        .order_by(Person.staff_no)
    )
    for person, unit, login in _each(session, _within(query, Person.unit_id, unit_id)):
        yield {
            "staff_no": person.staff_no,
            "name_zh": person.name_zh,
            "name_en": person.name_en,
            "unit": unit,
            "login": login,
        }


def _meetings(session: Session, unit_id: int | None) -> Iterator[Values]:
    query = sa.select(Meeting, Unit.code).join(Unit, Meeting.unit_id == Unit.id).order_by(Meeting.id)
    for meeting, unit in _each(session, _within(query, Meeting.unit_id, unit_id)):
        yield {
            "title": meeting.title,
            "level": (meeting.scheme, meeting.level),
            "unit": unit,
            "place": meeting.place,
            "starts_at": meeting.starts_at,
            "scheme": meeting.scheme,
            "meeting_no": meeting.id,
            "meeting_state": str(meeting.state),
        }


def _attendees(session: Session, unit_id: int | None) -> Iterator[Values]:
    query = (
        sa.select(MeetingAttendee, Meeting, Person)
        .join(Meeting, MeetingAttendee.meeting_id == Meeting.id)
        .join(Person, MeetingAttendee.person_id == Person.id)
        .where(MeetingAttendee.state.in_(meetings.STANDING))
        .order_by(Meeting.id, Person.staff_no)
    )
    for attendee, meeting, person in _each(session, _within(query, Meeting.unit_id, unit_id)):
        yield {
            "meeting": str(meeting.id),
            "staff_no": person.staff_no,
            "name": person.name_zh,
            "seat": attendee.seat,
            "meeting_title": meeting.title,
            "pledged_at": attendee.pledged_at,
        }


def _documents(session: Session, unit_id: int | None) -> Iterator[Values]:
    issuing, classifying = aliased(Unit), aliased(Unit)
    query = (
        sa.select(Document, issuing.code, classifying.code)
        .join(issuing, Document.issuing_unit_id == issuing.id)
        .join(classifying, Document.classifying_unit_id == classifying.id)
        .order_by(Document.id)
    )
    for document, issuer, classifier in _each(session, _within(query, Document.issuing_unit_id, unit_id)):
        yield {
            **_document(document, issuer, classifier),
            "pages": document.pages,
            "meeting": None if document.meeting_id is None else str(document.meeting_id),
            "copies": document.last_copy_no,
            "registered_at": document.registered_at,
        }


def _copies(session: Session, unit_id: int | None) -> Iterator[Values]:
    issuing, classifying = aliased(Unit), aliased(Unit)
    query = (
        sa.select(Copy, Document, issuing.code, classifying.code, Movement, Person)
        .join(Document, Copy.document_id == Document.id)
        .join(issuing, Document.issuing_unit_id == issuing.id)
        .join(classifying, Document.classifying_unit_id == classifying.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, _is_newest()))
        .outerjoin(Person, Movement.person_id == Person.id)
        .order_by(Document.id, Copy.copy_no)
    )
    found = _each(session, _within(query, Document.issuing_unit_id, unit_id))
    for copy, document, issuer, classifier, movement, holder in found:
        yield {
            **_document(document, issuer, classifier),
            "copy_no": copy.copy_no,
            "state": str(copy.state),
            "holder": None if holder is None else holder.staff_no,
            "since": None if movement is None else movement.moved_at,
            "due": None if movement is None else movement.due_at,
            "pages": copy.pages,
            "remark": copy.state_reason,
            "copy_code": copy.code,
        }


def _holdings(session: Session, unit_id: int | None) -> Iterator[Values]:
    query = (
        sa.select(Copy, Document, Movement, Person, Unit.code)
        .join(Document, Copy.document_id == Document.id)
        .join(Movement, sa.and_(Movement.copy_id == Copy.id, _is_newest()))
        .join(Person, Movement.person_id == Person.id)
        .join(Unit, Person.unit_id == Unit.id)
        .where(Movement.custodian == Custodian.PERSON)
        .order_by(Person.staff_no, Document.id, Copy.copy_no)
    )
    for copy, document, movement, holder, unit in _each(
        session, _within(query, Document.issuing_unit_id, unit_id)
    ):
        yield {
            "holder": holder.staff_no,
            "holder_name": holder.name_zh,
            "holder_unit": unit,
            "doc_number": document.doc_number,
            "title": document.title,
            "level": (document.scheme, document.level),
            "copy_no": copy.copy_no,
            "state": str(copy.state),
            "since": movement.moved_at,
            "due": movement.due_at,
            "copy_code": copy.code,
        }


def _losses(session: Session, unit_id: int | None) -> Iterator[Values]:
    query = (
        sa.select(Loss, Copy, Document, Person)
        .join(Copy, Loss.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Person, Loss.holder_id == Person.id)
        .order_by(Loss.id)
    )
    for loss, copy, document, holder in _each(session, _within(query, Document.issuing_unit_id, unit_id)):
        yield {
            "doc_number": document.doc_number,
            "title": document.title,
            "level": (document.scheme, document.level),
            "copy_no": copy.copy_no,
            "state": str(copy.state),
            "holder": None if holder is None else holder.staff_no,
            "missed_at": loss.missed_at,
            "how": loss.how,
            "declared_at": loss.declared_at,
            "reported_at": loss.reported_at,
            "concluded_at": loss.concluded_at,
            "found_at": loss.found_at,
        }


def _destroyed(session: Session, unit_id: int | None) -> Iterator[Values]:
    signed: dict[tuple[int, DestructionPart], list[str]] = {}
    for signature, person in session.execute(
        sa.select(DestructionSignature, Person).join(Person, DestructionSignature.person_id == Person.id)
    ):
        signed.setdefault((signature.list_id, signature.part), []).append(
            f"{person.staff_no} {person.name_zh}"
        )
    query = (
        sa.select(DestructionList, Equipment, Plant, DestructionBag, Copy, Document)
        .join(DestructionItem, DestructionItem.list_id == DestructionList.id)
        .outerjoin(Equipment, DestructionList.equipment_id == Equipment.id)
        .outerjoin(Plant, DestructionList.plant_id == Plant.id)
        .outerjoin(DestructionBag, DestructionItem.bag_id == DestructionBag.id)
        .join(Copy, DestructionItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(
            DestructionList.state == DestructionState.DESTROYED,
            sa.or_(DestructionItem.ended_as.is_(None), DestructionItem.ended_as == ItemEnd.DESTROYED),
        )
        .order_by(DestructionList.id, Document.id, Copy.copy_no)
    )
    found = _each(session, _within(query, Document.issuing_unit_id, unit_id))
    for listed, device, plant, bag, copy, document in found:
        yield {
            "list_no": listed.id,
            "destroyed_at": listed.completed_at,
            "doc_number": document.doc_number,
            "title": document.title,
            "level": (document.scheme, document.level),
            "copy_no": copy.copy_no,
            "pages": copy.pages,
            "reason": listed.reason,
            "device": None if device is None else device.name,
            "shred_level": None if device is None else device.shred_level,
            "operator": "; ".join(signed.get((listed.id, DestructionPart.OPERATOR), ())),
            "witnesses": "; ".join(signed.get((listed.id, DestructionPart.WITNESS), ())),
            "plant": None if plant is None else plant.name,
            "seal": None if bag is None else bag.seal_no,
            "escorts": "; ".join(signed.get((listed.id, DestructionPart.ESCORT), ())),
        }


def _equipment(session: Session, unit_id: int | None) -> Iterator[Values]:
    query = (
        sa.select(Equipment, Person)
        .outerjoin(Person, Equipment.custodian_id == Person.id)
        .order_by(Equipment.id)
    )
    for device, custodian in _each(session, _within(query, Person.unit_id, unit_id)):
        yield {
            "device": device.name,
            "device_kind": str(device.kind),
            "place": device.place,
            "device_state": str(device.state),
            "handling": None if device.level is None else str(device.level),
            "serial": device.serial,
            "shred_level": device.shred_level,
            "custodian": None if custodian is None else f"{custodian.staff_no} {custodian.name_zh}",
            "inspect_again_at": device.inspect_again_at,
        }


_READERS: Final[Mapping[ExportKind, Callable[[Session, int | None], Iterator[Values]]]] = MappingProxyType(
    {
        ExportKind.UNITS: _units,
        ExportKind.PEOPLE: _people,
        ExportKind.MEETINGS: _meetings,
        ExportKind.ATTENDEES: _attendees,
        ExportKind.DOCUMENTS: _documents,
        ExportKind.COPIES: _copies,
        ExportKind.HOLDINGS: _holdings,
        ExportKind.LOSSES: _losses,
        ExportKind.DESTROYED: _destroyed,
        ExportKind.EQUIPMENT: _equipment,
    }
)


def _document(document: Document, issuer: str, classifier: str) -> Values:
    return {
        "doc_number": document.doc_number,
        "issuing_unit": issuer,
        "title": document.title,
        "level": (document.scheme, document.level),
        "secrecy_period": document.secrecy_period,
        "classifying_unit": classifier,
        "scheme": document.scheme,
        "need_to_know": document.need_to_know,
        "no_copying": document.no_copying,
    }


def _is_newest() -> sa.ColumnElement[bool]:
    later = aliased(Movement)
    return ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)


def _within(query: Any, column: Any, unit_id: int | None) -> Any:  # noqa: ANN401 - a query of any columns
    return query if unit_id is None else query.where(column == unit_id)


def _each(session: Session, query: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    yield from session.execute(query, execution_options={"yield_per": _AT_ONCE})
