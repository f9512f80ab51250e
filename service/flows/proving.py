"""A person proves at the counter or the shredder that it is really them, on somebody else's screen.

Laws: a proof belongs to a person, not to an account; a wrong PIN is recorded, and too many of them close the
PIN for the same window as a login; no hashing within a transaction.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Account, AccountRole, Person
from registry.rows import get_row
from registry.rules.roles import Actor, Role
from service import passwords, sessions
from service.runtime import Runtime

AT_THE_DESK = "desk"
"""Where PIN failures are counted: all desks together, since a PIN is short."""


class PinRefused(ConflictError):
    """The PIN is not this person's, or this person has none."""

    code = "pin-refused"


class PinClosed(ConflictError):
    """Too many wrong PINs were entered for this person; the PIN has to wait."""

    code = "pin-closed"


def prove_person(runtime: Runtime, witness: Actor, person_id: int, pin: str) -> Actor:
    """Return the person as an actor, once the PIN has shown that it is them.

    Args:
        runtime: The tools.
        witness: Who is logged in at the screen.
        person_id: Who claims to stand there.
        pin: What they entered.

    Raises:
        PinRefused: the PIN is wrong, or none is set; recorded.
        PinClosed: too many were wrong; recorded when it closed.
    """
    now, limit = runtime.now(), runtime.settings.login_failures_per_account
    name = f"pin:{person_id}"
    since = now - timedelta(minutes=runtime.settings.login_window_minutes)
    with runtime.database.reading() as session:
        pin_hash = get_row(session, Person, person_id).pin_hash
        failures, _ = sessions.count_failures(session, name, AT_THE_DESK, since=since)
        actor = _as_actor(session.get_one(Person, person_id), _roles(session, person_id))
    if failures >= limit:
        raise PinClosed("got too many wrong PINs", person=person_id)
    if actor is not None and passwords.is_right(pin_hash, pin):
        return actor
    with runtime.database.transaction() as session:
        sessions.note_failure(session, name, AT_THE_DESK, now=now)
        reason = "pin-closed" if failures + 1 == limit else "pin-refused"
        log.append(
            session, "person.pin-refused", f"person:{person_id}", actor=witness, now=now, reason=reason
        )
    raise PinRefused("got a PIN that is not this person's", person=person_id)


def seen_in_person(runtime: Runtime, person_id: int) -> Actor:
    """Return the person as an actor on the word of whoever watched them sign."""
    with runtime.database.reading() as session:
        actor = _as_actor(get_row(session, Person, person_id), _roles(session, person_id))
    if actor is None:
        raise PinRefused("got a person who is no longer active", person=person_id)
    return actor


def _as_actor(person: Person, roles: frozenset[Role]) -> Actor | None:
    return Actor(person.id, None, person.unit_id, roles | {Role.HOLDER}) if person.active else None


def _roles(session: Session, person_id: int) -> frozenset[Role]:
    query = (
        sa.select(AccountRole.role)
        .join(Account, AccountRole.account_id == Account.id)
        .where(Account.person_id == person_id, Account.active)
    )
    return frozenset(session.scalars(query))
