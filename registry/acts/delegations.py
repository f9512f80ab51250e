"""Delegations: asked for by who is away, agreed to by a third person, ended early. How one is used is in ``approvals``.

Laws: whoever gives passes on their own decisions only; no deputy comes into roles that one person may not have
together; it begins and ends by date; nothing that was decided under it falls with it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError, PermissionDenied
from registry.ledger import log
from registry.mandates import roles_of
from registry.models import Delegation, Person
from registry.rows import get_row
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.clocks import is_lapsed
from registry.rules.delegation import (
    LONGEST,
    DelegationState,
    DelegationStep,
    next_delegation_state,
    passed_on,
)
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line


class NotADelegation(InvalidError):
    """The deputy, the acts or the time make no delegation."""

    code = "not-a-delegation"


class NotAThirdPerson(ConflictError):
    """Whoever gives or gets a delegation cannot agree to it."""

    code = "not-a-third-person"


class NotTheirDelegation(PermissionDenied):
    """Only its giver, or who may agree to delegations, can end one."""

    code = "not-their-delegation"


def propose(
    session: Session,
    deputy_id: int,
    acts: Collection[Act],
    reason: str,
    *,
    from_at: datetime,
    until_at: datetime,
    actor: Actor,
    now: datetime,
) -> int:
    """Ask that a deputy decides in the actor's place on these acts; return the delegation's number.

    Raises:
        UnknownRow: there is no such person.
        NotADelegation: fact ``field`` names what is wrong.
        IncompatibleRoles: the deputy would come into roles that one person may not have together.
    """
    roles.require(actor, Action.PROPOSE_DELEGATION)
    deputy = get_row(session, Person, deputy_id)
    faults = {
        "deputy": deputy.id == actor.person_id or not deputy.active,
        "acts": not acts,
        "until_on": from_at >= until_at or until_at - from_at > LONGEST or is_lapsed(until_at, now),
    }
    wrong = next((field for field, is_wrong in faults.items() if is_wrong), None)
    if wrong is not None or actor.person_id is None:
        raise NotADelegation(f"got a delegation with an unusable {wrong}", field=wrong)
    _require_fitting(session, actor.person_id, deputy.id)
    made = Delegation(
        giver_id=actor.person_id,
        deputy_id=deputy.id,
        acts=sorted(map(str, acts)),
        from_at=from_at,
        until_at=until_at,
        reason=parse_line(reason, field="reason", limit=REASON_LIMIT),
        state=DelegationState.PROPOSED,
        proposed_at=now,
    )
    session.add(made)
    session.flush()  # the number, for the ledger
    log.append(
        session,
        "delegation.proposed",
        f"delegation:{made.id}",
        actor=actor,
        now=now,
        deputy=deputy.id,
        acts=tuple(made.acts),
        from_at=from_at,
        until=until_at,
        reason=log.private(made.reason),
    )
    return made.id


def decide(
    session: Session, delegation_id: int, *, agreed: bool, actor: Actor, now: datetime
) -> DelegationState:
    """Agree to a delegation as a third person, or refuse it; return what has become of it.

    Raises:
        UnknownRow: there is no such delegation.
        NotAThirdPerson: the actor gives or gets it.
        ImpossibleDelegationStep: it was decided or ended before.
        IncompatibleRoles: the deputy has come into roles that do not go with it.
    """
    roles.require(actor, Action.AGREE_DELEGATION)
    row = get_row(session, Delegation, delegation_id, lock=True)
    if actor.person_id in {None, row.giver_id, row.deputy_id}:
        raise NotAThirdPerson("got a delegation agreed to by who gives or gets it", delegation=delegation_id)
    if agreed:
        _require_fitting(session, row.giver_id, row.deputy_id)
    row.state = next_delegation_state(row.state, DelegationStep.AGREE if agreed else DelegationStep.REFUSE)
    row.decided_by_id = actor.person_id
    row.decided_at = now
    _record(session, row, "agreed" if agreed else "refused", actor, now)
    return row.state


def end(session: Session, delegation_id: int, *, actor: Actor, now: datetime) -> None:
    """End a delegation before its time.

    Raises:
        UnknownRow: there is no such delegation.
        NotTheirDelegation: it is not the actor's to end.
        ImpossibleDelegationStep: it is over already.
    """
    roles.require(actor, Action.PROPOSE_DELEGATION)
    row = get_row(session, Delegation, delegation_id, lock=True)
    if actor.person_id != row.giver_id and not roles.may(actor, Action.AGREE_DELEGATION):
        raise NotTheirDelegation("got somebody else's delegation", delegation=delegation_id)
    row.state = next_delegation_state(row.state, DelegationStep.END)
    row.ended_by_id = actor.person_id
    row.ended_at = now
    _record(session, row, "ended", actor, now)


def _require_fitting(session: Session, giver_id: int, deputy_id: int) -> None:
    roles.require_compatible(roles_of(session, deputy_id) | passed_on(roles_of(session, giver_id)))


def _record(session: Session, row: Delegation, what: str, actor: Actor, now: datetime) -> None:
    session.flush()  # before the ledger is locked
    log.append(
        session,
        f"delegation.{what}",
        f"delegation:{row.id}",
        actor=actor,
        now=now,
        giver=row.giver_id,
        deputy=row.deputy_id,
    )
