"""How acts use an approval: once, for exactly what was agreed to, by someone who neither asked nor agreed.

Every act that needs consent comes here first, within its own transaction. Laws: the request stays locked from
the first look until the transaction ends, so that two users queue; what is stored is not believed but judged
again, from the decisions up; using an approval writes no entry of its own, since the ledger is locked last:
the act records ``request`` and quantity in its entry.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.letters import require_letters_hold, rests_on_letters
from registry.models import ApprovalDecision, ApprovalRequest, Document
from registry.rows import get_row
from registry.rules import approval
from registry.rules.approval import Act, Decision, Opening, Order, Outcome, Refused, Rule, Standing
from registry.rules.clocks import is_lapsed
from registry.rules.family import USE_DETAIL, ApprovedForAnotherUse, Use
from registry.rules.levels import mark_text
from registry.rules.marks import MarkRules
from registry.rules.orders import load_order
from registry.rules.requests import RequestStep, next_request_state
from registry.rules.roles import Actor, Role
from registry.rules.traceability import PAPER_ACTS, Traceability, evidence_hash, judge
from registry.rules.words import RequestState
from registry.ruling import in_force, rules_under

ENDED_WITH_SECRECY: Final = PAPER_ACTS | {Act.FAX, Act.REGRADE}
"""Acts that nobody is asked about once a document is secret no more."""

MARK_DETAIL: Final = "mark"
"""The name under which an order shows the document's secrecy mark."""
LINES_DETAIL: Final = "visible_lines"
"""The name under which an order for paper shows what its visible lines will say."""


class NotApproved(ConflictError):
    """The request has not, or no longer, the agreement that its rule demands."""

    code = "not-approved"


class ApprovalLapsed(ConflictError):
    """The time within which the approval could be used is over."""

    code = "approval-lapsed"


class ApprovedForAnotherAct(ConflictError):
    """The approval is for something else."""

    code = "approved-for-another-act"


class RefusedByRule(ConflictError):
    """The rules let nobody agree to this as things stand."""

    code = "refused-by-rule"


class OpensByConsent(RefusedByRule):
    """The units concerned have not consented to so many copies."""

    code = "opens-by-consent"


class UntraceableNotAccepted(ConflictError):
    """The document is less traceable than its level demands, and the approver has not accepted that."""

    code = "untraceable-not-accepted"


class LessTraceableThanAgreed(ConflictError):
    """Under the marks in force the document falls short in a way that not everybody who agreed has accepted."""

    code = "less-traceable-than-agreed"


class VisibleLinesChanged(ConflictError):
    """The visible lines in force say something else than those that were agreed to."""

    code = "visible-lines-changed"


class OrderChanged(ConflictError):
    """What is stored, shown or used is not what was, or would be, agreed to."""

    code = "order-changed"


class RegradedSince(OrderChanged):
    """The document has another level or period now than when this was agreed to."""

    code = "regraded-since"


class DocumentDeclassified(ConflictError):
    """The document is secret no more: it needs neither numbered copies nor an approval to be copied."""

    code = "document-declassified"


class ProofChanged(OrderChanged):
    """The document's traceability was measured anew since somebody agreed."""

    code = "proof-changed"


