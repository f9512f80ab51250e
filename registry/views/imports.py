"""Imports as lists and their page show them, to those who may take in the like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from registry.models import Copy, ImportBatch, ImportItem
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.imports import IMPORTED_BY, ImportKind, ImportState, sees_import
from registry.rules.lifecycle import PAPERLESS
from registry.rules.roles import Actor
from registry.views.holdings import Name, name

LATEST = 50
"""How many a list shows."""


@dataclass(frozen=True)
class ImportRow:
    """One import, and what was wrong with its table when it was checked last."""

    id: int
    kind: ImportKind
    state: ImportState
    name: str
    sha256: str
    table_sha256: str
    room: str | None
    size: int
    problems: tuple[dict[str, Any], ...]
    offered_by: Name
    offered_at: datetime
    applied_by: Name | None
    applied_at: datetime | None
    undone_by: Name | None
    undone_at: datetime | None


@dataclass(frozen=True)
class OldLabel:
    """What a label on a copy that was taken over says: its number of how many, and its code."""

    code: str
    copy_no: int
    last_copy_no: int


def list_imports(session: Session, actor: Actor) -> tuple[ImportRow, ...]:
    """Return the latest imports that the actor may see, newest first."""
    every = [kind for kind in ImportKind if roles.may(actor, IMPORTED_BY[kind])]
    own = [kind for kind in ImportKind if roles.may_for_some_unit(actor, IMPORTED_BY[kind])]
    query = (
        sa.select(ImportBatch)
        .where(
            sa.or_(
                ImportBatch.kind.in_(every),
                sa.and_(ImportBatch.kind.in_(own), ImportBatch.offered_by_id == actor.person_id),
            )
        )
        .order_by(ImportBatch.id.desc())
        .limit(LATEST)
    )
    return tuple(_row(batch) for batch in session.scalars(query))


def get_import(session: Session, import_id: int, actor: Actor) -> ImportRow:
    """Return one import.

    Raises:
        UnknownRow: there is none, or none that the actor may see.
    """
    batch = session.get(ImportBatch, import_id)
    if batch is None or not sees_import(actor, batch.kind, batch.offered_by_id):
        raise UnknownRow(ImportBatch.__tablename__, import_id)
    return _row(batch)


def offered_before(session: Session, limit_at: datetime) -> dict[int, str | None]:
    """Return the rooms of the imports that were offered before an instant and never taken in, by id."""
    query = (
        sa.select(ImportBatch.id, ImportBatch.room)
        .where(ImportBatch.state == ImportState.OFFERED, ImportBatch.offered_at < limit_at)
        .order_by(ImportBatch.id)
    )
    return {row.id: row.room for row in session.execute(query)}


def table_rooms(session: Session) -> frozenset[str]:
    """Return the parts of the store that hold tables alone."""
    return frozenset(session.scalars(sa.select(ImportBatch.room).where(ImportBatch.room.is_not(None))))


def old_labels(session: Session, import_id: int) -> tuple[OldLabel, ...]:
    """Return what labels say of the copies that an import made and that are on paper, in the order of their numbers."""
    found = session.scalars(
        sa.select(Copy)
        .join(ImportItem, sa.cast(ImportItem.row_key, sa.Integer) == Copy.id)
        .where(
            ImportItem.batch_id == import_id,
            ImportItem.table_name == Copy.__tablename__,
            Copy.state.not_in(PAPERLESS),
        )
        .order_by(Copy.document_id, Copy.copy_no)
        .options(joinedload(Copy.document))
    )
    return tuple(OldLabel(copy.code, copy.copy_no, copy.document.last_copy_no) for copy in found)


def _row(batch: ImportBatch) -> ImportRow:
    return ImportRow(
        id=batch.id,
        kind=batch.kind,
        state=batch.state,
        name=batch.name,
        sha256=batch.sha256,
        table_sha256=batch.table_sha256,
        room=batch.room,
        size=batch.size,
        problems=tuple(batch.problems),
        offered_by=name(batch.offered_by),
        offered_at=batch.offered_at,
        applied_by=None if batch.applied_by is None else name(batch.applied_by),
        applied_at=batch.applied_at,
        undone_by=None if batch.undone_by is None else name(batch.undone_by),
        undone_at=batch.undone_at,
    )
