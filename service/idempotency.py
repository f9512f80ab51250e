"""The same request twice has one effect and one answer: what an ``Idempotency-Key`` was answered.

Laws: a key belongs to one account and one request body; another body under it is refused. A key is written
down before the work begins, so that a crash leaves it *open*: an open key is refused and never worked again,
since nobody can tell how far the first attempt came. All functions take a session of the database.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.db import Base
from registry.errors import ConflictError, InvalidError

KEPT_FOR = timedelta(days=7)
LONGEST_KEY = 128


class IdempotencyRecord(Base):
    """What one key of one account was answered."""

    __tablename__ = "idempotency_record"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    media_type: Mapped[str | None] = mapped_column(sa.String(80))
    body: Mapped[bytes | None]


class KeyReused(InvalidError):
    """The key was sent before, with another request."""

    code = "idempotency-key-reused"


class KeyOpen(ConflictError):
    """The same request is at work, or was cut off."""

    code = "idempotency-key-open"


class KeyUnfit(InvalidError):
    """The key is empty, too long or not plain text."""

    code = "idempotency-key-unfit"


@dataclass(frozen=True)
class KeptAnswer:
    """The answer that a key was given."""

    status: int
    media_type: str
    body: bytes


def begin(session: Session, account_id: int, key: str, *, request: bytes, now: datetime) -> KeptAnswer | None:
    """Write a new key down and return None, or return the answer it was given before.

    Args:
        session: Within a writing transaction of its own, ended before the work begins.
        account_id: Whose key it is.
        key: As sent.
        request: Method, path and body: whatever makes it another request.
        now: When it was sent.

    Raises:
        KeyUnfit: it is no usable key.
        KeyReused: it was sent with another request.
        KeyOpen: it has no answer yet.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise KeyUnfit("a key has 1 to 128 plain characters", longest=LONGEST_KEY)
    digest = hashlib.sha256(request).digest()
    found = session.get(IdempotencyRecord, (account_id, key))
    if found is None:
        session.add(IdempotencyRecord(account_id=account_id, key=key, request_hash=digest, created_at=now))
        try:
            session.flush()  # of two senders at the same instant one fails here, before any work
        except IntegrityError as error:
            raise KeyOpen("the same request came at the same instant") from error
        return None
    if found.request_hash != digest:
        raise KeyReused("the key was sent with another request")
    if found.status is None or found.media_type is None or found.body is None:
        raise KeyOpen("the same request is at work or was cut off")
    return KeptAnswer(found.status, found.media_type, found.body)


def keep(session: Session, account_id: int, key: str, answer: KeptAnswer) -> None:
    """Write down what a key was answered."""
    record = session.get_one(IdempotencyRecord, (account_id, key))
    record.status, record.media_type, record.body = answer.status, answer.media_type, answer.body


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete the keys that nobody will send again."""
    session.execute(sa.delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now - KEPT_FOR))
