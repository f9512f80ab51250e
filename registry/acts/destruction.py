"""Destruction: a list is built by scanning, approved, scanned again at the shredder, and attested by people in person.

Laws: what is destroyed is exactly what was listed and approved; operator and witnesses are none of requester,
approver and holder and authenticate at that moment; until the last signature nothing is destroyed on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import (
    ApprovalRequest,
    Copy,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Document,
    Equipment,
    Movement,
)
from registry.rows import get_row, locked_copies, locked_copy, move
from registry.rules import destruction as rules
from registry.rules import lifecycle, roles
from registry.rules.approval import Act
from registry.rules.destruction import Destruction, Present, Shortfall
from registry.rules.levels import Level, get_level, highest
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import (
    Custodian,
    DestructionPart,
    DestructionState,
    EquipmentKind,
    MovementKind,
    RequestState,
)


class ListClosed(ConflictError):
    """The list is not in the state that this step needs."""

    code = "destruction-list-closed"


class NotAShredder(ConflictError):
    """The device does not destroy paper, or is out of use."""

    code = "not-a-shredder"


class AlreadyListed(ConflictError):
    """The copy stands on another open list."""

    code = "already-listed"


class NotDestroyable(ConflictError):
    """The copy's state does not let it be destroyed: it must be in stock or spoiled."""

    code = "not-destroyable"


class NotOnTheList(ConflictError):
    """The scanned copy is not on this list: keep it out of the shredder."""

    code = "not-on-the-list"


class ListEmpty(ConflictError):
    """A list without copies cannot be approved."""

    code = "destruction-list-empty"


class AttestationConflict(ConflictError):
    """The person already has another part in this destruction."""

    code = "attestation-conflict"


@dataclass(frozen=True)
class Progress:
    """Where a destruction stands after a signature.

    Attributes:
        state: State of the list.
        shortfall: What is still missing.
    """

    state: DestructionState
    shortfall: Shortfall


