"""Circulations as boards and slips see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.circulating import Place, places
from registry.models import Circulation, Copy, Document
from registry.rows import get_row
from registry.rules.circulation import CirculationState, Ending, Turn
from registry.rules.words import ReceiptMethod
from registry.views.holdings import CopyLine, Name, copy_line, name


@dataclass(frozen=True)
class ReaderLine:
    """One reader in the order of the list.

    Attributes:
        place: Counted from 1; a substitute stands at the place of whom they replace.
        replaces: Whom they replace.
        hand_over_id: By which they got the copy, or were offered it.
        signature_sha256: The signature drawn on receipt, in the store.
    """

    place: int
    person: Name
    replaces: Name | None
    agreed_by: Name
    agreed_at: datetime
    turn: Turn
    hand_over_id: int | None
    offered_at: datetime | None
    received_at: datetime | None
    method: ReceiptMethod | None
    signature_sha256: str | None
    due_at: datetime | None
    returned_at: datetime | None
    skipped_by: Name | None
    skipped_at: datetime | None
    skip_reason: str | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the reader still has the copy though their time has passed."""
        return self.turn is Turn.READING and self.due_at is not None and self.due_at < now


@dataclass(frozen=True)
class CirculationView:
    """A circulation with its readers in their order.

    Attributes:
        need_to_know: Who needs to know the document, as it was registered.
        days: How long each reader may keep the copy.
    """

    id: int
    copy: CopyLine
    need_to_know: str
    state: CirculationState
    reason: str
    days: int
    opened_by: Name
    opened_at: datetime
    ending: Ending | None
    ending_reason: str | None
    ended_by: Name | None
    ended_at: datetime | None
    readers: tuple[ReaderLine, ...]

    @property
    def next(self) -> ReaderLine | None:
        """Whose turn it is once the copy is back."""
        return next((line for line in self.readers if line.turn is Turn.WAITING), None)

    @property
    def present(self) -> ReaderLine | None:
        """Who has the copy, or was offered it."""
        return next((line for line in self.readers if line.turn in {Turn.OFFERED, Turn.READING}), None)

    @property
    def signers(self) -> tuple[tuple[Name, datetime], ...]:
        """Who agreed to readers, and when, earliest first."""
        each = dict.fromkeys((line.agreed_by, line.agreed_at) for line in self.readers)
        return tuple(sorted(each, key=lambda one: one[1]))

    def is_overdue(self, now: datetime) -> bool:
        """Whether a reader has it though their time has passed."""
        return self.state is CirculationState.RUNNING and any(line.is_overdue(now) for line in self.readers)


def circulations(session: Session) -> tuple[CirculationView, ...]:
    """Return all circulations, those that run first, newest first."""
    rows = session.scalars(
        sa.select(Circulation)
        .options(selectinload(Circulation.opened_by), selectinload(Circulation.ended_by))
        .order_by(Circulation.state.desc(), Circulation.id.desc())
    )
    return tuple(_view(session, row) for row in rows.all())


def one_circulation(session: Session, circulation_id: int) -> CirculationView:
    """Return one circulation.

    Raises:
        UnknownRow: there is none under this id.
    """
    return _view(session, get_row(session, Circulation, circulation_id))


def circulation_of(session: Session, code: str) -> int | None:
    """Return the circulation that runs over a copy, by its id."""
    return session.scalar(
        sa.select(Circulation.id)
        .join(Copy, Circulation.copy_id == Copy.id)
        .where(Copy.code == code, Circulation.state == CirculationState.RUNNING)
    )


def _view(session: Session, row: Circulation) -> CirculationView:
    document = session.get_one(Document, row.copy.document_id)
    found = places(session, row.id)
    names = {place.row.id: name(place.row.person) for place in found}
    return CirculationView(
        id=row.id,
        copy=copy_line(row.copy, document),
        need_to_know=document.need_to_know,
        state=row.state,
        reason=row.reason,
        days=row.days,
        opened_by=name(row.opened_by),
        opened_at=row.opened_at,
        ending=row.ending,
        ending_reason=row.ending_reason,
        ended_by=None if row.ended_by is None else name(row.ended_by),
        ended_at=row.ended_at,
        readers=tuple(_line(place, names) for place in found),
    )


def _line(place: Place, names: Mapping[int, Name]) -> ReaderLine:
    row, given = place.row, place.hand_over if place.turn is not Turn.WAITING else None
    return ReaderLine(
        place=row.place,
        person=names[row.id],
        replaces=None if row.replaces_id is None else names[row.replaces_id],
        agreed_by=name(row.agreed_by),
        agreed_at=row.agreed_at,
        turn=place.turn,
        hand_over_id=None if given is None else given.id,
        offered_at=None if given is None else given.offered_at,
        received_at=place.received_at,
        method=None if given is None else given.method,
        signature_sha256=None if given is None else given.signature_sha256,
        due_at=None if given is None else given.due_at,
        returned_at=place.returned_at,
        skipped_by=None if row.skipped_by is None else name(row.skipped_by),
        skipped_at=row.skipped_at,
        skip_reason=row.skip_reason,
    )
