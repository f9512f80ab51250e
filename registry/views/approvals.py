"""Requests for approval as screens show them: who must agree and why, who has, who is missing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry import consent
from registry.mandates import mandates_of
from registry.models import ApprovalDecision, ApprovalRequest, Document
from registry.rows import UnknownRow, get_row
from registry.rules import approval, roles
from registry.rules.approval import Act, Decision, Order, Rule, Step
from registry.rules.clocks import is_lapsed
from registry.rules.delegation import Mandate
from registry.rules.family import Use
from registry.rules.marks import MARK_RULES, MarkRules
from registry.rules.roles import Action, Actor, Role
from registry.rules.traceability import Traceability
from registry.rules.words import RequestState
from registry.views.holdings import Name, name
from registry.views.people import UnitName, names, persons_with_role, unit_names


@dataclass(frozen=True)
class StepView:
    """One agreement that the rule demands.

    Attributes:
        unit: The unit the person must belong to; None for any.
        named: The one person who can take it, where the order names that person.
        taken_by: Who has agreed; None while it is missing.
        candidates: Who could agree, where the step is missing; the requester is never among them.
    """

    role: Role
    unit: UnitName | None
    named: Name | None
    taken_by: Name | None
    candidates: tuple[Name, ...]


@dataclass(frozen=True)
class RuleView:
    """Why these persons: the row of the rule table."""

    id: str
    version: int
    source: str


@dataclass(frozen=True)
class Preview:
    """Who will have to agree to an order, and why, before it is sent."""

    order: Order
    order_hash: str
    rule: RuleView
    steps: tuple[StepView, ...]


@dataclass(frozen=True)
class DecisionView:
    """One person's yes or no."""

    person: Name
    agreed: bool
    remark: str
    decided_at: datetime
    accepted: tuple[str, ...]
    """Channels and pages that the person agreed to although they fall short of what the level demands."""
    in_place_of: Name | None = None
    """Whose deputy the person was."""


@dataclass(frozen=True)
class RequestRow:
    """One request in a list; the document's facts are empty where the order names none.

    Attributes:
        use: Of a request to copy, what for; None for a job on a device, and for every other act.
    """

    id: int
    act: Act
    state: RequestState
    document_id: int | None
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    requester: Name
    quantity: int
    used: int
    missing: int
    requested_at: datetime
    valid_until_at: datetime
    use: Use | None


@dataclass(frozen=True)
class RequestView:
    """Everything an approver signs: the order itself, and where it stands."""

    row: RequestRow
    order: Order
    order_hash: str
    rule: RuleView
    steps: tuple[StepView, ...]
    decisions: tuple[DecisionView, ...]
    recipients: tuple[Name, ...]
    carriers: tuple[Name, ...]
    requesting_unit: UnitName
    traceability: Traceability | None
    """What the document's proof means for its level; None where no paper of a document is made."""
    may_decide: bool
    """Whether the actor who looks is one of those who are missing."""
    in_place_of: Name | None
    """In whose place that actor would decide; None where the decision is their own."""
    is_own: bool


def preview(session: Session, order: Order, *, now: datetime) -> Preview:
    """Return who would have to agree to an order.

    Raises:
        RefusedByRule: nobody can agree.
    """
    document = None if order.document_id is None else get_row(session, Document, order.document_id)
    rule = consent.rule_for_order(session, order, document, now=now)
    wanted = approval.required_steps(rule, order.units)
    return Preview(
        order=order,
        order_hash=order.order_hash(),
        rule=_rule(rule),
        steps=_steps(session, order, [(step, None) for step in wanted]),
    )


def waiting_for(session: Session, actor: Actor, *, now: datetime) -> tuple[RequestRow, ...]:
    """Return the open requests that the actor is asked to decide, longest waiting first."""
    if not roles.may_for_some_unit(actor, Action.DECIDE_APPROVAL):
        return ()
    query = _requests().where(
        ApprovalRequest.state == RequestState.OPEN,
        ApprovalRequest.requester_id != actor.person_id,
        ApprovalRequest.valid_until_at >= now,
    )
    found = session.scalars(query.order_by(ApprovalRequest.requested_at, ApprovalRequest.id))
    mandates = mandates_of(session, actor.person_id, now=now)
    return tuple(_row(request) for request in found if find_voice(request, actor, mandates, now=now))


