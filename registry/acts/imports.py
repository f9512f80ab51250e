"""Imports: a table is offered and checked, taken in, and undone while nothing depends on it.

The rows themselves enter through the acts of their registers; here is kept which rows a table made, so that exactly
these can be taken out again. Laws: an import is undone whole or not at all; not when a row of it was changed, nor when
a row of anything else names one of it. The ledger keeps both.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.db import Base
from registry.errors import ConflictError
from registry.ledger import log
from registry.ledger.verifier import GONE
from registry.models import Copy, Document, ImportBatch, ImportItem
from registry.rows import get_row
from registry.rules import imports, roles
from registry.rules.imports import ImportKind, ImportState, ImportStep
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line

NAME_LIMIT: Final = 200
AT_ONCE: Final = 500
"""How many keys a query names; SQLite takes 32,766 values, PostgreSQL plans fewer better."""

QUEUE: Final = 60_001
"""The number of PostgreSQL's advisory lock in whose queue tables wait for each other; nothing else takes one."""

Keys = Mapping[str, Sequence[str]]


class ImportInUse(ConflictError):
    """Something depends on what the import made; fact ``depends`` names tables and how many of their rows."""

    code = "import-in-use"


class ImportHasProblems(ConflictError):
    """Something is wrong with the table, so nothing of it is taken in."""

    code = "import-has-problems"


def offer(
    session: Session,
    kind: ImportKind,
    name: str,
    *,
    sha256: str,
    table_sha256: str,
    room: str | None,
    size: int,
    problems: Sequence[dict[str, Any]],
    actor: Actor,
    now: datetime,
) -> int:
    """Keep a table that was offered, with what is wrong with it, and return the id of the import.

    Args:
        session: The deed's transaction.
        kind: What its rows are.
        name: What its owner called the file.
        sha256: The stored file as it was sent.
        table_sha256: The stored table that was read from it.
        room: The part of the store that holds both alone.
        size: How many rows it has.
        problems: What a rehearsal found.
        actor: Who offers it.
        now: When.
    """
    imports.require_importer(actor, kind)
    batch = ImportBatch(
        kind=kind,
        state=ImportState.OFFERED,
        name=parse_line(name, field="file", limit=NAME_LIMIT, required=False),
        sha256=sha256,
        table_sha256=table_sha256,
        room=room,
        size=size,
        problems=list(problems),
        offered_by_id=actor.person_id,
        offered_at=now,
    )
    session.add(batch)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "import.offered",
        f"import:{batch.id}",
        actor=actor,
        now=now,
        kind_of_rows=str(kind),
        file=sha256,
        name=log.private(batch.name),
        rows=size,
        problems=len(batch.problems),
    )
    return batch.id


def recheck(
    session: Session, batch_id: int, problems: Sequence[dict[str, Any]], *, actor: Actor, now: datetime
) -> None:
    """Keep what a table has wrong with it now."""
    batch = _locked(session, batch_id, ImportStep.CHECK, actor)
    batch.problems = list(problems)
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "import.checked",
        f"import:{batch_id}",
        actor=actor,
        now=now,
        file=batch.sha256,
        problems=len(problems),
    )


