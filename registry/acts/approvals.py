"""Requests for approval: sent, decided, taken back, lapsed. How one is used is in ``consent``, for every act.

Laws: what is asked is true (the order's facts are those of the register); what is decided is what was shown;
one decision per person.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.consent import OrderChanged
from registry.errors import ConflictError, InvalidError, PermissionDenied, UnknownError
from registry.ledger import log
from registry.letters import require_letters_hold, take_letters
from registry.mandates import mandates_of
from registry.models import ApprovalDecision, ApprovalRequest, Document, Person
from registry.rows import flush_unique, get_row
from registry.rules import roles, takeover
from registry.rules.approval import Act, Decision, Order, Outcome
from registry.rules.clocks import is_lapsed
from registry.rules.delegation import Mandate
from registry.rules.limits import REMARK_LIMIT
from registry.rules.marks import MARK_RULES, MarkRules
from registry.rules.orders import dump_order
from registry.rules.requests import RequestStep, next_request_state
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import RequestState

REQUESTED_AS: Final[dict[Act, Action]] = {
    Act.PRINT: Action.REQUEST_PRINT,
    Act.TAKE_OUT: Action.REQUEST_TAKE_OUT,
    Act.DESTROY: Action.REQUEST_DESTRUCTION,
    Act.COPY: Action.REQUEST_COPYING,
    Act.FAX: Action.REQUEST_COPYING,
    Act.REPAIR: Action.REQUEST_REPAIR,
    Act.CONVEY: Action.REQUEST_CONVEYING,
    Act.PRESS: Action.REQUEST_CONVEYING,
    Act.REGRADE: Action.REQUEST_REGRADING,
}
"""The acts that can be asked for, and what asking is called."""


class ActNotOffered(InvalidError):
    """Nothing here carries this act out, so that nobody can ask for it."""

    code = "act-not-offered"


class OrderUntrue(ConflictError):
    """The order states something that the register does not."""

    code = "order-untrue"


class StrangersNamed(ConflictError):
    """The order names persons who are not registered, or no longer work here."""

    code = "strangers-named"


class AlreadyDecided(ConflictError):
    """The person has decided on this request before."""

    code = "already-decided"


class NotAsked(PermissionDenied):
    """No step of the rule waits for this person."""

    code = "not-asked"


class NoMandate(PermissionDenied):
    """Nobody has passed this decision on to the person, or not for this act and time."""

    code = "no-mandate"


class NotTheRequester(UnknownError):
    """Only the requester can take a request back; for others it is not there to be taken back."""

    code = "not-the-requester"


class ApprovalNotAskedInTime(InvalidError):
    """An approval is asked for until a time that is still to come."""

    code = "approval-needs-future-end"


class ApprovalInUse(ConflictError):
    """Part of the approval was used; the rest lapses, it cannot be taken back."""

    code = "approval-in-use"


def request(session: Session, order: Order, *, actor: Actor, now: datetime) -> int:
    """Ask for approval of exactly this order and return the request's id.

    The same order while it is open is the same request sent twice: its id is returned and nothing is written.
    """
    document = None if order.document_id is None else get_row(session, Document, order.document_id)
    _require_to_ask(order, document, actor)
    if document is not None and order.act is Act.PRINT:
        takeover.require_file(document.cleaned_sha256)
    rule = consent.rule_for_order(session, order, document, now=now)
    _require_true(order, document, actor)
    _require_people(session, order)
    until_at = order.until
    if until_at is None or is_lapsed(until_at, now):
        raise ApprovalNotAskedInTime("got an order without an end in the future")
    get_row(
        session, Person, order.requester_person, lock=True
    )  # the same order sent twice: one after the other
    twin = _find_twin(session, order)
    if twin is not None:
        return twin
    asked = ApprovalRequest(
        act=order.act,
        document_id=order.document_id,
        order=dump_order(order),
        order_hash=order.order_hash(),
        rule_id=rule.id,
        rule_version=rule.version,
        requester_id=actor.person_id,
        quantity=order.copies,
        state=RequestState.OPEN,
        requested_at=now,
        valid_until_at=until_at,
    )
    session.add(asked)
    session.flush()  # the id, for the ledger
    letters = take_letters(session, order, asked.id, now=now)
    log.append(
        session,
        "approval.requested",
        f"request:{asked.id}",
        actor=actor,
        now=now,
        act=str(asked.act),
        document=asked.document_id,
        order_hash=asked.order_hash,
        rule=asked.rule_id,
        rule_version=asked.rule_version,
        quantity=asked.quantity,
        until=asked.valid_until_at,
        consents=letters,
        reason=log.private(order.reason),
    )
    return asked.id


def decide(
    session: Session,
    request_id: int,
    *,
    agreed: bool,
    shown_hash: str,
    remark: str,
    actor: Actor,
    now: datetime,
    marks: MarkRules = MARK_RULES,
    accepted_hash: str = "",
    in_place_of: int | None = None,
) -> RequestState:
    """Record one person's yes or no to the order that was shown, and return where the request stands then.

    Args:
        session: The deed's transaction.
        request_id: The request.
        agreed: Yes or no.
        shown_hash: Hash of the order that the person was shown.
        remark: What else the person says.
        actor: The person.
        now: When.
        marks: What each level demands of its pages.
        accepted_hash: Where the document falls short of that: the hash over what the person was shown and accepts.
        in_place_of: The person whose deputy decides, by id.

    Raises:
        NoMandate: the actor may not decide this in that person's place.
        UntraceableNotAccepted: the document falls short, and the person has not accepted exactly that.
        VisibleLinesChanged: the visible lines in force are not those that the order shows.
        ConsentUnusable: a unit's consent that the request rests on was revoked or has expired.
    """
    roles.require(actor, Action.DECIDE_APPROVAL, unit_id=actor.unit_id)
    if actor.person_id is None:
        raise NotAsked("got a decision by nobody")
    asked = get_row(session, ApprovalRequest, request_id, lock=True)
    if any(row.person_id == actor.person_id for row in asked.decisions):
        raise AlreadyDecided("got a second decision by one person")
    order = consent.order_of(asked)
    if shown_hash != asked.order_hash:
        raise OrderChanged("got a decision on another order than is stored", request=request_id)
    mandate = None if in_place_of is None else _mandate(session, asked, actor, in_place_of, now)
    voice = actor if mandate is None else mandate
    decision = Decision(
        actor.person_id, voice.roles, voice.unit_id, shown_hash, agreed, now, in_place_of=in_place_of
    )
    _require_asked(asked, decision)
    if is_lapsed(asked.valid_until_at, now):
        raise consent.ApprovalLapsed("got a decision on a request whose time is over", request=request_id)
    if agreed:
        consent.require_same_lines(asked, marks)
        require_letters_hold(session, asked, now=now)
    accepted = _accepted(asked, marks, accepted_hash) if agreed else []
    standing = consent.standing_of(asked, [decision])
    if standing.outcome is not Outcome.PENDING:
        step = RequestStep.GRANT if standing.outcome is Outcome.APPROVED else RequestStep.REJECT
        asked.state = next_request_state(asked.state, step)
        asked.decided_at = now
    note = parse_line(remark, field="remark", limit=REMARK_LIMIT, required=False)
    asked.decisions.append(
        ApprovalDecision(
            person_id=actor.person_id,
            roles=sorted(map(str, decision.roles)),
            unit_id=decision.unit_id,
            in_place_of_id=in_place_of,
            delegation_id=None if mandate is None else mandate.delegation_id,
            agreed=agreed,
            order_hash=shown_hash,
            proof_hash=consent.proof_hash_of(asked),
            accepted=accepted,
            remark=note,
            decided_at=now,
        )
    )
    flush_unique(
        session,
        {
            (ApprovalDecision.request_id, ApprovalDecision.person_id): AlreadyDecided(
                "got a second decision by one person"
            )
        },
    )
    log.append(
        session,
        "approval.decided",
        f"request:{request_id}",
        actor=actor,
        now=now,
        agreed=agreed,
        order_hash=shown_hash,
        rule=asked.rule_id,
        rule_version=asked.rule_version,
        requester=order.requester_person,
        roles=sorted(map(str, decision.roles)),
        unit=decision.unit_id,
        in_place_of=in_place_of,
        delegation=None if mandate is None else mandate.delegation_id,
        state=str(asked.state),
        missing=len(standing.missing),
        proof=consent.proof_hash_of(asked),
        accepted=accepted,
        remark=log.private(note),
    )
    return asked.state


def withdraw(session: Session, request_id: int, *, actor: Actor, now: datetime) -> None:
    """Take one's own request back, decided or not, while nothing of it was used."""
    roles.require(actor, Action.WITHDRAW_REQUEST)
    asked = get_row(session, ApprovalRequest, request_id, lock=True)
    if asked.requester_id != actor.person_id:
        raise NotTheRequester("got another person than the requester", request=request_id)
    state = next_request_state(asked.state, RequestStep.WITHDRAW)
    if asked.used:
        raise ApprovalInUse("got an approval of which a part was used", used=asked.used)
    asked.state = state
    log.append(
        session,
        "approval.withdrawn",
        f"request:{request_id}",
        actor=actor,
        now=now,
        order_hash=asked.order_hash,
    )


