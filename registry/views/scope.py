"""The documents within an actor's reach, as a condition of queries; the ways are decided in ``rules/scope``."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.models import ApprovalDecision, ApprovalRequest, Copy, Document, Movement
from registry.rows import UnknownRow
from registry.rules.roles import Actor
from registry.rules.scope import Way, ways_to_facts, ways_to_pages
from registry.rules.words import Custodian
from registry.views.approvals import waiting_for


def within_reach(
    session: Session, actor: Actor, *, now: datetime, pages: bool = False
) -> sa.ColumnElement[bool]:
    """Return the condition that a document is within reach: its facts, or with ``pages`` its pages."""
    ways = ways_to_pages(actor) if pages else ways_to_facts(actor)
    if Way.EVERY in ways:
        return sa.true()
    conditions: dict[Way, Callable[[], sa.ColumnElement[bool]]] = {
        Way.OWN_UNIT: lambda: Document.issuing_unit_id == actor.unit_id,
        Way.ASKED: lambda: _asked(session, actor, now=now),
        Way.REQUESTED: lambda: Document.id.in_(
            sa.select(ApprovalRequest.document_id).where(ApprovalRequest.requester_id == actor.person_id)
        ),
        Way.HELD: lambda: _held(actor),
    }
    return sa.or_(sa.false(), *(conditions[way]() for way in sorted(ways)))


def get_within_reach(
    session: Session, document_id: int, actor: Actor, *, now: datetime, pages: bool = False
) -> Document:
    """Return one document within reach.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    condition = within_reach(session, actor, now=now, pages=pages)
    found = session.scalar(sa.select(Document).where(Document.id == document_id, condition))
    if found is None:
        raise UnknownRow(Document.__tablename__, document_id)
    return found


def _asked(session: Session, actor: Actor, *, now: datetime) -> sa.ColumnElement[bool]:
    waiting = [row.document_id for row in waiting_for(session, actor, now=now) if row.document_id is not None]
    answered = (
        sa.select(ApprovalRequest.document_id)
        .join(ApprovalDecision, ApprovalDecision.request_id == ApprovalRequest.id)
        .where(ApprovalDecision.person_id == actor.person_id)
    )
    return sa.or_(Document.id.in_(waiting), Document.id.in_(answered))


def _held(actor: Actor) -> sa.ColumnElement[bool]:
    later = aliased(Movement)
    return sa.exists().where(
        Copy.document_id == Document.id,
        Movement.copy_id == Copy.id,
        Movement.custodian == Custodian.PERSON,
        Movement.person_id == actor.person_id,
        ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq),
    )
