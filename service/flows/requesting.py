"""Approvals: asked for, decided, taken back. Printing, permits and destruction ask through here.

Laws: an order is drawn up from the register, never from what a form says about a document; what an approver is shown is
what the order's hash covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry.acts import approvals
from registry.consent import LINES_DETAIL
from registry.errors import PermissionDenied
from registry.letters import CONSENTS_DETAIL, letters_for
from registry.models import Document
from registry.rules import levels, roles, takeover
from registry.rules.approval import Act, Opening, Order, Units
from registry.rules.consents import CONSENTED_ACTS, choose
from registry.rules.levels import Scheme
from registry.rules.limits import REASON_LIMIT
from registry.rules.marks import MarkRule, MarkRules
from registry.rules.roles import Actor
from registry.rules.texts import parse_line
from registry.rules.traceability import PAPER_ACTS
from registry.rules.words import RequestState
from registry.ruling import in_force
from registry.views import approvals as views
from registry.views.approvals import Preview, RequestRow, RequestView
from registry.views.consents import letter_lines
from registry.views.scope import get_within_reach
from service.runtime import Runtime

WITHOUT_UNIT: Final = "got an order by a person without a unit"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asks to be done with a document; everything else is taken from the register."""

    document_id: int
    act: Act
    reason: str
    until: datetime
    copies: int = 1
    copy_codes: tuple[str, ...] = ()
    recipients: tuple[int, ...] = ()
    carriers: tuple[int, ...] = ()
    gate_id: int | None = None
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Desk:
    """The requests that concern a person."""

    waiting: tuple[RequestRow, ...]
    own: tuple[RequestRow, ...]
    decided: tuple[RequestRow, ...]


def draw_up(session: Session, actor: Actor, wish: Wish, *, marks: MarkRules, now: datetime) -> Order:
    """Return the order that a wish means; one for paper shows what its visible lines will say.

    Raises:
        UnknownRow: there is no such document, or none that the actor may know of.
        InvalidOrder: the wish contradicts itself.
    """
    if actor.person_id is None or actor.unit_id is None:
        raise PermissionDenied(WITHOUT_UNIT)
    document = get_within_reach(session, wish.document_id, actor, now=now)
    if wish.act is Act.PRINT:
        takeover.require_file(document.cleaned_sha256)
    mark = levels.mark_text(document.level, document.secrecy_period, scheme=document.scheme)
    return Order(
        act=wish.act,
        scheme=Scheme(document.scheme),
        level=document.level,
        requester_person=actor.person_id,
        units=Units(actor.unit_id, document.issuing_unit_id, document.classifying_unit_id),
        reason=parse_line(wish.reason, field="reason", limit=REASON_LIMIT),
        document_id=document.id,
        document_sha256=document.cleaned_sha256,
        copies=wish.copies,
        copy_codes=wish.copy_codes,
        recipients=wish.recipients,
        carriers=wish.carriers,
        gate_id=wish.gate_id,
        until=wish.until,
        details=(
            ("doc_number", document.doc_number),
            ("title", document.title),
            ("mark", mark),
            ("need_to_know", document.need_to_know),
            ("no_copying", "yes" if document.no_copying else "no"),
            ("pages", str(document.pages)),
            *_lines(wish.act, marks.get(document.scheme, document.level)),
            *_consents(session, actor, wish, document, now),
            *wish.details,
        ),
    )