def consume(
    session: Session,
    request_id: int,
    act: Act,
    *,
    quantity: int,
    actor: Actor,
    now: datetime,
    order_hash: str | None = None,
    use: Use | None = None,
) -> ApprovalRequest:
    """Use ``quantity`` of an approval and return its request, locked; `order_of` tells exactly what was agreed to.

    Args:
        session: The deed's transaction.
        request_id: The approved request.
        act: What the caller is about to do.
        quantity: How many copies of it.
        actor: Who does it; neither the requester nor one who agreed.
        now: When.
        order_hash: Hash of the order that the caller has looked at, where it has.
        use: Of an approval to copy, what it is used for; None for a job on a device, and for every other act.

    Raises:
        UnknownRow: there is no such request.
        ApprovedForAnotherAct: it is for something else.
        NotApproved: nobody, or not everybody, has agreed, or it was used up, withdrawn or rejected.
        ApprovalLapsed: too late.
        OrderChanged: the stored order is not what was agreed to.
        ApprovedForAnotherUse: it is an approval to copy for something else.
        RegradedSince: the document has another level or period by now.
        ProofChanged: what is known of the document's traceability is not what was agreed on.
        ConsentUnusable: it rests on the consent of a unit that was revoked or has expired.
        ApprovalExhausted: fewer are left.
        ExecutorNotSeparate: the actor asked for it or agreed to it.
    """
    request = get_row(session, ApprovalRequest, request_id, lock=True)
    if request.act is not act:
        raise ApprovedForAnotherAct(
            f"got an approval of {request.act} for {act}", approved=str(request.act), wanted=str(act)
        )
    if request.state is not RequestState.APPROVED:
        raise NotApproved("got a request that is not approved", state=str(request.state))
    if is_lapsed(request.valid_until_at, now):
        raise ApprovalLapsed("got an approval whose time is over", request=request_id)
    if order_hash is not None and order_hash != request.order_hash:
        raise OrderChanged("got another order than was agreed to", request=request_id)
    if standing_of(request).outcome is not Outcome.APPROVED:
        raise NotApproved("got a request that its decisions do not approve", state=str(request.state))
    _require_use(request, use)
    if is_regraded_since(request):
        raise RegradedSince("got an approval from before the document was regraded", request=request_id)
    _require_same_proof(request)
    require_letters_hold(session, request, now=now)
    require_separate(request, actor)
    if quantity < 1:
        raise ValueError("an approval is used for at least one copy")
    left = approval.remaining(request.quantity, request.used, wanted=quantity)
    request.used += quantity
    if left == 0:
        request.state = next_request_state(request.state, RequestStep.USE_UP)
    return request


def abandon(session: Session, request_id: int) -> None:
    """End a request whose subject is given up, so that nobody decides on or uses it; one that is over stays so."""
    request = get_row(session, ApprovalRequest, request_id, lock=True)
    if request.state in {RequestState.OPEN, RequestState.APPROVED}:
        request.state = next_request_state(request.state, RequestStep.WITHDRAW)


def require_separate(request: ApprovalRequest, actor: Actor) -> None:
    """Pass when the actor may carry out what the request asked for.

    Raises:
        ExecutorNotSeparate: the actor asked for it or agreed to it.
    """
    approval.refuse_executor(actor.person_id, order_of(request), decisions_of(request))


def order_of(request: ApprovalRequest) -> Order:
    """Return the order of a request, proven to be the one that its hash covers.

    Raises:
        OrderChanged: it is not.
    """
    order = load_order(request.order)
    if order.order_hash() != request.order_hash:
        raise OrderChanged("got a stored order that does not have its hash", request=request.id)
    return order


def decisions_of(request: ApprovalRequest) -> tuple[Decision, ...]:
    """Return the decisions on a request as the rules judge them, in the order in which they were taken."""
    return tuple(map(_decision, sorted(request.decisions, key=lambda row: (row.decided_at, row.id))))


def rule_for_order(session: Session, order: Order, document: Document | None, *, now: datetime) -> Rule:
    """Return the rule in force that decides who must agree to an order.

    Raises:
        OpensByConsent: the order does not rest on the consents that the rule wants.
        RefusedByRule: nobody can agree; facts ``rule``, ``version`` and ``reason``.
        DocumentDeclassified: nobody needs to agree any more.
        UnknownLevel: the order's scheme has no such level.
        ConsentUnusable: it rests on one that cannot be used.
    """
    if document is not None and document.declassified_at is not None and order.act in ENDED_WITH_SECRECY:
        raise DocumentDeclassified(
            f"got {order.act} of a document that is secret no more", act=str(order.act)
        )
    rules = in_force(session, now)
    found = approval.rule_for(
        order.act,
        order.level,
        scheme=order.scheme,
        no_copying=document is not None and document.no_copying,
        with_consent=rests_on_letters(session, order, now=now),
        opened=rules.opened,
        rulebook=rules.rulebook,
    )
    if isinstance(found, Refused):
        refusal = OpensByConsent if found.reason == f"opens-{Opening.BY_CONSENT}" else RefusedByRule
        raise refusal(
            f"got {order.act} at {found.handling}, which the rules refuse",
            rule=found.rule_id,
            version=found.version,
            reason=found.reason,
        )
    return found


def rule_of(request: ApprovalRequest) -> Rule:
    """Return the rule that the request was made under, whatever the rules in force say now."""
    return rules_under(request).rulebook.get(request.rule_id)


