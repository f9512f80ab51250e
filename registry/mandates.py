"""In whose place a person may decide now; acts and views ask here.

Laws: a mandate is looked at when it is used, never remembered: the giver's roles and unit are those of now, and it is
gone with the giver's account.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Account, AccountRole, Delegation, Person
from registry.rules.approval import Act
from registry.rules.delegation import DelegationState, Mandate, passed_on
from registry.rules.roles import Role


def roles_of(session: Session, person_id: int) -> frozenset[Role]:
    """Return the roles of all open accounts of a person who works here."""
    found = session.scalars(
        sa.select(AccountRole.role)
        .join(Account, AccountRole.account_id == Account.id)
        .join(Person, Account.person_id == Person.id)
        .where(Person.id == person_id, Person.active, Account.active)
    )
    return frozenset(found)


def mandates_of(session: Session, person_id: int | None, *, now: datetime) -> Sequence[Mandate]:
    """Return in whose place a person may decide now, the oldest delegation first."""
    rows = session.scalars(
        sa.select(Delegation)
        .where(
            Delegation.deputy_id == (person_id or 0),
            Delegation.state == DelegationState.AGREED,
            Delegation.from_at <= now,
            Delegation.until_at >= now,
        )
        .order_by(Delegation.id)
    )
    found = [
        Mandate(
            delegation_id=row.id,
            giver_id=row.giver_id,
            roles=passed_on(roles_of(session, row.giver_id)),
            unit_id=row.giver.unit_id,
            acts=frozenset(map(Act, row.acts)),
            from_at=row.from_at,
            until_at=row.until_at,
        )
        for row in rows
    ]
    return [mandate for mandate in found if mandate.roles]
