"""At the shredder: every copy is scanned again, and people vouch in person for what they saw.

The same second scan goes before a bag is sealed, see ``packing``. Laws: what is destroyed is exactly what was listed
and approved; people vouch only once every copy lies there; until the last signature nothing is destroyed on record.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.disposal import NotOnTheList, locked_list, record_step
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, DestructionList
from registry.recalling import refuse_recalled
from registry.rows import get_row, locked_copy, move_all
from registry.rules import lifecycle, roles
from registry.rules.destruction import Shortfall
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import Custodian, DestructionPart, DestructionState, MovementKind
from registry.vouching import Progress, approved_list, people_of, use_approval, vouch
from registry.vouching import shortfall as missing_of


class NotAllPresented(ConflictError):
    """Copies are still to be scanned at the shredder; nobody can vouch for what is not there."""

    code = "not-all-presented"


class InSealedBag(ConflictError):
    """The copy is on record in a sealed bag, and lies before the scanner."""

    code = "in-sealed-bag"


def present(session: Session, list_id: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """Record that a listed copy was scanned again; return False when it was scanned there already.

    On its way to a plant a copy lies with who scanned it last, so another clerk's scan moves it to their open bag.

    Raises:
        InSealedBag: it should not lie here; fact ``seal`` names the bag.
    """
    roles.require(actor, Action.DESTROY)
    listed = approved_list(session, list_id, now)
    item = next((item for item in listed.items if item.copy.code == code), None)
    if item is None:
        raise NotOnTheList("got a copy that is not on the list", copy=code)
    if item.bag is not None:
        raise InSealedBag("got a copy that is on record in a sealed bag", seal=item.bag.seal_no)
    is_here = listed.plant_id is None or item.presented_by_id == actor.person_id
    if item.presented_at is not None and is_here:
        return False
    copy = locked_copy(session, code)
    refuse_recalled(session, [copy])
    lifecycle.next_state(copy.state, Step.DESTROY)
    item.presented_at, item.presented_by_id = now, actor.person_id
    log.append(session, "destruction.presented", f"destruction:{list_id}", actor=actor, now=now, copy=code)
    return True


def attest(
    session: Session, list_id: int, part: DestructionPart, *, attesting: Actor, actor: Actor, now: datetime
) -> Progress:
    """Record that a person authenticated at the shredder; the last signature that was missing destroys the copies.

    Args:
        session: The deed's transaction.
        list_id: The list.
        part: What the person vouches for: operator or witness.
        attesting: The person, who has just proven themselves.
        actor: Who is logged in at the screen.
        now: When.
    """
    roles.require(actor, Action.DESTROY)
    roles.require(attesting, Action.DESTROY if part is DestructionPart.OPERATOR else Action.WITNESS)
    listed = approved_list(session, list_id, now)
    if waiting := [item for item in listed.items if item.presented_at is None]:
        raise NotAllPresented("got a signature before every copy was scanned", missing=len(waiting))
    copies, found = vouch(session, listed, part, attesting=attesting, actor=actor, now=now)
    if found.is_nothing:
        _destroy(session, listed, copies, attesting, now)
    return Progress(listed.state, found)


def shortfall(session: Session, list_id: int, *, now: datetime) -> Shortfall:
    """Return what is still missing before a list is destroyed, or leaves for the plant; changes nothing."""
    listed = get_row(session, DestructionList, list_id)
    return missing_of(session, listed, [item.copy for item in listed.items], now)


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


def _destroy(
    session: Session, listed: DestructionList, copies: list[Copy], operator: Actor, now: datetime
) -> None:
    request = use_approval(session, listed, copies, actor=operator, now=now)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.DESTROY)
    move_all(session, copies, MovementKind.DESTROYED, Custodian.NONE, actor=operator, now=now)
    listed.state = DestructionState.DESTROYED
    listed.completed_at = now
    for copy in copies:
        record_step(session, copy, Step.DESTROY, listed.id, actor=operator, now=now)
    log.append(
        session,
        "destruction.completed",
        f"destruction:{listed.id}",
        actor=operator,
        now=now,
        request=request.id,
        equipment=listed.equipment_id,
        people=people_of(listed),
        planned=len(listed.items),
        presented=len(copies),
        destroyed=len(copies),
        copies=sorted(copy.code for copy in copies),
    )