def standing_of(request: ApprovalRequest, further: Sequence[Decision] = ()) -> Standing:
    """Return where a request stands, and where it would stand with ``further`` decisions."""
    return approval.standing(rule_of(request), order_of(request), [*decisions_of(request), *further])


def proof_hash_of(request: ApprovalRequest) -> str:
    """Return the hash over the file and its proof that a decision on the request is taken on; empty for other acts."""
    document = request.document
    if document is None or request.act not in PAPER_ACTS:
        return ""
    return evidence_hash(document.proof, document.cleaned_sha256)


def traceability_of(
    request: ApprovalRequest, marks: MarkRules, *, proof: Mapping[str, Any] | None = None
) -> Traceability | None:
    """Return what the document's proof, or another, means for its level; None where the request makes no paper."""
    document = request.document
    if document is None or request.act not in PAPER_ACTS:
        return None
    return judge(
        document.proof if proof is None else proof,
        pages=document.pages,
        cleaned_sha256=document.cleaned_sha256,
        rule=marks.get(document.scheme, document.level),
    )


def require_accepted(
    request: ApprovalRequest, marks: MarkRules, *, proof: Mapping[str, Any] | None = None
) -> None:
    """Pass when everybody who agreed has accepted what falls short under the marks that will be printed.

    Asked when numbers are reserved and again when the marks are put on, since the rules in force can change between
    an agreement and its paper.

    Args:
        request: The request.
        marks: The rules in force, for the printer that will print.
        proof: What was measured under the dots of that printer, where they are others than those of the level.

    Raises:
        LessTraceableThanAgreed: somebody has not.
        VisibleLinesChanged: the visible lines would say something else.
    """
    require_same_lines(request, marks)
    found = traceability_of(request, marks, proof=proof)
    if found is None:
        return
    short = {shortfall.text for shortfall in found.shortfalls}
    if any(row.agreed and not short <= set(row.accepted) for row in request.decisions):
        raise LessTraceableThanAgreed(
            "got a document that falls short of what was agreed on",
            request=request.id,
            shortfalls=tuple(sorted(short)),
            is_measured=found.is_measured,
        )


def require_same_lines(request: ApprovalRequest, marks: MarkRules) -> None:
    """Pass when the visible lines in force are those that the order shows; an older order shows none and is believed.

    Raises:
        VisibleLinesChanged: they are not.
    """
    document = request.document
    agreed = dict(order_of(request).details).get(LINES_DETAIL)
    if document is None or agreed is None:
        return
    if agreed != marks.get(document.scheme, document.level).lines_text:
        raise VisibleLinesChanged("got visible lines that were not agreed to", request=request.id)


def use_of(request: ApprovalRequest) -> Use | None:
    """Return what an approval to copy is used for; None for a job on a device, and for every other act.

    As stored, for lists; whether that is what was agreed to is judged when the approval is used.
    """
    stated = next((value for name, value in request.order["details"] if name == USE_DETAIL), None)
    return None if stated is None else Use(stated)


def _require_use(request: ApprovalRequest, use: Use | None) -> None:
    stated = use_of(request)
    if stated is not use:
        raise ApprovedForAnotherUse(
            "got an approval to copy for another use", approved=str(stated or ""), wanted=str(use or "")
        )


def is_regraded_since(request: ApprovalRequest) -> bool:
    """Tell whether the document is not as secret any more as everybody who agreed was shown.

    Orders of older releases do not show the mark.
    """
    document = request.document
    if document is None:
        return False
    order = order_of(request)
    mark = mark_text(document.level, document.secrecy_period, scheme=document.scheme)
    shown = dict(order.details).get(MARK_DETAIL, mark)
    is_same = (order.scheme, order.level, shown) == (document.scheme, document.level, mark)
    return not is_same or (document.declassified_at is not None and order.act in ENDED_WITH_SECRECY)


def _require_same_proof(request: ApprovalRequest) -> None:
    """Pass when everybody agreed on what is now known of the document's traceability."""
    known = proof_hash_of(request)
    if any(row.agreed and row.proof_hash != known for row in request.decisions):
        raise ProofChanged("got a document whose proof is not the one agreed on", request=request.id)


def _decision(row: ApprovalDecision) -> Decision:
    return Decision(
        person_id=row.person_id,
        roles=frozenset(map(Role, row.roles)),
        unit_id=row.unit_id,
        order_hash=row.order_hash,
        approved=row.agreed,
        at=row.decided_at,
        in_place_of=row.in_place_of_id,
    )
