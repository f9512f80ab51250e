"""Consents of units and what rests on them; acts and views come here.

Laws: an order says in its details which consents it rests on, so that whoever agrees to it agrees to that; a consent
stays locked from the look at what is left until the request that takes it is written.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import ApprovalRequest, ConsentUse, UnitConsent
from registry.rules.approval import Act, Order
from registry.rules.consents import (
    Consent,
    ConsentState,
    ConsentUnusable,
    require_usable,
    taken_by,
    units_wanted,
)
from registry.rules.words import RequestState

CONSENTS_DETAIL: Final = "consents"
"""The detail of an order that names the consents it rests on, by number with commas between."""


def consent_of(row: UnitConsent, *, apart_from: frozenset[int] = frozenset()) -> Consent:
    """Return a letter as the rules see it; requests ``apart_from`` which it is counted are left out."""
    uses = (use.request for use in row.uses if use.request_id not in apart_from)
    return Consent(
        id=row.id,
        unit_id=row.unit_id,
        quota=row.quota,
        taken=taken_by((request.state, request.quantity, request.used) for request in uses),
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None,
    )


def letters_for(
    session: Session, document_id: int, act: Act, *, asked_by: int, copies: int
) -> tuple[Consent, ...]:
    """Return the consents to an act on a document.

    What an open request of the same person for as many copies takes is left out, so that the same wish, sent twice,
    becomes the same order.
    """
    twins = session.scalars(
        sa.select(ApprovalRequest.id).where(
            ApprovalRequest.requester_id == asked_by,
            ApprovalRequest.document_id == document_id,
            ApprovalRequest.act == act,
            ApprovalRequest.quantity == copies,
            ApprovalRequest.state == RequestState.OPEN,
        )
    )
    apart = frozenset(twins)
    rows = session.scalars(_letters().where(UnitConsent.document_id == document_id, UnitConsent.act == act))
    return tuple(consent_of(row, apart_from=apart) for row in rows)


def rests_on_letters(session: Session, order: Order, *, now: datetime) -> bool:
    """Return whether an order rests on a usable consent of each unit that has to give one.

    Raises:
        ConsentUnusable: it names one that is of something else, or cannot be used.
    """
    rows = _named(session, order)
    for row in rows:
        if (row.document_id, row.act) != (order.document_id, order.act):
            raise ConsentUnusable("got a consent to something else", consent=row.id, state="OTHER")
        require_usable(consent_of(row), now)
    return bool(rows) and units_wanted(order.units) <= {row.unit_id for row in rows}


def take_letters(session: Session, order: Order, request_id: int, *, now: datetime) -> tuple[int, ...]:
    """Let a request that was just made take its copies from the consents it rests on; return their numbers.

    Raises:
        ConsentUnusable: one of them cannot be used, or has too little left.
    """
    rows = _named(session, order, lock=True)
    for row in rows:
        known = consent_of(row)
        if known.state(now) is not ConsentState.GOOD or known.left < order.copies:
            raise ConsentUnusable(
                "got a consent with too little left", consent=row.id, state=str(known.state(now))
            )
        session.add(ConsentUse(consent_id=row.id, request_id=request_id))
    session.flush()  # so that the next request sees what is taken
    return tuple(row.id for row in rows)


def require_letters_hold(session: Session, request: ApprovalRequest, *, now: datetime) -> None:
    """Pass when every consent that a request rests on still stands.

    Raises:
        ConsentUnusable: one was revoked or has expired.
    """
    query = _letters().join(ConsentUse).where(ConsentUse.request_id == request.id).with_for_update(read=True)
    for row in session.scalars(query):
        require_usable(consent_of(row), now)


def _named(session: Session, order: Order, *, lock: bool = False) -> list[UnitConsent]:
    named = dict(order.details).get(CONSENTS_DETAIL, "")
    ids = [int(number) for number in named.split(",") if number]
    if not ids:
        return []
    query = _letters().where(UnitConsent.id.in_(ids)).order_by(UnitConsent.id)
    if lock:
        query = query.with_for_update(key_share=True)
    rows = list(session.scalars(query))
    if len(rows) != len(set(ids)):
        raise ConsentUnusable("got a consent that is not on record", consent=ids[0], state="UNKNOWN")
    return rows


def _letters() -> sa.Select[UnitConsent]:
    return (
        sa.select(UnitConsent)
        .options(selectinload(UnitConsent.uses).selectinload(ConsentUse.request))
        .execution_options(populate_existing=True)
    )
