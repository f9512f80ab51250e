"""At the shredder: every copy is scanned again, and people vouch in person for what they saw.

Laws: what is destroyed is exactly what was listed and approved; people vouch only once every copy lies there;
operator and witnesses are none of requester, approver and holder and authenticate at that moment; a signature that grew
old is worth nothing; until the last signature nothing is destroyed on record.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.disposal import ListClosed, NotOnTheList, highest_level, locked_items, locked_list, record_step
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, DestructionList, DestructionSignature, Movement
from registry.recalling import refuse_recalled
from registry.rows import get_row, locked_copy, move_all
from registry.rules import destruction as rules
from registry.rules import lifecycle, roles
from registry.rules.approval import Act
from registry.rules.clocks import authentication_holds, is_lapsed
from registry.rules.destruction import Conflict, Destruction, Present, Shortfall
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import Custodian, DestructionPart, DestructionState, MovementKind, RequestState
from registry.ruling import in_force


class AttestationConflict(ConflictError):
    """The person already has another part in this destruction."""

    code = "attestation-conflict"


class OperatorSigned(ConflictError):
    """There is one operator, and another person has just signed as that."""

    code = "operator-signed"


class NotAllPresented(ConflictError):
    """Copies are still to be scanned at the shredder; nobody can vouch for what is not there."""

    code = "not-all-presented"


@dataclass(frozen=True)
class Progress:
    """Where a destruction stands after a signature.

    Attributes:
        state: State of the list.
        shortfall: What is still missing.
    """

    state: DestructionState
    shortfall: Shortfall


def present(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """Record that a listed copy was scanned at the shredder; return False when it was scanned there already."""
    roles.require(actor, Action.DESTROY)
    listed = _approved(session, list_id, now)
    item = next((item for item in listed.items if item.copy.code == code), None)
    if item is None:
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    if item.presented_at is not None:
        return False
    copy = locked_copy(session, code)
    refuse_recalled(session, [copy])
    lifecycle.next_state(copy.state, Step.DESTROY)
    item.presented_at = now
    log.append(session, "destruction.presented", f"destruction:{list_id}", actor=actor, now=now, copy=code)
    return True


def attest(
    session: Session, list_id: int, part: DestructionPart, *, attesting: Actor, actor: Actor, now: datetime
) -> Progress:
    """Record that a person authenticated at the shredder; the last signature that was missing destroys the copies.

    Args:
        session: The deed's transaction.
        list_id: The list.
        part: What the person vouches for.
        attesting: The person, who has just proven themselves.
        actor: Who is logged in at the screen.
        now: When.
    """
    roles.require(actor, Action.DESTROY)
    roles.require(attesting, Action.DESTROY if part is DestructionPart.OPERATOR else Action.WITNESS)
    listed = _approved(session, list_id, now)
    if waiting := [item for item in listed.items if item.presented_at is None]:
        raise NotAllPresented("got a signature before every copy was scanned", missing=len(waiting))
    refuse_recalled(session, [item.copy for item in listed.items])
    _sign(session, listed, part, attesting, now)
    copies = locked_items(session, listed)
    destruction = _destruction(session, listed, copies)
    found = _shortfall(session, destruction, now)
    if found.conflicts:
        person, conflict = found.conflicts[0]
        raise AttestationConflict("got a person with another part in this", person=person, part=str(conflict))
    log.append(
        session,
        "destruction.attested",
        f"destruction:{list_id}",
        actor=attesting,
        now=now,
        part=str(part),
        at_screen_of=actor.person_id,
    )
    if found.is_nothing:
        _destroy(session, listed, copies, attesting, now)
    return Progress(listed.state, found)


def shortfall(session: Session, list_id: int, *, now: datetime) -> Shortfall:
    """Return what is still missing before a list is destroyed; changes nothing."""
    listed = get_row(session, DestructionList, list_id)
    copies = [item.copy for item in listed.items]
    return _shortfall(session, _destruction(session, listed, copies), now)


def _shortfall(session: Session, destruction: rules.Destruction, now: datetime) -> Shortfall:
    """Judge under the rules in force now: they may have become stricter since the list was agreed to."""
    force = in_force(session, now)
    return rules.shortfall(destruction, now, clocks=force.clocks, shredder_minimum=force.shredder_minimum)


def keep_certificate(session: Session, list_id: int, sha256: str, *, actor: Actor, now: datetime) -> None:
    """Remember the certificate that was drawn for a destroyed list; the first one stands."""
    roles.require(actor, Action.DESTROY)
    listed = locked_list(session, list_id, DestructionState.DESTROYED)
    if listed.certificate_sha256 is not None:
        return
    listed.certificate_sha256 = sha256
    log.append(
        session, "destruction.certified", f"destruction:{list_id}", actor=actor, now=now, sha256=sha256
    )


def _approved(session: Session, list_id: int, now: datetime) -> DestructionList:
    """Return a submitted list whose approval holds, locked; the approval itself is used up by the destruction."""
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state is not DestructionState.SUBMITTED or listed.request is None:
        raise ListClosed("got a list in another state", state=str(listed.state))
    if listed.request.state is not RequestState.APPROVED:
        raise consent.NotApproved("got a list that is not approved", state=str(listed.request.state))
    if is_lapsed(listed.request.valid_until_at, now):
        raise consent.ApprovalLapsed("got an approval whose time is over", request=listed.request.id)
    return listed


def _sign(
    session: Session, listed: DestructionList, part: DestructionPart, attesting: Actor, now: datetime
) -> None:
    """Write the signature down, in place of those that grew old: whoever gave them may have left."""
    for old in listed.signatures:
        if not authentication_holds(old.authenticated_at, now, in_force(session, now).clocks):
            session.delete(old)
    session.flush()  # the deletions first: the same person may sign anew
    session.refresh(listed, ["signatures"])
    held = next((one for one in listed.signatures if one.person_id == attesting.person_id), None)
    if held is not None and held.part is not part:
        raise AttestationConflict(
            "got a person with another part in this",
            person=held.person_id,
            part=str(Conflict[held.part.name]),
        )
    operates = part is DestructionPart.OPERATOR
    if held is None and operates and any(one.part is part for one in listed.signatures):
        raise OperatorSigned("got a second operator")
    if held is not None:
        held.authenticated_at = now
    else:
        listed.signatures.append(
            DestructionSignature(person_id=attesting.person_id, part=part, authenticated_at=now)
        )
    session.flush()  # so that the shortfall sees it


def _destruction(session: Session, listed: DestructionList, copies: list[Copy]) -> Destruction:
    signed = {
        part: [Present(one.person_id, one.authenticated_at) for one in listed.signatures if one.part is part]
        for part in DestructionPart
    }
    codes = {copy.id: copy.code for copy in copies}
    operators = signed[DestructionPart.OPERATOR]
    approvers = (
        {decision.person_id for decision in listed.request.decisions if decision.agreed}
        if listed.request
        else set()
    )
    requesters = {listed.requester_id, *([listed.request.requester_id] if listed.request else [])}
    return Destruction(
        listed=frozenset(codes.values()),
        presented=frozenset(codes[item.copy_id] for item in listed.items if item.presented_at is not None),
        handling=highest_level(session, copies).handling,
        operator=operators[0] if operators else None,
        witnesses=tuple(signed[DestructionPart.WITNESS]),
        requesters=frozenset(requesters),
        approvers=frozenset(approvers),
        holders=_last_holders(session, list(codes)),
        shredder_class=rules.shred_class(listed.equipment.shred_level or ""),
    )


def _last_holders(session: Session, copy_ids: list[int]) -> frozenset[int]:
    """Return who held each copy last, before it came back to the registry."""
    newest = (
        sa.select(Movement.copy_id, sa.func.max(Movement.seq).label("seq"))
        .where(Movement.copy_id.in_(copy_ids), Movement.custodian == Custodian.PERSON)
        .group_by(Movement.copy_id)
        .subquery()
    )
    found = session.scalars(
        sa.select(Movement.person_id).join(
            newest, sa.and_(Movement.copy_id == newest.c.copy_id, Movement.seq == newest.c.seq)
        )
    )
    return frozenset(person for person in found if person is not None)


def _destroy(
    session: Session, listed: DestructionList, copies: list[Copy], operator: Actor, now: datetime
) -> None:
    if listed.request_id is None:
        raise consent.NotApproved("got a list without a request", state=str(listed.state))
    request = consent.consume(
        session, listed.request_id, Act.DESTROY, quantity=len(copies), actor=operator, now=now
    )
    if set(consent.order_of(request).copy_codes) != {copy.code for copy in copies}:
        raise consent.OrderChanged("got other copies than were agreed to", request=request.id)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.DESTROY)
    move_all(session, copies, MovementKind.DESTROYED, Custodian.NONE, actor=operator, now=now)
    listed.state = DestructionState.DESTROYED
    listed.completed_at = now
    people = {one.person_id: str(one.part) for one in listed.signatures}
    for copy in copies:
        record_step(session, copy, Step.DESTROY, listed.id, actor=operator, now=now)
    log.append(
        session,
        "destruction.completed",
        f"destruction:{listed.id}",
        actor=operator,
        now=now,
        request=listed.request_id,
        equipment=listed.equipment_id,
        people=[{"person": person, "part": part} for person, part in sorted(people.items())],
        planned=len(listed.items),
        presented=len(copies),
        destroyed=len(copies),
        copies=sorted(copy.code for copy in copies),
    )
