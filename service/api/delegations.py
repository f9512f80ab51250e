"""Delegations by program: who decides in whose place."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from registry.rules.approval import Act
from registry.rules.delegation import DelegationState
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from service.api.area import Area, Model
from service.flows import delegating
from service.flows.delegating import DelegationWish
from service.login import current_actor, current_runtime

area = Area("delegations", __name__)


class DelegationLine(Model):
    """One delegation."""

    id: int
    state: DelegationState
    giver_id: int
    deputy_id: int
    acts: list[Act]
    from_at: datetime
    until_at: datetime
    reason: str
    decided_by: int | None
    holds_now: bool


class Delegations(Model):
    """The delegations that concern you, latest first."""

    delegations: list[DelegationLine]


class NewDelegation(Model):
    """Who shall decide in your place, on what, from when until when."""

    deputy_id: int
    acts: list[Act] = Field(min_length=1)
    from_at: AwareDatetime
    until_at: AwareDatetime
    reason: str = Field(min_length=1, max_length=REASON_LIMIT)


class DelegationId(Model):
    """Which delegation."""

    id: int


class DelegationAnswer(Model):
    """A yes or no."""

    agreed: bool


class DelegationStanding(Model):
    """What has become of a delegation."""

    state: DelegationState


@area.operation(
    "GET",
    "/delegations",
    summary="List the delegations that concern you.",
    answer=Delegations,
    action=Action.READ_OWN_HOLDINGS,
)
def list_delegations() -> Delegations:
    """List delegations."""
    return Delegations(
        delegations=[
            DelegationLine(
                id=row.id,
                state=row.state,
                giver_id=row.giver.id,
                deputy_id=row.deputy.id,
                acts=list(row.acts),
                from_at=row.from_at,
                until_at=row.until_at,
                reason=row.reason,
                decided_by=None if row.decided_by is None else row.decided_by.id,
                holds_now=row.holds_now,
            )
            for row in delegating.listing(current_runtime(), current_actor())
        ]
    )


@area.operation(
    "POST",
    "/delegations",
    summary="Ask that somebody decides in your place.",
    body=NewDelegation,
    answer=DelegationId,
    status=201,
    action=Action.PROPOSE_DELEGATION,
)
def propose(body: NewDelegation) -> DelegationId:
    """Ask for a delegation."""
    wish = DelegationWish(
        deputy_id=body.deputy_id,
        acts=body.acts,
        from_at=body.from_at,
        until_at=body.until_at,
        reason=body.reason,
    )
    return DelegationId(id=delegating.propose(current_runtime(), current_actor(), wish))


@area.operation(
    "POST",
    "/delegations/<int:delegation_id>/decision",
    summary="Agree to a delegation as a third person, or refuse it.",
    body=DelegationAnswer,
    answer=DelegationStanding,
    action=Action.AGREE_DELEGATION,
)
def decide(delegation_id: int, body: DelegationAnswer) -> DelegationStanding:
    """Decide."""
    state = delegating.decide(current_runtime(), current_actor(), delegation_id, agreed=body.agreed)
    return DelegationStanding(state=state)


@area.operation(
    "POST",
    "/delegations/<int:delegation_id>/end",
    summary="End a delegation before its time.",
    action=Action.PROPOSE_DELEGATION,
)
def end(delegation_id: int) -> None:
    """End a delegation."""
    delegating.end(current_runtime(), current_actor(), delegation_id)