def queue(session: Session) -> None:
    """Wait until no other table is being taken in; two with the same rows would else wait for each other.

    On SQLite whoever writes has waited already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(QUEUE)))


@contextmanager
def apply(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> Iterator[ImportBatch]:
    """Yield an import whose rows are taken in meanwhile, in this session; then keep which rows those were.

    Raises:
        ImportHasProblems: something was wrong with it when it was checked last.
        ImpossibleImportStep: it was applied before.
    """
    batch = _locked(session, batch_id, ImportStep.APPLY, actor)
    if batch.problems:
        raise ImportHasProblems("got a table with something wrong in it", problems=len(batch.problems))
    made: list[Base] = []

    def watch(flushing: Session, _context: object) -> None:
        made.extend(row for row in flushing.new if isinstance(row, Base))

    sa.event.listen(session, "after_flush", watch)
    try:
        yield batch
        session.flush()
    finally:
        sa.event.remove(session, "after_flush", watch)
    batch.applied_by_id, batch.applied_at = actor.person_id, now
    keys: dict[str, list[str]] = defaultdict(list)
    for row in made:
        keys[row.__tablename__].append(_key(sa.inspect(row).identity or ()))
    for table_name, of_table in keys.items():
        prints = _fingerprints(session, table_name, of_table)
        session.add_all(
            ImportItem(batch_id=batch_id, table_name=table_name, row_key=key, fingerprint=prints[key])
            for key in of_table
        )
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "import.applied",
        f"import:{batch_id}",
        actor=actor,
        now=now,
        kind_of_rows=str(batch.kind),
        file=batch.sha256,
        table=batch.table_sha256,
        rows=batch.size,
        made={name: len(of_table) for name, of_table in sorted(keys.items())},
    )


def undo(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> int:
    """Take out every row that an import made and return how many they were.

    Raises:
        ImportInUse: a row was changed since, or something else depends on one.
        ImpossibleImportStep: it is not applied.
    """
    batch = _locked(session, batch_id, ImportStep.UNDO, actor)
    keys: dict[str, list[str]] = defaultdict(list)
    stored: dict[tuple[str, str], str] = {}
    for item in session.scalars(sa.select(ImportItem).where(ImportItem.batch_id == batch_id)):
        keys[item.table_name].append(item.row_key)
        stored[item.table_name, item.row_key] = item.fingerprint
    found = _changed(session, keys, stored) + _dependents(session, keys)
    if found.total():
        told = ", ".join(f"{table} {count}" for table, count in sorted(found.items()))
        raise ImportInUse("got an import that something depends on", depends=told)
    gone = _copies_of(session, keys)
    _give_numbers_back(session, gone, keys)
    count = 0
    session.execute(sa.delete(ImportItem).where(ImportItem.batch_id == batch_id))
    for table in reversed(Base.metadata.sorted_tables):
        for some in _portions(sorted(keys.get(table.name, ()), key=_parts, reverse=True)):
            count += session.execute(sa.delete(table).where(_names(table, some))).rowcount  # type: ignore[attr-defined]
    batch.undone_by_id, batch.undone_at = actor.person_id, now
    session.flush()  # before the ledger is locked
    for code, _, _ in gone:
        log.append(session, "copy.takeover-undone", f"copy:{code}", actor=actor, now=now, state=GONE)
    log.append(
        session,
        "import.undone",
        f"import:{batch_id}",
        actor=actor,
        now=now,
        kind_of_rows=str(batch.kind),
        file=batch.sha256,
        removed=count,
    )
    session.expire_all()  # what was removed below the session must not be found in it
    return count


def lapse(session: Session, batch_id: int, *, offered_before: datetime, actor: Actor, now: datetime) -> bool:
    """End an offer that nobody took in for too long; return False where somebody did, or it is younger.

    The register uses its room no more; the caller clears that once this is committed.
    """
    roles.require(actor, Action.RUN_UPKEEP)
    batch = get_row(session, ImportBatch, batch_id, lock=True)
    if batch.state is not ImportState.OFFERED or batch.offered_at >= offered_before:
        return False
    batch.state = imports.next_import_state(batch.state, ImportStep.LAPSE)
    batch.room = None
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "import.lapsed",
        f"import:{batch_id}",
        actor=actor,
        now=now,
        kind_of_rows=str(batch.kind),
        file=batch.sha256,
        offered_at=batch.offered_at,
    )
    return True


def _locked(session: Session, batch_id: int, step: ImportStep, actor: Actor) -> ImportBatch:
    """Return an import that the actor may see, locked, in the state that the step leads to."""
    batch = get_row(session, ImportBatch, batch_id, lock=True)
    imports.require_importer(actor, batch.kind)
    batch.state = imports.next_import_state(batch.state, step)
    return batch


def _changed(session: Session, keys: Keys, stored: Mapping[tuple[str, str], str]) -> Counter[str]:
    """Return, by table, how many rows are no longer what they were, or are gone."""
    found: Counter[str] = Counter()
    for table_name, of_table in keys.items():
        prints = _fingerprints(session, table_name, of_table)
        found[table_name] += sum(prints.get(key) != stored[table_name, key] for key in of_table)
    return +found


def _dependents(session: Session, keys: Keys) -> Counter[str]:
    """Return, by table, how many rows name a row of the import without being of it themselves."""
    found: Counter[str] = Counter()
    for table in Base.metadata.sorted_tables:
        own = set(keys.get(table.name, ()))
        naming: set[str] = set()
        for reference in table.foreign_keys:
            for some in _portions(keys.get(reference.column.table.name, ())):
                values = [_parts(key)[0] for key in some]
                query = sa.select(*table.primary_key).where(reference.parent.in_(values))
                naming |= {_key(tuple(row)) for row in session.execute(query)}
        found[table.name] += len(naming - own)
    return +found


def _copies_of(session: Session, keys: Keys) -> list[tuple[str, int, int]]:
    """Return code, document and number of the copies that an import made."""
    found: list[tuple[str, int, int]] = []
    for some in _portions(keys.get(Copy.__tablename__, ())):
        query = sa.select(Copy.code, Copy.document_id, Copy.copy_no).where(_names(Copy.__table__, some))
        found += [(code, document_id, copy_no) for code, document_id, copy_no in session.execute(query)]
    return found


def _give_numbers_back(session: Session, gone: Sequence[tuple[str, int, int]], keys: Keys) -> None:
    """Let documents that stay count on from where they were; copies with higher numbers forbid it."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for _, document_id, copy_no in gone:
        numbers[document_id].append(copy_no)
    own = set(keys.get(Document.__tablename__, ()))
    for document_id, used in sorted(numbers.items()):
        if str(document_id) in own:
            continue
        document = get_row(session, Document, document_id, lock=True)
        if document.last_copy_no != max(used):
            raise ImportInUse(
                "got copies after which others were numbered",
                depends=f"{Copy.__tablename__} {document.last_copy_no - max(used)}",
            )
        document.last_copy_no = min(used) - 1


def _fingerprints(session: Session, table_name: str, keys: Sequence[str]) -> dict[str, str]:
    """Return a hash of what each of these rows says now, by key."""
    table = Base.metadata.tables[table_name]
    columns = [column.name for column in table.columns]
    key_names = [column.name for column in table.primary_key]
    found = {}
    for some in _portions(keys):
        for row in session.execute(sa.select(table).where(_names(table, some))).mappings():
            said = json.dumps({name: row[name] for name in columns}, default=str, ensure_ascii=False)
            found[_key(tuple(row[name] for name in key_names))] = hashlib.sha256(said.encode()).hexdigest()
    return found


def _key(values: Sequence[Any]) -> str:
    return "/".join(map(str, values))


def _parts(key: str) -> list[int | str]:
    return [int(part) if part.isdigit() else part for part in key.split("/")]


def _names(table: sa.FromClause, keys: Sequence[str]) -> sa.ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([_parts(key)[0] for key in keys])
    return sa.tuple_(*columns).in_([tuple(_parts(key)) for key in keys])


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
