"""Two escorts sign for the sealed bags of a list; from then on it is packed no more.

Laws: every copy lies in a sealed bag before anybody signs; with the second signature the approval is used up, for
exactly what was agreed to; the copies stay sealed and the registry answers for them until the plant's receipt.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.bags import locked_bags, record_bag
from registry.errors import ConflictError
from registry.ledger import log
from registry.rules import lifecycle, roles
from registry.rules.lifecycle import Step
from registry.rules.plant import BagStep, next_bag_state
from registry.rules.roles import Action, Actor
from registry.rules.words import BagState, DestructionPart, DestructionState
from registry.vouching import Progress, approved_list, is_ready, people_of, use_approval, vouch


class NotAllBagged(ConflictError):
    """Copies of the list lie in no sealed bag yet."""

    code = "not-all-bagged"


class BagStopped(ConflictError):
    """A bag is not to be trusted until it was opened and its copies packed again."""

    code = "bag-stopped"


def attest(session: Session, list_id: int, *, attesting: Actor, actor: Actor, now: datetime) -> Progress:
    """Record that a person signed for the bags as escort; the second one takes them over.

    Args:
        session: The deed's transaction.
        list_id: The list.
        attesting: The escort, who has just proven themselves.
        actor: Who is logged in at the screen.
        now: When.

    Raises:
        NotAllBagged: copies lie in no bag; fact ``missing`` counts them.
        BagStopped: a bag has to be opened first; fact ``seal`` names it.
        PartNotWanted: the list goes to a shredder.
        AttestationConflict: the person asked for, approved or last held some of it.
        ImpossibleStep: a copy went missing since its bag was sealed.
    """
    roles.require(actor, Action.DESTROY)
    roles.require(attesting, Action.ESCORT)
    listed = approved_list(session, list_id, now)
    bags = [bag for bag in locked_bags(session, list_id) if bag.state is not BagState.OPENED]
    if stopped := [bag.seal_no for bag in bags if bag.state is BagState.STOPPED]:
        raise BagStopped("got a bag that is not to be trusted", seal=stopped[0])
    if listed.plant_id is not None and (loose := [one for one in listed.items if not is_ready(listed, one)]):
        raise NotAllBagged("got a signature before every copy was in a bag", missing=len(loose))
    copies, found = vouch(session, listed, DestructionPart.ESCORT, attesting=attesting, actor=actor, now=now)
    if not found.is_nothing:
        return Progress(listed.state, found)
    for copy in copies:  # one may have gone missing since its bag was sealed
        lifecycle.next_state(copy.state, Step.DESTROY)
    request = use_approval(session, listed, copies, actor=attesting, now=now)
    for bag in bags:
        bag.state = next_bag_state(bag.state, BagStep.HAND)
    listed.state = DestructionState.EN_ROUTE
    listed.handed_at = now
    session.flush()  # before the ledger is locked
    for bag in bags:
        record_bag(session, "handed", bag, actor=attesting, now=now)
    log.append(
        session,
        "destruction.handed-over",
        f"destruction:{list_id}",
        actor=attesting,
        now=now,
        request=request.id,
        plant=listed.plant_id,
        people=people_of(listed),
        planned=len(listed.items),
        bagged=len(copies),
    )
    return Progress(listed.state, found)