def requested_by(session: Session, person_id: int) -> tuple[RequestRow, ...]:
    """Return what a person asked for, latest first."""
    query = _requests().where(ApprovalRequest.requester_id == person_id).order_by(ApprovalRequest.id.desc())
    return tuple(map(_row, session.scalars(query)))


def decided_by(session: Session, person_id: int) -> tuple[RequestRow, ...]:
    """Return what a person has decided on, latest first."""
    query = (
        _requests()
        .join(ApprovalDecision, ApprovalDecision.request_id == ApprovalRequest.id)
        .where(ApprovalDecision.person_id == person_id)
        .order_by(ApprovalDecision.decided_at.desc())
    )
    return tuple(map(_row, session.scalars(query)))


def of_document(session: Session, document_id: int) -> tuple[RequestRow, ...]:
    """Return every request about a document, latest first."""
    query = _requests().where(ApprovalRequest.document_id == document_id).order_by(ApprovalRequest.id.desc())
    return tuple(map(_row, session.scalars(query)))


def usable(
    session: Session, act: Act, actor: Actor, *, now: datetime, uses: Collection[Use | None] = (None,)
) -> tuple[RequestRow, ...]:
    """Return the approvals of an act that the actor could carry out now, having neither asked nor agreed.

    Args:
        session: Any session.
        act: The act.
        actor: Who would carry it out.
        now: The present instant.
        uses: Of approvals to copy, what they are used for.
    """
    query = _requests().where(
        ApprovalRequest.state == RequestState.APPROVED,
        ApprovalRequest.act == act,
        ApprovalRequest.requester_id != actor.person_id,
        ApprovalRequest.valid_until_at >= now,
        ~sa.exists().where(
            ApprovalDecision.request_id == ApprovalRequest.id,
            sa.or_(
                ApprovalDecision.person_id == actor.person_id,
                ApprovalDecision.in_place_of_id == actor.person_id,
            ),
        ),
    )
    found = map(_row, session.scalars(query.order_by(ApprovalRequest.decided_at, ApprovalRequest.id)))
    return tuple(row for row in found if row.use in uses)


def printable(session: Session, actor: Actor, *, now: datetime) -> tuple[RequestRow, ...]:
    """Return the approvals that the actor could print now: of print runs, and of re-copies."""
    recopies = usable(session, Act.COPY, actor, now=now, uses=(Use.RECOPY,))
    return (*usable(session, Act.PRINT, actor, now=now), *recopies)


def overdue_requests(session: Session, *, now: datetime) -> tuple[int, ...]:
    """Return the requests whose time is over and that were not ended yet."""
    query = sa.select(ApprovalRequest.id).where(
        ApprovalRequest.state.in_((RequestState.OPEN, RequestState.APPROVED)),
        ApprovalRequest.valid_until_at < now,
    )
    return tuple(session.scalars(query.order_by(ApprovalRequest.id)))


def request(
    session: Session, request_id: int, actor: Actor, *, now: datetime, marks: MarkRules = MARK_RULES
) -> RequestView:
    """Return one request to somebody whom it concerns.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
        OrderChanged: what is stored is not what its hash covers.
    """
    found = session.scalar(_requests().where(ApprovalRequest.id == request_id))
    if found is None:
        raise UnknownRow(ApprovalRequest.__tablename__, request_id)
    voice = find_voice(found, actor, mandates_of(session, actor.person_id, now=now), now=now)
    if voice is None and not _concerns(found, actor):
        raise UnknownRow(ApprovalRequest.__tablename__, request_id)
    order = consent.order_of(found)
    standing = consent.standing_of(found)
    taken = names(session, [person for person, _ in standing.counted])
    steps: list[tuple[Step, Name | None]] = [(step, taken[person]) for person, step in standing.counted]
    steps += [(step, None) for step in standing.missing] if found.state is RequestState.OPEN else []
    persons = names(session, [*order.recipients, *order.carriers])
    return RequestView(
        row=_row(found),
        order=order,
        order_hash=found.order_hash,
        rule=_rule(consent.rule_of(found)),
        steps=_steps(session, order, steps),
        decisions=tuple(
            DecisionView(
                person=name(row.person),
                agreed=row.agreed,
                remark=row.remark,
                decided_at=row.decided_at,
                accepted=tuple(row.accepted),
                in_place_of=None if row.in_place_of is None else name(row.in_place_of),
            )
            for row in found.decisions
        ),
        recipients=tuple(persons[person] for person in order.recipients),
        carriers=tuple(persons[person] for person in order.carriers),
        requesting_unit=unit_names(session, [order.units.requesting])[order.units.requesting],
        traceability=consent.traceability_of(found, marks),
        may_decide=voice is not None,
        in_place_of=None
        if voice is None or voice.in_place_of is None
        else names(session, [voice.in_place_of])[voice.in_place_of],
        is_own=found.requester_id == actor.person_id,
    )