def _consents(
    session: Session, actor: Actor, wish: Wish, document: Document, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return what an order says of the consents it rests on; nothing where no row is opened by any."""
    if wish.act not in CONSENTED_ACTS:
        return ()
    level = levels.get_level(document.scheme, document.level)
    book = in_force(session, now).rulebook
    rule = book.find(wish.act, level.handling, no_copying=document.no_copying)
    if rule is None or rule.opens is not Opening.BY_CONSENT:
        return ()
    wanted = frozenset({document.issuing_unit_id, document.classifying_unit_id})
    known = letters_for(session, document.id, wish.act, asked_by=actor.person_id or 0, copies=wish.copies)
    chosen = choose(known, wanted, wish.copies, now)
    if not chosen:
        return ()
    ids = sorted(one.id for one in chosen)
    told = letter_lines(session, ids)
    return (
        (CONSENTS_DETAIL, ",".join(map(str, ids))),
        ("consent_letters", "; ".join(told)),
    )


def _lines(act: Act, rule: MarkRule) -> tuple[tuple[str, str], ...]:
    return ((LINES_DETAIL, rule.lines_text),) if act in PAPER_ACTS else ()


def preview(runtime: Runtime, actor: Actor, wish: Wish) -> Preview:
    """Return who would have to agree to a wish, and why; nothing is written.

    Raises:
        RefusedByRule: nobody can agree.
    """
    with runtime.database.reading() as session:
        return views.preview(
            session,
            draw_up(session, actor, wish, marks=runtime.settings.mark_rules, now=runtime.now()),
            now=runtime.now(),
        )


def ask(runtime: Runtime, actor: Actor, wish: Wish) -> int:
    """Ask for approval of a wish and return the request's id; sent twice, it is one request."""
    now = runtime.now()
    with runtime.deed(actor, "approval.request", f"document:{wish.document_id}") as session:
        order = draw_up(session, actor, wish, marks=runtime.settings.mark_rules, now=now)
        return approvals.request(session, order, actor=actor, now=now)


def request(runtime: Runtime, actor: Actor, order: Order) -> int:
    """Ask for approval of an order that the caller drew up, such as one over several documents; return the id."""
    with runtime.deed(actor, "approval.request", _subject(order)) as session:
        return approvals.request(session, order, actor=actor, now=runtime.now())


def decide(
    runtime: Runtime,
    actor: Actor,
    request_id: int,
    *,
    agreed: bool,
    shown_hash: str,
    remark: str = "",
    accepted_hash: str = "",
    in_place_of: int | None = None,
) -> RequestState:
    """Record a yes or no to the order that was shown, and return where the request stands then.

    Args:
        runtime: The tools.
        actor: Who decides.
        request_id: The request.
        agreed: Yes or no.
        shown_hash: Hash of the order that was shown.
        remark: What else is said.
        accepted_hash: Where the document is less traceable than its level demands: the hash of what was shown of that.
        in_place_of: The person whose deputy decides, by id.

    Raises:
        UntraceableNotAccepted: the document falls short, and exactly that was not accepted.
        UnknownRow: there is no such request, or none that the actor may know of.
        OrderChanged: what was shown is not what is stored.
        NotAsked, AlreadyDecided, ImpossibleRequestStep, ApprovalLapsed: the decision would not count.
    """
    now = runtime.now()
    with runtime.deed(actor, "approval.decide", f"request:{request_id}") as session:
        views.request(session, request_id, actor, now=now)
        return approvals.decide(
            session,
            request_id,
            agreed=agreed,
            shown_hash=shown_hash,
            remark=remark,
            actor=actor,
            now=now,
            marks=runtime.settings.mark_rules,
            accepted_hash=accepted_hash,
            in_place_of=in_place_of,
        )


def withdraw(runtime: Runtime, actor: Actor, request_id: int) -> None:
    """Take one's own request back."""
    with runtime.deed(actor, "approval.withdraw", f"request:{request_id}") as session:
        approvals.withdraw(session, request_id, actor=actor, now=runtime.now())


def lapse_overdue(runtime: Runtime) -> int:
    """End the requests whose time is over and return how many; part of the upkeep."""
    now = runtime.now()
    with runtime.database.reading() as session:
        over = views.overdue_requests(session, now=now)
    ended = 0
    for request_id in over:
        with runtime.database.transaction() as session:
            ended += approvals.lapse(session, request_id, actor=Actor.system(), now=now)
    return ended


def get_request(runtime: Runtime, actor: Actor, request_id: int) -> RequestView:
    """Return one request with everything that an approver signs.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        return views.request(session, request_id, actor, now=runtime.now(), marks=runtime.settings.mark_rules)


def list_requests(runtime: Runtime, actor: Actor) -> Desk:
    """Return what waits for the actor, what they asked for, and what they have decided."""
    with runtime.database.reading() as session:
        person_id = actor.person_id or 0
        return Desk(
            waiting=views.waiting_for(session, actor, now=runtime.now()),
            own=views.requested_by(session, person_id),
            decided=views.decided_by(session, person_id),
        )


def list_document_requests(runtime: Runtime, actor: Actor, document_id: int) -> Sequence[RequestRow]:
    """Return every request about a document that the actor may know of."""
    now = runtime.now()
    with runtime.database.reading() as session:
        get_within_reach(session, document_id, actor, now=now)
        return views.of_document(session, document_id)


def may_ask(actor: Actor, act: Act, unit_id: int) -> bool:
    """Tell whether the actor may ask for an act on a document of a unit."""
    action = approvals.REQUESTED_AS.get(act)
    return action is not None and roles.may(actor, action, unit_id=unit_id)


def may_carry_out(actor: Actor, view: RequestView) -> bool:
    """Tell whether the actor, having neither asked nor agreed, could use an approved request."""
    involved = {
        view.row.requester.id,
        *(decision.person.id for decision in view.decisions if decision.agreed),
        *(
            decision.in_place_of.id
            for decision in view.decisions
            if decision.agreed and decision.in_place_of is not None
        ),
    }
    return view.row.state is RequestState.APPROVED and actor.person_id not in involved


def _subject(order: Order) -> str:
    return f"document:{order.document_id}" if order.document_id else f"order:{order.order_hash()[:16]}"
