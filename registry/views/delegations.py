"""Delegations as screens show them, to who gives, gets or agrees to them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Delegation
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.clocks import Window, window
from registry.rules.delegation import DelegationState
from registry.rules.roles import Action, Actor
from registry.views.holdings import Name, name


@dataclass(frozen=True)
class DelegationRow:
    """One delegation, and what the actor who looks can do with it."""

    id: int
    state: DelegationState
    giver: Name
    deputy: Name
    acts: tuple[Act, ...]
    from_at: datetime
    until_at: datetime
    reason: str
    decided_by: Name | None
    decided_at: datetime | None
    holds_now: bool
    may_decide: bool
    may_end: bool


def delegations(session: Session, actor: Actor, *, now: datetime) -> tuple[DelegationRow, ...]:
    """Return the delegations that concern the actor, latest first; all of them for who agrees to them."""
    query = (
        sa.select(Delegation)
        .options(
            selectinload(Delegation.giver),
            selectinload(Delegation.deputy),
            selectinload(Delegation.decided_by),
        )
        .order_by(Delegation.id.desc())
    )
    agrees = roles.may(actor, Action.AGREE_DELEGATION)
    if not agrees and not roles.may(actor, Action.READ_LEDGER):
        me = actor.person_id or 0
        query = query.where(sa.or_(Delegation.giver_id == me, Delegation.deputy_id == me))
    return tuple(_row(row, actor, agrees=agrees, now=now) for row in session.scalars(query))


def _row(row: Delegation, actor: Actor, *, agrees: bool, now: datetime) -> DelegationRow:
    is_over = window(row.from_at, row.until_at, now) is Window.OVER
    living = row.state in {DelegationState.PROPOSED, DelegationState.AGREED} and not is_over
    return DelegationRow(
        id=row.id,
        state=row.state,
        giver=name(row.giver),
        deputy=name(row.deputy),
        acts=tuple(map(Act, row.acts)),
        from_at=row.from_at,
        until_at=row.until_at,
        reason=row.reason,
        decided_by=None if row.decided_by is None else name(row.decided_by),
        decided_at=row.decided_at,
        holds_now=row.state is DelegationState.AGREED
        and window(row.from_at, row.until_at, now) is Window.OPEN,
        may_decide=agrees
        and row.state is DelegationState.PROPOSED
        and actor.person_id not in {row.giver_id, row.deputy_id},
        may_end=living and (agrees or row.giver_id == actor.person_id),
    )
