"""Take-out permits: opened from an approval, each for one copy, once, in its window, with named carriers.

Laws: a permit says no more than was approved; a TOP_SECRET permit is bound to one gate and names at least two carriers.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from registry import consent
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, Permit, PermitCarrier
from registry.rows import get_row, locked_copies
from registry.rules import roles
from registry.rules.approval import Act, Order
from registry.rules.gate import CARRIERS_WANTED
from registry.rules.levels import Handling, get_level
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import PermitState


class PermitIncomplete(InvalidError):
    """The approved order does not say enough for a permit."""

    code = "permit-incomplete"


class CopiesOfOtherDocument(InvalidError):
    """The order is over one document and names copies of another, whose level nobody would have looked at."""

    code = "copies-of-other-document"


class PermitClosed(ConflictError):
    """The permit was used, closed or revoked already."""

    code = "permit-closed"


def require_complete(order: Order) -> None:
    """Pass when a permit can be opened from an order; asked before anyone is asked to agree.

    Raises:
        PermitIncomplete: fact ``missing`` names what the order lacks.
    """
    handling = get_level(order.scheme, order.level).handling
    wanted = {
        "copies": bool(order.copy_codes),
        "carriers": len(order.carriers) >= CARRIERS_WANTED[handling],
        "gate": order.gate_id is not None or handling is not Handling.TOP_SECRET,
        "until": order.until is not None,
    }
    missing = tuple(name for name, said in wanted.items() if not said)
    if missing:
        raise PermitIncomplete("got an order that no permit can be opened from", missing=missing)


def require_of_document(copies: Sequence[Copy], order: Order) -> None:
    """Pass when all copies are of the order's document.

    Raises:
        CopiesOfOtherDocument: fact ``claimed_code`` names the first that is not.
    """
    for copy in copies:
        if copy.document_id != order.document_id:
            raise CopiesOfOtherDocument("got a copy of another document", claimed_code=copy.code)


def open_permits(session: Session, request_id: int, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Open the permits of an approved request, one for each of its copies, and use the approval up."""
    roles.require(actor, Action.OPEN_PERMIT)
    order = consent.order_of(get_row(session, ApprovalRequest, request_id))
    consent.consume(
        session,
        request_id,
        Act.TAKE_OUT,
        quantity=order.copies,
        actor=actor,
        now=now,
        order_hash=order.order_hash(),
    )
    require_complete(order)
    copies = locked_copies(session, order.copy_codes)
    require_of_document(copies, order)
    permits = [
        Permit(
            request_id=request_id,
            copy_id=copy.id,
            gate_id=order.gate_id,
            opens_at=now,
            closes_at=order.until,
            state=PermitState.OPEN,
            carriers=[PermitCarrier(person_id=person) for person in order.carriers],
        )
        for copy in copies
    ]
    session.add_all(permits)
    session.flush()  # the ids, for the ledger
    for permit, copy in zip(permits, copies, strict=True):
        log.append(
            session,
            "permit.opened",
            f"permit:{permit.id}",
            actor=actor,
            now=now,
            copy=copy.code,
            request=request_id,
            gate=permit.gate_id,
            opens_at=permit.opens_at,
            closes_at=permit.closes_at,
            carriers=sorted(order.carriers),
        )
    return tuple(permit.id for permit in permits)


def revoke(session: Session, permit_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a permit back before it was used."""
    roles.require(actor, Action.OPEN_PERMIT)
    permit = get_row(session, Permit, permit_id, lock=True)
    if permit.state is not PermitState.OPEN:
        raise PermitClosed("got a permit that is not open", state=str(permit.state))
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    permit.state = PermitState.REVOKED
    log.append(
        session, "permit.revoked", f"permit:{permit_id}", actor=actor, now=now, reason=log.private(why)
    )
