"""A copy cannot be found, is found again, or is declared lost. The last custodian goes on answering for it.

Laws: a misprint stays one, however often it was lost; a hand-over of which a copy is missing is signed for by nobody.
What a loss sets in motion (clocks, report, investigation) is told by ``rules.clocks``; custody does not move, since
nobody else has the paper.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import homecoming, offers
from registry.ledger import log
from registry.models import Copy, Movement
from registry.rows import UnknownCopy, locked_copy, move
from registry.rules import lifecycle, roles
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Custodian, MovementKind
from registry.views.custody import custody_now

ACTIONS: Final = {
    Step.MISS: Action.REPORT_MISSING,
    Step.DECLARE_LOST: Action.DECLARE_LOST,
    Step.FIND: Action.FIND,
}


def report(
    session: Session, code: str, step: Step, reason: str, *, actor: Actor, now: datetime
) -> lifecycle.State:
    """Record that a copy is missing, lost or found, and why; a found one is with the registry again.

    Args:
        session: The deed's transaction.
        code: The copy.
        step: ``MISS``, ``DECLARE_LOST`` or ``FIND``.
        reason: How it was noticed or found, in the reporter's words.
        actor: Who reports.
        now: When.
    """
    roles.require(actor, ACTIONS[step])
    offer = offers.locked_offer_of(session, code)
    others = [one for one in offers.locked_items(session, offer) if one.code != code] if offer else []
    copy = locked_copy(session, code)
    _require_concerned(session, copy, actor)
    copy.state = lifecycle.next_state(copy.state, step)
    copy.state_reason = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if offer is not None:
        offers.end_offer(session, offer, others, now=now)
    if step is Step.FIND:
        _take_in(session, copy, actor=actor, now=now)
    if offer is not None:
        offers.record_withdrawn(session, others, offer.id, actor=actor, now=now)
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        reason=log.private(copy.state_reason),
    )
    return copy.state


def _take_in(session: Session, copy: Copy, *, actor: Actor, now: datetime) -> None:
    """Make the registry answer for a found copy; a misprint is one still, and its replacement is out there."""
    homecoming.refuse_own(custody_now(session, [copy.id]).values(), actor)
    misprinted = sa.select(Movement.id).where(
        Movement.copy_id == copy.id, Movement.kind == MovementKind.SPOILED
    )
    if session.scalar(misprinted) is not None:
        copy.state = lifecycle.next_state(copy.state, Step.SPOIL)
    homecoming.end_outings(session, [copy.id])
    move(session, copy, MovementKind.FOUND, Custodian.REGISTRY, actor=actor, now=now)


def _require_concerned(session: Session, copy: Copy, actor: Actor) -> None:
    """Pass when the actor keeps the register, or answers for the copy; for anyone else it does not exist."""
    current = custody_now(session, [copy.id]).get(copy.id)
    is_holder = current is not None and current.person_id == actor.person_id
    if not is_holder and not roles.may(actor, Action.DECLARE_LOST):
        raise UnknownCopy(copy.code)
