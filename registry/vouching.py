"""People who vouch in person for the end of copies: at the shredder, or as escorts of sealed bags.

What their signatures set in motion is decided in ``acts.shredding`` and ``acts.escorting``. Laws: the list is approved
and everything on it lies ready before anybody signs; nobody signs who asked for, approved or last held any of it; a
signature that grew old is worth nothing, and whoever gave it may have left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.disposal import ListClosed, highest_level, locked_items, require_part
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import (
    ApprovalRequest,
    Copy,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Movement,
)
from registry.recalling import refuse_recalled
from registry.rows import get_row
from registry.rules import destruction as rules
from registry.rules.approval import Act
from registry.rules.clocks import authentication_holds, is_lapsed
from registry.rules.destruction import Conflict, Destruction, Present, Shortfall
from registry.rules.roles import Actor
from registry.rules.words import Custodian, DestructionPart, DestructionState, RequestState
from registry.ruling import in_force


class AttestationConflict(ConflictError):
    """The person already has another part in this destruction."""

    code = "attestation-conflict"


class OperatorSigned(ConflictError):
    """There is one operator, and another person has just signed as that."""

    code = "operator-signed"


@dataclass(frozen=True)
class Progress:
    """Where a destruction stands after a signature.

    Attributes:
        state: State of the list.
        shortfall: What is still missing.
    """

    state: DestructionState
    shortfall: Shortfall


def approved_list(session: Session, list_id: int, now: datetime) -> DestructionList:
    """Return a submitted list whose approval holds, locked; using the approval up is for the deed that ends it."""
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state is not DestructionState.SUBMITTED or listed.request is None:
        raise ListClosed("got a list in another state", state=str(listed.state))
    if listed.request.state is not RequestState.APPROVED:
        raise consent.NotApproved("got a list that is not approved", state=str(listed.request.state))
    if is_lapsed(listed.request.valid_until_at, now):
        raise consent.ApprovalLapsed("got an approval whose time is over", request=listed.request.id)
    return listed


def is_ready(listed: DestructionList, item: DestructionItem) -> bool:
    """Return whether a listed copy was scanned at the shredder, or lies in a sealed bag."""
    return item.presented_at is not None if listed.plant_id is None else item.bag_id is not None


def vouch(
    session: Session,
    listed: DestructionList,
    part: DestructionPart,
    *,
    attesting: Actor,
    actor: Actor,
    now: datetime,
) -> tuple[list[Copy], Shortfall]:
    """Record that a person authenticated; return the list's copies, locked, and what is missing still.

    Args:
        session: The deed's transaction.
        listed: An approved list, locked.
        part: What the person vouches for.
        attesting: The person, who has just proven themselves.
        actor: Who is logged in at the screen.
        now: When.

    Raises:
        PartNotWanted: nobody signs in this part for such a list.
        AttestationConflict, OperatorSigned: the person has another part, or somebody has this one.
    """
    require_part(part, rules.parts_wanted(by_plant=listed.plant_id is not None))
    refuse_recalled(session, [item.copy for item in listed.items])
    _sign(session, listed, part, attesting, now)
    copies = locked_items(session, listed)
    found = shortfall(session, listed, copies, now)
    if found.conflicts:
        person, conflict = found.conflicts[0]
        raise AttestationConflict("got a person with another part in this", person=person, part=str(conflict))
    log.append(
        session,
        "destruction.attested",
        f"destruction:{listed.id}",
        actor=attesting,
        now=now,
        part=str(part),
        at_screen_of=actor.person_id,
    )
    return copies, found


def shortfall(session: Session, listed: DestructionList, copies: Sequence[Copy], now: datetime) -> Shortfall:
    """Judge under the rules in force now: they may have become stricter since the list was agreed to."""
    force = in_force(session, now)
    return rules.shortfall(
        _destruction(session, listed, copies),
        now,
        clocks=force.clocks,
        shredder_minimum=force.shredder_minimum,
    )


def use_approval(
    session: Session, listed: DestructionList, copies: Sequence[Copy], *, actor: Actor, now: datetime
) -> ApprovalRequest:
    """Use the approval of a list up, for exactly the copies that were agreed to."""
    if listed.request_id is None:
        raise consent.NotApproved("got a list without a request", state=str(listed.state))
    request = consent.consume(
        session, listed.request_id, Act.DESTROY, quantity=len(copies), actor=actor, now=now
    )
    if set(consent.order_of(request).copy_codes) != {copy.code for copy in copies}:
        raise consent.OrderChanged("got other copies than were agreed to", request=request.id)
    return request


def people_of(listed: DestructionList) -> list[log.Loggable]:
    """Return who signed, as the ledger tells it."""
    parts = {one.person_id: str(one.part) for one in listed.signatures}
    return [{"person": person, "part": part} for person, part in sorted(parts.items())]


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


def _destruction(session: Session, listed: DestructionList, copies: Sequence[Copy]) -> Destruction:
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
        presented=frozenset(codes[item.copy_id] for item in listed.items if is_ready(listed, item)),
        handling=highest_level(session, copies).handling,
        operator=operators[0] if operators else None,
        witnesses=tuple(signed[DestructionPart.WITNESS]),
        requesters=frozenset(requesters),
        approvers=frozenset(approvers),
        holders=_last_holders(session, list(codes)),
        shredder_class=None
        if listed.equipment is None
        else rules.shred_class(listed.equipment.shred_level or ""),
        escorts=tuple(signed[DestructionPart.ESCORT]),
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
