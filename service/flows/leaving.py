"""A person leaves: what they still have, the clearance, its certificate."""

import sqlalchemy as sa

from registry.acts import leaving
from registry.ledger import log
from registry.models import Account
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views import leaving as views
from registry.views.leaving import ClearanceRow, Standing
from service import sessions
from service.papers.leaving import draw_clearance
from service.runtime import Runtime


def check(runtime: Runtime, actor: Actor, person_id: int) -> Standing:
    """Return what a person still has."""
    roles.require(actor, Action.CLEAR_LEAVER)
    with runtime.database.reading() as session:
        return views.standing(session, person_id, now=runtime.now())


def clear(runtime: Runtime, actor: Actor, person_id: int, reason: str) -> int:
    """Clear a person who holds nothing, close their accounts and end their sessions; return the clearance's id."""
    now = runtime.now()
    with runtime.deed(actor, "person.clear", f"person:{person_id}") as session:
        clearance_id = leaving.clear(session, person_id, reason, actor=actor, now=now)
        for account_id in session.scalars(sa.select(Account.id).where(Account.person_id == person_id)).all():
            sessions.end_all_sessions(session, account_id, now=now)
    return clearance_id


def listing(runtime: Runtime, actor: Actor) -> tuple[ClearanceRow, ...]:
    """Return who was cleared, newest first."""
    roles.require(actor, Action.CLEAR_LEAVER)
    with runtime.database.reading() as session:
        return views.clearances(session)


def certificate(runtime: Runtime, actor: Actor, clearance_id: int) -> bytes:
    """Return the certificate of a clearance as a PDF."""
    roles.require(actor, Action.CLEAR_LEAVER)
    with runtime.database.reading() as session:
        row = views.one_clearance(session, clearance_id)
        head = log.head(session).short
    return draw_clearance(row, runtime.settings, ledger=head)
