"""Print runs as screens and the worker see them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.ledger.log import Head
from registry.models import Copy, Document, LedgerCheckpoint, PrintBatch, Unit
from registry.rows import UnknownCopy, UnknownRow, get_row
from registry.rules import roles
from registry.rules.batches import UNFINISHED
from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.rules.words import BatchState
from registry.views.copies import place_in_run
from registry.views.holdings import Name, name
from registry.views.light import room_of

RECENT_ROWS = 100


@dataclass(frozen=True)
class BatchRow:
    """One print run; ``made`` of its ``size`` numbers have their marked file, ``void`` will have none."""

    id: int
    request_id: int
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    issuing_unit_id: int
    state: BatchState
    size: int
    made: int
    void: int
    failure: str | None
    output_sha256: str | None
    printer: str | None
    dots: str | None
    ordered_by: Name
    ordered_at: datetime
    finished_at: datetime | None
    released_at: datetime | None
    released_by: Name | None


@dataclass(frozen=True)
class MarkFacts:
    """What is printed on one copy beyond its QR: the facts, not yet the words."""

    code: str
    copy_no: int
    state: State
    number: int
    size: int
    stamped_sha256: str | None
    delta_sha256: str | None
    holder_zh: str
    holder_en: str
    copied_by_zh: str = ""
    copied_by_en: str = ""
    """The copying unit of a re-copy."""


@dataclass(frozen=True)
class StoredCopy:
    """What is stored of a copy that is made; without a delta its whole file is stored under its hash."""

    base_sha256: str | None
    delta_sha256: str | None
    stamped_sha256: str
    document_id: int


@dataclass(frozen=True)
class BatchWork:
    """What the worker needs to make a print run, in one reading."""

    id: int
    document_id: int
    state: BatchState
    ordered_at: datetime
    base_sha256: str | None
    cleaned_sha256: str
    survey_sha256: str | None
    pages: int
    doc_number: str
    scheme: str
    level: str
    secrecy_period: str
    printer: str | None
    checkpoint: str
    """The ledger's last signed head when the run was ordered, empty if there was none: no try changes it."""
    copies: tuple[MarkFacts, ...]
    """Every copy of the run that has or will have paper, by number."""
    room: str | None = None
    """The part of the store that holds the document's content alone, if it is kept light."""


def list_batches(session: Session, actor: Actor, *, document_id: int | None = None) -> tuple[BatchRow, ...]:
    """Return the latest print runs that the actor may know of, newest first; of one document if named."""
    query = sa.select(PrintBatch).join(Document, PrintBatch.document_id == Document.id)
    if not roles.may(actor, Action.READ_REGISTER):
        own = roles.may_for_some_unit(actor, Action.READ_REGISTER)
        query = query.where(Document.issuing_unit_id == actor.unit_id if own else sa.false())
    if document_id is not None:
        query = query.where(PrintBatch.document_id == document_id)
    found = session.scalars(query.order_by(PrintBatch.id.desc()).limit(RECENT_ROWS)).all()
    return _rows(session, found)


