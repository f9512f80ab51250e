"""A person leaves: cleared when nothing is held, and out of every account in the same deed.

Law: nobody is given anything between the look and the act, since both are one transaction that locks the person.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import Account, Clearance, Person
from registry.rows import get_row_alone
from registry.rules import leaving, roles
from registry.rules.leaving import AlreadyLeft, ClearedByOneself
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.views.leaving import standing


def clear(session: Session, person_id: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """Record that a person left and holds nothing, close their accounts, and return the clearance's id.

    The caller ends the sessions of the accounts.

    Raises:
        ClearedByOneself: the actor would clear themselves.
        AlreadyLeft: the person is no longer active.
        StillHolding: something is still held.
    """
    roles.require(actor, Action.CLEAR_LEAVER)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if person_id == actor.person_id:
        raise ClearedByOneself("got the clerk as the leaver", person=person_id)
    person = get_row_alone(session, Person, person_id)  # nothing is given to them meanwhile
    if not person.active:
        raise AlreadyLeft("got a person who is no longer active", person=person_id)
    found = standing(session, person_id, now=now)
    leaving.require_nothing_held(found.obstacles)
    accounts = session.scalars(sa.select(Account).where(Account.person_id == person_id, Account.active)).all()
    person.active = False
    for account in accounts:
        account.active = False
    cleared = Clearance(
        person_id=person_id,
        unit_id=person.unit_id,
        reason=why,
        returned=found.returned,
        lost=found.lost,
        accounts=len(accounts),
        cleared_by_id=actor.person_id,
        cleared_at=now,
    )
    session.add(cleared)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "person.cleared",
        f"person:{person_id}",
        actor=actor,
        now=now,
        clearance=cleared.id,
        returned=found.returned,
        lost=found.lost,
        accounts=sorted(account.id for account in accounts),
        reason=log.private(why),
    )
    return cleared.id