def find_voice(
    found: ApprovalRequest, actor: Actor, mandates: Sequence[Mandate], *, now: datetime
) -> Decision | None:
    """Return the decision by which the actor's agreement to an open request would count: their own, or as a deputy."""
    if (
        actor.person_id is None
        or found.state is not RequestState.OPEN
        or is_lapsed(found.valid_until_at, now)
        or any(row.person_id == actor.person_id for row in found.decisions)
    ):
        return None
    voices = [
        Decision(actor.person_id, actor.roles, actor.unit_id, found.order_hash, approved=True, at=now),
        *(
            Decision(
                actor.person_id,
                mandate.roles,
                mandate.unit_id,
                found.order_hash,
                approved=True,
                at=now,
                in_place_of=mandate.giver_id,
            )
            for mandate in mandates
            if mandate.holds(found.act, now)
        ),
    ]
    return next((voice for voice in voices if _would_count(found, voice)), None)


def _would_count(found: ApprovalRequest, voice: Decision) -> bool:
    return any(person == voice.person_id for person, _ in consent.standing_of(found, [voice]).counted)


def _concerns(found: ApprovalRequest, actor: Actor) -> bool:
    return (
        roles.may(actor, Action.READ_REGISTER)
        or found.requester_id == actor.person_id
        or any(actor.person_id in {row.person_id, row.in_place_of_id} for row in found.decisions)
    )


def _requests() -> sa.Select[ApprovalRequest]:
    return sa.select(ApprovalRequest).options(
        selectinload(ApprovalRequest.decisions),
        selectinload(ApprovalRequest.document),
        selectinload(ApprovalRequest.requester),
        selectinload(ApprovalRequest.rule_set),
    )


def _row(found: ApprovalRequest) -> RequestRow:
    document = found.document
    is_open = found.state is RequestState.OPEN
    return RequestRow(
        id=found.id,
        act=found.act,
        state=found.state,
        document_id=found.document_id,
        doc_number="" if document is None else document.doc_number,
        title="" if document is None else document.title,
        scheme=found.order["scheme"],
        level=found.order["level"],
        secrecy_period="" if document is None else document.secrecy_period,
        requester=name(found.requester),
        quantity=found.quantity,
        used=found.used,
        missing=len(consent.standing_of(found).missing) if is_open else 0,
        requested_at=found.requested_at,
        valid_until_at=found.valid_until_at,
        use=consent.use_of(found),
    )


def _rule(rule: Rule) -> RuleView:
    return RuleView(id=rule.id, version=rule.version, source=rule.source)


def _steps(
    session: Session, order: Order, wanted: Sequence[tuple[Step, Name | None]]
) -> tuple[StepView, ...]:
    named_units = unit_names(
        session, [order.units.id_of(step.unit) for step, _ in wanted if step.unit is not None]
    )
    named = {} if order.custodian is None else names(session, [order.custodian])
    return tuple(
        StepView(
            role=step.role,
            unit=None if step.unit is None else named_units[order.units.id_of(step.unit)],
            named=None if step.named is None or order.custodian is None else named[order.custodian],
            taken_by=taken_by,
            candidates=() if taken_by else _candidates(session, order, step),
        )
        for step, taken_by in wanted
    )


def _candidates(session: Session, order: Order, step: Step) -> tuple[Name, ...]:
    unit_id = None if step.unit is None else order.units.id_of(step.unit)
    able: Iterable[Name] = persons_with_role(session, step.role, unit_id=unit_id)
    return tuple(
        person
        for person in able
        if person.id != order.requester_person and (step.named is None or person.id == order.custodian)
    )