def get_batch(session: Session, batch_id: int, actor: Actor) -> BatchRow:
    """Return one print run.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    batch = get_row(session, PrintBatch, batch_id)
    if not roles.may(actor, Action.READ_REGISTER, unit_id=batch.document.issuing_unit_id):
        raise UnknownRow(PrintBatch.__tablename__, batch_id)
    return _rows(session, [batch])[0]


def batch_state(session: Session, batch_id: int) -> BatchState:
    """Return where a print run stands.

    Raises:
        UnknownRow: there is none under this id.
    """
    return get_row(session, PrintBatch, batch_id).state


def unfinished(session: Session) -> tuple[BatchRow, ...]:
    """Return the print runs that have no file yet, oldest first."""
    query = sa.select(PrintBatch).where(PrintBatch.state.in_(UNFINISHED)).order_by(PrintBatch.id)
    found = session.scalars(query)
    return _rows(session, found.all())


def batch_work(session: Session, batch_id: int) -> BatchWork:
    """Return what the worker needs to make a print run.

    Raises:
        UnknownRow: there is none under this id.
    """
    batch = get_row(session, PrintBatch, batch_id)
    document = batch.document
    copying_unit = _copying_unit(session, batch)
    return BatchWork(
        id=batch.id,
        document_id=document.id,
        state=batch.state,
        ordered_at=batch.ordered_at,
        base_sha256=batch.base_sha256,
        cleaned_sha256=document.cleaned_sha256,
        survey_sha256=document.survey_sha256,
        pages=document.pages,
        doc_number=document.doc_number,
        scheme=document.scheme,
        level=document.level,
        secrecy_period=document.secrecy_period,
        printer=batch.printer,
        checkpoint=_checkpoint_before(session, batch.ordered_at),
        copies=tuple(
            _mark_facts(copy, document.issuing_unit, copying_unit)
            for copy in batch.copies
            if copy.state is not State.VOID
        ),
        room=room_of(session, document.id),
    )


def stored_copy(session: Session, code: str) -> StoredCopy | None:
    """Return what is stored of a copy; None while it is not made.

    Raises:
        UnknownCopy: no copy bears this code.
    """
    copy = session.scalar(sa.select(Copy).where(Copy.code == code))
    if copy is None:
        raise UnknownCopy(code)
    if copy.stamped_sha256 is None:
        return None
    return StoredCopy(
        None if copy.batch is None else copy.batch.base_sha256,
        copy.delta_sha256,
        copy.stamped_sha256,
        copy.document_id,
    )


def _checkpoint_before(session: Session, at: datetime) -> str:
    found = session.scalars(
        sa.select(LedgerCheckpoint)
        .where(LedgerCheckpoint.at <= at)
        .order_by(LedgerCheckpoint.size.desc())
        .limit(1)
    ).first()
    return "" if found is None else Head(found.size, found.root).short


def _copying_unit(session: Session, batch: PrintBatch) -> Unit | None:
    """Return whose re-copies a run makes; None where it makes first copies."""
    if consent.use_of(batch.request) is not Use.RECOPY:
        return None
    return get_row(session, Unit, consent.order_of(batch.request).units.requesting)


def _mark_facts(copy: Copy, issuing_unit: Unit, copying_unit: Unit | None) -> MarkFacts:
    named = copy.recipient or issuing_unit
    number, size = place_in_run(copy)
    return MarkFacts(
        code=copy.code,
        copy_no=copy.copy_no,
        state=copy.state,
        number=number,
        size=size,
        stamped_sha256=copy.stamped_sha256,
        delta_sha256=copy.delta_sha256,
        holder_zh=named.name_zh,
        holder_en=named.name_en,
        copied_by_zh="" if copying_unit is None else copying_unit.name_zh,
        copied_by_en="" if copying_unit is None else copying_unit.name_en,
    )


def _rows(session: Session, found: Sequence[PrintBatch]) -> tuple[BatchRow, ...]:
    counted = session.execute(
        sa.select(Copy.batch_id, Copy.state, sa.func.count(), sa.func.count(Copy.stamped_sha256))
        .where(Copy.batch_id.in_([batch.id for batch in found]))
        .group_by(Copy.batch_id, Copy.state)
    )
    made: Counter[int | None] = Counter()
    void: Counter[int | None] = Counter()
    for batch_id, state, count, stamped in counted:
        if state is State.VOID:
            void[batch_id] += count
        else:
            made[batch_id] += stamped
    return tuple(_row(batch, made[batch.id], void[batch.id]) for batch in found)


def _row(batch: PrintBatch, made: int, void: int) -> BatchRow:
    document = batch.document
    return BatchRow(
        id=batch.id,
        request_id=batch.request_id,
        document_id=document.id,
        doc_number=document.doc_number,
        title=document.title,
        scheme=document.scheme,
        level=document.level,
        secrecy_period=document.secrecy_period,
        issuing_unit_id=document.issuing_unit_id,
        state=batch.state,
        size=batch.size,
        made=made,
        void=void,
        failure=batch.failure,
        output_sha256=batch.output_sha256,
        printer=batch.printer,
        dots=batch.dots,
        ordered_by=name(batch.ordered_by),
        ordered_at=batch.ordered_at,
        finished_at=batch.finished_at,
        released_at=batch.released_at,
        released_by=None if batch.released_by is None else name(batch.released_by),
    )
