"""The ledger as screens show it. Rows are taken as they lie there: one that was changed by hand is shown and marked.

Names behind commitments are revealed for one entry at a time; see ``acts/auditing`` for the record of that.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log, merkle
from registry.ledger.entries import Entry, InvalidEntry, parse_entry
from registry.ledger.log import Checkpoint, Head, LedgerBroken, UnknownEntry
from registry.models.ledger import LedgerCheckpoint, LedgerEntry
from registry.rules import roles
from registry.rules.canonical import utc_text
from registry.rules.roles import Action, Actor
from registry.views.holdings import Name
from registry.views.people import names

PAGE_ROWS: Final = 50
CHECKPOINT_ROWS: Final = 20
_PRIVATE: Final = "private"


@dataclass(frozen=True)
class LineFilter:
    """What a list of entries is narrowed to.

    Attributes:
        kind: Only this kind; ``copy.`` with its dot means all kinds that start so.
        subject: Only this subject.
        before: Only entries with a smaller number.
    """

    kind: str | None = None
    subject: str | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """One row of the ledger.

    Attributes:
        by: Who did it; None for the worker, for nobody logged in, and where the row cannot be read.
        is_system: Whether the worker or the upkeep did it.
        is_sound: Whether body, stored hash and columns agree; this alone proves nothing, see the verifier.
    """

    seq: int
    kind: str
    subject: str
    at: datetime
    by: Name | None
    is_system: bool
    is_sound: bool


@dataclass(frozen=True)
class Lines:
    """A page of rows, newest first; ``older`` is where the next page begins."""

    rows: tuple[Line, ...]
    older: int | None


@dataclass(frozen=True)
class Fact:
    """One fact of an entry, dotted names for what lies within another.

    Attributes:
        value: As written.
        revealed: The text behind a commitment; None where the value is open.
        is_erased: Whether the value is a commitment whose text was erased.
    """

    name: str
    value: str
    revealed: str | None
    is_erased: bool


@dataclass(frozen=True)
class Proof:
    """That an entry stands in the ledger of ``size`` with ``root``.

    Attributes:
        is_signed: Whether a checkpoint signs that root; otherwise it is the present head, which nothing protects.
    """

    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    holds: bool
    is_signed: bool


@dataclass(frozen=True)
class EntryView:
    """One entry with everything that can be said of it; ``proof`` is None where the stored tree is broken."""

    line: Line
    body: str
    leaf_hash: str
    facts: tuple[Fact, ...]
    proof: Proof | None


@dataclass(frozen=True)
class Standing:
    """How large the ledger is and how far it is signed; ``tail`` counts the entries that no checkpoint protects."""

    head: Head
    last: Checkpoint | None
    tail: int
    checkpoints: tuple[Checkpoint, ...]


def standing(session: Session, actor: Actor) -> Standing:
    """Return where the ledger stands, with its newest checkpoints.

    Raises:
        PermissionDenied: the actor may not verify the ledger.
    """
    roles.require(actor, Action.VERIFY_LEDGER)
    rows = session.scalars(
        sa.select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(CHECKPOINT_ROWS)
    )
    signed = tuple(Checkpoint(row.size, row.root, row.note, row.at) for row in rows)
    head = log.head(session)
    last = signed[0] if signed else None
    return Standing(head, last, head.size - (last.size if last else 0), signed)


def kinds(session: Session, actor: Actor) -> tuple[str, ...]:
    """Return every kind of entry that occurs."""
    roles.require(actor, Action.READ_LEDGER)
    return tuple(session.scalars(sa.select(LedgerEntry.kind).distinct().order_by(LedgerEntry.kind)))


def list_lines(session: Session, wanted: LineFilter, actor: Actor) -> Lines:
    """Return one page of entries, newest first.

    Raises:
        PermissionDenied: the actor may not read the ledger.
    """
    roles.require(actor, Action.READ_LEDGER)
    query = sa.select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(PAGE_ROWS + 1)
    if wanted.kind:
        column = LedgerEntry.kind
        prefix = wanted.kind.endswith(".")
        query = query.where(
            column.startswith(wanted.kind, autoescape=True) if prefix else column == wanted.kind
        )
    if wanted.subject:
        query = query.where(LedgerEntry.subject == wanted.subject)
    if wanted.before is not None:
        query = query.where(LedgerEntry.seq < wanted.before)
    rows = session.scalars(query).all()
    shown = rows[:PAGE_ROWS]
    entries = {row.seq: _parsed(row.body) for row in shown}
    known = names(session, {person for entry in entries.values() for person in _actors(entry)})
    return Lines(
        rows=tuple(_line(row, entries[row.seq], known) for row in shown),
        older=shown[-1].seq if len(rows) > PAGE_ROWS else None,
    )


def get_entry(session: Session, seq: int, actor: Actor) -> EntryView:
    """Return one entry with names revealed and its proof.

    Raises:
        PermissionDenied: the actor may not read the ledger.
        UnknownEntry: there is no row with this number.
    """
    roles.require(actor, Action.READ_LEDGER)
    row = session.get(LedgerEntry, seq)
    if row is None:
        raise UnknownEntry(f"got entry {seq}, which does not exist", seq=seq)
    entry = _parsed(row.body)
    known = names(session, set(_actors(entry)))
    return EntryView(
        line=_line(row, entry, known),
        body=row.body.decode(errors="replace"),
        leaf_hash=row.leaf_hash.hex(),
        facts=_facts(session, entry.facts) if entry else (),
        proof=_proof(session, row),
    )


def _line(row: LedgerEntry, entry: Entry | None, known: Mapping[int, Name]) -> Line:
    columns = (row.seq, row.kind, row.subject, utc_text(row.at))
    return Line(
        seq=row.seq,
        kind=row.kind,
        subject=row.subject,
        at=row.at,
        by=next((known[person] for person in _actors(entry) if person in known), None),
        is_system=entry is not None and bool(entry.actor.get("system")),
        is_sound=entry is not None
        and columns == (entry.seq, entry.kind, entry.subject, entry.at)
        and merkle.leaf_hash(row.body) == row.leaf_hash,
    )


def _parsed(body: bytes) -> Entry | None:
    try:
        return parse_entry(body)
    except InvalidEntry:
        return None


def _actors(entry: Entry | None) -> Iterator[int]:
    person = entry.actor.get("person") if entry else None
    if isinstance(person, int):
        yield person


def _facts(session: Session, facts: Mapping[str, Any]) -> tuple[Fact, ...]:
    flat = list(_flattened("", facts))
    told = log.reveal(session, [value for _, value, is_private in flat if is_private])
    return tuple(
        Fact(name, value, told.get(value) if is_private else None, is_private and value not in told)
        for name, value, is_private in flat
    )


def _flattened(prefix: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for key, value in facts.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and set(value) == {_PRIVATE}:
            yield name, str(value[_PRIVATE]), True
        elif isinstance(value, Mapping):
            yield from _flattened(f"{name}.", value)
        else:
            yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), False


def _proof(session: Session, row: LedgerEntry) -> Proof | None:
    """Return the proof against the first checkpoint that covers the entry, or against the present head."""
    signed = session.scalars(
        sa.select(LedgerCheckpoint)
        .where(LedgerCheckpoint.size >= row.seq)
        .order_by(LedgerCheckpoint.size)
        .limit(1)
    ).first()
    head = log.head(session)
    size, root = (signed.size, signed.root) if signed else (head.size, head.root)
    try:
        hashes = log.inclusion_proof(session, row.seq, size)
    except (LedgerBroken, UnknownEntry):
        return None
    holds = merkle.is_included(merkle.leaf_hash(row.body), row.seq - 1, size, hashes, root)
    return Proof(size, root, hashes, holds, signed is not None)
