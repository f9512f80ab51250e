"""Who holds what: holdings of a person, what is overdue, hand-overs and returns as their papers show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import (
    Copy,
    CopyReturn,
    CopyReturnItem,
    Document,
    HandOver,
    HandOverItem,
    Movement,
    Person,
)
from registry.rows import get_row
from registry.rules.lifecycle import State
from registry.rules.words import Custodian, HandOverKind, HandOverState, ReceiptMethod


@dataclass(frozen=True)
class Name:
    """A person as screens and papers name them."""

    id: int
    staff_no: str
    zh: str
    en: str


@dataclass(frozen=True)
class CopyLine:
    """One copy in a list: enough to find the sheet of paper. ``declassified``: its document is secret no more."""

    copy_id: int
    code: str
    copy_no: int
    state: State
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    pages: int
    declassified: bool = False


@dataclass(frozen=True)
class Holding:
    """One copy that a person answers for; ``due_at`` is None for an issue without an end."""

    copy: CopyLine
    holder: Name
    since_at: datetime
    due_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the due time has passed."""
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True)
class DeskLine:
    """One copy as it lies on the counter.

    Attributes:
        recipient: Whose name is printed on it.
        holder: Who answers for it; None for the registry, or for nobody.
        due_at: When the holder was to bring it back.
    """

    copy: CopyLine
    recipient: Name | None
    holder: Name | None
    due_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the due time has passed."""
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True)
class HandOverView:
    """A hand-over with its copies."""

    id: int
    kind: HandOverKind
    state: HandOverState
    receiver: Name
    receiver_has_pin: bool
    offered_by: Name
    offered_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    method: ReceiptMethod | None
    signature_sha256: str | None
    copies: tuple[CopyLine, ...]


@dataclass(frozen=True)
class ReturnedCopy:
    """One returned copy with its page check."""

    copy: CopyLine
    pages_counted: int
    missing: tuple[int, ...]
    foreign: tuple[str, ...]


@dataclass(frozen=True)
class ReturnView:
    """A visit to the counter at which copies came back."""

    id: int
    returned_by: Name
    taken_by: Name
    returned_at: datetime
    copies: tuple[ReturnedCopy, ...]


def holdings(session: Session, *, person_id: int | None = None) -> tuple[Holding, ...]:
    """Return what persons answer for, most urgent first; of one person when ``person_id`` is given."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    query = (
        sa.select(Movement, Copy, Document, Person)
        .join(Copy, Movement.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .join(Person, Movement.person_id == Person.id)
        .where(Movement.custodian == Custodian.PERSON, newest)
        .order_by(Movement.due_at.is_(None), Movement.due_at, Movement.moved_at)
    )
    if person_id is not None:
        query = query.where(Movement.person_id == person_id)
    return tuple(
        Holding(
            copy=copy_line(copy, document),
            holder=name(person),
            since_at=movement.moved_at,
            due_at=movement.due_at,
        )
        for movement, copy, document, person in session.execute(query)
    )


def overdue(session: Session, now: datetime) -> tuple[Holding, ...]:
    """Return the loans whose due time has passed, longest overdue first."""
    return tuple(holding for holding in holdings(session) if holding.is_overdue(now))


def open_hand_overs(session: Session, *, receiver_id: int | None = None) -> tuple[HandOverView, ...]:
    """Return what was offered and not yet signed for, oldest first."""
    query = (
        sa.select(HandOver.id).where(HandOver.state == HandOverState.OFFERED).order_by(HandOver.offered_at)
    )
    if receiver_id is not None:
        query = query.where(HandOver.receiver_id == receiver_id)
    return tuple(hand_over(session, key) for key in session.scalars(query))


def hand_over(session: Session, hand_over_id: int) -> HandOverView:
    """Return one hand-over.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, HandOver, hand_over_id)
    copies = session.execute(
        sa.select(Copy, Document)
        .join(HandOverItem, HandOverItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(HandOverItem.hand_over_id == row.id)
        .order_by(Document.id, Copy.copy_no)
    )
    return HandOverView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        receiver=name(row.receiver),
        receiver_has_pin=row.receiver.pin_hash is not None,
        offered_by=name(row.offered_by),
        offered_at=row.offered_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        method=row.method,
        signature_sha256=row.signature_sha256,
        copies=tuple(copy_line(copy, document) for copy, document in copies),
    )


def copy_return(session: Session, return_id: int) -> ReturnView:
    """Return one visit to the counter.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, CopyReturn, return_id)
    items = session.execute(
        sa.select(CopyReturnItem, Copy, Document)
        .join(Copy, CopyReturnItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(CopyReturnItem.return_id == row.id)
        .order_by(Document.id, Copy.copy_no)
    )
    return ReturnView(
        id=row.id,
        returned_by=name(row.returned_by),
        taken_by=name(row.taken_by),
        returned_at=row.returned_at,
        copies=tuple(
            ReturnedCopy(
                copy=copy_line(copy, document),
                pages_counted=item.pages_counted,
                missing=tuple(item.missing),
                foreign=tuple(item.foreign),
            )
            for item, copy, document in items
        ),
    )


def desk_lines(session: Session, codes: Sequence[str]) -> dict[str, DeskLine]:
    """Return the copies with these codes, by code; unknown codes are left out."""
    later, holder, recipient = aliased(Movement), aliased(Person), aliased(Person)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    rows = session.execute(
        sa.select(Copy, Document, Movement.due_at, holder, recipient)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .outerjoin(holder, Movement.person_id == holder.id)
        .outerjoin(recipient, Copy.recipient_id == recipient.id)
        .where(Copy.code.in_(codes))
    )
    return {
        copy.code: DeskLine(
            copy=copy_line(copy, document),
            recipient=_name_or_none(printed_for),
            holder=_name_or_none(held_by),
            due_at=due_at,
        )
        for copy, document, due_at, held_by, printed_for in rows
    }


def name(person: Person) -> Name:
    """Return how screens and papers name a person."""
    return Name(id=person.id, staff_no=person.staff_no, zh=person.name_zh, en=person.name_en)


def copy_line(copy: Copy, document: Document) -> CopyLine:
    """Return how lists name a copy."""
    return CopyLine(
        copy_id=copy.id,
        code=copy.code,
        copy_no=copy.copy_no,
        state=copy.state,
        document_id=document.id,
        doc_number=document.doc_number,
        title=document.title,
        scheme=document.scheme,
        level=document.level,
        secrecy_period=document.secrecy_period,
        pages=copy.pages,
        declassified=document.declassified_at is not None,
    )


def _name_or_none(person: Person | None) -> Name | None:
    return None if person is None else name(person)