def open_list(session: Session, equipment_id: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """Begin a list for a shredder; return its id."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    device = get_row(session, Equipment, equipment_id)
    if device.kind is not EquipmentKind.SHREDDER or not device.active or device.shred_level is None:
        raise NotAShredder("got a device that cannot shred", equipment=equipment_id)
    made = DestructionList(
        state=DestructionState.DRAFT,
        reason=reason,
        requester_id=actor.person_id,
        equipment_id=equipment_id,
        created_at=now,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "destruction.opened",
        f"destruction:{made.id}",
        actor=actor,
        now=now,
        equipment=equipment_id,
        reason=log.private(reason),
    )
    return made.id


def add(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """Put a scanned copy on a draft list; return False when it stands there already."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = _in_state(session, list_id, DestructionState.DRAFT)
    copy = locked_copy(session, code)
    if any(item.copy_id == copy.id for item in listed.items):
        return False
    lifecycle.next_state(copy.state, Step.SEAL)
    if _open_list_of(session, copy.id) is not None:
        raise AlreadyListed("got a copy that stands on another open list", copy=code)
    listed.items.append(DestructionItem(copy=copy, listed_at=now))
    highest_level(session, [item.copy for item in listed.items])
    log.append(session, "destruction.listed", f"destruction:{list_id}", actor=actor, now=now, copy=code)
    return True


def remove(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> None:
    """Take a copy off a draft list."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = _in_state(session, list_id, DestructionState.DRAFT)
    item = next((item for item in listed.items if item.copy.code == code), None)
    if item is None:
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    session.delete(item)
    log.append(session, "destruction.unlisted", f"destruction:{list_id}", actor=actor, now=now, copy=code)


def submit(session: Session, list_id: int, request_id: int, *, actor: Actor, now: datetime) -> None:
    """Bind a draft list to the request for its approval and seal its copies; it can grow no more."""
    roles.require(actor, Action.REQUEST_DESTRUCTION)
    listed = _in_state(session, list_id, DestructionState.DRAFT)
    if not listed.items:
        raise ListEmpty("got a list without copies")
    copies = _locked_items(session, listed)
    order = consent.order_of(get_row(session, ApprovalRequest, request_id))
    if order.act is not Act.DESTROY or set(order.copy_codes) != {copy.code for copy in copies}:
        raise consent.OrderChanged("got a request for other copies than are listed", request=request_id)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.SEAL)
    listed.state = DestructionState.SUBMITTED
    listed.request_id = request_id
    for copy in copies:
        _record(session, copy, Step.SEAL, list_id, actor=actor, now=now)
    log.append(
        session,
        "destruction.submitted",
        f"destruction:{list_id}",
        actor=actor,
        now=now,
        request=request_id,
        copies=sorted(copy.code for copy in copies),
    )


def cancel(session: Session, list_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a list up; its copies go back to where they were."""
    roles.require(actor, Action.BUILD_DESTRUCTION_LIST)
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state in {DestructionState.DESTROYED, DestructionState.CANCELLED}:
        raise ListClosed("got a list that is over", state=str(listed.state))
    was_sealed = listed.state is not DestructionState.DRAFT
    copies = _locked_items(session, listed) if was_sealed else []
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.UNSEAL)
    listed.state = DestructionState.CANCELLED
    for copy in copies:
        _record(session, copy, Step.UNSEAL, list_id, actor=actor, now=now)
    log.append(session, "destruction.cancelled", f"destruction:{list_id}", actor=actor, now=now)


def present(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """Record that a listed copy was scanned at the shredder; return False when it was scanned there already."""
    roles.require(actor, Action.DESTROY)
    listed = _approved(session, list_id)
    item = next((item for item in listed.items if item.copy.code == code), None)
    if item is None:
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    if item.presented_at is not None:
        return False
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
    listed = _approved(session, list_id)
    _sign(session, listed, part, attesting, now)
    copies = _locked_items(session, listed)
    destruction = _destruction(session, listed, copies)
    found = rules.shortfall(destruction, now)
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
    return rules.shortfall(_destruction(session, listed, copies), now)


def keep_certificate(session: Session, list_id: int, sha256: str, *, actor: Actor, now: datetime) -> None:
    """Remember the certificate that was drawn for a destroyed list; the first one stands."""
    roles.require(actor, Action.DESTROY)
    listed = _in_state(session, list_id, DestructionState.DESTROYED)
    if listed.certificate_sha256 is not None:
        return
    listed.certificate_sha256 = sha256
    log.append(
        session, "destruction.certified", f"destruction:{list_id}", actor=actor, now=now, sha256=sha256
    )


def highest_level(session: Session, copies: Sequence[Copy]) -> Level:
    """Return the highest level among copies.

    Raises:
        MixedSchemes: the copies belong to documents of several schemes, which one list cannot hold.
    """
    documents = session.scalars(
        sa.select(Document).where(Document.id.in_({copy.document_id for copy in copies}))
    )
    return highest(get_level(document.scheme, document.level) for document in documents)


def _in_state(session: Session, list_id: int, state: DestructionState) -> DestructionList:
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state is not state:
        raise ListClosed("got a list in another state", state=str(listed.state), wanted=str(state))
    return listed


def _approved(session: Session, list_id: int) -> DestructionList:
    """Return a submitted list whose approval holds, locked; the approval itself is used up by the destruction."""
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state is not DestructionState.SUBMITTED or listed.request is None:
        raise ListClosed("got a list in another state", state=str(listed.state))
    if listed.request.state is not RequestState.APPROVED:
        raise consent.NotApproved("got a list that is not approved", state=str(listed.request.state))
    return listed


def _sign(
    session: Session, listed: DestructionList, part: DestructionPart, attesting: Actor, now: datetime
) -> None:
    """Write the signature down; a renewed one of the same person and part replaces the one that grew old."""
    held = next((one for one in listed.signatures if one.person_id == attesting.person_id), None)
    if held is not None and held.part is not part:
        raise AttestationConflict(
            "got a person with another part in this", person=held.person_id, part=str(held.part)
        )
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
    return Destruction(
        listed=frozenset(codes.values()),
        presented=frozenset(codes[item.copy_id] for item in listed.items if item.presented_at is not None),
        handling=highest_level(session, copies).handling,
        operator=operators[0] if operators else None,
        witnesses=tuple(signed[DestructionPart.WITNESS]),
        requester=listed.requester_id,
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
    consent.consume(session, listed.request_id, Act.DESTROY, quantity=len(copies), actor=operator, now=now)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.DESTROY)
        move(session, copy, MovementKind.DESTROYED, Custodian.NONE, actor=operator, now=now)
    listed.state = DestructionState.DESTROYED
    listed.completed_at = now
    people = {one.person_id: str(one.part) for one in listed.signatures}
    for copy in copies:
        _record(session, copy, Step.DESTROY, listed.id, actor=operator, now=now)
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


def _open_list_of(session: Session, copy_id: int) -> int | None:
    return session.scalar(
        sa.select(DestructionList.id)
        .join(DestructionItem, DestructionItem.list_id == DestructionList.id)
        .where(
            DestructionItem.copy_id == copy_id,
            DestructionList.state.in_((DestructionState.DRAFT, DestructionState.SUBMITTED)),
        )
    )


def _locked_items(session: Session, listed: DestructionList) -> list[Copy]:
    return locked_copies(session, [item.copy.code for item in listed.items])


def _record(session: Session, copy: Copy, step: Step, list_id: int, *, actor: Actor, now: datetime) -> None:
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        list=list_id,
    )
