"""The ledger in the database: append, read, prove, check-point.

Laws:

* An entry is part of the deed: same session, same transaction. Whoever cannot record cannot act.
* ``seq`` counts from 1 without gaps; it follows commits, because the row of ``ledger_tree`` is locked until then. It is
  the **last** lock a transaction takes, so that two deeds cannot wait for each other: append after all other changes.
  A work of many deeds in one transaction keeps their entries back until its end (`kept_back`).
* Names and titles enter through `private` only.
* Nothing here updates or deletes an entry, and triggers refuse it to everyone else (see ``triggers``).
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, UnknownError
from registry.ledger import merkle
from registry.ledger.entries import (
    SALT_BYTES,
    Entry,
    Loggable,
    Private,
    commitment,
    entry_body,
    parse_entry,
)
from registry.ledger.merkle import Frontier
from registry.ledger.notes import CheckpointText, Signer, sign_note
from registry.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerSalt, LedgerSubtree, LedgerTree
from registry.rules.roles import Actor

__all__ = [
    "Checkpoint",
    "Entry",
    "Head",
    "LedgerBroken",
    "Loggable",
    "UnknownEntry",
    "append",
    "append_each",
    "checkpoint",
    "consistency_proof",
    "forget",
    "get_entry",
    "head",
    "inclusion_proof",
    "kept_back",
    "last_checkpoint",
    "private",
    "read",
    "reveal",
]

SHORT_ROOT_CHARS = 10
_READ_AT_ONCE = 500
_KEPT_BACK = "ledger.kept-back"
"""Where a session has the entries that `kept_back` holds."""
_FOUND = sa.text(
    "INSERT INTO ledger_tree (id, size, frontier) VALUES (1, 0, :nothing) ON CONFLICT DO NOTHING"
).bindparams(nothing=b"")
"""Makes the one row for the first entry; of two first entries at once, one waits here for the other."""


_TREE: Final = sa.select(LedgerTree.size, LedgerTree.frontier).with_for_update()
_ENTRY, _SUBTREE, _SALT = (sa.insert(model) for model in (LedgerEntry, LedgerSubtree, LedgerSalt))
_GROWN: Final = sa.update(LedgerTree)


class LedgerBroken(ConflictError):
    """The stored tree contradicts itself; nothing may be recorded until that is understood."""

    code = "ledger-broken"


class UnknownEntry(UnknownError):
    """The ledger has no entry with this number."""

    code = "unknown-ledger-entry"


@dataclass(frozen=True, slots=True)
class Head:
    """How large the ledger is, and its root."""

    size: int
    root: bytes

    @property
    def short(self) -> str:
        """What is printed at the foot of papers: the size and the first ten hexadecimal characters of the root."""
        return f"{self.size} · {self.root.hex()[:SHORT_ROOT_CHARS]}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head."""

    size: int
    root: bytes
    note: str
    at: datetime


def private(text: str) -> Private:
    """Return a name or title in the form in which it may be given to `append`."""
    return Private(text)


def append(
    session: Session, kind: str, subject: str, *, actor: Actor, now: datetime, **facts: Loggable
) -> int:
    """Record one deed, denial or reading; return its number, 0 for one that is `kept_back`.

    Args:
        session: The transaction of the deed itself.
        kind: What happened: ``copy.destroyed``. Kinds ``copy.*`` carry the fact ``state``, from which the verifier
            replays where every copy stands.
        subject: What it happened to: ``copy:0123456789ABC``.
        actor: Who did it.
        now: When.
        facts: What else must be remembered; names and titles as `private`.

    Raises:
        LedgerBroken: the tree's row is gone although there are entries.
        TypeError: a fact has no canonical form.
    """
    return append_each(session, kind, {subject: facts}, actor=actor, now=now)


