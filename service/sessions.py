"""The web sessions: who is logged in where, kept by the server alone.

Laws: the browser holds a random secret, the table only its hash; a session ends after its idle limit, its
absolute limit, by logging out, or at once when the account or the person is no longer active. All functions
take a session of the database.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from registry.db import Base
from registry.models import Account, Person
from registry.rules.roles import Actor
from service.config import LANGUAGES, Language

SECRET_BYTES = 32
SEEN_EVERY = timedelta(seconds=30)
"""How exactly the last use is kept: a page must not cost a write each time, nor the idle limit be felt early."""


class WebSession(Base):
    """One login of one account in one browser or program."""

    __tablename__ = "web_session"

    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A login that did not succeed; kept for the length of the window that limits them."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    login_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    """A hash, because people type their password into the wrong field."""
    address: Mapped[str] = mapped_column(sa.String(64))
    failed_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Limits:
    """How long a session lives."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Visitor:
    """Who is logged in, as pages greet them and flows judge them."""

    actor: Actor
    account_id: int
    person_id: int
    login: str
    name_zh: str
    name_en: str
    language: Language
    password_is_first: bool
    """Somebody else has chosen or seen the password: before anything else it is changed."""


def open_session(session: Session, account_id: int, *, now: datetime) -> str:
    """Open a web session and return its secret, which is kept nowhere else."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(WebSession(secret_hash=_hash(secret), account_id=account_id, opened_at=now, seen_at=now))
    return secret


def find_visitor(session: Session, secret: str, *, now: datetime, limits: Limits) -> Visitor | None:
    """Return who holds the secret of a living session, or None."""
    found = _living(session, secret, now=now, limits=limits)
    return None if found is None else find_account_visitor(session, found.account_id)


def is_due_to_be_seen(session: Session, secret: str, *, now: datetime) -> bool:
    """Tell whether the last use that is written down is too old to stand."""
    found = session.get(WebSession, _hash(secret))
    return found is not None and now - found.seen_at >= SEEN_EVERY


def mark_seen(session: Session, secret: str, *, now: datetime, limits: Limits) -> None:
    """Write down that a living session was just used."""
    found = _living(session, secret, now=now, limits=limits)
    if found is not None:
        found.seen_at = now


def end_session(session: Session, secret: str, *, now: datetime) -> int | None:
    """End one web session; return the account it was open for, None if it was not open."""
    found = session.get(WebSession, _hash(secret))
    if found is None or found.ended_at is not None:
        return None
    found.ended_at = now
    return found.account_id


def end_all_sessions(session: Session, account_id: int, *, now: datetime) -> None:
    """End every web session of an account, as after a change of its password or roles."""
    session.execute(
        sa.update(WebSession)
        .where(WebSession.account_id == account_id, WebSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget_old(session: Session, *, now: datetime, limits: Limits, window: timedelta) -> None:
    """Delete sessions that cannot live any more and failures that count no more; the ledger keeps the logins."""
    session.execute(sa.delete(WebSession).where(WebSession.opened_at < now - limits.absolute))
    session.execute(sa.delete(LoginFailure).where(LoginFailure.failed_at < now - window))


def find_account_visitor(session: Session, account_id: int) -> Visitor | None:
    """Return the visitor behind an account, or None if the account or its person is not active."""
    account = session.get(Account, account_id, options=[selectinload(Account.roles)])
    if account is None or not account.active:
        return None
    person = session.get_one(Person, account.person_id)
    if not person.active:
        return None
    roles = frozenset(granted.role for granted in account.roles)
    return Visitor(
        actor=Actor(person.id, account.id, person.unit_id, roles),
        account_id=account.id,
        person_id=person.id,
        login=account.login,
        name_zh=person.name_zh,
        name_en=person.name_en,
        language=next((language for language in LANGUAGES if language == account.language), LANGUAGES[0]),
        password_is_first=account.password_is_first,
    )


def note_failure(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Write down a login that did not succeed."""
    session.add(LoginFailure(login_hash=_hash(login.casefold()), address=address[:64], failed_at=now))


def count_failures(session: Session, login: str, address: str, *, since: datetime) -> tuple[int, int]:
    """Return the failures for this login: from this address, and from all addresses."""
    counted = session.execute(
        sa.select(
            sa.func.count().filter(LoginFailure.address == address[:64]),
            sa.func.count(),
        ).where(LoginFailure.login_hash == _hash(login.casefold()), LoginFailure.failed_at > since)
    ).one()
    return counted[0], counted[1]


def _living(session: Session, secret: str, *, now: datetime, limits: Limits) -> WebSession | None:
    found = session.get(WebSession, _hash(secret))
    if found is None or found.ended_at is not None:
        return None
    if now - found.seen_at > limits.idle or now - found.opened_at > limits.absolute:
        return None
    return found


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
