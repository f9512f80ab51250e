"""What an older register knows enters this one: documents whose file is elsewhere, and copies not printed here.

Laws: a copy keeps its old number and gets a code of its own; it bears no mark of ours, so that a leaked page of it
cannot be traced by one. Numbers stay without a gap, and those given here go on after the last. Whoever held a copy in
the older register answers for it here. One entry for each document and each copy.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, Document, Loss, Person
from registry.rows import flush_unique, get_row, move
from registry.rules import roles, takeover
from registry.rules.codes import copy_no_text, mint_code
from registry.rules.facts import DocumentFacts
from registry.rules.levels import Scheme
from registry.rules.lifecycle import MISSING, PAPERLESS, State
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.takeover import OldCopy
from registry.rules.texts import parse_line
from registry.rules.words import Custodian, MovementKind
from registry.stating import stated


class OldNumberTaken(ConflictError):
    """The issuing unit has registered another document under this number."""

    code = "old-number-taken"


class OldHolderInactive(ConflictError):
    """Whoever no longer works here can hold nothing."""

    code = "old-holder-inactive"


def take_over_document(
    session: Session,
    facts: DocumentFacts,
    pages: int,
    *,
    enabled: Collection[Scheme],
    actor: Actor,
    now: datetime,
) -> int:
    """Enter a document without its file and return its id; it has ``pages`` pages, and cannot be printed here."""
    roles.require(actor, Action.REGISTER_DOCUMENT)
    document = stated(session, facts, enabled=enabled, actor=actor, now=now)
    document.pages = pages
    session.add(document)
    taken = OldNumberTaken(
        f"got document number {document.doc_number}, which its unit has used", doc_number=document.doc_number
    )
    flush_unique(session, {(Document.issuing_unit_id, Document.doc_number): taken})
    log.append(
        session,
        "document.taken-over",
        f"document:{document.id}",
        actor=actor,
        now=now,
        doc_number=document.doc_number,
        title=log.private(document.title),
        need_to_know=log.private(document.need_to_know),
        issuing_unit=document.issuing_unit_id,
        classifying_unit=document.classifying_unit_id,
        scheme=document.scheme,
        level=document.level,
        period=document.secrecy_period,
        no_copying=document.no_copying,
        meeting=document.meeting_id,
        pages=pages,
    )
    return document.id


def take_over_copies(
    session: Session, document_id: int, old: Sequence[OldCopy], *, actor: Actor, now: datetime
) -> None:
    """Enter copies of a document with their old numbers, states and holders.

    Raises:
        NumberTwice, NumberInUse, NumbersMissing: the document's numbers would not be 1 to the last, each once.
        OldHolderInactive: a holder no longer works here.
    """
    roles.require(actor, Action.REGISTER_DOCUMENT)
    document = get_row(session, Document, document_id, lock=True)
    takeover.require_without_gap(document.last_copy_no, [one.copy_no for one in old])
    holders = {one.holder_id for one in old if one.holder_id is not None}
    gone = session.scalars(sa.select(Person.id).where(Person.id.in_(holders), ~Person.active)).all()
    for one in old:
        takeover.require_whole(one, now)
        copy_no_text(one.copy_no)  # six digits are the end of a document's numbers
        if one.holder_id in gone:
            raise OldHolderInactive(
                "got a holder who no longer works here", field="holder", copy_no=one.copy_no
            )
    kept = [(one, _enter(session, document, one, actor=actor, now=now)) for one in old]
    document.last_copy_no += len(kept)
    session.flush()  # before the ledger is locked
    for one, copy in kept:
        log.append(
            session,
            "copy.taken-over",
            f"copy:{copy.code}",
            actor=actor,
            now=now,
            state=str(copy.state),
            document=document_id,
            copy_no=copy.copy_no,
            holder=one.holder_id,
            since=one.since_at,
            due=one.due_at,
            reason=log.private(copy.state_reason or ""),
        )


def _enter(session: Session, document: Document, old: OldCopy, *, actor: Actor, now: datetime) -> Copy:
    remark = parse_line(old.remark, field="remark", limit=REASON_LIMIT, required=False)
    copy = Copy(
        code=mint_code(),
        document_id=document.id,
        copy_no=old.copy_no,
        batch_id=None,
        state=old.state,
        pages=old.pages or document.pages,
        state_reason=remark or None,
        minted_at=now,
    )
    session.add(copy)
    session.flush()  # the id, for its movements
    first = Custodian.NONE if old.state in PAPERLESS else Custodian.REGISTRY
    since_at = old.since_at or now
    move(session, copy, MovementKind.TAKEN_OVER, first, actor=actor, now=since_at)
    if old.holder_id is not None:
        move(
            session,
            copy,
            MovementKind.TAKEN_OVER,
            Custodian.PERSON,
            person_id=old.holder_id,
            due_at=old.due_at,
            actor=actor,
            now=since_at,
        )
    if old.state is State.SPOILED:
        move(session, copy, MovementKind.SPOILED, Custodian.REGISTRY, actor=actor, now=since_at)
    if old.state in MISSING:
        session.add(
            Loss(
                copy_id=copy.id,
                holder_id=old.holder_id,
                missed_at=since_at,
                missed_by_id=actor.person_id,
                how=remark,
                declared_at=since_at if old.state is State.LOST else None,
            )
        )
    return copy
