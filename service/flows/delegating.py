"""Deciding in somebody's place: asked for, agreed to, ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registry.acts import delegations
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.delegation import DelegationState
from registry.rules.roles import Action, Actor
from registry.views import delegations as views
from registry.views.delegations import DelegationRow
from service.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class DelegationWish:
    """Who shall decide in one's place, on what, from when until when."""

    deputy_id: int
    acts: Collection[Act]
    from_at: datetime
    until_at: datetime
    reason: str


def propose(runtime: Runtime, actor: Actor, wish: DelegationWish) -> int:
    """Ask that somebody decides in the actor's place; return the delegation's number.

    Raises:
        NotADelegation, IncompatibleRoles, UnknownRow: it cannot be.
    """
    with runtime.deed(actor, "delegation.propose", f"person:{wish.deputy_id}") as session:
        return delegations.propose(
            session,
            wish.deputy_id,
            wish.acts,
            wish.reason,
            from_at=wish.from_at,
            until_at=wish.until_at,
            actor=actor,
            now=runtime.now(),
        )


def decide(runtime: Runtime, actor: Actor, delegation_id: int, *, agreed: bool) -> DelegationState:
    """Agree to a delegation as a third person, or refuse it.

    Raises:
        NotAThirdPerson, ImpossibleDelegationStep: it cannot be decided like this.
    """
    with runtime.deed(actor, "delegation.decide", f"delegation:{delegation_id}") as session:
        return delegations.decide(session, delegation_id, agreed=agreed, actor=actor, now=runtime.now())


def end(runtime: Runtime, actor: Actor, delegation_id: int) -> None:
    """End a delegation before its time."""
    with runtime.deed(actor, "delegation.end", f"delegation:{delegation_id}") as session:
        delegations.end(session, delegation_id, actor=actor, now=runtime.now())


def listing(runtime: Runtime, actor: Actor) -> tuple[DelegationRow, ...]:
    """Return the delegations that concern the actor, latest first."""
    roles.require(actor, Action.READ_OWN_HOLDINGS)
    with runtime.database.reading() as session:
        return views.delegations(session, actor, now=runtime.now())
