"""A copy cannot be found, is found again, or is declared lost. The last custodian goes on answering for it.

What a loss sets in motion (clocks, report, investigation) is told by ``rules.clocks``; custody does not move, since
nobody else has the paper.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import Copy
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
    copy = locked_copy(session, code)
    _require_concerned(session, copy, actor)
    copy.state = lifecycle.next_state(copy.state, step)
    copy.state_reason = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if step is Step.FIND:
        move(session, copy, MovementKind.FOUND, Custodian.REGISTRY, actor=actor, now=now)
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


def _require_concerned(session: Session, copy: Copy, actor: Actor) -> None:
    """Pass when the actor keeps the register, or answers for the copy; for anyone else it does not exist."""
    current = custody_now(session, [copy.id]).get(copy.id)
    is_holder = current is not None and current.person_id == actor.person_id
    if not is_holder and not roles.may(actor, Action.DECLARE_LOST):
        raise UnknownCopy(copy.code)