def lapse(session: Session, request_id: int, *, actor: Actor, now: datetime) -> bool:
    """End a request whose time is over; return False when there is nothing to end."""
    roles.require(actor, Action.RUN_UPKEEP)
    asked = get_row(session, ApprovalRequest, request_id, lock=True)
    if not is_lapsed(asked.valid_until_at, now) or asked.state not in {
        RequestState.OPEN,
        RequestState.APPROVED,
    }:
        return False
    asked.state = next_request_state(asked.state, RequestStep.LAPSE)
    log.append(
        session,
        "approval.lapsed",
        f"request:{request_id}",
        actor=actor,
        now=now,
        used=asked.used,
        left=asked.quantity - asked.used,
    )
    return True


def _mandate(session: Session, asked: ApprovalRequest, actor: Actor, giver_id: int, now: datetime) -> Mandate:
    """Return the delegation by which the actor decides in somebody's place."""
    for mandate in mandates_of(session, actor.person_id, now=now):
        if mandate.giver_id == giver_id and mandate.holds(asked.act, now):
            return mandate
    raise NoMandate("got a decision in the place of somebody who has not passed it on", act=str(asked.act))


def _accepted(asked: ApprovalRequest, marks: MarkRules, accepted_hash: str) -> list[str]:
    """Return the channels and pages that an approver accepts although they fall short."""
    found = consent.traceability_of(asked, marks)
    if found is None or not found.shortfalls:
        return []
    told = [shortfall.text for shortfall in found.shortfalls]
    if accepted_hash != found.shown_hash:
        raise consent.UntraceableNotAccepted(
            "got an agreement that does not accept what falls short",
            request=asked.id,
            shortfalls=tuple(told),
            is_measured=found.is_measured,
        )
    return told


