"""Logging in and out: every login and every refused one is in the ledger.

Laws: whether a login exists cannot be told from the answer or from the time it takes; a login that failed too
often from one address waits, and one that fails from everywhere waits as well; no hashing within a
transaction.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import sqlalchemy as sa

from registry.acts import people
from registry.ledger import log
from registry.models import Account
from registry.rules.roles import Actor
from service import passwords, sessions
from service.runtime import Runtime
from service.sessions import Visitor

FROM_EVERYWHERE = 10
"""How many times more failures are borne from all addresses together: locking others out shall not be easy."""

ANYBODY = Actor(None, None, None, frozenset())


@dataclass(frozen=True)
class SignedIn:
    """The login succeeded; ``secret`` is known to the browser alone."""

    secret: str
    account_id: int


@dataclass(frozen=True)
class LoginRefused:
    """The login did not succeed."""

    code: Literal["login-refused", "too-many-attempts"]


def sign_in(runtime: Runtime, login: str, password: str, *, address: str) -> SignedIn | LoginRefused:
    """Log in with a password; the answer tells nobody whether the login exists."""
    login = login.strip().casefold()
    now = runtime.now()
    window = timedelta(minutes=runtime.settings.login_window_minutes)
    limit = runtime.settings.login_failures_per_account
    with runtime.database.reading() as session:
        here, everywhere = sessions.count_failures(session, login, address, since=now - window)
        account = session.scalars(sa.select(Account).where(Account.login == login)).one_or_none()
        account_id = account.id if account else None
        password_hash = account.password_hash if account else None
    if here > limit or everywhere > limit * FROM_EVERYWHERE:
        return LoginRefused("too-many-attempts")  # recorded when the limit was reached
    if here == limit or everywhere == limit * FROM_EVERYWHERE:
        _record_refusal(runtime, login, account_id, "too-many-attempts", address)
        return LoginRefused("too-many-attempts")
    if not passwords.is_right(password_hash, password):
        _record_refusal(
            runtime, login, account_id, "wrong-password" if account_id else "unknown-login", address
        )
        return LoginRefused("login-refused")
    with runtime.database.transaction() as session:
        visitor = sessions.find_account_visitor(session, account_id) if account_id else None
        if visitor is not None:
            secret = sessions.open_session(session, visitor.account_id, now=now)
            facts = {"address": log.private(address)}
            subject = f"account:{visitor.account_id}"
            log.append(session, "account.logged-in", subject, actor=visitor.actor, now=now, **facts)
            return SignedIn(secret, visitor.account_id)
    _record_refusal(runtime, login, account_id, "account-closed", address)
    return LoginRefused("login-refused")


def change_password(
    runtime: Runtime, login: str, current: str, new: str, *, address: str
) -> SignedIn | LoginRefused:
    """Put one's own password in place of the current one; every other session of the account ends.

    Raises:
        PasswordUnfit, PasswordNotNew: the new one cannot be it; nothing has changed.
    """
    new_hash = passwords.hash_password(new, login=login)
    if new == current:
        raise passwords.PasswordNotNew("got the password that is in use", field="new_password")
    found = sign_in(runtime, login, current, address=address)
    if isinstance(found, LoginRefused):
        return found
    now = runtime.now()
    visitor = find_visitor(runtime, found.secret)
    actor = visitor.actor if visitor else ANYBODY
    with runtime.deed(actor, "account.change-password", f"account:{found.account_id}") as session:
        people.set_password(session, found.account_id, new_hash, actor=actor, now=now)
        sessions.end_all_sessions(session, found.account_id, now=now)
        return SignedIn(sessions.open_session(session, found.account_id, now=now), found.account_id)


def sign_out(runtime: Runtime, secret: str) -> None:
    """End a web session; nothing happens if it has ended already."""
    now = runtime.now()
    with runtime.database.transaction() as session:
        account_id = sessions.end_session(session, secret, now=now)
        if account_id is None:
            return
        visitor = sessions.find_account_visitor(session, account_id)
        actor = visitor.actor if visitor else ANYBODY
        log.append(session, "account.logged-out", f"account:{account_id}", actor=actor, now=now)


def find_visitor(runtime: Runtime, secret: str) -> Visitor | None:
    """Return who holds the secret of a living session, and remember that it was used."""
    now, limits = runtime.now(), runtime.session_limits
    with runtime.database.reading() as session:
        visitor = sessions.find_visitor(session, secret, now=now, limits=limits)
        due = visitor is not None and sessions.is_due_to_be_seen(session, secret, now=now)
    if due:
        with runtime.database.transaction() as session:
            sessions.mark_seen(session, secret, now=now, limits=limits)
    return visitor


def _record_refusal(runtime: Runtime, login: str, account_id: int | None, reason: str, address: str) -> None:
    now = runtime.now()
    with runtime.database.transaction() as session:
        sessions.note_failure(session, login, address, now=now)
        log.append(
            session,
            "account.login-refused",
            f"account:{account_id}" if account_id else "account:unknown",
            actor=ANYBODY,
            now=now,
            reason=reason,
            address=log.private(address),
        )