def append_each(
    session: Session,
    kind: str,
    happened: Mapping[str, Mapping[str, Loggable]],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Record what one deed did to several subjects, an entry for each; return the number of the last.

    The same entries as from `append` for one after the other; the tree is read once.

    Args:
        session: The transaction of the deed itself.
        kind: As for `append`.
        happened: Each subject, in the order of its entries, with its facts.
        actor: Who did it.
        now: When.

    Raises:
        LedgerBroken, TypeError: as for `append`.
    """
    kept: list[Callable[[], int]] | None = session.info.get(_KEPT_BACK)
    if kept is not None:
        session.flush()  # what the database refuses is refused here, as it would be without keeping back
        kept.append(lambda: _append_each(session, kind, happened, actor=actor, now=now))
        return 0
    return _append_each(session, kind, happened, actor=actor, now=now)


@contextmanager
def kept_back(session: Session) -> Iterator[None]:
    """Keep back what is appended meanwhile, and record it at the end, in its order; not after a refusal.

    For a transaction of many deeds: the ledger stays free until the last of them has every other lock that it needs.
    What a savepoint takes back would still be recorded: whoever uses some rolls back as a whole.
    """
    kept: list[Callable[[], int]] = []
    session.info[_KEPT_BACK] = kept
    try:
        yield
    finally:
        del session.info[_KEPT_BACK]
    for record in kept:
        record()


def _append_each(
    session: Session,
    kind: str,
    happened: Mapping[str, Mapping[str, Loggable]],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    salts: list[dict[str, object]] = []
    bare = {
        subject: {name: _committed(value, salts) for name, value in facts.items()}
        for subject, facts in happened.items()
    }
    frontier = _locked_frontier(session)
    subtrees: list[dict[str, object]] = []
    connection = session.connection()
    for subject, facts in bare.items():
        seq = frontier.size + 1
        body = entry_body(seq, kind, subject, actor=actor, at=now, facts=facts)
        leaf = merkle.leaf_hash(body)
        frontier, completed = frontier.append(leaf)
        subtrees += [{"level": each.level, "position": each.index, "hash": each.hash} for each in completed]
        connection.execute(
            _ENTRY, {"seq": seq, "kind": kind, "subject": subject, "at": now, "body": body, "leaf_hash": leaf}
        )
        connection.execute(_GROWN, {"size": frontier.size, "frontier": frontier.to_bytes()})
    if subtrees:
        connection.execute(_SUBTREE, subtrees)
    if salts:
        connection.execute(_SALT, salts)
    return frontier.size


def head(session: Session) -> Head:
    """Return how large the ledger is in this transaction's eyes, and its root."""
    row = session.execute(sa.select(LedgerTree.size, LedgerTree.frontier)).one_or_none()
    frontier = Frontier.from_bytes(row.size, row.frontier) if row else Frontier()
    return Head(frontier.size, frontier.root())


def get_entry(session: Session, seq: int) -> Entry:
    """Return one entry.

    Raises:
        UnknownEntry: there is none with this number.
    """
    body = session.scalar(sa.select(LedgerEntry.body).where(LedgerEntry.seq == seq))
    if body is None:
        raise UnknownEntry(f"got entry {seq}, which does not exist", seq=seq)
    return parse_entry(body)


def read(
    session: Session,
    *,
    after: int = 0,
    limit: int | None = None,
    kind: str | None = None,
    subject: str | None = None,
    newest_first: bool = False,
) -> Iterator[Entry]:
    """Yield entries in their order, read in portions.

    Args:
        session: Any session.
        after: Only entries after this number, or, newest first, before it (0 for from the newest on).
        limit: At most so many.
        kind: Only this kind; ``copy.`` with its dot means all kinds that start so.
        subject: Only this subject.
        newest_first: The other way round.
    """
    query = sa.select(LedgerEntry.body)
    if kind is not None:
        column = LedgerEntry.kind
        query = query.where(
            column.startswith(kind, autoescape=True) if kind.endswith(".") else column == kind
        )
    if subject is not None:
        query = query.where(LedgerEntry.subject == subject)
    if newest_first:
        query = query.where(LedgerEntry.seq < after) if after else query
        query = query.order_by(LedgerEntry.seq.desc())
    else:
        query = query.where(LedgerEntry.seq > after).order_by(LedgerEntry.seq)
    for body in session.scalars(query.limit(limit), execution_options={"yield_per": _READ_AT_ONCE}):
        yield parse_entry(body)


def reveal(session: Session, commitments: Iterable[str]) -> dict[str, str]:
    """Return the values behind commitments, those that have not been erased."""
    rows = session.execute(
        sa.select(LedgerSalt.commitment, LedgerSalt.value).where(LedgerSalt.commitment.in_(list(commitments)))
    )
    return {row.commitment: row.value for row in rows}


def forget(session: Session, commitments: Iterable[str]) -> int:
    """Erase the values behind commitments; return how many there were. Every proof still holds."""
    erased = session.execute(sa.delete(LedgerSalt).where(LedgerSalt.commitment.in_(list(commitments))))
    return int(erased.rowcount)  # type: ignore[attr-defined]  # a CursorResult, typed as Result


def inclusion_proof(session: Session, seq: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that entry ``seq`` stands in the ledger of ``size``.

    Raises:
        UnknownEntry: that ledger has no such entry.
    """
    if not 1 <= seq <= size <= head(session).size:
        raise UnknownEntry(f"got entry {seq} of a ledger of {size}", seq=seq)
    return merkle.inclusion_proof(seq - 1, size, _subtrees(session))


def consistency_proof(session: Session, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the ledger of ``new`` entries continues that of ``old``.

    Raises:
        UnknownEntry: the ledger has never had these sizes, or ``old`` is zero.
    """
    if not 0 < old <= new <= head(session).size:
        raise UnknownEntry(f"got sizes {old} and {new}, which this ledger cannot prove", seq=new)
    return merkle.consistency_proof(old, new, _subtrees(session))


def last_checkpoint(session: Session) -> Checkpoint | None:
    """Return the newest checkpoint."""
    row = session.scalars(sa.select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1)).first()
    return Checkpoint(row.size, row.root, row.note, row.at) if row else None


def checkpoint(session: Session, signer: Signer, *, now: datetime) -> Checkpoint | None:
    """Sign the present head and store it; return it, or the last one when nothing was appended since.

    The ledger must continue what was signed last; otherwise nothing is signed, so that the key never vouches for two
    histories. ``None`` means that the ledger is empty.

    Raises:
        LedgerBroken: the ledger does not continue the last checkpoint.
    """
    last = last_checkpoint(session)
    now_head = Head((frontier := _locked_frontier(session)).size, frontier.root())
    if now_head.size == 0 and last is None:
        return None
    if last is not None:
        _require_continues(session, last, now_head)
        if last.size == now_head.size:
            return last
    text = str(CheckpointText(signer.public_key.name, now_head.size, now_head.root))
    made = Checkpoint(now_head.size, now_head.root, sign_note(text, signer), now)
    session.execute(
        sa.insert(LedgerCheckpoint).values(size=made.size, root=made.root, note=made.note, at=made.at)
    )
    return made


def _require_continues(session: Session, last: Checkpoint, now_head: Head) -> None:
    if last.size > now_head.size:
        raise LedgerBroken("got a ledger smaller than its checkpoint", size=now_head.size, signed=last.size)
    proof = merkle.consistency_proof(last.size, now_head.size, _subtrees(session))
    if not merkle.is_consistent(last.size, last.root, now_head.size, now_head.root, proof):
        raise LedgerBroken(
            "got a ledger that does not continue its checkpoint", size=now_head.size, signed=last.size
        )


def _locked_frontier(session: Session) -> Frontier:
    """Lock the tree's row and return what it says; changes that are still pending are sent first."""
    session.flush()  # so that every other lock of this transaction is taken before this one
    connection = session.connection()
    row = connection.execute(_TREE).one_or_none()
    if row is None:
        connection.execute(_FOUND)
        row = connection.execute(_TREE).one()
        if session.scalar(sa.select(LedgerEntry.seq).where(LedgerEntry.seq > row.size).limit(1)):
            raise LedgerBroken("got a ledger whose tree is gone")
    return Frontier.from_bytes(row.size, row.frontier)


def _subtrees(session: Session) -> Callable[[int, int], bytes]:
    def stored(level: int, index: int) -> bytes:
        query = (
            sa.select(LedgerEntry.leaf_hash).where(LedgerEntry.seq == index + 1)
            if level == 0
            else sa.select(LedgerSubtree.hash).where(
                LedgerSubtree.level == level, LedgerSubtree.position == index
            )
        )
        found = session.scalar(query)
        if found is None:
            raise LedgerBroken("got a ledger with a missing subtree", level=level, index=index)
        return bytes(found)

    return stored


def _committed(value: Loggable, salts: list[dict[str, object]]) -> object:
    """Return the value with every `Private` in it replaced by its commitment, noting the salts."""
    match value:
        case Private():
            salt = secrets.token_bytes(SALT_BYTES)
            made = commitment(salt, value.text)
            salts.append({"commitment": made, "salt": salt, "value": value.text})
            return {"private": made}
        case str():
            return value
        case Mapping():
            return {key: _committed(member, salts) for key, member in value.items()}
        case Sequence():
            return [_committed(member, salts) for member in value]
        case _:
            return value