def _find_twin(session: Session, order: Order) -> int | None:
    return session.scalar(
        sa.select(ApprovalRequest.id).where(
            ApprovalRequest.requester_id == order.requester_person,
            ApprovalRequest.order_hash == order.order_hash(),
            ApprovalRequest.state == RequestState.OPEN,
        )
    )


def _require_to_ask(order: Order, document: Document | None, actor: Actor) -> None:
    action = REQUESTED_AS.get(order.act)
    if action is None:
        raise ActNotOffered(f"got {order.act}, which nobody can ask for here", act=str(order.act))
    roles.require(actor, action, unit_id=actor.unit_id if document is None else document.issuing_unit_id)


def _require_true(order: Order, document: Document | None, actor: Actor) -> None:
    """Compare what the order states with the actor and with the register."""
    stated = {"requester": order.requester_person, "unit": order.units.requesting}
    known = {"requester": actor.person_id, "unit": actor.unit_id}
    if document is not None:
        stated |= {"issuing": order.units.issuing, "classifying": order.units.classifying}
        known |= {"issuing": document.issuing_unit_id, "classifying": document.classifying_unit_id}
    untrue = sorted(name for name in stated if stated[name] != known[name])
    if document is not None:
        if (order.scheme, order.level) != (document.scheme, document.level):
            untrue.append("level")
        if order.document_sha256 != document.cleaned_sha256:
            untrue.append("file")
    if untrue:
        raise OrderUntrue("got an order that differs from the register", differs=tuple(untrue))


def _require_people(session: Session, order: Order) -> None:
    """Pass when everybody whom the order names works here: nobody agrees to a carrier who does not exist."""
    for part, named in (("recipients", order.recipients), ("carriers", order.carriers)):
        known = session.scalars(sa.select(Person.id).where(Person.id.in_(named), Person.active)).all()
        if strangers := set(named) - set(known):
            raise StrangersNamed(
                f"got {len(strangers)} {part} whom the register does not know or who have left",
                part=part,
                persons=tuple(sorted(strangers)),
            )


def _require_asked(asked: ApprovalRequest, decision: Decision) -> None:
    """Pass when the decision would count under the request's rule and the request is open."""
    next_request_state(asked.state, RequestStep.GRANT if decision.approved else RequestStep.REJECT)
    after = consent.standing_of(asked, [decision])
    counts = decision.person_id == after.rejected_by or any(
        person == decision.person_id for person, _ in after.counted
    )
    if not counts:
        raise NotAsked("got a decision by a person whom no open step asks", request=asked.id)
