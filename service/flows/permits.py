"""Take-out permits: asked for with chosen copies, opened once everybody has agreed, taken back.

Laws: nobody asks for a copy that they do not hold or that is not theirs to see; one request is over copies of one
document, since its level decides who must agree; whatever a permit will lack is said before anyone is asked.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.acts import approvals, permits
from registry.errors import InvalidError
from registry.rules import lifecycle, roles
from registry.rules.approval import Act, Order
from registry.rules.codes import parse_code
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.views import approvals as approval_views
from registry.views import gates as views
from registry.views.approvals import Preview, RequestRow
from registry.views.copies import get_copy
from registry.views.gates import GateName, PermitRow
from registry.views.holdings import CopyLine, Name, holdings
from registry.views.people import persons
from service.flows import requesting
from service.flows.requesting import Wish
from service.flows.scans import read_stack
from service.runtime import Runtime


class NoCopiesChosen(InvalidError):
    """No copy was chosen."""

    code = "no-copies-chosen"


class NotInHand(InvalidError):
    """Nobody has signed for the copy, so nobody can take it out."""

    code = "copy-not-in-hand"


@dataclass(frozen=True, kw_only=True)
class TakeOut:
    """What a person asks: to take these copies out, in these hands, through this gate, until then.

    Attributes:
        codes: Copies chosen from a list, by their code.
        scans: Copies at hand: QR texts, or codes typed with their check characters.
        carriers: Persons by id.
        gate_id: None for any gate.
    """

    carriers: tuple[int, ...]
    gate_id: int | None
    until: datetime
    reason: str
    codes: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """What a person sees of permits: those that concern them, and what waits to be opened."""

    permits: tuple[PermitRow, ...]
    to_open: tuple[RequestRow, ...]


@dataclass(frozen=True)
class Choices:
    """What a take-out can be asked for: copies in one's own hands, carriers, gates."""

    held: tuple[CopyLine, ...]
    persons: tuple[Name, ...]
    gates: tuple[GateName, ...]


def preview(runtime: Runtime, actor: Actor, wanted: TakeOut) -> tuple[Preview, ...]:
    """Return who would have to agree, one answer for each document; nothing is written.

    Raises:
        NoCopiesChosen, NotInHand, UnknownCopy: the copies cannot be asked for.
        PermitIncomplete: carriers, gate or time are missing.
        RefusedByRule: nobody can agree.
    """
    with runtime.database.reading() as session:
        return tuple(
            approval_views.preview(session, order, now=runtime.now())
            for order in _orders(runtime, session, actor, wanted)
        )


def ask(runtime: Runtime, actor: Actor, wanted: TakeOut) -> tuple[int, ...]:
    """Ask for approval, one request for each document, all or none; return their ids.

    Raises:
        As `preview`.
    """
    with runtime.deed(actor, "permit.request", f"person:{actor.person_id}") as session:
        orders = _orders(runtime, session, actor, wanted)
        return tuple(approvals.request(session, order, actor=actor, now=runtime.now()) for order in orders)


def open_permits(runtime: Runtime, actor: Actor, request_id: int) -> tuple[int, ...]:
    """Open the permits of an approved request, one for each copy; return their ids."""
    with runtime.deed(actor, "permit.open", f"request:{request_id}") as session:
        return permits.open_permits(session, request_id, actor=actor, now=runtime.now())


def revoke(runtime: Runtime, actor: Actor, permit_id: int, reason: str) -> None:
    """Take back a permit that was not used yet."""
    with runtime.deed(actor, "permit.revoke", f"permit:{permit_id}") as session:
        permits.revoke(session, permit_id, reason, actor=actor, now=runtime.now())


def board(runtime: Runtime, actor: Actor) -> Board:
    """Return the permits that the actor may know of, and for a clerk the approved requests."""
    now = runtime.now()
    opens = roles.may(actor, Action.OPEN_PERMIT)
    with runtime.database.reading() as session:
        return Board(
            permits=views.permits(session, now=now, person_id=None if opens else actor.person_id or 0),
            to_open=approval_views.usable(session, Act.TAKE_OUT, actor, now=now) if opens else (),
        )


def choices(runtime: Runtime, actor: Actor) -> Choices:
    """Return what a take-out can be asked for."""
    with runtime.database.reading() as session:
        held = holdings(session, person_id=actor.person_id or 0)
        return Choices(
            held=tuple(one.copy for one in held if _can_leave(one.copy)),
            persons=tuple(row.person for row in persons(session, only_active=True)),
            gates=views.gates(session),
        )


def _orders(runtime: Runtime, session: Session, actor: Actor, wanted: TakeOut) -> list[Order]:
    """Return the orders that a wish means, one for each document, each fit to open permits from."""
    roles.require(actor, Action.REQUEST_TAKE_OUT)
    by_document: defaultdict[int, list[str]] = defaultdict(list)
    for code in _codes(runtime, wanted):
        line = get_copy(session, code, actor).copy
        if not _can_leave(line):
            raise NotInHand("got a copy that nobody holds", claimed_code=code, state=str(line.state))
        by_document[line.document_id].append(code)
    gate = None if wanted.gate_id is None else views.one_gate(session, wanted.gate_id)
    orders = []
    for document_id, codes in by_document.items():
        wish = Wish(
            document_id=document_id,
            act=Act.TAKE_OUT,
            reason=wanted.reason,
            until=wanted.until,
            copies=len(codes),
            copy_codes=tuple(codes),
            carriers=wanted.carriers,
            gate_id=wanted.gate_id,
            details=() if gate is None else (("gate", f"{gate.zh} {gate.en}"),),
        )
        order = requesting.draw_up(session, actor, wish, marks=runtime.settings.mark_rules, now=runtime.now())
        permits.require_complete(order)
        orders.append(order)
    return orders


def _codes(runtime: Runtime, wanted: TakeOut) -> list[str]:
    scanned = [scan.code for scan in read_stack(runtime.tokens, wanted.scans)]
    found = list(dict.fromkeys([*map(parse_code, wanted.codes), *scanned]))
    if not found:
        raise NoCopiesChosen("got a wish over no copy")
    return found


def _can_leave(line: CopyLine) -> bool:
    return Step.EXIT in lifecycle.possible_steps(line.state)
