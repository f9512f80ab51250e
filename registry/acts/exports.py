"""A register is taken away as a table: that somebody did, and which table it was, is on record."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.ledger import log
from registry.rules import roles
from registry.rules.imports import EXPORTED_BY, ExportKind
from registry.rules.roles import Action, Actor


def take(session: Session, kind: ExportKind, rows: int, sha256: str, *, actor: Actor, now: datetime) -> None:
    """Record that the actor takes a register away: how many rows, and the hash of the file."""
    roles.require(actor, EXPORTED_BY[kind], unit_id=actor.unit_id)
    log.append(
        session,
        "export.taken",
        "registry",
        actor=actor,
        now=now,
        kind_of_rows=str(kind),
        rows=rows,
        file=sha256,
    )


def take_knowers(
    session: Session, document_id: int, rows: int, sha256: str, *, actor: Actor, now: datetime
) -> None:
    """Record that the actor takes away who knows a document: how many traces, and the hash of the file."""
    roles.require(actor, Action.READ_KNOWERS)
    log.append(
        session,
        "knowers.exported",
        f"document:{document_id}",
        actor=actor,
        now=now,
        rows=rows,
        file=sha256,
    )
